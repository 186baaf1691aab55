"""What is known of purchase lines: their dates, what hangs on them, and what the money is worth today."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from django.conf import settings

from apps.actions.definition import split_fact
from apps.actions.models import Delivery, DeliveryState, RequestState
from apps.exceptions.definition import Subject
from apps.exceptions.links import product_name
from apps.exceptions.network import Network
from apps.exceptions.pegging import networks
from controltower.lib.keys import row_key
from odoo_sync.mirror.purchase import PurchaseOrderLine
from odoo_sync.models import Promise
from odoo_sync.rates import Rates, UnknownRateError, read_rates
from odoo_sync.working_time import ASSUMED, Calendar, calendars_of, local_day

LINE = "purchase.order.line"
ORDER = "purchase.order"
ODOO_TIME = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True)
class PurchaseFacts:
    """One purchase line as the mirror has it.

    ``first_at`` is the promise in force when the order was confirmed, else the first that was seen; ``agreed_at`` the
    last date that a verified request of the tower has set. ``worth`` is the group currency's worth of one unit of
    the document's currency for each order line downstream; ``gaps`` name those that have no rate.
    """

    subject: Subject
    row: int
    order: int | None = None
    order_name: str = ""
    product_key: int | None = None
    product: str = ""
    vendor_key: int | None = None
    vendor: str = ""
    state: str = ""
    gone: bool = False
    quantity: Decimal | None = None
    received: Decimal = Decimal(0)
    promised_at: datetime | None = None
    first_at: datetime | None = None
    agreed_at: datetime | None = None
    as_of: datetime | None = field(default=None, compare=False, repr=False)
    calendar: Calendar = ASSUMED
    network: Network = field(default_factory=Network)
    worth: Mapping[int, Decimal] = field(default_factory=dict)
    gaps: tuple[str, ...] = ()
    documents: tuple[int, ...] = ()
    currency: str = "EUR"


def read_purchases(lines: Iterable[PurchaseOrderLine], now: datetime) -> Iterator[PurchaseFacts]:
    """Facts of lines that come with order, operation type, vendor and product; a fixed number of queries."""
    rows = list(lines)
    if not rows:
        return
    hanging = networks({row.pk: row.sale_line_id for row in rows})
    firsts, agreed = first_promises(rows), agreed_dates(rows)
    calendars = calendars_of({company for row in rows if (company := _company(row)) is not None})
    sellers = {one.company for network in hanging.values() for one in network.demands.values()}
    rates = read_rates(company for company in sellers if company is not None)
    for row in rows:
        calendar = calendars.get(_company(row) or 0, ASSUMED)
        worth, gaps = worth_of(hanging[row.pk], rates, row.connection_id, now, calendar)
        yield _facts(row, hanging[row.pk], firsts.get(row.pk), agreed.get(row.pk), calendar, worth, gaps)


def _facts(
    row: PurchaseOrderLine,
    network: Network,
    first_at: datetime | None,
    agreed_at: datetime | None,
    calendar: Calendar,
    worth: dict[int, Decimal],
    gaps: tuple[str, ...],
) -> PurchaseFacts:
    order, vendor = row.order, row.vendor or (row.order.vendor if row.order else None)
    operation = order.operation_type if order else None
    plant = operation.warehouse_id if operation else None
    return PurchaseFacts(
        subject=Subject(LINE, str(row.pk), row.connection_id, _company(row), plant, row.product_id),
        row=row.pk,
        order=row.order_id,
        order_name=order.name if order else "",
        product_key=row.product_id,
        product=product_name(row.product) or (row.description or "").split("\n")[0],
        vendor_key=vendor.pk if vendor else row.vendor_id,
        vendor=(vendor.name or "") if vendor else "",
        state=(order.state if order else row.state) or "",
        gone=row.gone_at is not None,
        quantity=row.quantity,
        received=row.received or Decimal(0),
        promised_at=row.promised_at,
        first_at=first_at,
        agreed_at=agreed_at,
        as_of=row.read_ended_at,
        calendar=calendar,
        network=network,
        worth=worth,
        gaps=gaps,
        documents=_documents(row, network),
        currency=settings.GROUP_CURRENCY,
    )


def _company(row: PurchaseOrderLine) -> int | None:
    return row.company_id or (row.order.company_id if row.order else None)


def worth_of(
    network: Network, rates: Rates, connection: int, now: datetime, calendar: Calendar
) -> tuple[dict[int, Decimal], tuple[str, ...]]:
    """Rates of today, the day being the purchasing plant's, by the company of each sale."""
    group, today = rates.currency(settings.GROUP_CURRENCY, connection), local_day(now, calendar)
    worth: dict[int, Decimal] = {}
    gaps: dict[str, None] = {}
    for demand in network.demands.values():
        try:
            worth[demand.key] = rates.conversion(demand.currency, group, demand.company, today)
        except UnknownRateError as problem:
            gaps[str(problem)] = None
    return worth, tuple(gaps)


def first_promises(rows: Iterable[PurchaseOrderLine]) -> dict[int, datetime]:
    """The date in force when each order was confirmed, from the promise ledger; else the first date ever seen."""
    confirmed = {row.pk: row.order.approved_at if row.order else None for row in rows}
    found: dict[int, datetime] = {}
    ledger = Promise.objects.filter(mirror=LINE, field="promised_at", row__in=confirmed, promised_at__isnull=False)
    for entry in ledger.order_by("row", "id"):
        at, said_at = confirmed[entry.row], entry.written_at or entry.seen_at
        if entry.promised_at is not None and (entry.row not in found or (at is not None and said_at <= at)):
            found[entry.row] = entry.promised_at
    return found


def agreed_dates(rows: Iterable[PurchaseOrderLine]) -> dict[int, datetime]:
    """The last date that a request made here has set on each line, verified in Odoo and not taken back."""
    lines = {row.pk: row.order_id for row in rows}
    orders = {order for order in lines.values() if order is not None}
    steps = Delivery.objects.filter(
        state=DeliveryState.VERIFIED,
        step__model=LINE,
        request__undoes=None,
        request__subject_model__in=(LINE, ORDER),
        request__subject_id__in=set(lines) | orders,
    ).exclude(request__state=RequestState.UNDONE)
    found: dict[int, datetime] = {}
    ordered = steps.order_by("request__requested_at", "request_id", "position")
    for connection, step in ordered.values_list("request__connection_id", "step"):
        for target, value in step.get("expect", {}).items():
            model, number, name = split_fact(target, LINE)
            key = row_key(connection, number)
            if (model, name) == (LINE, "date_planned") and key in lines and isinstance(value, str):
                found[key] = datetime.strptime(value, ODOO_TIME).replace(tzinfo=UTC)
    return found


def _documents(row: PurchaseOrderLine, network: Network) -> tuple[int, ...]:
    """Every row that was looked at, so that a change of any of them is noticed; places have a way of their own."""
    keys = {row.pk, row.order_id, row.product_id, row.vendor_id, *network.documents()}
    keys |= {row.product.template_id if row.product else None, row.order.vendor_id if row.order else None}
    return tuple(sorted(key for key in keys if key is not None))
