"""The calls that move a purchase order to a new date, and those that put the old dates back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.actions.definition import Step, fact
from apps.exceptions.actions.purchase_dates import Dates
from controltower.lib.keys import split_key
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.stock import Move, Transfer

LINE, ORDER, RECEIPT, MOVE = "purchase.order.line", "purchase.order", "stock.picking", "stock.move"


def odoo_time(at: datetime | None) -> str | None:
    """A moment as Odoo takes it: UTC to the second, no zone."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def forward(dates: Dates, to: datetime) -> tuple[Step, ...]:
    """Lines first, then the receipts: in this order all dates that Odoo keeps end up the same."""
    wanted = odoo_time(to)
    steps = []
    promises = [dates.order.promised_at, *(line.promised_at for line in dates.lines)]
    promises += [move.deadline_at for move in dates.moves]
    if any(odoo_time(one) != wanted for one in promises):
        ids, values = [one.odoo_id for one in dates.lines], {"date_planned": wanted}
        expect, label = _dates_of_lines(dates, wanted), _("Set the lines' expected arrival")
        steps.append(_write(dates, LINE, ids, values, guard=_present(dates), expect=expect, label=label))
    schedules = [one.scheduled_at for one in dates.receipts]
    schedules += [move.scheduled_at for moves in dates.moves_on.values() for move in moves]
    if any(odoo_time(one) != wanted for one in schedules):
        ids, values = [one.odoo_id for one in dates.receipts], {"scheduled_date": wanted}
        guard, expect = _scheduled(dates), _scheduled_as(dates, wanted)
        label = _("Reschedule the receipts")
        steps.append(_write(dates, RECEIPT, ids, values, guard=guard, expect=expect, label=label))
    return tuple(steps)


def restoring(dates: Dates, to: datetime) -> tuple[Step, ...]:
    """The calls that bring every line, receipt and move back to what it was, guarded by what we set.

    A line's write sets the deadline of its move along, so deadlines that differed from their line follow on their own,
    and so does an order's date that was not its earliest line's. Scheduled dates go back move by move where the
    moves of a receipt had different ones.
    """
    was = odoo_time(to)
    return (
        *_groups(dates, LINE, dates.lines, "promised_at", "date_planned", was, _("Put the lines' dates back")),
        *_odd_deadlines(dates),
        *_odd_header(dates),
        *_schedules(dates, was),
    )


def _write(
    dates: Dates, model: str, ids: Iterable[int], values: Mapping[str, Any], *,
    guard: dict[str, Any], expect: dict[str, Any], label: str,
) -> Step:  # fmt: skip
    company = dates.order.company_id
    return Step(
        connection=dates.order.connection_id,
        company=split_key(company)[1] if company else None,
        model=model,
        ids=tuple(ids),
        method="write",
        args={"vals": dict(values)},
        guard=guard,
        expect=expect,
        safe_again="value",
        label=label,
    )


def _present(dates: Dates) -> dict[str, Any]:
    """What the person saw: all that the whole plan stands on, so that it stops before its first step, not after."""
    order = dates.order
    seen = {
        fact(ORDER, order.odoo_id, "state"): order.state,
        fact(ORDER, order.odoo_id, "date_planned"): odoo_time(order.promised_at),
        fact(ORDER, order.odoo_id, "order_line"): sorted(dates.all_lines),
        fact(ORDER, order.odoo_id, "picking_ids"): sorted(dates.all_receipts),
    }
    seen |= {f"{line.odoo_id}.date_planned": odoo_time(line.promised_at) for line in dates.lines}
    seen |= {fact(MOVE, move.odoo_id, "date_deadline"): odoo_time(move.deadline_at) for move in dates.moves}
    for key, value in _scheduled(dates).items():
        seen[key if "," in key else f"{RECEIPT},{key}"] = value
    return seen


def _dates_of_lines(dates: Dates, wanted: str | None) -> dict[str, Any]:
    """All that the lines' write sets: their own date, the order's, and the deadlines of moves and receipts."""
    expect = {f"{line.odoo_id}.date_planned": wanted for line in dates.lines}
    expect[fact(ORDER, dates.order.odoo_id, "date_planned")] = wanted
    expect |= {fact(MOVE, move.odoo_id, "date_deadline"): wanted for move in dates.moves}
    own = {move.pk for move in dates.moves}
    for receipt in dates.receipts:
        moves = dates.moves_on[receipt.pk]
        if moves and all(move.pk in own for move in moves):
            expect[fact(RECEIPT, receipt.odoo_id, "date_deadline")] = wanted
    return expect


def _scheduled(dates: Dates) -> dict[str, Any]:
    """The receipts as seen: open, and when they were scheduled, with their moves."""
    seen: dict[str, Any] = {}
    for one in dates.receipts:
        seen[f"{one.odoo_id}.scheduled_date"] = odoo_time(one.scheduled_at)
        seen[f"{one.odoo_id}.date_done"] = odoo_time(one.done_at)
        for move in dates.moves_on[one.pk]:
            seen[fact(MOVE, move.odoo_id, "date")] = odoo_time(move.scheduled_at)
    return seen


def _scheduled_as(dates: Dates, wanted: str | None) -> dict[str, Any]:
    expect = {f"{one.odoo_id}.scheduled_date": wanted for one in dates.receipts}
    moves = [move for one in dates.receipts for move in dates.moves_on[one.pk]]
    return expect | {fact(MOVE, move.odoo_id, "date"): wanted for move in moves}


def _groups(
    dates: Dates, model: str, rows: Iterable[Mirror], ours: str, theirs: str, now: str | None, label: str
) -> list[Step]:
    """One write for each old value that differs from the present one."""
    old: dict[str | None, list[int]] = defaultdict(list)
    for row in rows:
        old[odoo_time(getattr(row, ours))].append(row.odoo_id)
    steps = []
    for value, ids in sorted(old.items(), key=lambda item: item[0] or ""):
        if value != now:
            guard, expect = {f"{one}.{theirs}": now for one in ids}, {f"{one}.{theirs}": value for one in ids}
            values = {theirs: value or False}
            steps.append(_write(dates, model, sorted(ids), values, guard=guard, expect=expect, label=label))
    return steps


def _odd_deadlines(dates: Dates) -> list[Step]:
    promised = {line.pk: odoo_time(line.promised_at) for line in dates.lines}
    steps = []
    for move in dates.moves:
        before, set_along = odoo_time(move.deadline_at), promised.get(move.purchase_line_id or 0)
        if before != set_along:
            key = f"{move.odoo_id}.date_deadline"
            values, label = {"date_deadline": before or False}, _("Put a deadline back")
            guard, expect = {key: set_along}, {key: before}
            steps.append(_write(dates, MOVE, [move.odoo_id], values, guard=guard, expect=expect, label=label))
    return steps


def _odd_header(dates: Dates) -> list[Step]:
    """The order's own date, where it was not simply the earliest of its lines."""
    before = odoo_time(dates.order.promised_at)
    every = [odoo_time(line.promised_at) for line in dates.order.lines.filter(gone_at=None, display_type=None)]
    earliest = min((one for one in every if one), default=None)
    if before is None or before == earliest:
        return []
    key = f"{dates.order.odoo_id}.date_planned"
    values, guard, expect = {"date_planned": before}, {key: earliest}, {key: before}
    label = _("Put the order's date back")
    return [_write(dates, ORDER, [dates.order.odoo_id], values, guard=guard, expect=expect, label=label)]


def _schedules(dates: Dates, now: str | None) -> list[Step]:
    """Receipts whose moves all had the receipt's date go back as a whole, the others move by move."""
    label = _("Put the receipts' dates back")
    whole: list[Transfer] = []
    apart: list[Move] = []
    for one in dates.receipts:
        moves = dates.moves_on[one.pk]
        if all(odoo_time(move.scheduled_at) == odoo_time(one.scheduled_at) for move in moves):
            whole.append(one)
        else:
            apart += moves
    return [
        *_groups(dates, RECEIPT, whole, "scheduled_at", "scheduled_date", now, label),
        *_groups(dates, MOVE, apart, "scheduled_at", "date", now, label),
    ]


def names_of(dates: Dates) -> dict[str, str]:
    """What people call the records of the plan."""
    names = {f"{ORDER},{dates.order.odoo_id}": dates.order.name}
    for line in dates.lines:
        words = (line.description or str(line.product or line.odoo_id)).split("\n")[0]
        names[f"{LINE},{line.odoo_id}"] = f"{dates.order.name} · {words}"
    for receipt in dates.receipts:
        names[f"{RECEIPT},{receipt.odoo_id}"] = receipt.name
        for move in dates.moves_on[receipt.pk]:
            names[f"{MOVE},{move.odoo_id}"] = _("%(receipt)s · move %(id)d") % {
                "receipt": receipt.name, "id": move.odoo_id}  # fmt: skip
    for move in dates.moves:
        names.setdefault(f"{MOVE},{move.odoo_id}", _("move %d") % move.odoo_id)
    return names
