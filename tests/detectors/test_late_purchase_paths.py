"""P1 notices a change of each mirror it depends on, by that mirror's own path alone."""

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.exceptions.detectors.late_purchase import LatePurchase
from apps.exceptions.evaluate import evaluate, evaluate_change
from apps.exceptions.models import Case
from odoo_sync.mirror.company import WorkingHours
from odoo_sync.mirror.partner_tag import PartnerTag
from tests.mirrored import NOON, Group, change, days

pytestmark = pytest.mark.django_db
SOON = NOON + timedelta(seconds=5)


@pytest.fixture
def group() -> Group:
    return Group()


def judge(line) -> Case | None:
    evaluate(LatePurchase, [str(line.pk)], now=NOON)
    return Case.objects.first()


def notice(row) -> Case:
    """What there is after nothing but this row has been judged."""
    assert type(row) in LatePurchase.depends_on
    evaluate_change(type(row), [row.pk], now=SOON)
    return Case.objects.get()


def test_an_order_that_is_confirmed(group):
    line = group.purchase(days(-3))
    change(line.order, state="draft")
    assert judge(line) is None
    assert notice(change(line.order, state="purchase")).delay_days == 3


def test_a_move_that_is_linked_to_an_earlier_need(group):
    line = group.purchase(days(5))
    receipt, made = group.receipt(line), group.make(days(1), days(2))
    assert judge(line) is None
    assert notice(change(receipt, next_moves=[made.raw.pk])).delay_days == 2


def test_a_move_two_links_away_that_is_wanted_earlier(group):
    late = group.make(days(9), days(9))
    transfer = group.move(scheduled_at=days(1), next_moves=[late.raw.pk])
    line = group.purchase(days(5))
    group.receipt(line, feeds=[transfer])
    assert judge(line) is None
    assert notice(change(late.raw, scheduled_at=days(2))).delay_days == 1


def test_a_component_that_is_no_longer_linked_backwards(group):
    made, sold = group.make(days(1), days(2)), group.sale(days(2))
    change(sold.move, previous_moves=[made.made.pk])
    line = group.purchase(days(5))
    group.receipt(line, feeds=[made.raw])
    assert judge(line).money == Decimal("500.00")
    assert notice(change(sold.move, previous_moves=[])).money == 0


def test_a_production_order_that_starts_earlier(group):
    made = group.make(days(9), days(10))
    change(made.raw, scheduled_at=None)
    line = group.purchase(days(5))
    group.receipt(line, feeds=[made.raw])
    assert judge(line) is None
    assert notice(change(made.order, start_at=days(1))).delay_days == 2


def test_a_production_order_behind_another(group):
    sold = group.sale(days(12))
    outer = group.make(days(8), days(9), feeds=[sold.move])
    inner = group.make(days(1), days(7), feeds=[outer.raw])
    line = group.purchase(days(5))
    group.receipt(line, feeds=[inner.raw])
    assert judge(line).money == 0
    assert notice(change(outer.order, finish_at=days(10))).money == Decimal("500.00")


def bought_for_a_customer(group):
    sold = group.sale(days(9))
    return group.purchase(days(5), sale_line=sold.line), sold


def test_a_customer_order_that_is_promised_earlier(group):
    line, sold = bought_for_a_customer(group)
    assert judge(line) is None
    assert notice(change(sold.order, promised_at=days(2))).customers == 1


def test_a_customer_line_that_waits_again(group):
    line, sold = bought_for_a_customer(group)
    change(sold.order, promised_at=days(2))
    change(sold.line, delivered=5)
    assert judge(line) is None
    assert notice(change(sold.line, delivered=1)).money == Decimal("400.00")


def late_for(group, **sale):
    sold = group.sale(days(2), **sale)
    line = group.purchase(days(5))
    group.receipt(line, feeds=[sold.move])
    return line, sold


def abroad(group) -> dict:
    return {"company": group.sister, "warehouse": group.depot, "currency": group.dollar}


def test_a_rate_that_arrives(group):
    line, _ = late_for(group, **abroad(group))
    assert judge(line).cannot_judge.startswith("Money is incomplete")
    case = notice(group.rate(group.euro, "0.9", company=group.sister))
    assert (case.money, case.cannot_judge) == (Decimal("450.00"), "")


def test_a_currency_that_gets_its_name(group):
    change(group.euro, name="XXX")
    line, _ = late_for(group, **abroad(group))
    group.rate(group.euro, "0.9", company=group.sister)
    assert judge(line).money == 0
    assert notice(change(group.euro, name="EUR")).money == Decimal("450.00")


def test_a_calendar_in_another_zone(group):
    line = group.purchase(NOON - timedelta(hours=1))
    assert judge(line) is None
    assert notice(change(group.calendar, time_zone="Pacific/Auckland")).delay_days == 1


def test_working_hours_on_one_day_more(group):
    WorkingHours.objects.filter(weekday="2").delete()
    line = group.purchase(days(-1))
    assert judge(line) is None
    assert notice(group.add(WorkingHours, calendar=group.calendar, weekday="2", from_hour=8, to_hour=9)).delay_days == 1


def test_a_company_with_another_calendar(group):
    line = group.purchase(NOON - timedelta(hours=1))
    assert judge(line) is None
    other = group.add(type(group.calendar), name="Down under", time_zone="Pacific/Auckland")
    assert notice(change(group.plant, calendar=other)).delay_days == 1


def test_two_customers_that_turn_out_to_be_one(group):
    shop = group.partner("Hydra shop")
    line, _ = late_for(group)
    second = group.sale(days(2), customer=shop)
    group.receipt(line, feeds=[second.move])
    assert judge(line).customers == 2
    assert notice(change(shop, commercial_partner=group.customer)).customers == 1


def test_a_customer_that_turns_out_to_be_a_company_of_the_group(group):
    line, _ = late_for(group)
    assert judge(line).customers == 1
    assert notice(change(group.sister.partner, commercial_partner=group.customer)).customers == 0


def weight(case: Case) -> tuple[str, str, int]:
    return case.impact["importance"], case.impact["customer_class"], case.impact["unclassified"]


def test_a_customer_that_gets_and_loses_a_class(group):
    line, _ = late_for(group)
    assert weight(judge(line)) == ("0.3", "", 1)
    low = judge(line).score
    group.tag("Customer class A", group.customer)
    case = notice(group.customer)
    assert weight(case) == ("1.0", "Customer class A", 0)
    assert case.score > low
    assert weight(notice(change(group.customer, tags=[]))) == ("0.3", "", 1)


@pytest.mark.parametrize("values", [{"name": "Customers"}, {"active": False}, {"gone_at": NOON}])
def test_a_tag_that_is_renamed_archived_or_deleted(group, values):
    tag = group.tag("Customer class A", group.customer)
    line, _ = late_for(group)
    assert weight(judge(line)) == ("1.0", "Customer class A", 0)
    assert weight(notice(change(tag, **values))) == ("0.3", "", 1)
    restored = {"name": "Customer class B", "active": True, "gone_at": None}
    assert weight(notice(change(tag, **restored))) == ("0.6", "Customer class B", 0)


def test_a_tag_that_arrives_after_the_partner_that_carries_it(group):
    group.tag("Customer class B", group.customer).delete()
    line, _ = late_for(group)
    assert weight(judge(line)) == ("0.3", "", 1)
    [key] = group.customer.tags
    tag = PartnerTag.everything.create(id=key, name="Customer class B", active=True)
    assert weight(notice(tag)) == ("0.6", "Customer class B", 0)


def test_a_delivery_address_takes_the_class_of_its_company_and_not_its_own(group):
    gate = group.partner("Gate 3", parent=group.customer, commercial_partner=group.customer)
    group.tag("Customer class A", gate)
    line, _ = late_for(group, customer=gate)
    assert weight(judge(line)) == ("0.3", "", 1)
    group.tag("Customer class B", group.customer)
    assert weight(notice(group.customer)) == ("0.6", "Customer class B", 0)


def test_a_contact_that_becomes_a_customer_of_its_own(group):
    group.tag("Customer class C", group.customer)
    gate = group.partner("Gate 3", parent=group.customer, commercial_partner=group.customer)
    group.tag("Customer class A", gate)
    line, _ = late_for(group, customer=gate)
    assert weight(judge(line)) == ("0.3", "Customer class C", 0)
    assert weight(notice(change(gate, commercial_partner=gate))) == ("1.0", "Customer class A", 0)


def test_a_company_that_arrives_after_its_delivery_address_brings_the_class(group):
    tag = group.tag("Customer class A", group.customer)
    gate = group.partner("Gate 3", parent=group.customer, commercial_partner=group.customer)
    key = group.customer.pk
    group.customer.delete()
    line, _ = late_for(group, customer=gate)
    assert weight(judge(line)) == ("0.3", "", 1)
    back = type(gate).everything.create(id=key, name="Hydra Water", commercial_partner_id=key, tags=[tag.pk])
    assert weight(notice(back)) == ("1.0", "Customer class A", 0)


@pytest.mark.parametrize("which", ["vendor", "template", "transfer"])
def test_a_name_that_changes(group, which):
    line = group.purchase(days(-3))
    receipt = group.receipt(line)
    judge(line)
    row = {"vendor": group.vendor, "template": line.product.template, "transfer": receipt.transfer}[which]
    case = notice(change(row, name="Renamed"))
    assert "Renamed" in f"{case.summary} {case.impact}"


def test_a_product_that_arrives_after_its_line(group):
    line = group.purchase(days(-3), description="[B1] from the line")
    product = line.product
    key, template = product.pk, product.template
    product.delete()
    assert judge(line).summary.startswith("[B1] from the line from")
    product = type(product).everything.create(id=key, template=template)
    assert notice(product).summary.startswith("Bearing from")


def test_an_operation_type_that_moves_to_another_plant_takes_the_case_along(group):
    line = group.purchase(days(-3))
    assert judge(line).plant_id == group.warehouse.pk
    assert notice(change(group.receipts, warehouse=group.depot)).plant_id == group.depot.pk


def test_a_location_that_is_no_vendor_after_all(group):
    sold = group.sale(days(2))
    odd = group.add(type(group.stock), name="Odd", usage="supplier")
    line = group.purchase(days(5))
    group.receipt(line, feeds=[sold.move], to_location=odd)
    assert judge(line) is None
    assert notice(change(odd, usage="internal")).customers == 1
