"""Lots, stock and inspections written straight into the mirror of a small group."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from odoo_sync.mirror.product import Product
from odoo_sync.mirror.quality import Inspection, InspectionLine, InspectionTest
from odoo_sync.mirror.stock import Location, Move
from odoo_sync.mirror.stock_lots import Lot, MoveLine, Quant
from tests.mirrored import Group, Sold, days


@dataclass
class Shelf:
    """A plant's stock, one product kept by lots, and where it goes."""

    group: Group
    product: Product = field(init=False)

    def __post_init__(self) -> None:
        group = self.group
        self.product = group.product("Shaft seal")
        self.stock = self.place("WH/Stock")
        self.quarantine = self.place("WH/Stock/Quarantine")
        self.customers = group.add(Location, name="Customers", usage="customer")
        self.making = group.add(Location, name="Production", usage="production")

    def place(self, path: str, **values: Any) -> Location:
        known = {"usage": "internal", "company": self.group.plant, "warehouse": self.group.warehouse}
        return self.group.add(Location, name=path.split("/")[-1], full_name=path, **{**known, **values})

    def lot(self, name: str = "L-0931", **values: Any) -> Lot:
        return self.group.add(Lot, name=name, product=self.product, **{"company": self.group.plant, **values})

    def quant(self, lot: Lot | None, quantity: float = 40, reserved: float = 0, **values: Any) -> Quant:
        known = {
            "product": self.product,
            "lot": lot,
            "location": self.stock,
            "company": self.group.plant,
            "quantity": Decimal(str(quantity)),
            "reserved": Decimal(str(reserved)),
            "value": Decimal(str(quantity)) * 4,
        }
        return self.group.add(Quant, **{**known, **values})

    def inspection(self, lot: Lot | None = None, state: str = "failed", **values: Any) -> Inspection:
        known = {
            "name": f"QC-{next(self.group.numbers):06}",
            "lot": lot,
            "product": self.product,
            "company": self.group.plant,
            "test": self.group.add(InspectionTest, name="Incoming"),
            "state": state,
            "success": False,
            "quantity": Decimal(40),
            "asked_at": days(-1),
        }
        return self.group.add(Inspection, **{**known, **values})

    def answer(self, inspection: Inspection, measured: float = 7.9, **values: Any) -> InspectionLine:
        known = {
            "inspection": inspection,
            "name": "Pressure",
            "kind": "quantitative",
            "measured": Decimal(str(measured)),
            "least": Decimal("9.5"),
            "most": Decimal("10.5"),
            "success": 9.5 <= measured <= 10.5,
        }
        return self.group.add(InspectionLine, **{**known, **values})

    def sold(self, at: datetime | None = None, price: int = 100, quantity: int = 5, **values: Any) -> Sold:
        """A customer's order for the product itself, with its delivery out of this stock."""
        sold = self.group.sale(at or days(3), price=price, quantity=quantity)
        self.takes(sold.move, quantity, to_location=self.customers, **values)
        return sold

    def takes(self, move: Move, quantity: float, **values: Any) -> Move:
        """Make an open move one that takes the product out of this stock."""
        known = {"product": self.product, "from_location": self.stock, "done": Decimal(0)}
        amounts = {"demand": Decimal(str(quantity)), "demand_in_unit": Decimal(str(quantity))}
        for name, value in {**known, **amounts, **values}.items():
            setattr(move, name, value)
        move.save()
        return move

    def promise(self, move: Move, lot: Lot, quantity: float) -> MoveLine:
        """Stock of a lot that is promised to a move."""
        move.done, move.state = Decimal(str(quantity)), "assigned"
        move.save(update_fields=["done", "state"])
        values = {"quantity": Decimal(str(quantity)), "state": "assigned", "company": self.group.plant}
        return self.group.add(MoveLine, move=move, product=self.product, lot=lot, **values)
