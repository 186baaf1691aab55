"""Groups, rights by model and company rules of a fresh Odoo 18, as far as the models of the stand-in go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

USER, SYSTEM = "base.group_user", "base.group_system"
BUYER, BUYING = "purchase.group_purchase_user", "purchase.group_purchase_manager"
KEEPER, STOCKING = "stock.group_stock_user", "stock.group_stock_manager"
WORKER, PLANNER = "mrp.group_mrp_user", "mrp.group_mrp_manager"
SELLER, ALL_LEADS, SELLING = (
    "sales_team.group_sale_salesman",
    "sales_team.group_sale_salesman_all_leads",
    "sales_team.group_sale_manager",
)
REPAIRS = "maintenance.group_equipment_manager"
CONTACTS, KEYS = "base.group_partner_manager", "base.group_erp_manager"
INSPECTOR, INSPECTING = (
    "quality_control_oca.group_quality_control_user",
    "quality_control_oca.group_quality_control_manager",
)
READS, BILLS, BOOKS = "account.group_account_readonly", "account.group_account_invoice", "account.group_account_manager"

GROUP_NAMES = {
    USER: "User types/Internal User",
    "base.group_portal": "User types/Portal",
    "base.group_public": "User types/Public",
    SYSTEM: "Administration/Settings",
    KEYS: "Administration/Access Rights",
    CONTACTS: "Extra Rights/Contact Creation",
    "base.group_no_one": "Extra Rights/Technical Features",
    "base.group_multi_company": "Extra Rights/Multi Companies",
    "base.group_multi_currency": "Extra Rights/Multi Currencies",
    "uom.group_uom": "Technical/Manage Multiple Units of Measure",
    "product.group_product_manager": "Extra Rights/Product Creation",
    BUYER: "Purchase/User",
    BUYING: "Purchase/Administrator",
    KEEPER: "Inventory/User",
    STOCKING: "Inventory/Administrator",
    "stock.group_stock_multi_locations": "Technical/Manage Multiple Stock Locations",
    "stock.group_adv_location": "Technical/Manage Push and Pull inventory flows",
    WORKER: "Manufacturing/User",
    PLANNER: "Manufacturing/Administrator",
    "mrp.group_mrp_routings": "Technical/Manage Work Order Operations",
    REPAIRS: "Maintenance/Equipment Manager",
    SELLER: "Sales/User: Own Documents Only",
    ALL_LEADS: "Sales/User: All Documents",
    SELLING: "Sales/Administrator",
    INSPECTOR: "Quality control/User",
    INSPECTING: "Quality control/Manager",
    READS: "Accounting/Show Accounting Features - Readonly",
    BILLS: "Accounting/Billing",
    BOOKS: "Accounting/Billing Administrator",
    "analytic.group_analytic_accounting": "Technical/Analytic Accounting",
}
IMPLIED: dict[str, tuple[str, ...]] = {
    SYSTEM: (KEYS, "base.group_no_one"),
    KEYS: (USER,),
    USER: ("base.group_no_one",),
    BUYER: (USER,),
    BUYING: (BUYER,),
    KEEPER: (USER,),
    STOCKING: (KEEPER,),
    WORKER: (USER, KEEPER),
    PLANNER: (WORKER,),
    REPAIRS: (USER,),
    SELLER: (USER,),
    ALL_LEADS: (SELLER,),
    SELLING: (ALL_LEADS,),
    INSPECTING: (INSPECTOR,),
    READS: (USER,),
    BILLS: (USER,),
    BOOKS: (BILLS,),
}
ALL = "rwcd"
READ_ONLY = {USER: "r"}
ORDERS = {BUYER: ALL, BUYING: ALL, KEEPER: "r", BILLS: "rw"}
SALES = {SELLER: "rwc", SELLING: ALL, KEEPER: "r", BILLS: "rw"}
MOVES = {KEEPER: ALL, STOCKING: ALL, BUYER: "rwc", SELLER: "rwc", WORKER: ALL}
MAKING = {WORKER: ALL, PLANNER: ALL, KEEPER: "r", BUYER: "r", SELLER: "r"}
RECIPES = {PLANNER: ALL, WORKER: "r", KEEPER: "r", BUYER: "r", SELLER: "r"}
CENTRES = {PLANNER: ALL, WORKER: "r"}
MACHINES = {REPAIRS: ALL, USER: "r"}
GOODS = {USER: "r", BUYING: ALL, STOCKING: ALL, PLANNER: ALL, SELLING: ALL, "product.group_product_manager": ALL}
INSPECTED = {INSPECTOR: ALL}
TESTS = {INSPECTOR: "r", INSPECTING: ALL}
PLACES = {STOCKING: ALL, USER: "r"}
BOOKINGS = {BILLS: ALL, READS: "r"}
LEDGER = {BOOKS: ALL, BILLS: "r", READS: "r", USER: "r"}
ANALYTIC = {"analytic.group_analytic_accounting": ALL, READS: "r"}

RIGHTS: dict[str, dict[str, str]] = {
    "res.company": {KEYS: ALL, USER: "r"},
    "res.partner": {USER: "r", CONTACTS: ALL, BUYER: "r", SELLER: "rwc"},
    "res.partner.category": {USER: "r", CONTACTS: ALL},
    "res.users": {USER: "r", KEYS: ALL},
    "res.groups": {USER: "r", KEYS: ALL},
    "res.country": READ_ONLY,
    "res.currency": READ_ONLY,
    "res.currency.rate": READ_ONLY,
    "res.config.settings": {SYSTEM: ALL},
    "res.lang": READ_ONLY,
    "product.product": GOODS,
    "product.template": GOODS,
    "product.category": GOODS,
    "product.supplierinfo": {USER: "r", BUYING: ALL, BUYER: ALL, STOCKING: "r", PLANNER: "r"},
    "uom.uom": READ_ONLY,
    "uom.category": READ_ONLY,
    "stock.warehouse": PLACES,
    "stock.location": PLACES,
    "stock.picking.type": {STOCKING: ALL, KEEPER: "r", BUYER: "r", SELLER: "r", WORKER: "r"},
    "stock.picking": MOVES,
    "stock.move": MOVES,
    "stock.move.line": MOVES,
    "stock.lot": {KEEPER: ALL, WORKER: ALL, USER: "r"},
    "stock.quant.package": {KEEPER: ALL, STOCKING: ALL, USER: "r"},
    "qc.inspection": INSPECTED,
    "qc.inspection.line": INSPECTED,
    "quality.check": {KEEPER: ALL, WORKER: "rwc"},
    "quality.alert": {KEEPER: ALL, WORKER: "rwc"},
    "quality.alert.stage": {USER: "r", STOCKING: ALL},
    "qc.test": TESTS,
    "qc.test.category": TESTS,
    "qc.test.question": TESTS,
    "qc.test.question.value": TESTS,
    "stock.quant": {KEEPER: "rw", STOCKING: "rw", WORKER: "r", USER: "r"},
    "stock.rule": PLACES,
    "stock.route": PLACES,
    "stock.scrap": {KEEPER: "rwc", WORKER: "rwc"},
    "stock.backorder.confirmation": {KEEPER: "rwc"},
    "procurement.group": {USER: "r", KEEPER: ALL, BUYER: ALL, SELLER: ALL, WORKER: ALL},
    "purchase.order": ORDERS,
    "purchase.order.line": ORDERS,
    "sale.order": SALES,
    "sale.order.line": SALES,
    "sale.order.cancel": {SELLER: "rwc"},
    "mrp.bom": RECIPES,
    "mrp.bom.line": RECIPES,
    "mrp.routing.workcenter": RECIPES,
    "mrp.production": MAKING,
    "mrp.workorder": MAKING,
    "mrp.workcenter": CENTRES,
    "mrp.workcenter.productivity": {WORKER: "rwc", PLANNER: ALL},
    "mrp.workcenter.productivity.loss": CENTRES,
    "mrp.workcenter.productivity.loss.type": CENTRES,
    "mrp.consumption.warning": {WORKER: "rwc"},
    "maintenance.equipment": MACHINES,
    "maintenance.equipment.category": MACHINES,
    "maintenance.stage": MACHINES,
    "maintenance.team": MACHINES,
    "maintenance.request": {USER: ALL},
    "resource.calendar": {USER: "r", SYSTEM: ALL},
    "resource.calendar.attendance": {USER: "r", SYSTEM: ALL},
    "resource.calendar.leaves": {USER: "r", SYSTEM: ALL},
    "resource.resource": {USER: "r", SYSTEM: ALL},
    "mail.message": {USER: "rwcd"},
    "mail.message.subtype": READ_ONLY,
    "mail.activity": {USER: ALL},
    "mail.activity.type": {USER: "r", SYSTEM: ALL},
    "mail.followers": {KEYS: ALL},
    "ir.model": READ_ONLY,
    "ir.model.fields": READ_ONLY,
    "ir.model.data": {SYSTEM: ALL},
    "ir.config_parameter": {SYSTEM: ALL},
    "ir.module.module": {SYSTEM: ALL},
    "ir.sequence": {USER: "r", SYSTEM: ALL},
    "ir.attachment": {USER: ALL},
    "account.chart.template": {BOOKS: ALL},
    "account.move": BOOKINGS,
    "account.move.line": BOOKINGS,
    "account.move.reversal": {BILLS: "rwc"},
    "account.account": LEDGER,
    "account.journal": LEDGER,
    "account.tax": LEDGER,
    "account.tax.group": LEDGER,
    "account.tax.repartition.line": LEDGER,
    "account.analytic.plan": ANALYTIC,
    "account.analytic.account": ANALYTIC,
    "account.analytic.line": ANALYTIC,
}

Rule = str | Callable[[Any, list[int]], list[Any]]


def _own_companies(records: Any, companies: list[int]) -> list[Any]:
    from demo.odoo.access import groups_of

    return [] if KEYS in groups_of(records.env) else [("id", "in", companies)]


def _colleagues(records: Any, companies: list[int]) -> list[Any]:
    from demo.odoo.access import groups_of

    if KEYS in groups_of(records.env):
        return []
    return ["|", ("id", "=", records.env.uid), ("company_ids", "in", companies)]


def _own_requests(records: Any, companies: list[int]) -> list[Any]:
    """An internal user sees the requests that are theirs or that they follow; the equipment manager all."""
    return _of_company(companies) + _followed(records, ("owner_user_id", "user_id"))


def _own_equipment(records: Any, companies: list[int]) -> list[Any]:
    return _of_company(companies) + _followed(records, ())


def _of_company(companies: list[int]) -> list[Any]:
    return ["|", ("company_id", "=", False), ("company_id", "in", companies)]


def _followed(records: Any, own: tuple[str, ...]) -> list[Any]:
    from demo.odoo.access import groups_of

    env = records.env
    if REPAIRS in groups_of(env):
        return []
    mine = [("res_model", "=", records._name), ("partner_id", "=", env.user.partner_id.id)]
    followed = [one.res_id for one in env.sudo()["mail.followers"].search(mine)]
    return ["|"] * len(own) + [("id", "in", followed), *((name, "=", env.uid) for name in own)]


RULES: dict[str, Rule] = {
    "maintenance.request": _own_requests,
    "maintenance.equipment": _own_equipment,
    "maintenance.equipment.category": "company_id?",
    "maintenance.team": "company_id?",
    "res.company": _own_companies,
    "res.users": _colleagues,
    "res.partner": "company_id?",
    "res.currency.rate": "company_id?",
    "product.template": "company_id?",
    "product.product": "product_tmpl_id.company_id?",
    "product.supplierinfo": "company_id?",
    "stock.warehouse": "company_id",
    "stock.location": "company_id?",
    "stock.picking.type": "company_id",
    "stock.picking": "company_id",
    "stock.move": "company_id",
    "stock.quant": "company_id?",
    "stock.move.line": "company_id",
    "stock.lot": "company_id?",
    "stock.quant.package": "company_id?",
    "qc.inspection": "company_id?",
    "qc.test": "company_id?",
    "quality.check": "company_id?",
    "quality.alert": "company_id?",
    "stock.rule": "company_id?",
    "stock.route": "company_id?",
    "stock.scrap": "company_id",
    "purchase.order": "company_id",
    "purchase.order.line": "company_id",
    "sale.order": "company_id",
    "sale.order.line": "company_id",
    "mrp.bom": "company_id?",
    "mrp.bom.line": "company_id?",
    "mrp.production": "company_id",
    "mrp.workorder": "production_id.company_id",
    "mrp.workcenter": "company_id?",
    "mrp.workcenter.productivity": "company_id",
    "resource.calendar": "company_id?",
    "account.move": "company_id",
    "account.move.line": "company_id",
    "account.account": "company_ids",
    "account.journal": "company_id",
    "account.tax": "company_id",
    "account.analytic.account": "company_id?",
    "account.analytic.line": "company_id",
    "ir.sequence": "company_id?",
}
"""Field that says whose a record is; ``?`` where a record of nobody is everybody's."""
