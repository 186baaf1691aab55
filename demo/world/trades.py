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
    if site.register.has(f"trade_sell_{trade.key}"):
        return
    bought = call("purchase.order", "read", [site.register.id_of(f"trade_buy_{trade.key}")], ["name"])[0]
    made = site.register.ensure(
        "sale.order",
        {
            f"trade_sell_{trade.key}": {
                "partner_id": site.partner[trade.buyer],
                "company_id": company,
                "client_order_ref": bought["name"],
                "warehouse_id": site.warehouse[trade.seller].id,
                "commitment_date": stamp(trade.due_at),
                "order_line": rows(
                    [
                        {
                            "product_id": site.product[trade.good],
                            "product_uom_qty": trade.quantity,
                            "price_unit": float(trade.price),
                        }
                    ]
                ),
            }
        },
        company=company,
    )
    call("sale.order", "action_confirm", list(made.values()), company=company)
    sold = call("sale.order", "read", list(made.values()), ["name"], company=company)[0]
    buyer = site.company[trade.buyer]
    call("purchase.order", "write", [bought["id"]], {"partner_ref": sold["name"]}, company=buyer)
