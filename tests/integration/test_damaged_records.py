"""Every registered action over records of which something is missing: none of them trips, all say what they lack."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.actions.definition import Action, CannotPlanError, actions
from apps.actions.stumble import StumbledError, minding
from odoo_sync.mirror.base import Mirror, mirrors
from tests.actable import Plants
from tests.everyone import undone
from tests.mirrored import days
from tests.people import person

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ANSWER = {"reason": "Late", "note": "Seen", "message": "When?", "confirmed_by": "Mail", "question": "Which?"}
NOWHERE = 7
"""The key of no row."""
UNREAD = {"gone_at", "written_at", "read_began_at", "read_ended_at"}
"""When a row was read: not what it says."""


class Pair(NamedTuple):
    """An action with a record that it fits, and what is read for it."""

    action: Action[Any]
    record: Mirror
    sql: str


class Damage(NamedTuple):
    """One thing that is missing in every row of a mirror."""

    name: str
    do: Callable[[], Any]


def damages(mirror: type[Mirror]) -> Iterator[Damage]:
    """One empty field after another, links that all lead to nothing, rows that Odoo has no more or that never came."""
    rows = mirror.everything.all()
    fields = [one for one in mirror._meta.concrete_fields if one.null and one.name not in UNREAD]
    for one in fields if rows.exists() else ():
        yield Damage(f"without {one.name}", partial(rows.update, **{one.attname: None}))
    yield Damage("of no one", partial(rows.update, **{one.attname: NOWHERE for one in fields if one.is_relation}))
    yield Damage("gone", partial(rows.update, gone_at=days(0)))
    yield Damage("not there", rows.delete)


def ask_everything(action: Action[Any], record: Mirror, by: User) -> bool:
    """All that pages ask of an action about a record, in their order; whether it fits."""
    fitting = action.subject_for(record)
    if fitting is None:
        return False
    action.place(fitting)
    action.hint(fitting)
    initial = action.initial(fitting)
    form = action.form(initial=initial, subject=fitting)
    typed = {name: form[name].value() for name in form.fields} | {
        name: value for name, value in ANSWER.items() if name in form.fields
    }
    filled = action.form({name: value for name, value in typed.items() if value is not None}, subject=fitting)
    values = filled.cleaned_data if filled.is_valid() else {**typed, **initial}
    action.approver(fitting, values)
    action.plan(fitting, values, by=by)
    return True


def asked(action: Action[Any], record: Mirror, by: User) -> str:
    """What the action trips over with the record as it is mirrored now; empty while it does not."""
    fresh = type(record).everything.filter(pk=record.pk).first()
    try:
        with minding(action, record.key, record.pk):
            if fresh is not None:
                ask_everything(action, fresh, by)
    except StumbledError as error:
        return repr(error.__cause__)
    except CannotPlanError:
        pass
    return ""


def pairs_of(plants: Plants, by: User) -> list[Pair]:
    """Each action with the first record that it fits while all is sound."""
    return [pair for kind in actions if (pair := _pair(kind(), plants, by)) is not None]


def _pair(action: Action[Any], plants: Plants, by: User) -> Pair | None:
    for record in plants.records:
        with CaptureQueriesContext(connection) as seen:
            fits = ask_everything(action, record, by)
        if fits:
            return Pair(action, record, " ".join(one["sql"] for one in seen))
    return None


@pytest.mark.stumbles
def test_no_action_trips_over_what_is_missing() -> None:
    plants, by = Plants(), person(*Role.values)
    pairs = pairs_of(plants, by)
    assert {pair.action.key for pair in pairs} == {kind.key for kind in actions}
    trips = []
    for mirror in mirrors:
        near = [one for one in pairs if f'"{mirror._meta.db_table}"' in one.sql]
        for damage in damages(mirror) if near else ():
            with undone():
                damage.do()
                found = [(f"{one.action.key}, {mirror.key} {damage.name}", asked(*one[:2], by)) for one in near]
            trips += [f"{what}: {error}" for what, error in found if error]
    assert trips == []
