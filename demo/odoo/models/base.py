"""Companies, partners, users, groups and countries."""

from __future__ import annotations

from typing import Any

from demo.odoo.access import implied
from demo.odoo.database import digest
from demo.odoo.models.technical import Thread
from demo.odoo.orm import Model
from demo.odoo.registry import computed, on_model, sets
from demo.odoo.writing import Values

RANK = 10
ADDRESS = ("street", "street2", "zip", "city", "state_id", "country_id", "vat")


class Partner(Thread, Model):
    """A contact: customer, vendor, address or one of the group's own companies."""

    _name = "res.partner"
    _title = "Contact"
    _labels = {"parent_id": "Related Company"}
    _order = "complete_name ASC, id DESC"
    _search_names = ("complete_name", "email", "ref", "vat", "company_registry")
    _belongs_to = ()
    _lines_with = {"child_ids": "active"}
    _fallbacks = {
        "property_stock_supplier": "stock.stock_location_suppliers",
        "property_stock_customer": "stock.stock_location_customers",
        "trust": "normal",
    }
    _defaults = {
        "lang": "en_US",
        "type": "contact",
        "color": 0,
        "autopost_bills": "ask",
        "partner_share": True,
        "tz": lambda self: self.env.context.get("tz"),
        "invoice_warn": "no-message",
        "picking_warn": "no-message",
        "purchase_warn": "no-message",
        "sale_warn": "no-message",
    }

    @computed("commercial_partner_id", on="is_company parent_id.commercial_partner_id")
    def _commercial_partner(self) -> Any:
        return self if self.is_company or not self.parent_id else self.parent_id.commercial_partner_id

    @computed("complete_name", on="name parent_id.name type is_company")
    def _complete_name(self) -> str:
        name = self.name or ""
        if self.parent_id and not self.is_company:
            kind = {"invoice": "Invoice Address", "delivery": "Delivery Address", "other": "Other Address"}
            return f"{self.parent_id.name}, {name or kind.get(self.type or '', '')}"
        return name

    @computed("commercial_company_name", on="name commercial_partner_id.name company_name")
    def _commercial_name(self) -> str | None:
        above = self.commercial_partner_id
        return above.name if above.is_company else self.company_name

    @computed("purchase_order_count", "sale_order_count", "supplier_invoice_count")
    def _order_counts(self) -> Values:
        orders = self.env["purchase.order"].search_count([("partner_id", "child_of", self.id)])
        sales = self.env["sale.order"].search_count([("partner_id", "child_of", self.id)])
        return {"purchase_order_count": orders, "sale_order_count": sales, "supplier_invoice_count": 0}

    @computed("company_type")
    def _company_type(self) -> str:
        return "company" if self.is_company else "person"

    @sets("company_type")
    def _set_company_type(self, value: str) -> None:
        self.write({"is_company": value == "company"})

    def _shown_name(self) -> str:
        return self.complete_name or self.name or f"res.partner,{self.id}"

    def _check(self, names: set[str]) -> None:
        if "parent_id" in names and self._is_own_ancestor("parent_id"):
            from demo.odoo.errors import ValidationError

            raise ValidationError("You cannot create recursive Partner hierarchies.")
        super()._check(names)

    def _copy_values(self, values: Values) -> Values:
        return {"name": f"{values.get('name') or ''} (copy)"}


class PartnerCategory(Model):
    """A tag on contacts; the pairs lie on the contact."""

    _name = "res.partner.category"
    _title = "Partner Tags"
    _far_side = {"partner_ids": ("res.partner", "category_id")}


class Country(Model):
    """A country."""

    _name = "res.country"
    _order = "name"
    _search_names = ("name", "code")


class CountryState(Model):
    """A state or province."""

    _name = "res.country.state"
    _order = "code"


class Company(Model):
    """A company of the group. Its address lies on its partner."""

    _name = "res.company"
    _title = "Companies"
    _order = "sequence, name"
    _unique = {("name",): "The company name must be unique!"}
    _related = {name: f"partner_id.{name}" for name in ADDRESS} | {
        "email": "partner_id.email",
        "phone": "partner_id.phone",
    }
    _far_side = {"user_ids": ("res.users", "company_ids")}
    _defaults = {
        "sequence": 10,
        "po_lead": 0.0,
        "security_lead": 0.0,
        "manufacturing_lead": 0.0,
        "currency_id": lambda self: self.env.company.currency_id.id or self.env.ref("base.EUR").id,
        "fiscalyear_last_day": 31,
        "fiscalyear_last_month": "12",
        "account_peppol_proxy_state": "not_registered",
        "account_price_include": "tax_excluded",
        "layout_background": "Blank",
        "account_opening_date": lambda self: f"{self.env.now.year}-01-01",
    }

    def _complete(self, values: Values) -> Values:
        if values.get("partner_id"):
            return {}
        partner = self.env["res.partner"].create(
            {"name": values.get("name"), "is_company": True, "partner_share": False, "lang": "en_US"}
        )
        return {"partner_id": partner.id}

    def _created(self, values: Values) -> None:
        from demo.odoo.models.stock_places import make_company_locations

        user = self.env.user
        if user and self.id not in user.company_ids.ids:
            user.write({"company_ids": [(4, self.id)]})
        company = self.for_company(self.id)
        make_company_locations(company)
        if not self.resource_calendar_id:
            calendar = company.env["resource.calendar"].create(
                {"name": "Standard 40 hours/week", "company_id": self.id}
            )
            self._assign({"resource_calendar_id": calendar})

    def write(self, values: Values) -> bool:
        done = super().write(values)
        if "name" in values:
            for one in self:
                one.partner_id.write({"name": values["name"]})
        return done

    @computed("parent_ids", "root_id")
    def _ancestry(self) -> Values:
        return {"parent_ids": self, "root_id": self}


class Group(Model):
    """A group of rights; the members lie on the user."""

    _name = "res.groups"
    _title = "Access Groups"
    _order = "name"
    _far_side = {"users": ("res.users", "groups_id")}

    @computed("full_name")
    def _full_name(self) -> str:
        return self.name


class User(Model):
    """Somebody who signs in, with the contact that stands for them."""

    _name = "res.users"
    _title = "User"
    _order = "name, login"
    _search_names = ("name", "login")
    _inherits = {"res.partner": "partner_id"}
    _unique = {("login",): "You can not have two users with the same login!"}
    _not_copied = ("login", "partner_id")
    _defaults = {
        "notification_type": "email",
        "company_id": lambda self: self.env.company.id,
        "company_ids": lambda self: [(6, 0, self.env.company.ids)],
        "groups_id": lambda self: [(6, 0, self.env.ref("base.group_user").ids)],
        "partner_share": False,
    }

    def _created(self, values: Values) -> None:
        self._close_groups()
        if not self._row(self.id).get("partner_id"):
            return
        if self.company_id and self.company_id.id not in self.company_ids.ids:
            self.write({"company_ids": [(4, self.company_id.id)]})

    def write(self, values: Values) -> bool:
        done = super().write(values)
        if "groups_id" in values:
            for one in self:
                one._close_groups()
        return done

    def _close_groups(self) -> None:
        """Members of a group are members of what it implies."""
        names, known = self.env.world.group_names, self.env.world.external
        mine = {names[key] for key in self.groups_id.ids if key in names}
        missing = [known[name][1] for name in sorted(implied(mine) - mine) if name in known]
        if missing:
            row = self.env.transaction.edit(self._name, self.id)
            row["groups_id"] = (*(row.get("groups_id") or ()), *missing)

    @computed("password", "new_password")
    def _password(self) -> Values:
        return {"password": "", "new_password": ""}

    @sets("password", "new_password")
    def _set_password(self, value: str | None) -> None:
        if value:
            self.env.transaction.edit(self._name, self.id)["password"] = digest(value)

    @computed("companies_count", "groups_count")
    def _counts(self) -> Values:
        return {"companies_count": len(self.company_ids), "groups_count": len(self.groups_id)}

    @on_model
    def context_get(self) -> Values:
        user = self.env.user
        return {"lang": user.lang or "en_US", "tz": user.tz or False, "uid": user.id}

    def has_group(self, group_ext_id: str) -> bool:
        names = self.env.world.group_names
        return any(names.get(key) == group_ext_id for key in self.groups_id.ids)
