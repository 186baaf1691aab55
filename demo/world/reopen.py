"""Finds a built world again through its register."""

from collections.abc import Callable
from datetime import UTC, datetime

from demo.world.catalog import COMPANIES
from demo.world.errors import WorldError
from demo.world.group import find_warehouse
from demo.world.plan import Plan
from demo.world.register import Register
from demo.world.site import Site


def reopen(register: Register, seed: int, say: Callable[[str], None] = lambda line: None) -> Site:
    """The site of a world that was built before, with an empty plan. Raises WorldError where none was."""
    if not register.has("company_group"):
        raise WorldError("There is no world in this Odoo: build it first.")
    site = Site(register, Plan(seed, 1, datetime.now(UTC), (), (), (), (), ()), say)
    site.company = _under(register, "company_")
    site.partner = _under(register, "partner_")
    site.vendor, site.customer = _under(register, "vendor_"), _under(register, "customer_")
    site.product = _under(register, "product_")
    site.currency = {row["name"]: row["id"] for row in register.find("res.currency", [], ["name"])}
    for key in COMPANIES:
        find_warehouse(site, key)
    return site


def _under(register: Register, prefix: str) -> dict[str, int]:
    return {key.removeprefix(prefix): number for key, number in register.keys(prefix).items()}
