"""What a fresh board of the demo shows: trouble of every size, in every company that sells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

import pytest

from apps.exceptions.definition import Severity
from apps.exceptions.detectors.late_purchase import LatePurchase
from apps.exceptions.evaluate import sweep
from apps.exceptions.models import Case
from demo.odoo.server import StandIn
from demo.world import build
from demo.world.dates import today
from demo.world.plan import Plan, Trouble
from odoo_sync.connections import attach
from odoo_sync.initial import load_all
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.purchase import PurchaseOrderLine
from tests.integration.conftest import Clock

SECRET = "a-secret-of-the-bot"
SEVERITY = {
    Trouble.GRAVE: Severity.CRITICAL,
    Trouble.SERIOUS: Severity.HIGH,
    Trouble.MINOR: Severity.MEDIUM,
    Trouble.NONE: Severity.LOW,
}
Board = tuple[Plan, list[Case]]


@pytest.fixture
def board(clock: Clock, db: None) -> Iterator[Board]:
    """The plan of a world, and the cases of it that nobody has looked at yet; three in the afternoon in Europe."""
    clock.time = today(clock.time).replace(hour=15)
    with StandIn(now=clock.now) as odoo:
        plan = build(odoo, seed=1, now=clock.time, bot_secret=SECRET).plan
        clock.move(minutes=1)
        connection = attach(name="Demo", url=odoo.url, database=odoo.database, login="tower-bot", secret=SECRET)
        load_all(connection)
    clock.move(seconds=10)
    sweep(only=LatePurchase)
    yield plan, list(Case.objects.filter(ended_at=None))


def test_a_fresh_board_shows_every_severity_in_both_plants_with_money_and_customers(board: Board) -> None:
    _, cases = board
    counted = Counter(case.severity for case in cases)
    assert 2 <= counted[Severity.CRITICAL] <= 3
    assert 4 <= counted[Severity.HIGH] <= 6
    assert 6 <= counted[Severity.MEDIUM] <= 10
    assert all(case.money > 0 and case.customers > 0 for case in cases if case.severity != Severity.LOW)
    names = dict(Company.objects.values_list("pk", "name"))
    for plant in ("Kestrel Lyon", "Kestrel Detroit"):
        assert {case.severity for case in cases if names[case.company_id] == plant} == {*Severity}
    assert any(names[case.company_id] == "Kestrel UK" and case.money > 0 for case in cases)


def test_every_case_weighs_what_was_planned_for_its_line_and_lines_on_time_have_none(board: Board) -> None:
    plan, cases = board
    by_line = {int(case.subject_key): case for case in cases}
    found = PurchaseOrderLine.objects.select_related("order")
    by_reference = {line.order.vendor_reference: by_line.get(line.pk) for line in found if line.order}
    for chain in plan.chains:
        case = by_reference[chain.reference]
        if chain.trouble is Trouble.NONE and chain.due_at >= plan.base:
            assert case is None, chain.key
            continue
        assert case is not None, chain.key
        assert case.severity == SEVERITY[chain.trouble], chain.key
        assert case.customers == (0 if chain.trouble is Trouble.NONE else len(chain.sales)), chain.key
        if chain.plant == "lyon" and chain.trouble is not Trouble.NONE:  # sold in the currency of the group
            assert case.money == sum((sale.quantity * sale.price for sale in chain.sales), Decimal(0)), chain.key
