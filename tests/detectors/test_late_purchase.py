"""P1: late purchase lines, from mirror rows to cases."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.exceptions.definition import Severity
from apps.exceptions.detectors.late_purchase import LatePurchase
from apps.exceptions.evaluate import evaluate, evaluate_change, evaluate_due
from apps.exceptions.inhibition import silences
from apps.exceptions.lifecycle import CaseState
from apps.exceptions.models import Case, CaseEvent, Check, Event
from odoo_sync.mirror.purchase import PurchaseOrderLine
from odoo_sync.mirror.sale import SaleOrderLine
from odoo_sync.mirror.stock import Move
from tests.mirrored import NOON, Group, change, days

pytestmark = pytest.mark.django_db
SOON, LATER = NOON + timedelta(seconds=5), NOON + timedelta(seconds=10)


@pytest.fixture
def group() -> Group:
    return Group()


def judge(*lines: PurchaseOrderLine, now=NOON) -> Case | None:
    evaluate(LatePurchase, [str(line.pk) for line in lines], now=now)
    return Case.objects.filter(subject_key=str(lines[0].pk)).order_by("-id").first()


def test_a_line_promised_for_yesterday_is_a_case_with_its_place_and_its_terms(group):
    line = group.purchase(days(-1))
    case = judge(line)
    assert case is not None
    assert (case.state, case.domain, case.detector) == (CaseState.OPEN, "procure", "purchase.late_line")
    assert (case.company_id, case.plant_id, case.connection_id) == (
        group.plant.pk,
        group.warehouse.pk,
        group.connection.pk,
    )
    assert case.summary == "Bearing from Nordkugel is 1 working day late"
    assert (case.money, case.customers, case.delay_days, case.currency) == (0, 0, 1, "EUR")
    assert case.detail == f"Nothing is known to wait for it · {line.order.name}"
    assert case.score_terms["score"] == str(case.score)
    assert CaseEvent.objects.get(case=case).verb == "case.opened"
    assert Event.objects.filter(case=case).count() == 1


def test_a_line_promised_for_today_is_not_late_and_will_be_looked_at_tomorrow_in_the_plants_zone(group):
    line = group.purchase(days(0))
    assert judge(line) is None
    assert Check.objects.get(subject_key=str(line.pk)).due_at.isoformat() == "2026-06-03T22:00:00+00:00"


def test_a_line_promised_for_friday_is_not_late_on_the_weekend_but_on_monday(group):
    friday = days(2)
    line = group.purchase(friday)
    assert judge(line, now=days(3)) is None
    assert judge(line, now=days(4)) is None
    group.fresh(days(5))
    assert judge(line, now=days(5)).delay_days == 1


def test_a_line_of_an_order_that_is_not_confirmed_is_nothing(group):
    line = group.purchase(days(-5))
    change(line.order, state="draft")
    assert judge(line) is None


def test_a_received_line_is_nothing(group):
    assert judge(group.purchase(days(-5), quantity=10, received=10)) is None


def test_a_line_without_its_order_is_judged_by_its_own_state_and_never_hidden(group):
    line = group.purchase(days(-5))
    line.order.delete()
    case = judge(line)
    assert case is not None and case.company_id == group.plant.pk and case.plant_id is None


def test_a_line_without_a_promised_date_cannot_be_judged_and_that_is_said(group):
    line = group.purchase(None)
    assert judge(line) is None
    assert Check.objects.get(subject_key=str(line.pk)).cannot_judge == "The line has no promised date."


def chained(group: Group, promised: float, need: float, finish: float, deliver: float, **sale):
    """purchase → receipt → component → production → delivery → customer."""
    sold = group.sale(days(deliver), **sale)
    made = group.make(days(need), days(finish), feeds=[sold.move])
    line = group.purchase(days(promised))
    group.receipt(line, feeds=[made.raw])
    return line, made, sold


def test_money_and_customers_behind_a_production_order_are_at_risk(group):
    line, made, sold = chained(group, promised=9, need=5, finish=6, deliver=7)
    case = judge(line)
    assert (case.money, case.customers, case.delay_days) == (Decimal("500.00"), 1, 4)
    assert case.summary == "Bearing from Nordkugel will come 4 working days after it is needed"
    assert case.detail == f"Holds up 1 order line, 1 production order · {line.order.name} · {made.order.name}"
    kinds = [link["kind"] for link in case.impact["chain"]]
    assert kinds == [
        "vendor",
        "purchase_line",
        "receipt",
        "component",
        "production",
        "delivery",
        "sale_line",
        "customer",
    ]
    sale_link = next(link for link in case.impact["chain"] if link["kind"] == "sale_line")
    assert (sale_link["slack_days"], sale_link["money"], sale_link["row"]) == (-3, "500.00", sold.line.pk)
    assert case.impact["order_lines"] == [sold.line.pk]


def late_links(case) -> dict[str, int]:
    return {link["kind"]: link["slack_days"] for link in case.impact["chain"] if (link["slack_days"] or 0) < 0}


def test_a_weekend_hides_no_late_link_behind_which_money_is_at_risk(group):
    friday, sunday = 2, 4
    line, _, sold = chained(group, promised=sunday, need=friday, finish=friday, deliver=friday)
    case = judge(line)
    assert case.money == Decimal("500.00")
    assert late_links(case) == dict.fromkeys(["component", "production", "delivery", "sale_line"], -2)
    assert case.impact["order_lines"] == [sold.line.pk]


def test_the_vendors_link_is_measured_by_the_first_promise_and_not_by_the_date_it_was_moved_to(group):
    line, _, _ = chained(group, promised=3, need=9, finish=10, deliver=12)
    change(line, promised_at=days(8))
    case = judge(line)
    link = next(link for link in case.impact["chain"] if link["kind"] == "purchase_line")
    assert (link["due_at"], link["expected_at"]) == (days(3).isoformat(), days(8).isoformat())
    assert link["slack_days"] == -5


def test_a_delay_that_the_production_absorbs_puts_nothing_at_risk(group):
    line, _, _ = chained(group, promised=-1, need=5, finish=6, deliver=7)
    case = judge(line)
    assert (case.money, case.customers) == (0, 0)
    assert case.delay_days == -3
    assert case.severity == Severity.LOW
    assert next(link for link in case.impact["chain"] if link["kind"] == "component")["slack_days"] == 5


def test_a_promise_in_time_for_its_need_is_no_case(group):
    line, _, _ = chained(group, promised=5, need=5, finish=6, deliver=7)
    assert judge(line) is None


def test_money_counts_in_group_currency_by_the_rates_of_the_selling_company(group):
    group.rate(group.dollar, "1.25", company=None)
    group.rate(group.euro, "0.8", company=group.sister)
    line, _, _ = chained(
        group,
        promised=9,
        need=5,
        finish=6,
        deliver=7,
        company=group.sister,
        warehouse=group.depot,
        currency=group.dollar,
    )
    assert judge(line).money == Decimal("320.00")


def test_a_sale_without_a_rate_is_named_and_left_out_never_taken_for_one_to_one(group):
    line, _, _ = chained(group, promised=9, need=5, finish=6, deliver=7, currency=group.dollar)
    case = judge(line)
    assert case.money == 0 and case.customers == 1
    assert case.cannot_judge == "Money is incomplete: no rate from USD to EUR on 2026-06-03."


def test_a_sister_company_counts_in_money_and_not_as_a_customer(group):
    line, _, _ = chained(group, promised=9, need=5, finish=6, deliver=7, customer=group.sister.partner)
    case = judge(line)
    assert (case.money, case.customers) == (Decimal("500.00"), 0)


def test_a_case_follows_the_data_and_closes_when_the_date_serves_again(group):
    line, _, sold = chained(group, promised=9, need=5, finish=6, deliver=7)
    case = judge(line)
    change(sold.line, delivered=2)
    evaluate_change(SaleOrderLine, [sold.line.pk], now=SOON)
    case.refresh_from_db()
    assert (case.money, case.version) == (Decimal("300.00"), 2)
    change(line, promised_at=days(4))
    evaluate_change(PurchaseOrderLine, [line.pk], now=LATER)
    case.refresh_from_db()
    assert (case.state, case.ending) == (CaseState.RESOLVED, "The promised date holds.")
    assert case.ended_at == LATER
    assert [event.verb for event in case.events.order_by("id")] == ["case.opened", "case.changed", "case.resolved"]


def test_moving_the_date_in_odoo_does_not_make_a_line_punctual(group):
    line = group.purchase(days(3))
    assert judge(line) is None
    change(line, promised_at=days(10))
    group.promise(line, days(10), seen_at=SOON)
    case = judge(line, now=LATER)
    assert case.summary == "Bearing from Nordkugel slipped by 5 working days, not agreed yet"
    assert (case.delay_days, case.severity) == (5, Severity.LOW)


def test_a_line_that_is_cancelled_or_deleted_makes_its_case_moot(group):
    gone, cancelled = group.purchase(days(-3)), group.purchase(days(-3))
    assert judge(gone, cancelled) and judge(cancelled)
    change(gone, gone_at=NOON)
    change(cancelled.order, state="cancel")
    for line in (gone, cancelled):
        case = judge(line, now=SOON)
        assert case.state == CaseState.RESOLVED
        assert case.events.last().verb == "case.moot"


def test_a_link_cut_in_odoo_takes_its_customer_out_of_the_case(group):
    line, made, _ = chained(group, promised=9, need=5, finish=6, deliver=7)
    case = judge(line)
    change(made.made, next_moves=[])
    evaluate_change(Move, [made.made.pk], now=SOON)
    case.refresh_from_db()
    assert (case.money, case.customers) == (0, 0)


def test_a_line_that_is_late_only_because_time_passed_is_found_by_the_timetable(group):
    line = group.purchase(days(0))
    assert judge(line) is None
    group.fresh(days(1))
    assert evaluate_due(now=days(0.2)) == 0
    assert evaluate_due(now=days(1)) == 1
    case = Case.objects.get()
    assert case.delay_days == 1
    group.fresh(days(2))
    evaluate_due(now=days(2))
    case.refresh_from_db()
    assert case.delay_days == 2


def test_stale_data_opens_nothing_and_closes_nothing(group):
    late, other = group.purchase(days(4)), group.purchase(days(-3))
    change(late, promised_at=days(-3))
    case = judge(late)
    old = days(0) + timedelta(minutes=10)
    change(late, promised_at=days(4))
    assert judge(other, now=old) is None
    judge(late, now=old)
    case.refresh_from_db()
    assert case.state == CaseState.OPEN
    reasons = silences(LatePurchase, old).stale
    assert reasons == {group.connection.pk: "The data from Odoo is 600 seconds old."}
    group.fresh(old)
    evaluate_due(now=old + timedelta(seconds=15))
    case.refresh_from_db()
    assert case.state == CaseState.RESOLVED
    assert Case.objects.get(subject_key=str(other.pk)).state == CaseState.OPEN


def test_without_an_agreed_date_the_order_date_and_lead_time_are_the_promise(group):
    sold = group.sale(None, ordered_at=days(-2), lead_days=5, scheduled_at=days(2))
    line = group.purchase(days(3))
    group.receipt(line, feeds=[sold.move])
    change(sold.move, deadline_at=days(90))
    assert judge(line).money == 0
    change(sold.line, lead_days=4)
    assert judge(line, now=SOON).money == Decimal("500.00")
