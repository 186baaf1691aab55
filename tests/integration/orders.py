"""A confirmed purchase order in an Odoo, mirrored, for tests of what is written back."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from controltower.lib.keys import row_key
from demo.odoo.server import StandIn
from demo.world.rpc import JsonRpc
from odoo_sync.connections import attach
from odoo_sync.initial import load_all
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.purchase import PurchaseOrder, PurchaseOrderLine
from odoo_sync.models import Connection
from tests.integration.kept import laid_out, on_another

TIME = "%Y-%m-%d %H:%M:%S"


class Odoo(Protocol):
    """An Odoo that a test may change behind the tower's back, as an administrator."""

    def call(
        self, model: str, method: str, *args: Any, context: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Any: ...


def at(days: float, hour: int = 9) -> datetime:
    """A moment some days from today."""
    today = datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today + timedelta(days=days)


def text(moment: datetime) -> str:
    return moment.strftime(TIME)


@dataclass
class Ordered:
    """One confirmed order in Odoo with its lines, moves and receipt, and the connection that mirrors it."""

    odoo: Odoo
    connection: Connection
    order_id: int
    line_ids: list[int] = field(default_factory=list)
    receipt_id: int = 0

    @property
    def order(self) -> PurchaseOrder:
        return PurchaseOrder.objects.get(pk=row_key(self.connection.pk, self.order_id))

    @property
    def lines(self) -> list[PurchaseOrderLine]:
        return list(self.order.lines.order_by("id"))

    @property
    def company(self) -> Company:
        company = self.order.company
        assert company is not None
        return company

    def dates(self) -> dict[str, Any]:
        """Every date that the agreement touches, as Odoo has it now."""
        lines = self.odoo.call("purchase.order.line", "read", self.line_ids, ["date_planned", "move_ids"])
        moves = self.odoo.call(
            "stock.move", "read", sorted(one for line in lines for one in line["move_ids"]), ["date", "date_deadline"]
        )
        order = self.odoo.call("purchase.order", "read", [self.order_id], ["date_planned", "picking_ids"])[0]
        receipts = self.odoo.call("stock.picking", "read", order["picking_ids"], ["scheduled_date", "date_deadline"])
        found = {"order": order["date_planned"]}
        found |= {f"line {row['id']}": row["date_planned"] for row in lines}
        found |= {f"move {row['id']} {name}": row[name] for row in moves for name in ("date", "date_deadline")}
        found |= {
            f"receipt {row['id']} {name}": row[name] for row in receipts for name in ("scheduled_date", "date_deadline")
        }
        return found

    def messages(self) -> list[dict[str, Any]]:
        """What stands on the order's chatter, oldest first."""
        domain = [("model", "=", "purchase.order"), ("res_id", "=", self.order_id)]
        fields = ["body", "message_id", "subtype_id", "partner_ids"]
        return list(self.odoo.call("mail.message", "search_read", domain, fields=fields, order="id"))


def make_order(odoo: Odoo, *, price: float = 500.0, days: float = 10, lines: int = 2) -> tuple[int, list[int], int]:
    """A vendor, products and a confirmed order: its id, its lines, its receipt."""
    vendor = odoo.call("res.partner", "create", {"name": "Nordkugel", "email": "sales@nordkugel.example"})
    values = []
    for number in range(lines):
        product = odoo.call(
            "product.product", "create", {"name": f"Bearing {6200 + number}", "is_storable": True, "purchase_ok": True}
        )
        values.append(
            (0, 0, {"product_id": product, "product_qty": 10, "price_unit": price, "date_planned": text(at(days)),
                    "taxes_id": [(6, 0, [])]})
        )  # fmt: skip
    order = odoo.call("purchase.order", "create", {"partner_id": vendor, "order_line": values})
    odoo.call("purchase.order", "button_confirm", [order])
    row = odoo.call("purchase.order", "read", [order], ["order_line", "picking_ids"])[0]
    return order, sorted(row["order_line"]), row["picking_ids"][0]


@contextmanager
def standing_in() -> Iterator[StandIn]:
    """A stand-in Odoo of its own."""
    with StandIn() as odoo:
        yield odoo


@contextmanager
def an_odoo() -> Iterator[Any]:
    """A stand-in of its own; the real Odoo that ODOO_URL, ODOO_DB, ODOO_LOGIN and ODOO_KEY name, where they are set."""
    if "ODOO_URL" in os.environ:
        yield Real()
        return
    with StandIn() as odoo:
        yield odoo


class Real(JsonRpc):
    """A real Odoo, as far as these tests use the stand-in."""

    def __init__(self) -> None:
        self.url, self.database = os.environ["ODOO_URL"], os.environ["ODOO_DB"]
        self.key = os.environ["ODOO_KEY"]
        super().__init__(self.url, self.database, os.environ["ODOO_LOGIN"], self.key)


def make_rate(odoo: Odoo) -> None:
    """What the group's currency costs the company, which works in another: without it nothing is small enough."""
    company = odoo.call("res.users", "read", [2], ["company_id"])[0]["company_id"][0]
    euro = odoo.call("res.currency", "search", [("name", "=", "EUR")])[0]
    known = {"currency_id": euro, "company_id": company, "name": "2020-01-01"}
    if not odoo.call("res.currency.rate", "search", [(name, "=", value) for name, value in known.items()]):
        odoo.call("res.currency.rate", "create", {**known, "rate": 1.0})


def mirrored(odoo: Any, **options: Any) -> Ordered:
    """An order in this Odoo, with everything about it in the mirror."""
    make_rate(odoo)
    order, lines, receipt = make_order(odoo, **options)
    login, secret = (odoo.login, odoo.key) if isinstance(odoo, Real) else ("admin", "admin")
    connection = attach(name="Odoo", url=odoo.url, database=odoo.database, login=login, secret=secret)
    load_all(connection)
    return Ordered(odoo, connection, order, lines, receipt)


@contextmanager
def an_order(**options: Any) -> Iterator[Ordered]:
    """The same in an Odoo that this test has for itself."""
    if "ODOO_URL" in os.environ:
        yield mirrored(Real(), **options)
        return
    key = ("order", *sorted(options.items()))
    with laid_out(key, lambda odoo: mirrored(odoo, **options), on_another) as ordered:
        yield ordered
