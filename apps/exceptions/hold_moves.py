"""The open moves that want goods, over any number of steps within a plant: read in bulk.

A plant may take goods to their user in several moves: to be picked, packed, put ready for production. The first of them
needs the stock, as far as it leads to somebody: Odoo 18 makes the later ones of a delivery only when it is done, and
says by ``sale_line`` whom it is for; those before production are linked to the move that they feed. A later step takes
what the earlier ones brought, and waits for what they are still to bring. A move that leads to nobody shifts goods.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from django.db.models import Q

from apps.exceptions.hold_needs import StockNeed
from apps.exceptions.pegging import moves_serving
from odoo_sync.mirror.stock import Move
from odoo_sync.mirror.stock_lots import MoveLine

INSIDE = ("internal", "transit")
AWAY = ("customer", "production", "transit")
WANTING = ("waiting", "confirmed", "partially_available", "assigned")
ENDED = ("done", "cancel")
NOTHING = Decimal(0)

Lying = tuple[int | None, int | None]
"""A lot and the place where it lies."""


@dataclass(frozen=True)
class Wanting:
    """An open move out of the stock of a plant: its need, all that it wants of stock, and what of each lot is its own.

    ``of_lot`` is promised to it; ``brought`` has come for it to a place by an earlier step, no more than it misses.
    """

    plant: int | None
    need: StockNeed
    wants: Decimal
    of_lot: Mapping[int, Decimal] = field(default_factory=dict)
    brought: Mapping[Lying, Decimal] = field(default_factory=dict)

    def of(self, lot: int | None, places: Iterable[int]) -> StockNeed:
        """The need as goods of this lot at these places see it. Where no lot is known, no promise names any goods."""
        if lot is None:
            return replace(self.need, missing=self.wants)
        came = sum((self.brought.get((lot, place), NOTHING) for place in set(places)), NOTHING)
        return replace(self.need, held=self.of_lot.get(lot, NOTHING) + came)


@dataclass(frozen=True)
class Shift:
    """Stock that is promised to a move which only takes it elsewhere in the plant; ``path`` as of a place of stock."""

    path: tuple[str, ...]
    quantity: Decimal


@dataclass(frozen=True)
class OpenMoves:
    """Who wants products, by product; and what of a lot at a place is promised, but to nobody."""

    wanting: Mapping[int, list[Wanting]] = field(default_factory=dict)
    shifts: Mapping[Lying, list[Shift]] = field(default_factory=dict)


def read_moves(products: Iterable[int]) -> OpenMoves:
    """The open moves of these products out of stock, in a fixed number of queries."""
    within = Q(from_location__usage__in=INSIDE) & Q(to_location__usage__in=(*AWAY, *INSIDE))
    moves = Move.objects.filter(within, product__in=set(products), state__in=WANTING)
    rows = list(moves.select_related("from_location", "to_location").order_by("pk"))
    inner = {row.pk for row in rows if row.to_location and row.to_location.usage not in AWAY}
    idle = inner - moves_serving(inner)
    lines = _lines(row.pk for row in rows)
    supplies = _supplies([row for row in rows if row.pk not in idle])
    wanting: dict[int, list[Wanting]] = {}
    shifts: dict[Lying, list[Shift]] = {}
    for row in rows:
        if row.pk not in idle:
            wanting.setdefault(row.product_id, []).append(_wanting(row, lines.get(row.pk, []), supplies.get(row.pk)))
            continue
        path = tuple((row.to_location.full_name or row.to_location.name or "").split("/"))
        for lying, quantity in lines.get(row.pk, []):
            shifts.setdefault(lying, []).append(Shift(path, quantity))
    return OpenMoves(wanting, shifts)


@dataclass
class _Supply:
    """What the steps before a move are still to bring (null: nobody knows), and what they have brought."""

    coming: Decimal | None = NOTHING
    brought: list[tuple[Lying, Decimal]] = field(default_factory=list)


def _supplies(rows: list[Move]) -> dict[int, _Supply]:
    """The supply of each move that has one. A step that was cancelled or deleted leaves the move to serve itself."""
    keys = [row.pk for row in rows]
    named = {before for row in rows for before in row.previous_moves}
    known = Move.everything.filter(Q(pk__in=named) | Q(next_moves__overlap=keys)) if keys else []
    befores = {row.pk: row for row in known}
    links = {(row.pk, before) for row in rows for before in row.previous_moves}
    links |= {(key, before.pk) for before in befores.values() for key in set(before.next_moves) & set(keys)}
    lines = _lines(key for key, before in befores.items() if before.state == "done")
    found: dict[int, _Supply] = {}
    for key, before in sorted(links):
        step = befores.get(before)
        if step is not None and (step.state == "cancel" or step.gone_at is not None):
            continue
        supply = found.setdefault(key, _Supply())
        if step is None:
            supply.coming = None
        elif step.state == "done":
            supply.brought += lines.get(before, [])
        elif supply.coming is not None:
            supply.coming += step.demand or NOTHING
    return found


def _lines(moves: Iterable[int]) -> dict[int, list[tuple[Lying, Decimal]]]:
    """The lots of each move: while it is open where they are taken from, once it is done where they were brought to."""
    rows = MoveLine.objects.filter(move__in=set(moves), lot__isnull=False, quantity__gt=0).order_by("pk")
    names = ("move_id", "lot_id", "quantity", "state", "from_location_id", "to_location_id", "move__from_location_id")
    found: dict[int, list[tuple[Lying, Decimal]]] = {}
    for move, lot, quantity, state, origin, goal, start in rows.values_list(*names):
        place = goal if state == "done" else origin or start
        found.setdefault(move, []).append(((lot, place), quantity))
    return found


def _wanting(move: Move, lines: list[tuple[Lying, Decimal]], supply: _Supply | None) -> Wanting:
    plant = move.from_location.warehouse_id if move.from_location else None
    of_lot: dict[int, Decimal] = {}
    for (lot, _place), quantity in lines:
        if lot is not None:
            of_lot[lot] = of_lot.get(lot, NOTHING) + quantity
    missing, need = _missing(move), StockNeed(move.pk, at=move.scheduled_at)
    if supply is None:
        return Wanting(plant, replace(need, missing=missing), move.demand or NOTHING, of_lot)
    if supply.coming is None:
        return Wanting(plant, need, NOTHING, of_lot)
    wants = max((move.demand or NOTHING) - supply.coming, NOTHING)
    return Wanting(plant, need, wants, of_lot, _brought(supply, max(missing - supply.coming, NOTHING)))


def _brought(supply: _Supply, missing: Decimal) -> dict[Lying, Decimal]:
    """What has come for a move by lot and place, of each no more than the move misses."""
    came: dict[Lying, Decimal] = {}
    for lying, quantity in supply.brought:
        came[lying] = min(came.get(lying, NOTHING) + quantity, missing)
    return {lying: quantity for lying, quantity in came.items() if quantity > 0}


def _missing(move: Move) -> Decimal:
    """What nothing is promised for yet, in the product's unit."""
    demand, in_unit = move.demand or NOTHING, move.demand_in_unit or NOTHING
    share = (move.done or NOTHING) / in_unit if in_unit else NOTHING
    return max(demand - demand * share, NOTHING)
