"""The machines of the world: looked after, stopped in the last weeks, two of them now."""

from collections import Counter
from datetime import UTC, datetime

import pytest

from demo.world.catalog import PLANTS, WORK_CENTRES
from demo.world.dates import moment
from demo.world.happenings.machines import machine_runs, machine_stops, stops
from demo.world.live import Live
from demo.world.parts.machines import HABITS
from demo.world.reopen import reopen
from demo.world.scene import Scene
from tests.contract.worlds import SEEDS, copy_of, world

STOP = "mrp.workcenter.productivity"
seeds = pytest.mark.parametrize("seed", SEEDS)


@seeds
def test_each_plant_has_a_team_and_equipment_for_every_machine(seed: str) -> None:
    register = world(seed).register
    for plant in PLANTS:
        machines = register.keys(f"equipment_{plant}_")
        assert {f"equipment_{plant}_{key}" for key in WORK_CENTRES} < set(machines)
        team = register.id_of(f"team_{plant}")
        rows = register.call("maintenance.equipment", "read", list(machines.values()), ["maintenance_team_id"])
        assert {row["maintenance_team_id"][0] for row in rows} == {team}


@seeds
def test_one_machine_of_each_plant_stands_still(seed: str) -> None:
    register = world(seed).register
    rows = register.find("mrp.workcenter", [["working_state", "=", "blocked"]], ["name", "company_id"])
    ours = [row for row in rows if row["id"] in register.keys("centre_").values()]
    assert Counter(row["company_id"][1] for row in ours) == {"Kestrel Lyon": 1, "Kestrel Detroit": 1}


@seeds
def test_every_machine_has_stood_still_often_enough_to_tell_how_long_it_takes(seed: str) -> None:
    register = world(seed).register
    domain = [["date_end", "!=", False], ["loss_type", "=", "availability"], ["workorder_id", "=", False]]
    rows = register.find(STOP, domain, ["workcenter_id", "date_start", "date_end"])
    lengths: dict[int, list[float]] = {}
    for row in rows:
        span = moment(row["date_end"]) - moment(row["date_start"])
        lengths.setdefault(row["workcenter_id"][0], []).append(span.total_seconds() / 60)
    for key, number in register.keys("centre_").items():
        often, (shortest, longest), _why = HABITS[key.split("_")[2]]
        assert len(lengths[number]) == often >= 3
        assert all(shortest <= one <= longest for one in lengths[number])


def test_machines_stop_and_run_again_and_leave_the_check_alone(tmp_path) -> None:
    odoo = copy_of("1", tmp_path)
    live = Live(odoo, seed=1)
    scene = Scene(reopen(live.register, 1), live.rnd, datetime.now(UTC).replace(microsecond=0), 1)
    before = {row["id"] for row in stops(scene)}
    assert machine_stops(scene).endswith(tuple(words.lower() for _o, _l, (_r, words) in HABITS.values()))
    [made] = {row["id"] for row in stops(scene)} - before
    odoo.call(STOP, "write", [made], {"description": "CHECK/1"})
    assert made not in {row["id"] for row in stops(scene)}
    assert "runs again" in machine_runs(scene)
    assert odoo.call(STOP, "read", [made], ["date_end"])[0]["date_end"] is False
    assert len(stops(scene)) == len(before) - 1
