"""Receives goods, whole or in part, without a wizard."""

from collections.abc import Sequence
from typing import Any

from demo.world.errors import WorldError
from demo.world.register import in_batches
from demo.world.site import Site

OPEN = ("assigned", "confirmed", "waiting")


def receive_all(site: Site, company: int, orders: Sequence[int]) -> list[int]:
    """Receive everything still open of the purchase orders; the receipts that were closed."""
    receipts = [receipt for receipt, _ in _open_receipts(site, company, orders)]
    validate(site, company, receipts)
    return receipts


def receive_some(site: Site, company: int, orders: Sequence[int], *, pieces: int = 0, share: float = 0.0) -> list[int]:
    """Receive some pieces, or a share, of each line; the rest stays open as a back order."""
    found = _open_receipts(site, company, orders, first=True)
    for _, moves in found:
        for move in site.register.call("stock.move", "read", moves, ["product_uom_qty"], company=company):
            came = pieces or max(1, int(move["product_uom_qty"] * share))
            site.register.call("stock.move", "write", [move["id"]], {"quantity": came, "picked": True}, company=company)
    receipts = [receipt for receipt, _ in found]
    validate(site, company, receipts)
    return receipts


def validate(site: Site, company: int, pickings: Sequence[int]) -> None:
    """Close transfers, short ones with a back order. Odoo answers a wizard when it wants a person to decide."""
    for chunk in in_batches(pickings, 20):
        answer = site.register.call(
            "stock.picking", "button_validate", chunk, company=company, context={"skip_backorder": True}
        )
        if answer is not True:
            raise WorldError(f"Odoo wanted a person to decide about the transfers {chunk}; close them there.")


def _open_receipts(
    site: Site, company: int, orders: Sequence[int], *, first: bool = False
) -> list[tuple[int, list[int]]]:
    """The open receipts of the orders with their moves; back orders left out where only the first are wanted."""
    if not orders:
        return []
    read = site.register.call("purchase.order", "read", list(orders), ["picking_ids"], company=company)
    pickings = [number for row in read for number in row["picking_ids"]]
    domain: list[Any] = [["id", "in", pickings], ["state", "in", list(OPEN)]]
    if first:
        domain.append(["backorder_id", "=", False])
    found = site.register.find("stock.picking", domain, ["move_ids"], company=company)
    return [(row["id"], row["move_ids"]) for row in found]
