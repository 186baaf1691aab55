"""A small group with cases on its board: written straight into the tables, for pages that only read."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.utils import timezone

from apps.accounts.models import User
from apps.exceptions import score, stream
from apps.exceptions.definition import Impact, Severity
from apps.exceptions.models import Case
from controltower.lib.keys import row_key
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.stock import Warehouse
from odoo_sync.models import Connection, Cursor

PARTS = ("Bearing 6204", "Gearbox housing", "Servo drive 2 kW", "Seal kit M8", "Castor wheel", "Control board V3")
VENDORS = ("Nordkugel", "Hidroteknik", "Baltic Castings", "Ostrava Steel", "Meridian Electronics")
CUSTOMERS = ("Helios Robotics", "Orion Lifts", "Kestrel Rail", "Tundra Wind", "Atlas Medical")
DOMAINS = ("procure", "produce", "quality", "assets", "finance", "intercompany")
ODOO = "https://odoo.example"


class Group:
    """Three companies with five plants behind one Odoo, and the people who look at them."""

    def __init__(self) -> None:
        self.connection = Connection.objects.create(
            name="Aurora", url=ODOO, database="aurora", login="tower", secret=b"-", identity="aurora"
        )
        self.companies = [
            self._company(number, name) for number, name in enumerate(("Aurora Lyon", "Aurora Detroit", "Aurora UK"), 1)
        ]
        names = ((0, "Lyon"), (0, "Lyon North"), (1, "Detroit"), (1, "Windsor"), (2, "Distribution UK"))
        self.plants = [
            self._plant(number, self.companies[company], name) for number, (company, name) in enumerate(names, 1)
        ]
        now = timezone.now()
        Cursor.objects.bulk_create(
            Cursor(connection=self.connection, mirror=mirror, as_of=now, loaded_at=now)
            for mirror in ("purchase.order", "purchase.order.line", "stock.move")
        )

    def _company(self, number: int, name: str) -> Company:
        return Company.objects.create(id=row_key(self.connection.pk, number), name=name, active=True)

    def _plant(self, number: int, company: Company, name: str) -> Warehouse:
        return Warehouse.objects.create(id=row_key(self.connection.pk, number), name=name, company=company, active=True)

    def case(self, number: int = 1, **fields: Any) -> Case:
        """One open case with everything that a page shows; the number decides what it is about."""
        return Case.objects.create(**{**self.values(number), **fields})

    def values(self, number: int) -> dict[str, Any]:
        """The columns of a plausible case, the same for the same number."""
        chance = Random(number)
        plant = chance.choice(self.plants)
        late = chance.randint(1, 14)
        lines = [self._link(chance, plant, number * 10 + at, late) for at in range(chance.randint(1, 4))]
        money = sum((Decimal(line["money"]) for line in lines), Decimal(0))
        points, terms = score.score(Impact(money=money, customers=tuple(range(len(lines))), delay_days=late))
        part, vendor, order = chance.choice(PARTS), chance.choice(VENDORS), f"P{number:05}"
        now = timezone.now()
        return {
            "detector": "purchase.late_line",
            "subject_type": "purchase.order.line",
            "subject_key": str(row_key(self.connection.pk, number)),
            "connection": self.connection,
            "company_id": plant.company_id,
            "plant": plant,
            "domain": chance.choice(DOMAINS),
            "severity": Severity.of_score(points),
            "score": points,
            "score_terms": terms,
            "summary": f"{part} from {vendor} is {late} days late",
            "detail": f"{order} · holds up {chance.randint(1, 3)} production orders and {len(lines)} order lines",
            "evidence": self._evidence(number, order, part, late, now),
            "impact": self._impact(number, order, vendor, part, late, lines, money, now),
            "money": money,
            "currency": "EUR",
            "delay_days": late,
            "customers": len({line["name"] for line in lines}),
            "opened_at": now - timedelta(minutes=chance.randint(1, 6000)),
        }

    def _link(self, chance: Random, plant: Warehouse, key: int, late: int) -> dict[str, Any]:
        slack = chance.randint(-late, 2)
        return {
            "kind": "demand",
            "name": chance.choice(CUSTOMERS),
            "detail": f"S{key:05}",
            "mirror": "sale.order.line",
            "row": row_key(self.connection.pk, key),
            "company": plant.company_id,
            "depth": 2,
            "due_at": (timezone.now() + timedelta(days=5)).isoformat(),
            "expected_at": (timezone.now() + timedelta(days=5 - slack)).isoformat(),
            "slack_days": slack,
            "money": str(Decimal(chance.randint(800, 90_000))),
            "hard": chance.random() > 0.3,
        }

    def _evidence(self, number: int, order: str, part: str, late: int, now: datetime) -> list[dict[str, Any]]:
        row = row_key(self.connection.pk, number)
        as_of = now.isoformat()
        facts = (
            ("Order line", f"{order} · {part}", "purchase.order", row),
            ("First promised", (now - timedelta(days=late + 2)).date().isoformat(), "", None),
            ("Promised now", (now + timedelta(days=late)).date().isoformat(), "purchase.order.line", row),
            ("Open quantity", "2,000 of 2,000 pcs", "purchase.order.line", row),
        )
        return [
            {"label": label, "value": value, "mirror": mirror, "row": key, "as_of": as_of}
            for label, value, mirror, key in facts
        ]

    def _impact(
        self,
        number: int,
        order: str,
        vendor: str,
        part: str,
        late: int,
        lines: list[dict[str, Any]],
        money: Decimal,
        now: datetime,
    ) -> dict[str, Any]:
        row = row_key(self.connection.pk, number)
        plain = {
            "company": None,
            "due_at": now.isoformat(),
            "expected_at": (now + timedelta(days=late)).isoformat(),
            "money": None,
            "hard": True,
        }
        first = {
            **plain,
            "kind": "purchase",
            "name": vendor,
            "detail": f"{order} · {part}",
            "mirror": "purchase.order.line",
            "row": row,
            "depth": 0,
            "slack_days": -late,
        }
        made = {
            **plain,
            "kind": "production",
            "name": f"WH/MO/{number:05}",
            "detail": "Conveyor drive",
            "mirror": "mrp.production",
            "row": row,
            "depth": 1,
            "slack_days": 2 - late,
        }
        return {
            "money": str(money),
            "currency": "EUR",
            "customers": list(range(len(lines))),
            "order_lines": [line["row"] for line in lines],
            "productions": [row],
            "delay_days": late,
            "importance": "0.3",
            "control": False,
            "chain": [first, made, *lines],
        }


def fill(group: Group, count: int, *, first: int = 1) -> list[Case]:
    """Many cases at once, as the board of a large group would have them; every eighth is somebody's."""
    people = list(User.objects.order_by("pk")[:5])
    cases = []
    for number in range(first, first + count):
        values = group.values(number)
        values["owner"] = people[number % len(people)] if people and number % 8 == 0 else None
        values["state"] = "acknowledged" if values["owner"] else "open"
        cases.append(Case(**values))
    made = Case.objects.bulk_create(cases, batch_size=1000)
    for domain in DOMAINS:
        stream._channels(
            {
                stream.channel_key(one.connection_id, one.company_id, one.plant_id, domain): one
                for one in made
                if one.domain == domain
            }
        )
    return made
