"""Purchase orders and their lines."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from demo.odoo.errors import UserError
from demo.odoo.models.technical import Thread
from demo.odoo.orm import NO_VIEW, Model
from demo.odoo.registry import computed
from demo.odoo.sequences import next_number
from demo.odoo.writing import Values

RANK = 30
OPEN = ("draft", "sent", "to approve", "purchase")


class Order(Thread, Model):
    """An order to a vendor."""

    _name = "purchase.order"
    _title = "Purchase Order"
    _labels = {"partner_id": "Vendor"}
    _order = "priority desc, id desc"
    _search_names = ("name", "partner_ref")
    _not_copied = ("name", "partner_ref", "date_approve", "state", "group_id", "date_planned")
    _defaults = {
        "state": "draft",
        "priority": "0",
        "company_id": lambda self: self.env.company.id,
        "date_order": lambda self: self.env.now,
        "user_id": lambda self: self.env.uid,
    }

    def _complete(self, values: Values) -> Values:
        env = self.env.for_company(values["company_id"])
        partner = env["res.partner"].browse([values["partner_id"]] if values.get("partner_id") else [])
        added: Values = {}
        if values.get("name") in (None, False, "New"):
            added["name"] = next_number(env, "purchase.order", values["company_id"]) or "New"
        if not values.get("currency_id"):
            currency = partner.property_purchase_currency_id if partner and partner.alive() else None
            added["currency_id"] = (currency or env.company.currency_id).id
        if not values.get("picking_type_id"):
            domain = [("code", "=", "incoming"), ("company_id", "=", values["company_id"])]
            added["picking_type_id"] = env["stock.picking.type"].search(domain, limit=1).id
        return added

    @computed(
        "amount_untaxed",
        "amount_tax",
        "amount_total",
        "amount_total_cc",
        on="order_line.price_subtotal order_line.price_total currency_rate",
    )
    def _amounts(self) -> Values:
        untaxed = self.currency_id._round(sum(self.order_line.mapped("price_subtotal")))
        total = self.currency_id._round(sum(self.order_line.mapped("price_total")))
        rate = self.currency_rate or 1.0
        own = self.company_id.currency_id._round(total / rate)
        return {"amount_untaxed": untaxed, "amount_tax": total - untaxed, "amount_total": total, "amount_total_cc": own}

    @computed("currency_rate", on="currency_id date_order company_id")
    def _currency_rate(self) -> float:
        company, day = self.company_id, (self.date_order or self.env.now).date()
        own = company.currency_id._rate_on(company, day)
        return float(self.currency_id._rate_on(company, day) / own)

    @computed("date_planned", on="order_line.date_planned")
    def _date_planned(self) -> datetime | None:
        return min((one.date_planned for one in self.order_line if one.date_planned), default=None)

    @computed("date_calendar_start", on="state date_order date_approve")
    def _calendar_start(self) -> datetime | None:
        return self.date_approve if self.state in ("purchase", "done") else self.date_order

    @computed("picking_ids", on="order_line.move_ids.picking_id")
    def _pickings(self) -> Any:
        return self.order_line.move_ids.picking_id

    @computed("receipt_status", on="picking_ids picking_ids.state")
    def _receipt_status(self) -> str | None:
        states = {one.state for one in self.picking_ids}
        if not states or states == {"cancel"}:
            return None
        if states <= {"done", "cancel"}:
            return "full"
        return "partial" if "done" in states else "pending"

    @computed("effective_date", on="picking_ids.date_done picking_ids.state")
    def _effective_date(self) -> datetime | None:
        done = (one for one in self.picking_ids if one.state == "done" and one.date_done)
        return min((one.date_done for one in done if one.location_dest_id.usage != "supplier"), default=None)

    @computed("invoice_status", on="state order_line.qty_to_invoice")
    def _invoice_status(self) -> str:
        if self.state not in ("purchase", "done"):
            return "no"
        return "to invoice" if any(one.qty_to_invoice for one in self.order_line if not one.display_type) else "no"

    @computed("is_shipped", "incoming_picking_count", "company_currency_id", "product_id", "on_time_rate")
    def _facts(self) -> Values:
        pickings = self.picking_ids
        return {
            "is_shipped": bool(pickings) and all(one.state in ("done", "cancel") for one in pickings),
            "incoming_picking_count": len(pickings),
            "company_currency_id": self.company_id.currency_id,
            "product_id": self.order_line.product_id[:1],
            "on_time_rate": -1.0,
        }

    def _shown_name(self) -> str:
        return f"{self.name} ({self.partner_ref})" if self.partner_ref else self.name

    def _copy_values(self, values: Values) -> Values:
        lines = [(0, 0, one._line_values()) for one in self.order_line]
        return {"state": "draft", "date_order": self.env.now, "order_line": lines}

    def button_confirm(self) -> bool:
        for order in self:
            if order.state not in ("draft", "sent"):
                continue
            order._add_vendor_to_products()
            order.button_approve()
            order.message_subscribe([order.partner_id.id])
        return True

    def button_approve(self, force: bool = False) -> Values:
        todo = self.filtered(lambda one: one.state in ("draft", "sent", "to approve"))
        todo.write({"state": "purchase", "date_approve": self.env.now})
        todo._create_picking()
        return {}

    def button_draft(self) -> Values:
        self.write({"state": "draft"})
        return {}

    def button_done(self) -> None:
        self.write({"state": "done", "priority": "0"})

    def button_unlock(self) -> None:
        self.write({"state": "purchase"})

    def print_quotation(self) -> Values:
        self.write({"state": "sent"})
        return {
            "type": "ir.actions.report",
            "report_name": "purchase.report_purchasequotation",
            "report_type": "qweb-pdf",
            "name": "Request for Quotation",
            "context": {**self.env.context, "active_ids": list(self.ids)},
            "data": None,
        }

    def action_rfq_send(self) -> Values:
        return {
            "name": "Compose Email",
            "type": "ir.actions.act_window",
            "view_mode": "form",
            "res_model": "mail.compose.message",
            "views": [[NO_VIEW, "form"]],
            "view_id": NO_VIEW,
            "target": "new",
            "context": {**self.env.context, "default_model": self._name, "default_res_ids": list(self.ids)},
        }

    def button_cancel(self) -> None:
        received = self.filtered(lambda one: any(move.state == "done" for move in one.order_line.move_ids))
        if received:
            names = ", ".join(one._shown_name() for one in received)
            raise UserError(
                f"Unable to cancel purchase order(s): {names} since they have receipts that are already done."
            )
        for order in self:
            fed = order.order_line.filtered(lambda one: one.propagate_cancel).move_dest_ids
            order.order_line.move_ids._action_cancel()
            fed.filtered(lambda one: one.state not in ("done", "cancel") and one.picking_id)._action_cancel()
            rest = order.order_line.move_dest_ids.filtered(lambda one: one.state not in ("done", "cancel"))
            rest.write({"procure_method": "make_to_stock"})
            rest._recompute_state()
            order.picking_ids.filtered(lambda one: one.state != "cancel").action_cancel()
            order.order_line.write({"move_dest_ids": [(5, 0, 0)]})
        self.write({"state": "cancel"})

    def _before_unlink(self) -> None:
        if any(one.state != "cancel" for one in self):
            raise UserError("In order to delete a purchase order, you must cancel it first.")

    def _add_vendor_to_products(self) -> None:
        """A vendor ordered from becomes one of the product's vendors, at the price of the order."""
        for line in self.order_line:
            template = line.product_id.product_tmpl_id
            partner = self.partner_id.parent_id or self.partner_id
            sellers = template.seller_ids
            if not line.product_id or (partner | self.partner_id) & sellers.partner_id or len(sellers) > 10:
                continue
            self.env["product.supplierinfo"].create(
                {
                    "partner_id": partner.id,
                    "product_tmpl_id": template.id,
                    "sequence": max((one.sequence for one in sellers), default=0) + 1,
                    "min_qty": 1.0,
                    "price": line.price_unit,
                    "currency_id": line.currency_id.id,
                    "delay": 0,
                }
            )
