"""The calls that make an internal transfer of one stock to another place, each of them harmless when repeated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.actions.definition import NEW, Step, fact, new
from apps.exceptions.hold_goods import Goods, Stock
from apps.exceptions.hold_words import counted, named
from controltower.lib.keys import split_key
from odoo_sync.mirror.product import Product
from odoo_sync.mirror.quality import Inspection
from odoo_sync.mirror.stock import Location, OperationType
from odoo_sync.mirror.stock_lots import Quant

TRANSFER, LINE, QUANT, INSPECTION = "stock.picking", "stock.move.line", "stock.quant", "qc.inspection"
PROVED = ("lot_id", "package_id", "owner_id", "quantity", "location_id", "location_dest_id")
Where = tuple[int, int | None]
"""Connection and company of a call, the company as Odoo's id."""


@dataclass(frozen=True)
class Aside:
    """So much of one stock, on its way to another place of the same plant.

    ``row`` is that stock as Odoo keeps it: goods in a package, and goods that belong to somebody else, lie in rows of
    their own. A line that named neither would take loose goods of the company instead, which need not be there: Odoo
    lets them fall below zero.
    """

    inspection: Inspection
    goods: Goods
    stock: Stock
    row: Quant
    place: Location
    kind: OperationType
    quantity: Decimal

    @property
    def where(self) -> Where:
        key = self.stock.company or self.kind.company_id
        return self.inspection.connection_id, split_key(key)[1] if key else None


def forward(aside: Aside, *, at_once: bool) -> tuple[Step, ...]:
    """The transfer, its line, and where the goods are there already its validation."""
    made = (_transfer(aside), _line(aside))
    return (*made, validation(aside.where, carried(aside.row, aside.quantity, aside.place.pk))) if at_once else made


def carried(row: Quant, quantity: Decimal, place: int) -> dict[str, tuple[float, float]]:
    """The stock that so much leaves, and that which it joins at another place (its key): before and after, by fact.

    Nothing where no such goods lie loose at the other place yet: nobody knows the row that Odoo will make, and the
    mirror, which reads what a plan expects anew, would for a while hold only the half of it. Rows of zero do not
    count, since Odoo sweeps them up (stock.quant, _unlink_zero_quants).
    """
    there = Quant.objects.filter(location=place, product=row.product_id, lot=row.lot_id, owner=row.owner_id)
    joined = there.filter(package=None).exclude(quantity=0).order_by("pk").first()
    if joined is None:
        return {}
    counts = [(one, one.quantity or Decimal(0), more) for one, more in ((row, -quantity), (joined, quantity))]
    return {fact(QUANT, one.odoo_id, "quantity"): (float(before), float(before + more)) for one, before, more in counts}


def cancelling(where: Where, state: str, number: int = NEW) -> Step:
    """Taking back a transfer that is not done; Odoo cancels one without goods as well."""
    return calling(
        where,
        TRANSFER,
        "action_cancel",
        ids=(number,),
        guard={f"{number}.state": state},
        expect={f"{number}.state": "cancel"},
        safe_again="state",
        label=_("Cancel the transfer"),
    )


def _transfer(aside: Aside) -> Step:
    """Only what is sure to hold later as well is expected: its state moves on with the steps behind it."""
    source, target = split_key(aside.stock.location)[1], aside.place.odoo_id
    values = {
        "picking_type_id": aside.kind.odoo_id,
        "location_id": source,
        "location_dest_id": target,
        "origin": aside.inspection.name,
    }
    seen = {
        fact(INSPECTION, aside.inspection.odoo_id, "state"): aside.inspection.state,
        fact(QUANT, split_key(aside.stock.row)[1], "quantity"): float(aside.stock.quantity),
    }
    return loading(aside.where, TRANSFER, values, guard=seen, expect=values, label=_("Make the transfer"))


def _line(aside: Aside) -> Step:
    product = Product.everything.select_related("template").get(pk=aside.goods.product)
    seen = {fact(QUANT, split_key(aside.stock.row)[1], "quantity"): float(aside.stock.quantity)}
    places = split_key(aside.stock.location)[1], aside.place.odoo_id
    return line(aside.where, product, aside.row, aside.quantity, places, seen)


def line(
    where: Where,
    product: Product,
    row: Quant,
    quantity: Decimal,
    places: tuple[int, int],
    seen: dict[str, Any],
) -> Step:
    """So much of a row of stock, on the transfer that an earlier step makes, between two places; loose afterwards."""
    unit = product.template.unit_id if product.template else None
    values = {
        "product_id": product.odoo_id,
        "product_uom_id": split_key(unit)[1] if unit else None,
        "lot_id": split_key(row.lot_id)[1] if row.lot_id else None,
        "package_id": split_key(row.package_id)[1] if row.package_id else None,
        "owner_id": split_key(row.owner_id)[1] if row.owner_id else None,
        "quantity": float(quantity),
        "location_id": places[0],
        "location_dest_id": places[1],
    }
    expect = {name: values[name] for name in PROVED} | {"result_package_id": None}
    first = {"picking_id": new(TRANSFER)}
    return loading(where, LINE, {**first, **values}, guard=seen, expect=expect, label=_("Put the goods on it"))


def validation(where: Where, stock: Mapping[str, tuple[float, float]]) -> Step:
    """Booking the transfer that an earlier step makes; ``stock`` is what lies there before and after, by fact."""
    return calling(
        where,
        TRANSFER,
        "button_validate",
        ids=(NEW,),
        guard={f"{NEW}.state": "assigned", **{key: before for key, (before, _after) in stock.items()}},
        expect={
            f"{NEW}.state": "done",
            fact(LINE, NEW, "state"): "done",
            **{key: after for key, (_before, after) in stock.items()},
        },
        safe_again="state",
        label=_("Book the goods at their new place"),
    )


def loading(where: Where, model: str, values: dict[str, Any], **more: Any) -> Step:
    """One record under an external id; links by Odoo's ids, nothing for what is not known."""
    known = {name: value for name, value in values.items() if value is not None}
    fields = [f"{name}/.id" if name.endswith("_id") else name for name in known]
    more["expect"] = {f"{NEW}.{name}": value for name, value in more["expect"].items()}
    args = {"fields": fields, "data": [list(known.values())]}
    return calling(where, model, "load", args=args, safe_again="external_id", **more)


def calling(where: Where, model: str, method: str, *, ids: tuple[int, ...] = (), **more: Any) -> Step:
    """One call in its company."""
    return Step(connection=where[0], company=where[1], model=model, ids=ids, method=method, **more)


def names_of(aside: Aside) -> dict[str, str]:
    """What people call the records of the plan."""
    return {
        f"{TRANSFER},{NEW}": _("New transfer"),
        f"{LINE},{NEW}": f"{named(aside.goods)} · {counted(aside.quantity, aside.goods.unit)}",
        f"{INSPECTION},{aside.inspection.odoo_id}": aside.inspection.name,
        f"{QUANT},{split_key(aside.stock.row)[1]}": f"{named(aside.goods)} · {'/'.join(aside.stock.path)}",
        f"location_id={split_key(aside.stock.location)[1]}": "/".join(aside.stock.path),
        f"location_dest_id={aside.place.odoo_id}": aside.place.full_name or aside.place.name,
        f"picking_type_id={aside.kind.odoo_id}": aside.kind.name,
        **({f"lot_id={split_key(aside.goods.lot)[1]}": aside.goods.lot_name} if aside.goods.lot else {}),
        **apart_names(aside.row),
    }


def apart_names(row: Quant) -> dict[str, str]:
    """What people call the package that stock lies in, and whom it belongs to."""
    names = {}
    if row.package is not None:
        names[f"package_id={row.package.odoo_id}"] = str(row.package.name)
    if row.owner is not None:
        names[f"owner_id={row.owner.odoo_id}"] = str(row.owner.name)
    return names
