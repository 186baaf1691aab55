"""Builds the chains made or bought to order: customer orders, what Odoo makes of them, and the purchase they await."""

from collections.abc import Collection, Sequence

from demo.world.catalog import GOODS
from demo.world.dates import stamp
from demo.world.errors import WorldError
from demo.world.pegging import supply_of
from demo.world.plan import Chain, Sale
from demo.world.receipts import receive_some
from demo.world.site import Site, rows


def make_chains(site: Site) -> None:
    """Build every chain that is not there yet, one round of a plant at a time.

    Odoo merges what it buys from one vendor into one open request. Chains of a round buy from different vendors, and
    the requests of a round are confirmed before the next begins, so each chain keeps a purchase of its own, while the
    orders inside a chain share one purchase line.
    """
    for plant, number in site.plan.rounds:
        chains = [c for c in site.plan.chains if c.plant == plant and c.round == number]
        missing = [chain for chain in chains if not site.register.has(f"purchase_{chain.key}")]
        if missing:
            build_round(site, plant, missing)
            orders = sum(len(chain.sales) for chain in missing)
            site.say(f"chains: {plant} round {number + 1}, {len(missing)} purchases, {orders} orders")


def build_round(site: Site, plant: str, chains: Sequence[Chain]) -> None:
    """Orders in, confirmed, supply found; then the purchases get their vendor's dates and are confirmed.

    A purchase is registered last, so a round that broke off is gone through again; every call minds what was done.
    """
    company, call = site.company[plant], site.register.call
    sales = [sale for chain in chains for sale in chain.sales]
    sold = order_goods(site, plant, sales)
    draft = site.register.in_state("sale.order", list(sold.values()), ("draft", "sent"), company)
    if draft:
        call("sale.order", "action_confirm", draft, company=company)
    back_date(site, plant, sales)
    bought = {}
    for chain in chains:
        line = _find_supply(site, chain, sold, fresh=any(sold[sale.key] in draft for sale in chain.sales))
        if line:
            bought[chain.key] = line
    found = call("purchase.order.line", "read", sorted(bought.values()), ["order_id"], company=company)
    order_of = {row["id"]: row["order_id"][0] for row in found}
    for chain in chains:
        if chain.key in bought:
            _promise(site, chain, bought[chain.key], order_of[bought[chain.key]])
    site.register.adopt("purchase.order", {f"purchase_{key}": order_of[line] for key, line in bought.items()})


def order_goods(site: Site, seller: str, sales: Sequence[Sale]) -> dict[str, int]:
    """The customers' orders as quotations; ids by the key of the sale."""
    company = site.company[seller]
    made = site.register.ensure(
        "sale.order",
        {
            f"sale_{sale.key}": {
                "partner_id": site.customer[sale.customer],
                "company_id": company,
                "warehouse_id": site.warehouse[seller].id,
                "date_order": stamp(sale.placed_at),
                "commitment_date": stamp(sale.promised_at),
                "client_order_ref": f"{sale.customer[:3].upper()}-{sale.placed_at:%y%m%d}-{sale.quantity}",
                "order_line": rows(
                    [
                        {
                            "product_id": site.product[sale.good],
                            "product_uom_qty": sale.quantity,
                            "price_unit": float(sale.price),
                        }
                    ]
                ),
            }
            for sale in sales
        },
        company=company,
    )
    return {key.removeprefix("sale_"): number for key, number in made.items()}


def back_date(site: Site, seller: str, sales: Sequence[Sale]) -> None:
    """Confirming dates an order to now, but the customer ordered earlier."""
    for sale in sales:
        values = {"date_order": stamp(sale.placed_at)}
        number = site.register.id_of(f"sale_{sale.key}")
        site.register.call("sale.order", "write", [number], values, company=site.company[seller])


def _find_supply(site: Site, chain: Chain, sold: dict[str, int], *, fresh: bool) -> int | None:
    """The one purchase line all orders of a chain wait for; its manufacturing orders are registered on the way.

    Null where people have taken apart a chain of an earlier run; WorldError where a `fresh` one came out otherwise.
    """
    orders = [sold[sale.key] for sale in chain.sales]
    found = site.register.find("sale.order.line", [["order_id", "in", orders]], ["id"])
    supply = supply_of(site.register, [row["id"] for row in found])
    made = len(chain.sales) if chain.good in GOODS else 0
    if len(supply.purchase_lines) != 1 or len(supply.productions) < made:
        if not fresh:
            return None
        raise WorldError(
            f"Chain {chain.key}: expected one purchase line and {made} manufacturing orders or more, found "
            f"{len(supply.purchase_lines)} and {len(supply.productions)}. Is another automation changing the routes?"
        )
    _keep_productions(site, chain, supply.productions)
    return next(iter(supply.purchase_lines))


def _keep_productions(site: Site, chain: Chain, found: Collection[int]) -> None:
    """Register the manufacturing orders of a chain: those of the good itself first, then those of its assemblies."""
    read = site.register.call(
        "mrp.production", "read", sorted(found), ["product_id"], company=site.company[chain.plant]
    )
    ranked = sorted((row["product_id"][0] != site.product[chain.good], row["id"]) for row in read)
    keys = {f"production_{chain.key}_{place}": number for place, (_, number) in enumerate(ranked)}
    site.register.adopt("mrp.production", keys)


def _promise(site: Site, chain: Chain, line: int, order: int) -> None:
    """Give a request the vendor's date, then confirm it: all four dates of the purchase agree from the start."""
    company, call = site.company[chain.plant], site.register.call
    if site.register.in_state("purchase.order", [order], ("draft", "sent"), company):
        header = {"partner_ref": chain.reference, "date_order": stamp(chain.placed_at)}
        call("purchase.order", "write", [order], header, company=company)
        call("purchase.order.line", "write", [line], {"date_planned": stamp(chain.due_at)}, company=company)
        call("purchase.order", "button_confirm", [order], company=company)
    call("purchase.order", "write", [order], {"date_approve": stamp(chain.placed_at)}, company=company)
    if chain.received:
        receive_some(site, company, [order], pieces=chain.received)
