"""What is known of goods that an inspection is about: where they lie, who would use them, what that is worth."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.conf import settings

from apps.exceptions.definition import Subject
from apps.exceptions.hold_goods import Goods, Stock, read_goods
from apps.exceptions.inspections import Inspection
from apps.exceptions.network import Network
from apps.exceptions.pegging import networks_from
from apps.exceptions.purchases import worth_of
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.production import ProductionOrder
from odoo_sync.mirror.stock import Move
from odoo_sync.rates import Rates, UnknownRateError, read_rates
from odoo_sync.working_time import ASSUMED, Calendar, calendars_of, local_day

MAKING = ("confirmed", "progress", "to_close")


@dataclass(frozen=True)
class Making:
    """The production order that is inspected, while it is not finished; ``moves`` bring out what it makes."""

    row: int
    name: str = ""
    product: str = ""
    quantity: Decimal = Decimal(0)
    plant: int | None = None
    company: int | None = None
    moves: tuple[int, ...] = ()


@dataclass(frozen=True)
class HoldFacts:
    """One inspection with the goods it is about.

    ``network`` is what hangs on every move that may need them; ``worth`` the group currency's worth of one unit of
    each order line's currency, ``own_worth`` of one unit of the company's own (null without a rate); ``gaps`` name
    the order lines that have no rate.
    """

    subject: Subject
    inspection: Inspection
    goods: tuple[Goods, ...] = ()
    making: Making | None = None
    calendar: Calendar = ASSUMED
    network: Network = field(default_factory=Network)
    worth: Mapping[int, Decimal] = field(default_factory=dict)
    own_worth: Decimal | None = None
    gaps: tuple[str, ...] = ()
    documents: tuple[int, ...] = ()
    currency: str = "EUR"


def read_holds(inspections: Iterable[Inspection], now: datetime, *, subject_type: str) -> Iterator[HoldFacts]:
    """Facts of these inspections, in a fixed number of queries."""
    rows = list(inspections)
    if not rows:
        return
    goods, making = read_goods(rows), _making(rows)
    starts = {
        one.key: {need.move for each in goods[one.key] for need in each.needs} | set(_moves(making.get(one.production)))
        for one in rows
    }
    networks = networks_from(starts)
    places = {one.key: _place(one, goods[one.key], making.get(one.production)) for one in rows}
    companies = {company for company, _plant in places.values() if company is not None}
    sellers = {one.company for network in networks.values() for one in network.demands.values()}
    rates = read_rates({*companies, *(one for one in sellers if one is not None)})
    own = {row.pk: row.currency_id for row in Company.everything.filter(pk__in=companies)}
    calendars = calendars_of(companies)
    for one in rows:
        company, plant = places[one.key]
        calendar = calendars.get(company or 0, ASSUMED)
        worth, gaps = worth_of(networks[one.key], rates, one.connection, now, calendar)
        yield HoldFacts(
            subject=Subject(subject_type, one.key, one.connection, company, plant, _product(goods[one.key], one)),
            inspection=one,
            goods=goods[one.key],
            making=making.get(one.production),
            calendar=calendar,
            network=networks[one.key],
            worth=worth,
            own_worth=_own_worth(rates, own.get(company or 0), company, one.connection, now, calendar),
            gaps=gaps,
            documents=_documents(one, goods[one.key], making.get(one.production), networks[one.key]),
            currency=settings.GROUP_CURRENCY,
        )


def _making(rows: Iterable[Inspection]) -> dict[int | None, Making]:
    """The inspected production orders that are under way, by key."""
    wanted = {one.production for one in rows if one.production is not None}
    if not wanted:
        return {}
    moves: dict[int, list[int]] = {}
    finished = Move.objects.filter(produced_by__in=wanted).exclude(state__in=("done", "cancel"))
    for key, order in finished.order_by("pk").values_list("pk", "produced_by_id"):
        moves.setdefault(order, []).append(key)
    orders = ProductionOrder.objects.filter(pk__in=wanted, state__in=MAKING)
    return {
        row.pk: Making(
            row=row.pk,
            name=row.name,
            product=row.product.name if row.product else "",
            quantity=row.quantity or Decimal(0),
            plant=row.operation_type.warehouse_id if row.operation_type else None,
            company=row.company_id,
            moves=tuple(moves.get(row.pk, ())),
        )
        for row in orders.select_related("product__template", "operation_type")
    }


def _moves(making: Making | None) -> tuple[int, ...]:
    return making.moves if making else ()


def _product(goods: tuple[Goods, ...], inspection: Inspection) -> int | None:
    """The one product whose own limits count; none where the goods are several."""
    known = {one.product for one in goods} | ({inspection.product} if inspection.product else set())
    return next(iter(known)) if len(known) == 1 else None


def _place(inspection: Inspection, goods: tuple[Goods, ...], making: Making | None) -> tuple[int | None, int | None]:
    """Company and plant: where most of the goods lie, else where they are made."""
    stock: list[Stock] = [one for each in goods for one in each.stock]
    most = max(stock, key=lambda one: (one.quantity, -one.location), default=None)
    company = inspection.company or (most.company if most else making.company if making else None)
    return company, most.plant if most else making.plant if making else None


def _own_worth(
    rates: Rates, own: int | None, company: int | None, connection: int, now: datetime, calendar: Calendar
) -> Decimal | None:
    try:
        group = rates.currency(settings.GROUP_CURRENCY, connection)
        return rates.conversion(own, group, company, local_day(now, calendar))
    except UnknownRateError:
        return None


def _documents(
    inspection: Inspection, goods: tuple[Goods, ...], making: Making | None, network: Network
) -> tuple[int, ...]:
    """Every row that was looked at, so that a change of any of them is noticed; new stock has a way of its own."""
    keys = {inspection.row, inspection.product, inspection.lot, inspection.transfer, inspection.production}
    keys |= {one.row for one in inspection.answers} | network.documents() | ({making.row} if making else set())
    for each in goods:
        keys |= {each.product, each.template, each.lot}
        keys |= {one.row for one in (*each.stock, *each.others)} | {one.location for one in each.stock}
    return tuple(sorted(key for key in keys if key is not None))
