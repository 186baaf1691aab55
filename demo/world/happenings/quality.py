"""What happens to inspected lots: one is found bad, one is found good after all, one is asked for anew."""

from __future__ import annotations

from demo.world.happenings import Event
from demo.world.inspecting import answer, inspect
from demo.world.register import Row
from demo.world.scene import Scene
from demo.world.seals import SIZES, Found

MOST_BAD, FEWEST_BAD = 6, 2
OURS = {f"inspection_{size}" for sizes in SIZES.values() for size, found in sizes if found is not Found.CHECKED}


def _inspections(scene: Scene, *states: str) -> list[Row]:
    """Inspections of lots that the check does not own, in one of these states."""
    register = scene.site.register
    lots = [register.id_of(key.replace("inspection", "lot")) for key in OURS if register.has(key)]
    if not lots:
        return []
    domain = [["lot_id", "in", lots], ["state", "in", list(states)]]
    return register.find("qc.inspection", domain, ["name", "lot_id", "company_id", "state", "qty"])


def _press(scene: Scene, row: Row, *buttons: str) -> None:
    for button in buttons:
        scene.site.register.call("qc.inspection", f"action_{button}", [row["id"]], company=row["company_id"][0])


def fail(scene: Scene) -> str:
    """A lot that waited for its inspection is found bad; sometimes nobody has agreed to that yet."""
    found = _inspections(scene, "ready")
    if not found:
        return ""
    row = scene.rnd.choice(found)
    measured = scene.rnd.choice((scene.rnd.randint(780, 940), scene.rnd.randint(1060, 1180))) / 100
    looks = scene.rnd.choice(("Clean", "Scratched"))
    answer(scene.site.register, row["company_id"][0], row["id"], measured=measured, looks=looks)
    _press(scene, row, "confirm", *(["approve"] if scene.rnd.random() < 0.7 else []))
    return f"{row['name']}: lot {row['lot_id'][1]} does not pass"


def release(scene: Scene) -> str:
    """A lot on hold is measured again, and is good."""
    found = _inspections(scene, "failed", "waiting")
    if len(found) <= FEWEST_BAD:
        return ""
    row = scene.rnd.choice(found)
    _press(scene, row, "draft", "todo")
    measured = scene.rnd.randint(960, 1040) / 100
    answer(scene.site.register, row["company_id"][0], row["id"], measured=measured, looks="Clean")
    _press(scene, row, "confirm")
    return f"{row['name']}: lot {row['lot_id'][1]} is released"


def ask(scene: Scene) -> str:
    """A lot whose last inspection is decided is to be inspected again."""
    found = _inspections(scene, "success")
    if not found or _inspections(scene, "ready"):
        return ""
    row, register = scene.rnd.choice(found), scene.site.register
    company, test = row["company_id"][0], register.id_of("seal_test")
    about = f"stock.lot,{row['lot_id'][0]}"
    made = inspect(register, company, test, about, quantity=row["qty"], asked_at=scene.now)
    register.call("qc.inspection", "action_todo", [made], company=company)
    return f"lot {row['lot_id'][1]}: to be inspected"


def crowded(scene: Scene) -> bool:
    """Whether enough is bad already."""
    return not scene.site.register.has("seal_test") or len(_inspections(scene, "failed", "waiting")) >= MOST_BAD


def absent(scene: Scene) -> bool:
    """Whether this Odoo has no inspections."""
    return not scene.site.register.has("seal_test")


EVENTS = (Event(fail, 1, unless=crowded), Event(release, 1, unless=absent), Event(ask, 1, unless=absent))
