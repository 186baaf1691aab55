"""From when on a change of a purchase needs approval: one amount in one currency, whatever the order is in."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from apps.exceptions.actions.agree_new_date import AgreeNewDate
from apps.exceptions.actions.purchase_limits import RULE, Limits, limits_for, worth_more_than
from apps.exceptions.limits import Place
from apps.exceptions.overrides import set_limits
from controltower.lib.money import Money
from odoo_sync.mirror.currency import Currency
from odoo_sync.mirror.purchase import PurchaseOrder
from tests.mirrored import Group
from tests.people import administrator

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> Group:
    return Group()


def order(group: Group, total: str, currency: Currency | None = None, **values: Any) -> PurchaseOrder:
    line = group.purchase(timezone.now())
    known = {"amount_untaxed": Decimal(total), "currency": currency or group.euro, **values}
    for name, value in known.items():
        setattr(line.order, name, value)
    line.order.save(update_fields=list(known))
    return PurchaseOrder.objects.get(pk=line.order_id)


def of_the_sister(group: Group, total: str, currency: Currency) -> PurchaseOrder:
    arrivals = group.add(type(group.receipts), name="in", company=group.sister, warehouse=group.depot)
    return order(group, total, currency, company=group.sister, operation_type=arrivals)


def approval(subject: PurchaseOrder) -> Any:
    return AgreeNewDate().approver(subject, {"new_date": timezone.now().date(), "reason": "x"})


def test_the_limit_is_an_amount_in_the_groups_currency():
    assert Limits().amount == Money(Decimal(10_000), "EUR")
    assert Limits().message_amount == Money(Decimal(250_000), "EUR")


def test_the_same_number_in_another_currency_is_converted_before_it_is_compared(group):
    yen = group.add(Currency, name="JPY")
    group.rate(group.dollar, "1", company=group.sister)
    group.rate(group.euro, "0.8", company=group.sister)
    group.rate(yen, "150", company=group.sister)
    assert approval(of_the_sister(group, "12500.00", group.dollar)) is None
    assert approval(of_the_sister(group, "12500.02", group.dollar)) == "plant_manager"
    assert approval(of_the_sister(group, "1500000", yen)) is None
    assert approval(of_the_sister(group, "1875002", yen)) == "plant_manager"


def test_an_order_without_a_rate_needs_approval_however_small_it_is(group):
    assert approval(of_the_sister(group, "1", group.dollar)) == "plant_manager"
    assert worth_more_than(Money(Decimal(10), "CHF"), order(group, "1"))
    assert worth_more_than(Money(Decimal(10), "EUR"), order(group, "1", company=None))


def test_the_rate_of_the_day_counts(group):
    group.rate(group.dollar, "1", company=group.sister)
    group.rate(group.euro, "0.5", company=group.sister, on=date(2020, 1, 1))
    subject = of_the_sister(group, "15000", group.dollar)
    assert approval(subject) is None
    group.rate(group.euro, "0.9", company=group.sister, on=timezone.now().date())
    assert approval(subject) == "plant_manager"


def test_a_company_may_have_a_limit_of_its_own_in_a_currency_of_its_own(group):
    group.rate(group.dollar, "1", company=group.sister)
    group.rate(group.euro, "0.8", company=group.sister)
    place = Place(group.sister.pk)
    set_limits(RULE.key, place, {"amount": "500 USD", "days": 9}, reason="new buyers", by=administrator())
    here, there = order(group, "9000"), of_the_sister(group, "501", group.dollar)
    assert (approval(here), approval(there)) == (None, "plant_manager")
    assert (limits_for(here).days, limits_for(there).days) == (3, 9)
    assert approval(of_the_sister(group, "500", group.dollar)) is None
