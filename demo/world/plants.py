"""What the plants work with: work centres, bills of materials and the stock of the first day."""

from demo.world.catalog import COMPANIES, COMPONENTS, GOODS, HOUR_COSTS, PLANTS, SOURCES, TO_ORDER, WORK_CENTRES, Good
from demo.world.site import Site, rows

KITS = 400
UK_STOCK = 800


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
                    "costs_hour": HOUR_COSTS[key],
                }
                for key, name in WORK_CENTRES.items()
            },
            company=company,
        )
        step_at = {key.removeprefix(f"centre_{plant}_"): number for key, number in centres.items()}
        bills = {f"bom_{plant}_{key}": _bill(site, company, key, good, step_at) for key, good in GOODS.items()}
        made = site.register.ensure("mrp.bom", bills, company=company)
        site.bom.update({(plant, key.removeprefix(f"bom_{plant}_")): number for key, number in made.items()})


def _bill(site: Site, company: int, key: str, good: Good, step_at: dict[str, int]) -> dict[str, object]:
    """The bill of one good: its parts, and its steps with the work centre of each."""
    parts = [{"product_id": site.product[part], "product_qty": number} for part, number in good.parts.items()]
    steps = [
        {
            "name": f"{step.title()} {good.name}",
            "workcenter_id": step_at[step],
            "time_mode": "manual",
            "time_cycle_manual": minutes,
        }
        for step, minutes in good.steps.items()
    ]
    return {
        "product_tmpl_id": site.template[key],
        "company_id": company,
        "product_qty": 1,
        "produce_delay": good.days,
        "bom_line_ids": rows(parts),
        "operation_ids": rows(steps),
    }


def make_stock(site: Site) -> None:
    """The stock of the first day: parts and service kits; what is bought or made to order has none."""
    opening = {key: part.stock for key, part in COMPONENTS.items() if part.stock}
    for holder in SOURCES:
        company, held = site.company[holder], {**opening, "kit": KITS}
        if holder not in PLANTS:
            held = {part: UK_STOCK for part in SOURCES[holder] if part not in TO_ORDER} | {"kit": KITS}
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
