"""What a reader may see of a case whose chain crosses companies and plants."""

from decimal import Decimal

import pytest

from apps.exceptions.detectors.late_purchase import LatePurchase
from apps.exceptions.evaluate import evaluate
from apps.exceptions.models import Case
from apps.exceptions.shown import chain_for, chain_for_channel, evidence_of
from controltower.lib.scope import Scope
from tests.mirrored import NOON, Group, days

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> Group:
    return Group()


@pytest.fixture
def case(group) -> Case:
    """A plant's late line behind which one of its own customers waits, and one of the sister company's."""
    group.rate(group.euro, "0.8", company=group.sister)
    secret = group.partner("Secret Customer")
    abroad = group.sale(
        days(4),
        price=200,
        company=group.sister,
        warehouse=group.depot,
        currency=group.dollar,
        customer=secret,
        name="S-SECRET",
    )
    here = group.sale(days(4), price=100)
    made = group.make(days(1), days(2), feeds=[abroad.move, here.move])
    line = group.purchase(days(6))
    group.receipt(line, feeds=[made.raw])
    evaluate(LatePurchase, [str(line.pk)], now=NOON)
    return Case.objects.get()


def names(links) -> set[str]:
    return {link.name for link in links}


def test_everyone_in_the_channel_sees_the_money_of_another_company_and_not_its_names(case):
    chain = chain_for_channel(case)
    assert not {"S-SECRET", "Secret Customer"} & names(chain)
    hidden = [link for link in chain if link.hidden]
    assert {link.kind for link in hidden} == {"delivery", "sale_line", "customer"}
    assert all(link.row is None and not link.mirror and not link.detail for link in hidden)
    assert sum(link.money or 0 for link in chain) == case.money == Decimal("1300.00")
    assert {"Nordkugel", "Hydra Water"} <= names(chain)


def test_a_person_with_both_companies_sees_everything(case, group):
    scope = Scope.of([(group.plant.pk, None), (group.sister.pk, None)])
    assert {"S-SECRET", "Secret Customer", "Hydra Water"} <= names(chain_for(case, scope))
    assert not any(link.hidden for link in chain_for(case, Scope.everything()))


def test_a_plants_reader_sees_the_plant_alone(case, group):
    scope = Scope.of([(group.plant.pk, group.warehouse.pk)])
    assert chain_for(case, scope) == chain_for_channel(case)
    assert {link.kind for link in chain_for(case, Scope()) if not link.hidden} == {"vendor"}


def test_nothing_that_every_reader_gets_names_another_company(case):
    text = f"{case.summary} {case.detail} {case.evidence}"
    assert "SECRET" not in text.upper()


def test_facts_are_read_back_as_what_they_were(case):
    facts = {one.label: one.value for one in evidence_of(case)}
    assert facts["Promised for"] == days(6)
    assert facts["First needed on"] == days(1)
    assert facts["Still to come"] == "10"
