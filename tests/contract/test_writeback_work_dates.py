"""What starting and finishing work does to the dates of work orders, of the manufacturing order and of its moves."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.odoos import Odoo

FORMAT = "%Y-%m-%d %H:%M:%S"
MONDAY, NEXT = "2031-03-03 13:00:00", "2031-03-10 13:00:00"
MINUTES = (40, 60)
"""What the two operations take for two pieces."""


@pytest.fixture
def orders(odoo: Odoo) -> dict[int, int]:
    """Two pieces of two operations each, for a Monday years ahead, by the days that the bill says they take."""
    product, component = odoo.product(), odoo.product()
    odoo.put_in_stock(component, 20)
    made = {}
    for days in (0, 3):
        bom = odoo.bill(product, {component: 2}, {odoo.centre(): 20, odoo.centre(): 30})
        odoo.write("mrp.bom", [bom], produce_delay=days)
        made[days] = odoo.production(product, bom, 2, date_start=MONDAY, date_deadline=NEXT)
    return made


def work(odoo: Odoo, order: int) -> list[int]:
    found: list[int] = odoo.read("mrp.production", order, "workorder_ids")
    return found


def is_in(text: str, minutes: float = 0) -> bool:
    """Whether a moment lies so far from now, give or take a minute and a half."""
    there = datetime.strptime(text, FORMAT).replace(tzinfo=UTC)
    return abs(there - datetime.now(UTC) - timedelta(minutes=minutes)) < timedelta(seconds=90)


def raw_dates(odoo: Odoo, order: int) -> dict[str, str]:
    found: dict[str, str] = odoo.read(
        "stock.move", odoo.read("mrp.production", order, "move_raw_ids")[0], "date", "date_deadline"
    )
    return found


def test_marking_done_what_was_not_started_begins_and_ends_it_now(odoo: Odoo, orders: dict[int, int]) -> None:
    order = orders[3]
    odoo.call("mrp.production", "button_mark_done", [order], context={"skip_redirection": True})
    found = odoo.read("mrp.production", order, "date_start", "date_finished", "date_deadline")
    assert is_in(found["date_start"]) and is_in(found["date_finished"])
    assert found["date_deadline"] == NEXT
    assert all(map(is_in, raw_dates(odoo, order).values()))
    for one in work(odoo, order):
        assert all(map(is_in, odoo.read("mrp.workorder", one, "date_start", "date_finished").values()))
        assert odoo.read("mrp.workorder", one, "leave_id")


def test_starting_the_first_work_order_begins_the_whole_and_plans_its_end_by_the_bill(
    odoo: Odoo, orders: dict[int, int]
) -> None:
    for days, order in orders.items():
        odoo.call("mrp.workorder", "button_start", [work(odoo, order)[0]])
        found = odoo.read("mrp.production", order, "date_start", "date_finished", "is_planned")
        assert is_in(found["date_start"]) and found["is_planned"]
        assert is_in(found["date_finished"], minutes=days * 24 * 60 or sum(MINUTES))
        assert all(map(is_in, raw_dates(odoo, order).values()))


def test_starting_the_last_work_order_alone_moves_the_end_and_not_the_begin(odoo: Odoo, orders: dict[int, int]) -> None:
    order = orders[3]
    last = work(odoo, order)[1]
    odoo.call("mrp.workorder", "button_start", [last])
    assert odoo.read("mrp.production", order, "date_start", "state") == {"date_start": MONDAY, "state": "progress"}
    ends = odoo.read("mrp.workorder", last, "date_finished")
    assert odoo.read("mrp.production", order, "date_finished") == ends
    assert raw_dates(odoo, order) == {"date": MONDAY, "date_deadline": MONDAY}
    assert work(odoo, order)[1] == last


def test_finishing_planned_work_early_gives_the_machine_back(odoo: Odoo, orders: dict[int, int]) -> None:
    order = orders[0]
    odoo.call("mrp.production", "button_plan", [order])
    taken = [odoo.read("mrp.workorder", one, "leave_id") for one in work(odoo, order)]
    odoo.call("mrp.production", "button_mark_done", [order], context={"skip_redirection": True})
    for leave in taken:
        assert all(map(is_in, odoo.read("resource.calendar.leaves", leave, "date_from", "date_to").values()))


def test_a_new_end_of_planned_work_is_a_new_duration(odoo: Odoo, orders: dict[int, int]) -> None:
    order = orders[0]
    odoo.call("mrp.production", "button_plan", [order])
    first = work(odoo, order)[0]
    starts = datetime.strptime(odoo.read("mrp.workorder", first, "date_start"), FORMAT)
    odoo.write("mrp.workorder", [first], date_finished=f"{starts + timedelta(minutes=15):{FORMAT}}")
    assert odoo.read("mrp.workorder", first, "duration_expected") == pytest.approx(15, abs=0.1)
