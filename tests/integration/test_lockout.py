"""Guesses spread over many addresses or many names are slowed, and nobody is locked out of where they sign in from."""

from __future__ import annotations

from datetime import timedelta
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from apps.accounts.lockout import KNOWN_FOR, MOST_BY_NAME, MOST_FROM_ADDRESS
from apps.accounts.models import User
from apps.accounts.tasks import forget_old_sign_ins
from apps.audit.models import Entry
from tests import people
from tests.people import PASSWORD
from tests.servers import Tower

pytestmark = pytest.mark.django_db
HOME, OFFICE, AWAY = "203.0.113.1", "203.0.113.2", "198.51.100.77"


def sign_in(user: User | str, password: str = PASSWORD, *, at: str) -> int:
    """The status of one try: 302 let in, 200 refused, 429 locked."""
    name = getattr(user, "username", user)
    return Client().post("/sign-in/", {"username": name, "password": password}, REMOTE_ADDR=at).status_code


def guess_at(user: User | str, count: int) -> list[int]:
    """Wrong passwords for one name, each from another address."""
    return [sign_in(user, "wrong", at=f"192.0.2.{number}") for number in range(1, count + 1)]


def guess_from(address: str, count: int) -> list[int]:
    """Wrong passwords from one address, each for another name."""
    return [sign_in(f"name{number}", "wrong", at=address) for number in range(count)]


def later(**by: float) -> None:
    """The same as waiting: what the limits look at has happened longer ago."""
    for model in (AccessAttempt, AccessLog):
        for one in model.objects.all():
            model.objects.filter(pk=one.pk).update(attempt_time=one.attempt_time - timedelta(**by))


def test_guesses_at_one_name_from_many_addresses_are_slowed() -> None:
    user, other = people.buyer(), people.buyer()
    assert guess_at(user, MOST_BY_NAME) == [200] * (MOST_BY_NAME - 1) + [429]
    assert sign_in(user, at=AWAY) == 429, "not even the right password, from a place where they never were"
    assert sign_in(other, at=AWAY) == 302, "other people are not concerned"


def test_guesses_at_many_names_from_one_address_are_slowed() -> None:
    user = people.buyer()
    assert guess_from(AWAY, MOST_FROM_ADDRESS) == [200] * (MOST_FROM_ADDRESS - 1) + [429]
    assert sign_in(user, at=AWAY) == 429
    assert sign_in(user, at=HOME) == 302


def test_nobody_is_locked_out_of_a_place_where_they_sign_in_from() -> None:
    user = people.buyer()
    assert sign_in(user, at=OFFICE) == 302
    guess_at(user, MOST_BY_NAME)
    guess_from(OFFICE, MOST_FROM_ADDRESS)
    assert sign_in(user, at=AWAY) == 429
    assert sign_in(user, at=OFFICE) == 302
    assert [sign_in(user, "wrong", at=OFFICE) for _ in range(5)] == [200] * 4 + [429], "five tries hold there too"
    assert sign_in(user, at=OFFICE) == 429


def test_a_place_is_forgotten_after_thirty_days() -> None:
    user = people.buyer()
    sign_in(user, at=OFFICE)
    AccessLog.objects.update(attempt_time=timezone.now() - KNOWN_FOR - timedelta(minutes=1))
    guess_at(user, MOST_BY_NAME)
    assert sign_in(user, at=OFFICE) == 429


def test_what_no_limit_looks_at_any_more_is_deleted_and_nothing_else() -> None:
    user = people.buyer()
    sign_in(user, at=OFFICE)
    sign_in(user, at=HOME)
    AccessLog.objects.filter(ip_address=HOME).update(attempt_time=timezone.now() - KNOWN_FOR - timedelta(minutes=1))
    Session.objects.filter(pk=Session.objects.values("pk")[:1]).update(expire_date=timezone.now())
    forget_old_sign_ins()
    assert list(AccessLog.objects.values_list("ip_address", flat=True)) == [OFFICE]
    assert Session.objects.count() == 1


def test_knocking_at_a_locked_name_does_not_prolong_the_lock() -> None:
    user = people.buyer()
    guess_at(user, MOST_BY_NAME)
    later(minutes=10)
    assert set(guess_at(user, MOST_BY_NAME)) == {429}
    later(minutes=6)
    assert sign_in(user, at=AWAY) == 302


def test_an_unknown_name_is_slowed_like_any_other() -> None:
    assert guess_at("who-is-this", MOST_BY_NAME)[-1] == 429
    assert sign_in("who-is-this", "wrong", at=AWAY) == 429


def test_the_right_password_of_one_does_not_wipe_out_the_guesses_at_others() -> None:
    user = people.buyer()
    guess_from(AWAY, MOST_FROM_ADDRESS - 1)
    assert sign_in(user, at=AWAY) == 302
    assert sign_in("one-more", "wrong", at=AWAY) == 429


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("trusted", "address"), [("", "127.0.0.1"), ("127.0.0.1", "203.0.113.9")])
def test_the_record_and_the_limits_name_the_visitor_and_not_what_anybody_claims(trusted: str, address: str) -> None:
    people.person(username="ada")
    tower = Tower(TRUSTED_PROXIES=trusted).start()
    try:
        link = HTTPConnection(urlsplit(tower.url).netloc, timeout=60)
        token = "t" * 32
        body = urlencode({"username": "ada", "password": "wrong", "csrfmiddlewaretoken": token})
        headers = {
            "Cookie": f"csrftoken={token}",
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Forwarded-For": "6.6.6.6, 203.0.113.9",
        }
        link.request("POST", "/sign-in/", body, headers)
        assert link.getresponse().status == 200
        link.close()
    finally:
        tower.stop()
    assert Entry.objects.get(verb="person.sign_in_failed").details["address"] == address
    assert AccessAttempt.objects.get().ip_address == address
