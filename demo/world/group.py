"""The companies of the group, their currencies, rates, warehouses and working hours."""

from datetime import timedelta
from decimal import Decimal

from demo.world.catalog import COMPANIES, RATES
from demo.world.dates import day_text
from demo.world.plan import stream
from demo.world.site import Site, Warehouse

RATE_DAYS = 90
FEATURES = ("group_mrp_routings", "group_multi_currency", "group_stock_multi_locations")


def make_companies(site: Site) -> None:
    """Make the four companies, take them into the builder's own, and switch on what the world needs."""
    register = site.register
    found = register.find(
        "res.currency", [["name", "in", list(RATES)]], ["name", "active"], context={"active_test": False}
    )
    site.currency = {row["name"]: row["id"] for row in found}
    asleep = [row["id"] for row in found if not row["active"]]
    if asleep:
        register.call("res.currency", "write", asleep, {"active": True})
    site.country = {row["code"]: row["id"] for row in register.find("res.country", [], ["code"])}
    made = register.ensure(
        "res.company",
        {
            f"company_{key}": {
                "name": company.name,
                "currency_id": site.currency[company.currency],
                "country_id": site.country[company.country],
                "city": company.city,
            }
            for key, company in COMPANIES.items()
        },
    )
    site.company = {key.removeprefix("company_"): number for key, number in made.items()}
    rows = register.call("res.company", "read", list(site.company.values()), ["partner_id"])
    partner = {row["id"]: row["partner_id"][0] for row in rows}
    site.partner = {key: partner[number] for key, number in site.company.items()}
    register.adopt("res.partner", {f"partner_{key}": number for key, number in site.partner.items()})


def make_rates(site: Site) -> None:
    """Daily rates for 90 days, each company's own, wandering a little around the catalogue's."""
    wanted = {}
    for currency in ("EUR", "USD", "GBP"):
        rnd, rate = stream(site.plan.seed, f"rate/{currency}"), RATES[currency]
        for back in range(RATE_DAYS + 1):
            for key, company in COMPANIES.items():
                if company.currency != currency:
                    wanted[f"rate_{key}_{currency}_{back}"] = {
                        "name": day_text(site.plan.base - timedelta(days=back)),
                        "currency_id": site.currency[currency],
                        "company_id": site.company[key],
                        "rate": float(round(rate / RATES[company.currency], 6)),
                    }
            if currency != "EUR":
                rate *= 1 + Decimal(rnd.randint(-30, 30)) / 10000
    site.register.ensure("res.currency.rate", wanted)


def make_warehouses(site: Site) -> None:
    """A warehouse for each company; Odoo 18 makes none for a second company by itself."""
    register, companies = site.register, list(site.company.values())
    present = register.find("stock.warehouse", [["company_id", "in", companies]], ["company_id"])
    served = {row["company_id"][0] for row in present}
    for key, company in COMPANIES.items():
        if site.company[key] not in served:
            register.ensure(
                "stock.warehouse",
                {
                    f"warehouse_{key}": {
                        "name": company.name,
                        "code": company.code,
                        "company_id": site.company[key],
                        "partner_id": site.partner[key],
                    }
                },
                company=site.company[key],
            )
        find_warehouse(site, key)


def find_warehouse(site: Site, key: str) -> None:
    """The warehouse documents of a company are made with."""
    company = site.company[key]
    row = site.register.find(
        "stock.warehouse",
        [["company_id", "=", company]],
        ["lot_stock_id", "in_type_id", "manu_type_id"],
        limit=1,
        company=company,
    )[0]
    site.warehouse[key] = Warehouse(row["id"], row["lot_stock_id"][0], row["in_type_id"][0], row["manu_type_id"][0])


def set_hours(site: Site) -> None:
    """Time zone of each company, on its partner and on its working calendar."""
    register = site.register
    for key, company in COMPANIES.items():
        if register.has(f"calendar_{key}"):
            continue
        register.call("res.partner", "write", [site.partner[key]], {"tz": company.time_zone})
        row = register.call("res.company", "read", [site.company[key]], ["resource_calendar_id"])[0]
        if row["resource_calendar_id"]:
            number = row["resource_calendar_id"][0]
            register.call("resource.calendar", "write", [number], {"tz": company.time_zone})
        else:
            number = register.call(
                "resource.calendar",
                "create",
                [
                    {
                        "name": f"{company.name}: 40 hours",
                        "tz": company.time_zone,
                        "company_id": site.company[key],
                    }
                ],
            )[0]
            register.call("res.company", "write", [site.company[key]], {"resource_calendar_id": number})
        register.adopt("resource.calendar", {f"calendar_{key}": number})


def switch_on(site: Site) -> None:
    """The settings that show work order operations, currencies and locations on Odoo's own screens."""
    register = site.register
    if register.has("settings") or not register.find("ir.model", [["model", "=", "res.config.settings"]], ["model"]):
        return
    number = register.call("res.config.settings", "create", [dict.fromkeys(FEATURES, True)])[0]
    register.call("res.config.settings", "execute", [number])
    register.adopt("res.company", {"settings": site.company["group"]})
