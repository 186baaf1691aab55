"""What hangs on a purchase: moves, production orders and customers, and how a delay travels along them. Pure.

The rule, in the words that `docs/catalogue.md` uses: goods arrive at a moment; a link that was planned for that day or
later absorbs the delay and hands nothing on; a link that was planned for an earlier day is late, and hands the moment
on. A production order that starts late finishes late by the same span. Of several late suppliers of one link
the latest counts. Days are days of the company that the link belongs to, in its time zone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal, NamedTuple

from odoo_sync.working_time import ASSUMED, Calendar, local_day, working_days_between


class Node(NamedTuple):
    """One link of the network, by kind and mirror key."""

    kind: Literal["move", "production", "demand"]
    key: int


@dataclass(frozen=True)
class PlannedMove:
    """An open stock move. ``planned_at`` is Odoo's date of the move, ``deadline_at`` the promise it inherited."""

    key: int
    name: str = ""
    product: str = ""
    company: int | None = None
    plant: int | None = None
    transfer: int | None = None
    planned_at: datetime | None = None
    deadline_at: datetime | None = None
    consumed_by: int | None = None
    produced_by: int | None = None
    demand: int | None = None
    following: tuple[int, ...] = ()


@dataclass(frozen=True)
class Production:
    """A production order that is neither done nor cancelled."""

    key: int
    name: str = ""
    product: str = ""
    company: int | None = None
    plant: int | None = None
    start_at: datetime | None = None
    finish_at: datetime | None = None


@dataclass(frozen=True)
class Demand:
    """An open, confirmed sale order line. ``customer`` is the commercial partner; a sister company is not external.

    ``customer_tags`` are the names of the tags that count, ``tags`` the keys of all that this customer carries.
    ``net_price`` is per unit, after discount, before tax, in ``currency`` (a mirror key).
    """

    key: int
    order: int | None = None
    order_name: str = ""
    product: str = ""
    company: int | None = None
    plant: int | None = None
    partner: int | None = None
    customer: int | None = None
    customer_name: str = ""
    customer_tags: tuple[str, ...] = ()
    tags: tuple[int, ...] = ()
    external: bool = True
    open_quantity: Decimal = Decimal(0)
    net_price: Decimal = Decimal(0)
    currency: int | None = None
    promised_at: datetime | None = None

    @property
    def amount(self) -> Decimal:
        """What the customer still waits for, in the document's currency."""
        return self.open_quantity * self.net_price


@dataclass(frozen=True)
class Network:
    """Everything downstream of one purchase line, or of production that stands still.

    ``first`` are the links that the vendor's goods reach at once, or the production orders that are held up;
    ``finishes`` says when these end, where that is known better than by the day on which their goods come.
    """

    first: tuple[Node, ...] = ()
    moves: Mapping[int, PlannedMove] = field(default_factory=dict)
    productions: Mapping[int, Production] = field(default_factory=dict)
    demands: Mapping[int, Demand] = field(default_factory=dict)
    receipts: frozenset[int] = frozenset()
    calendars: Mapping[int, Calendar] = field(default_factory=dict)
    finishes: Mapping[int, datetime] = field(default_factory=dict)

    @cached_property
    def finished(self) -> dict[int, tuple[int, ...]]:
        """The moves that bring out what each production order makes."""
        made: dict[int, list[int]] = {}
        for move in self.moves.values():
            if move.produced_by is not None:
                made.setdefault(move.produced_by, []).append(move.key)
        return {key: tuple(moves) for key, moves in made.items()}

    def after(self, node: Node) -> tuple[Node, ...]:
        """The links that wait for this one. The last move towards a customer leads to the demand."""
        if node.kind == "production":
            return tuple(Node("move", key) for key in self.finished.get(node.key, ()))
        if node.kind == "demand":
            return ()
        move = self.moves[node.key]
        onward = [Node("move", key) for key in move.following if key in self.moves]
        if move.consumed_by in self.productions and move.consumed_by is not None:
            onward.append(Node("production", move.consumed_by))
        if move.demand in self.demands and move.demand is not None and not self._delivers_later(move):
            onward.append(Node("demand", move.demand))
        return tuple(onward)

    def _delivers_later(self, move: PlannedMove) -> bool:
        """Whether a later step brings the same goods to the customer; one that only leads back here does not count."""
        onward = (self.moves[key] for key in move.following if key in self.moves and key != move.key)
        return any(one.demand == move.demand and move.key not in one.following for one in onward)

    def due(self, node: Node) -> datetime | None:
        """When the link needs what comes before it: a move's date, a production's start, the customer's promise."""
        if node.kind == "production":
            return self.productions[node.key].start_at
        if node.kind == "demand":
            return self.promises.get(node.key)
        move = self.moves[node.key]
        if move.planned_at is None and move.consumed_by in self.productions and move.consumed_by is not None:
            return self.productions[move.consumed_by].start_at
        return move.planned_at

    @cached_property
    def promises(self) -> dict[int, datetime]:
        """What each customer was promised; while the order is unknown, the earliest deadline or date of its moves."""
        promises: dict[int, datetime] = {}
        for demand in self.demands.values():
            moves = [move for move in self.moves.values() if move.demand == demand.key]
            deadlines = [move.deadline_at for move in moves if move.deadline_at is not None]
            planned = [move.planned_at for move in moves if move.planned_at is not None]
            best = demand.promised_at or min(deadlines or planned, default=None)
            if best is not None:
                promises[demand.key] = best
        return promises

    def calendar(self, node: Node) -> Calendar:
        """The working calendar of the company that the link belongs to."""
        company = self.place(node)[0]
        return self.calendars.get(company, ASSUMED) if company is not None else ASSUMED

    def place(self, node: Node) -> tuple[int | None, int | None]:
        """Company and plant of a link; a component without a place of its own is where it is used."""
        if node.kind == "move":
            move = self.moves[node.key]
            user = self.productions.get(move.consumed_by) if move.consumed_by is not None else None
            return move.company, move.plant or (user.plant if user else None)
        if node.kind == "production":
            return self.productions[node.key].company, self.productions[node.key].plant
        return self.demands[node.key].company, self.demands[node.key].plant

    def companies(self) -> set[int]:
        """Every company that a link belongs to."""
        moves = {one.company for one in self.moves.values()}
        others = {one.company for one in self.productions.values()} | {one.company for one in self.demands.values()}
        return {company for company in moves | others if company is not None}

    def documents(self) -> set[int]:
        """The keys of every record in it but places, so that a change of any of them is noticed."""
        found = {*self.moves, *self.productions, *self.demands}
        found |= {move.transfer for move in self.moves.values() if move.transfer is not None}
        for one in self.demands.values():
            found |= {key for key in (one.order, one.partner, one.customer, *one.tags) if key is not None}
        return found

    def walk(self) -> Iterator[tuple[Node, int]]:
        """Every link once with its depth, each below the first that leads to it."""
        seen: set[Node] = set()
        stack = [(node, 0) for node in reversed(self.first)]
        while stack:
            node, depth = stack.pop()
            if node in seen:
                continue
            seen.add(node)
            yield node, depth
            stack.extend((onward, depth + 1) for onward in reversed(self.after(node)))

    @cached_property
    def order(self) -> tuple[Node, ...]:
        """Causes before effects. A circle, which Odoo does not forbid, is entered once and never followed again."""
        nodes = [node for node, _ in self.walk()]
        waiting = dict.fromkeys(nodes, 0)
        for node in nodes:
            for onward in self.after(node):
                waiting[onward] += 1
        ready = [node for node in nodes if waiting[node] == 0]
        done: dict[Node, None] = {}
        while len(done) < len(nodes):
            node = ready.pop(0) if ready else next(node for node in nodes if node not in done)
            if node in done:
                continue
            done[node] = None
            for onward in self.after(node):
                waiting[onward] -= 1
                if waiting[onward] == 0:
                    ready.append(onward)
        return tuple(done)


@dataclass(frozen=True)
class Need:
    """The first place where the goods are wanted: a component of a production order, or a delivery to a customer.

    ``slack_days`` counts working days from arrival to need; negative is too late. ``endangers`` are the order lines at
    risk that wait for it.
    """

    node: Node
    due_at: datetime
    expected_at: datetime
    slack_days: int
    broken: bool
    endangers: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Projection:
    """What happens downstream if the goods arrive at that moment. ``expected`` holds the late links alone."""

    arrival: datetime
    expected: Mapping[Node, datetime]
    needs: tuple[Need, ...]
    at_risk: tuple[int, ...]


def is_later(expected: datetime, due: datetime, calendar: Calendar) -> bool:
    """On a later day, not merely a later hour."""
    return local_day(expected, calendar) > local_day(due, calendar)


def days_left(expected: datetime, due: datetime, calendar: Calendar) -> int:
    """Days of the calendar left between the two days; negative exactly where ``is_later``, weekend or not."""
    return (local_day(due, calendar) - local_day(expected, calendar)).days


def slack(expected: datetime, due: datetime, calendar: Calendar) -> int:
    """Working days left between the two days; negative when it comes too late."""
    return working_days_between(local_day(expected, calendar), local_day(due, calendar), calendar)


def project(network: Network, arrival: datetime) -> Projection:
    """Let an arrival travel through the network."""
    expected: dict[Node, datetime] = {}
    reached: dict[Node, datetime] = dict.fromkeys(network.first, arrival)
    origins: dict[Node, frozenset[Node]] = {}
    needs: dict[Node, datetime] = {}
    for node in network.order:
        comes = reached.get(node)
        if comes is None:
            continue
        came_from = origins.get(node, frozenset())
        if not came_from and _is_need(network, node):
            needs[node], came_from = comes, frozenset({node})
        leaves = _leaves(network, node, comes)
        if leaves is None:
            continue
        expected[node] = leaves
        for onward in network.after(node):
            reached[onward] = max(leaves, reached.get(onward, leaves))
            origins[onward] = origins.get(onward, frozenset()) | came_from
    at_risk = tuple(sorted(node.key for node in expected if node.kind == "demand"))
    waiting = {key: origins.get(Node("demand", key), frozenset()) | {Node("demand", key)} for key in at_risk}
    judged = tuple(
        _need(network, node, comes, waiting) for node, comes in needs.items() if network.due(node) is not None
    )
    return Projection(arrival, expected, judged, at_risk)


def _is_need(network: Network, node: Node) -> bool:
    """A component or a delivery is a need; a receipt and a transfer between stocks only pass the goods on.

    Production that is held up by its machine wants no goods.
    """
    if node.kind == "production" and node.key in network.finishes:
        return False
    if node.kind != "move":
        return True
    move = network.moves[node.key]
    return node.key not in network.receipts and (move.consumed_by is not None or move.demand is not None)


def _leaves(network: Network, node: Node, comes: datetime) -> datetime | None:
    """When the link hands on what came late; None when it absorbs the delay."""
    if node.kind == "move" and node.key in network.receipts:
        return comes
    if node.kind == "production" and node.key in network.finishes:
        return network.finishes[node.key]
    due = network.due(node)
    if due is None:
        return None if node.kind == "demand" else comes
    if not is_later(comes, due, network.calendar(node)):
        return None
    if node.kind == "production":
        finish = network.productions[node.key].finish_at
        return comes if finish is None else finish + (comes - due)
    return comes


def _need(network: Network, node: Node, comes: datetime, waiting: Mapping[int, frozenset[Node]]) -> Need:
    due = network.due(node)
    assert due is not None
    calendar = network.calendar(node)
    return Need(
        node=node,
        due_at=due,
        expected_at=comes,
        slack_days=slack(comes, due, calendar),
        broken=is_later(comes, due, calendar),
        endangers=frozenset(key for key, nodes in waiting.items() if node in nodes),
    )
