"""Builds the purchases for stock, of every kind a purchasing department has open."""

from collections.abc import Sequence

from demo.world.catalog import TRADERS, VENDORS
from demo.world.dates import stamp
from demo.world.plan import Buy
from demo.world.receipts import receive_all, receive_some
from demo.world.register import in_batches
from demo.world.site import Site, rows

CONFIRMED = ("late", "partial", "ontime", "received")


def make_buys(site: Site) -> None:
    """Order from the vendors, then take each kind to where it stands."""
    for buyer in TRADERS:
        buys = [buy for buy in site.plan.buys if buy.buyer == buyer]
        made = request(site, buyer, buys)
        for kind in dict.fromkeys(buy.kind for buy in buys):
            _advance(site, buyer, kind, [buy for buy in buys if buy.kind == kind], made)
        site.say(f"purchases for stock: {buyer}, {len(buys)} orders")


def request(site: Site, buyer: str, buys: Sequence[Buy]) -> dict[str, int]:
    """The purchases as requests for quotation; ids by the key of the purchase."""
    company = site.company[buyer]
    made = site.register.ensure(
        "purchase.order",
        {
            f"buy_{buy.key}": {
                "partner_id": site.vendor[buy.vendor],
                "company_id": company,
                "picking_type_id": site.warehouse[buyer].receipts,
                "currency_id": site.currency[VENDORS[buy.vendor].currency],
                "date_order": stamp(buy.placed_at),
                "partner_ref": buy.reference,
                "order_line": rows(
                    [
                        {
                            "product_id": site.product[line.part],
                            "product_qty": line.quantity,
                            "price_unit": float(line.price),
                            "date_planned": stamp(buy.due_at),
                        }
                        for line in buy.lines
                    ]
                ),
            }
            for buy in buys
        },
        company=company,
    )
    return {key.removeprefix("buy_"): number for key, number in made.items()}


def _advance(site: Site, buyer: str, kind: str, buys: Sequence[Buy], made: dict[str, int]) -> None:
    """Take the orders of a kind to where they stand; those already there stay as they are."""
    company, call = site.company[buyer], site.register.call
    ids = [made[buy.key] for buy in buys]
    draft = site.register.in_state("purchase.order", ids, ("draft",), company)
    if draft and kind == "sent":
        call("purchase.order", "print_quotation", draft, company=company)
    elif draft and kind == "cancelled":
        call("purchase.order", "button_cancel", draft, company=company)
    elif draft and kind in CONFIRMED:
        confirm(site, buyer, [buy for buy in buys if made[buy.key] in draft], made)
    if kind == "received":
        _back_date(site, company, buys, made, receive_all(site, company, ids))
    elif kind == "partial":
        receive_some(site, company, ids, share=0.4)


def confirm(site: Site, buyer: str, buys: Sequence[Buy], made: dict[str, int]) -> None:
    """Confirm the requests; approval is dated to when the order was placed."""
    company = site.company[buyer]
    for chunk in in_batches([made[buy.key] for buy in buys], 50):
        site.register.call("purchase.order", "button_confirm", chunk, company=company)
    for buy in buys:
        values = {"date_approve": stamp(buy.placed_at)}
        site.register.call("purchase.order", "write", [made[buy.key]], values, company=company)


def _back_date(site: Site, company: int, buys: Sequence[Buy], made: dict[str, int], receipts: Sequence[int]) -> None:
    """What has been received came on the day it was due, not today."""
    if not receipts:
        return
    due = {made[buy.key]: buy.due_at for buy in buys}
    for row in site.register.call("stock.picking", "read", list(receipts), ["purchase_id"], company=company):
        values = {"date_done": stamp(due[row["purchase_id"][0]])}
        site.register.call("stock.picking", "write", [row["id"]], values, company=company)
