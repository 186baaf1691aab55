"""Scrap: goods thrown away."""

from __future__ import annotations

from typing import Any

from demo.odoo.models.stock_places import virtual_place
from demo.odoo.orm import NO_VIEW, Model
from demo.odoo.sequences import next_number
from demo.odoo.writing import Values

RANK = 26


class Scrap(Model):
    """A quantity of a product to be thrown away."""

    _name = "stock.scrap"
    _title = "Scrap"
    _order = "id desc"
    _not_copied = ("name", "date_done", "state")
    _defaults = {"state": "draft", "scrap_qty": 1.0, "company_id": lambda self: self.env.company.id}

    def _complete(self, values: Values) -> Values:
        company = self.env["res.company"].browse([values["company_id"]])
        product = self.env["product.product"].browse([values["product_id"]] if values.get("product_id") else [])
        stock = self.env["stock.warehouse"].search([("company_id", "=", company.id)], limit=1).lot_stock_id
        place = virtual_place(self.env, company, "inventory", scrap=True)
        defaults = {
            "name": next_number(self.env, "stock.scrap") or "New",
            "product_uom_id": product.uom_id.id,
            "location_id": stock.id,
            "scrap_location_id": place.id,
        }
        return {name: value for name, value in defaults.items() if not values.get(name)}

    def action_validate(self) -> Any:
        """Throw it away, or ask where there is not enough of it."""
        quants = self.env["stock.quant"]
        wanted = self.product_uom_id._quantity_in(self.scrap_qty, self.product_id.uom_id)
        if self.product_id.is_storable and quants._free_of(self.product_id, self.location_id) < wanted:
            return {
                "name": f"{self.product_id._shown_name()}: Insufficient Quantity To Scrap",
                "view_mode": "form",
                "res_model": "stock.warn.insufficient.qty.scrap",
                "view_id": NO_VIEW,
                "type": "ir.actions.act_window",
                "target": "new",
                "context": {**self.env.context, "default_scrap_id": self.id, "default_product_id": self.product_id.id},
            }
        return self.do_scrap()

    def do_scrap(self) -> bool:
        for scrap in self:
            move = self.env["stock.move"].create(
                {
                    "name": scrap.name,
                    "origin": scrap.origin or scrap.picking_id.name or scrap.production_id.name or scrap.name,
                    "company_id": scrap.company_id.id,
                    "product_id": scrap.product_id.id,
                    "product_uom": scrap.product_uom_id.id,
                    "product_uom_qty": scrap.scrap_qty,
                    "quantity": scrap.scrap_qty,
                    "location_id": scrap.location_id.id,
                    "location_dest_id": scrap.scrap_location_id.id,
                    "scrap_id": scrap.id,
                    "scrapped": True,
                    "picked": True,
                }
            )
            move._action_done()
            scrap.write({"state": "done", "date_done": self.env.now})
        return True


class NotEnoughQuestion(Model):
    """The wizard that asks whether to scrap more than there is."""

    _name = "stock.warn.insufficient.qty.scrap"
    _belongs_to = ("scrap_id",)

    def action_done(self) -> bool:
        done: bool = self.scrap_id.do_scrap()
        return done


class Attachment(Model):
    """A file on a record. The content lies in the row."""

    _name = "ir.attachment"
    _title = "Attachment"
    _stored = ("datas",)
    _order = "id desc"
    _defaults = {"type": "binary", "company_id": lambda self: self.env.company.id}

    def _complete(self, values: Values) -> Values:
        import hashlib
        from base64 import b64decode
        from mimetypes import guess_type

        if not values.get("datas"):
            return {}
        content = b64decode(values["datas"] + "=" * (-len(values["datas"]) % 4))
        kind = values.get("mimetype") or guess_type(str(values.get("name") or ""))[0] or "application/octet-stream"
        checksum = hashlib.sha1(content).hexdigest()
        return {"file_size": len(content), "checksum": checksum, "mimetype": kind}
