"""The Odoo that the write-back tests talk to: the stand-in, or a real one where ``ODOO_URL`` names it."""

from __future__ import annotations

import itertools
import json
import os
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.odoo.server import StandIn

NOTHING = object()
"""What a call gives whose answer has no result."""


class RefusedError(Exception):
    """Odoo answered with an error; ``name`` is its class."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["data"]["message"])
        self.name: str = error["data"]["name"]


class Odoo:
    """One login, one company, and the records tests need; names are unique, so a real Odoo can be used again."""

    def __init__(self, url: str, database: str, login: str, secret: str) -> None:
        self.url, self.database, self.secret = url, database, secret
        self._numbers = itertools.count(1)
        self.mark = uuid.uuid4().hex[:8]
        self.uid = self.service("common", "authenticate", database, login, secret, {})
        self.company = self.read("res.users", self.uid, "company_id")
        self.warehouse = self.find("stock.warehouse", [["company_id", "=", self.company]])[0]
        self.stock = self.read("stock.warehouse", self.warehouse, "lot_stock_id")

    def service(self, service: str, method: str, *args: Any) -> Any:
        params = {"service": service, "method": method, "args": args}
        body = json.dumps({"jsonrpc": "2.0", "id": next(self._numbers), "method": "call", "params": params})
        request = urllib.request.Request(f"{self.url}/jsonrpc", body.encode(), {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=120) as response:
            answer = json.load(response)
        if "error" in answer:
            raise RefusedError(answer["error"])
        return answer.get("result", NOTHING)

    def call(self, model: str, method: str, *args: Any, context: dict[str, Any] | None = None, **named: Any) -> Any:
        named["context"] = {"allowed_company_ids": [self.company], "lang": "en_US", **(context or {})}
        return self.service("object", "execute_kw", self.database, self.uid, self.secret, model, method, args, named)

    company: int = 0

    def read(self, model: str, row: int, *fields: str) -> Any:
        """The value of one field, or a dict of several; many2one as bare ids."""
        context = {"allowed_company_ids": [self.company]} if self.company else {}
        args = [self.database, self.uid, self.secret, model, "read", [[row], list(fields)]]
        rows = self.service("object", "execute_kw", *args, {"load": False, "context": context})
        return rows[0][fields[0]] if len(fields) == 1 else {name: rows[0][name] for name in fields}

    def find(self, model: str, domain: list[Any], **named: Any) -> list[int]:
        ids: list[int] = self.call(model, "search", domain, **named)
        return ids

    def create(self, model: str, **values: Any) -> int:
        made: int = self.call(model, "create", values)
        return made

    def write(self, model: str, ids: list[int], **values: Any) -> Any:
        return self.call(model, "write", ids, values)

    def now(self, **ahead: float) -> str:
        """A moment from now, to the second, as Odoo wants it."""
        return (datetime.now(UTC) + timedelta(**ahead)).strftime("%Y-%m-%d %H:%M:%S")

    def ref(self, external_id: str) -> int:
        module, _, name = external_id.partition(".")
        row = self.find("ir.model.data", [["module", "=", module], ["name", "=", name]])[0]
        found: int = self.read("ir.model.data", row, "res_id")
        return found

    # records

    def partner(self, name: str = "Partner") -> int:
        return self.create("res.partner", name=f"{name} {self.mark} {next(self._numbers)}", is_company=True)

    def product(self, **values: Any) -> int:
        defaults = {
            "name": f"Part {self.mark} {next(self._numbers)}",
            "type": "consu",
            "is_storable": True,
            "taxes_id": [[6, 0, []]],
            "supplier_taxes_id": [[6, 0, []]],
        }
        return self.create("product.product", **{**defaults, **values})

    @property
    def simulated(self) -> bool:
        return bool(self.service("common", "version").get("simulated"))

    def put_in_stock(self, product: int, quantity: float) -> None:
        values = {"product_id": product, "location_id": self.stock, "inventory_quantity": quantity}
        quant = self.call("stock.quant", "create", [values], context={"inventory_mode": True})
        self.call("stock.quant", "action_apply_inventory", quant)

    def purchase(self, *lines: dict[str, Any], vendor: int | None = None, confirm: bool = True, **values: Any) -> int:
        rows = [[0, 0, {"product_qty": 10, "price_unit": 7.5, **line}] for line in lines]
        order = self.create("purchase.order", partner_id=vendor or self.partner("Vendor"), order_line=rows, **values)
        if confirm:
            self.call("purchase.order", "button_confirm", [order])
        return order

    def sale(self, *lines: dict[str, Any], confirm: bool = True, **values: Any) -> int:
        rows = [[0, 0, {"product_uom_qty": 3, "price_unit": 20.0, **line}] for line in lines]
        order = self.create("sale.order", partner_id=self.partner("Customer"), order_line=rows, **values)
        if confirm:
            self.call("sale.order", "action_confirm", [order])
        return order

    def bill(self, product: int, components: dict[int, float], operations: dict[int, float] | None = None) -> int:
        """A bill of materials; operations are minutes by work centre."""
        return self.create(
            "mrp.bom",
            product_tmpl_id=self.read("product.product", product, "product_tmpl_id"),
            company_id=self.company,
            product_qty=1,
            bom_line_ids=[[0, 0, {"product_id": one, "product_qty": qty}] for one, qty in components.items()],
            operation_ids=[
                [
                    0,
                    0,
                    {"name": f"Step {n}", "workcenter_id": centre, "time_mode": "manual", "time_cycle_manual": minutes},
                ]
                for n, (centre, minutes) in enumerate((operations or {}).items())
            ],
        )

    def centre(self) -> int:
        return self.create("mrp.workcenter", name=f"Centre {self.mark} {next(self._numbers)}", company_id=self.company)

    def production(self, product: int, bom: int, quantity: float = 4, *, confirm: bool = True, **values: Any) -> int:
        order = self.create("mrp.production", product_id=product, bom_id=bom, product_qty=quantity, **values)
        if confirm:
            self.call("mrp.production", "action_confirm", [order])
        return order

    def receipt(self, order: int) -> int:
        return self.read("purchase.order", order, "picking_ids")[0]

    def moves(self, picking: int) -> list[int]:
        found: list[int] = self.read("stock.picking", picking, "move_ids")
        return found


def lacks(odoo: Odoo, model: str) -> bool:
    """Whether a model is not there, its module not being installed."""
    return not odoo.find("ir.model", [["model", "=", model]])


@contextmanager
def reached() -> Iterator[Odoo]:
    """The Odoo of the environment, or a fresh stand-in."""
    if os.environ.get("ODOO_URL"):
        names = ("ODOO_URL", "ODOO_DB", "ODOO_LOGIN", "ODOO_KEY")
        yield Odoo(*(os.environ[name] for name in names))
        return
    with StandIn() as stand_in:
        odoo = Odoo(stand_in.url, stand_in.database, "admin", "admin")
        yield odoo
