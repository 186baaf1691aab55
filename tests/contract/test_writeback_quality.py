"""What answering, confirming and approving an inspection of the OCA really does."""

from __future__ import annotations

from typing import Any

import pytest

from tests.contract.odoos import NOTHING, Odoo, RefusedError, lacks

pytestmark = pytest.mark.usefixtures("inspections")


@pytest.fixture(scope="module")
def inspections(odoo: Odoo) -> None:
    """Skips where this Odoo has no quality control of the OCA."""
    if lacks(odoo, "qc.inspection"):
        pytest.skip("quality_control_oca is not installed there")


@pytest.fixture
def test(odoo: Odoo) -> int:
    unit = odoo.ref("uom.product_uom_unit")
    answers = [[0, 0, {"name": "Clean", "ok": True}], [0, 0, {"name": "Scratched", "ok": False}]]
    number = {"name": "Pressure", "type": "quantitative", "min_value": 9.5, "max_value": 10.5, "uom_id": unit}
    look = {"name": "Surface", "type": "qualitative", "ql_values": answers}
    return odoo.create("qc.test", name=f"Outgoing {odoo.mark}", test_lines=[[0, 0, number], [0, 0, look]])


@pytest.fixture
def ready(odoo: Odoo, test: int) -> int:
    """An inspection of a product, to be answered."""
    inspection = inspect(odoo, test, f"product.product,{odoo.product()}")
    assert odoo.call("qc.inspection", "action_todo", [inspection]) is NOTHING
    return inspection


def inspect(odoo: Odoo, test: int, about: str) -> int:
    names = ["name", "type", "min_value", "max_value", "uom_id", "ql_values"]
    asked = odoo.call("qc.test.question", "search_read", [["test", "=", test]], fields=names, order="id")
    lines = [
        {
            "name": one["name"],
            "test_line": one["id"],
            "question_type": one["type"],
            "min_value": one["min_value"],
            "max_value": one["max_value"],
            "uom_id": one["uom_id"] and one["uom_id"][0],
            "test_uom_id": one["uom_id"] and one["uom_id"][0],
            "possible_ql_values": [[6, 0, one["ql_values"]]],
        }
        for one in asked
    ]
    rows = [[0, 0, line] for line in lines]
    return odoo.create("qc.inspection", object_id=about, test=test, qty=5, inspection_lines=rows)


def answer(odoo: Odoo, inspection: int, *, good: bool) -> None:
    for line in odoo.read("qc.inspection", inspection, "inspection_lines"):
        kind, values = (odoo.read("qc.inspection.line", line, name) for name in ("question_type", "possible_ql_values"))
        if kind == "quantitative":
            assert odoo.write("qc.inspection.line", [line], quantitative_value=10.0 if good else 7.9) is True
        else:
            assert odoo.write("qc.inspection.line", [line], qualitative_value=sorted(values)[0 if good else 1]) is True


def state(odoo: Odoo, inspection: int) -> Any:
    return odoo.read("qc.inspection", inspection, "state", "success")


def test_a_new_inspection_is_a_numbered_draft(odoo: Odoo, test: int) -> None:
    inspection = inspect(odoo, test, f"product.product,{odoo.product()}")
    assert odoo.read("qc.inspection", inspection, "state") == "draft"
    assert odoo.read("qc.inspection", inspection, "name").startswith("QC-")


def test_without_a_test_it_cannot_be_started(odoo: Odoo) -> None:
    inspection = odoo.create("qc.inspection", object_id=f"product.product,{odoo.product()}")
    with pytest.raises(RefusedError) as refused:
        odoo.call("qc.inspection", "action_todo", [inspection])
    assert refused.value.name == "odoo.exceptions.UserError"


def test_answers_follow_the_limits(odoo: Odoo, ready: int) -> None:
    assert state(odoo, ready) == {"state": "ready", "success": False}
    answer(odoo, ready, good=True)
    assert state(odoo, ready) == {"state": "ready", "success": True}
    answer(odoo, ready, good=False)
    assert state(odoo, ready) == {"state": "ready", "success": False}


@pytest.mark.parametrize(("value", "passes"), [(9.5, True), (10.5, True), (9.49999, False), (10.50001, False)])
def test_the_limits_themselves_are_good(odoo: Odoo, ready: int, value: float, passes: bool) -> None:
    lines = odoo.read("qc.inspection", ready, "inspection_lines")
    number = next(one for one in lines if odoo.read("qc.inspection.line", one, "question_type") == "quantitative")
    odoo.write("qc.inspection.line", [number], quantitative_value=value)
    assert odoo.read("qc.inspection.line", number, "success") is passes


def measured_line(odoo: Odoo, inspection: int) -> int:
    lines = odoo.read("qc.inspection", inspection, "inspection_lines")
    found = (one for one in lines if odoo.read("qc.inspection.line", one, "question_type") == "quantitative")
    return next(found)


@pytest.mark.parametrize("unit", ["uom.product_uom_dozen", "uom.product_uom_kgm"])
@pytest.mark.parametrize(("value", "passes"), [(10.0, True), (0.83, False), (120.0, False)])
def test_a_value_in_another_unit_is_compared_as_a_bare_number(
    odoo: Odoo, ready: int, unit: str, value: float, passes: bool
) -> None:
    line = measured_line(odoo, ready)
    assert odoo.write("qc.inspection.line", [line], quantitative_value=value, uom_id=odoo.ref(unit)) is True
    assert odoo.read("qc.inspection.line", line, "uom_id", "quantitative_value", "success") == {
        "uom_id": odoo.ref(unit),
        "quantitative_value": value,
        "success": passes,
    }


def test_value_and_unit_go_in_one_write_and_come_back_in_one(odoo: Odoo, ready: int) -> None:
    line, limits, other = measured_line(odoo, ready), odoo.ref("uom.product_uom_unit"), "uom.product_uom_dozen"
    for value, unit in ((0.5, odoo.ref(other)), (10.0, limits), (0.5, odoo.ref(other)), (0.0, False)):
        assert odoo.write("qc.inspection.line", [line], quantitative_value=value, uom_id=unit) is True
        assert odoo.read("qc.inspection.line", line, "uom_id", "quantitative_value", "test_uom_id") == {
            "uom_id": unit,
            "quantitative_value": value,
            "test_uom_id": limits,
        }


def test_a_measured_answer_without_a_unit_cannot_be_confirmed(odoo: Odoo, ready: int) -> None:
    answer(odoo, ready, good=True)
    line = measured_line(odoo, ready)
    odoo.write("qc.inspection.line", [line], uom_id=False)
    assert odoo.read("qc.inspection.line", line, "success") is True
    with pytest.raises(RefusedError) as refused:
        odoo.call("qc.inspection", "action_confirm", [ready])
    assert refused.value.name == "odoo.exceptions.UserError"
    odoo.write("qc.inspection.line", [line], quantitative_value=10.0, uom_id=odoo.ref("uom.product_uom_unit"))
    assert odoo.call("qc.inspection", "action_confirm", [ready]) is NOTHING
    assert state(odoo, ready)["state"] == "success"


def test_an_open_choice_cannot_be_confirmed(odoo: Odoo, ready: int) -> None:
    with pytest.raises(RefusedError) as refused:
        odoo.call("qc.inspection", "action_confirm", [ready])
    assert refused.value.name == "odoo.exceptions.UserError"
    assert state(odoo, ready)["state"] == "ready"


def test_good_answers_confirm_to_success(odoo: Odoo, ready: int) -> None:
    answer(odoo, ready, good=True)
    assert odoo.call("qc.inspection", "action_confirm", [ready]) is NOTHING
    assert state(odoo, ready) == {"state": "success", "success": True}
    assert odoo.read("qc.inspection", ready, "date_done")


def test_bad_answers_wait_for_somebody_to_agree(odoo: Odoo, ready: int) -> None:
    answer(odoo, ready, good=False)
    assert odoo.call("qc.inspection", "action_confirm", [ready]) is NOTHING
    assert state(odoo, ready) == {"state": "waiting", "success": False}
    assert odoo.read("qc.inspection", ready, "date_done") is False
    assert odoo.call("qc.inspection", "action_approve", [ready]) is NOTHING
    assert state(odoo, ready) == {"state": "failed", "success": False}
    assert odoo.read("qc.inspection", ready, "date_done")


def test_a_failed_one_can_be_measured_again(odoo: Odoo, ready: int) -> None:
    answer(odoo, ready, good=False)
    odoo.call("qc.inspection", "action_confirm", [ready])
    odoo.call("qc.inspection", "action_approve", [ready])
    assert odoo.call("qc.inspection", "action_draft", [ready]) is NOTHING
    assert odoo.read("qc.inspection", ready, "state", "date_done") == {"state": "draft", "date_done": False}
    odoo.call("qc.inspection", "action_todo", [ready])
    answer(odoo, ready, good=True)
    odoo.call("qc.inspection", "action_confirm", [ready])
    assert state(odoo, ready) == {"state": "success", "success": True}


def test_cancelling_answers_nothing(odoo: Odoo, ready: int) -> None:
    assert odoo.call("qc.inspection", "action_cancel", [ready]) is NOTHING
    assert state(odoo, ready)["state"] == "canceled"


def test_only_a_draft_can_be_deleted(odoo: Odoo, ready: int) -> None:
    with pytest.raises(RefusedError) as refused:
        odoo.call("qc.inspection", "unlink", [ready])
    assert refused.value.name == "odoo.exceptions.UserError"


def test_what_is_inspected_names_product_lot_and_transfer(odoo: Odoo, test: int) -> None:
    product = odoo.product(tracking="lot")
    lot = odoo.create("stock.lot", name=f"L{odoo.mark}", product_id=product, company_id=odoo.company)
    inspection = inspect(odoo, test, f"stock.lot,{lot}")
    assert odoo.read("qc.inspection", inspection, "product_id", "lot_id", "picking_id") == {
        "product_id": product,
        "lot_id": lot,
        "picking_id": False,
    }
    order = odoo.purchase({"product_id": odoo.product(), "product_qty": 10, "date_planned": "2031-03-03 09:00:00"})
    move = odoo.moves(odoo.receipt(order))[0]
    inspection = inspect(odoo, test, f"stock.move,{move}")
    assert odoo.read("qc.inspection", inspection, "product_id", "lot_id", "picking_id") == {
        "product_id": odoo.read("stock.move", move, "product_id"),
        "lot_id": False,
        "picking_id": odoo.receipt(order),
    }
    of_transfer = inspect(odoo, test, f"stock.picking,{odoo.receipt(order)}")
    assert odoo.read("qc.inspection", of_transfer, "product_id", "picking_id") == {
        "product_id": False,
        "picking_id": odoo.receipt(order),
    }
