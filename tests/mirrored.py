"""A small group written straight into the mirror, for tests of what stands above it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from controltower.lib.keys import row_key
from odoo_sync.mirror.base import Mirror, mirrors
from odoo_sync.mirror.company import Company, Partner, WorkingCalendar, WorkingHours
from odoo_sync.mirror.currency import Currency, CurrencyRate
from odoo_sync.mirror.partner_tag import PartnerTag
from odoo_sync.mirror.product import Product, ProductTemplate
from odoo_sync.mirror.production import ProductionOrder
from odoo_sync.mirror.purchase import PurchaseOrder, PurchaseOrderLine
from odoo_sync.mirror.sale import SaleOrder, SaleOrderLine
from odoo_sync.mirror.stock import Location, Move, OperationType, Transfer, Warehouse
from odoo_sync.models import Connection, Cursor, Promise

NOON = datetime(2026, 6, 3, 12, tzinfo=UTC)
"""A Wednesday."""


class Numbers:
    """One, two, three: a count that can be copied with the group that it belongs to."""

    def __init__(self) -> None:
        self.last = 0

    def __next__(self) -> int:
        self.last += 1
        return self.last


def days(number: float, after: datetime = NOON) -> datetime:
    return after + timedelta(days=number)


@dataclass
class Group:
    """One Odoo database with two companies: a plant that works in euros, and a sister that sells in dollars."""

    connection: Connection = field(
        default_factory=lambda: Connection.objects.create(
            name=f"Odoo {next(_names)}", url=f"http://odoo{next(_names)}.test", database="d", login="bot", secret=b""
        )
    )

    def __post_init__(self) -> None:
        self.numbers = Numbers()
        self.euro, self.dollar = self.add(Currency, name="EUR"), self.add(Currency, name="USD")
        self.calendar = self.add(WorkingCalendar, name="Week", time_zone="Europe/Paris")
        for weekday in range(5):
            self.add(WorkingHours, calendar=self.calendar, weekday=str(weekday), from_hour=8, to_hour=17)
        self.plant, self.warehouse, self.receipts, self.deliveries = self._company("Plant", self.euro)
        self.sister, self.depot, _, self.depot_deliveries = self._company("Sister", self.dollar)
        self.vendor = self.partner("Nordkugel")
        self.customer = self.partner("Hydra Water")
        self.vendors = self.add(Location, name="Vendors", usage="supplier")
        self.stock = self.add(Location, name="Stock", usage="internal")
        self.fresh()

    def add(self, mirror: type[Mirror], **values: Any) -> Any:
        key = row_key(self.connection.pk, next(self.numbers))
        return mirror.everything.create(id=key, **{"read_ended_at": NOON, **values})

    def _company(self, name: str, currency: Currency) -> tuple[Company, Warehouse, OperationType, OperationType]:
        partner = self.partner(name)
        company = self.add(Company, name=name, currency=currency, calendar=self.calendar, partner=partner, active=True)
        warehouse = self.add(Warehouse, name=f"{name} warehouse", company=company, active=True)
        kinds = [self.add(OperationType, name=kind, kind=kind, company=company, warehouse=warehouse) for kind in "io"]
        return company, warehouse, kinds[0], kinds[1]

    def fresh(self, at: datetime = NOON, only: Iterable[type[Mirror]] | None = None) -> None:
        """Everything has been read at this moment."""
        for mirror in only or mirrors:
            Cursor.objects.update_or_create(
                connection=self.connection, mirror=mirror.key, defaults={"loaded_at": at, "as_of": at}
            )

    def partner(self, name: str, **values: Any) -> Partner:
        partner = self.add(Partner, name=name, **values)
        if partner.commercial_partner_id is None:
            partner.commercial_partner_id = partner.pk
            partner.save(update_fields=["commercial_partner"])
        return partner

    def tag(self, name: str, *partners: Partner, **values: Any) -> PartnerTag:
        """A tag that these partners carry."""
        tag: PartnerTag = self.add(PartnerTag, **{"name": name, "active": True, **values})
        for partner in partners:
            change(partner, tags=sorted({*partner.tags, tag.pk}))
        return tag

    def rate(self, currency: Currency, rate: str, company: Company | None = None, on: date = date(2026, 1, 1)) -> Any:
        return self.add(CurrencyRate, currency=currency, company=company, from_on=on, rate=Decimal(rate))

    def product(self, name: str) -> Product:
        return self.add(Product, template=self.add(ProductTemplate, name=name))

    def purchase(self, promised_at: datetime | None = None, quantity: int = 10, **values: Any) -> PurchaseOrderLine:
        """A confirmed line of a purchase order of its own, first seen with this date."""
        order = self.add(
            PurchaseOrder,
            name=f"P{next(self.numbers):05}",
            vendor=self.vendor,
            company=self.plant,
            state="purchase",
            operation_type=self.receipts,
            approved_at=days(-20),
        )
        line = self.add(
            PurchaseOrderLine,
            **{
                "order": order,
                "vendor": self.vendor,
                "company": self.plant,
                "product": self.product("Bearing"),
                "state": "purchase",
                "quantity": quantity,
                "received": 0,
                "promised_at": promised_at,
                **values,
            },
        )
        self.promise(line, promised_at)
        return line

    def promise(self, line: PurchaseOrderLine, at: datetime | None, seen_at: datetime = NOON) -> None:
        """An entry of the promise ledger."""
        Promise.objects.create(
            mirror="purchase.order.line", row=line.pk, field="promised_at", promised_at=at, seen_at=seen_at
        )

    def move(self, **values: Any) -> Move:
        return self.add(Move, **{"company": self.plant, "state": "confirmed", "demand": 10, **values})

    def receipt(self, line: PurchaseOrderLine, feeds: Iterable[Move] = (), **values: Any) -> Move:
        """The open receipt move of a line, linked from its own end."""
        transfer = self.add(Transfer, name=f"IN/{next(self.numbers)}", company=self.plant, state="assigned")
        return self.move(
            **{
                "purchase_line": line,
                "transfer": transfer,
                "scheduled_at": line.promised_at,
                "from_location": self.vendors,
                "to_location": self.stock,
                "operation_type": self.receipts,
                "next_moves": [one.pk for one in feeds],
                **values,
            }
        )

    def make(self, start_at: datetime, finish_at: datetime, feeds: Iterable[Move] = (), **values: Any) -> Any:
        """A production order with one component and one finished move, which feeds the moves given."""
        order = self.add(
            ProductionOrder,
            **{
                "name": f"MO/{next(self.numbers):05}",
                "company": self.plant,
                "state": "confirmed",
                "product": self.product("Pump"),
                "start_at": start_at,
                "finish_at": finish_at,
                "operation_type": self.receipts,
                **values,
            },
        )
        raw = self.move(consumed_by=order, scheduled_at=start_at, product=self.product("Bearing"))
        made = self.move(produced_by=order, scheduled_at=finish_at, next_moves=[one.pk for one in feeds])
        return Made(order, raw, made)

    def sale(
        self,
        promised_at: datetime | None,
        price: int = 100,
        quantity: int = 5,
        scheduled_at: datetime | None = None,
        lead_days: int | None = None,
        **values: Any,
    ) -> Sold:
        """A confirmed order line with its delivery; ``values`` go to the order."""
        order = self.add(
            SaleOrder,
            **{
                "name": f"S{next(self.numbers):05}",
                "customer": self.customer,
                "company": self.plant,
                "warehouse": self.warehouse,
                "currency": self.euro,
                "state": "sale",
                "promised_at": promised_at,
                **values,
            },
        )
        line = self.add(
            SaleOrderLine,
            order=order,
            company_id=order.company_id,
            currency_id=order.currency_id,
            state="sale",
            quantity=quantity,
            delivered=0,
            net_price=price,
            lead_days=lead_days,
        )
        transfer = self.add(Transfer, name=f"OUT/{next(self.numbers)}", company_id=order.company_id, state="waiting")
        move = self.move(
            sale_line=line,
            transfer=transfer,
            company_id=order.company_id,
            scheduled_at=scheduled_at or promised_at,
            operation_type=self.deliveries if order.company_id == self.plant.pk else self.depot_deliveries,
        )
        return Sold(order, line, move)


@dataclass(frozen=True)
class Made:
    order: ProductionOrder
    raw: Move
    made: Move


@dataclass(frozen=True)
class Sold:
    order: SaleOrder
    line: SaleOrderLine
    move: Move


def change(row: Any, **values: Any) -> Any:
    """Odoo changed the row and the mirror has read it."""
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    return row


_names = count(1)
