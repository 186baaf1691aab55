"""Reading networks from the mirror, against a walk that asks row by row."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.exceptions.links import OPEN
from apps.exceptions.network import Node
from apps.exceptions.pegging import lines_above, networks
from odoo_sync.mirror.production import ProductionOrder
from odoo_sync.mirror.purchase import PurchaseOrderLine
from odoo_sync.mirror.stock import Move
from tests.mirrored import NOON, Group, change, days

pytestmark = pytest.mark.django_db
ROLES = st.sampled_from(["plain", "raw", "raw", "made", "made", "sale", "receipt", "return"])
STATES = st.sampled_from(["confirmed", "assigned", "waiting", None, "done", "cancel"])
MOVES = st.lists(
    st.tuples(
        ROLES, STATES, st.integers(0, 2), st.sets(st.integers(0, 7), max_size=2), st.sets(st.integers(0, 7), max_size=2)
    ),
    min_size=2,
    max_size=8,
)


def open_move(key: int) -> Move | None:
    return Move.objects.filter(OPEN, pk=key).first()


def reached_by_hand(line: PurchaseOrderLine) -> set[int]:
    """Open moves behind a line: one question per link."""
    receipts = [
        move.pk
        for move in Move.objects.filter(OPEN, purchase_line=line)
        if move.to_location is None or move.to_location.usage != "supplier"
    ]
    waiting, seen = list(receipts or line.feeds_moves), set()
    while waiting:
        move = open_move(waiting.pop())
        if move is None or move.pk in seen:
            continue
        seen.add(move.pk)
        waiting += move.next_moves
        waiting += [one.pk for one in Move.objects.all() if move.pk in one.previous_moves]
        if move.consumed_by_id and ProductionOrder.objects.filter(OPEN, pk=move.consumed_by_id).exists():
            waiting += Move.objects.filter(produced_by=move.consumed_by_id).values_list("pk", flat=True)
    return seen


def build(group: Group, rows) -> list[PurchaseOrderLine]:
    lines = [group.purchase(days(1)) for _ in range(2)]
    orders = [group.make(days(2), days(3), state=state).order for state in ("confirmed", "done", "progress")]
    Move.everything.all().delete()
    moves = []
    for role, state, number, _, _ in rows:
        moves.append(
            group.move(
                state=state,
                scheduled_at=NOON,
                purchase_line=lines[number % 2] if role in ("receipt", "return") else None,
                to_location=group.vendors if role == "return" else group.stock,
                consumed_by=orders[number] if role == "raw" else None,
                produced_by=orders[number] if role == "made" else None,
                sale_line=group.sale(days(4)).line if role == "sale" else None,
            )
        )
    for move, (_, _, _, following, before) in zip(moves, rows, strict=True):
        change(
            move,
            next_moves=[moves[one % len(moves)].pk for one in following],
            previous_moves=[moves[one % len(moves)].pk for one in before],
        )
    change(lines[1], feeds_moves=[moves[0].pk, moves[-1].pk])
    return lines


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(MOVES)
def test_a_network_is_what_asking_row_by_row_finds_and_every_move_leads_back_to_its_line(rows):
    mark = transaction.savepoint()
    try:
        group = Group()
        lines = build(group, rows)
        found = networks({line.pk: line.sale_line_id for line in lines})
        for line in lines:
            network = found[line.pk]
            assert set(network.moves) == reached_by_hand(line)
            assert set(network.demands) == {move.demand for move in network.moves.values() if move.demand}
            for move in network.moves:
                assert line.pk in lines_above([move])
    finally:
        transaction.savepoint_rollback(mark)


@pytest.fixture
def group() -> Group:
    return Group()


def test_a_line_alone_and_in_company_has_the_same_network(group):
    sold = group.sale(days(5))
    made = group.make(days(2), days(3), feeds=[sold.move])
    lines = [group.purchase(days(1)) for _ in range(3)]
    for line in lines:
        group.receipt(line, feeds=[made.raw])
    together = networks({line.pk: None for line in lines})
    for line in lines:
        assert networks({line.pk: None})[line.pk] == together[line.pk]
        assert repr(networks({line.pk: None})[line.pk]) == repr(together[line.pk])


def test_before_the_receipt_exists_the_line_itself_says_what_it_feeds(group):
    made = group.make(days(2), days(3))
    line = group.purchase(days(1), feeds_moves=[made.raw.pk])
    assert networks({line.pk: None})[line.pk].first == (Node("move", made.raw.pk),)
    receipt = group.receipt(line)
    assert networks({line.pk: None})[line.pk].first == (Node("move", receipt.pk),)
    change(receipt, state="cancel")
    assert networks({line.pk: None})[line.pk].first == (Node("move", made.raw.pk),)


def test_a_link_that_odoo_stamped_on_one_side_only_is_followed(group):
    raw = group.make(days(2), days(3)).raw
    line = group.purchase(days(1))
    receipt = group.receipt(line)
    assert raw.pk not in networks({line.pk: None})[line.pk].moves
    change(raw, previous_moves=[receipt.pk])
    assert raw.pk in networks({line.pk: None})[line.pk].moves


def test_a_service_bought_for_a_customer_line_reaches_it_without_moves(group):
    sold = group.sale(days(3))
    line = group.purchase(days(1), sale_line=sold.line)
    network = networks({line.pk: line.sale_line_id})[line.pk]
    assert network.first == (Node("demand", sold.line.pk),)


def test_a_move_whose_transfer_order_and_product_have_not_arrived_is_still_a_link(group):
    sold = group.sale(days(3))
    sold.order.delete()
    line = group.purchase(days(1))
    receipt = group.receipt(line, feeds=[sold.move])
    receipt.transfer.delete()
    network = networks({line.pk: None})[line.pk]
    assert set(network.demands) == {sold.line.pk}
    assert network.demands[sold.line.pk].customer is None


def test_depth_and_number_of_lines_cost_no_query_more(group):
    def asked(lines: int, depth: int) -> int:
        keys = []
        for _ in range(lines):
            feeds = [group.sale(days(9)).move]
            for level in range(depth):
                feeds = [group.make(days(8 - level), days(9 - level), feeds=feeds).raw]
            line = group.purchase(days(1))
            group.receipt(line, feeds=feeds)
            keys.append(line.pk)
        with CaptureQueriesContext(connection) as queries:
            found = networks(dict.fromkeys(keys))
        assert all(len(one.productions) == depth and len(one.demands) == 1 for one in found.values())
        return len(queries)

    assert asked(1, 1) == asked(5, 4) <= 10
