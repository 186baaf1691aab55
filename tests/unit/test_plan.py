"""A plan is frozen, hashed and sent byte for byte: nothing of it may get lost or change unseen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apps.actions.definition import Plan, Step, fact, split_fact

MODELS = st.sampled_from(["purchase.order", "purchase.order.line", "stock.picking", "mail.message"])
NAMES = st.from_regex(r"[a-z][a-z_0-9]{0,15}", fullmatch=True)
IDS = st.integers(1, 2**40 - 1)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(2**53), 2**53), FLOATS, st.text()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
FACTS = st.dictionaries(st.builds(lambda number, name: f"{number}.{name}", IDS, NAMES), JSON, max_size=3)
STEPS = st.builds(
    Step,
    connection=st.integers(1, 9),
    company=st.none() | IDS,
    model=MODELS,
    ids=st.lists(IDS, max_size=3).map(tuple),
    method=NAMES,
    args=st.dictionaries(NAMES, JSON, max_size=2),
    guard=FACTS,
    expect=FACTS,
    safe_again=st.sampled_from(["value", "state", "external_id", "marker", "no"]),
    label=st.text(max_size=20),
)
PLANS = st.builds(
    Plan,
    steps=st.lists(STEPS, min_size=1, max_size=3).map(tuple),
    undo=st.none() | st.lists(STEPS, max_size=2).map(tuple),
    effect=st.text(max_size=30),
    follows=st.lists(st.text(max_size=10), max_size=2).map(tuple),
    warnings=st.lists(st.text(max_size=10), max_size=2).map(tuple),
    names=st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=2),
)


@given(PLANS)
def test_a_plan_reads_back_exactly_as_it_was_written(plan: Plan) -> None:
    again = Plan.load(plan.canonical())
    assert again == plan
    assert again.canonical() == plan.canonical()
    assert again.hash == plan.hash


@given(PLANS)
def test_a_plan_survives_the_text_column(plan: Plan) -> None:
    assert Plan.load(plan.canonical().decode()).hash == plan.hash


@given(PLANS, PLANS)
def test_two_plans_have_one_hash_only_when_they_are_equal(one: Plan, other: Plan) -> None:
    assert (one.hash == other.hash) == (one.canonical() == other.canonical())


@given(PLANS, st.data())
def test_any_change_of_a_step_changes_the_hash(plan: Plan, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(plan.steps) - 1))
    step = plan.steps[position]
    changed = data.draw(
        st.sampled_from(
            [
                replace(step, connection=step.connection + 1),
                replace(step, company=(step.company or 0) + 1),
                replace(step, ids=(*step.ids, 1)),
                replace(step, method=step.method + "x"),
                replace(step, args={**step.args, "another": 1}),
                replace(step, guard={**step.guard, "1.another": 1}),
                replace(step, expect={**step.expect, "1.another": 1}),
                replace(step, label=step.label + "x"),
            ]
        )
    )
    steps = (*plan.steps[:position], changed, *plan.steps[position + 1 :])
    assert replace(plan, steps=steps).hash != plan.hash


@given(PLANS)
def test_the_order_in_which_values_were_put_together_is_irrelevant(plan: Plan) -> None:
    turned = tuple(replace(step, guard=dict(reversed(step.guard.items()))) for step in plan.steps)
    assert replace(plan, steps=turned).hash == plan.hash


@given(MODELS, MODELS, IDS, NAMES)
def test_a_fact_is_found_again_under_its_name(own: str, model: str, odoo_id: int, name: str) -> None:
    assert split_fact(fact(model, odoo_id, name), own) == (model, odoo_id, name)
    assert split_fact(f"{odoo_id}.{name}", own) == (own, odoo_id, name)
