"""Set goods aside: an internal transfer from where they can be taken to a place where nobody takes them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.actions.definition import ActionForm, CannotPlanError, Done, Plan, Reversibility, actions
from apps.actions.selections import TRANSFER_STATES
from apps.exceptions.actions.held_stock import HeldStock, read_held
from apps.exceptions.actions.on_inspections import InspectionAction
from apps.exceptions.actions.quality_limits import approver_above, limits_for
from apps.exceptions.actions.transfer_back import taking_back
from apps.exceptions.actions.transfer_steps import Aside, cancelling, forward, names_of
from apps.exceptions.hold import Held
from apps.exceptions.hold_goods import Stock
from apps.exceptions.hold_words import counted, named
from controltower.lib.numbers import trimmed
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.quality import Inspection
from odoo_sync.mirror.stock import Location, OperationType, Warehouse
from odoo_sync.mirror.stock_lots import Quant

ANOTHER_PLANT = gettext_lazy("The goods lie in another plant. Choose a place of the plant where they lie.")


class QuarantineForm(ActionForm):
    """Which stock, how much of it, to which place, and whether it is there already."""

    stock = forms.ChoiceField(label=gettext_lazy("Stock"))
    quantity = forms.DecimalField(
        label=gettext_lazy("Quantity"), max_digits=18, decimal_places=5, widget=forms.NumberInput(attrs={"step": "any"})
    )
    place = forms.ChoiceField(label=gettext_lazy("Set aside at"))
    moved = forms.BooleanField(
        label=gettext_lazy("The goods are there already"),
        required=False,
        help_text=gettext_lazy("Odoo books them at once. Otherwise the transfer is left ready for the warehouse."),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), max_length=200)

    def __init__(self, *args: Any, subject: Mirror, **options: Any) -> None:
        super().__init__(*args, subject=subject, **options)
        assert isinstance(subject, Inspection)
        self.held = read_held(subject)
        rows = rows_of(self.held)
        stock = [(str(one.row), _stock_label(held, one, rows[one.row])) for held, one in self.held.places()]
        places = [(str(one.pk), str(one.full_name or one.name)) for one in places_aside(self.held)]
        self.fields["stock"].choices = stock  # type: ignore[attr-defined]
        self.fields["place"].choices = places  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        there = {str(one.row): (held, one) for held, one in self.held.places()}
        found, quantity = there.get(str(data.get("stock"))), data.get("quantity")
        most = _most(*found) if found else Decimal(0)
        if quantity is not None and quantity <= 0:
            self.add_error("quantity", _("Set aside more than nothing."))
        elif quantity is not None and quantity > most:
            self.add_error("quantity", _("No more than %s of the inspected goods lies there.") % counted(most, ""))
        place = next((one for one in places_aside(self.held) if str(one.pk) == data.get("place")), None)
        if found is not None and place is not None and place.warehouse_id != found[1].plant:
            self.add_error("place", ANOTHER_PLANT)
        return data


def rows_of(held: HeldStock) -> dict[int, Quant]:
    """The rows of stock where the goods lie, by key, with their packages and owners."""
    wanted = [one.row for _held, one in held.places()]
    return Quant.everything.select_related("package", "owner").in_bulk(wanted)


def _stock_label(held: Held, stock: Stock, row: Quant) -> str:
    parts = [counted(stock.quantity, held.goods.unit), named(held.goods), "/".join(stock.path)]
    return " · ".join([*parts, *_apart(row)])


def _apart(row: Quant) -> list[str]:
    """The package that stock lies in, and whose it is where it is not the company's own."""
    told = [str(row.package.name)] if row.package else []
    return [*told, _("belongs to %s") % row.owner.name] if row.owner else told


def _most(held: Held, stock: Stock) -> Decimal:
    """How much of a place may be set aside: no more than lies there, and no more than is on hold."""
    return min(stock.quantity, held.quantity)


def places_aside(held: HeldStock) -> list[Location]:
    """The places of the plants where the goods lie that count as set aside."""
    plants = {one.plant for _held, one in held.places()}
    inside = Location.objects.filter(usage="internal", warehouse__in=plants).exclude(active=False)
    return [one for one in inside.order_by("full_name", "pk") if held.limits.set_aside & _names(one)]


def _names(place: Location) -> set[str]:
    return {name.strip().casefold() for name in (place.full_name or place.name or "").split("/")}


@dataclass(frozen=True)
class Chosen:
    """What the form asks for, found again in the mirror."""

    held: Held
    stock: Stock
    row: Quant
    place: Location
    quantity: Decimal
    moved: bool


def chosen(held: HeldStock, answer: Mapping[str, Any]) -> Chosen:
    """Raises CannotPlanError where the stock or the place is no longer there."""
    found = next(((one, stock) for one, stock in held.places() if str(stock.row) == str(answer.get("stock"))), None)
    place = next((one for one in places_aside(held) if str(one.pk) == str(answer.get("place"))), None)
    if found is None:
        raise CannotPlanError(_("Nothing of these goods lies there any more. Look again."))
    if place is None:
        names = ", ".join(sorted(held.limits.set_aside))
        raise CannotPlanError(
            _("This plant has no place for goods that are set aside. Make one in Odoo, called %s.") % names
        )
    try:
        quantity = Decimal(str(answer.get("quantity")))
    except InvalidOperation:
        raise CannotPlanError(_("Say how much is to be set aside.")) from None
    if place.warehouse_id != found[1].plant:
        raise CannotPlanError(str(ANOTHER_PLANT))
    row = rows_of(held)[found[1].row]
    return Chosen(found[0], found[1], row, place, min(quantity, _most(*found)), bool(answer.get("moved")))


def kind_of_transfer(plant: int | None) -> OperationType:
    """The type that a plant's internal transfers have in Odoo (stock.warehouse.int_type_id); where that is archived,
    the first of those in use. A warehouse has archived ones of the same kind for steps that it does not work in.

    Raises CannotPlanError.
    """
    kinds = OperationType.objects.filter(kind="internal", warehouse=plant).exclude(active=False)
    own = kinds.filter(pk__in=Warehouse.objects.filter(pk=plant).values("internal_type")).first()
    kind = own or kinds.order_by("pk").first()
    if kind is None:
        raise CannotPlanError(_("This plant has no operation type for internal transfers in use in Odoo."))
    return kind


@actions.add
class Quarantine(InspectionAction):
    """Move inspected goods to a place that counts as set aside, by an internal transfer of their plant.

    Three calls: the transfer, its line with the lot and the quantity, and its validation. Transfer and line are each
    loaded under an external id of their own, so that a lost answer makes no second one (an import that brings a
    transfer with its moves in one row would add them again each time). Where the goods have yet to be carried the
    transfer is left ready: the line keeps them from everybody else. Stock that was promised to other moves is taken
    from them: Odoo takes the newest promises back. Goods that are worth more than the limits of `quality.decisions`
    allow need the plant manager.
    Taking it back needs whoever may release the goods, and goes by what has become of the transfer: one that is not
    done is cancelled, with or without goods on it; after one that is done the goods return by another.
    """

    key = "quality.quarantine"
    title = gettext_lazy("Set the goods aside")
    explanation = gettext_lazy("Moves the goods to a place where nobody takes them.")
    form = QuarantineForm
    requires = Permission.REQUEST_QUALITY_ACTIONS
    reversibility = Reversibility.COMPENSABLE
    writes = {
        "stock.picking": ("create", "write"),
        "stock.move": ("create", "write"),
        "stock.move.line": ("create", "write"),
    }
    fields = {
        "state": gettext_lazy("state"),
        "origin": gettext_lazy("source document"),
        "quantity": gettext_lazy("quantity"),
        "lot_id": gettext_lazy("lot"),
        "package_id": gettext_lazy("out of the package"),
        "result_package_id": gettext_lazy("into the package"),
        "owner_id": gettext_lazy("belongs to"),
        "location_id": gettext_lazy("from"),
        "location_dest_id": gettext_lazy("to"),
        "picking_type_id": gettext_lazy("operation type"),
        "return_id": gettext_lazy("return of"),
        "body": gettext_lazy("message"),
    }
    selections = {"state": TRANSFER_STATES}

    def subject_for(self, record: Mirror) -> Inspection | None:
        if not isinstance(record, Inspection) or record.state in {"success", "canceled"}:
            return None
        return record if any(read_held(record).places()) else None

    def initial(self, subject: Inspection) -> dict[str, Any]:
        held = read_held(subject)
        first, places = next(held.places(), None), places_aside(held)
        values: dict[str, Any] = {"moved": True, "place": str(places[0].pk) if places else ""}
        if first is not None:
            values |= {"stock": str(first[1].row), "quantity": trimmed(_most(*first))}
        return values

    def approver(self, subject: Inspection, answer: Mapping[str, Any]) -> Role | None:
        held = read_held(subject)
        return approver_above(limits_for(held).quarantine_amount, held)

    def plan(self, subject: Inspection, answer: Mapping[str, Any], *, by: User) -> Plan:
        held = read_held(subject)
        wanted = chosen(held, answer)
        kind = kind_of_transfer(wanted.stock.plant)
        aside = Aside(subject, wanted.held.goods, wanted.stock, wanted.row, wanted.place, kind, wanted.quantity)
        return Plan(
            steps=forward(aside, at_once=wanted.moved),
            undo=(cancelling(aside.where, "assigned"),),
            effect=_effect(wanted),
            follows=tuple(_follows(wanted)),
            warnings=tuple(_warnings(wanted)),
            names=names_of(aside),
        )

    def approver_back(self, subject: Inspection | None, first: Role | None) -> Role | None:
        """Goods that return can be used again: it is a release of what was held, and decided on as one."""
        if subject is None:
            return Role.PLANT_MANAGER
        held = read_held(subject)
        return approver_above(limits_for(held).release_amount, held)

    def way_back(self, done: Done) -> Plan:
        return taking_back(done)


def _effect(wanted: Chosen) -> str:
    values = {
        "quantity": counted(wanted.quantity, wanted.held.goods.unit),
        "goods": named(wanted.held.goods),
        "place": wanted.place.full_name or wanted.place.name,
    }
    if wanted.moved:
        return _("%(quantity)s of %(goods)s are set aside at %(place)s.") % values
    return _("A transfer of %(quantity)s of %(goods)s to %(place)s is made ready.") % values


def _follows(wanted: Chosen) -> list[str]:
    told = [_("Odoo numbers the transfer and keeps it with the stock's history.")]
    taken = min(wanted.stock.reserved, wanted.quantity - (wanted.stock.quantity - wanted.stock.reserved))
    if taken > 0:
        waiting = len(wanted.held.waiting.hard)
        text = ngettext(
            "Up to %(quantity)s are promised to %(count)d move: Odoo takes the newest promises back.",
            "Up to %(quantity)s are promised to %(count)d moves: Odoo takes the newest promises back.",
            max(waiting, 1),
        )
        told.append(text % {"quantity": counted(taken, wanted.held.goods.unit), "count": max(waiting, 1)})
    if wanted.row.package is not None:
        told.append(_("The goods are taken out of %s: what else lies in it stays there.") % wanted.row.package.name)
    if wanted.row.owner is not None:
        told.append(_("The goods still belong to %s.") % wanted.row.owner.name)
    return told


def _warnings(wanted: Chosen) -> list[str]:
    rest = wanted.stock.quantity - wanted.quantity
    told = [] if rest <= 0 else [_("%s stay where they can be taken.") % counted(rest, wanted.held.goods.unit)]
    others = [one for one in wanted.held.stock if one.row != wanted.stock.row]
    if others:
        text = ngettext(
            "Goods of this inspection lie at %d more place.",
            "Goods of this inspection lie at %d more places.",
            len(others),
        )
        told.append(text % len(others))
    return told
