"""What is open on a purchase order, with every date that a new agreement touches, as the mirror has it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Min

from apps.exceptions.pegging import networks
from odoo_sync.mirror.purchase import PurchaseOrder, PurchaseOrderLine
from odoo_sync.mirror.stock import Move, Transfer
from odoo_sync.models import Promise
from odoo_sync.working_time import ASSUMED, Calendar, calendars_of

CLOSED = ("done", "cancel")


@dataclass(frozen=True)
class Dates:
    """One purchase order and its dates.

    ``lines`` are those with something still to come, ``receipts`` the open transfers into the plant (not the returns
    to the vendor), ``moves`` the open moves of these lines. ``all_lines`` and ``all_receipts`` are Odoo ids, open or
    not: one more means that the plan no longer covers everything. ``first`` is the first promise known of each line,
    ``needed_at`` when the goods are first needed, ``later_moves`` how many moves behind the receipts carry a deadline
    that Odoo shifts along.
    """

    order: PurchaseOrder
    calendar: Calendar
    lines: tuple[PurchaseOrderLine, ...]
    receipts: tuple[Transfer, ...]
    moves: tuple[Move, ...]
    moves_on: Mapping[int, tuple[Move, ...]]
    all_lines: tuple[int, ...]
    all_receipts: tuple[int, ...]
    first: Mapping[int, datetime]
    needed_at: datetime | None
    later_moves: int


def read_dates(order: PurchaseOrder) -> Dates:
    """Everything a new date touches, in a fixed number of queries."""
    rows = list(order.lines.filter(gone_at=None).select_related("product").order_by("id"))
    lines = tuple(row for row in rows if is_open(row))
    moves = list(Move.objects.filter(purchase_line__in=rows).select_related("to_location").order_by("id"))
    transfers = Transfer.objects.in_bulk([move.transfer_id for move in moves if move.transfer_id])
    inward = {move.transfer_id for move in moves if move.to_location is None or move.to_location.usage != "supplier"}
    receipts = tuple(one for key, one in sorted(transfers.items()) if key in inward and one.state not in CLOSED)
    moves_on: dict[int, list[Move]] = {one.pk: [] for one in receipts}
    for move in Move.objects.filter(transfer__in=receipts).exclude(state__in=CLOSED).order_by("id"):
        moves_on[move.transfer_id].append(move)
    open_lines = {line.pk for line in lines}
    calendar = calendars_of([order.company_id]).get(order.company_id, ASSUMED) if order.company_id else ASSUMED
    return Dates(
        order=order,
        calendar=calendar,
        lines=lines,
        receipts=receipts,
        moves=tuple(one for one in moves if one.purchase_line_id in open_lines and one.state not in CLOSED),
        moves_on={key: tuple(found) for key, found in moves_on.items()},
        all_lines=tuple(row.odoo_id for row in rows),
        all_receipts=tuple(sorted(one.odoo_id for one in transfers.values())),
        first=first_promises(open_lines),
        **_downstream(lines, {move.pk for move in moves}),  # type: ignore[arg-type]
    )


def is_open(line: PurchaseOrderLine) -> bool:
    """Whether goods of this line are still to come; sections and notes carry none."""
    return not line.display_type and (line.quantity or 0) > (line.received or 0) and line.state != "cancel"


def first_promises(lines: set[int]) -> dict[int, datetime]:
    """The first date that was ever seen for each line."""
    ledger = Promise.objects.filter(mirror="purchase.order.line", field="promised_at", row__in=lines)
    firsts = ledger.exclude(promised_at=None).values("row").annotate(entry=Min("id")).values_list("entry", flat=True)
    entries = Promise.objects.filter(id__in=list(firsts)).values_list("row", "promised_at")
    return {row: promised_at for row, promised_at in entries if promised_at is not None}


def _downstream(lines: tuple[PurchaseOrderLine, ...], own: set[int]) -> dict[str, object]:
    """The earliest day on which something is made of the goods or sent on, and how many later moves have a deadline."""
    needs: list[datetime] = []
    later: set[int] = set()
    for network in networks({line.pk: line.sale_line_id for line in lines}).values():
        for key, move in network.moves.items():
            if key in own:
                continue
            later |= {key} if move.deadline_at else set()
            needs += [move.planned_at] if move.planned_at else []
        needs += [one.promised_at for one in network.demands.values() if one.promised_at]
    return {"needed_at": min(needs, default=None), "later_moves": len(later)}
