"""Builds the sales from stock: quotations, open and delivered orders, cancelled ones."""

from collections.abc import Sequence

from demo.world.catalog import TRADERS
from demo.world.chains import order_goods
from demo.world.receipts import validate
from demo.world.site import Site


def make_sales(site: Site) -> None:
    """Take the orders, then bring each kind to where it stands."""
    for seller in TRADERS:
        sales = [sale for sale in site.plan.sales if sale.seller == seller]
        sold = order_goods(site, seller, sales)
        for kind in ("open", "delivered", "cancelled"):
            _advance(site, seller, kind, [sold[sale.key] for sale in sales if sale.kind == kind])
        site.say(f"sales from stock: {seller}, {len(sales)} orders")


def _advance(site: Site, seller: str, kind: str, ids: Sequence[int]) -> None:
    company, call = site.company[seller], site.register.call
    draft = site.register.in_state("sale.order", ids, ("draft", "sent"), company)
    if draft:
        call("sale.order", "action_cancel" if kind == "cancelled" else "action_confirm", draft, company=company)
    if kind == "delivered":
        read = call("sale.order", "read", list(ids), ["picking_ids"], company=company)
        pickings = [number for row in read for number in row["picking_ids"]]
        validate(site, company, site.register.in_state("stock.picking", pickings, ("assigned",), company))
