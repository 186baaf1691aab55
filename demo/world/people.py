"""The bot user the tower signs in with: reads what is mirrored, writes what actions change, posts messages."""

from demo.world.register import Row
from demo.world.site import Site, setting

LOGIN = "tower-bot"
EMAIL = "tower-bot@kestrel.example"
"""Odoo posts no message for a user without an address."""
NAME = "Control Tower"
GROUPS = (
    ("base", "group_user"),
    ("base", "group_multi_company"),
    ("base", "group_multi_currency"),
    ("purchase", "group_purchase_user"),
    ("stock", "group_stock_user"),
    ("stock", "group_stock_manager"),
    ("stock", "group_stock_multi_locations"),
    ("quality_control_oca", "group_quality_control_user"),
    ("mrp", "group_mrp_user"),
    ("mrp", "group_mrp_routings"),
    ("maintenance", "group_equipment_manager"),
    ("sales_team", "group_sale_salesman_all_leads"),
    ("account", "group_account_invoice"),
    ("analytic", "group_analytic_accounting"),
)


def make_bot(site: Site, secret: str) -> bool:
    """Make the bot user with the secret as its password, or give an existing one what it lacks.

    True when it was made: only then does the secret open anything.
    """
    register, companies = site.register, sorted(site.company.values())
    groups = [number for number in (register.xml_id(*group) for group in GROUPS) if number]
    fields = ["company_ids", "groups_id", "email"]
    found = register.find("res.users", [["login", "=", LOGIN]], fields, context={"active_test": False})
    if found:
        _complete(site, found[0], companies, groups)
        return False
    values = {
        "name": NAME,
        "login": LOGIN,
        "email": EMAIL,
        "password": secret,
        "company_id": site.company["group"],
        "company_ids": setting(companies),
        "groups_id": setting(groups),
    }
    register.ensure("res.users", {"bot": values}, context={"no_reset_password": True})
    return True


def _complete(site: Site, bot: Row, companies: list[int], groups: list[int]) -> None:
    """Companies, rights and address the bot user lacks; what it has beyond them stays."""
    lacking: dict[str, object] = {
        "company_ids": [[4, number] for number in companies if number not in bot["company_ids"]],
        "groups_id": [[4, number] for number in groups if number not in bot["groups_id"]],
        "email": "" if bot["email"] else EMAIL,
    }
    values = {name: value for name, value in lacking.items() if value}
    if values:
        site.register.call("res.users", "write", [bot["id"]], values)
    site.register.adopt("res.users", {"bot": bot["id"]})
