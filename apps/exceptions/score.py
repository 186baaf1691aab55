"""How much a finding matters: one number from 0 to 100 that can be recomputed by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, ClassVar, TypedDict

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.exceptions.definition import Impact, Severity

CENT = Decimal("0.01")
SHOWN = Decimal("0.000001")
FARTHEST = 1000


@dataclass(frozen=True)
class Parameters:
    """What the score is measured against; kept with every score.

    ``money_unit`` (m0) and ``money_cap`` are in group currency, ``delay_unit`` (d0) in working days, ``customer_cap``
    is the number of customers from which more do not count. The weights count by their share of the sum of all four.
    """

    version: ClassVar[str] = "1"

    money_unit: Decimal = Decimal(1000)
    money_cap: Decimal = Decimal(1000000)
    delay_unit: Decimal = Decimal(2)
    customer_cap: int = 5
    money_weight: Decimal = Decimal("0.45")
    delay_weight: Decimal = Decimal("0.30")
    customer_weight: Decimal = Decimal("0.15")
    control_weight: Decimal = Decimal("0.10")

    titles: ClassVar[Mapping[str, Any]] = {
        "money_unit": gettext_lazy("Money at risk that begins to count, group currency"),
        "money_cap": gettext_lazy("Money at risk beyond which more does not count, group currency"),
        "delay_unit": gettext_lazy("Steepness of delay, working days"),
        "customer_cap": gettext_lazy("Customers beyond which more do not count"),
        "money_weight": gettext_lazy("Weight of money"),
        "delay_weight": gettext_lazy("Weight of delay"),
        "customer_weight": gettext_lazy("Weight of customers"),
        "control_weight": gettext_lazy("Weight of a breach of safety, compliance or control"),
    }
    most: ClassVar[Mapping[str, Any]] = {
        "delay_unit": Decimal(365),
        "customer_cap": 1000,
        **dict.fromkeys(("money_weight", "delay_weight", "customer_weight", "control_weight"), Decimal(100)),
    }

    def problems(self) -> Iterator[str]:
        if not 0 < self.money_unit < self.money_cap:
            yield _("Money begins to count above 0 and ends to count at a larger amount.")
        if self.delay_unit <= 0:
            yield _("The steepness of delay is more than 0 working days.")
        if self.customer_cap < 1:
            yield _("The customers beyond which more do not count are 1 or more.")
        if min(self.weights) < 0 or not any(self.weights):
            yield _("No weight is less than 0, and at least one is more.")

    @property
    def weights(self) -> tuple[Decimal, ...]:
        return self.money_weight, self.delay_weight, self.customer_weight, self.control_weight

    @property
    def shares(self) -> tuple[Decimal, ...]:
        """The weights as parts of 1; all zero where places together have left none."""
        whole = sum(self.weights)
        return self.weights if whole in (0, 1) else tuple(one / whole for one in self.weights)


class Term(TypedDict):
    """One summand: ``points`` = 100 × ``weight`` × ``value``; ``value`` follows from ``input`` by ``formula``."""

    key: str
    input: str
    formula: str
    value: str
    weight: str
    points: str


class Terms(TypedDict):
    """Everything that a score was made of. All numbers are decimal texts."""

    score: str
    floor: str
    version: str
    parameters: dict[str, str]
    terms: list[Term]


DEFAULT = Parameters()


def score(impact: Impact, least: Severity = Severity.LOW, parameters: Parameters = DEFAULT) -> tuple[Decimal, Terms]:
    """100 × (0.45 m + 0.30 t + 0.15 c + 0.10 k), rounded half up to two places, with its terms.

    m = min(1, ln(1 + M/m0) / ln(1 + Mcap/m0)) for money at risk M in group currency; t = 1 / (1 + e^(−D/d0)) for a
    delay of D working days, negative while there is slack; c = T × min(1, C/5) for C external customers of which the
    most important weighs T; k = 1 for a breach of safety, compliance or control. Source: catalogue, common rules.
    The weights are those of the place, each by its share of their sum.
    Never below the limit of the least severity that the detector names (critical 80, high 60, medium 35, low 0).
    """
    p, (money, delay, customers, control) = parameters, parameters.shares
    parts = [
        ("money", str(impact.money), "min(1, ln(1 + M/m0) / ln(1 + Mcap/m0))", _money(impact.money, p), money),
        ("delay", str(impact.delay_days), "1 / (1 + exp(-D/d0))", _delay(impact.delay_days, p), delay),
        (
            "customers",
            f"{len(impact.customers)} × {impact.importance}",
            f"T × min(1, C/{p.customer_cap})",
            _customers(impact, p),
            customers,
        ),
        ("control", "1" if impact.control else "0", "k", Decimal(int(impact.control)), control),
    ]
    points = sum((100 * weight * value for *_, value, weight in parts), Decimal(0)).quantize(CENT, ROUND_HALF_UP)
    total = max(points, least.limit)
    terms: Terms = {
        "score": str(total),
        "floor": str(least.limit),
        "version": p.version,
        "parameters": {
            "m0": str(p.money_unit),
            "Mcap": str(p.money_cap),
            "d0": str(p.delay_unit),
            "Ccap": str(p.customer_cap),
        },
        "terms": [
            {
                "key": key,
                "input": given,
                "formula": formula,
                "value": str(value.quantize(SHOWN)),
                "weight": str(weight),
                "points": str((100 * weight * value).quantize(CENT, ROUND_HALF_UP)),
            }
            for key, given, formula, value, weight in parts
        ],
    }
    return total, terms


def _money(money: Decimal, p: Parameters) -> Decimal:
    share = (1 + max(Decimal(0), money) / p.money_unit).ln() / (1 + p.money_cap / p.money_unit).ln()
    return min(Decimal(1), share)


def _delay(days: int, p: Parameters) -> Decimal:
    bounded = max(-FARTHEST, min(FARTHEST, days))
    return 1 / (1 + (-Decimal(bounded) / p.delay_unit).exp())


def _customers(impact: Impact, p: Parameters) -> Decimal:
    return impact.importance * min(Decimal(1), Decimal(len(impact.customers)) / p.customer_cap)
