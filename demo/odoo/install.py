"""What a fresh Odoo with the needed modules holds before anybody has entered anything."""

from __future__ import annotations

import random
import uuid
from typing import Any

from demo.odoo.rights import GROUP_NAMES

MODULES = [
    "account",
    "base",
    "crm",
    "hr",
    "mail",
    "maintenance",
    "mrp",
    "mrp_account",
    "product",
    "purchase",
    "purchase_mrp",
    "purchase_stock",
    "quality_control_mrp_oca",
    "quality_control_oca",
    "quality_control_stock_oca",
    "resource",
    "sale",
    "sale_management",
    "sale_mrp",
    "sale_stock",
    "stock",
    "stock_account",
    "uom",
    "web",
]
COUNTRIES = {
    "us": ("United States", "US", 1),
    "fr": ("France", "FR", 33),
    "uk": ("United Kingdom", "GB", 44),
    "de": ("Germany", "DE", 49),
    "cn": ("China", "CN", 86),
    "be": ("Belgium", "BE", 32),
    "se": ("Sweden", "SE", 46),
    "pl": ("Poland", "PL", 48),
    "it": ("Italy", "IT", 39),
    "lt": ("Lithuania", "LT", 370),
    "ca": ("Canada", "CA", 1),
    "at": ("Austria", "AT", 43),
    "no": ("Norway", "NO", 47),
}
CURRENCIES = {
    "USD": ("United States dollar", "$", "before", True),
    "EUR": ("Euro", "€", "after", True),
    "GBP": ("Pound sterling", "£", "before", False),
    "CHF": ("Swiss franc", "CHF", "after", False),
    "SEK": ("Swedish krona", "kr", "after", False),
    "PLN": ("Polish złoty", "zł", "after", False),
    "CNY": ("Chinese yuan", "¥", "before", False),
}
UNITS = {
    "Unit": (
        ("product_uom_unit", "Units", "reference", 1.0),
        ("product_uom_dozen", "Dozens", "bigger", 1 / 12),
    ),
    "Weight": (
        ("product_uom_kgm", "kg", "reference", 1.0),
        ("product_uom_gram", "g", "smaller", 1000.0),
        ("product_uom_ton", "t", "bigger", 0.001),
    ),
    "Working Time": (
        ("product_uom_day", "Days", "reference", 1.0),
        ("product_uom_hour", "Hours", "smaller", 8.0),
    ),
    "Length / Distance": (
        ("product_uom_meter", "m", "reference", 1.0),
        ("product_uom_cm", "cm", "smaller", 100.0),
    ),
    "Volume": (("product_uom_litre", "L", "reference", 1.0),),
}
LOSSES = (
    ("block_reason0", "Material Availability", "availability", True),
    ("block_reason1", "Equipment Failure", "availability", True),
    ("block_reason2", "Setup and Adjustments", "availability", True),
    ("block_reason4", "Reduced Speed", "performance", False),
    ("block_reason5", "Process Defect", "quality", True),
    ("block_reason6", "Reduced Yield", "quality", True),
    ("block_reason7", "Fully Productive Time", "productive", False),
)
STAGES = (
    ("stage_0", "New Request", False),
    ("stage_1", "In Progress", False),
    ("stage_3", "Repaired", True),
    ("stage_4", "Scrap", True),
)
SEQUENCES = (
    ("qc.inspection", "Quality inspection", "QC-", 6),
    ("stock.lot.serial", "Serial Numbers", "", 7),
    ("purchase.order", "Purchase Order", "P", 5),
    ("sale.order", "Sales Order", "S", 5),
    ("stock.scrap", "Scrap", "SP/", 5),
)


class Installer:
    """Makes records and names them by external id."""

    def __init__(self, env: Any) -> None:
        self.env = env

    def make(self, external_id: str, model: str, **values: Any) -> Any:
        record = self.env[model].create(values)
        self.name(external_id, record)
        return record

    def name(self, external_id: str, record: Any) -> None:
        module, _, name = external_id.partition(".")
        self.env.world.name_external(external_id, record._name, record.id)
        self.env["ir.model.data"].create(
            {"module": module, "name": name, "model": record._name, "res_id": record.id, "noupdate": False}
        )


def install_main_data(env: Any) -> None:
    """Fill an empty database."""
    to = Installer(env)
    _models(env)
    _world(to)
    _people(to)
    _goods(to)
    _places(to)
    _production(to)
    _maintenance(to)
    _company(to)


def _models(env: Any) -> None:
    """``ir.model`` and ``ir.model.fields``, straight into the tables: there are thousands."""
    transaction, store = env.transaction, env.world.store
    log = {"create_date": transaction.stamp, "write_date": transaction.stamp, "create_uid": 1, "write_uid": 1}
    for model, one in env.world.registry.models.items():
        key = store.next_id("ir.model")
        title = one._title or model
        row = {"model": model, "name": title, "state": "base", "order": one._order, **log}
        transaction.add("ir.model", key, row)
        for field in one._fields.values():
            values = {
                "model": model,
                "model_id": key,
                "name": field.name,
                "field_description": field.string,
                "ttype": field.type,
                "state": "base",
                **({"relation": field.relation} if field.relation else {}),
                **({"relation_field": field.inverse} if field.inverse else {}),
                **{name: True for name in ("required", "readonly", "store") if getattr(field, name)},
                **log,
            }
            transaction.add("ir.model.fields", store.next_id("ir.model.fields"), values)


def _world(to: Installer) -> None:
    for code, (name, symbol, position, active) in CURRENCIES.items():
        values = {"full_name": name, "symbol": symbol, "position": position, "active": active}
        to.make(f"base.{code}", "res.currency", name=code, **values)
    for key, (name, code, phone) in COUNTRIES.items():
        to.make(f"base.{key}", "res.country", name=name, code=code, phone_code=phone)
    to.make("base.lang_en", "res.lang", name="English (US)", code="en_US", iso_code="en", active=True, week_start="7")
    for name, title, internal in (("mt_comment", "Discussions", False), ("mt_note", "Note", True)):
        to.make(f"mail.{name}", "mail.message.subtype", name=title, internal=internal, default=not internal)
    for name, title, days in (("email", "Email", 0), ("call", "Call", 2), ("todo", "To-Do", 5)):
        to.make(f"mail.mail_activity_data_{name}", "mail.activity.type", name=title, delay_count=days)
    to.name("account.model_account_move", to.env["ir.model"].search([("model", "=", "account.move")], limit=1))
    for code, name, prefix, padding in SEQUENCES:
        key = f"base.seq_{code.replace('.', '_')}"
        to.make(key, "ir.sequence", name=name, code=code, prefix=prefix, padding=padding)
    number = str(uuid.UUID(int=random.getrandbits(128), version=4))
    to.make("base.database_uuid", "ir.config_parameter", key="database.uuid", value=number)
    to.make("base.web_base_url", "ir.config_parameter", key="web.base.url", value="http://127.0.0.1:8069")
    for module in MODULES:
        to.make(f"base.module_{module}", "ir.module.module", name=module, shortdesc=module, state="installed")


def _people(to: Installer) -> None:
    for external_id, full in GROUP_NAMES.items():
        to.make(external_id, "res.groups", name=full.partition("/")[2])
    partner = to.make("base.main_partner", "res.partner", name="My Company", is_company=True)
    root = to.make("base.partner_root", "res.partner", name="OdooBot", active=False)
    admin = to.make("base.partner_admin", "res.partner", name="Administrator", email="admin@example.com", tz="UTC")
    env = to.env
    row = {"name": "My Company", "partner_id": partner.id, "currency_id": env.ref("base.USD").id, "active": True}
    key = env.world.store.next_id("res.company")
    log = {"create_date": env.transaction.stamp, "write_date": env.transaction.stamp, "create_uid": 1, "write_uid": 1}
    env.transaction.add("res.company", key, {**row, **log})
    to.name("base.main_company", env["res.company"].browse([key]))
    groups = [env.ref(name).id for name in GROUP_NAMES if name not in ("base.group_portal", "base.group_public")]
    shared = {"company_id": key, "company_ids": [(6, 0, [key])], "groups_id": [(6, 0, groups)]}
    to.make("base.user_root", "res.users", login="__system__", partner_id=root.id, active=False, **shared)
    to.make("base.user_admin", "res.users", login="admin", password="admin", partner_id=admin.id, **shared)


def _goods(to: Installer) -> None:
    for name, units in UNITS.items():
        key = name.split()[0].lower()
        category = to.make(f"uom.product_uom_categ_{key}", "uom.category", name=name)
        for external_id, label, kind, factor in units:
            values = {"name": label, "uom_type": kind, "factor": factor}
            to.make(f"uom.{external_id}", "uom.uom", category_id=category.id, **values)
    top = to.make("product.product_category_all", "product.category", name="All")
    to.make("product.product_category_1", "product.category", name="Saleable", parent_id=top.id)


def _places(to: Installer) -> None:
    kinds = (
        ("locations", "Physical Locations", "view"),
        ("locations_partner", "Partners", "view"),
        ("locations_virtual", "Virtual Locations", "view"),
    )
    for name, label, usage in kinds:
        to.make(f"stock.stock_location_{name}", "stock.location", name=label, usage=usage, company_id=False)
    partners = to.env.ref("stock.stock_location_locations_partner").id
    shared = {"location_id": partners, "company_id": False}
    to.make("stock.stock_location_suppliers", "stock.location", name="Vendors", usage="supplier", **shared)
    to.make("stock.stock_location_customers", "stock.location", name="Customers", usage="customer", **shared)
    virtual = {"location_id": to.env.ref("stock.stock_location_locations_virtual").id, "company_id": False}
    transit = {**virtual, "name": "Inter-company transit", "usage": "transit", "active": False}
    to.make("stock.stock_location_inter_company", "stock.location", **transit)
    routes = (
        ("stock.route_warehouse0_mto", "Replenish on Order (MTO)", 5, False),
        ("purchase_stock.route_warehouse0_buy", "Buy", 5, True),
        ("mrp.route_warehouse0_manufacture", "Manufacture", 5, True),
    )
    for external_id, name, sequence, active in routes:
        to.make(external_id, "stock.route", name=name, sequence=sequence, active=active, product_selectable=True)


def _production(to: Installer) -> None:
    kinds = {}
    for kind in ("availability", "performance", "quality", "productive"):
        external_id = f"mrp.loss_type_{kind}"
        kinds[kind] = to.make(external_id, "mrp.workcenter.productivity.loss.type", loss_type=kind)
    for sequence, (name, label, kind, manual) in enumerate(LOSSES, start=1):
        to.make(
            f"mrp.{name}",
            "mrp.workcenter.productivity.loss",
            name=label,
            loss_id=kinds[kind].id,
            manual=manual,
            sequence=sequence,
        )


def _maintenance(to: Installer) -> None:
    for sequence, (name, label, done) in enumerate(STAGES, start=1):
        values = {"name": label, "sequence": sequence, "done": done, "fold": done}
        to.make(f"maintenance.{name}", "maintenance.stage", **values)
    to.make("maintenance.equipment_team_maintenance", "maintenance.team", name="Internal Maintenance")


def _company(to: Installer) -> None:
    """The first company's calendar, places, warehouse and books."""
    from demo.odoo.models.accounting import load_chart
    from demo.odoo.models.stock_places import make_company_locations

    company = to.env.ref("base.main_company")
    make_company_locations(company)
    load_chart(company, "generic_coa")
    calendar = to.make("resource.resource_calendar_std", "resource.calendar", name="Standard 40 hours/week")
    company._assign({"resource_calendar_id": calendar})
    values = {"name": "My Company", "code": "WH", "company_id": company.id}
    to.make("stock.warehouse0", "stock.warehouse", **values)
