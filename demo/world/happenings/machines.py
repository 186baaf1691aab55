"""What happens to machines: one stops, one runs again."""

from __future__ import annotations

from demo.world.catalog import PLANTS
from demo.world.dates import stamp
from demo.world.happenings import Event
from demo.world.parts.machines import HABITS, LOSSES
from demo.world.register import Row
from demo.world.reserved import MARK
from demo.world.scene import Scene

STOP = "mrp.workcenter.productivity"
MOST = 4
"""Machines that stand still at once, beyond which none stops any more."""
LEAST = 2
"""Machines that are left as they are, so that there is always something to repair."""


def stops(scene: Scene) -> list[Row]:
    """The stops that go on in the plants, those of the check left out."""
    companies = [scene.site.company[plant] for plant in PLANTS]
    domain = [
        ["company_id", "in", companies],
        ["date_end", "=", False],
        ["loss_type", "not in", ["productive", "performance"]],
    ]
    found = scene.site.register.find(STOP, domain, ["workcenter_id", "company_id", "description", "loss_id"])
    return [row for row in found if not (row["description"] or "").startswith(MARK)]


def crowded(scene: Scene) -> bool:
    return len(stops(scene)) >= MOST


def calm(scene: Scene) -> bool:
    return len(stops(scene)) <= LEAST


def machine_stops(scene: Scene) -> str:
    """A machine that runs stops, for one of the reasons that it usually stops for."""
    centres = scene.site.register.keys("centre_")
    domain = [["id", "in", sorted(centres.values())], ["working_state", "!=", "blocked"]]
    running = {row["id"]: row for row in scene.site.register.find("mrp.workcenter", domain, ["name", "company_id"])}
    keys = [key for key, number in centres.items() if number in running]
    if not keys:
        return ""
    key = scene.rnd.choice(sorted(keys))
    row, (_often, _length, (reason, words)) = running[centres[key]], HABITS[key.split("_")[2]]
    values = {
        "workcenter_id": row["id"],
        "loss_id": scene.site.register.xml_id("mrp", LOSSES[reason]),
        "description": words,
        "company_id": row["company_id"][0],
    }
    scene.site.register.call(STOP, "create", [values], company=row["company_id"][0])
    return f"{row['name']}: stands still, {words.lower()}"


def machine_runs(scene: Scene) -> str:
    """A stop ends."""
    going_on = stops(scene)
    if not going_on:
        return ""
    row = scene.rnd.choice(going_on)
    end = {"date_end": stamp(scene.now)}
    scene.site.register.call(STOP, "write", [row["id"]], end, company=row["company_id"][0])
    return f"{row['workcenter_id'][1]}: runs again"


EVENTS = (Event(machine_stops, 2, unless=crowded), Event(machine_runs, 2, unless=calm))
