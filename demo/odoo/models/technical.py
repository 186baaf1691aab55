"""The models behind the models: ir.*, settings, messages."""

from __future__ import annotations

from html import escape
from typing import Any

from demo.odoo.errors import FieldValueError
from demo.odoo.orm import Model
from demo.odoo.registry import computed, on_model
from demo.odoo.writing import Values

RANK = 11


class IrModel(Model):
    """One row a model."""

    _name = "ir.model"
    _order = "model"
    _search_names = ("name", "model")


class IrModelFields(Model):
    """One row a field of a model."""

    _name = "ir.model.fields"
    _order = "name"
    _rec_name = "field_description"
    _belongs_to = ("model_id",)


class IrModelData(Model):
    """External ids."""

    _name = "ir.model.data"
    _order = "module, model, name"
    _defaults = {"noupdate": False}

    @computed("complete_name", "reference")
    def _names(self) -> Values:
        return {"complete_name": f"{self.module}.{self.name}", "reference": f"{self.model},{self.res_id}"}

    def _check(self, names: set[str]) -> None:
        if self.module == "base" and self.model == "res.groups":
            self.env.world.name_external(f"{self.module}.{self.name}", self.model, self.res_id)

    @on_model
    def check_object_reference(self, module: str, xml_id: str, raise_on_access_error: bool = False) -> Any:
        """Model and id under an external id, for whoever may see the record; an unknown one is a ValueError."""
        found = self.sudo().search([("module", "=", module), ("name", "=", xml_id)], limit=1)
        if not found:
            raise FieldValueError(f"External ID not found in the system: {module}.{xml_id}")
        there = self.env[found.model].search([("id", "=", found.res_id)])
        return [found.model, there.id] if there else [found.model, False]


class ConfigParameter(Model):
    """System parameters, among them the database's own uuid."""

    _name = "ir.config_parameter"
    _rec_name = "key"
    _order = "key"
    _unique = {("key",): "Key must be unique."}

    @on_model
    def get_param(self, key: str, default: Any = False) -> Any:
        found = self.sudo().search([("key", "=", key)], limit=1)
        return found.value if found else default

    @on_model
    def set_param(self, key: str, value: Any) -> Any:
        found = self.search([("key", "=", key)], limit=1)
        before = found.value if found else False
        if found and not value:
            found.unlink()
        elif found:
            found.write({"value": str(value)})
        elif value:
            self.create({"key": key, "value": str(value)})
        return before


class Module(Model):
    """Installed modules."""

    _name = "ir.module.module"
    _rec_name = "shortdesc"
    _order = "name"

    @computed("installed_version")
    def _installed_version(self) -> str:
        return f"18.0.{self.latest_version or '1.0'}"


class Sequence(Model):
    """Document numbers."""

    _name = "ir.sequence"
    _order = "name, id"
    _defaults = {"implementation": "standard", "number_next": 1, "number_increment": 1, "padding": 0}

    @computed("number_next_actual")
    def _next(self) -> int:
        return int(self.env.world.store.counters.get(self.id, self.number_next))

    def write(self, values: Values) -> bool:
        done = super().write(values)
        for one in self if "number_next" in values else ():
            self.env.world.store.counters[one.id] = int(values["number_next"])
        return done

    @on_model
    def next_by_code(self, sequence_code: str) -> Any:
        from demo.odoo.sequences import next_number

        return next_number(self.env, sequence_code, self.env.company.id) or False


class Language(Model):
    """Languages."""

    _name = "res.lang"
    _defaults = {
        "date_format": "%m/%d/%Y",
        "time_format": "%H:%M:%S",
        "grouping": "[3,0]",
        "decimal_point": ".",
        "thousands_sep": ",",
        "direction": "ltr",
        "week_start": "7",
        "url_code": "en",
        "short_time_format": "%H:%M",
    }


class Settings(Model):
    """Settings forms: taken and forgotten, every feature of the stand-in is on."""

    _name = "res.config.settings"
    _declare = (
        "company_id:many2one(res.company) group_mrp_routings:boolean group_multi_currency:boolean "
        "group_stock_multi_locations:boolean group_stock_adv_location:boolean group_uom:boolean "
        "module_mrp_workorder:boolean group_product_variant:boolean group_mrp_workorder_dependencies:boolean"
    )

    def execute(self) -> Values:
        return {"type": "ir.actions.client", "tag": "reload"}


class MessageSubtype(Model):
    """Kinds of messages: discussion, note."""

    _name = "mail.message.subtype"


class Follower(Model):
    """Who follows a record."""

    _name = "mail.followers"
    _rec_name = "partner_id"


class Message(Model):
    """A message on a record. ``message_id`` is kept as given: it marks a write for whoever made it."""

    _name = "mail.message"
    _order = "id desc"
    _rec_name = "record_name"
    _defaults = {
        "message_type": "comment",
        "date": lambda self: self.env.now,
        "author_id": lambda self: self.env.user.partner_id.id,
        "email_from": lambda self: self.env.user.email or self.env.user.login,
    }

    def _complete(self, values: Values) -> Values:
        added: Values = {}
        if not values.get("message_id"):
            number = self.env.world.store.next_id(self._name)
            added["message_id"] = f"<{number}.{self.env.transaction.stamp[:19].replace(' ', 'T')}-openerp@stand-in>"
        model, res_id = values.get("model"), values.get("res_id")
        if model and res_id and model in self._registry and not values.get("record_name"):
            added["record_name"] = self.env[model].browse([res_id])._shown_name()
        return added


class Thread:
    """What a model with messages can do."""

    env: Any
    id: int
    ids: tuple[int, ...]
    _name: str

    def message_post(
        self,
        *,
        body: str = "",
        subject: str | None = None,
        message_type: str = "notification",
        subtype_xmlid: str | None = None,
        subtype_id: int | None = None,
        partner_ids: list[int] | None = None,
        body_is_html: bool = False,
        parent_id: int | None = None,
        **more: Any,
    ) -> int:
        """Add a message; the record's ``write_date`` stays. Plain text is escaped."""
        subtype = subtype_id or (self.env.ref(subtype_xmlid).id if subtype_xmlid else self.env.ref("mail.mt_note").id)
        message = self.env["mail.message"].create(
            {
                "model": self._name,
                "res_id": self.id,
                "body": body if body_is_html else f"<p>{escape(body, quote=False)}</p>",
                "subject": subject,
                "message_type": message_type,
                "subtype_id": subtype,
                "parent_id": parent_id,
                "partner_ids": [(6, 0, partner_ids or [])],
                **{name: value for name, value in more.items() if name in ("message_id", "author_id", "email_from")},
            }
        )
        return int(message.id)

    def message_subscribe(self, partner_ids: list[int] | None = None, subtype_ids: list[int] | None = None) -> bool:
        followers = self.env["mail.followers"]
        for record in self.ids:
            for partner in partner_ids or ():
                domain = [("res_model", "=", self._name), ("res_id", "=", record), ("partner_id", "=", partner)]
                if not followers.search(domain):
                    followers.create({"res_model": self._name, "res_id": record, "partner_id": partner})
        return True

    def message_unsubscribe(self, partner_ids: list[int] | None = None) -> bool:
        domain = [("res_model", "=", self._name), ("res_id", "in", list(self.ids))]
        self.env["mail.followers"].search([*domain, ("partner_id", "in", list(partner_ids or ()))]).unlink()
        return True
