"""The calls that make an internal transfer of stock to another place, each of them harmless when repeated."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.actions.definition import NEW, CannotPlanError, Condition, Step, fact, new
from apps.actions.readings import line_id
from apps.exceptions.actions.promise_steps import (
    LINE,
    QUANT,
    TRANSFER,
    Where,
    freeing,
    names_of_losers,
    not_promised_twice,
    room_for,
    seeking,
)
from apps.exceptions.actions.promises import Loss
from apps.exceptions.hold_goods import NOTHING, Goods, Stock
from apps.exceptions.hold_words import counted, named
from controltower.lib.keys import split_key
from odoo_sync.mirror.product import Product
from odoo_sync.mirror.quality import Inspection
from odoo_sync.mirror.stock import Location, OperationType
from odoo_sync.mirror.stock_lots import Quant

INSPECTION, LINES = "qc.inspection", "move_line_ids"
PROVED = ("lot_id", "package_id", "owner_id", "quantity", "location_id", "location_dest_id")


@dataclass(frozen=True)
class Aside:
    """So much of one stock, on its way to another place of the same plant, taken from whoever was promised it.

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
    losses: Sequence[Loss] = ()
    may_look: bool = True

    @property
    def where(self) -> Where:
        key = self.stock.company or self.kind.company_id
        return self.inspection.connection_id, split_key(key)[1] if key else None

    @property
    def joined(self) -> Quant | None:
        return joined(self.row, self.place.pk)

    @property
    def seen(self) -> dict[str, Any]:
        """What nothing is done without: the inspection and the goods as they were planned on."""
        return {
            fact(INSPECTION, self.inspection.odoo_id, "state"): self.inspection.state,
            fact(QUANT, self.row.odoo_id, "quantity"): float(self.stock.quantity),
        }


@dataclass(frozen=True)
class Load:
    """So much of a row of stock that a transfer takes between two places, loose afterwards."""

    product: int | None
    row: Quant
    quantity: Decimal
    source: int
    target: int

    @property
    def values(self) -> dict[str, Any]:
        """The line as Odoo takes it. Raises CannotPlanError where the product or its unit is not mirrored."""
        found = Product.everything.select_related("template").filter(pk=self.product or 0).first()
        unit = found.template.unit_id if found is not None and found.template is not None else None
        if found is None or unit is None:
            raise CannotPlanError(_("The product or its unit is not mirrored yet. Try again in a minute."))
        return {
            "product_id": found.odoo_id,
            "product_uom_id": split_key(unit)[1],
            "lot_id": split_key(self.row.lot_id)[1] if self.row.lot_id else None,
            "package_id": split_key(self.row.package_id)[1] if self.row.package_id else None,
            "owner_id": split_key(self.row.owner_id)[1] if self.row.owner_id else None,
            "quantity": float(self.quantity),
            "location_id": self.source,
            "location_dest_id": self.target,
        }


def forward(aside: Aside, *, at_once: bool) -> tuple[Step, ...]:
    """Taking the goods back, the transfer that keeps them, where they are there already its validation, and looking
    for other goods for those who lost some, where that does not lead to these again.

    They are taken first: between the two somebody else may be promised them, which stops the plan before it promises
    them once more; the other way round, a plan that stops there would leave them promised twice.
    """
    where, room = aside.where, aside.quantity - sum((one.taken for one in aside.losses), NOTHING)
    steps = freeing(where, aside.losses, aside.seen, (room_for(where, aside.row, room),))
    steps.append(_transfer(aside, at_once=at_once))
    if at_once:
        steps.append(validation(where, carried(aside.row, aside.quantity, aside.joined), _left(aside)))
    return (*steps, *(seeking(where, aside.losses) if aside.may_look else ()))


def joined(row: Quant, place: int) -> Quant | None:
    """The stock that goods of a row join at another place (its key), where some lie loose there already. Rows of zero
    do not count, since Odoo sweeps them up (stock.quant, _unlink_zero_quants).
    """
    there = Quant.objects.filter(location=place, product=row.product_id, lot=row.lot_id, owner=row.owner_id)
    return there.filter(package=None).exclude(quantity=0).order_by("pk").first()


def carried(row: Quant, quantity: Decimal, goal: Quant | None) -> dict[str, tuple[float, float]]:
    """The stock that so much leaves, and that which it joins: before and after, by fact.

    Nothing where no such goods lie loose at the other place yet: nobody knows the row that Odoo will make, and the
    mirror, which reads what a plan expects anew, would for a while hold only the half of it.
    """
    if goal is None:
        return {}
    counts = [(one, one.quantity or NOTHING, more) for one, more in ((row, -quantity), (goal, quantity))]
    return {fact(QUANT, one.odoo_id, "quantity"): (float(before), float(before + more)) for one, before, more in counts}


def _left(aside: Aside) -> tuple[Condition, ...]:
    return (not_promised_twice(aside.where, aside.row, aside.stock.quantity - aside.quantity),)


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


def _transfer(aside: Aside, *, at_once: bool) -> Step:
    """The transfer keeps its goods from everybody else as soon as it is there."""
    source, target = split_key(aside.stock.location)[1], aside.place.odoo_id
    values = {
        "picking_type_id": aside.kind.odoo_id,
        "location_id": source,
        "location_dest_id": target,
        "origin": aside.inspection.name,
    }
    stays = () if at_once else tuple(fact(QUANT, aside.row.odoo_id, one) for one in ("quantity", "reserved_quantity"))
    return loading(
        aside.where,
        values,
        [Load(aside.goods.product, aside.row, aside.quantity, source, target)],
        guard=aside.seen,
        label=_("Make the transfer"),
        watch=stays,
    )


def loading(where: Where, values: dict[str, Any], loads: Sequence[Load], **more: Any) -> Step:
    """One call that makes a transfer with its goods, or nothing; transfer and lines have external ids of their own.

    Only what is sure to hold later as well is expected: its state moves on with the steps behind it. Just before, each
    row of stock must have that much left that is promised to nobody, and afterwards it must hold all it has promised.
    """
    header = {name: value for name, value in values.items() if value is not None}
    lines = [one.values for one in loads]
    names = [name for name in lines[0] if any(line[name] is not None for line in lines)]
    rows = [[line_id(place), *(_cell(line[name]) for name in names)] for place, line in enumerate(lines, start=1)]
    blank = [""] * len(header)
    fields = [*map(_column, header), f"{LINES}/id", *(f"{LINES}/{_column(name)}" for name in names)]
    expect = {f"{NEW}.{name}": value for name, value in values.items()}
    expect |= {fact(LINE, NEW, name): lines[0][name] for name in PROVED} | {fact(LINE, NEW, "result_package_id"): None}
    return calling(
        where,
        TRANSFER,
        "load",
        args={"fields": fields, "data": [[*(blank if at else header.values()), *row] for at, row in enumerate(rows)]},
        expect=expect,
        safe_again="external_id",
        conditions=tuple(room_for(where, one.row, one.quantity) for one in loads),
        proofs=tuple(_kept(where, loads, lines)),
        **more,
    )


def _column(name: str) -> str:
    """Links go by Odoo's ids."""
    return f"{name}/.id" if name.endswith("_id") else name


def _cell(value: Any) -> Any:
    return "" if value is None else value


def _kept(where: Where, loads: Sequence[Load], lines: Sequence[Mapping[str, Any]]) -> Iterable[Condition]:
    """Every line stands on the transfer as planned, and no row of stock has promised more than it holds."""
    for line in lines[1:]:
        domain = [["picking_id", "=", new(TRANSFER)], *([name, "=", line[name] or False] for name in PROVED)]
        yield Condition(LINE, domain, True, where[1], _("Some of the goods are not on the transfer."))
    for one in loads:
        yield not_promised_twice(where, one.row, one.row.quantity or NOTHING)


def validation(where: Where, stock: Mapping[str, tuple[float, float]], proofs: tuple[Condition, ...] = ()) -> Step:
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
        proofs=proofs,
    )


def calling(where: Where, model: str, method: str, *, ids: tuple[int, ...] = (), **more: Any) -> Step:
    """One call in its company."""
    return Step(connection=where[0], company=where[1], model=model, ids=ids, method=method, **more)


def names_of(aside: Aside) -> dict[str, str]:
    """What people call the records of the plan."""
    goal = aside.joined
    return {
        f"{TRANSFER},{NEW}": _("New transfer"),
        f"{LINE},{NEW}": f"{named(aside.goods)} · {counted(aside.quantity, aside.goods.unit)}",
        f"{INSPECTION},{aside.inspection.odoo_id}": aside.inspection.name,
        f"location_id={split_key(aside.stock.location)[1]}": "/".join(aside.stock.path),
        f"location_dest_id={aside.place.odoo_id}": aside.place.full_name or aside.place.name,
        f"picking_type_id={aside.kind.odoo_id}": aside.kind.name,
        **({f"lot_id={aside.row.lot.odoo_id}": aside.row.lot.name} if aside.row.lot else {}),
        **apart_names(aside.row),
        **stock_names([aside.row, *([goal] if goal else [])]),
        **names_of_losers(aside.losses, named(aside.goods)),
    }


def stock_names(rows: Iterable[Quant]) -> dict[str, str]:
    """What people call rows of stock: the lot and the product, the place, the package and the owner."""
    found = Quant.objects.select_related("product__template", "lot", "location", "package", "owner")
    names = {}
    for row in found.filter(pk__in=[one.pk for one in rows]):
        product = row.product.name if row.product else _("a product")
        goods = _("%(lot)s of %(product)s") % {"lot": row.lot.name, "product": product} if row.lot else product
        place = (row.location.full_name or row.location.name) if row.location else ""
        parts = [goods, place, *(one.name for one in (row.package, row.owner) if one is not None)]
        names[f"{QUANT},{row.odoo_id}"] = " · ".join(filter(None, parts))
    return names


def apart_names(row: Quant) -> dict[str, str]:
    """What people call the package that stock lies in, and whom it belongs to."""
    names = {}
    if row.package is not None:
        names[f"package_id={row.package.odoo_id}"] = str(row.package.name)
    if row.owner is not None:
        names[f"owner_id={row.owner.odoo_id}"] = str(row.owner.name)
    return names
