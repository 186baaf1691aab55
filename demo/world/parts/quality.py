"""Lots of seals, their inspections, and the customers who wait for the seals or for pumps made with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from demo.world.catalog import COMPANIES, RATES
from demo.world.dates import stamp
from demo.world.inspecting import answer, inspect
from demo.world.parts import Part
from demo.world.plan import money
from demo.world.seals import COST, PRICE, PUMP_COST, PUMP_PRICE, SIZES, Batch, Found, batches
from demo.world.site import Site, rows, setting

QUARANTINE = "Quarantine"


def make_test(site: Site) -> None:
    """One test for all seals: a measured question and one of choice."""
    register = site.register
    unit = register.xml_id("uom", "product_uom_unit")
    answers = rows([{"name": "Clean", "ok": True}, {"name": "Scratched", "ok": False}])
    number = {"name": "Pressure held (bar)", "type": "quantitative", "min_value": 9.5, "max_value": 10.5}
    look = {"name": "Sealing faces", "type": "qualitative", "ql_values": answers}
    lines = rows([{**number, "uom_id": unit}, look])
    values = {"name": "Incoming seal test", "company_id": False, "test_lines": lines}
    register.ensure("qc.test", {"seal_test": values})


def make_places(site: Site) -> None:
    """A place outside the stock in each plant, from which nothing is promised to anybody."""
    for plant in SIZES:
        company = site.company[plant]
        view = site.register.find(
            "stock.warehouse", [["id", "=", site.warehouse[plant].id]], ["view_location_id"], company=company
        )[0]["view_location_id"][0]
        values = {"name": QUARANTINE, "usage": "internal", "location_id": view, "company_id": company}
        site.register.ensure("stock.location", {f"quarantine_{plant}": values}, company=company)


def make_seals(site: Site) -> None:
    """Seals kept by lots, the pumps made to order with two of each, and how they are made."""
    register, plan = site.register, site.plan
    to_order = register.xml_id("stock", "route_warehouse0_mto")
    make, buy = (
        register.xml_id("mrp", "route_warehouse0_manufacture"),
        register.xml_id("purchase_stock", "route_warehouse0_buy"),
    )
    wanted: dict[str, dict[str, Any]] = {}
    for one in batches(plan):
        seal = {"name": f"Cartridge seal CS-{one.size}", "default_code": f"K-SEAL{one.size}", "tracking": "lot"}
        pump = {"name": f"Slurry pump SP-{one.size}", "default_code": f"K-SP{one.size}"}
        kept = {"type": "consu", "is_storable": True}
        wanted[one.key] = {**kept, **seal, "list_price": float(PRICE), "route_ids": setting([buy])}
        wanted[f"pump_{one.size}"] = {
            **kept, **pump, "list_price": float(PUMP_PRICE), "route_ids": setting([to_order, make])}  # fmt: skip
    register.ensure("product.product", wanted)
    for one in batches(plan):
        _make_bill(site, one)


def _make_bill(site: Site, one: Batch) -> None:
    """Two seals a pump; costs in the plant's currency."""
    register, company = site.register, site.company[one.plant]
    seal, pump = register.id_of(one.key), register.id_of(f"pump_{one.size}")
    if register.has(f"bom_seal_{one.size}"):
        return
    rate = RATES[COMPANIES[one.plant].currency]
    for product, cost in ((seal, COST), (pump, PUMP_COST)):
        values = {"standard_price": float(money(cost * rate))}
        register.call("product.product", "write", [product], values, company=company)
    template = register.call("product.product", "read", [pump], ["product_tmpl_id"])[0]["product_tmpl_id"][0]
    bill = {
        "product_tmpl_id": template,
        "company_id": company,
        "product_qty": 1,
        "produce_delay": 3,
        "bom_line_ids": rows([{"product_id": seal, "product_qty": 2}]),
    }
    register.ensure("mrp.bom", {f"bom_seal_{one.size}": bill}, company=company)


def make_lots(site: Site) -> None:
    """Each lot in its plant's stock."""
    for one in batches(site.plan):
        register, company = site.register, site.company[one.plant]
        product = register.id_of(one.key)
        lot = register.ensure(
            "stock.lot", {f"lot_{one.size}": {"name": one.lot, "product_id": product, "company_id": company}},
            company=company,
        )[f"lot_{one.size}"]  # fmt: skip
        if register.has(f"stock_seal_{one.size}"):
            continue
        where = f"quarantine_{one.plant}" if one.found is Found.SET_ASIDE else ""
        place = register.id_of(where) if where else site.warehouse[one.plant].stock
        values = {"product_id": product, "location_id": place, "lot_id": lot, "inventory_quantity": one.quantity}
        quant = {f"stock_seal_{one.size}": values}
        made = register.ensure("stock.quant", quant, company=company, context={"inventory_mode": True})
        register.call("stock.quant", "action_apply_inventory", list(made.values()), company=company)


def make_orders(site: Site) -> None:
    """The customers' orders, confirmed: deliveries and production orders take the lot's stock at once."""
    for one in batches(site.plan):
        register, company = site.register, site.company[one.plant]
        sales = register.ensure("sale.order", _sales(site, one), company=company)
        draft = register.in_state("sale.order", list(sales.values()), ("draft", "sent"), company)
        if draft:
            register.call("sale.order", "action_confirm", draft, company=company)
        _keep_productions(site, one, sales, company)


def _sales(site: Site, one: Batch) -> dict[str, dict[str, Any]]:
    rate = RATES[COMPANIES[one.plant].currency]
    wanted = {}
    for number, order in enumerate(one.orders):
        product = site.register.id_of(f"pump_{one.size}" if order.pump else one.key)
        price = float(money((PUMP_PRICE if order.pump else PRICE) * rate))
        line = {"product_id": product, "product_uom_qty": order.quantity, "price_unit": price}
        wanted[f"kept_sale_seal_{one.size}_{number}"] = {
            "partner_id": site.customer[order.customer],
            "company_id": site.company[one.plant],
            "warehouse_id": site.warehouse[one.plant].id,
            "commitment_date": stamp(order.promised_at),
            "client_order_ref": f"CS{one.size}-{number + 1}",
            "order_line": rows([line]),
        }
    return wanted


def _keep_productions(site: Site, one: Batch, sales: Mapping[str, int], company: int) -> None:
    """Register the production orders that Odoo made for the pumps, and have them take their seals."""
    register = site.register
    product = register.id_of(f"pump_{one.size}")
    found = register.find("mrp.production", [["product_id", "=", product]], ["state"], company=company)
    keys = {f"kept_production_seal_{one.size}_{place}": row["id"] for place, row in enumerate(found)}
    fresh = [number for key, number in keys.items() if not register.has(key)]
    if fresh and sales:
        register.call("mrp.production", "action_assign", fresh, company=company)
    register.adopt("mrp.production", keys)


def make_inspections(site: Site) -> None:
    """The inspection of each lot, taken to where it stands."""
    for one in batches(site.plan):
        register, company = site.register, site.company[one.plant]
        key = f"inspection_{one.size}"
        if register.has(key):
            continue
        about = f"stock.lot,{register.id_of(f'lot_{one.size}')}"
        made = inspect(
            register, company, register.id_of("seal_test"), about, quantity=one.quantity, asked_at=one.asked_at
        )
        _take_to(site, one, made, company)
        register.adopt("qc.inspection", {key: made})
    site.say(f"inspections: {len(batches(site.plan))} lots of seals")


def _take_to(site: Site, one: Batch, inspection: int, company: int) -> None:
    def press(*buttons: str) -> None:
        for button in buttons:
            site.register.call("qc.inspection", f"action_{button}", [inspection], company=company)

    if one.found is Found.DRAFT:
        return
    press("todo")
    if one.found in {Found.FAILED, Found.SET_ASIDE, Found.WAITING, Found.PASSED}:
        answer(site.register, company, inspection, measured=float(one.measured), looks=one.looks)
        press("confirm")
    if one.found in {Found.FAILED, Found.SET_ASIDE}:
        press("approve")
    if one.found is Found.CANCELLED:
        press("cancel")


PART = Part(
    "lots and inspections",
    (make_test, make_places, make_seals, make_lots, make_orders, make_inspections),
    needs={"quality_control_stock_oca": ("qc.inspection", "lot_id")},
)
