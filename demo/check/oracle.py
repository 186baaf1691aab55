"""What a late line puts at risk, worked out from Odoo alone, apart from the product's own code.

Every open sale order line that hard links lead to from the purchase line counts once: its undelivered quantity times
its net price, in group currency by today's rate of the line's company. Its customer counts when outside the group.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from demo.world.caller import Caller

TIME = "%Y-%m-%d %H:%M:%S"
RESERVED = "CHECK/"


@dataclass(frozen=True)
class Line:
    """A purchase line that customers wait for. Times are UTC; ``latest_promise``: the last date given to a customer."""

    id: int
    order: int
    order_name: str
    company: int
    promised_at: datetime
    first_need: datetime
    latest_promise: datetime
    money: Decimal
    customers: frozenset[str]


class Oracle:
    """Asks one Odoo over RPC."""

    def __init__(self, odoo: Caller, *, group_currency: str = "EUR") -> None:
        self.odoo, self.group_currency = odoo, group_currency
        self.companies = [row["id"] for row in odoo.call("res.company", "search_read", [], fields=["id"])]

    def rows(self, model: str, domain: list[Any], fields: list[str]) -> list[dict[str, Any]]:
        context = {"allowed_company_ids": self.companies, "active_test": False}
        found: list[dict[str, Any]] = self.odoo.call(model, "search_read", domain, fields=fields, context=context)
        return found

    def choose(self, seed: int) -> tuple[Line, Line]:
        """Two lines of different orders, chosen by the seed among those on time with customers behind them."""
        candidates = self.candidates()
        random.Random(seed).shuffle(candidates)
        chosen: list[Line] = []
        for row in candidates:
            line = self.line(row)
            if line is not None and all(one.order != line.order for one in chosen):
                chosen.append(line)
            if len(chosen) == 2:
                return chosen[0], chosen[1]
        raise LookupError("Odoo holds fewer than two purchase orders on time with customers waiting: seed it first")

    def candidates(self) -> list[dict[str, Any]]:
        """Open lines promised at least a day ahead, reserved ones only where there are any, one per order, by id."""
        tomorrow = (datetime.now(UTC) + timedelta(days=1)).strftime(TIME)
        lines = self.rows(
            "purchase.order.line",
            [["state", "=", "purchase"], ["date_planned", ">", tomorrow], ["display_type", "=", False]],
            ["order_id", "date_planned", "product_qty", "qty_received", "company_id"],
        )
        wide = [row for row in lines if row["product_qty"] > row["qty_received"]]
        orders = self.rows("purchase.order", [["partner_ref", "=like", RESERVED + "%"]], ["id"])
        reserved = {row["id"] for row in orders}
        narrow = [row for row in wide if row["order_id"][0] in reserved]
        return sorted(narrow or wide, key=lambda row: row["id"])

    def line(self, row: dict[str, Any]) -> Line | None:
        """The chain behind a line; None when no promised customer waits for it, or one will be disappointed already."""
        moves, needs = self.moves_behind(row["id"])
        sale_lines = self.rows(
            "sale.order.line",
            [["id", "in", sorted({move["sale_line_id"][0] for move in moves if move["sale_line_id"]})]],
            [
                "order_id",
                "product_uom_qty",
                "qty_delivered",
                "price_reduce_taxexcl",
                "currency_id",
                "company_id",
                "state",
            ],
        )
        open_lines = [
            one for one in sale_lines if one["state"] == "sale" and one["product_uom_qty"] > one["qty_delivered"]
        ]
        if not open_lines or not needs:
            return None
        orders = {
            one["id"]: one
            for one in self.rows(
                "sale.order",
                [["id", "in", sorted({line["order_id"][0] for line in open_lines})]],
                ["commitment_date", "partner_id"],
            )
        }
        promises = [one["commitment_date"] for one in orders.values()]
        promised = moment(row["date_planned"])
        if not all(promises) or min(needs) < promised or min(map(moment, promises)) < promised:
            return None
        return Line(
            id=row["id"],
            order=row["order_id"][0],
            order_name=row["order_id"][1].split(" ")[0],
            company=row["company_id"][0],
            promised_at=promised,
            first_need=min(needs),
            latest_promise=max(map(moment, promises)),
            money=sum((self.worth(one) for one in open_lines), Decimal(0)).quantize(Decimal("0.01")),
            customers=self.customers({one["partner_id"][0] for one in orders.values()}),
        )

    def moves_behind(self, line: int) -> tuple[list[dict[str, Any]], list[datetime]]:
        """Every move that waits for the line, and when production first needs it."""
        fields = ["move_dest_ids", "raw_material_production_id", "sale_line_id", "date", "state"]
        wave = self.rows("stock.move", [["purchase_line_id", "=", line]], fields)
        seen: dict[int, dict[str, Any]] = {}
        needs: list[datetime] = []
        while wave:
            wave = [move for move in wave if move["id"] not in seen and move["state"] not in {"cancel", "done"}]
            seen.update({move["id"]: move for move in wave})
            ids = sorted(seen)
            after = sorted({one for move in wave for one in move["move_dest_ids"]})
            made = sorted(
                {move["raw_material_production_id"][0] for move in wave if move["raw_material_production_id"]}
            )
            needs += [moment(move["date"]) for move in wave if move["raw_material_production_id"]]
            following = ["|", "|", ["id", "in", after], ["move_orig_ids", "in", ids], ["production_id", "in", made]]
            wave = (
                [move for move in self.rows("stock.move", following, fields) if move["id"] not in seen] if wave else []
            )
        return list(seen.values()), needs

    def worth(self, line: dict[str, Any]) -> Decimal:
        """The undelivered part of a sale line in group currency."""
        quantity = Decimal(str(line["product_uom_qty"])) - Decimal(str(line["qty_delivered"]))
        amount = quantity * Decimal(str(line["price_reduce_taxexcl"]))
        company = self.rows("res.company", [["id", "=", line["company_id"][0]]], ["currency_id"])[0]
        own, document = company["currency_id"][1], line["currency_id"][1]
        return amount / self.rate(document, own, company["id"]) * self.rate(self.group_currency, own, company["id"])

    def rate(self, currency: str, own: str, company: int) -> Decimal:
        """Units of a currency for one of the company's own, today."""
        if currency == own:
            return Decimal(1)
        today = datetime.now(UTC).strftime("%Y-%m-%d")
        rates = self.rows(
            "res.currency.rate",
            [["currency_id.name", "=", currency], ["company_id", "in", [company, False]], ["name", "<=", today]],
            ["name", "rate"],
        )
        return Decimal(str(max(rates, key=lambda one: one["name"])["rate"]))

    def customers(self, partners: set[int]) -> frozenset[str]:
        """Names of the external commercial partners behind these contacts."""
        inside = {row["partner_id"][0] for row in self.rows("res.company", [], ["partner_id"])}
        contacts = self.rows("res.partner", [["id", "in", sorted(partners)]], ["commercial_partner_id"])
        commercial = {row["commercial_partner_id"][0] for row in contacts} - inside
        return frozenset(row["name"] for row in self.rows("res.partner", [["id", "in", sorted(commercial)]], ["name"]))


def moment(text: str) -> datetime:
    """Odoo's text as an aware time."""
    return datetime.strptime(text, TIME).replace(tzinfo=UTC)
