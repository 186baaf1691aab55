"""A delay travelling through generated networks, against an oracle that tries every way one by one."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from apps.exceptions.network import Demand, Network, Node, PlannedMove, Production, project
from odoo_sync.working_time import Calendar, local_day

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
CALENDAR = Calendar(zone="America/Detroit")
MOMENTS = st.integers(0, 24 * 12).map(lambda hours: START + timedelta(hours=hours))
MAYBE = st.one_of(st.none(), MOMENTS)


@st.composite
def generated(draw, acyclic=True):
    """Moves in layers; some consumed or made by production orders, some for customers."""
    count = draw(st.integers(1, 7))
    productions = {
        key: Production(
            key,
            company=1,
            start_at=(start := draw(MOMENTS)),
            finish_at=draw(st.one_of(st.none(), st.just(start + timedelta(hours=30)))),
        )
        for key in range(1, draw(st.integers(0, 3)) + 1)
    }
    demands = {
        key: Demand(key, company=1, open_quantity=Decimal(1), net_price=Decimal(7), promised_at=draw(MAYBE))
        for key in range(1, draw(st.integers(0, 3)) + 1)
    }
    moves = {}
    for key in range(1, count + 1):
        later = range(key + 1, count + 1) if acyclic else range(1, count + 1)
        role = draw(st.sampled_from(["plain", "raw", "made", "sale"]))
        moves[key] = PlannedMove(
            key,
            company=1,
            planned_at=draw(MAYBE),
            deadline_at=draw(MAYBE),
            following=tuple(sorted(draw(st.sets(st.sampled_from(list(later)), max_size=2)))) if later else (),
            consumed_by=draw(st.sampled_from(sorted(productions))) if productions and role == "raw" else None,
            produced_by=draw(st.sampled_from(sorted(productions))) if productions and role == "made" else None,
            demand=draw(st.sampled_from(sorted(demands))) if demands and role == "sale" else None,
        )
    receipts = frozenset(draw(st.sets(st.sampled_from(sorted(moves)), min_size=1, max_size=2)))
    first = tuple(Node("move", key) for key in sorted(receipts))
    return Network(first, moves, productions, demands, receipts, {1: CALENDAR})


def circular(network: Network) -> bool:
    def visit(node, above):
        return node in above or any(visit(onward, above | {node}) for onward in network.after(node))

    return any(visit(node, frozenset()) for node in network.first)


def every_way(network: Network, arrival: datetime) -> dict[Node, datetime]:
    """When each late link hands on, by walking every path to its end and keeping the latest."""
    latest: dict[Node, datetime] = {}

    def follow(node: Node, comes: datetime) -> None:
        leaves = comes
        if not (node.kind == "move" and node.key in network.receipts):
            due = network.due(node)
            if due is None and node.kind == "demand":
                return
            if due is not None:
                if local_day(comes, CALENDAR) <= local_day(due, CALENDAR):
                    return
                finish = network.productions[node.key].finish_at if node.kind == "production" else None
                leaves = finish + (comes - due) if finish is not None else comes
        latest[node] = max(leaves, latest.get(node, leaves))
        for onward in network.after(node):
            follow(onward, leaves)

    for node in network.first:
        follow(node, arrival)
    return latest


@settings(max_examples=80, deadline=None)
@given(generated(), MOMENTS)
def test_the_projection_is_what_trying_every_way_gives(network, arrival):
    if circular(network):
        return
    projection = project(network, arrival)
    assert dict(projection.expected) == every_way(network, arrival)
    assert projection.at_risk == tuple(sorted(node.key for node in projection.expected if node.kind == "demand"))


@settings(max_examples=40, deadline=None)
@given(generated(acyclic=False), MOMENTS)
def test_a_circle_ends_and_gives_the_same_answer_twice(network, arrival):
    assert project(network, arrival) == project(network, arrival)
    assert len(list(network.walk())) == len(set(network.order)) == len(network.order)


@settings(max_examples=40, deadline=None)
@given(generated(), MOMENTS, st.integers(0, 72))
def test_a_later_arrival_never_frees_what_an_earlier_one_endangers(network, arrival, hours):
    if circular(network):
        return
    later = project(network, arrival + timedelta(hours=hours))
    assert set(project(network, arrival).at_risk) <= set(later.at_risk)


@settings(max_examples=40, deadline=None)
@given(generated(), MOMENTS)
def test_every_order_line_at_risk_waits_for_a_broken_need(network, arrival):
    if circular(network):
        return
    projection = project(network, arrival)
    endangered = set().union(*(need.endangers for need in projection.needs)) if projection.needs else set()
    assert endangered == set(projection.at_risk) & endangered
    for need in projection.needs:
        assert need.broken or not need.endangers
        assert not need.broken or need.slack_days <= 0


def test_subassemblies_pass_the_delay_on_over_several_levels():
    at = lambda day: START + timedelta(days=day)  # noqa: E731
    moves = {
        1: PlannedMove(1, company=1, following=(2,)),
        2: PlannedMove(2, company=1, planned_at=at(2), consumed_by=1),
        3: PlannedMove(3, company=1, planned_at=at(4), produced_by=1, following=(4,)),
        4: PlannedMove(4, company=1, planned_at=at(4), consumed_by=2),
        5: PlannedMove(5, company=1, planned_at=at(7), produced_by=2, following=(6,)),
        6: PlannedMove(6, company=1, planned_at=at(8), demand=1),
    }
    productions = {
        1: Production(1, company=1, start_at=at(2), finish_at=at(4)),
        2: Production(2, company=1, start_at=at(4), finish_at=at(7)),
    }
    demands = {1: Demand(1, company=1, open_quantity=Decimal(2), net_price=Decimal(5), promised_at=at(9))}
    network = Network((Node("move", 1),), moves, productions, demands, frozenset({1}), {1: CALENDAR})
    assert project(network, at(4)).at_risk == ()
    late = project(network, at(5))
    assert late.expected[Node("production", 1)] == at(7)
    assert late.expected[Node("production", 2)] == at(10)
    assert late.at_risk == (1,)
    assert [(need.node.key, need.endangers) for need in late.needs] == [(2, frozenset({1}))]


def test_picking_and_shipping_count_the_customer_once_and_at_the_last_step():
    at = lambda day: START + timedelta(days=day)  # noqa: E731
    moves = {
        1: PlannedMove(1, company=1, following=(2,)),
        2: PlannedMove(2, company=1, planned_at=at(1), demand=1, following=(3,)),
        3: PlannedMove(3, company=1, planned_at=at(5), demand=1),
    }
    demands = {1: Demand(1, company=1, open_quantity=Decimal(1), promised_at=at(2))}
    network = Network((Node("move", 1),), moves, {}, demands, frozenset({1}), {1: CALENDAR})
    assert project(network, at(4)).at_risk == ()
    assert project(network, at(6)).at_risk == (1,)
