"""What a stop costs and puts at risk, worked out from Odoo alone, apart from the product's own code.

The rule is the catalogue's (A1): idle time within the working hours of the machine times its hourly cost; and the order
lines that would have been delivered in time had the machine not stopped, and will not be now.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from demo.check.oracle import TIME, Oracle, moment

CENT = Decimal("0.01")
USUAL = timedelta(hours=2)
REACH = tuple(timedelta(hours=hours) for hours in (0, 8, 30, 75, 150, 300))
"""How long ago the check's stop may have begun: the shortest with a customer behind it is taken."""
CLOSED = ("done", "cancel")
Row = dict[str, Any]


@dataclass(frozen=True)
class Machine:
    """A machine that runs, and what a stop that began so long before the given moment would do."""

    id: int
    name: str
    company: int
    since: timedelta
    orders: Decimal
    customers: frozenset[str]


class DowntimeOracle(Oracle):
    """Asks one Odoo over RPC."""

    def choose_machine(self, seed: int, now: datetime) -> Machine:
        """A machine that runs and whose stop would make a customer wait, by the seed. Raises LookupError."""
        rows = self.rows("mrp.workcenter", [["working_state", "!=", "blocked"]], ["name", "company_id"])
        rows = [row for row in rows if row["company_id"] and "order_ids" not in row]
        random.Random(seed).shuffle(rows)
        for since in REACH:
            for row in rows:
                lines = self.endangered(row["id"], row["company_id"][0], now - since, now)
                if lines:
                    orders = sum((self.worth(one) for one in lines), Decimal(0)).quantize(CENT)
                    partners = self._partners(lines)
                    return Machine(
                        row["id"], row["name"], row["company_id"][0], since, orders, self.customers(partners)
                    )
        raise LookupError("Odoo holds no machine with customers behind its work: seed it first")

    def _partners(self, lines: list[Row]) -> set[int]:
        orders = sorted({line["order_id"][0] for line in lines})
        return {row["partner_id"][0] for row in self.rows("sale.order", [["id", "in", orders]], ["partner_id"])}

    # idle time

    def idle(self, centre: int, company: int, start: datetime, end: datetime) -> Decimal:
        """Idle cost between two moments, in group currency."""
        [row] = self.rows("mrp.workcenter", [["id", "=", centre]], ["costs_hour", "resource_calendar_id"])
        [owner] = self.rows("res.company", [["id", "=", company]], ["currency_id"])
        own = owner["currency_id"][1]
        calendar = row["resource_calendar_id"][0] if row["resource_calendar_id"] else None
        hours = Decimal(self.seconds(calendar, start, end)) / 3600
        return (hours * Decimal(str(row["costs_hour"])) * self.rate(self.group_currency, own, company)).quantize(CENT)

    def seconds(self, calendar: int | None, start: datetime, end: datetime) -> float:
        """Seconds of a stretch of time within the hours of a calendar."""
        if calendar is None:
            return (end - start).total_seconds()
        [row] = self.rows("resource.calendar", [["id", "=", calendar]], ["tz"])
        fields = ["dayofweek", "hour_from", "hour_to"]
        worked = [["calendar_id", "=", calendar], ["day_period", "!=", "lunch"]]
        found = self.rows("resource.calendar.attendance", worked, fields)
        spans = {(one["dayofweek"], one["hour_from"], one["hour_to"]) for one in found}
        zone, total = ZoneInfo(row["tz"] or "UTC"), 0.0
        day = start.astimezone(zone).date() - timedelta(days=1)
        while day <= end.astimezone(zone).date():
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
            for weekday, since, until in spans:
                if int(weekday) == day.weekday():
                    first = max(start, (midnight + timedelta(hours=since)).astimezone(UTC))
                    last = min(end, (midnight + timedelta(hours=until)).astimezone(UTC))
                    total += max(0.0, (last - first).total_seconds())
            day += timedelta(days=1)
        return total

    # customers

    def endangered(self, centre: int, company: int, start: datetime, now: datetime) -> list[Row]:
        """The open order lines that a stop since ``start`` makes late, and that would be in time without it."""
        again = self.runs_again(centre, start, now)
        work = list(self.work(centre, start, again))
        zones = self.zones()
        with_it = self.late({order: end for order, end, _never in work}, zones)
        without = self.late({order: never for order, _end, never in work}, zones)
        wanted = sorted(with_it - without)
        fields = ["order_id", "product_uom_qty", "qty_delivered", "price_reduce_taxexcl", "currency_id", "company_id"]
        lines = self.rows("sale.order.line", [["id", "in", wanted], ["state", "=", "sale"]], fields)
        return [line for line in lines if line["product_uom_qty"] > line["qty_delivered"]]

    def runs_again(self, centre: int, start: datetime, now: datetime) -> datetime:
        """After the usual length of a failure here, doubled until it lies ahead."""
        since = (now - timedelta(days=90)).strftime("%Y-%m-%d 00:00:00")
        domain = [
            ["workcenter_id", "=", centre],
            ["loss_type", "=", "availability"],
            ["date_end", "!=", False],
            ["date_start", ">=", since],
        ]
        rows = self.rows("mrp.workcenter.productivity", domain, ["date_start", "date_end"])
        minutes = sorted((moment(row["date_end"]) - moment(row["date_start"])).total_seconds() / 60 for row in rows)
        minutes = [one for one in minutes if one > 0]
        length = USUAL
        if len(minutes) >= 3:
            half = len(minutes) // 2
            middle = minutes[half] if len(minutes) % 2 else (minutes[half - 1] + minutes[half]) / 2
            length = timedelta(minutes=max(1, round(middle)))
        while start + length <= now:
            length *= 2
        return start + length

    def work(self, centre: int, start: datetime, again: datetime) -> Iterator[tuple[int, datetime, datetime]]:
        """Each manufacturing order that is held up, when it ends then, and when it would end without the stop."""
        domain = [["workcenter_id", "=", centre], ["state", "not in", list(CLOSED)]]
        rows = self.rows("mrp.workorder", domain, ["production_id", "date_start", "duration_expected", "duration"])
        orders = {one["id"]: one for one in self._orders({row["production_id"][0] for row in rows})}
        found: dict[int, tuple[bool, datetime, datetime]] = {}
        for row in rows:
            order = orders.get(row["production_id"][0])
            if order is None:
                continue
            planned = row["date_start"] or order["date_start"]
            begins = moment(planned) if planned else start
            length = timedelta(minutes=max(0.0, row["duration_expected"] - row["duration"]))
            finish = moment(order["date_finished"]) if order["date_finished"] else begins
            end = max(finish + max(timedelta(0), again - max(begins, start)), max(begins, again) + length)
            never = max(finish, max(begins, start) + length)
            held, former, once = found.get(order["id"], (False, end, never))
            found[order["id"]] = held or begins < again, max(end, former), max(never, once)
        for key, (held, end, never) in found.items():
            if held:
                yield key, end, never

    def _orders(self, keys: set[int]) -> list[Row]:
        domain = [["id", "in", sorted(keys)], ["state", "not in", list(CLOSED)]]
        return self.rows("mrp.production", domain, ["date_start", "date_finished", "company_id"])

    def zones(self) -> dict[int, ZoneInfo]:
        """The time zone of each company, by which its days are counted."""
        companies = self.rows("res.company", [], ["resource_calendar_id"])
        calendars = {row["id"]: row["tz"] for row in self.rows("resource.calendar", [], ["tz"])}
        return {
            row["id"]: ZoneInfo(calendars.get(row["resource_calendar_id"][0]) or "UTC")
            for row in companies
            if row["resource_calendar_id"]
        }

    def late(self, ends: Mapping[int, datetime], zones: Mapping[int, ZoneInfo]) -> set[int]:
        """The sale order lines that get their goods on a later day than promised when production ends so."""
        comes: dict[int, datetime] = {}
        for order, end in ends.items():
            for move in self._moves([["production_id", "=", order]]):
                comes[move["id"]] = max(end, comes.get(move["id"], end))
        return self._spread(comes, dict(ends), zones)

    def _spread(
        self, comes: dict[int, datetime], ended: dict[int, datetime], zones: Mapping[int, ZoneInfo]
    ) -> set[int]:
        """Let lateness travel until nothing gets any later."""
        late: set[int] = set()
        wave = dict(comes)
        while wave:
            following: dict[int, datetime] = {}
            for move in self._moves([["id", "in", sorted(wave)]]):
                at, zone = wave[move["id"]], zones.get(move["company_id"][0], ZoneInfo("UTC"))
                if at.astimezone(zone).date() <= moment(move["date"]).astimezone(zone).date():
                    continue
                after = self._moves(["|", ["id", "in", move["move_dest_ids"]], ["move_orig_ids", "in", [move["id"]]]])
                later = {one["id"]: at for one in after}
                if move["sale_line_id"] and not any(one["sale_line_id"] == move["sale_line_id"] for one in after):
                    late |= self._late_line(move["sale_line_id"][0], at, zones)
                if move["raw_material_production_id"]:
                    later |= self._through(move["raw_material_production_id"][0], at, ended, zones)
                for key, when in later.items():
                    if when > comes.get(key, datetime.min.replace(tzinfo=UTC)):
                        comes[key] = following[key] = when
            wave = following
        return late

    def _through(
        self, order: int, at: datetime, ended: dict[int, datetime], zones: Mapping[int, ZoneInfo]
    ) -> dict[int, datetime]:
        """What a late component does to the end of the order that it is for."""
        for row in self._orders({order}):
            zone = zones.get(row["company_id"][0], ZoneInfo("UTC"))
            begins = moment(row["date_start"])
            if order in ended or at.astimezone(zone).date() <= begins.astimezone(zone).date():
                return {}
            end = moment(row["date_finished"]) + (at - begins)
            return {move["id"]: end for move in self._moves([["production_id", "=", order]])}
        return {}

    def _late_line(self, line: int, at: datetime, zones: Mapping[int, ZoneInfo]) -> set[int]:
        [row] = self.rows("sale.order.line", [["id", "=", line]], ["order_id", "company_id"])
        [order] = self.rows("sale.order", [["id", "=", row["order_id"][0]]], ["commitment_date"])
        zone = zones.get(row["company_id"][0], ZoneInfo("UTC"))
        promised = order["commitment_date"]
        return {line} if promised and at.astimezone(zone).date() > moment(promised).astimezone(zone).date() else set()

    def _moves(self, domain: list[Any]) -> list[Row]:
        fields = [
            "date", "move_dest_ids", "move_orig_ids", "sale_line_id", "raw_material_production_id", "production_id",
            "company_id",
        ]  # fmt: skip
        return self.rows("stock.move", [["state", "not in", list(CLOSED)], *domain], fields)


def text(at: datetime) -> str:
    """A moment as Odoo takes it."""
    return at.astimezone(UTC).strftime(TIME)
