"""Signing in and out, lockout, and what ends a session."""

import re
from io import StringIO

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from apps.accounts import grants, people
from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.audit.models import Entry
from tests import people as persons
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db
SIGN_IN = "/sign-in/"


def _sign_in(client: Client, user: User | str, password: str = PASSWORD, **more: str):
    return client.post(SIGN_IN, {"username": getattr(user, "username", user), "password": password, **more})


def test_the_right_password_opens_the_board(client: Client) -> None:
    user = persons.buyer()
    response = _sign_in(client, user)
    assert response.status_code == 302
    assert response["Location"] == "/"
    assert int(client.session["_auth_user_id"]) == user.pk


def test_every_page_sends_a_stranger_to_the_sign_in_and_back(client: Client) -> None:
    response = client.get("/me/")
    assert response.status_code == 302
    assert response["Location"] == "/sign-in/?next=/me/"
    assert _sign_in(client, persons.buyer(), next="/me/")["Location"] == "/me/"


def test_signing_in_never_leads_to_another_site(client: Client) -> None:
    assert _sign_in(client, persons.buyer(), next="https://elsewhere.example/")["Location"] == "/"


def test_a_wrong_password_and_an_unknown_name_read_the_same(client: Client) -> None:
    wrong = _sign_in(client, persons.buyer(), "wrong").content.decode()
    unknown = _sign_in(client, "who-is-this", "wrong").content.decode()
    assert "do not match" in wrong
    strip = re.compile(r'value="[^"]*"|nonce="[^"]*"|"X-CSRFToken": "[^"]*"')
    assert strip.sub("", wrong) == strip.sub("", unknown)


def test_a_deactivated_person_cannot_sign_in(client: Client) -> None:
    user = persons.buyer()
    people.deactivate(user, by=None)
    assert _sign_in(client, user).status_code == 200


def test_the_session_key_changes_at_sign_in(client: Client) -> None:
    client.get(SIGN_IN)
    session = client.session
    session["before"] = True
    session.save()
    before = session.session_key
    _sign_in(client, persons.buyer())
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_five_wrong_tries_lock_the_name_for_a_quarter_of_an_hour(client: Client) -> None:
    user = persons.buyer()
    for _ in range(4):
        assert _sign_in(client, user, "wrong").status_code == 200
    locked = _sign_in(client, user, "wrong")
    assert locked.status_code == 429
    assert "15 minutes" in locked.content.decode()
    assert locked["Retry-After"] == "900"
    assert _sign_in(client, user).status_code == 429, "not even the right password"
    assert _sign_in(client, persons.buyer()).status_code == 302, "other people are not locked"


def test_sign_in_sign_out_failure_and_lockout_are_in_the_trail(client: Client) -> None:
    user = persons.buyer()
    for _ in range(3):
        _sign_in(client, user, "wrong")
    _sign_in(client, user)
    client.post("/sign-out/")
    assert _verbs(user) == ["person.sign_in_failed"] * 3 + ["person.signed_in", "person.signed_out"]
    for _ in range(5):
        _sign_in(client, user, "wrong")
    assert "person.locked_out" in _verbs(user)


def test_an_unknown_name_is_not_kept_for_it_may_be_a_password(client: Client) -> None:
    _sign_in(client, "my-secret-passphrase", "wrong")
    entry = Entry.objects.get(verb="person.sign_in_failed")
    assert "my-secret-passphrase" not in f"{entry.object_key}{entry.details}{entry.actor_name}"


def test_signing_out_takes_a_post(client: Client) -> None:
    client.force_login(persons.buyer())
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert "_auth_user_id" not in client.session


def test_signing_in_needs_the_csrf_token() -> None:
    strict = Client(enforce_csrf_checks=True)
    assert _sign_in(strict, persons.buyer()).status_code == 403


def test_a_changed_password_ends_the_other_sessions(client: Client) -> None:
    user, other = persons.buyer(), Client()
    client.force_login(user)
    other.force_login(user)
    new = "an-entirely-new-one-9"
    answer = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert client.post("/me/password/", answer).status_code == 302
    assert client.get("/me/").status_code == 200
    assert other.get("/me/").status_code == 302
    assert _verbs(user)[-1] == "person.password_changed"


def test_a_weak_password_is_refused(client: Client) -> None:
    client.force_login(persons.buyer())
    response = client.post("/me/password/", {"old_password": PASSWORD, "new_password1": "x", "new_password2": "x"})
    assert "12 characters" in response.content.decode()


def test_a_deactivated_person_is_out_at_the_next_click(client: Client) -> None:
    user = persons.buyer()
    client.force_login(user)
    people.deactivate(user, by=None)
    assert client.get("/me/").status_code == 302


def test_theme_and_time_zone_are_remembered(client: Client) -> None:
    user = persons.buyer()
    client.force_login(user)
    assert client.post("/me/", {"theme": "dark", "time_zone": "America/Detroit"}).status_code == 302
    user.refresh_from_db()
    assert (user.theme, user.time_zone) == ("dark", "America/Detroit")
    assert client.post("/me/", {"theme": "pink", "time_zone": "Mars/Base"}).status_code == 422
    assert client.post("/me/theme/", {"theme": "light"}, headers={"HX-Request": "true"}).status_code == 204
    assert client.post("/me/theme/", {"theme": "pink"}).status_code == 400
    user.refresh_from_db()
    assert user.theme == "light"


def test_a_removed_time_zone_does_not_break_the_page(client: Client) -> None:
    user = persons.buyer()
    User.objects.filter(pk=user.pk).update(time_zone="../../etc/passwd")
    client.force_login(user)
    assert client.get(reverse("accounts:preferences")).status_code == 200


def test_the_first_administrator_is_made_by_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("correct horse battery\n"))
    call_command("create_administrator", "root", name="Root Person", stdout=StringIO())
    user = User.objects.get(username="root")
    assert user.check_password("correct horse battery")
    assert not user.is_superuser
    assert [(grant.role, grant.company_id) for grant in user.grants.all()] == [(Role.ADMINISTRATOR, None)]
    assert {"person.created", "grant.given"} <= set(Entry.objects.values_list("verb", flat=True))


def test_the_first_administrator_needs_a_strong_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("short\n"))
    with pytest.raises(CommandError, match="12 characters"):
        call_command("create_administrator", "root")
    assert not User.objects.exists()


def test_an_existing_name_is_not_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    persons.person(username="root")
    with pytest.raises(CommandError, match="already"):
        call_command("create_administrator", "root")


def test_grants_show_on_the_preferences_page(client: Client) -> None:
    user = persons.nobody()
    grants.give(user, Role.AUDITOR, by=None)
    client.force_login(user)
    page = client.get("/me/").content.decode()
    assert "Auditor" in page
    assert "the whole group" in page


def _verbs(user: User) -> list[str]:
    return list(Entry.objects.filter(object_key=user.pk).order_by("id").values_list("verb", flat=True))
