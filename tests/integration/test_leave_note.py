"""A note in Odoo with the way back to the case."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.actions import outbox, requests
from apps.actions.definition import actions
from apps.actions.models import RequestState
from apps.exceptions.detectors.stock_on_hold import StockOnHold
from apps.exceptions.evaluate import sweep
from apps.exceptions.models import Case
from apps.exceptions.offers import offers
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.stock import Transfer
from odoo_sync.mirror.stock_lots import Lot
from tests.integration import goods
from tests.integration.goods import Held
from tests.integration.goods import held as held
from tests.integration.goods import odoo as odoo
from tests.integration.orders import Ordered, an_order
from tests.integration.stops import Stopped, stopped
from tests.people import buyer, controller, person

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "The vendor's furnace is down.\n\nAsk <Ms Weber>."


@pytest.fixture
def ordered(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ordered]:
    monkeypatch.setattr(outbox, "READ_BACKS", (0.0, 0.1))
    with an_order(days=-3) as ordered:
        yield ordered


def test_the_note_stands_on_the_order_and_leads_back_to_its_case(ordered: Ordered) -> None:
    sweep()
    case = Case.objects.order_by("-id")[0]
    action = actions["note.purchase.order"]()
    request = requests.propose(action, ordered.order, {"note": TEXT}, by=buyer(ordered.company))
    outbox.deliver(request.pk)
    request.refresh_from_db()
    assert request.state == RequestState.VERIFIED, list(request.deliveries.values("message"))
    (body,) = (one["body"] for one in ordered.messages() if "furnace" in one["body"])
    assert "Ask &lt;Ms Weber&gt;." in body
    assert f"/cases/{case.pk}/" in body


def test_whoever_may_work_the_case_is_offered_it_and_readers_are_not(ordered: Ordered) -> None:
    sweep()
    case = Case.objects.order_by("-id")[0]
    for somebody in (buyer(ordered.company), controller(ordered.company)):
        assert "note.purchase.order" in [offer.key for offer in offers(case, somebody)]
    reader = person(Role.EXECUTIVE, company=ordered.company)
    assert offers(case, reader) == []
    with pytest.raises(PermissionDenied):
        requests.propose(actions["note.purchase.order"](), ordered.order, {"note": TEXT}, by=reader)


def copied(case: Case, **values: Any) -> Case:
    """Another case, newer than this one."""
    for name, value in {"pk": None, **values}.items():
        setattr(case, name, value)
    case.save(force_insert=True)
    return case


def test_a_record_of_another_model_with_the_same_number_names_no_case(ordered: Ordered) -> None:
    sweep()
    mine, row = Case.objects.order_by("-id")[0].pk, ordered.order.pk
    told = [{"label": "Transfer", "value": "x", "mirror": Transfer.key, "row": row, "as_of": None}]
    chain = {"chain": [{"mirror": Transfer.key, "row": row}]}
    other = copied(
        Case.objects.get(pk=mine), subject_type=Transfer.key, subject_key=str(row), documents=[row], evidence=told,
        impact=chain,
    )  # fmt: skip
    assert other.pk > mine
    request = requests.propose(
        actions["note.purchase.order"](), ordered.order, {"note": TEXT}, by=buyer(ordered.company)
    )
    assert f"/cases/{mine}/" in request.plan and f"/cases/{other.pk}/" not in request.plan


def left(case: Case, key: str, by: User, odoo: Any) -> tuple[Mirror, str]:
    """Leave a note as the case offers it; the record it went to, and the note as Odoo has it."""
    (offer,) = [one for one in offers(case, by) if one.key == key]
    action = actions[key]()
    record = action.subject.objects.get(pk=int(offer.url.split("?")[0].strip("/").rpartition("/")[2]))
    assert str(record) in offer.hint
    request = requests.propose(action, record, {"note": TEXT}, by=by)
    outbox.deliver(request.pk)
    request.refresh_from_db()
    assert request.state == RequestState.VERIFIED, list(request.deliveries.values("message"))
    domain = [("model", "=", record.source.model), ("res_id", "=", record.odoo_id), ("body", "like", "furnace")]
    (body,) = (one["body"] for one in odoo.call("mail.message", "search_read", domain, fields=["body"]))
    return record, body


@pytest.mark.parametrize("key", ["note.qc.inspection", "note.stock.lot"])
def test_a_note_stands_on_the_inspection_and_on_its_lot(held: Held, key: str) -> None:
    sweep(only=StockOnHold)
    record, body = left(held.case, key, goods.lead(held), held.odoo)
    assert record.odoo_id in {held.number, held.lot}
    assert f"/cases/{held.case.pk}/" in body


def test_a_lot_without_a_company_belongs_where_it_lies(held: Held) -> None:
    Lot.objects.update(company=None)
    sweep(only=StockOnHold)
    assert "note.stock.lot" in [one.key for one in offers(held.case, goods.lead(held))]


@pytest.fixture
def down(odoo: Any) -> Stopped:
    return stopped(odoo, since=(datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S"))


def test_a_note_stands_on_the_machine_and_on_its_repair(down: Stopped) -> None:
    lead = person(Role.MAINTENANCE_LEAD, company=down.company)
    down.tie(lead)
    request = requests.propose(actions["maintenance.request_repair"](), down.stop, repair_of(down), by=lead)
    outbox.deliver(request.pk)
    case = down.case()
    for key in ("note.maintenance.equipment", "note.maintenance.request"):
        _record, body = left(case, key, lead, down.odoo)
        assert f"/cases/{case.pk}/" in body


def repair_of(down: Stopped) -> dict[str, Any]:
    return {**actions["maintenance.request_repair"]().initial(down.stop), "name": "Burner failure"}


def test_no_note_is_offered_on_a_work_centre(down: Stopped) -> None:
    lead = person(Role.MAINTENANCE_LEAD, company=down.company)
    assert [one.key for one in offers(down.case(), lead) if one.key.startswith("note.")] == []
