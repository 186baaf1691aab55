"""Parts end and come back in an order that nobody planned, several at once, while the day goes on."""

from __future__ import annotations

import random
import time

import pytest

from tests.outage.installation import PARTS, wait
from tests.outage.life import Life
from tests.outage.witness import Witness

pytestmark = pytest.mark.outage
STEPS = 8


@pytest.mark.parametrize("seed", [1, 2])
def test_parts_come_and_go_in_any_order(life: Life, witness: Witness, seed: int) -> None:
    draw = random.Random(seed)
    told = []
    for _ in range(STEPS):
        part = draw.choice(PARTS)
        act = draw.choice(["stop", "kill"]) if life.at.runs(part) else "start"
        told.append(f"{act} {part}")
        getattr(life.at, act)(part)
        life.go_on()
        time.sleep(draw.uniform(0.0, 3.0))
    for part in draw.sample(PARTS, len(PARTS)):
        told.append(f"start {part}")
        life.at.start(part)
    print(", ".join(told))  # noqa: T201  shown where it fails
    life.check(witness)
    assert not witness.reloads


def test_a_power_cut_takes_everything_and_nothing_is_lost(life: Life, witness: Witness) -> None:
    draw = random.Random(3)
    life.go_on()
    for part in draw.sample(PARTS, len(PARTS)):
        life.at.kill(part)
    for part in draw.sample(PARTS, len(PARTS)):
        life.at.start(part)
        time.sleep(draw.uniform(0.0, 3.0))
    wait(lambda: life.at.get("/health/ready")[0] == 200, seconds=120, what="a tower that is well")
    life.check(witness)
