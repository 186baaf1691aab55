"""The bot user the tower signs in with: reads what is mirrored, writes purchases and receipts, posts messages."""

from demo.world.site import Site, setting

LOGIN = "tower-bot"
NAME = "Control Tower"
GROUPS = (
    ("base", "group_user"),
    ("base", "group_multi_company"),
    ("base", "group_multi_currency"),
    ("purchase", "group_purchase_user"),
    ("stock", "group_stock_user"),
    ("stock", "group_stock_multi_locations"),
    ("mrp", "group_mrp_user"),
    ("mrp", "group_mrp_routings"),
    ("sales_team", "group_sale_salesman_all_leads"),
)


def make_bot(site: Site, secret: str) -> bool:
    """Make the bot user with the secret as its password, or give an existing one the group's companies.

    True when it was made: only then does the secret open anything.
    """
    register, companies = site.register, sorted(site.company.values())
    found = register.find(
        "res.users", [["login", "=", LOGIN]], ["company_ids", "groups_id"], context={"active_test": False}
    )
    groups = [number for number in (register.xml_id(*group) for group in GROUPS) if number]
    if found:
        lacking = [c for c in companies if c not in found[0]["company_ids"]]
        rights = [g for g in groups if g not in found[0]["groups_id"]]
        if lacking or rights:
            register.call(
                "res.users",
                "write",
                [found[0]["id"]],
                {
                    "company_ids": [[4, number] for number in lacking],
                    "groups_id": [[4, number] for number in rights],
                },
            )
        register.adopt("res.users", {"bot": found[0]["id"]})
        return False
    register.ensure(
        "res.users",
        {
            "bot": {
                "name": NAME,
                "login": LOGIN,
                "password": secret,
                "company_id": site.company["group"],
                "company_ids": setting(companies),
                "groups_id": setting(groups),
            }
        },
        context={"no_reset_password": True},
    )
    return True
