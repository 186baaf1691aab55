"""Builds the trade inside the group: a purchase in one company, the sale in another."""

from demo.world.catalog import COMPANIES
from demo.world.dates import stamp
from demo.world.plan import Trade
from demo.world.site import Site, rows


def make_trades(site: Site) -> None:
    """Both documents of every trade, each with the other's number as its reference."""
    for trade in site.plan.trades:
        _buy(site, trade)
        _sell(site, trade)
    site.say(f"trade inside the group: {len(site.plan.trades)} pairs")


def _buy(site: Site, trade: Trade) -> None:
    company, call = site.company[trade.buyer], site.register.call
    made = site.register.ensure(
        "purchase.order",
        {
            f"trade_buy_{trade.key}": {
                "partner_id": site.partner[trade.seller],
                "company_id": company,
                "picking_type_id": site.warehouse[trade.buyer].receipts,
                "currency_id": site.currency[COMPANIES[trade.seller].currency],
                "order_line": rows(
                    [
                        {
                            "product_id": site.product[trade.good],
                            "product_qty": trade.quantity,
                            "price_unit": float(trade.price),
                            "date_planned": stamp(trade.due_at),
                        }
                    ]
                ),
            }
        },
        company=company,
    )
    draft = site.register.in_state("purchase.order", list(made.values()), ("draft",), company)
    if draft:
        call("purchase.order", "button_confirm", draft, company=company)


def _sell(site: Site, trade: Trade) -> None:
    company, call = site.company[trade.seller], site.register.call
    bought = call("purchase.order", "read", [site.register.id_of(f"trade_buy_{trade.key}")], ["name", "partner_ref"])[0]
    line = {
        "product_id": site.product[trade.good],
        "product_uom_qty": trade.quantity,
        "price_unit": float(trade.price),
    }
    values = {
        "partner_id": site.partner[trade.buyer],
        "company_id": company,
        "client_order_ref": bought["name"],
        "warehouse_id": site.warehouse[trade.seller].id,
        "commitment_date": stamp(trade.due_at),
        "order_line": rows([line]),
    }
    made = list(site.register.ensure("sale.order", {f"trade_sell_{trade.key}": values}, company=company).values())
    if site.register.in_state("sale.order", made, ("draft",), company):
        call("sale.order", "action_confirm", made, company=company)
    if not bought["partner_ref"]:
        sold = call("sale.order", "read", made, ["name"], company=company)[0]
        reference = {"partner_ref": sold["name"]}
        call("purchase.order", "write", [bought["id"]], reference, company=site.company[trade.buyer])
