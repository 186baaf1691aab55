"""Moves: what they hold, how they are confirmed, reserved and cancelled."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from demo.odoo.errors import UserError
from demo.odoo.fields import normalise
from demo.odoo.orm import Model
from demo.odoo.registry import computed
from demo.odoo.writing import Values

RANK = 22
CLOSED = ("done", "cancel")
TOLERANCE = 1e-6


class Move(Model):
    """A product on its way from one place to another."""

    _name = "stock.move"
    _title = "Stock Move"
    _order = "sequence, id"
    _rec_name = "name"
    _belongs_to = ()
    _far_side = {
        "move_orig_ids": ("stock.move", "move_dest_ids"),
        "created_purchase_line_ids": ("purchase.order.line", "move_dest_ids"),
    }
    _not_copied = ("move_dest_ids", "quantity", "picked", "state", "created_purchase_line_ids", "scrap_id")
    _defaults = {
        "state": "draft",
        "sequence": 10,
        "date": lambda self: self.env.now,
        "procure_method": "make_to_stock",
        "priority": "0",
        "product_uom_qty": 0.0,
        "quantity": 0.0,
        "picked": False,
        "propagate_cancel": True,
        "company_id": lambda self: self.env.company.id,
    }

    def _complete(self, values: Values) -> Values:
        product = self.env["product.product"].browse([values["product_id"]] if values.get("product_id") else [])
        added: Values = {}
        if product and not values.get("product_uom"):
            added["product_uom"] = product.uom_id.id
        if product and not values.get("name"):
            added["name"] = product._shown_name()
        picking = self.env["stock.picking"].browse([values["picking_id"]] if values.get("picking_id") else [])
        if picking:
            shared = {
                "location_id": picking.location_id,
                "location_dest_id": picking.location_dest_id,
                "picking_type_id": picking.picking_type_id,
                "company_id": picking.company_id,
                "group_id": picking.group_id,
            }
            added |= {
                key: one.id for key, one in shared.items() if one and (not values.get(key) or key == "company_id")
            }
        return added

    @computed("product_qty", on="product_id product_uom product_uom_qty")
    def _product_qty(self) -> float:
        return float(self.product_uom._quantity_in(self.product_uom_qty, self.product_id.uom_id))

    @computed("reference", on="name picking_id.name raw_material_production_id.name production_id.name")
    def _reference(self) -> str:
        production = self.raw_material_production_id or self.production_id
        return self.picking_id.name or production.name or self.name

    @computed("is_done", on="state")
    def _is_done(self) -> bool:
        return bool(self.state in CLOSED)

    @computed("delay_alert_date", on="move_orig_ids.date move_orig_ids.state state date")
    def _delay_alert(self) -> datetime | None:
        before = [one.date for one in self.move_orig_ids if one.state not in CLOSED and one.date]
        late = max(before, default=None)
        return late if late and self.state not in CLOSED and self.date and late > self.date else None

    @computed("is_storable", "product_tmpl_id", "product_uom_category_id", "location_usage", "location_dest_usage")
    def _of_product(self) -> Values:
        return {
            "is_storable": self.product_id.is_storable,
            "product_tmpl_id": self.product_id.product_tmpl_id,
            "product_uom_category_id": self.product_id.uom_id.category_id,
            "location_usage": self.location_id.usage,
            "location_dest_usage": self.location_dest_id.usage,
        }

    @computed("picking_code", "has_tracking", "is_locked")
    def _picking_facts(self) -> Values:
        production = self.raw_material_production_id or self.production_id
        locked = production.is_locked if production else self.picking_id.is_locked
        return {
            "picking_code": self.picking_id.picking_type_id.code,
            "has_tracking": self.product_id.tracking,
            "is_locked": bool(locked),
        }

    @computed(
        "unit_factor",
        on="product_uom_qty state raw_material_production_id.product_qty production_id.product_qty",
    )
    def _unit_factor(self) -> float:
        production = self.raw_material_production_id or self.production_id
        if not production:
            return 1.0
        return float(self.product_uom_qty / ((production.product_qty - production.qty_produced) or 1.0))

    @computed("availability", "forecast_availability", "forecast_expected_date")
    def _forecast(self) -> Values:
        """What can be counted on: reserved, free, or coming from the moves that feed this one."""
        quants = self.env.sudo()["stock.quant"]
        free = max(0.0, quants._free_of(self.product_id, self.location_id)) if self.location_id else 0.0
        wanted, reserved = self.product_uom_qty, self.quantity
        coming = self.move_orig_ids.filtered(lambda one: one.state not in CLOSED)
        feeding = sum(one.product_uom_qty for one in coming)
        sure = wanted if self._needs_no_reservation() else min(wanted, reserved + free)
        expected = max((one.date for one in coming), default=None) if sure < wanted and feeding else None
        done = self.state == "done"
        return {
            "availability": self.product_qty if done else min(self.product_qty, free),
            "forecast_availability": 0.0 if done else min(wanted, sure + feeding),
            "forecast_expected_date": expected,
        }

    def _created(self, values: Values) -> None:
        picking = self.picking_id
        if self.state == "draft" and picking and picking.state not in ("draft", *CLOSED):
            self._action_confirm()

    def write(self, values: Values) -> bool:
        if "quantity" in values and any(one.state == "cancel" for one in self):
            raise UserError("You cannot change a cancelled stock move, create a new line instead.")
        if "date_deadline" in values:
            self._spread_deadline(values["date_deadline"])
        before = {one.id: (one.quantity, one.product_uom_qty) for one in self}
        done = super().write(values)
        for one in self:
            quantity, demand = before[one.id]
            if "quantity" in values and one.state not in ("draft", *CLOSED):
                one._follow_quantity(quantity)
            if "product_uom_qty" in values and one.state not in ("draft", *CLOSED) and one.product_uom_qty != demand:
                one._follow_demand()
        return done

    def _spread_deadline(self, value: Any) -> None:
        """A new deadline shifts those of the moves before and after by the same time."""
        raw = normalise(self._name, self._fields["date_deadline"], value)
        if raw is None:
            return
        new, told = datetime.fromisoformat(raw), set(self.env.context.get("deadline_told", ())) | set(self.ids)
        for one in self.within(deadline_told=tuple(told)):
            shift = one.date_deadline - new if one.date_deadline else None
            for other in one.move_dest_ids | one.move_orig_ids:
                if other.state in CLOSED or other.id in told:
                    continue
                moved = other.date_deadline - shift if other.date_deadline and shift else new
                other.write({"date_deadline": moved})

    def _follow_quantity(self, before: float) -> None:
        """Somebody entered a quantity: the promise on the stock follows it as far as there is stock."""
        if not self._needs_no_reservation():
            unit = self.product_id.uom_id
            change = self.product_uom._quantity_in(self.quantity - before, unit)
            if change > 0:
                self._hold(change)
            else:
                self._let_go(keep=self.product_uom._quantity_in(self.quantity, unit))
        self._even_out()
        self._recompute_state()

    def _follow_demand(self) -> None:
        if self.quantity > self.product_uom_qty + TOLERANCE:
            self._do_unreserve()
        if self.location_id.usage == "supplier" or self.state in ("assigned", "partially_available"):
            self._action_assign()
        self._recompute_state()

    def _needs_no_reservation(self) -> bool:
        return self.location_id._is_free() or not self.product_id.is_storable

    def _recompute_state(self) -> None:
        for one in self:
            if one.state in CLOSED or (one.state == "draft" and not one.quantity):
                continue
            if one.quantity >= one.product_uom_qty - TOLERANCE and (one.product_uom_qty or one.quantity):
                state = "assigned"
            elif one.quantity > TOLERANCE:
                state = "partially_available"
            elif one._waits_for_another():
                state = "waiting"
            else:
                state = "confirmed"
            one._assign({"state": state})

    def _waits_for_another(self) -> bool:
        origins = self.move_orig_ids
        if self.procure_method == "make_to_order" and not origins:
            return True
        return any(one.state not in CLOSED for one in origins)

    def _action_confirm(self) -> Any:
        """Out of draft: order what is made to order, find a transfer, reserve what can be had."""
        from demo.odoo.procurement import procure

        drafts = self.filtered(lambda one: one.state == "draft")
        to_order = drafts.filtered(lambda one: one.procure_method == "make_to_order" and not one.move_orig_ids)
        for one in drafts:
            if one.picking_type_id.reservation_method == "at_confirm":
                one._assign({"reservation_date": self.env.now.date()})
            one._assign({"state": "waiting" if one in to_order or one._waits_for_another() else "confirmed"})
        drafts._assign_picking()
        for one in to_order:
            procure(one._procurement())
        drafts.filtered(lambda one: one.state == "confirmed" or one._needs_no_reservation())._action_assign()
        return self

    def _procurement(self) -> Any:
        """The need this move passes on to whatever supplies its source."""
        from demo.odoo.procurement import Need

        production = self.raw_material_production_id
        return Need(
            product=self.product_id,
            quantity=self.product_uom_qty,
            unit=self.product_uom,
            location=self.location_id,
            company=self.company_id,
            origin=production.name or self.group_id.name or self.origin or self.picking_id.name or "/",
            date_planned=self.date,
            date_deadline=self.date_deadline,
            group=self.group_id,
            move_dest=self,
            values={},
        )

    def _assign_picking(self) -> None:
        """Put moves of one need into one open transfer, or make it."""
        for one in self:
            if one.picking_id or not one.picking_type_id or one.raw_material_production_id or one.production_id:
                continue
            picking = one._fitting_picking() or self.env["stock.picking"].create(one._picking_values())
            one._assign({"picking_id": picking})

    def _fitting_picking(self) -> Any:
        domain = [
            ("group_id", "=", self.group_id.id or False),
            ("location_id", "=", self.location_id.id),
            ("location_dest_id", "=", self.location_dest_id.id),
            ("picking_type_id", "=", self.picking_type_id.id),
            ("printed", "=", False),
            ("state", "in", ("draft", "confirmed", "waiting", "partially_available", "assigned")),
        ]
        return self.env["stock.picking"].search(domain, limit=1) if self.group_id else None

    def _picking_values(self) -> Values:
        return {
            "origin": self.origin,
            "user_id": False,
            "company_id": self.company_id.id,
            "group_id": self.group_id.id,
            "partner_id": self.partner_id.id,
            "picking_type_id": self.picking_type_id.id,
            "location_id": self.location_id.id,
            "location_dest_id": self.location_dest_id.id,
            "move_type": self.group_id.move_type or "direct",
        }

    def _action_assign(self) -> None:
        """Reserve what is free, or take it as given where nothing has to be reserved."""
        for one in self:
            if one.state in ("draft", *CLOSED):
                continue
            missing = round(one.product_uom_qty - one.quantity, 6)
            if missing > TOLERANCE and not (one.picked and one.quantity):
                one._take(missing)
            one._recompute_state()

    def _take(self, missing: float) -> None:
        if self._needs_no_reservation():
            if (
                not self.move_orig_ids
                or all(one.state in CLOSED for one in self.move_orig_ids)
                or self.location_id._is_free()
            ):
                self._assign({"quantity": self.product_uom_qty})
                self._even_out()
            return
        unit = self.product_id.uom_id
        wanted = self.product_uom._quantity_in(missing, unit)
        if self.move_orig_ids:
            wanted = min(wanted, self._brought(unit))
        elif self.procure_method == "make_to_order":
            return
        if wanted > TOLERANCE:
            got = self._hold(wanted)
            self._assign({"quantity": round(self.quantity + unit._quantity_in(got, self.product_uom), 6)})

    def _brought(self, unit: Any) -> float:
        """What the moves before this one have brought and no sister has taken."""
        origins = self.move_orig_ids
        brought = sum(one.product_uom._quantity_in(one.quantity, unit) for one in origins if one.state == "done")
        sisters = origins.move_dest_ids
        taken = sum(one.product_uom._quantity_in(one.quantity, unit) for one in sisters if one.state != "cancel")
        return float(max(0.0, brought - taken))

    def _do_unreserve(self) -> None:
        for one in self:
            if one.state in CLOSED or not one.quantity:
                continue
            one._let_go()
            one._assign({"quantity": 0.0, "picked": False})
            one._even_out()
            one._recompute_state()

    def _action_cancel(self) -> bool:
        """Cancel open moves; what they feed is cancelled too, or goes back to taking from stock."""
        if any(one.state == "done" and not one.scrapped for one in self):
            raise UserError("You cannot cancel a stock move that has been set to 'Done'.")
        for one in self.filtered(lambda move: move.state != "cancel"):
            one._do_unreserve()
            one._assign({"state": "cancel"})
            for after in one.move_dest_ids:
                siblings = after.move_orig_ids - one
                if one.propagate_cancel and all(other.state == "cancel" for other in siblings):
                    if after.state not in CLOSED and after.location_id.id == one.location_dest_id.id:
                        after._action_cancel()
                elif all(other.state in CLOSED for other in siblings):
                    after.write({"procure_method": "make_to_stock", "move_orig_ids": [(3, one.id)]})
            one._assign({"procure_method": "make_to_stock"})
        return True
