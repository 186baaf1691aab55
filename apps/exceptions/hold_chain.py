"""The chain from goods on hold to the customers who wait, link by link, as a case shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal

from apps.exceptions.chain import downstream
from apps.exceptions.definition import Link
from apps.exceptions.hold import Held, Hold
from apps.exceptions.hold_words import counted, named, place_of
from apps.exceptions.holds import HoldFacts
from apps.exceptions.network import Node, Projection


def chain(facts: HoldFacts, hold: Hold, projection: Projection, money: Mapping[int, Decimal]) -> tuple[Link, ...]:
    """The goods where they lie or are made, then all that needs them, each below the first link that leads to it."""
    behind = (_softened(link, hold) for link in downstream(hold.network, projection, money))
    return (*_source(facts, hold), *_with_customers(behind))


def _source(facts: HoldFacts, hold: Hold) -> Iterator[Link]:
    for one in hold.goods:
        if one.quantity:
            yield _goods(facts, one)
    if facts.making is not None:
        yield Link(
            "making",
            facts.making.name,
            detail=facts.making.product,
            mirror="mrp.production",
            row=facts.making.row,
            company=facts.making.company,
            plant=facts.making.plant,
            depth=0,
        )


def _goods(facts: HoldFacts, held: Held) -> Link:
    goods = held.goods
    where = {one.plant for one in held.stock}
    return Link(
        "held_stock",
        named(goods),
        detail=f"{counted(held.quantity, goods.unit)} · {place_of(held)}",
        mirror="stock.lot" if goods.lot is not None else "product.product",
        row=goods.lot or goods.product,
        company=facts.subject.company,
        plant=where.pop() if len(where) == 1 else facts.subject.plant,
        depth=1,
    )


def _softened(link: Link, hold: Hold) -> Link:
    """A link is hard where any record leads to it from the goods."""
    return replace(link, hard=(link.mirror, link.row) not in _soft_rows(hold))


def _soft_rows(hold: Hold) -> set[tuple[str, int]]:
    rows: dict[bool, set[tuple[str, int]]] = {True: set(), False: set()}
    for node, _depth in hold.network.walk():
        rows[node in hold.soft].add(_row(hold, node))
    return rows[True] - rows[False]


def _row(hold: Hold, node: Node) -> tuple[str, int]:
    if node.kind == "production":
        return "mrp.production", node.key
    if node.kind == "demand":
        return "sale.order.line", node.key
    transfer = hold.network.moves[node.key].transfer
    return ("stock.move", node.key) if transfer is None else ("stock.picking", transfer)


def _with_customers(links: Iterator[Link]) -> Iterator[Link]:
    """A customer is as sure as the order line before it."""
    hard = True
    for link in links:
        if link.kind in {"customer", "sister_company"}:
            yield replace(link, hard=hard)
        else:
            hard = link.hard
            yield link
