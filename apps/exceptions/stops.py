"""What is known of stops: the machine, what an hour costs, which work waits, what hangs on it, how long stops last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils.translation import gettext as _

from apps.exceptions.definition import Subject
from apps.exceptions.downtime import HISTORY, IN_USE, HeldWork, Repair, StopFacts, usual_length
from apps.exceptions.links import OPEN
from apps.exceptions.machines import equipment_of, repairs_of
from apps.exceptions.network import Network
from apps.exceptions.pegging import networks_below
from apps.exceptions.purchases import worth_of
from odoo_sync.mirror.base import MirrorQuerySet
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.downtime import CentreTime
from odoo_sync.mirror.maintenance import Equipment, MaintenanceRequest
from odoo_sync.mirror.production import WorkOrder
from odoo_sync.mirror.sole_plant import SolePlant
from odoo_sync.rates import Rates, UnknownRateError, read_rates
from odoo_sync.working_hours import ALWAYS, Hours, hours_of
from odoo_sync.working_time import ASSUMED, Calendar, calendars_of, local_day

STOP = "mrp.workcenter.productivity"
RELATED = ("work_centre__company", "company", "reason")


@dataclass(frozen=True)
class _Around:
    """Everything that stops of one batch are judged by, read once."""

    tellers: Mapping[int, int]
    usual: Mapping[tuple[int, str], timedelta]
    work: Mapping[int, list[WorkOrder]]
    networks: Mapping[int, Network]
    plants: Mapping[int, int]
    equipment: Mapping[int, list[Equipment]]
    repairs: Mapping[int, list[MaintenanceRequest]]
    hours: Mapping[int, Hours]
    calendars: Mapping[int, Calendar]
    currencies: Mapping[int, int | None]
    rates: Rates


def read_stops(rows: Iterable[CentreTime], now: datetime) -> Iterator[StopFacts]:
    """Facts of stops that come with work centre, company and reason; a fixed number of queries."""
    stops = list(rows)
    if stops:
        around = _around(stops, now)
        for row in stops:
            yield _facts(row, around, now)


def _around(stops: list[CentreTime], now: datetime) -> _Around:
    centres = {row.work_centre_id for row in stops if row.work_centre_id is not None}
    work = _open_work(centres)
    networks = networks_below(
        {centre: {one.production_id for one in work.get(centre, ()) if one.production_id} for centre in centres}
    )
    companies = {company for row in stops if (company := company_of(row)) is not None}
    sellers = {one.company for network in networks.values() for one in network.demands.values() if one.company}
    equipment = equipment_of(centres)
    calendars = {row.work_centre.calendar_id for row in stops if row.work_centre and row.work_centre.calendar_id}
    return _Around(
        tellers=_tellers(centres),
        usual=_usual(centres, now),
        work=work,
        networks=networks,
        plants=dict(SolePlant.objects.filter(pk__in=companies).values_list("pk", "plant_id")),
        equipment=equipment,
        repairs=repairs_of(equipment),
        hours=hours_of(calendars),
        calendars=calendars_of(companies),
        currencies=dict(Company.everything.filter(pk__in=companies).values_list("pk", "currency_id")),
        rates=read_rates(companies | sellers),
    )


def company_of(row: CentreTime) -> int | None:
    """Whose stop it is: its own company, else that of its centre."""
    return row.company_id or (row.work_centre.company_id if row.work_centre else None)


def open_stops() -> MirrorQuerySet:
    """The stretches of time that go on and in which nothing is made."""
    rows: MirrorQuerySet = CentreTime.objects.filter(end_at=None).exclude(category__in=IN_USE)
    return rows


def _tellers(centres: set[int]) -> dict[int, int]:
    """The stop that tells of each centre: of those that go on, the one that began first."""
    found: dict[int, int] = {}
    rows = CentreTime.objects.filter(work_centre__in=centres, end_at=None, start_at__isnull=False)
    for row in rows.exclude(category__in=IN_USE).order_by("start_at", "pk"):
        found.setdefault(row.work_centre_id, row.pk)
    return found


def _usual(centres: set[int], now: datetime) -> dict[tuple[int, str], timedelta]:
    """How long stops of each category usually last on each centre, by those of the last three months, whole days."""
    since = datetime.combine(now.astimezone(UTC).date(), time.min, UTC) - HISTORY
    rows = CentreTime.objects.filter(work_centre__in=centres, start_at__gte=since, end_at__isnull=False)
    lengths: dict[tuple[int, str], list[timedelta]] = {}
    for centre, category, start, end in rows.exclude(category__in=IN_USE).values_list(
        "work_centre_id", "category", "start_at", "end_at"
    ):
        lengths.setdefault((centre, category or ""), []).append(end - start)
    known = {key: usual_length(one) for key, one in lengths.items()}
    return {key: one for key, one in known.items() if one is not None}


def _open_work(centres: set[int]) -> dict[int, list[WorkOrder]]:
    rows = WorkOrder.objects.filter(OPEN, work_centre__in=centres).select_related("production__operation_type")
    found: dict[int, list[WorkOrder]] = {}
    for row in rows.order_by("start_at", "pk"):
        found.setdefault(row.work_centre_id, []).append(row)
    return found


def _facts(row: CentreTime, around: _Around, now: datetime) -> StopFacts:
    centre, company = row.work_centre, company_of(row)
    key = row.work_centre_id or 0
    network = around.networks.get(key, Network())
    calendar = around.calendars.get(company or 0, ASSUMED)
    worth, gaps = worth_of(network, around.rates, row.connection_id, now, calendar)
    hour_worth, own_gaps = _hour_worth(row, around, now, calendar)
    teller = around.tellers.get(key)
    repairs = around.repairs.get(key, [])
    return StopFacts(
        subject=Subject(STOP, str(row.pk), row.connection_id, company, around.plants.get(company or 0)),
        row=row.pk,
        centre=row.work_centre_id,
        centre_name=centre.name if centre else "",
        category=row.category or "",
        reason=row.reason.name if row.reason else "",
        description=(row.description or "").strip().split("\n")[0],
        gone=row.gone_at is not None,
        start_at=row.start_at,
        end_at=row.end_at,
        told_by=teller if teller not in (None, row.pk) else None,
        usual=around.usual.get((key, row.category or "")),
        hours=around.hours.get(centre.calendar_id or 0, ALWAYS) if centre else ALWAYS,
        calendar=calendar,
        cost_per_hour=centre.cost_per_hour if centre else None,
        hour_worth=hour_worth,
        work=tuple(_held(one) for one in around.work.get(key, ())),
        repairs=tuple(Repair(one.pk, one.name, one.stage.name if one.stage else "") for one in repairs),
        network=network,
        worth=worth,
        gaps=(*own_gaps, *gaps),
        documents=_documents(row, around, network),
        as_of=row.read_ended_at,
        currency=settings.GROUP_CURRENCY,
    )


def _held(row: WorkOrder) -> HeldWork:
    length = timedelta(
        minutes=float(max(Decimal(0), (row.expected_minutes or Decimal(0)) - (row.minutes or Decimal(0))))
    )
    return HeldWork(row.pk, row.name, row.production_id, row.start_at, length)


def _hour_worth(
    row: CentreTime, around: _Around, now: datetime, calendar: Calendar
) -> tuple[Decimal | None, tuple[str, ...]]:
    """An hour of the centre in group currency by today's rate of its company, the day being the plant's."""
    centre, company = row.work_centre, company_of(row)
    if centre is None:
        return None, (_("the work centre has not arrived yet"),)
    if not centre.cost_per_hour:
        return None, (_("%s has no cost per hour in Odoo") % centre.name,)
    rates, own = around.rates, around.currencies.get(company or 0)
    group = rates.currency(settings.GROUP_CURRENCY, row.connection_id)
    try:
        return centre.cost_per_hour * rates.conversion(own, group, company, local_day(now, calendar)), ()
    except UnknownRateError as problem:
        return None, (str(problem),)


def _documents(row: CentreTime, around: _Around, network: Network) -> tuple[int, ...]:
    """Every row that was looked at, so that a change of any of them is noticed."""
    centre = row.work_centre_id or 0
    keys = {row.pk, row.work_centre_id, row.reason_id, *network.documents()}
    keys |= {one.pk for one in around.work.get(centre, ())}
    keys |= {one.pk for one in (*around.equipment.get(centre, ()), *around.repairs.get(centre, ()))}
    return tuple(sorted(key for key in keys if key is not None))
