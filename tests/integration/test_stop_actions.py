"""What a maintenance lead does about a machine that stands still, from the preview to Odoo and back.

On the stand-in, and on the real Odoo that ODOO_URL, ODOO_DB, ODOO_LOGIN and ODOO_KEY name.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import override_settings

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.actions import requests
from apps.actions.changes import changes, clashes
from apps.actions.definition import Action, CannotPlanError, Plan
from apps.actions.errors import CannotUndoError
from apps.actions.models import Request, RequestState
from apps.actions.progress import Progress
from apps.exceptions.actions.close_stop import CloseForm, CloseStop, reasons_for
from apps.exceptions.actions.request_repair import RepairForm, RequestRepair
from apps.exceptions.actions.unblock import Unblock
from apps.exceptions.lifecycle import CaseState
from apps.exceptions.offers import offers
from odoo_sync.mirror.downtime import CentreTime
from odoo_sync.mirror.maintenance import MaintenanceRequest, MaintenanceTeam
from tests.integration.outbox import delivered, step
from tests.integration.outbox import quick as quick
from tests.integration.stops import Stopped, a_stop
from tests.people import person

pytestmark = pytest.mark.django_db(transaction=True)


def ago(**span: float) -> str:
    return (datetime.now(UTC) - timedelta(**span)).strftime("%Y-%m-%d %H:%M:%S")


@pytest.fixture
def down() -> Iterator[Stopped]:
    with a_stop(hours=1) as down:
        yield down


def lead(down: Stopped) -> User:
    return person(Role.MAINTENANCE_LEAD, company=down.company)


def ask(down: Stopped, action: Action[Any], answer: dict[str, Any] | None = None, by: User | None = None) -> Request:
    return requests.propose(action, down.stop, answer or action.initial(down.stop), by=by or lead(down))


def undone(request: Request) -> Request:
    return delivered(requests.undo(request, by=request.requested_by))


def now(down: Stopped, model: type[CentreTime]) -> CentreTime:
    return model.everything.get(pk=down.stop.pk)


@override_settings(PUBLIC_URL="https://tower.example")
def test_a_repair_is_requested_of_the_team_of_the_tied_equipment_with_a_way_back_to_the_case(down: Stopped) -> None:
    by = lead(down)
    down.tie(by)
    case = down.case()
    request = delivered(ask(down, RequestRepair(), by=by))
    assert request.state == RequestState.VERIFIED, (step(request).message, step(request).evidence)
    [made] = down.requests()
    assert made["name"] == f"{down.centre.name}: Equipment Failure · Burner failure"
    assert (made["maintenance_team_id"][0], made["priority"], made["maintenance_type"]) == (
        down.team_id,
        "3",
        "corrective",
    )
    assert f'href="https://tower.example/cases/{case.pk}/"' in made["description"]
    assert "Burner failure" in made["description"] and by.shown_name in made["description"]
    row = MaintenanceRequest.objects.get(name=made["name"])
    assert row.equipment == down.equipment
    assert down.case().detail.endswith("1 repair under way")


def test_the_description_of_a_repair_is_shown_before_it_is_written(down: Stopped) -> None:
    by = lead(down)
    plan = RequestRepair().plan(down.stop, RequestRepair().initial(down.stop), by=by)
    shown = {one.field: one.after for one in changes(plan, RequestRepair.key)}
    assert shown["description"].startswith(f"Burner failure\nRequested by {by.shown_name} in the control tower.")


def test_reasons_and_machines_are_named_before_and_after(down: Stopped) -> None:
    initial = CloseStop().initial(down.stop)
    reasons = {str(one.odoo_id): one.name for one in reasons_for(down.stop)}
    other = next(key for key in reasons if key != initial["loss"])
    answer = {**initial, "loss": other, "ended_at": ago(minutes=1)}
    plan = CloseStop().plan(down.stop, answer, by=lead(down))
    found = {one.field: (one.before, one.after) for one in changes(plan, CloseStop.key)}
    assert found["reason"] == (reasons[initial["loss"]], reasons[other])
    [clash] = clashes(
        [{"key": f"{down.stop.odoo_id}.workcenter_id", "base": down.centre.odoo_id, "theirs": 0, "mine": None}],
        plan, CloseStop.key, "mrp.workcenter.productivity",
    )  # fmt: skip
    assert clash.base == down.centre.name


def test_taking_a_repair_back_cancels_it(down: Stopped) -> None:
    by = lead(down)
    down.tie(by)
    request = delivered(ask(down, RequestRepair(), by=by))
    back = undone(request)
    assert back.state == RequestState.VERIFIED, step(back).message
    assert [one["archive"] for one in down.requests()] == [True]
    assert MaintenanceRequest.objects.get(equipment=down.equipment).is_cancelled is True


def test_a_second_repair_is_warned_of(down: Stopped) -> None:
    by = lead(down)
    down.tie(by)
    delivered(ask(down, RequestRepair(), by=by))
    plan = RequestRepair().plan(down.stop, RequestRepair().initial(down.stop), by=by)
    assert any("under way already" in text for text in plan.warnings)


def test_without_tied_equipment_the_request_names_none_and_says_so(down: Stopped) -> None:
    form = RepairForm(subject=down.stop)
    assert "Tie it under Settings" in str(form.fields["equipment"].help_text)
    initial = RequestRepair().initial(down.stop)
    plan = RequestRepair().plan(down.stop, initial, by=lead(down))
    assert any("names no equipment" in text for text in plan.warnings)
    request = delivered(ask(down, RequestRepair()))
    assert request.state == RequestState.VERIFIED, step(request).message
    assert MaintenanceRequest.objects.get(name=initial["name"]).equipment is None


def test_a_company_without_a_team_is_told_what_to_do(down: Stopped) -> None:
    MaintenanceTeam.objects.all().delete()
    with pytest.raises(CannotPlanError, match="Make one in Odoo"):
        RequestRepair().plan(down.stop, {"team": "1"}, by=lead(down))


def test_unblocking_ends_the_stop_and_the_case(down: Stopped) -> None:
    case = down.case()
    request = delivered(ask(down, Unblock(), {"reason": "Burner replaced"}))
    assert request.state == RequestState.VERIFIED, step(request).message
    assert down.state() == "normal" and down.row("date_end")["date_end"]
    assert down.centre.working_state == "normal"
    case.refresh_from_db()


def test_unblocking_can_be_taken_back(down: Stopped) -> None:
    request = delivered(ask(down, Unblock(), {"reason": "Burner replaced"}))
    back = undone(request)
    assert back.state == RequestState.VERIFIED, step(back).message
    assert down.state() == "blocked" and down.row("date_end")["date_end"] is False
    assert now(down, CentreTime).end_at is None


def started(down: Stopped, category: str, **values: Any) -> int:
    """Another time of the machine that goes on: a stop, or the clock of work."""
    domain = [("loss_type", "=", category)]
    loss = down.odoo.call("mrp.workcenter.productivity.loss", "search", domain, limit=1)[0]
    known = {"workcenter_id": down.centre_id, "loss_id": loss, "company_id": down.company.odoo_id, **values}
    return int(down.odoo.call("mrp.workcenter.productivity", "create", known))


def ends(down: Stopped, *rows: int) -> list[Any]:
    """The ends of these times as Odoo has them."""
    found = down.odoo.call("mrp.workcenter.productivity", "read", list(rows), ["date_end"])
    by_id = {one["id"]: one["date_end"] for one in found}
    return [by_id[one] for one in rows]


def test_taking_back_opens_no_stop_whose_end_somebody_has_corrected(down: Stopped) -> None:
    request = delivered(ask(down, Unblock(), {"reason": "Burner replaced"}))
    corrected = ago(minutes=20)
    down.odoo.call("mrp.workcenter.productivity", "write", [down.stop_id], {"date_end": corrected})
    back = undone(request)
    assert back.state == RequestState.CONFLICT
    assert (down.state(), ends(down, down.stop_id)) == ("normal", [corrected])


def test_taking_back_opens_the_stops_it_ended_and_no_clock_of_work(down: Stopped) -> None:
    clock, second = started(down, "productive"), started(down, "quality")
    down.poll()
    request = delivered(ask(down, Unblock(), {"reason": "Burner replaced"}))
    assert all(ends(down, down.stop_id, clock, second))
    back = undone(request)
    assert back.state == RequestState.VERIFIED, step(back).message
    first, worked, other = ends(down, down.stop_id, clock, second)
    assert (first, other) == (False, False) and worked
    assert any("Clocks" in one for one in Plan.load(back.plan).follows)


def test_what_others_have_ended_is_not_opened_by_taking_back(down: Stopped) -> None:
    request = ask(down, Unblock(), {"reason": "Burner replaced"})
    down.odoo.call("mrp.workcenter", "unblock", [down.centre_id])
    request = delivered(request)
    assert not Progress(request, request.requested_by).may_undo
    with pytest.raises(CannotUndoError, match="Nothing was sent"):
        requests.undo(request, by=request.requested_by)


def test_a_machine_that_somebody_has_unblocked_needs_nothing_more(down: Stopped) -> None:
    request = ask(down, Unblock(), {"reason": "Burner replaced"})
    down.odoo.call("mrp.workcenter", "unblock", [down.centre_id])
    assert delivered(request).state == RequestState.VERIFIED
    assert step(request).message == "Odoo already has it; nothing was sent."


def test_a_stop_that_ended_meanwhile_stands_in_the_way(down: Stopped) -> None:
    request = ask(down, CloseStop())
    down.odoo.call("mrp.workcenter.productivity", "write", [down.stop_id], {"date_end": ago(minutes=5)})
    request = delivered(request)
    assert request.state == RequestState.CONFLICT
    assert [one["key"].rpartition(".")[2] for one in step(request).evidence["differences"]] == ["date_end"]


def test_a_deleted_stop_is_told_as_gone(down: Stopped) -> None:
    request = ask(down, Unblock(), {"reason": "Burner replaced"})
    down.odoo.call("mrp.workcenter.productivity", "unlink", [down.stop_id])
    request = delivered(request)
    assert request.state in {RequestState.CONFLICT, RequestState.VERIFIED}
    assert step(request).attempts == 0


def test_closing_gives_the_stop_its_end_reason_and_finding_and_ends_the_case(down: Stopped) -> None:
    case = down.case()
    end = ago(minutes=10)
    answer = {"loss": str(down.reason("quality")), "ended_at": end, "description": "Nozzle"}
    request = delivered(ask(down, CloseStop(), answer))
    assert request.state == RequestState.VERIFIED, (step(request).message, step(request).evidence)
    found = down.row("loss_id", "date_end", "description", "loss_type")
    assert (found["loss_id"][0], found["date_end"], found["description"]) == (down.reason("quality"), end, "Nozzle")
    assert (found["loss_type"], down.state()) == ("quality", "normal")
    case = down.case()
    assert (case.state, case.ending) == (CaseState.RESOLVED, "The stop has ended.")


def test_closing_can_be_taken_back(down: Stopped) -> None:
    before = down.row("loss_id", "date_end", "description", "date_start")
    answer = {"loss": str(down.reason("quality")), "ended_at": ago(minutes=10), "description": "Nozzle"}
    back = undone(delivered(ask(down, CloseStop(), answer)))
    assert back.state == RequestState.VERIFIED, step(back).message
    assert down.row("loss_id", "date_end", "description", "date_start") == before
    assert down.state() == "blocked"


def test_the_form_takes_no_end_before_the_beginning_or_ahead(down: Stopped) -> None:
    def problems(ended_at: str) -> list[str]:
        form = CloseForm({"loss": str(down.reason("availability")), "ended_at": ended_at}, subject=down.stop)
        return [] if form.is_valid() else [str(text) for text in form.errors["ended_at"]]

    zone = CloseForm(subject=down.stop).zone
    from apps.exceptions.actions.close_stop import local_time

    def local(**span: float) -> str:
        return local_time(datetime.now(UTC) + timedelta(**span), zone)

    assert problems(local(minutes=-5)) == []
    assert problems(local(minutes=30)) == ["That moment has not come yet. A stop ends now or earlier."]
    assert problems(local(hours=-3)) == ["That is before the stop began."]
    assert problems("soon") == ["Write a day and a time, such as 2026-05-04T14:30."]


def test_only_those_who_may_act_on_machines_there_may_ask(down: Stopped) -> None:
    for stranger in (person(Role.BUYER, company=down.company), person(Role.QUALITY_LEAD, company=down.company)):
        with pytest.raises(PermissionDenied):
            ask(down, Unblock(), {"reason": "x"}, by=stranger)
    elsewhere = down.company.pk + 1
    with pytest.raises(PermissionDenied):
        ask(down, Unblock(), {"reason": "x"}, by=person(Role.MAINTENANCE_LEAD, company=elsewhere))


def test_the_case_offers_all_three_to_the_lead_of_the_plant(down: Stopped) -> None:
    case = down.case()
    plant = person(Role.MAINTENANCE_LEAD, company=down.company, plant=case.plant_id)
    assert case.plant_id is not None
    assert [one.key for one in offers(case, plant)] == [
        "maintenance.request_repair",
        "maintenance.unblock",
        "maintenance.close_stop",
    ]
    assert offers(case, person(Role.BUYER, company=down.company)) == []
