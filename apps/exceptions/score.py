"""How much a finding matters: one number from 0 to 100 that can be recomputed by hand."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TypedDict

from apps.exceptions.definition import Impact, Severity

CENT = Decimal("0.01")
SHOWN = Decimal("0.000001")
FARTHEST = 1000


@dataclass(frozen=True)
class Parameters:
    """What the score is measured against; kept with every score.

    ``money_unit`` (m0) and ``money_cap`` are in group currency, ``delay_unit`` (d0) in working days, ``customer_cap``
    is the number of customers from which more do not count.
    """

    version: str = "1"
    money_unit: Decimal = Decimal(1000)
    money_cap: Decimal = Decimal(1000000)
    delay_unit: Decimal = Decimal(2)
    customer_cap: int = 5
    money_weight: Decimal = Decimal("0.45")
    delay_weight: Decimal = Decimal("0.30")
    customer_weight: Decimal = Decimal("0.15")
    control_weight: Decimal = Decimal("0.10")


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
    Never below the limit of the least severity that the detector names (critical 80, high 60, medium 35, low 0).
    """
    p = parameters
    parts = [
        ("money", str(impact.money), "min(1, ln(1 + M/m0) / ln(1 + Mcap/m0))", _money(impact.money, p), p.money_weight),
        ("delay", str(impact.delay_days), "1 / (1 + exp(-D/d0))", _delay(impact.delay_days, p), p.delay_weight),
        (
            "customers",
            f"{len(impact.customers)} × {impact.importance}",
            "T × min(1, C/5)",
            _customers(impact, p),
            p.customer_weight,
        ),
        ("control", "1" if impact.control else "0", "k", Decimal(int(impact.control)), p.control_weight),
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
