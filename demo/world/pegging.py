"""Walks the hard links between a purchase line and the customers who wait for it, over public calls only."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from demo.world.register import Register, Row

MOVE = [
    "sale_line_id",
    "production_id",
    "move_dest_ids",
    "raw_material_production_id",
    "created_production_id",
    "move_orig_ids",
    "created_purchase_line_ids",
    "purchase_line_id",
]


@dataclass(frozen=True)
class Supply:
    """What an order's lines wait for: manufacturing orders of every level, and purchase lines."""

    productions: frozenset[int]
    purchase_lines: frozenset[int]


@dataclass(frozen=True)
class Demand:
    """Who waits for a purchase line: manufacturing orders of every level, and sale lines."""

    productions: frozenset[int]
    sale_lines: frozenset[int]


def supply_of(register: Register, sale_lines: Collection[int]) -> Supply:
    """From sale lines back to the purchase lines, confirmed or still a request, through every level of production."""
    productions: set[int] = set()
    bought: set[int] = set()
    moves = _moves(register, [["sale_line_id", "in", sorted(sale_lines)]])
    while moves:
        bought |= {line for move in moves for line in move["created_purchase_line_ids"]}
        origins = _moves(register, [["id", "in", sorted({o for move in moves for o in move["move_orig_ids"]})]])
        bought |= {move["purchase_line_id"][0] for move in origins if move["purchase_line_id"]}
        made = {move["production_id"][0] for move in origins if move["production_id"]}
        made |= {move["created_production_id"][0] for move in moves if move["created_production_id"]}
        fresh = made - productions
        productions |= fresh
        moves = _moves(register, [["raw_material_production_id", "in", sorted(fresh)]]) if fresh else []
    return Supply(frozenset(productions), frozenset(bought))


def demand_of(register: Register, purchase_line: int) -> Demand:
    """From a purchase line forward to the sale lines: `move_dest_ids`, the order that consumes, its finished moves."""
    productions: set[int] = set()
    sold: set[int] = set()
    row = register.call("purchase.order.line", "read", [purchase_line], ["move_dest_ids"])[0]
    seen: set[int] = set()
    ahead = set(row["move_dest_ids"])
    moves = _moves(register, [["purchase_line_id", "=", purchase_line]])
    while moves or ahead:
        ahead |= {after for move in moves for after in move["move_dest_ids"]}
        sold |= {move["sale_line_id"][0] for move in moves if move["sale_line_id"]}
        fresh = {m["raw_material_production_id"][0] for m in moves if m["raw_material_production_id"]} - productions
        productions |= fresh
        seen |= {move["id"] for move in moves}
        ahead -= seen
        moves = _moves(register, [["id", "in", sorted(ahead)]]) if ahead else []
        if fresh:
            moves += _moves(register, [["production_id", "in", sorted(fresh)]])
        ahead = set()
    return Demand(frozenset(productions), frozenset(sold))


def _moves(register: Register, domain: list[Any]) -> list[Row]:
    if domain[0][2] == []:
        return []
    return register.find("stock.move", [*domain, ["state", "!=", "cancel"]], MOVE)
