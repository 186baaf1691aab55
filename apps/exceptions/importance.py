"""How much the customers at risk matter: the class on their tag, weighed. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _


class CustomerClass(NamedTuple):
    """A class of customers: the name of its tag in Odoo, and what such a customer weighs in the score, up to 1."""

    tag: str
    weight: Decimal

    def __str__(self) -> str:
        return f"{self.tag} = {self.weight}"


USUAL_CLASSES = (
    CustomerClass("Customer class A", Decimal("1.0")),
    CustomerClass("Customer class B", Decimal("0.6")),
    CustomerClass("Customer class C", Decimal("0.3")),
)


def problems_of(classes: Sequence[CustomerClass]) -> Iterator[str]:
    """What makes no sense about some classes, in words."""
    if not classes:
        yield _("Name at least one customer class.")
    if not all(Decimal(0) <= one.weight <= Decimal(1) for one in classes):
        yield _("The weight of a customer class lies between 0 and 1.")


@dataclass(frozen=True)
class Importance:
    """The weight of the most important of some customers, zero while there are none, and how it came about.

    ``tag`` names the class that gave the weight, empty where no customer has one and the lowest weight counts.
    ``unclassified`` says how many of the customers have no class.
    """

    weight: Decimal = Decimal(0)
    tag: str = ""
    unclassified: int = 0


def importance_of(customers: Sequence[Collection[str]], classes: Sequence[CustomerClass]) -> Importance:
    """The importance of customers, each given by the names of its tags; case and outer spaces do not matter.

    A customer with tags of several classes belongs to the highest of them, one with none weighs as the lowest class.
    Raises ValueError without classes.
    """
    found = [_class_of(tags, classes) for tags in customers]
    known = [one for one in found if one is not None]
    unclassified = len(found) - len(known)
    if known:
        best = max(known, key=lambda one: one.weight)
        return Importance(best.weight, best.tag, unclassified)
    lowest = min(one.weight for one in classes)
    return Importance(lowest if found else Decimal(0), "", unclassified)


def _class_of(tags: Collection[str], classes: Sequence[CustomerClass]) -> CustomerClass | None:
    carried = {_plain(tag) for tag in tags}
    return max((one for one in classes if _plain(one.tag) in carried), key=lambda one: one.weight, default=None)


def _plain(name: str) -> str:
    return name.strip().casefold()
