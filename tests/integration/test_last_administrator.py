"""The group always keeps somebody who gives roles: also when two act at once, and when the others' roles end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.utils import timezone

from apps.accounts import grants, people
from apps.accounts.access import people_with
from apps.accounts.errors import GrantRefusedError
from apps.accounts.models import Grant, User
from apps.accounts.roles import Role
from apps.audit.models import Entry
from tests import people as persons

pytestmark = pytest.mark.django_db
BLOCKED_FOR = 0.5


def administrators() -> set[User]:
    return set(people_with(Role.ADMINISTRATOR, None, None))


def while_uncommitted(first: Callable[[], object], second: Callable[[], object]) -> Exception | None:
    """Do the second in a transaction that begins while the first is not committed; gives back what refused it."""
    refused: list[Exception] = []

    def one() -> None:
        try:
            second()
        except (GrantRefusedError, PermissionDenied) as error:
            refused.append(error)
        finally:
            connection.close()

    other = Thread(target=one)
    with transaction.atomic():
        first()
        other.start()
        other.join(BLOCKED_FOR)
    other.join(20)
    assert not other.is_alive()
    return refused[0] if refused else None


@pytest.mark.django_db(transaction=True)
def test_of_two_who_take_each_others_role_at_once_one_stays() -> None:
    ann, ben = persons.administrator(), persons.administrator()
    of_ann, of_ben = ann.grants.get(), ben.grants.get()
    refused = while_uncommitted(lambda: grants.take(of_ben, by=ann), lambda: grants.take(of_ann, by=ben))
    assert isinstance(refused, PermissionDenied), "whose role is gone takes nobody's"
    assert administrators() == {ann}
    assert Entry.objects.filter(verb="grant.taken").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_deactivate_each_other_at_once_one_stays() -> None:
    ann, ben = persons.administrator(), persons.administrator()
    same = User.objects.get(pk=ben.pk), User.objects.get(pk=ann.pk)
    refused = while_uncommitted(lambda: people.deactivate(ben, by=ann), lambda: people.deactivate(same[1], by=same[0]))
    assert isinstance(refused, PermissionDenied)
    assert administrators() == {ann}


@pytest.mark.django_db(transaction=True)
def test_a_role_taken_and_a_sign_in_ended_at_once_leave_an_administrator() -> None:
    ann, ben = persons.administrator(), persons.administrator()
    of_ben = ben.grants.get()
    refused = while_uncommitted(lambda: grants.take(of_ben, by=None), lambda: people.deactivate(ann, by=None))
    assert isinstance(refused, GrantRefusedError)
    assert administrators() == {ann}


@pytest.mark.django_db(transaction=True)
def test_a_role_is_taken_once_however_many_take_it_at_once() -> None:
    ann, ben, grant = persons.administrator(), persons.administrator(), persons.buyer().grants.get()
    same = Grant.objects.get(pk=grant.pk)
    refused = while_uncommitted(lambda: grants.take(grant, by=ann), lambda: grants.take(same, by=ben))
    assert str(refused) == "Somebody else has taken this role away already."
    assert Entry.objects.filter(verb="grant.taken").count() == 1


def test_whose_role_ends_sooner_does_not_count_as_another_one() -> None:
    ann, soon = persons.administrator(), timezone.now() + timedelta(minutes=1)
    ben = persons.person(Role.ADMINISTRATOR, ends_at=soon)
    with pytest.raises(GrantRefusedError, match="nobody else holds the role for as long"):
        grants.take(ann.grants.get(), by=ben)
    with pytest.raises(GrantRefusedError, match="nobody else holds the role for as long"):
        people.deactivate(ann, by=ben)
    persons.person(Role.ADMINISTRATOR, ends_at=soon - timedelta(seconds=30))
    grants.take(ben.grants.get(), by=ann)
    persons.administrator()
    grants.take(ann.grants.get(), by=None)
    assert not ann.grants.exists()


def test_of_those_whose_roles_end_the_longest_stays() -> None:
    soon = timezone.now() + timedelta(hours=1)
    sooner, later = (persons.person(Role.ADMINISTRATOR, ends_at=soon + timedelta(hours=one)) for one in (0, 1))
    with pytest.raises(GrantRefusedError):
        grants.take(later.grants.get(), by=sooner)
    grants.take(sooner.grants.get(), by=later)
    with pytest.raises(GrantRefusedError):
        grants.take(later.grants.get(), by=None)


def test_what_gives_nobody_anything_any_more_may_always_go() -> None:
    ended = persons.person(Role.ADMINISTRATOR, ends_at=timezone.now() - timedelta(hours=1))
    gone = persons.administrator()
    User.objects.filter(pk=gone.pk).update(is_active=False)
    for one in (ended, gone):
        grants.take(one.grants.get(), by=None)
    assert not Grant.objects.exists()


def test_giving_the_role_again_does_not_end_the_last_one_either() -> None:
    ann, soon = persons.administrator(), timezone.now() + timedelta(hours=1)
    ben = persons.person(Role.ADMINISTRATOR, ends_at=soon)
    with pytest.raises(GrantRefusedError, match="nobody else holds the role for as long"):
        grants.give(ann, Role.ADMINISTRATOR, ends_at=soon + timedelta(hours=1), by=ben)
    assert ann.grants.get().ends_at is None
    grants.give(ann, Role.ADMINISTRATOR, by=ben)
    grants.give(ben, Role.ADMINISTRATOR, by=ann)
    grants.give(ann, Role.ADMINISTRATOR, ends_at=soon, by=ben)
    assert ann.grants.get().ends_at == soon


@pytest.mark.django_db(transaction=True)
def test_of_two_who_end_each_others_role_by_giving_it_again_at_once_one_stays() -> None:
    ann, ben = persons.administrator(), persons.administrator()
    soon = timezone.now() + timedelta(hours=1)
    refused = while_uncommitted(
        lambda: grants.give(ben, Role.ADMINISTRATOR, ends_at=soon, by=ann),
        lambda: grants.give(ann, Role.ADMINISTRATOR, ends_at=soon, by=ben),
    )
    assert isinstance(refused, GrantRefusedError)
    assert ann.grants.get().ends_at is None
