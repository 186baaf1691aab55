"""The way back from setting goods aside, by what has become of the transfer: it is cancelled, or the goods return."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.actions.definition import NEW, CannotPlanError, Done, Plan, Step, fact
from apps.exceptions.actions.promise_steps import LINE, QUANT, TRANSFER, Where, has_taken, seeking_again
from apps.exceptions.actions.transfer_steps import (
    Load,
    cancelling,
    carried,
    joined,
    loading,
    stock_names,
    validation,
)
from apps.exceptions.hold_words import counted
from controltower.lib.keys import row_key, split_key
from odoo_sync.mirror.stock import Transfer
from odoo_sync.mirror.stock_lots import MoveLine, Quant


def taking_back(done: Done) -> Plan:
    """The plan that takes a transfer back: one that is not done is cancelled, one that is done is returned. Those who
    have lost goods by it look for them again.

    Raises CannotPlanError where Odoo no longer has it, or where the goods have moved on since.
    """
    first, again = done.plan.steps[0], seeking_again(done)
    where, number = (first.connection, first.company), done.made.get(TRANSFER)
    if number is None:
        return _without_transfer(done, again)
    transfer = Transfer.objects.filter(pk=row_key(where[0], number)).first()
    if transfer is None:
        raise CannotPlanError(_("The transfer is not known here, or Odoo no longer has it. Try again in a minute."))
    if transfer.state == "cancel" and not again:
        raise CannotPlanError(_("%s is cancelled already.") % transfer.name)
    names = {f"{TRANSFER},{number}": transfer.name}
    if transfer.state == "cancel":
        return _plan(done, again, names, [_("%s is cancelled already.") % transfer.name, *_sought(again)])
    if transfer.state != "done":
        steps = [cancelling(where, transfer.state or "draft", number), *again]
        return done.back(steps, names=names, follows=tuple(_sought(again)))
    moved = MoveLine.objects.filter(transfer=transfer, state="done", quantity__gt=0)
    lines = list(moved.select_related("lot", "package", "to_package", "owner").order_by("pk"))
    rows = [_row(one) for one in lines]
    told = _("%s stays as it is. The goods return by a transfer of their own, and can be taken again.")
    names |= {
        f"{TRANSFER},{NEW}": _("Return of %s") % transfer.name,
        f"return_id={transfer.odoo_id}": str(transfer.name),
        **_places(lines),
        **stock_names([*rows, *filter(None, (_goal(one, row) for one, row in zip(lines, rows, strict=True)))]),
    }
    steps = [*_returning(where, transfer, lines, rows), *again]
    return _plan(done, steps, names, [told % transfer.name, *_unpacked(lines), *_sought(again)])


def _plan(done: Done, steps: Sequence[Step], names: dict[str, str], follows: Sequence[str]) -> Plan:
    """A way back that itself has none."""
    return Plan(
        steps=tuple(steps), undo=None, effect=_("Undo: %s") % done.plan.effect, follows=tuple(follows),
        names={**done.plan.names, **names},
    )  # fmt: skip


def _without_transfer(done: Done, again: Sequence[Step]) -> Plan:
    """What it comes to where goods were taken from others, and no transfer was made. Raises CannotPlanError."""
    if again:
        return _plan(done, again, {}, [_("No transfer was made."), *_sought(again)])
    if has_taken(done):
        raise CannotPlanError(_("Nobody who has lost goods wants any more: there is nothing to take back."))
    raise CannotPlanError(_("No transfer was made: there is nothing to take back."))


def _sought(again: Sequence[Step]) -> list[str]:
    """What becomes of those who have lost goods: nobody can promise them the same ones."""
    if not again:
        return []
    return [_("Those who had lost goods look for them again: Odoo decides who gets how much of them, of which lot.")]


def _returning(where: Where, transfer: Transfer, lines: Sequence[MoveLine], rows: Sequence[Quant]) -> list[Step]:
    """The transfer back, with a line for each that was done, and its validation."""
    if not lines:
        raise CannotPlanError(_("%s names no goods that could return.") % transfer.name)
    values = {
        "picking_type_id": _odoo(transfer.operation_type_id),
        "location_id": _odoo(lines[0].to_location_id),
        "location_dest_id": _odoo(lines[0].from_location_id),
        "origin": _("Return of %s") % transfer.name,
        "return_id": transfer.odoo_id,
    }
    seen: dict[str, Any] = {fact(TRANSFER, transfer.odoo_id, "state"): "done"}
    seen |= {fact(QUANT, row.odoo_id, "quantity"): float(row.quantity or 0) for row in rows}
    loads = [_load(one, row) for one, row in zip(lines, rows, strict=True)]
    made = loading(where, values, loads, guard=seen, label=_("Make the transfer back"))
    one = len(lines) == 1
    stock = carried(rows[0], lines[0].quantity or Decimal(0), _goal(lines[0], rows[0])) if one else {}
    return [made, validation(where, stock)]


def _goal(done: MoveLine, row: Quant) -> Quant | None:
    """The stock that goods join where they came from."""
    return joined(row, done.from_location_id or 0)


def _row(done: MoveLine) -> Quant:
    """The stock that one line has brought and that lies there free. Raises CannotPlanError."""
    quantity = done.quantity or Decimal(0)
    rows = Quant.objects.select_related("package", "owner").filter(
        location=done.to_location_id, product=done.product_id, lot=done.lot_id,
        package=done.to_package_id, owner=done.owner_id,
    )  # fmt: skip
    free = next((row for row in rows.order_by("-quantity", "pk") if _free(row) >= quantity), None)
    if free is None:
        what = _("By what is known here, %(quantity)s of them do not lie free at %(place)s. Look where they are now.")
        place = done.to_location.full_name or done.to_location.name if done.to_location else _("their place")
        raise CannotPlanError(what % {"quantity": counted(quantity, ""), "place": place})
    return free


def _load(done: MoveLine, row: Quant) -> Load:
    """One line back, out of that stock."""
    places = _odoo(done.to_location_id), _odoo(done.from_location_id)
    return Load(done.product_id, row, done.quantity or Decimal(0), *places)


def _unpacked(lines: Sequence[MoveLine]) -> list[str]:
    """They come back loose: whoever puts them into their package again says so in Odoo."""
    packages = dict.fromkeys(str(one.package.name) for one in lines if one.package)
    return [_("They return loose, not into %s.") % ", ".join(packages)] if packages else []


def _free(row: Quant) -> Decimal:
    return (row.quantity or Decimal(0)) - (row.reserved or Decimal(0))


def _odoo(key: int | None) -> int:
    return split_key(key or 0)[1]


def _places(lines: Sequence[MoveLine]) -> dict[str, str]:
    """The places of the way back by name, which are those of the way there in turn."""
    names: dict[str, str] = {}
    for one in lines:
        for field, place in (("location_id", one.to_location), ("location_dest_id", one.from_location)):
            if place is not None:
                names[f"{field}={place.odoo_id}"] = str(place.full_name or place.name)
        for field, apart in (("lot_id", one.lot), ("package_id", one.to_package), ("owner_id", one.owner)):
            if apart is not None:
                names[f"{field}={apart.odoo_id}"] = str(apart.name)
    return {**names, f"{LINE},{NEW}": _("Goods that return")}
