"""Partners, products, bills of materials, work centres and the stock of the first day."""

from demo.world.catalog import (
    COMPANIES,
    COMPONENTS,
    CUSTOMERS,
    GOODS,
    LEAD_DAYS,
    PLANTS,
    RATES,
    SOURCES,
    TO_ORDER,
    VENDORS,
    WORK_CENTRES,
)
from demo.world.errors import WorldError
from demo.world.plan import money
from demo.world.site import Site, rows, setting

KITS = 400
UK_STOCK = 800


def make_partners(site: Site) -> None:
    """Vendors and customers, shared by the group; a customer carries the tag of its relevance."""
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
                    "category_id": setting([classes[f"class_{customer.relevance}"]]),
                }
                for key, customer in CUSTOMERS.items()
            },
        ),
    )


def make_products(site: Site) -> None:
    """Parts and goods; those bought or made to order carry the routes that chain an order to its supply."""
    register = site.register
    to_order, buy, make = (
        _route(site, "stock", "mto"),
        _route(site, "purchase_stock", "buy"),
        _route(site, "mrp", "manufacture"),
    )
    register.call("stock.route", "write", [to_order], {"active": True})
    categories = register.ensure(
        "product.category",
        {
            "category_part": {"name": "Kestrel parts"},
            "category_good": {"name": "Kestrel goods"},
        },
    )
    storable = {"type": "consu", "is_storable": True}
    wanted: dict[str, dict[str, object]] = {}
    for key, part in COMPONENTS.items():
        wanted[f"product_{key}"] = {
            **storable,
            "name": part.name,
            "default_code": f"K-{key.upper()}",
            "standard_price": float(part.cost),
            "list_price": float(money(part.cost * 14 / 10)),
            "categ_id": categories["category_part"],
            "sale_ok": False,
            "route_ids": setting([to_order, buy] if key in TO_ORDER else [buy]),
        }
    for key, good in GOODS.items():
        wanted[f"product_{key}"] = {
            **storable,
            "name": good.name,
            "default_code": f"K-{key.upper()}",
            "standard_price": float(good.cost),
            "list_price": float(good.price),
            "categ_id": categories["category_good"],
            "route_ids": setting([to_order, make] if good.to_order else [make]),
        }
    site.product = _unprefixed("product_", register.ensure("product.product", wanted))
    found = register.call("product.product", "read", list(site.product.values()), ["product_tmpl_id"])
    template = {row["id"]: row["product_tmpl_id"][0] for row in found}
    site.template = {key: template[number] for key, number in site.product.items()}


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


def make_plants(site: Site) -> None:
    """Work centres and bills of materials of both plants."""
    for plant in PLANTS:
        company = site.company[plant]
        centres = site.register.ensure(
            "mrp.workcenter",
            {
                f"centre_{plant}_{key}": {
                    "name": f"{name} {COMPANIES[plant].city}",
                    "code": f"{plant[:2].upper()}-{key[:4].upper()}",
                    "company_id": company,
                    "costs_hour": 48.0,
                }
                for key, name in WORK_CENTRES.items()
            },
            company=company,
        )
        made = site.register.ensure(
            "mrp.bom",
            {
                f"bom_{plant}_{key}": {
                    "product_tmpl_id": site.template[key],
                    "company_id": company,
                    "product_qty": 1,
                    "produce_delay": good.days,
                    "bom_line_ids": rows(
                        [{"product_id": site.product[p], "product_qty": n} for p, n in good.parts.items()]
                    ),
                    "operation_ids": rows(
                        [
                            {
                                "name": f"{step.title()} {good.name}",
                                "workcenter_id": centres[f"centre_{plant}_{step}"],
                                "time_mode": "manual",
                                "time_cycle_manual": minutes,
                            }
                            for step, minutes in good.steps.items()
                        ]
                    ),
                }
                for key, good in GOODS.items()
            },
            company=company,
        )
        site.bom.update({(plant, key.removeprefix(f"bom_{plant}_")): number for key, number in made.items()})


def make_stock(site: Site) -> None:
    """The stock of the first day: parts and service kits; what is bought or made to order has none."""
    opening = {key: part.stock for key, part in COMPONENTS.items() if part.stock}
    for holder in SOURCES:
        company, held = site.company[holder], {**opening, "kit": KITS}
        if holder not in PLANTS:
            held = dict.fromkeys(SOURCES[holder], UK_STOCK) | {"kit": KITS}
        fresh = [key for key in held if not site.register.has(f"stock_{holder}_{key}")]
        made = site.register.ensure(
            "stock.quant",
            {
                f"stock_{holder}_{key}": {
                    "product_id": site.product[key],
                    "location_id": site.warehouse[holder].stock,
                    "inventory_quantity": held[key],
                }
                for key in fresh
            },
            company=company,
            context={"inventory_mode": True},
        )
        if fresh:
            site.register.call("stock.quant", "action_apply_inventory", list(made.values()), company=company)


def _route(site: Site, module: str, name: str) -> int:
    number = site.register.xml_id(module, f"route_warehouse0_{name}")
    if number is None:
        raise WorldError(f"The route {module}.route_warehouse0_{name} has been deleted from this Odoo: restore it.")
    return number


def _unprefixed(prefix: str, ids: dict[str, int]) -> dict[str, int]:
    return {key.removeprefix(prefix): number for key, number in ids.items()}
