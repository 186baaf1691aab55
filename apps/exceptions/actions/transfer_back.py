"""The way back from setting goods aside, by what has become of the transfer: it is cancelled, or the goods return."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from apps.actions.definition import NEW, CannotPlanError, Done, Plan, Step, fact
from apps.exceptions.actions.transfer_steps import (
    LINE,
    QUANT,
    TRANSFER,
    Where,
    cancelling,
    carried,
    line,
    loading,
    validation,
)
from apps.exceptions.hold_words import counted
from controltower.lib.keys import row_key, split_key
from odoo_sync.mirror.product import Product
from odoo_sync.mirror.stock import Transfer
from odoo_sync.mirror.stock_lots import MoveLine, Quant


def taking_back(done: Done) -> Plan:
    """The plan that takes a transfer back: one that is not done is cancelled, one that is done is returned.

    Raises CannotPlanError where Odoo no longer has it, or where the goods have moved on since.
    """
    first = done.plan.steps[0]
    where, number = (first.connection, first.company), done.made.get(TRANSFER)
    if number is None:
        raise CannotPlanError(_("No transfer was made: there is nothing to take back."))
    transfer = Transfer.objects.filter(pk=row_key(where[0], number)).first()
    if transfer is None:
        raise CannotPlanError(_("The transfer is not known here, or Odoo no longer has it. Try again in a minute."))
    if transfer.state == "cancel":
        raise CannotPlanError(_("%s is cancelled already.") % transfer.name)
    named = {f"{TRANSFER},{number}": transfer.name}
    if transfer.state != "done":
        return done.back([cancelling(where, transfer.state or "draft", number)], names=named)
    moved = MoveLine.objects.filter(transfer=transfer, state="done", quantity__gt=0)
    lines = list(moved.select_related("package", "to_package", "owner").order_by("pk"))
    steps = tuple(_returning(where, transfer, lines))
    told = _("%s stays as it is. The goods return by a transfer of their own, and can be taken again.")
    names = {**named, f"{TRANSFER},{NEW}": _("Return of %s") % transfer.name, **_places(lines)}
    return Plan(
        steps=steps, undo=None, effect=_("Undo: %s") % done.plan.effect,
        follows=(told % transfer.name, *_unpacked(lines)),
        names={**done.plan.names, **names},
    )  # fmt: skip


def _returning(where: Where, transfer: Transfer, lines: list[MoveLine]) -> list[Step]:
    """The transfer back, a line for each that was done, and its validation."""
    if not lines:
        raise CannotPlanError(_("%s names no goods that could return.") % transfer.name)
    source, target = _odoo(lines[0].to_location_id), _odoo(lines[0].from_location_id)
    kind = _odoo(transfer.operation_type_id)
    values = {
        "picking_type_id": kind,
        "location_id": source,
        "location_dest_id": target,
        "origin": _("Return of %s") % transfer.name,
        "return_id": transfer.odoo_id,
    }
    still = {fact(TRANSFER, transfer.odoo_id, "state"): "done"}
    made = loading(where, TRANSFER, values, guard=still, expect=values, label=_("Make the transfer back"))
    rows = [_row(one) for one in lines]
    first = lines[0]
    stock = carried(rows[0], first.quantity or Decimal(0), first.from_location_id or 0) if len(lines) == 1 else {}
    back = (_line(where, row, one) for row, one in zip(rows, lines, strict=True))
    return [made, *back, validation(where, stock)]


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
        raise CannotPlanError(what % {"quantity": counted(quantity, ""), "place": done.to_location})
    return free


def _line(where: Where, row: Quant, done: MoveLine) -> Step:
    """One line back, out of that stock."""
    product = Product.everything.select_related("template").get(pk=done.product_id or 0)
    places = _odoo(done.to_location_id), _odoo(done.from_location_id)
    seen = {fact(QUANT, row.odoo_id, "quantity"): float(row.quantity or 0)}
    return line(where, product, row, done.quantity or Decimal(0), places, seen)


def _unpacked(lines: list[MoveLine]) -> list[str]:
    """They come back loose: whoever puts them into their package again says so in Odoo."""
    packages = dict.fromkeys(str(one.package.name) for one in lines if one.package)
    return [_("They return loose, not into %s.") % ", ".join(packages)] if packages else []


def _free(row: Quant) -> Decimal:
    return (row.quantity or Decimal(0)) - (row.reserved or Decimal(0))


def _odoo(key: int | None) -> int:
    return split_key(key or 0)[1]


def _places(lines: list[MoveLine]) -> dict[str, str]:
    """The places of the way back by name, which are those of the way there in turn."""
    names: dict[str, str] = {}
    for one in lines:
        for field, place in (("location_id", one.to_location), ("location_dest_id", one.from_location)):
            if place is not None:
                names[f"{field}={place.odoo_id}"] = str(place.full_name or place.name)
        for field, apart in (("package_id", one.to_package), ("owner_id", one.owner)):
            if apart is not None:
                names[f"{field}={apart.odoo_id}"] = str(apart.name)
    return {**names, f"{LINE},{NEW}": _("Goods that return")}
