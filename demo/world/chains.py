"""Builds the make-to-order chains: customer orders, what Odoo makes of them, and the purchase each one waits for."""

from collections.abc import Sequence

from demo.world.dates import stamp
from demo.world.errors import WorldError
from demo.world.pegging import supply_of
from demo.world.plan import Chain, Sale
from demo.world.receipts import receive_some
from demo.world.site import Site, rows


def make_chains(site: Site) -> None:
    """Build every chain, one round of a plant at a time.

    Odoo merges what it buys from one vendor into one open request. Chains of a round buy from different vendors, and
    the requests of a round are confirmed before the next begins, so each chain keeps a purchase of its own, while the
    orders inside a chain share one purchase line.
    """
    for plant, number in site.plan.rounds:
        chains = [c for c in site.plan.chains if c.plant == plant and c.round == number]
        if all(site.register.has(f"purchase_{c.key}") for c in chains):
            continue
        build_round(site, plant, chains)
        site.say(
            f"chains: {plant} round {number + 1}, {len(chains)} purchases, {sum(len(c.sales) for c in chains)} orders"
        )


def build_round(site: Site, plant: str, chains: Sequence[Chain]) -> None:
    """Orders in, confirmed, supply found; then the purchases get their vendor's dates and are confirmed."""
    company = site.company[plant]
    sold = order_goods(site, plant, [sale for chain in chains for sale in chain.sales])
    draft = site.register.in_state("sale.order", list(sold.values()), ("draft", "sent"), company)
    if draft:
        site.register.call("sale.order", "action_confirm", draft, company=company)
    _back_date(site, plant, [sale for chain in chains for sale in chain.sales], draft)
    bought = {chain.key: _find_supply(site, chain, sold) for chain in chains}
    by_id = {
        row["id"]: row
        for row in site.register.call(
            "purchase.order.line",
            "read",
            sorted(bought.values()),
            ["order_id", "product_qty"],
            company=company,
        )
    }
    orders = {key: by_id[line]["order_id"][0] for key, line in bought.items()}
    _promise(site, plant, chains, bought, orders)
    site.register.adopt("purchase.order", {f"purchase_{key}": order for key, order in orders.items()})
    for chain in chains:
        if chain.received:
            receive_some(site, company, [orders[chain.key]], pieces=chain.received)


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


def _back_date(site: Site, seller: str, sales: Sequence[Sale], confirmed: Sequence[int]) -> None:
    """Confirming sets the order date to now; the customer ordered earlier."""
    for sale in sales:
        number = site.register.id_of(f"sale_{sale.key}")
        if number in confirmed:
            values = {"date_order": stamp(sale.placed_at)}
            site.register.call("sale.order", "write", [number], values, company=site.company[seller])


def _find_supply(site: Site, chain: Chain, sold: dict[str, int]) -> int:
    """The one purchase line all orders of a chain wait for. Its manufacturing orders are registered on the way."""
    orders = [sold[sale.key] for sale in chain.sales]
    found = site.register.find("sale.order.line", [["order_id", "in", orders]], ["id"])
    supply = supply_of(site.register, [row["id"] for row in found])
    if len(supply.purchase_lines) != 1 or len(supply.productions) < len(chain.sales):
        raise WorldError(
            f"Chain {chain.key}: expected one purchase line and {len(chain.sales)} manufacturing orders or more, found "
            f"{len(supply.purchase_lines)} and {len(supply.productions)}. Is another automation changing the routes?"
        )
    for place, production in enumerate(sorted(supply.productions)):
        site.register.adopt("mrp.production", {f"production_{chain.key}_{place}": production})
    return next(iter(supply.purchase_lines))


def _promise(site: Site, plant: str, chains: Sequence[Chain], bought: dict[str, int], orders: dict[str, int]) -> None:
    """Give the requests the vendors' dates, then confirm them: all four dates of a purchase agree from the start."""
    company, call = site.company[plant], site.register.call
    draft = site.register.in_state("purchase.order", list(orders.values()), ("draft", "sent"), company)
    for chain in chains:
        if orders[chain.key] in draft:
            call(
                "purchase.order",
                "write",
                [orders[chain.key]],
                {"partner_ref": chain.reference, "date_order": stamp(chain.placed_at)},
                company=company,
            )
            call(
                "purchase.order.line",
                "write",
                [bought[chain.key]],
                {"date_planned": stamp(chain.due_at)},
                company=company,
            )
    if draft:
        call("purchase.order", "button_confirm", draft, company=company)
    for chain in chains:
        if orders[chain.key] in draft:
            call(
                "purchase.order",
                "write",
                [orders[chain.key]],
                {"date_approve": stamp(chain.placed_at)},
                company=company,
            )
