"""The chain from a late purchase to the customers who wait, link by link, as a case shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from apps.exceptions.definition import Link
from apps.exceptions.network import Network, Node, Projection, days_left
from apps.exceptions.purchases import PurchaseFacts


def chain(facts: PurchaseFacts, projection: Projection, money: Mapping[int, Decimal]) -> tuple[Link, ...]:
    """Vendor, purchase line, then everything downstream once, each below the first link that leads to it."""
    return (*_source(facts, projection), *downstream(facts.network, projection, money))


def _source(facts: PurchaseFacts, projection: Projection) -> Iterator[Link]:
    if facts.vendor_key is not None:
        yield Link("vendor", facts.vendor, mirror="res.partner", row=facts.vendor_key)
    due = _promised(facts)
    yield Link(
        "purchase_line",
        facts.order_name,
        detail=facts.product,
        mirror="purchase.order.line",
        row=facts.row,
        depth=1,
        due_at=due,
        expected_at=projection.arrival,
        slack_days=None if due is None else days_left(projection.arrival, due, facts.calendar),
        company=facts.subject.company,
        plant=facts.subject.plant,
    )


def _promised(facts: PurchaseFacts) -> datetime | None:
    """What the vendor is held to: the first promise, or what has been agreed since; a date moved is no promise."""
    known = [one for one in (facts.first_at, facts.agreed_at) if one is not None]
    return max(known) if known else facts.promised_at


def downstream(network: Network, projection: Projection, money: Mapping[int, Decimal]) -> Iterator[Link]:
    """Every link behind the first ones, once."""
    for node, depth in network.walk():
        if node.kind == "move":
            link = _move(network, node, projection)
            if link is not None:
                yield _at(link, depth + 2)
        elif node.kind == "production":
            yield _at(production_link(network, node, projection), depth + 2)
        else:
            yield _at(_demand(network, node, projection, money), depth + 2)
            customer = _customer(network, node)
            if customer is not None:
                yield _at(customer, depth + 3)


def _at(link: Link, depth: int) -> Link:
    return replace(link, depth=depth)


def _move(network: Network, node: Node, projection: Projection) -> Link | None:
    """Receipts, transfers, components and deliveries; the move that finishes a product is its production order."""
    move = network.moves[node.key]
    if move.produced_by is not None:
        return None
    kind = "receipt" if node.key in network.receipts else "component" if move.consumed_by is not None else "transfer"
    if kind == "transfer" and move.demand is not None:
        kind = "delivery"
    expected = _expected(projection, node) or move.planned_at
    return Link(
        kind,
        move.product if kind == "component" else move.name,
        detail="" if kind == "component" else move.product,
        mirror="stock.move" if move.transfer is None else "stock.picking",
        row=move.key if move.transfer is None else move.transfer,
        company=move.company,
        plant=network.place(node)[1],
        due_at=network.due(node),
        expected_at=expected,
        slack_days=_slack(network, node, expected),
    )


def production_link(network: Network, node: Node, projection: Projection) -> Link:
    """A production order, as one link."""
    order = network.productions[node.key]
    expected = projection.expected.get(node, order.finish_at)
    due = order.finish_at or order.start_at
    return Link(
        "production",
        order.name,
        detail=order.product,
        mirror="mrp.production",
        row=order.key,
        company=order.company,
        plant=order.plant,
        due_at=due,
        expected_at=expected,
        slack_days=None if due is None or expected is None else days_left(expected, due, network.calendar(node)),
    )


def _demand(network: Network, node: Node, projection: Projection, money: Mapping[int, Decimal]) -> Link:
    demand = network.demands[node.key]
    planned = [one.planned_at for one in network.moves.values() if one.demand == node.key and one.planned_at]
    expected = _expected(projection, node) or max(planned, default=None)
    return Link(
        "sale_line",
        demand.order_name,
        detail=demand.product,
        mirror="sale.order.line",
        row=demand.key,
        company=demand.company,
        plant=demand.plant,
        due_at=network.due(node),
        expected_at=expected,
        slack_days=_slack(network, node, expected),
        money=money.get(node.key) if node.key in projection.at_risk else Decimal(0),
    )


def _customer(network: Network, node: Node) -> Link | None:
    demand = network.demands[node.key]
    if demand.customer is None:
        return None
    kind = "customer" if demand.external else "sister_company"
    return Link(
        kind,
        demand.customer_name,
        mirror="res.partner",
        row=demand.customer,
        company=demand.company,
        plant=demand.plant,
    )


def _expected(projection: Projection, node: Node) -> datetime | None:
    """When the goods reach the link, where that is known: it is late, or it is the first that needs them."""
    need = next((one for one in projection.needs if one.node == node), None)
    return need.expected_at if need is not None else projection.expected.get(node)


def _slack(network: Network, node: Node, expected: datetime | None) -> int | None:
    due = network.due(node)
    return None if due is None or expected is None else days_left(expected, due, network.calendar(node))
