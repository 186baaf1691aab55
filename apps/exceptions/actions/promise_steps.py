"""The calls that take promised goods back from those who have them, and let those look for others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.actions.decide import same
from apps.actions.definition import Condition, Done, Step, fact, split_fact
from apps.exceptions.actions.promises import LEAST, Loss, called, counts_alike
from apps.exceptions.hold_goods import NOTHING
from controltower.lib.keys import row_key, split_key
from odoo_sync.mirror.stock_lots import MoveLine, Quant

LINE, QUANT, TRANSFER, PRODUCTION = "stock.move.line", "stock.quant", "stock.picking", "mrp.production"
CLOSED = ("done", "cancel")
Where = tuple[int, int | None]


def room_for(where: Where, row: Quant, quantity: Decimal) -> Condition:
    """No more of a row is promised than leaves this much of it: looked at just before something else is promised."""
    most = (row.quantity or NOTHING) - quantity
    return _at_most(where, row, most, _("More of the goods is promised in Odoo than when this was planned."))


def not_promised_twice(where: Where, row: Quant, there: Decimal) -> Condition:
    """No more of a row is promised than the ``there`` that lies there: proves that nobody else can count on it."""
    return _at_most(where, row, there, _("In Odoo more of these goods is promised now than lies there."))


def _at_most(where: Where, row: Quant, most: Decimal, otherwise: str) -> Condition:
    domain = [["id", "=", row.odoo_id], ["reserved_quantity", ">", float(most + LEAST)]]
    return Condition(QUANT, domain, False, where[1], otherwise)


def freeing(
    where: Where, losses: Iterable[Loss], seen: Mapping[str, Any], conditions: tuple[Condition, ...]
) -> list[Step]:
    """Each line keeps what it is to keep; one that keeps nothing stays, with nothing, until Odoo sweeps it up.

    Nothing is taken from a line that was picked or has left: somebody has those goods in hand.
    """
    by_rest: dict[Decimal, list[Loss]] = {}
    for one in losses:
        by_rest.setdefault(one.kept, []).append(one)
    return [_leaving(where, rest, found, seen, conditions) for rest, found in sorted(by_rest.items())]


def _leaving(
    where: Where, rest: Decimal, losses: list[Loss], seen: Mapping[str, Any], conditions: tuple[Condition, ...]
) -> Step:
    ids = tuple(sorted(one.line.odoo_id for one in losses))
    guard, expect = dict(seen), {}
    for one in losses:
        number, had = one.line.odoo_id, float(one.line.quantity or NOTHING)
        name = "quantity" if counts_alike(one.line) else "quantity_product_uom"
        guard[f"{number}.{name}"], expect[f"{number}.{name}"] = had, float(rest)
        for link in ("lot", "package", "from_location"):
            key = getattr(one.line, f"{link}_id")
            field = {"from_location": "location_id"}.get(link, f"{link}_id")
            guard[f"{number}.{field}"] = split_key(key)[1] if key else None
    names = ", ".join(dict.fromkeys(called(one.line) for one in losses))
    taken = [["id", "in", list(ids)], "|", ["picked", "=", True], ["state", "in", list(CLOSED)]]
    in_hand = _("Some of the goods have been picked, or have left, for %s. Settle that in Odoo first.") % names
    return Step(
        connection=where[0],
        company=where[1],
        model=LINE,
        ids=ids,
        method="write",
        args={"vals": {"quantity": float(rest)}},
        guard=guard,
        expect=expect,
        safe_again="value",
        label=_("Take the goods back from %s") % names,
        conditions=(*conditions, Condition(LINE, taken, False, where[1], in_hand)),
    )


def seeking(where: Where, losses: Iterable[Loss]) -> list[Step]:
    """Those who have lost goods look for others; they may find some, or none."""
    return _assigning(where, [one.line for one in losses], _("Look for other goods for those who lost some"))


def seeking_again(done: Done) -> list[Step]:
    """Those who have lost goods by a request, as far as they still want some, look for them again."""
    first = done.plan.steps[0]
    where = first.connection, first.company
    keys = [row_key(where[0], one) for one in _taken_from(done)]
    lines = MoveLine.everything.filter(pk__in=keys).select_related("transfer", "move__consumed_by")
    return _assigning(where, lines.order_by("pk"), _("Look again for goods for those who lost some"))


def _assigning(where: Where, lines: Iterable[MoveLine], label: str) -> list[Step]:
    found: dict[str, set[int]] = {TRANSFER: set(), PRODUCTION: set()}
    for line in lines:
        order = line.transfer or (line.move.consumed_by if line.move else None)
        if order is not None and order.gone_at is None and order.state not in CLOSED:
            found[order.key].add(order.odoo_id)
    return [
        Step(
            connection=where[0],
            company=where[1],
            model=model,
            ids=tuple(sorted(ids)),
            method="action_assign",
            safe_again="state",
            label=label,
        )
        for model, ids in found.items()
        if ids
    ]


def has_taken(done: Done) -> bool:
    """Whether a request has taken goods from anybody."""
    return bool(_taken_from(done))


def _taken_from(done: Done) -> list[int]:
    """The lines that have lost goods, by Odoo's ids: what was refused has been taken from nobody."""
    kept = [
        (split_fact(key, LINE), value) for step in done.plan.steps if _takes(step) for key, value in step.expect.items()
    ]
    return [number for (model, number, name), value in kept if same(done.after.get(fact(model, number, name)), value)]


def _takes(step: Step) -> bool:
    return (step.model, step.method) == (LINE, "write")


def names_of_losers(losses: Iterable[Loss], goods: str) -> dict[str, str]:
    """What people call the lines that lose goods, and the transfers and orders that they belong to."""
    names = {}
    for one in losses:
        names[f"{LINE},{one.line.odoo_id}"] = f"{called(one.line)} · {goods}"
        if one.line.transfer is not None:
            names[f"{TRANSFER},{one.line.transfer.odoo_id}"] = str(one.line.transfer.name)
        elif one.line.move is not None and one.line.move.consumed_by is not None:
            names[f"{PRODUCTION},{one.line.move.consumed_by.odoo_id}"] = str(one.line.move.consumed_by.name)
    return names
