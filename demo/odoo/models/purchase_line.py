"""Lines of purchase orders: terms, amounts, what was received."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from demo.odoo.errors import UserError
from demo.odoo.fields import round_to
from demo.odoo.orm import Model
from demo.odoo.registry import computed
from demo.odoo.writing import Values

RANK = 31
TERMS = ("price_unit", "date_planned", "discount")


class OrderLine(Model):
    """What is ordered, for when and for how much."""

    _name = "purchase.order.line"
    _title = "Purchase Order Line"
    _order = "order_id, sequence, id"
    _belongs_to = ("order_id",)
    _digits = {"price_unit": 2, "product_qty": 2, "discount": 2}
    _related = {
        "company_id": "order_id.company_id",
        "currency_id": "order_id.currency_id",
        "partner_id": "order_id.partner_id",
        "state": "order_id.state",
        "date_order": "order_id.date_order",
        "date_approve": "order_id.date_approve",
    }
    _not_copied = ("move_dest_ids",)
    _defaults = {"sequence": 10, "product_qty": 1.0, "propagate_cancel": True, "discount": 0.0}

    def _complete(self, values: Values) -> Values:
        if values.get("display_type"):
            return {"product_qty": 0.0, "price_unit": 0.0, "name": values.get("name") or "/"}
        product = self.env["product.product"].browse([values["product_id"]] if values.get("product_id") else [])
        added: Values = {}
        if product and not values.get("product_uom"):
            added["product_uom"] = product.uom_po_id.id or product.uom_id.id
        if product and not values.get("name"):
            about = product.description_purchase
            added["name"] = f"{product._shown_name()}\n{about}" if about else product._shown_name()
        return added

    def _created(self, values: Values) -> None:
        """Terms not given come from the vendor's price list, or from the product's cost."""
        if self.product_id and not self.display_type:
            terms = self._vendor_terms()
            self._assign({name: terms[name] for name in TERMS if name in terms and values.get(name) is None})
        if self.order_id.state == "purchase":
            self._create_or_update_picking()

    def _vendor_terms(self) -> Values:
        """Price and date by the vendor's price list; without one the date stays and the price too."""
        order, product = self.order_id, self.product_id
        seller = product._sellers(order.company_id, order.partner_id, self.product_qty)[:1]
        terms: Values = {}
        day = (order.date_order or self.env.now).date()
        if seller or not self.date_planned:
            terms["date_planned"] = self._midday(day + timedelta(days=seller.delay if seller else 0))
        if seller:
            price = seller.currency_id._convert(seller.price, order.currency_id, order.company_id, day)
            terms |= {"price_unit": round_to(price, 2), "discount": seller.discount}
        elif not self.price_unit:
            cost = product.for_company(order.company_id.id).standard_price
            own = order.company_id.currency_id
            terms["price_unit"] = round_to(own._convert(cost, order.currency_id, order.company_id, day), 2)
        return terms

    def _midday(self, day: Any) -> datetime:
        """Noon where the buyer is, in UTC."""
        order = self.order_id
        zone = ZoneInfo(order.user_id.tz or order.company_id.partner_id.tz or "UTC")
        return datetime.combine(day, time(12), tzinfo=zone).astimezone(UTC).replace(tzinfo=None)

    @computed("price_subtotal", "price_total", "price_tax", on="product_qty price_unit discount order_id.currency_id")
    def _subtotal(self) -> Values:
        amount = self.product_qty * self.price_unit * (1 - (self.discount or 0.0) / 100)
        rounded = self.order_id.currency_id._round(amount) if self.order_id.currency_id else round_to(amount, 2)
        return {"price_subtotal": rounded, "price_total": rounded, "price_tax": 0.0}

    @computed("product_uom_qty", on="product_qty product_uom product_id")
    def _in_own_unit(self) -> float:
        return (
            float(self.product_uom._quantity_in(self.product_qty, self.product_id.uom_id)) if self.product_uom else 0.0
        )

    @computed("qty_received_method", on="product_id")
    def _received_method(self) -> str | None:
        if not self.product_id:
            return None
        return "stock_moves" if self.product_id.type == "consu" else "manual"

    @computed("qty_received", on="move_ids.state move_ids.quantity move_ids.product_uom_qty move_ids.purchase_line_id")
    def _received(self) -> float:
        if self.qty_received_method == "manual":
            return float(self.qty_received_manual)
        total = 0.0
        for move in self.move_ids:
            if move.state == "done" and not move.scrapped:
                quantity = move.product_uom._quantity_in(move.quantity, self.product_uom)
                total += -quantity if move.location_dest_id.usage == "supplier" else quantity
        return total

    @computed("qty_invoiced", "qty_to_invoice", on="qty_received product_qty order_id.state product_id")
    def _to_invoice(self) -> Values:
        if self.order_id.state not in ("purchase", "done"):
            return {"qty_invoiced": 0.0, "qty_to_invoice": 0.0}
        by_order = self.product_id.purchase_method == "purchase"
        return {"qty_invoiced": 0.0, "qty_to_invoice": self.product_qty if by_order else self.qty_received}

    @computed("product_type", "is_storable", "product_uom_category_id", "price_unit_discounted", "forecasted_issue")
    def _facts(self) -> Values:
        return {
            "product_type": self.product_id.type,
            "is_storable": self.product_id.is_storable,
            "product_uom_category_id": self.product_id.uom_id.category_id,
            "price_unit_discounted": self.price_unit * (1 - (self.discount or 0.0) / 100),
            "forecasted_issue": False,
        }

    def _shown_name(self) -> str:
        return f"{self.order_id.name} ({self.name})"

    def _line_values(self) -> Values:
        return {
            "product_id": self.product_id.id,
            "name": self.name,
            "product_qty": self.product_qty,
            "product_uom": self.product_uom.id,
            "price_unit": self.price_unit,
            "date_planned": self.date_planned,
            "sequence": self.sequence,
            "display_type": self.display_type,
        }

    def write(self, values: Values) -> bool:
        if values.get("date_planned"):
            for line in self:
                line._tell_moves(values["date_planned"])
        before = {one.id: (one.product_qty, one.product_uom.id) for one in self}
        done = super().write(values)
        for line in self:
            quantity, unit = before[line.id]
            if line.product_id and (line.product_qty != quantity or line.product_uom.id != unit):
                terms = line._vendor_terms()
                line._assign({name: value for name, value in terms.items() if name not in values})
                if line.order_id.state == "purchase":
                    line._create_or_update_picking()
            if "price_unit" in values and line.order_id.state == "purchase":
                line._open_moves()._assign({"price_unit": line.price_unit})
        return done

    def _open_moves(self) -> Any:
        return self.move_ids.filtered(lambda one: one.state not in ("done", "cancel"))

    def _tell_moves(self, date: Any) -> None:
        """The date agreed becomes the deadline of what is still to come; the planned day of the moves stays."""
        moves = self._open_moves() or self.move_dest_ids.filtered(lambda one: one.state not in ("done", "cancel"))
        moves.write({"date_deadline": date})

    def _before_unlink(self) -> None:
        for line in self:
            if line.order_id.state in ("purchase", "done"):
                shown = {"purchase": "Purchase Order", "done": "Locked"}[line.order_id.state]
                raise UserError(f"Cannot delete a purchase order line which is in state “{shown}”.")
            line.move_dest_ids.filtered(lambda one: one.state not in ("done", "cancel")).write(
                {"procure_method": "make_to_stock"}
            )
