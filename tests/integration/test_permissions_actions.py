"""Actions × roles × companies × plants, from the registry: a new action is walked without being named here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import RequestFactory

from apps.accounts.roles import Permission
from apps.actions import requests
from apps.actions.definition import Action, Plan, actions
from apps.actions.dialog import Dialog
from odoo_sync.mirror.accounting import JournalEntry
from odoo_sync.mirror.base import Mirror
from tests.everyone import Person, Place, World, undone
from tests.integration.kept import copied
from tests.placed import BY_GOODS, placed
from tests.traded import Traders

pytestmark = pytest.mark.django_db
OFFERED = Plan(steps=(), undo=None, effect="Would be planned.")
BETWEEN_COMPANIES = {"intercompany.draft_bill", "intercompany.ask_other_company"}
"""Actions on the document of one company that the other company has to take."""


class TradingWorld(World):
    """Everyone, in two companies that invoice each other."""

    group_of = Traders
    group: Traders


@pytest.fixture
def world() -> TradingWorld:
    return copied(TradingWorld, TradingWorld)


def subjects(world: TradingWorld, action: Action) -> Iterator[tuple[str, Mirror, Place, list[Place]]]:
    """Records in every place: what they are, where the action belongs, and from where else the record is seen."""
    if action.key in BETWEEN_COMPANIES:
        sold = world.group.invoice()
        here, there = (world.group.plant.pk, None), (world.group.sister.pk, None)
        yield "an invoice to the sister", sold, there, [here]
        back = world.group.document(
            "out_invoice", company=world.group.sister, partner=world.group.plant.partner,
            commercial_partner=world.group.plant.partner,
        )  # fmt: skip
        yield "an invoice of the sister", back, here, [there]
        return
    for label, place in world.things.items():
        row, belongs = placed(world, action.subject, place)
        yield label, row, belongs, [world.things[one] for one in lying_in(action, label)]


def lying_in(action: Action, label: str) -> tuple[str, ...]:
    """The plants whose people see goods that lie in all plants of their company."""
    return ("plant", "other plant") if action.subject in BY_GOODS and label == "company" else ()


def answer_to(person: Person, action: Action, row: Mirror) -> str:
    """What happens to somebody who opens the dialog, and to somebody who asks without it."""
    request = RequestFactory().get(f"/actions/{action.key}/{row.pk}/")
    request.user = person.user
    try:
        Dialog.of(request, action.key, row.pk)
        seen = "allowed"
    except Http404:
        seen = "missing"
    except PermissionDenied:
        seen = "refused"
    try:
        requests.preview(action, row, {}, by=person.user)
        asked = "allowed"
    except PermissionDenied:
        asked = "refused"
    assert (seen == "allowed") == (asked == "allowed"), f"{person.label}: dialog {seen}, request {asked}"
    return seen


@pytest.mark.parametrize("key", sorted(one.key for one in actions))
def test_an_action_is_for_those_alone_who_may_take_it_there(
    world: TradingWorld, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    action = actions[key]()
    monkeypatch.setattr(actions[key], "plan", lambda *_args, **_options: OFFERED)
    wrong, allowed = [], 0
    for label, row, place, also in subjects(world, action):
        assert isinstance(row, JournalEntry) or type(row) is action.subject
        for person in world.people:
            with undone():
                found = answer_to(person, action, row)
            if person.may(action.requires, place):
                right, allowed = found == "allowed", allowed + 1
            elif any(person.may(Permission.SEE_CASES, one) for one in (place, *also)):
                right = found in {"refused", "missing"} if also else found == "refused"
            else:
                right = found == "missing"
            wrong += [] if right else [f"{person.label}: {key} on {label} is {found}"]
    assert not wrong, "\n".join(wrong)
    assert allowed, f"nobody may take {key} anywhere"
