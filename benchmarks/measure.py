"""What a bench yields, and how it is told."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Measure:
    """One figure with its floor from the same run. ``ratio`` is value ÷ floor; ``n`` how many samples stand behind it.

    ``limit`` is what the ratio (or, without a floor, the value) is held to, and ``ok`` whether it held.
    """

    bench: str
    measure: str
    value: float
    unit: str
    floor: float | None
    ratio: float | None
    limit: float | None
    ok: bool
    n: int

    def line(self) -> str:
        """One line of JSON; figures keep four significant digits, which is more than they deserve."""
        told = {key: short(item) if isinstance(item, float) else item for key, item in asdict(self).items()}
        return json.dumps(told)


def short(value: float) -> float:
    return float(f"{value:.4g}")


def at_least(
    bench: str, measure: str, unit: str, ours: Sequence[float], floor: Sequence[float], limit: float
) -> Measure:
    """More is better: medians of interleaved rounds, held to a share of the floor."""
    value, bare = statistics.median(ours), statistics.median(floor)
    ratio = value / bare
    return Measure(bench, measure, value, unit, bare, ratio, limit, ratio >= limit, len(ours))


def at_most(
    bench: str, measure: str, unit: str, ours: Sequence[float], floor: Sequence[float], limit: float
) -> Measure:
    """Less is better: medians of interleaved rounds, held to a multiple of the floor."""
    value, bare = statistics.median(ours), statistics.median(floor)
    ratio = value / bare
    return Measure(bench, measure, value, unit, bare, ratio, limit, ratio <= limit, len(ours))


def interleaved(rounds: int, *cases: Callable[[], float]) -> list[list[float]]:
    """Each case in turn, round after round, so that a busy minute of the machine meets all of them."""
    figures: list[list[float]] = [[] for _ in cases]
    for number in range(rounds):
        for place in range(len(cases)):
            chosen = (place + number) % len(cases)
            figures[chosen].append(cases[chosen]())
    return figures
