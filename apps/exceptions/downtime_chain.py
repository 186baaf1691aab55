"""The chain from a machine that stands still to the customers who wait, as a case shows it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from apps.exceptions.chain import downstream, production_link
from apps.exceptions.definition import Link
from apps.exceptions.downtime import StopFacts
from apps.exceptions.network import Network, Node, Projection


def links(
    facts: StopFacts, network: Network, projection: Projection, money: Mapping[int, Decimal], runs_again: datetime
) -> Iterator[Link]:
    """The machine, then what leads to customers who lose by the stop, then the other orders that it holds up.

    What is behind those others is left out: it is late for other reasons, or not late at all.
    """
    yield _machine(facts, runs_again)
    losing = tuple(node for node in network.first if _endangers(network, node, projection))
    seen: set[int] = set()
    for link in downstream(replace(network, first=losing), projection, money):
        seen |= {link.row} if link.kind == "production" and link.row is not None else set()
        yield link
    for node in network.first:
        if node not in losing and node.key not in seen:
            yield replace(production_link(network, node, projection), depth=2)


def _endangers(network: Network, node: Node, projection: Projection) -> bool:
    """Whether a customer who loses by the stop waits for this order."""
    below = replace(network, first=(node,)).walk()
    return any(one.kind == "demand" and one.key in projection.at_risk for one, _depth in below)


def _machine(facts: StopFacts, runs_again: datetime) -> Link:
    """The machine itself, back when it is expected."""
    return Link(
        "work_centre",
        facts.centre_name or _("A work centre"),
        detail=facts.reason,
        mirror="mrp.workcenter",
        row=facts.centre,
        company=facts.subject.company,
        plant=facts.subject.plant,
        expected_at=runs_again,
    )
