"""Needs and what meets them: a move from stock, a purchase, a production."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from demo.odoo.errors import UserError
from demo.odoo.writing import Values

Routes = tuple[tuple[int, ...], ...]


@dataclass
class Need:
    """A quantity of a product wanted at a place by a time."""

    product: Any
    quantity: float
    unit: Any
    location: Any
    company: Any
    origin: str
    date_planned: datetime
    date_deadline: datetime | None = None
    group: Any = None
    move_dest: Any = None
    partner: Any = None
    values: Values = field(default_factory=dict)


def find_rule(need: Need) -> Any:
    """The rule for this product at this place: the product's own routes come before the warehouse's."""
    env = need.product.env.sudo()
    template = need.product.sudo().within(active_test=False).product_tmpl_id
    warehouse = need.location.warehouse_id or _warehouse(env, need)
    places = need.location._and_above()
    if need.location._is_between_companies():
        places.insert(1, env.ref("stock.stock_location_customers").id)
    chain = [one for one in (need.values.get("route"), template.route_ids, template.categ_id.route_ids) if one]
    routes = tuple(one.ids for one in (*chain, warehouse.route_ids))
    rules, asked = env["stock.rule"], (routes, tuple(places), need.company.id, warehouse.id)
    notes, key = env.transaction.notes("stock.rule"), (*asked, env.context.get("active_test", True))
    if key not in notes:
        notes[key] = _rule_at(rules, *asked)
    return rules.browse(notes[key])


def _rule_at(rules: Any, routes: Routes, places: tuple[int, ...], company: int, warehouse: int) -> tuple[int, ...]:
    """The first rule of the routes, each asked for all places before the next."""
    for own in routes:
        for place in places:
            found = rules.search(
                [
                    ("location_dest_id", "=", place),
                    ("action", "!=", "push"),
                    ("route_id", "in", list(own)),
                    ("company_id", "in", [company, False]),
                    *([("warehouse_id", "in", [warehouse, False])] if warehouse else []),
                ],
                order="route_sequence, sequence, id",
                limit=1,
            )
            if found:
                return tuple(found.ids)
    return ()


def _warehouse(env: Any, need: Need) -> Any:
    wanted = need.values.get("warehouse")
    return wanted or env["stock.warehouse"].search([("company_id", "=", need.company.id)], limit=1)


def procure(need: Need) -> None:
    """Meet a need. Raises UserError where no rule does, or nobody sells the product."""
    rule = find_rule(need)
    if not rule:
        raise UserError(
            f'No rule has been found to replenish "{need.product._shown_name()}" in '
            f'"{need.location.complete_name}".\nVerify the routes configuration on the product.'
        )
    {"buy": _buy, "manufacture": _manufacture}.get(rule.action, _pull)(need, rule)


def _pull(need: Need, rule: Any) -> None:
    date = need.date_planned - timedelta(days=rule.delay or 0)
    deadline = need.date_deadline - timedelta(days=rule.delay or 0) if need.date_deadline else None
    env = rule.env.for_company(need.company.id)
    values = {
        "name": need.product._shown_name(),
        "company_id": need.company.id,
        "product_id": need.product.id,
        "product_uom": need.unit.id,
        "product_uom_qty": need.quantity,
        "partner_id": need.partner.id if need.partner else False,
        "location_id": rule.location_src_id.id,
        "location_dest_id": need.location.id,
        "location_final_id": need.location.id,
        "move_dest_ids": [(4, need.move_dest.id)] if need.move_dest else [],
        "rule_id": rule.id,
        "procure_method": rule.procure_method,
        "origin": need.origin,
        "picking_type_id": rule.picking_type_id.id,
        "group_id": need.group.id if need.group else False,
        "warehouse_id": rule.warehouse_id.id,
        "date": date,
        "date_deadline": deadline,
        "propagate_cancel": rule.propagate_cancel,
        "sale_line_id": need.values.get("sale_line_id"),
        "description_picking": need.product.name,
    }
    env["stock.move"].create(values)._action_confirm()


def _buy(need: Need, rule: Any) -> None:
    """A line in the draft order of the main vendor, which is made where there is none."""
    env = rule.env.for_company(need.company.id)
    product = need.product.for_company(need.company.id)
    unit = product.uom_po_id
    quantity = need.unit._quantity_in(need.quantity, unit)
    seller = product._sellers(need.company, None, quantity)[:1] or product._sellers(need.company)[:1]
    if not seller:
        raise UserError(
            f"There is no matching vendor price to generate the purchase order for product {product._shown_name()} "
            "(no vendor defined, minimum quantity not reached, dates not valid, ...). Go on the product form and "
            "complete the list of vendors."
        )
    order = _draft_order(env, need, rule, seller)
    line = order.order_line.filtered(
        lambda one: (
            one.product_id.id == product.id
            and one.product_uom == unit
            and bool(one.propagate_cancel) == bool(rule.propagate_cancel)
        )
    )[:1]
    if line:
        total = line.product_qty + quantity
        better = product._sellers(need.company, seller.partner_id, total)[:1] or seller
        price = _price(better, order)
        line.write({"product_qty": total, "price_unit": price, "date_planned": line.date_planned, **_pegging(need)})
        return
    ordered = need.date_planned - timedelta(days=seller.delay)
    env["purchase.order.line"].create(
        {
            "order_id": order.id,
            "product_id": product.id,
            "product_qty": quantity,
            "product_uom": unit.id,
            "price_unit": _price(seller, order),
            "date_planned": need.date_planned,
            "location_final_id": need.location.id,
            "propagate_cancel": rule.propagate_cancel,
            **_pegging(need),
        }
    )
    if ordered.date() < order.date_order.date():
        order.write({"date_order": ordered})


def _pegging(need: Need) -> Values:
    return {"move_dest_ids": [(4, need.move_dest.id)]} if need.move_dest else {}


def _price(seller: Any, order: Any) -> float:
    day = (order.date_order or order.env.now).date()
    return float(seller.currency_id._convert(seller.price, order.currency_id, order.company_id, day))


def _draft_order(env: Any, need: Need, rule: Any, seller: Any) -> Any:
    currency = seller.currency_id or need.company.currency_id
    domain = [
        ("partner_id", "=", seller.partner_id.id),
        ("state", "=", "draft"),
        ("picking_type_id", "=", rule.picking_type_id.id),
        ("company_id", "=", need.company.id),
        ("user_id", "=", False),
        ("currency_id", "=", currency.id),
    ]
    order = env["purchase.order"].search(domain, limit=1)
    if not order:
        return env["purchase.order"].create(
            {
                "partner_id": seller.partner_id.id,
                "user_id": False,
                "picking_type_id": rule.picking_type_id.id,
                "company_id": need.company.id,
                "currency_id": currency.id,
                "origin": need.origin,
                "date_order": need.date_planned - timedelta(days=seller.delay),
            }
        )
    origins = (order.origin or "").split(", ") if order.origin else []
    if need.origin not in origins:
        order.write({"origin": ", ".join([*origins, need.origin])})
    return order


def _manufacture(need: Need, rule: Any) -> None:
    """A manufacturing order for exactly this need, confirmed at once so that its components are provided for."""
    env = rule.env.for_company(need.company.id)
    bom = env["mrp.bom"]._find_for(need.product, need.company)
    if not bom:
        raise UserError(
            "There is no Bill of Material of type manufacture or kit found for the product "
            f"{need.product._shown_name()}."
        )
    start = need.date_planned - timedelta(days=bom.produce_delay or 0)
    if start == need.date_planned:
        start -= timedelta(hours=1)
    kind = rule.picking_type_id
    production = env["mrp.production"].create(
        {
            "origin": need.origin,
            "product_id": need.product.id,
            "product_qty": need.unit._quantity_in(need.quantity, bom.product_uom_id),
            "product_uom_id": bom.product_uom_id.id,
            "location_src_id": kind.default_location_src_id.id,
            "location_dest_id": kind.default_location_dest_id.id,
            "bom_id": bom.id,
            "date_start": start,
            "date_deadline": need.date_deadline or start + timedelta(days=bom.produce_delay or 0),
            "picking_type_id": kind.id,
            "company_id": need.company.id,
            "propagate_cancel": rule.propagate_cancel,
            "move_dest_ids": [(4, need.move_dest.id)] if need.move_dest else [],
            "user_id": False,
        }
    )
    production.action_confirm()
