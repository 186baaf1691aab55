"""What a lot on hold puts at risk, worked out from Odoo alone, apart from the product's own code.

Every open sale order line that hard links lead to from a move which the lot's stock is promised to counts once.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from demo.check.oracle import Oracle
from demo.world.seals import SIZES, Found

SOLD = [
    "order_id",
    "product_uom_qty",
    "qty_delivered",
    "price_reduce_taxexcl",
    "currency_id",
    "company_id",
    "state",
]
KEPT = {f"CS{size}" for sizes in SIZES.values() for size, found in sizes if found is Found.CHECKED}
"""Begin the names of the lots that belong to the check: nothing else in the demo touches them."""
FIELDS = ["move_dest_ids", "raw_material_production_id", "sale_line_id", "state"]


class LotError(Exception):
    """Odoo does not hold what the loop should have brought about; the message says what it holds."""


@dataclass(frozen=True)
class Inspected:
    """An inspection that is ready, and the lot it is about."""

    id: int
    name: str
    lot: int
    lot_name: str
    company: int
    quantity: float
    money: Decimal
    customers: frozenset[str]


class LotOracle(Oracle):
    """Asks and changes one Odoo over RPC."""

    def choose_lots(self, seed: int, count: int) -> list[Inspected]:
        """Lots that are ready to be inspected and that customers wait for, chosen by the seed."""
        fields = ["name", "lot_id", "company_id", "qty"]
        found = self.rows("qc.inspection", [["state", "=", "ready"], ["lot_id", "!=", False]], fields)
        rows = [row for row in found if row["lot_id"][1].split("-")[0] in KEPT] or found
        random.Random(seed).shuffle(rows)
        lots = [one for one in map(self.inspected, rows) if one.customers]
        if len(lots) < count:
            raise LookupError(
                f"Odoo holds fewer than {count} inspections of lots that customers wait for: seed it first"
            )
        return lots[:count]

    def inspected(self, row: dict[str, Any]) -> Inspected:
        """The lot with every customer who is promised some of it, or something made with it."""
        lot = row["lot_id"][0]
        promised = [["lot_id", "=", lot], ["state", "not in", ["done", "cancel"]], ["quantity", ">", 0]]
        moves = {line["move_id"][0] for line in self.rows("stock.move.line", promised, ["move_id"]) if line["move_id"]}
        sold = {one["sale_line_id"][0] for one in self.behind(moves) if one["sale_line_id"]}
        names = [
            "order_id",
            "product_uom_qty",
            "qty_delivered",
            "price_reduce_taxexcl",
            "currency_id",
            "company_id",
            "state",
        ]
        lines = self.rows("sale.order.line", [["id", "in", sorted(sold)]], names)
        lines = [one for one in lines if one["state"] == "sale" and one["product_uom_qty"] > one["qty_delivered"]]
        orders = self.rows("sale.order", [["id", "in", sorted({one["order_id"][0] for one in lines})]], ["partner_id"])
        return Inspected(
            id=row["id"],
            name=row["name"],
            lot=lot,
            lot_name=row["lot_id"][1],
            company=row["company_id"][0],
            quantity=row["qty"],
            money=sum((self.worth(one) for one in lines), Decimal(0)).quantize(Decimal("0.01")),
            customers=self.customers({one["partner_id"][0] for one in orders}) if orders else frozenset(),
        )

    def behind(self, moves: set[int]) -> list[dict[str, Any]]:
        """These moves and every open move that waits for one of them, through production."""
        wave = self.rows("stock.move", [["id", "in", sorted(moves)]], FIELDS)
        seen: dict[int, dict[str, Any]] = {}
        while wave:
            wave = [one for one in wave if one["id"] not in seen and one["state"] not in {"cancel", "done"}]
            seen.update({one["id"]: one for one in wave})
            after = sorted({number for one in wave for number in one["move_dest_ids"]})
            made = sorted({one["raw_material_production_id"][0] for one in wave if one["raw_material_production_id"]})
            ids = sorted(one["id"] for one in wave)
            further = ["|", "|", ["id", "in", after], ["move_orig_ids", "in", ids], ["production_id", "in", made]]
            wave = self.rows("stock.move", further, FIELDS) if wave else []
        return list(seen.values())

    def fail(self, lot: Inspected, value: float) -> None:
        """The lot is measured, does not pass, and the failure is approved: as somebody in Odoo would."""
        for line in self.rows("qc.inspection.line", [["inspection_id", "=", lot.id]], ["question_type"]):
            self.change(lot, "qc.inspection.line", "write", [line["id"]], self.answer(line, value))
        for button in ("action_confirm", "action_approve"):
            self.change(lot, "qc.inspection", button, [lot.id])

    def answer(self, line: dict[str, Any], value: float) -> dict[str, Any]:
        if line["question_type"] != "qualitative":
            return {"quantitative_value": value}
        allowed = self.rows("qc.inspection.line", [["id", "=", line["id"]]], ["possible_ql_values"])[0]
        good = [["id", "in", allowed["possible_ql_values"]], ["ok", "=", True]]
        return {"qualitative_value": self.rows("qc.test.question.value", good, ["ok"])[0]["id"]}

    def change(self, lot: Inspected, model: str, method: str, *args: Any) -> None:
        self.odoo.call(model, method, *args, context={"allowed_company_ids": [lot.company]})

    def has_passed(self, lot: Inspected, value: float) -> None:
        """Raises LotError unless the inspection passed, with this value on every measured line."""
        row = self.rows("qc.inspection", [["id", "=", lot.id]], ["state", "success"])[0]
        domain = [["inspection_id", "=", lot.id], ["question_type", "=", "quantitative"]]
        lines = self.rows("qc.inspection.line", domain, ["quantitative_value"])
        found = {line["quantitative_value"] for line in lines}
        if row["state"] != "success" or not row["success"] or found != {value}:
            raise LotError(f"{lot.name} is {row['state']} with {found}, not passed with {value}")

    def is_set_aside(self, lot: Inspected) -> None:
        """Raises LotError unless all of the lot lies in quarantine, promised to nobody, by one done transfer of a kind
        in use.
        """
        domain = [["lot_id", "=", lot.lot], ["location_id.usage", "=", "internal"], ["quantity", ">", 0]]
        stock = [(row["location_id"][1], row["quantity"]) for row in
                 self.rows("stock.quant", domain, ["location_id", "quantity"])]  # fmt: skip
        promised = [["lot_id", "=", lot.lot], ["quantity", ">", 0], ["state", "not in", ["done", "cancel"]]]
        if lines := self.rows("stock.move.line", promised, ["picking_id", "quantity"]):
            raise LotError(f"lot {lot.lot_name} is set aside and still promised: {lines}")
        done = self.rows("stock.picking", [["origin", "=", lot.name]], ["state", "picking_type_id"])
        if len(stock) != 1 or "Quarantine" not in stock[0][0] or stock[0][1] != lot.quantity:
            raise LotError(f"lot {lot.lot_name} lies at {stock}, not whole in quarantine")
        if [row["state"] for row in done] != ["done"]:
            raise LotError(f"the transfers of {lot.name} are {[row['state'] for row in done]}, not one that is done")
        kinds = [["id", "=", done[0]["picking_type_id"][0]], ["code", "=", "internal"]]
        if not self.rows("stock.picking.type", kinds, ["name"]):
            raise LotError(f"the transfer of {lot.name} is one of {done[0]['picking_type_id'][1]}, which is not in use")
