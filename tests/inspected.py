"""Lots, stock and inspections in a stand-in, made with the calls a person's screens would make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from demo.odoo.server import StandIn


@dataclass
class Floor:
    """The first company's stock, a test of two questions, and what is inspected with it."""

    odoo: StandIn
    stock: int = field(init=False)
    test: int = field(init=False)

    def __post_init__(self) -> None:
        self.stock = self.call("stock.warehouse", "search_read", [], ["lot_stock_id"], limit=1)[0]["lot_stock_id"][0]
        answers = [[0, 0, {"name": "Clean", "ok": True}], [0, 0, {"name": "Scratched", "ok": False}]]
        unit = self.call("uom.uom", "search", [["name", "=", "Units"]])[0]
        number = {"name": "Pressure", "type": "quantitative", "min_value": 9.5, "max_value": 10.5, "uom_id": unit}
        look = {"name": "Surface", "type": "qualitative", "ql_values": answers}
        self.test = self.call("qc.test", "create", {"name": "Incoming", "test_lines": [[0, 0, number], [0, 0, look]]})

    def call(self, model: str, method: str, *args: Any, **named: Any) -> Any:
        return self.odoo.call(model, method, *args, **named)

    def product(self, name: str = "Shaft seal", cost: float = 4.0, **values: Any) -> int:
        known = {"name": name, "is_storable": True, "tracking": "lot", "standard_price": cost}
        return int(self.call("product.product", "create", {**known, **values}))

    def lot(self, product: int, name: str = "L-0931", quantity: float = 40) -> int:
        """A lot with stock."""
        lot: int = self.call("stock.lot", "create", {"name": name, "product_id": product})
        values = {"product_id": product, "location_id": self.stock, "lot_id": lot, "inventory_quantity": quantity}
        quant = self.call("stock.quant", "create", [values], context={"inventory_mode": True})
        self.call("stock.quant", "action_apply_inventory", quant)
        return lot

    def place(self, name: str = "Quarantine") -> int:
        """A place inside the stock."""
        return int(self.call("stock.location", "create", {"name": name, "location_id": self.stock}))

    def inspection(self, about: str, *, measured: float = 0.0, looks: str = "", **values: Any) -> int:
        """An inspection with its lines as they were answered; a draft."""
        names = ["name", "type", "min_value", "max_value", "uom_id", "ql_values"]
        asked = self.call("qc.test.question", "search_read", [["test", "=", self.test]], names, order="id")
        lines = [[0, 0, self._line(one, measured, looks)] for one in asked]
        known = {"object_id": about, "test": self.test, "qty": 40, "inspection_lines": lines}
        return int(self.call("qc.inspection", "create", {**known, **values}))

    def _line(self, asked: dict[str, Any], measured: float, looks: str) -> dict[str, Any]:
        found = self.call("qc.test.question.value", "search", [["id", "in", asked["ql_values"]], ["name", "=", looks]])
        return {
            "name": asked["name"],
            "test_line": asked["id"],
            "question_type": asked["type"],
            "min_value": asked["min_value"],
            "max_value": asked["max_value"],
            "uom_id": asked["uom_id"] and asked["uom_id"][0],
            "test_uom_id": asked["uom_id"] and asked["uom_id"][0],
            "possible_ql_values": [[6, 0, asked["ql_values"]]],
            "quantitative_value": measured if asked["type"] == "quantitative" else 0.0,
            "qualitative_value": found[0] if found else False,
        }

    def failed(self, about: str, *, approved: bool = True, **values: Any) -> int:
        """An inspection that was answered badly, and whose failure was approved."""
        inspection = self.inspection(about, measured=7.9, looks="Scratched", **values)
        for method in ("action_todo", "action_confirm", *(["action_approve"] if approved else [])):
            self.call("qc.inspection", method, [inspection])
        return inspection
