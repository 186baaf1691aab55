"""Builds the manufacturing orders for stock: planned ahead, running and done."""

from collections.abc import Sequence

from demo.world.catalog import PLANTS
from demo.world.dates import stamp
from demo.world.errors import WorldError
from demo.world.site import Site


def make_productions(site: Site) -> None:
    """Order service kits from the plants for stock, then bring each order to where it stands."""
    for plant in PLANTS:
        makes = [make for make in site.plan.makes if make.plant == plant]
        made = site.register.ensure(
            "mrp.production",
            {
                f"make_{make.key}": {
                    "product_id": site.product[make.good],
                    "product_qty": make.quantity,
                    "bom_id": site.bom[plant, make.good],
                    "company_id": site.company[plant],
                    "date_start": stamp(make.starts_at),
                    "picking_type_id": site.warehouse[plant].production,
                }
                for make in makes
            },
            company=site.company[plant],
        )
        for kind in ("progress", "done"):
            _advance(site, plant, kind, [made[f"make_{make.key}"] for make in makes if make.kind == kind])
        site.say(f"production for stock: {plant}, {len(makes)} orders")


def _advance(site: Site, plant: str, kind: str, ids: Sequence[int]) -> None:
    company, call = site.company[plant], site.register.call
    draft = site.register.in_state("mrp.production", ids, ("draft",), company)
    if draft:
        call("mrp.production", "action_confirm", draft, company=company)
        call("mrp.production", "action_assign", draft, company=company)
    ready = site.register.in_state("mrp.production", ids, ("confirmed",), company)
    if ready and kind == "progress":
        for row in call("mrp.production", "read", ready, ["workorder_ids"], company=company):
            call("mrp.workorder", "button_start", row["workorder_ids"][:1], company=company)
    elif ready:
        answer = call("mrp.production", "button_mark_done", ready, company=company, context={"skip_redirection": True})
        if answer is not True:
            raise WorldError(
                f"Odoo wanted a person to decide about the manufacturing orders {ready}; close them there."
            )
