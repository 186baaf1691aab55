"""A plan as people read it: in Odoo's words, record by record, without what says nothing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.actions.changes import changes
from apps.actions.definition import NEW, Plan, Step
from apps.intercompany.actions.draft_bill import DraftBill
from controltower.lib.numbers import trimmed

MOVE = "account.move"


def plan(expect: dict[str, object], *more: Step, guard: dict[str, object] | None = None) -> Plan:
    step = Step(
        connection=1, company=1, model=MOVE, ids=(7,), method="write", args={"vals": {"ref": "A"}},
        guard=guard or {}, expect=expect, safe_again="value",
    )  # fmt: skip
    names = {f"{MOVE},{NEW}": "New bill", f"{MOVE},7": "BILL/7", f"{MOVE},8": "BILL/8", "currency_id=1": "EUR"}
    return Plan(steps=(step, *more), undo=None, effect="", follows=(), warnings=(), names=names)


def told(of: Plan) -> list[tuple[str, str, object, object]]:
    return [(one.record, one.field, one.before, one.after) for one in changes(of, DraftBill.key)]


def test_a_selection_a_link_a_day_and_a_flag_are_said_in_words() -> None:
    expect = {"7.move_type": "in_refund", "7.currency_id": 1, "7.invoice_date": "2026-05-04", "7.active": True}
    assert told(plan(expect)) == [
        ("BILL/7", "bill date", None, date(2026, 5, 4)),
        ("BILL/7", "currency", None, "EUR"),
        ("BILL/7", "kind", None, "Vendor Credit Note"),
        ("BILL/7", "in use", None, "yes"),
    ]
    assert changes(plan({"7.invoice_date": "2026-05-04"}), DraftBill.key)[0].is_moment


def test_what_a_new_record_leaves_empty_is_not_told_and_what_a_known_one_loses_is() -> None:
    assert told(plan({f"{NEW}.ref": None, f"{NEW}.state": "draft"})) == [("New bill", "state", None, "Draft")]
    assert told(plan({"7.ref": None}, guard={"7.ref": "A-1"})) == [("BILL/7", "reference", "A-1", None)]


def test_changes_stand_together_record_by_record() -> None:
    assert [one[0] for one in told(plan({"7.ref": "A", "8.ref": "B", "7.state": "posted"}))] == [
        "BILL/7", "BILL/7", "BILL/8",
    ]  # fmt: skip


def test_a_kept_plan_is_told_in_the_order_of_the_one_that_was_previewed() -> None:
    fresh = plan({"8.state": "posted", "7.invoice_date": "2026-05-04", "7.ref": "A", "8.ref": "B"})
    assert told(fresh) == told(Plan.load(fresh.canonical()))
    assert [one[:2] for one in told(fresh)] == [
        ("BILL/7", "reference"), ("BILL/7", "bill date"), ("BILL/8", "state"), ("BILL/8", "reference"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "shown"), [("70", "70"), ("70.00", "70"), ("0.50", "0.5"), ("0", "0"), ("0.00", "0")]
)
def test_a_number_has_neither_exponent_nor_needless_zeros(value: str, shown: str) -> None:
    assert str(trimmed(Decimal(value))) == shown and trimmed(Decimal(value)) == Decimal(value)
