"""Machines: who looks after them, what is looked after, how they stood still in the last weeks, and which do so now."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from demo.world.catalog import COMPANIES, PLANTS, WORK_CENTRES
from demo.world.dates import day_text, stamp
from demo.world.parts import Part
from demo.world.plan import stream
from demo.world.site import Site

NEEDS = {"maintenance": ("maintenance.request", "equipment_id")}
MORNING = {"lyon": 8, "detroit": 14}
"""When a shift begins, in hours of UTC."""
LOSSES = {
    "material": "block_reason0",
    "failure": "block_reason1",
    "setup": "block_reason2",
    "defect": "block_reason5",
}
"""Reasons of Odoo's own for lost time, by the external ids that its module gives them."""
HABITS = {
    "weld": (6, (25, 60), ("failure", "Wire feed jammed")),
    "machine": (5, (60, 150), ("failure", "Spindle drive fault")),
    "assemble": (7, (10, 35), ("material", "No gaskets at the line")),
    "test": (4, (50 * 60, 80 * 60), ("failure", "Pressure sensor away for repair")),
}
"""How often a machine stood still, for how many minutes, and why."""
DEFECTS = (("weld", 30, "Porous seams"), ("assemble", 20, "Torque out of range"))
NOW = {"lyon": ("test", 15, "Pressure sensor failed"), "detroit": ("machine", 3, "Spindle drive fault")}
"""The machine of each plant that stands still when the world is built, since so many hours before its day began."""
BESIDES = (("forklift", "Forklift", "Dock 2"), ("compressor", "Air compressor", "Cellar"))


def make_teams(site: Site) -> None:
    """A maintenance team for each plant; Odoo makes none for a second company by itself."""
    for plant in PLANTS:
        name = f"Maintenance {COMPANIES[plant].city}"
        rows = {f"team_{plant}": {"name": name, "company_id": site.company[plant]}}
        site.register.ensure("maintenance.team", rows, company=site.company[plant])


def make_equipment(site: Site) -> None:
    """What is looked after: each machine under a name or number that tells more or less where it stands, and others."""
    for plant in PLANTS:
        company, city = site.company[plant], COMPANIES[plant].city
        kinds = {f"machines_{plant}": {"name": f"Machines {city}", "company_id": company}}
        category = site.register.ensure("maintenance.equipment.category", kinds, company=company)
        shared = {
            "company_id": company,
            "category_id": category[f"machines_{plant}"],
            "maintenance_team_id": site.register.id_of(f"team_{plant}"),
            "effective_date": day_text(site.plan.base - timedelta(days=400)),
        }
        rows = {f"equipment_{plant}_{key}": {**shared, **values} for key, values in _equipment(plant, city).items()}
        site.register.ensure("maintenance.equipment", rows, company=company)


def _equipment(plant: str, city: str) -> dict[str, dict[str, str]]:
    code = plant[:2].upper()
    found = {
        "weld": {"name": "Welding robot", "serial_no": f"{code}-WELD", "location": "Hall 1"},
        "machine": {"name": f"CNC centre {city}", "serial_no": f"{code}-4411", "location": "Hall 1"},
        "assemble": {"name": "Conveyor", "serial_no": f"{code}-2093", "location": f"Hall 2, {code}-ASSE"},
        "test": {"name": f"Bench for the pressure test {city}", "serial_no": f"{code}-7750", "location": "Hall 2"},
    }
    others = {
        key: {"name": name, "serial_no": f"{code}-{key.upper()}", "location": where} for key, name, where in BESIDES
    }
    return {**found, **others}


def make_requests(site: Site) -> None:
    """Some services that are planned, one of them overdue."""
    for plant in PLANTS:
        company = site.company[plant]
        rows = {
            f"service_{plant}_{key}": {
                "name": f"Service of the {WORK_CENTRES[key].lower()}",
                "maintenance_type": "preventive",
                "equipment_id": site.register.id_of(f"equipment_{plant}_{key}"),
                "maintenance_team_id": site.register.id_of(f"team_{plant}"),
                "company_id": company,
                "schedule_date": stamp(site.plan.base + timedelta(days=days, hours=9)),
            }
            for key, days in (("weld", 6), ("machine", -4), ("assemble", 13))
        }
        site.register.ensure("maintenance.request", rows, company=company)


def make_stops(site: Site) -> None:
    """Stops of the last weeks that ended, and one in each plant that goes on."""
    losses = {key: site.register.xml_id("mrp", name) for key, name in LOSSES.items()}
    for plant in PLANTS:
        company, rnd = site.company[plant], stream(site.plan.seed, f"stops/{plant}")
        rows = {
            f"stop_{plant}_{centre}_{number}": {
                "workcenter_id": site.register.id_of(f"centre_{plant}_{centre}"),
                "loss_id": losses[reason],
                "description": words,
                "company_id": company,
                "date_start": stamp(start),
                "date_end": stamp(start + timedelta(minutes=length)),
            }
            for centre, number, start, length, reason, words in _past(rnd, plant, site.plan.base)
        }
        centre, before, words = NOW[plant]
        rows[f"stop_{plant}_now"] = {
            "workcenter_id": site.register.id_of(f"centre_{plant}_{centre}"),
            "loss_id": losses["failure"],
            "description": words,
            "company_id": company,
            "date_start": stamp(site.plan.base - timedelta(hours=before)),
        }
        site.register.ensure("mrp.workcenter.productivity", rows, company=company)


def _past(rnd: Random, plant: str, base: datetime) -> list[tuple[str, int, datetime, int, str, str]]:
    """What befell each machine, never in the last week; by machine, number, beginning, minutes, reason and words."""
    found = []
    for centre, (often, (shortest, longest), (reason, words)) in HABITS.items():
        for number in range(often):
            day = base - timedelta(days=8 + number * 70 // often + rnd.randrange(5))
            start = day + timedelta(hours=MORNING[plant], minutes=rnd.randrange(240))
            found.append((centre, number, start, rnd.randint(shortest, longest), reason, words))
    for number, (centre, minutes, words) in enumerate(DEFECTS, start=100):
        start = base - timedelta(days=9 + rnd.randrange(20)) + timedelta(hours=MORNING[plant] + 2)
        found.append((centre, number, start, minutes, "defect", words))
    return found


PART = Part("machines", (make_teams, make_equipment, make_requests, make_stops), needs=NEEDS, order=40)
