"""The group always keeps somebody who gives roles: also when two act at once, and when the others' roles end."""

from __future__ import annotations

from collections.abc import Callable
from threading import Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction

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
