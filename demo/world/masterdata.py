"""Partners, products, their costs and the price lists of vendors."""

from decimal import Decimal

from demo.world.catalog import (
    COMPANIES,
    COMPONENTS,
    CUSTOMERS,
    GOODS,
    LEAD_DAYS,
    RATES,
    SOURCES,
    SPARES,
    TO_ORDER,
    VENDORS,
    list_price,
)
from demo.world.errors import WorldError
from demo.world.plan import money
from demo.world.site import Site, setting


def make_partners(site: Site) -> None:
    """Vendors and customers, shared by the group; a customer that was classified carries the tag of its class."""
    register = site.register
    classes = register.ensure(
        "res.partner.category", {f"class_{name}": {"name": f"Customer class {name}"} for name in "ABC"}
    )
    site.vendor = _unprefixed(
        "vendor_",
        register.ensure(
            "res.partner",
            {
                f"vendor_{key}": {
                    "name": vendor.name,
                    "is_company": True,
                    "supplier_rank": 1,
                    "email": f"orders@{key}.example",
                    "country_id": site.country[vendor.country],
                }
                for key, vendor in VENDORS.items()
            },
        ),
    )
    site.customer = _unprefixed(
        "customer_",
        register.ensure(
            "res.partner",
            {
                f"customer_{key}": {
                    "name": customer.name,
                    "is_company": True,
                    "customer_rank": 1,
                    "email": f"purchasing@{key}.example",
                    "country_id": site.country[customer.country],
                    "category_id": setting([classes[f"class_{one}"] for one in customer.relevance]),
                }
                for key, customer in CUSTOMERS.items()
            },
        ),
    )


def make_products(site: Site) -> None:
    """Parts and goods; those bought or made to order carry the routes that chain an order to its supply."""
    register = site.register
    to_order = _route(site, "stock", "mto")
    buy, make = _route(site, "purchase_stock", "buy"), _route(site, "mrp", "manufacture")
    if not register.find("stock.route", [["id", "=", to_order]], ["id"]):  # archived until somebody wants it
        register.call("stock.route", "write", [to_order], {"active": True})
    named = {"category_part": {"name": "Kestrel parts"}, "category_good": {"name": "Kestrel goods"}}
    categories = register.ensure("product.category", named)
    wanted = {}
    for key, part in COMPONENTS.items():
        routes = [to_order, buy] if key in TO_ORDER else [buy]
        values = _product(key, part.name, part.cost, money(list_price(key)), categories["category_part"], routes)
        wanted[f"product_{key}"] = {**values, "sale_ok": key in SPARES}
    for key, good in GOODS.items():
        routes = [to_order, make] if good.to_order else [make]
        values = _product(key, good.name, good.cost, good.price, categories["category_good"], routes)
        wanted[f"product_{key}"] = values
    site.product = _unprefixed("product_", register.ensure("product.product", wanted))
    found = register.call("product.product", "read", list(site.product.values()), ["product_tmpl_id"])
    template = {row["id"]: row["product_tmpl_id"][0] for row in found}
    site.template = {key: template[number] for key, number in site.product.items()}


def _product(key: str, name: str, cost: Decimal, price: Decimal, category: int, routes: list[int]) -> dict[str, object]:
    return {
        "type": "consu",
        "is_storable": True,
        "name": name,
        "default_code": f"K-{key.upper()}",
        "standard_price": float(cost),
        "list_price": float(price),
        "categ_id": category,
        "route_ids": setting(routes),
    }


def set_costs(site: Site) -> None:
    """A product's cost is kept per company: give each trading company its own, in its currency."""
    register = site.register
    euros = {**{key: part.cost for key, part in COMPONENTS.items()}, **{key: good.cost for key, good in GOODS.items()}}
    for company, number in site.company.items():
        if register.has(f"costs_{company}"):
            continue
        rate = RATES[COMPANIES[company].currency]
        for key, cost in euros.items():
            values = {"standard_price": float(money(cost * rate))}
            register.call("product.product", "write", [site.product[key]], values, company=number)
        register.adopt("res.company", {f"costs_{company}": number})


def make_price_lists(site: Site) -> None:
    """What each company's vendors ask, in the vendor's currency, with the lead time they give."""
    site.register.ensure(
        "product.supplierinfo",
        {
            f"source_{buyer}_{part}": {
                "partner_id": site.vendor[vendor],
                "product_tmpl_id": site.template[part],
                "company_id": site.company[buyer],
                "currency_id": site.currency[VENDORS[vendor].currency],
                "delay": LEAD_DAYS.get(part, 7),
                "min_qty": 0,
                "price": float(money(COMPONENTS[part].cost * RATES[VENDORS[vendor].currency])),
            }
            for buyer, sources in SOURCES.items()
            for part, vendor in sources.items()
        },
    )


def _route(site: Site, module: str, name: str) -> int:
    number = site.register.xml_id(module, f"route_warehouse0_{name}")
    if number is None:
        raise WorldError(f"The route {module}.route_warehouse0_{name} has been deleted from this Odoo: restore it.")
    return number


def _unprefixed(prefix: str, ids: dict[str, int]) -> dict[str, int]:
    return {key.removeprefix(prefix): number for key, number in ids.items()}
