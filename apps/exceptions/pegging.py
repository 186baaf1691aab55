"""Reads what hangs on purchase lines or production orders, and which purchase lines a change touches: hard links of
Odoo, in bulk.

Downwards: purchase line, its open receipt moves (``purchase_line``), else the moves it feeds (``feeds_moves``); from
move to move along the union of ``next_moves`` and ``previous_moves``; through a production order from the move it
consumes (``consumed_by``) to the moves it makes (``produced_by``), over any number of levels; to the sale order line.
Moves and production orders that are done or cancelled end the walk. A fixed number of queries, whatever the depth
and the number of lines.

The planner expects a recursion to be large and would hash the whole table of moves each time; ``OFFSET 0`` keeps each
step on the index.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.db import connection

from apps.exceptions.links import open_demands, open_moves, open_productions
from apps.exceptions.network import Network, Node
from odoo_sync.working_time import calendars_of

_DOWN = """
WITH RECURSIVE receipt AS (
  SELECT m.id, m.purchase_line_id AS line FROM odoo_sync_move m
  LEFT JOIN odoo_sync_location l ON l.id = m.to_location_id
  WHERE m.purchase_line_id = ANY(%(lines)s) AND m.gone_at IS NULL
    AND coalesce(m.state, '') NOT IN ('done', 'cancel') AND coalesce(l.usage, '') <> 'supplier'
), fed AS (
  SELECT u.id, p.id AS line FROM odoo_sync_purchaseorderline p CROSS JOIN LATERAL unnest(p.feeds_moves) AS u(id)
  WHERE p.id = ANY(%(lines)s) AND NOT EXISTS (SELECT 1 FROM receipt r WHERE r.line = p.id)
), reach(id) AS (
  SELECT id FROM (SELECT id FROM receipt UNION SELECT id FROM fed) AS start
  UNION
  SELECT e.id FROM reach r CROSS JOIN LATERAL (
    SELECT id, next_moves, consumed_by_id FROM odoo_sync_move WHERE id = r.id AND gone_at IS NULL
      AND coalesce(state, '') NOT IN ('done', 'cancel') OFFSET 0
  ) AS m CROSS JOIN LATERAL (
    SELECT unnest(m.next_moves) UNION ALL
    SELECT n.id FROM odoo_sync_move n WHERE n.previous_moves @> ARRAY[m.id] UNION ALL
    SELECT f.id FROM odoo_sync_move f WHERE f.produced_by_id = m.consumed_by_id
  ) AS e(id)
)
SELECT 'reach', id, NULL::bigint FROM reach
UNION ALL SELECT 'receipt', id, line FROM receipt
UNION ALL SELECT 'fed', id, line FROM fed
"""

_BELOW = """
WITH RECURSIVE reach(id) AS (
  SELECT f.id FROM odoo_sync_move f WHERE f.produced_by_id = ANY(%(productions)s)
  UNION
  SELECT e.id FROM reach r CROSS JOIN LATERAL (
    SELECT id, next_moves, consumed_by_id FROM odoo_sync_move WHERE id = r.id AND gone_at IS NULL
      AND coalesce(state, '') NOT IN ('done', 'cancel') OFFSET 0
  ) AS m CROSS JOIN LATERAL (
    SELECT unnest(m.next_moves) UNION ALL
    SELECT n.id FROM odoo_sync_move n WHERE n.previous_moves @> ARRAY[m.id] UNION ALL
    SELECT f.id FROM odoo_sync_move f WHERE f.produced_by_id = m.consumed_by_id
  ) AS e(id)
)
SELECT id FROM reach
"""

_FIRST = "SELECT f.id FROM odoo_sync_move f WHERE f.produced_by_id = ANY(%(productions)s)"
_ONWARD = _BELOW.replace(_FIRST, "SELECT unnest(%(moves)s::bigint[])", 1)

_UP = """
WITH RECURSIVE reach(id) AS (
  SELECT unnest(%(moves)s::bigint[])
  UNION
  SELECT e.id FROM reach r CROSS JOIN LATERAL (
    SELECT id, previous_moves, produced_by_id FROM odoo_sync_move WHERE id = r.id OFFSET 0
  ) AS m CROSS JOIN LATERAL (
    SELECT unnest(m.previous_moves) UNION ALL
    SELECT n.id FROM odoo_sync_move n WHERE n.next_moves @> ARRAY[m.id] UNION ALL
    SELECT c.id FROM odoo_sync_move c WHERE c.consumed_by_id = m.produced_by_id
  ) AS e(id)
), moves AS (SELECT array_agg(id) AS ids FROM reach)
SELECT m.purchase_line_id FROM reach r CROSS JOIN LATERAL (
  SELECT purchase_line_id FROM odoo_sync_move WHERE id = r.id AND purchase_line_id IS NOT NULL OFFSET 0
) AS m
UNION
SELECT p.id FROM moves CROSS JOIN LATERAL (
  SELECT l.id FROM odoo_sync_purchaseorderline l WHERE l.feeds_moves && moves.ids
) AS p
"""

_ABOVE = _UP[: _UP.index("), moves AS")] + ")\nSELECT id FROM reach\n"

_SERVING = """
WITH RECURSIVE reach(start, id) AS (
  SELECT s.id, s.id FROM unnest(%(moves)s::bigint[]) AS s(id)
  UNION
  SELECT r.start, e.id FROM reach r CROSS JOIN LATERAL (
    SELECT id, next_moves FROM odoo_sync_move WHERE id = r.id AND gone_at IS NULL
      AND coalesce(state, '') NOT IN ('done', 'cancel') OFFSET 0
  ) AS m CROSS JOIN LATERAL (
    SELECT unnest(m.next_moves) UNION ALL
    SELECT n.id FROM odoo_sync_move n WHERE n.previous_moves @> ARRAY[m.id]
  ) AS e(id)
)
SELECT DISTINCT r.start FROM reach r CROSS JOIN LATERAL (
  SELECT * FROM odoo_sync_move WHERE id = r.id AND gone_at IS NULL
    AND coalesce(state, '') NOT IN ('done', 'cancel') OFFSET 0
) AS m
LEFT JOIN odoo_sync_location f ON f.id = m.from_location_id
LEFT JOIN odoo_sync_location t ON t.id = m.to_location_id
WHERE m.consumed_by_id IS NOT NULL OR t.usage IN ('customer', 'production', 'transit')
  OR f.warehouse_id <> t.warehouse_id
  OR m.sale_line_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM odoo_sync_warehouse w WHERE w.stock_location_id = m.to_location_id)
    AND NOT EXISTS (
      SELECT 1 FROM odoo_sync_move b JOIN odoo_sync_location c ON c.id = b.from_location_id AND c.usage = 'customer'
      WHERE b.id = ANY(m.previous_moves) OR b.next_moves @> ARRAY[m.id]
    )
"""


@dataclass(frozen=True)
class _Reached:
    moves: frozenset[int]
    receipts: Mapping[int, frozenset[int]]
    fed: Mapping[int, frozenset[int]]


def lines_above(moves: Iterable[int]) -> set[int]:
    """Purchase lines from which these moves can be reached, whatever the state of what lies between."""
    wanted = sorted(set(moves))
    if not wanted:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_UP, {"moves": wanted})
        return {line for (line,) in cursor.fetchall()}


def moves_above(moves: Iterable[int]) -> set[int]:
    """These moves and every move from which they can be reached, whatever the state of what lies between."""
    wanted = sorted(set(moves))
    if not wanted:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_ABOVE, {"moves": wanted})
        return {move for (move,) in cursor.fetchall()}


def moves_serving(moves: Iterable[int]) -> set[int]:
    """Those of these open moves that lead, over any number of steps, to a customer, to production or out of the plant.

    A sale order line on a move says that it is for a customer, unless it takes back into stock what the customer sent.
    """
    wanted = sorted(set(moves))
    if not wanted:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_SERVING, {"moves": wanted})
        return {move for (move,) in cursor.fetchall()}


def networks(lines: Mapping[int, int | None]) -> dict[int, Network]:
    """What hangs on each purchase line, given with the sale line it serves directly, if any."""
    reached = _reach(sorted(lines))
    whole = _whole(reached.moves, demands=lines.values())
    return {line: _below(whole, line, direct, reached) for line, direct in lines.items()}


def networks_below(productions: Mapping[int, Iterable[int]]) -> dict[int, Network]:
    """What hangs on what each group of production orders makes; the orders that are open are its first links."""
    wanted = sorted({key for keys in productions.values() for key in keys})
    moves: frozenset[int] = frozenset()
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(_BELOW, {"productions": wanted})
            moves = frozenset(key for (key,) in cursor.fetchall())
    whole = _whole(moves, productions=wanted)
    return {
        group: cut(whole, tuple(Node("production", key) for key in sorted(set(keys)) if key in whole.productions))
        for group, keys in productions.items()
    }


def networks_from(moves: Mapping[str, Iterable[int]]) -> dict[str, Network]:
    """What hangs on each group of moves, the open ones among them being its first links."""
    wanted = sorted({key for keys in moves.values() for key in keys})
    reached: frozenset[int] = frozenset()
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute(_ONWARD, {"moves": wanted})
            reached = frozenset(key for (key,) in cursor.fetchall())
    whole = _whole(reached)
    return {
        group: cut(whole, tuple(Node("move", key) for key in sorted(set(keys)) if key in whole.moves))
        for group, keys in moves.items()
    }


def _whole(moves: Iterable[int], productions: Iterable[int] = (), demands: Iterable[int | None] = ()) -> Network:
    """Everything between these moves, production orders and order lines that is still open."""
    found = open_moves(moves)
    makers = {one.consumed_by for one in found.values()} | {one.produced_by for one in found.values()}
    orders = open_productions(key for key in {*makers, *productions} if key is not None)
    wanted = {one.demand for one in found.values()} | set(demands)
    lines = open_demands(key for key in wanted if key is not None)
    whole = Network(moves=found, productions=orders, demands=lines)
    return replace(whole, calendars=calendars_of(whole.companies()))


def _reach(lines: list[int]) -> _Reached:
    with connection.cursor() as cursor:
        cursor.execute(_DOWN, {"lines": lines})
        rows = cursor.fetchall()
    starts: dict[str, dict[int, set[int]]] = {"receipt": {}, "fed": {}}
    for kind, key, line in rows:
        if kind in starts:
            starts[kind].setdefault(line, set()).add(key)
    frozen = {kind: {line: frozenset(keys) for line, keys in found.items()} for kind, found in starts.items()}
    return _Reached(frozenset(key for kind, key, _ in rows if kind == "reach"), frozen["receipt"], frozen["fed"])


def _below(whole: Network, line: int, direct: int | None, reached: _Reached) -> Network:
    """The part of the network that hangs on one line."""
    receipts = reached.receipts.get(line, frozenset())
    first = [Node("move", key) for key in sorted(receipts | reached.fed.get(line, frozenset())) if key in whole.moves]
    if direct is not None and direct in whole.demands:
        first.append(Node("demand", direct))
    return cut(whole, tuple(first), receipts)


def cut(whole: Network, first: tuple[Node, ...], receipts: frozenset[int] = frozenset()) -> Network:
    """The part of a network that hangs on these links."""
    part = replace(whole, first=first, receipts=receipts)
    found: dict[str, list[int]] = {"move": [], "production": [], "demand": []}
    for node, _ in part.walk():
        found[node.kind].append(node.key)
    moves = {key: whole.moves[key] for key in sorted(found["move"])}
    productions = {key: whole.productions[key] for key in sorted(found["production"])}
    demands = {key: whole.demands[key] for key in sorted(found["demand"])}
    part = replace(part, moves=moves, productions=productions, demands=demands)
    known = {key: one for key, one in sorted(whole.calendars.items()) if key in part.companies()}
    return replace(part, calendars=known)
