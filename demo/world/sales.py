"""Builds the sales from stock: quotations, open and delivered orders, cancelled ones."""

from collections.abc import Mapping

from demo.world.catalog import TRADERS
from demo.world.chains import back_date, order_goods
from demo.world.plan import Sale
from demo.world.receipts import validate
from demo.world.site import Site


def make_sales(site: Site) -> None:
    """Take the orders, then bring each kind to where it stands."""
    for seller in TRADERS:
        sales = [sale for sale in site.plan.sales if sale.seller == seller]
        sold = order_goods(site, seller, sales)
        for kind in ("open", "delivered", "cancelled"):
            _advance(site, seller, kind, {sold[sale.key]: sale for sale in sales if sale.kind == kind})
        site.say(f"sales from stock: {seller}, {len(sales)} orders")


def _advance(site: Site, seller: str, kind: str, sales: Mapping[int, Sale]) -> None:
    company, call = site.company[seller], site.register.call
    draft = site.register.in_state("sale.order", sales, ("draft", "sent"), company)
    if draft and kind == "cancelled":
        call("sale.order", "action_cancel", draft, company=company)
    elif draft:
        call("sale.order", "action_confirm", draft, company=company)
        back_date(site, seller, [sales[number] for number in draft])
    if kind == "delivered":
        read = call("sale.order", "read", list(sales), ["picking_ids"], company=company)
        pickings = [number for row in read for number in row["picking_ids"]]
        validate(site, company, site.register.in_state("stock.picking", pickings, ("assigned",), company))
