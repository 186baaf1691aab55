"""A small group with cases on its board: written straight into the tables, for pages that only read.

The columns of a case come from a finding by the product's own rules, so that a page cannot drift from what is stored.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any, cast

from django.utils import timezone

from apps.accounts.models import User
from apps.exceptions.definition import Detector, Evidence, Finding, Impact, Link, Subject, detectors
from apps.exceptions.models import Case, Channel
from apps.exceptions.payload import values_of
from apps.exceptions.stream import channel_key
from controltower.lib.keys import row_key
from odoo_sync.mirror.base import mirrors
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.stock import Warehouse
from odoo_sync.models import Connection, Cursor

PARTS = ("Bearing 6204", "Gearbox housing", "Servo drive 2 kW", "Seal kit M8", "Castor wheel", "Control board V3")
VENDORS = ("Nordkugel", "Hidroteknik", "Baltic Castings", "Ostrava Steel", "Meridian Electronics")
CUSTOMERS = ("Helios Robotics", "Orion Lifts", "Kestrel Rail", "Tundra Wind", "Atlas Medical")
DOMAINS = ("procure", "produce", "quality", "assets", "finance", "intercompany")
COMPANIES = ("Aurora Lyon", "Aurora Detroit", "Aurora UK")
PLANTS = ((0, "Lyon"), (0, "Lyon North"), (1, "Detroit"), (1, "Windsor"), (2, "Distribution UK"))
DETECTOR = "purchase.late_line"
LINE = "purchase.order.line"


class Group:
    """Three companies with five plants behind one Odoo that has just been read."""

    def __init__(self) -> None:
        self.connection = Connection.objects.create(
            name="Aurora", url="https://odoo.example", database="aurora", login="tower", secret=b"-", identity="aurora"
        )
        self.companies = [self._company(number, name) for number, name in enumerate(COMPANIES, 1)]
        self.plants = [self._plant(number, self.companies[at], name) for number, (at, name) in enumerate(PLANTS, 1)]
        now = timezone.now()
        Cursor.objects.bulk_create(
            Cursor(connection=self.connection, mirror=one.key, as_of=now, loaded_at=now, rows=1) for one in mirrors
        )

    def case(self, number: int = 1, **fields: Any) -> Case:
        """One open case with everything that a page shows; the number decides what it is about."""
        return Case.objects.create(**{**self.values(number), **fields})

    def values(self, number: int) -> dict[str, Any]:
        """The columns of a plausible case, the same for the same number."""
        chance = Random(number)
        finding, domain = self.finding(number, chance), chance.choice(DOMAINS)
        return {
            "detector": DETECTOR,
            "subject_type": finding.subject.type,
            "subject_key": finding.subject.key,
            "connection": self.connection,
            "domain": domain,
            "opened_at": timezone.now() - timedelta(minutes=chance.randint(1, 6000)),
            **values_of(finding, cast("type[Detector[Any]]", detectors[DETECTOR])),
        }

    def finding(self, number: int, chance: Random) -> Finding:
        """A late purchase line with what hangs on it."""
        plant, late = chance.choice(self.plants), chance.randint(1, 14)
        vendor, part, order = chance.choice(VENDORS), chance.choice(PARTS), f"P{number:05}"
        orders = [self._order(chance, plant, number * 10 + at, late) for at in range(chance.randint(1, 4))]
        money = sum((link.money for pair in orders for link in pair if link.money), Decimal(0))
        weight, letter = chance.choice(((Decimal("0.3"), "C"), (Decimal("0.6"), "B"), (Decimal(1), "A")))
        impact = Impact(
            money=money,
            customers=tuple(range(len(orders))),
            order_lines=tuple(pair[0].row or 0 for pair in orders),
            delay_days=late,
            importance=weight,
            customer_class=f"Customer class {letter}",
            chain=(*self._cause(number, vendor, order, part, plant, late), *(link for pair in orders for link in pair)),
        )
        key = row_key(self.connection.pk, number)
        return Finding(
            subject=Subject(LINE, str(key), self.connection.pk, plant.company_id, plant.pk),
            summary=f"{part} from {vendor} is {late} working days late",
            detail=f"Holds up {len(orders)} order lines, 1 production order · {order} · WH/MO/{number:05}",
            evidence=tuple(self._evidence(key, late)),
            impact=impact,
            documents=(key,),
        )

    def _cause(
        self, number: int, vendor: str, order: str, part: str, plant: Warehouse, late: int
    ) -> tuple[Link, Link, Link]:
        now, key = timezone.now(), row_key(self.connection.pk, number)
        place = {"company": plant.company_id, "plant": plant.pk}
        dates = {"due_at": now, "expected_at": now + timedelta(days=late)}
        made = Link("production", f"WH/MO/{number:05}", "Conveyor drive", mirror="mrp.production", row=key, depth=2)
        return (
            Link("vendor", vendor, mirror="res.partner", row=key),
            Link("purchase_line", order, part, mirror=LINE, row=key, depth=1, slack_days=-late, **dates, **place),
            Link(**{**vars(made), **place, **dates, "slack_days": 2 - late}),
        )

    def _order(self, chance: Random, plant: Warehouse, key: int, late: int) -> tuple[Link, Link]:
        slack, due = chance.randint(-late, 2), timezone.now() + timedelta(days=5)
        place = {"company": plant.company_id, "plant": plant.pk}
        money = Decimal(chance.choice((900, 4200, 18_950, 61_000, 121_000, 480_000)) + chance.randint(0, 999))
        line = Link(
            "sale_line",
            f"S{key:05}",
            mirror="sale.order.line",
            row=row_key(self.connection.pk, key),
            depth=3,
            due_at=due,
            expected_at=due - timedelta(days=slack),
            slack_days=slack,
            money=money if slack < 0 else Decimal(0),
            hard=chance.random() > 0.2,
            **place,
        )
        return line, Link("customer", chance.choice(CUSTOMERS), mirror="res.partner", row=line.row, depth=4, **place)

    def _evidence(self, key: int, late: int) -> Iterator[Evidence]:
        now = timezone.now().replace(microsecond=0)
        yield Evidence("Promised for", now + timedelta(days=late), mirror=LINE, row=key, as_of=now)
        yield Evidence("First promised for", now - timedelta(days=late + 2), mirror=LINE, row=key, as_of=now)
        yield Evidence("Still to come", Decimal(2000), mirror=LINE, row=key, as_of=now)

    def _company(self, number: int, name: str) -> Company:
        return Company.objects.create(id=row_key(self.connection.pk, number), name=name, active=True)

    def _plant(self, number: int, company: Company, name: str) -> Warehouse:
        return Warehouse.objects.create(id=row_key(self.connection.pk, number), name=name, company=company, active=True)


def fill(group: Group, count: int, *, first: int = 1) -> list[Case]:
    """Many cases at once, as the board of a large group would have them; every eighth is somebody's."""
    people = list(User.objects.order_by("pk")[:5])
    cases = []
    for number in range(first, first + count):
        owner = people[number % len(people)] if people and number % 8 == 0 else None
        state = "acknowledged" if owner else "open"
        cases.append(Case(**{**group.values(number), "owner": owner, "state": state, "state_at": timezone.now()}))
    made = Case.objects.bulk_create(cases, batch_size=1000)
    keys = {channel_key(one.connection_id, one.company_id, one.plant_id, one.domain): one for one in made}
    Channel.objects.bulk_create(
        Channel(key=key, connection_id=one.connection_id, company=one.company_id, plant=one.plant_id, domain=one.domain)
        for key, one in keys.items()
    )
    return made
