"""What to do with a step, for every way in which Odoo may have moved meanwhile."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from apps.actions.decide import Next, decide, holds, plain, same, unmet
from apps.actions.definition import Step
from apps.actions.markup import text_of

KEYS = ["1.date_planned", "1.state", "2.date_planned", "stock.move,7.date_deadline"]
VALUES = st.sampled_from([None, "2026-12-01 09:00:00", "2026-12-05 09:00:00", "purchase", 3, 4.5, True, [1, 2], [3]])
FACTS = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=4)


def step(guard: dict[str, Any], expect: dict[str, Any], safe_again: Any = "value") -> Step:
    return Step(1, 1, "purchase.order.line", (1,), "write", {}, guard, expect, safe_again)


def whole(*facts: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in facts:
        found |= one
    return found


@given(FACTS, FACTS)
def test_after_the_effect_a_step_is_done(guard: dict[str, Any], expect: dict[str, Any]) -> None:
    decision = decide(step(guard, expect), whole(guard, expect))
    assert decision.next is (Next.DONE if expect else Next.APPLY)


@given(FACTS, FACTS)
def test_an_untouched_record_may_be_written(guard: dict[str, Any], expect: dict[str, Any]) -> None:
    seen = whole(expect and dict.fromkeys(expect, "something else"), guard)
    decision = decide(step(guard, expect), seen)
    done = bool(expect) and holds(expect, seen)
    assert decision.next is (Next.DONE if done else Next.APPLY)


@given(FACTS, FACTS, FACTS)
def test_it_never_writes_over_a_value_that_nobody_saw(
    guard: dict[str, Any], expect: dict[str, Any], seen: dict[str, Any]
) -> None:
    """The one rule that must never break: APPLY only where each guarded fact is as seen, or as wanted already."""
    decision = decide(step(guard, expect), seen)
    if decision.next is Next.APPLY:
        for key, base in guard.items():
            assert key in seen
            assert same(seen[key], base) or (key in expect and same(seen[key], expect[key]))
    if decision.next is Next.DONE:
        assert holds(expect, seen)
    if decision.next is Next.CONFLICT:
        assert decision.differences


@given(FACTS, FACTS, FACTS)
def test_a_conflict_names_every_field_in_the_way_with_all_three_values(
    guard: dict[str, Any], expect: dict[str, Any], seen: dict[str, Any]
) -> None:
    for one in decide(step(guard, expect), seen).differences:
        assert same(one.base, guard[one.key])
        assert one.gone == (one.key not in seen)
        assert one.gone or same(one.theirs, seen[one.key])
        assert same(one.mine, expect.get(one.key, guard[one.key]))


def test_a_change_of_a_field_that_the_plan_neither_saw_nor_writes_is_no_obstacle() -> None:
    one = step({"1.date_planned": "2026-12-01 09:00:00"}, {"1.date_planned": "2026-12-05 09:00:00"})
    assert decide(one, {"1.date_planned": "2026-12-01 09:00:00", "1.state": "whatever"}).next is Next.APPLY


def test_somebody_who_made_the_same_change_is_no_conflict() -> None:
    guard = {"1.date_planned": "2026-12-01 09:00:00", "2.date_planned": "2026-12-01 09:00:00"}
    expect = dict.fromkeys(guard, "2026-12-05 09:00:00")
    seen = {"1.date_planned": "2026-12-05 09:00:00", "2.date_planned": "2026-12-01 09:00:00"}
    assert decide(step(guard, expect), seen).next is Next.APPLY


def test_a_record_that_is_gone_is_a_conflict_and_says_so() -> None:
    decision = decide(step({"1.date_planned": None}, {"1.date_planned": "2026-12-05 09:00:00"}), {})
    assert decision.next is Next.CONFLICT
    assert decision.differences[0].gone


def test_a_found_mark_means_done_whatever_else_changed() -> None:
    one = step({"1.state": "purchase"}, {}, "marker")
    assert decide(one, {"1.state": "cancel"}, marked=True).next is Next.DONE
    assert decide(one, {"1.state": "purchase"}, marked=False).next is Next.APPLY
    assert decide(one, {"1.state": "cancel"}, marked=False).next is Next.CONFLICT


def test_a_step_that_expects_nothing_is_never_taken_for_done() -> None:
    assert decide(step({}, {}, "no"), {}).next is Next.APPLY


@given(VALUES, VALUES)
def test_equality_does_not_depend_on_the_side(one: Any, other: Any) -> None:
    assert same(one, other) == same(other, one)
    assert same(one, one)


@given(VALUES)
def test_normalising_twice_changes_nothing(value: Any) -> None:
    assert plain(plain(value)) == plain(value)


def test_odoo_values_are_compared_as_odoo_means_them() -> None:
    assert same(False, None)
    assert same("", None)
    assert same("2026-12-01 09:00:00", "2026-12-01T09:00:00.123456Z")
    assert same([7, "Nordkugel"], 7)
    assert same([3, 1, 2], [1, 2, 3])
    assert same(10, 10.0)
    assert same(0.1 + 0.2, 0.3)
    assert not same(0, None)
    assert not same(1, True)
    assert not same("2026-12-01 09:00:00", "2026-12-01 09:00:01")
    assert not same([1, 2], [1, 2, 3])


@given(FACTS, FACTS)
def test_what_is_unmet_is_exactly_what_does_not_hold(expect: dict[str, Any], seen: dict[str, Any]) -> None:
    assert (not unmet(step({}, expect), seen)) == holds(expect, seen)


@given(FACTS.filter(bool), FACTS)
def test_a_found_mark_is_done_only_where_everything_is_as_it_was_to_be(
    expect: dict[str, Any], seen: dict[str, Any]
) -> None:
    decision = decide(step({}, expect, "external_id"), seen, marked=True)
    assert decision.next is (Next.DONE if holds(expect, seen) else Next.DIFFERS)
    assert decision.differences == unmet(step({}, expect), seen)


def test_of_html_the_text_counts_and_where_its_links_lead() -> None:
    link = '<a href="https://t/1">https://t/1</a>'
    sent = f"<p>Is 3 &lt; 4 &amp; &#x27;so&#x27;?<br>Tell us</p><p>Ann, by {link}</p>"
    kept = (
        sent.replace("&#x27;", "'")
        .replace("<br>", "<br/>")
        .replace("</p><p>", " </p>\n<p>")
        .replace("<a", '<a rel="x"')
    )
    assert same(kept, sent)
    assert text_of(sent) == "Is 3 < 4 & 'so'?\nTell us\nAnn, by https://t/1"
    for change in (
        ("Tell", "Ask"),
        ('t/1">', 't/2">'),
        ("Ann", "Bob"),
        ("3 &lt; 4", ""),
        (kept, ""),
        (kept, "<p></p>"),
    ):
        assert not same(kept.replace(*change), sent)
