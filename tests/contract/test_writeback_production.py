"""What confirming, planning, starting and finishing production really does, and how machines stop."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from tests.contract.odoos import NOTHING, Odoo, RefusedError

MONDAY, NEXT = "2031-03-03 09:00:00", "2031-03-10 09:00:00"
UNPLANNED = {"date_start": False, "date_finished": False}


@dataclass
class Plant:
    """A product with one component and two operations, and stock for ten of it."""

    product: int
    component: int
    bom: int
    first: int
    second: int


@pytest.fixture
def plant(odoo: Odoo) -> Plant:
    product, component = odoo.product(), odoo.product()
    odoo.put_in_stock(component, 20)
    first, second = odoo.centre(), odoo.centre()
    bom = odoo.bill(product, {component: 2}, {first: 20, second: 30})
    return Plant(product, component, bom, first, second)


@pytest.fixture
def production(odoo: Odoo, plant: Plant) -> int:
    """Four pieces, confirmed, for a Monday."""
    return odoo.production(plant.product, plant.bom, date_start=MONDAY, date_deadline=NEXT)


def workorders(odoo: Odoo, production: int) -> list[int]:
    found: list[int] = odoo.read("mrp.production", production, "workorder_ids")
    return found


def test_confirming_reserves_and_makes_ready(odoo: Odoo, plant: Plant) -> None:
    order = odoo.production(plant.product, plant.bom, confirm=False, date_start=MONDAY)
    assert odoo.read("mrp.production", order, "state") == "draft"
    assert odoo.call("mrp.production", "action_confirm", [order]) is True
    found = odoo.read("mrp.production", order, "state", "reservation_state", "components_availability_state")
    assert found == {
        "state": "confirmed",
        "reservation_state": "assigned",
        "components_availability_state": "available",
    }
    raw = odoo.read("stock.move", odoo.read("mrp.production", order, "move_raw_ids")[0], "product_uom_qty", "quantity")
    assert raw == {"product_uom_qty": 8.0, "quantity": 8.0}
    states = [odoo.read("mrp.workorder", one, "state") for one in workorders(odoo, order)]
    assert states == ["ready", "pending"]
    minutes = [odoo.read("mrp.workorder", one, "duration_expected") for one in workorders(odoo, order)]
    assert minutes == [80.0, 120.0]


def test_missing_components_are_unavailable(odoo: Odoo) -> None:
    product, component = odoo.product(), odoo.product()
    order = odoo.production(product, odoo.bill(product, {component: 2}), date_start=MONDAY)
    assert odoo.read("mrp.production", order, "reservation_state", "components_availability_state") == {
        "reservation_state": "confirmed",
        "components_availability_state": "unavailable",
    }


def test_planning_puts_work_orders_one_after_the_other(odoo: Odoo, production: int) -> None:
    assert odoo.call("mrp.production", "button_plan", [production]) is True
    first, second = (
        odoo.read("mrp.workorder", one, "date_start", "date_finished") for one in workorders(odoo, production)
    )
    assert first["date_start"] and first["date_finished"] <= second["date_start"]
    assert odoo.read("mrp.production", production, "is_planned", "date_start", "date_finished") == {
        "is_planned": True,
        "date_start": first["date_start"],
        "date_finished": second["date_finished"],
    }


def test_planned_work_keeps_a_machine_busy(odoo: Odoo, plant: Plant, production: int) -> None:
    other = odoo.production(plant.product, plant.bom, date_start=MONDAY)
    odoo.call("mrp.production", "button_plan", [production])
    odoo.call("mrp.production", "button_plan", [other])
    ended = odoo.read("mrp.workorder", workorders(odoo, production)[0], "date_finished")
    assert odoo.read("mrp.workorder", workorders(odoo, other)[0], "date_start") >= ended


def test_rescheduling_a_planned_order_loses_the_plan(odoo: Odoo, production: int) -> None:
    odoo.call("mrp.production", "button_plan", [production])
    assert odoo.write("mrp.production", [production], date_start=NEXT) is True
    found = odoo.read("mrp.production", production, "is_planned", "date_start")
    assert found == {"is_planned": False, "date_start": NEXT}
    for one in workorders(odoo, production):
        assert odoo.read("mrp.workorder", one, "date_start", "date_finished") == UNPLANNED


def test_unplanning_answers_nothing(odoo: Odoo, production: int) -> None:
    odoo.call("mrp.production", "button_plan", [production])
    assert odoo.call("mrp.production", "button_unplan", [production]) is NOTHING
    assert odoo.read("mrp.production", production, "is_planned") is False


def test_rescheduling_an_unplanned_order_moves_its_end_and_its_components(odoo: Odoo, production: int) -> None:
    odoo.write("mrp.production", [production], date_start=NEXT)
    found = odoo.read("mrp.production", production, "date_start", "date_finished")
    assert found["date_start"] == NEXT and found["date_finished"] > NEXT
    raw = odoo.read("mrp.production", production, "move_raw_ids")[0]
    assert odoo.read("stock.move", raw, "date", "date_deadline") == {"date": NEXT, "date_deadline": NEXT}


def test_starting_work_opens_a_clock(odoo: Odoo, plant: Plant, production: int) -> None:
    work = workorders(odoo, production)[0]
    assert odoo.call("mrp.workorder", "button_start", [work]) is NOTHING
    assert odoo.read("mrp.workorder", work, "state", "is_user_working") == {
        "state": "progress",
        "is_user_working": True,
    }
    found = odoo.read("mrp.production", production, "state", "qty_producing", "is_planned", "date_start")
    assert (found["state"], found["qty_producing"], found["is_planned"]) == ("progress", 4.0, True)
    assert found["date_start"] < MONDAY
    clocks = odoo.find("mrp.workcenter.productivity", [["workorder_id", "=", work], ["date_end", "=", False]])
    assert len(clocks) == 1
    assert odoo.read("mrp.workcenter", plant.first, "working_state") == "done"


def test_pausing_stops_the_clock_and_keeps_the_state(odoo: Odoo, production: int) -> None:
    work = workorders(odoo, production)[0]
    odoo.call("mrp.workorder", "button_start", [work])
    assert odoo.call("mrp.workorder", "button_pending", [work]) is NOTHING
    assert odoo.read("mrp.workorder", work, "state", "is_user_working") == {
        "state": "progress",
        "is_user_working": False,
    }


def test_finishing_work_readies_the_next(odoo: Odoo, production: int) -> None:
    first, second = workorders(odoo, production)
    odoo.call("mrp.workorder", "button_start", [first])
    assert odoo.call("mrp.workorder", "button_finish", [first]) is True
    found = odoo.read("mrp.workorder", first, "state", "qty_produced", "date_finished")
    assert (found["state"], found["qty_produced"]) == ("done", 4.0) and found["date_finished"]
    assert odoo.read("mrp.workorder", second, "state") == "ready"


def test_a_blocked_centre_refuses_work(odoo: Odoo, plant: Plant, production: int) -> None:
    block(odoo, plant.first)
    with pytest.raises(RefusedError) as refused:
        odoo.call("mrp.workorder", "button_start", [workorders(odoo, production)[0]])
    assert refused.value.name == "odoo.exceptions.UserError"
    assert odoo.read("mrp.workorder", workorders(odoo, production)[0], "state") == "ready"


def test_marking_done_consumes_and_produces(odoo: Odoo, plant: Plant, production: int) -> None:
    context = {"skip_redirection": True}
    assert odoo.call("mrp.production", "button_mark_done", [production], context=context) is True
    found = odoo.read("mrp.production", production, "state", "date_finished", "qty_produced")
    assert (found["state"], found["qty_produced"]) == ("done", 4.0) and found["date_finished"] < MONDAY
    assert odoo.read("product.product", plant.component, "qty_available") == 12.0
    assert odoo.read("product.product", plant.product, "qty_available") == 4.0
    works = [odoo.read("mrp.workorder", one, "state", "duration") for one in workorders(odoo, production)]
    assert works == [{"state": "done", "duration": 80.0}, {"state": "done", "duration": 120.0}]


def test_missing_components_do_not_stop_it(odoo: Odoo) -> None:
    product, component = odoo.product(), odoo.product()
    order = odoo.production(product, odoo.bill(product, {component: 2}), date_start=MONDAY)
    context = {"skip_redirection": True}
    assert odoo.call("mrp.production", "button_mark_done", [order], context=context) is True
    assert odoo.read("mrp.production", order, "state") == "done"
    assert odoo.read("product.product", component, "qty_available") == -8.0


def test_a_part_asks_about_consumption_first(odoo: Odoo, production: int) -> None:
    odoo.write("mrp.production", [production], qty_producing=1)
    assert odoo.read("mrp.production", production, "state") == "progress"
    raw = odoo.read("mrp.production", production, "move_raw_ids")[0]
    assert odoo.read("stock.move", raw, "picked") is False
    assert odoo.call("mrp.production", "button_mark_done", [production])["res_model"] == "mrp.consumption.warning"
    assert odoo.read("mrp.production", production, "state") == "progress"


@pytest.mark.parametrize("in_proportion", [True, False])
def test_a_part_is_done_and_the_rest_becomes_a_new_order(
    odoo: Odoo, plant: Plant, production: int, in_proportion: bool
) -> None:
    odoo.write("mrp.production", [production], qty_producing=1)
    context: dict[str, object] = {"skip_backorder": True, "mo_ids_to_backorder": [production]}
    if in_proportion:
        assert odoo.call("mrp.production", "set_qty_producing", [production]) is NOTHING
    else:
        context["skip_consumption"] = True
    answer = odoo.call("mrp.production", "button_mark_done", [production], context=context)
    rest = answer["res_id"]
    assert odoo.read("mrp.production", production, "state", "product_qty") == {"state": "done", "product_qty": 1.0}
    assert odoo.read("mrp.production", rest, "state", "product_qty") == {"state": "confirmed", "product_qty": 3.0}
    assert odoo.read("product.product", plant.component, "qty_available") == 18.0
    raw = odoo.read("mrp.production", rest, "move_raw_ids")[0]
    assert odoo.read("stock.move", raw, "product_uom_qty", "quantity") == {"product_uom_qty": 6.0, "quantity": 6.0}
    names = [odoo.read("mrp.production", one, "name") for one in (production, rest)]
    assert [name.rsplit("-", 1)[1] for name in names] == ["001", "002"]


def test_cancelling_production(odoo: Odoo, production: int) -> None:
    assert odoo.call("mrp.production", "action_cancel", [production]) is True
    assert odoo.read("mrp.production", production, "state") == "cancel"


def test_cancelling_what_is_done_answers_true_and_does_nothing(odoo: Odoo, production: int) -> None:
    odoo.call("mrp.production", "button_mark_done", [production], context={"skip_redirection": True})
    assert odoo.call("mrp.production", "action_cancel", [production]) is True
    assert odoo.read("mrp.production", production, "state") == "done"


def block(odoo: Odoo, centre: int) -> int:
    """Stop a work centre now, for want of material."""
    loss = odoo.find("mrp.workcenter.productivity.loss", [["loss_type", "=", "availability"]], limit=1)[0]
    values = {"workcenter_id": centre, "loss_id": loss, "description": "Burner failure", "company_id": odoo.company}
    return odoo.create("mrp.workcenter.productivity", **values)


def test_a_stop_without_end_blocks_the_centre(odoo: Odoo, plant: Plant) -> None:
    block(odoo, plant.first)
    assert odoo.read("mrp.workcenter", plant.first, "working_state") == "blocked"
    assert odoo.call("mrp.workcenter", "unblock", [plant.first]) is True
    assert odoo.read("mrp.workcenter", plant.first, "working_state") == "normal"
    with pytest.raises(RefusedError) as refused:
        odoo.call("mrp.workcenter", "unblock", [plant.first])
    assert refused.value.name == "odoo.exceptions.UserError"


def test_a_stop_leaves_running_clocks_until_told(odoo: Odoo, plant: Plant, production: int) -> None:
    work = workorders(odoo, production)[0]
    odoo.call("mrp.workorder", "button_start", [work])
    stop = block(odoo, plant.first)
    running = [["workorder_id", "=", work], ["date_end", "=", False]]
    assert len(odoo.find("mrp.workcenter.productivity", running)) == 1
    assert odoo.call("mrp.workcenter.productivity", "button_block", [stop]) is NOTHING
    assert odoo.find("mrp.workcenter.productivity", running) == []


def test_a_stop_can_be_closed_with_an_end_of_its_own(odoo: Odoo, plant: Plant) -> None:
    stop = block(odoo, plant.first)
    assert odoo.write("mrp.workcenter.productivity", [stop], date_end=odoo.now(minutes=5)) is True
    assert odoo.read("mrp.workcenter", plant.first, "working_state") == "normal"


def test_changing_the_reason_of_a_stop_keeps_it_open(odoo: Odoo, plant: Plant) -> None:
    stop = block(odoo, plant.first)
    quality = odoo.find("mrp.workcenter.productivity.loss", [["loss_type", "=", "quality"]], limit=1)[0]
    assert odoo.write("mrp.workcenter.productivity", [stop], loss_id=quality) is True
    found = odoo.read("mrp.workcenter.productivity", stop, "loss_type", "date_end")
    assert found == {"loss_type": "quality", "date_end": False}
    assert odoo.read("mrp.workcenter", plant.first, "working_state") == "blocked"


def test_closing_a_stop_with_a_reason_in_one_write(odoo: Odoo, plant: Plant) -> None:
    stop = block(odoo, plant.first)
    quality = odoo.find("mrp.workcenter.productivity.loss", [["loss_type", "=", "quality"]], limit=1)[0]
    end = odoo.now()
    assert odoo.write("mrp.workcenter.productivity", [stop], loss_id=quality, date_end=end) is True
    found = odoo.read("mrp.workcenter.productivity", stop, "loss_id", "date_end")
    assert found == {"loss_id": quality, "date_end": end}
    assert odoo.read("mrp.workcenter", plant.first, "working_state") == "normal"


def test_a_closed_stop_can_be_opened_again(odoo: Odoo, plant: Plant) -> None:
    stop = block(odoo, plant.first)
    odoo.call("mrp.workcenter", "unblock", [plant.first])
    assert odoo.write("mrp.workcenter.productivity", [stop], date_end=False) is True
    found = odoo.read("mrp.workcenter.productivity", stop, "date_end", "duration")
    assert found == {"date_end": False, "duration": 0.0}
    assert odoo.read("mrp.workcenter", plant.first, "working_state") == "blocked"


def test_unblocking_ends_every_open_row_of_the_centre(odoo: Odoo, plant: Plant, production: int) -> None:
    work = workorders(odoo, production)[0]
    odoo.call("mrp.workorder", "button_start", [work])
    stop = block(odoo, plant.first)
    odoo.call("mrp.workcenter", "unblock", [plant.first])
    assert odoo.read("mrp.workcenter.productivity", stop, "date_end")
    assert odoo.find("mrp.workcenter.productivity", [["workorder_id", "=", work], ["date_end", "=", False]]) == []


def test_a_stop_that_began_earlier_can_be_told(odoo: Odoo, plant: Plant) -> None:
    loss = odoo.find("mrp.workcenter.productivity.loss", [["loss_type", "=", "availability"]], limit=1)[0]
    since = odoo.now(minutes=-90)
    values = {"workcenter_id": plant.first, "loss_id": loss, "company_id": odoo.company, "date_start": since}
    stop = odoo.create("mrp.workcenter.productivity", **values)
    assert odoo.read("mrp.workcenter.productivity", stop, "date_start", "date_end") == {
        "date_start": since,
        "date_end": False,
    }
