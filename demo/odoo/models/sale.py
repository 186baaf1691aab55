"""Sale orders and their lines."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from demo.odoo.errors import UserError
from demo.odoo.fields import round_to
from demo.odoo.models.technical import Thread
from demo.odoo.orm import NO_VIEW, Model
from demo.odoo.registry import computed
from demo.odoo.sequences import next_number
from demo.odoo.writing import Values

RANK = 40
CLOSED = ("done", "cancel")


class SaleOrder(Thread, Model):
    """An order of a customer."""

    _name = "sale.order"
    _title = "Sales Order"
    _order = "date_order desc, id desc"
    _search_names = ("name", "client_order_ref", "partner_id.name")
    _not_copied = ("name", "client_order_ref", "state", "commitment_date", "procurement_group_id", "locked")
    _defaults = {
        "state": "draft",
        "date_order": lambda self: self.env.now,
        "company_id": lambda self: self.env.company.id,
        "picking_policy": "direct",
        "user_id": lambda self: self.env.uid,
        "locked": False,
    }

    def _complete(self, values: Values) -> Values:
        env = self.env.for_company(values["company_id"])
        added: Values = {}
        if values.get("name") in (None, False, "New"):
            added["name"] = next_number(env, "sale.order", values["company_id"]) or "New"
        for name in ("partner_invoice_id", "partner_shipping_id"):
            if not values.get(name):
                added[name] = values.get("partner_id")
        if not values.get("warehouse_id"):
            domain = [("company_id", "=", values["company_id"])]
            added["warehouse_id"] = env["stock.warehouse"].search(domain, limit=1).id
        return added

    @computed("currency_id", on="company_id")
    def _currency(self) -> Any:
        return self.company_id.currency_id

    @computed("currency_rate", on="company_id currency_id date_order")
    def _currency_rate(self) -> float:
        return 1.0

    @computed("amount_untaxed", "amount_tax", "amount_total", on="order_line.price_subtotal")
    def _amounts(self) -> Values:
        total = self.currency_id._round(sum(self.order_line.mapped("price_subtotal"))) if self.currency_id else 0.0
        return {"amount_untaxed": total, "amount_tax": 0.0, "amount_total": total}

    @computed("delivery_status", on="picking_ids.state picking_ids.group_id")
    def _delivery_status(self) -> str | None:
        states = {one.state for one in self.picking_ids}
        if not states or states == {"cancel"}:
            return None
        if states <= set(CLOSED):
            return "full"
        if "done" in states:
            return "partial" if any(one.qty_delivered for one in self.order_line) else "started"
        return "pending"

    @computed("effective_date", on="picking_ids.date_done picking_ids.state")
    def _effective_date(self) -> datetime | None:
        done = [one.date_done for one in self.picking_ids if one.state == "done" and one.date_done]
        return min(done, default=None)

    @computed("invoice_status", on="state order_line.invoice_status")
    def _invoice_status(self) -> str:
        if self.state != "sale":
            return "no"
        return "to invoice" if any(one.invoice_status == "to invoice" for one in self.order_line) else "no"

    @computed("expected_date", "delivery_count", "mrp_production_ids", "mrp_production_count", "type_name")
    def _facts(self) -> Values:
        expected = [one._expected_at() for one in self.order_line if not one.display_type]
        productions = self.order_line.move_ids._sources()
        return {
            "expected_date": min(expected, default=None),
            "delivery_count": len(self.picking_ids),
            "mrp_production_ids": productions,
            "mrp_production_count": len(productions),
            "type_name": "Sales Order" if self.state == "sale" else "Quotation",
        }

    @computed("amount_invoiced", "amount_to_invoice", "invoice_count", "invoice_ids", "is_expired")
    def _billing(self) -> Values:
        return {
            "amount_invoiced": 0.0,
            "amount_to_invoice": self.amount_total,
            "invoice_count": 0,
            "invoice_ids": (),
            "is_expired": False,
        }

    def write(self, values: Values) -> bool:
        if any(one.locked for one in self) and "order_line" in values:
            raise UserError("It is forbidden to modify the following fields in a locked order:\norder_line")
        done = super().write(values)
        if "commitment_date" in values:
            for order in self:
                moves = order.order_line.move_ids.filtered(
                    lambda one: one.state not in CLOSED and one.location_dest_id._is_outgoing()
                )
                moves.write({"date_deadline": values["commitment_date"] or order.expected_date})
        return done

    def action_confirm(self) -> bool:
        if any(one.state not in ("draft", "sent") for one in self):
            raise UserError("Some orders are not in a state requiring confirmation.")
        for order in self:
            order.write({"state": "sale", "date_order": self.env.now})
            order.order_line._launch()
        return True

    def action_quotation_sent(self) -> None:
        if any(one.state != "draft" for one in self):
            raise UserError("Only draft orders can be marked as sent directly.")
        self.write({"state": "sent"})

    def action_draft(self) -> None:
        self.filtered(lambda one: one.state in ("cancel", "sent")).write({"state": "draft"})

    def action_lock(self) -> None:
        self.write({"locked": True})

    def action_unlock(self) -> None:
        self.write({"locked": False})

    def action_cancel(self) -> Any:
        """A confirmed order asks first: the wizard comes back and nothing has happened."""
        if any(one.locked for one in self):
            raise UserError("You cannot cancel a locked order. Please unlock it first.")
        if not self.env.context.get("disable_cancel_warning") and any(one.state != "draft" for one in self):
            return {
                "name": "Cancel Quotation" if len(self) > 1 else f"Cancel {self.type_name}",
                "type": "ir.actions.act_window",
                "view_mode": "form",
                "res_model": "sale.order.cancel",
                "views": [[NO_VIEW, "form"]],
                "view_id": NO_VIEW,
                "target": "new",
                "context": {**self.env.context, "default_order_id": self.id, "mark_so_as_canceled": True},
            }
        for order in self:
            order.picking_ids.filtered(lambda one: one.state != "done").action_cancel()
        self.write({"state": "cancel"})
        return True

    def _before_unlink(self) -> None:
        if any(one.state not in ("draft", "cancel") for one in self):
            raise UserError("You can not delete a sent quotation or a confirmed sales order. You must first cancel it.")

    def _copy_values(self, values: Values) -> Values:
        lines = [
            (
                0,
                0,
                {"product_id": one.product_id.id, "product_uom_qty": one.product_uom_qty, "price_unit": one.price_unit},
            )
            for one in self.order_line
        ]
        return {"state": "draft", "date_order": self.env.now, "order_line": lines}


class SaleOrderLine(Model):
    """What is sold, and what of it has been delivered."""

    _name = "sale.order.line"
    _title = "Sales Order Line"
    _order = "order_id, sequence, id"
    _belongs_to = ("order_id",)
    _digits = {"price_unit": 2, "product_uom_qty": 2}
    _related = {
        "company_id": "order_id.company_id",
        "currency_id": "order_id.currency_id",
        "order_partner_id": "order_id.partner_id",
        "salesman_id": "order_id.user_id",
        "state": "order_id.state",
        "warehouse_id": "order_id.warehouse_id",
    }
    _defaults = {"sequence": 10, "product_uom_qty": 1.0, "discount": 0.0}

    def _complete(self, values: Values) -> Values:
        product = self.env["product.product"].browse([values["product_id"]] if values.get("product_id") else [])
        if not product:
            return {"customer_lead": 0.0, "product_uom_qty": 0.0, "name": values.get("name") or "/"}
        about = product.description_sale
        order = self.env["sale.order"].browse([values["order_id"]] if values.get("order_id") else [])
        price = product.lst_price
        if order:
            own = order.company_id.currency_id
            price = round_to(own._convert(price, order.currency_id or own, order.company_id, self.env.now.date()), 2)
        defaults: Values = {
            "product_uom": product.uom_id.id,
            "name": f"{product._shown_name()}\n{about}" if about else product._shown_name(),
            "customer_lead": float(product.sale_delay or 0),
            "price_unit": price,
        }
        return {name: value for name, value in defaults.items() if values.get(name) is None}

    def _created(self, values: Values) -> None:
        if self.order_id.state == "sale":
            self._launch()

    @computed(
        "price_subtotal", "price_total", "price_tax", on="product_uom_qty price_unit discount order_id.currency_id"
    )
    def _subtotal(self) -> Values:
        amount = self.product_uom_qty * self.price_unit * (1 - (self.discount or 0.0) / 100)
        rounded = self.order_id.currency_id._round(amount) if self.order_id.currency_id else round_to(amount, 2)
        return {"price_subtotal": rounded, "price_total": rounded, "price_tax": 0.0}

    @computed("price_reduce_taxexcl", "price_reduce_taxinc", on="price_subtotal product_uom_qty")
    def _reduced(self) -> Values:
        each = self.price_subtotal / self.product_uom_qty if self.product_uom_qty else 0.0
        return {"price_reduce_taxexcl": each, "price_reduce_taxinc": each}

    @computed("qty_delivered_method", "is_service", on="product_id")
    def _method(self) -> Values:
        storable = self.product_id.type == "consu"
        return {"qty_delivered_method": "stock_move" if storable else "manual", "is_service": not storable}

    @computed("qty_delivered", on="move_ids.state move_ids.quantity move_ids.sale_line_id")
    def _delivered(self) -> float:
        total = 0.0
        for move in self.move_ids.filtered(lambda one: one.state == "done" and not one.scrapped):
            quantity = move.product_uom._quantity_in(move.quantity, self.product_uom)
            if move.location_dest_id._is_outgoing():
                total += quantity
            elif move.location_id._is_outgoing() and move.to_refund:
                total -= quantity
        return total

    @computed(
        "qty_invoiced",
        "qty_to_invoice",
        "invoice_status",
        "untaxed_amount_to_invoice",
        on="qty_delivered product_uom_qty order_id.state product_id price_subtotal",
    )
    def _to_invoice(self) -> Values:
        if self.order_id.state != "sale":
            return {
                "qty_invoiced": 0.0,
                "qty_to_invoice": 0.0,
                "invoice_status": "no",
                "untaxed_amount_to_invoice": 0.0,
            }
        by_order = self.product_id.invoice_policy == "order"
        quantity = self.product_uom_qty if by_order else self.qty_delivered
        status = "to invoice" if quantity else "no"
        each = self.price_subtotal / self.product_uom_qty if self.product_uom_qty else 0.0
        return {
            "qty_invoiced": 0.0,
            "qty_to_invoice": quantity,
            "invoice_status": status,
            "untaxed_amount_to_invoice": round_to(each * quantity, 2),
        }

    @computed("product_type", "is_storable", "is_mto", "scheduled_date", "qty_to_deliver", "product_template_id")
    def _facts(self) -> Values:
        left = self.product_uom_qty - self.qty_delivered
        return {
            "product_type": self.product_id.type,
            "is_storable": self.product_id.is_storable,
            "is_mto": bool(self.product_id) and self.product_id._goes_by("stock.route_warehouse0_mto"),
            "scheduled_date": (self.order_id.commitment_date or self._expected_at()) if left > 0 else None,
            "qty_to_deliver": left,
            "product_template_id": self.product_id.product_tmpl_id,
        }

    def _shown_name(self) -> str:
        return f"{self.order_id.name} - {self.name.splitlines()[0] if self.name else ''}"

    def _expected_at(self) -> datetime:
        begin = self.order_id.date_order if self.order_id.state == "sale" and self.order_id.date_order else self.env.now
        return begin + timedelta(days=self.customer_lead or 0.0)

    def write(self, values: Values) -> bool:
        before = {one.id: one.product_uom_qty for one in self}
        done = super().write(values)
        for line in self.filtered(lambda one: one.order_id.state == "sale"):
            if line.product_uom_qty > before[line.id]:
                line._launch()
            elif line.product_uom_qty < before[line.id]:
                line._take_off(before[line.id] - line.product_uom_qty)
        return done

    def _take_off(self, quantity: float) -> None:
        for move in self.move_ids.filtered(lambda one: one.state not in CLOSED):
            part = min(move.product_uom_qty, quantity)
            move.write({"product_uom_qty": move.product_uom_qty - part})
            if not move.product_uom_qty:
                move._action_cancel()
            quantity -= part

    def _underway(self) -> float:
        total = 0.0
        for move in self.move_ids.filtered(lambda one: one.state != "cancel" and not one.scrapped):
            quantity = move.quantity if move.state == "done" else move.product_uom_qty
            quantity = move.product_uom._quantity_in(quantity, self.product_uom)
            total += quantity if move.location_dest_id._is_outgoing() else -quantity
        return total

    def _launch(self) -> None:
        """Have what is not under way yet delivered."""
        from demo.odoo.procurement import Need, procure

        for line in self:
            missing = round(line.product_uom_qty - line._underway(), 6)
            if line.product_id.type != "consu" or missing <= 0:
                continue
            order = line.order_id
            deadline = order.commitment_date or line._expected_at()
            procure(
                Need(
                    product=line.product_id,
                    quantity=missing,
                    unit=line.product_uom,
                    location=order.partner_shipping_id.for_company(order.company_id.id).property_stock_customer,
                    company=order.company_id,
                    origin=order.name,
                    date_planned=deadline - timedelta(days=order.company_id.security_lead or 0.0),
                    date_deadline=deadline,
                    group=line._need_group(),
                    partner=order.partner_shipping_id,
                    values={"warehouse": order.warehouse_id, "sale_line_id": line.id, "route": line.route_id},
                )
            )

    def _need_group(self) -> Any:
        order = self.order_id
        if not order.procurement_group_id:
            group = self.env["procurement.group"].create(
                {
                    "name": order.name,
                    "partner_id": order.partner_shipping_id.id,
                    "move_type": order.picking_policy,
                    "sale_id": order.id,
                }
            )
            order._assign({"procurement_group_id": group})
        return order.procurement_group_id

    def _before_unlink(self) -> None:
        if any(one.order_id.state == "sale" for one in self):
            raise UserError(
                "Once a sales order is confirmed, you can't remove one of its lines (we need to track if something "
                "gets invoiced or delivered).\nSet the quantity to 0 instead."
            )


class CancelQuestion(Model):
    """The wizard that asks before a confirmed order is cancelled."""

    _name = "sale.order.cancel"
    _title = "Sales Order Cancel"
    _belongs_to = ("order_id",)

    def action_cancel(self) -> Any:
        return self.order_id.within(disable_cancel_warning=True).action_cancel()


class FeedingMove(Model):
    """From a delivery back to what makes its goods."""

    _name = "stock.move"

    def _sources(self) -> Any:
        """The manufacturing orders that feed these moves directly."""
        return self.move_orig_ids.production_id
