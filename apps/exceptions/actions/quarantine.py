"""Set goods aside: an internal transfer from where they can be taken to a place where nobody takes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.actions.definition import ActionForm, CannotPlanError, Done, Plan, Reversibility, actions
from apps.actions.selections import TRANSFER_STATES
from apps.exceptions.actions.held_stock import read_held
from apps.exceptions.actions.on_inspections import InspectionAction
from apps.exceptions.actions.promises import losers
from apps.exceptions.actions.quality_limits import approver_above, limits_for
from apps.exceptions.actions.takeable_stock import (
    ANOTHER_PLANT,
    Chosen,
    Takeable,
    chosen,
    lies_within,
    places_aside,
    problem_with,
    takeable,
)
from apps.exceptions.actions.transfer_back import taking_back
from apps.exceptions.actions.transfer_steps import Aside, cancelling, forward, names_of
from apps.exceptions.hold_words import counted, named
from controltower.lib.numbers import trimmed
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.quality import Inspection
from odoo_sync.mirror.stock import OperationType, Warehouse
from odoo_sync.mirror.stock_lots import Quant


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
        self.takeable = takeable(self.held)
        stock = [(str(one.stock.row), _stock_label(one)) for one in self.takeable]
        places = [(str(one.pk), str(one.full_name or one.name)) for one in places_aside(self.held)]
        self.fields["stock"].choices = stock  # type: ignore[attr-defined]
        self.fields["place"].choices = places  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        found = next((one for one in self.takeable if str(one.stock.row) == str(data.get("stock"))), None)
        quantity = data.get("quantity")
        if quantity is not None and (problem := problem_with(quantity, found)):
            self.add_error("quantity", problem)
        place = next((one for one in places_aside(self.held) if str(one.pk) == data.get("place")), None)
        if found is not None and place is not None and place.warehouse_id != found.stock.plant:
            self.add_error("place", ANOTHER_PLANT)
        return data


def _stock_label(one: Takeable) -> str:
    goods = one.held.goods
    parts = [counted(one.stock.quantity, goods.unit), named(goods), "/".join(one.stock.path)]
    if one.promises.on_their_way:
        parts.append(_("%s of them on their way aside") % counted(one.promises.on_their_way, ""))
    return " · ".join([*parts, *_apart(one.row)])


def _apart(row: Quant) -> list[str]:
    """The package that stock lies in, and whose it is where it is not the company's own."""
    told = [str(row.package.name)] if row.package else []
    return [*told, _("belongs to %s") % row.owner.name] if row.owner else told


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

    Stock that is promised to other moves is taken from them first, from those who need it last (Odoo itself would
    promise it twice, and let either take it): each of their lines keeps what it is to keep. Then one call makes the
    transfer with its line, each under an external id of its own, so that a lost answer makes no second one and a
    refusal leaves no empty transfer. Where the goods have yet to be carried it is left ready: the line keeps them, and
    it is proved that no more of the stock is promised than lies there. Else it is validated. At last those who have
    lost goods look for others in Odoo. What is on its way to be set aside cannot be set aside again. Goods that are
    worth more than the limits of `quality.decisions` allow need the plant manager.
    Taking it back needs whoever may release the goods, and goes by what has become of the transfer: one that is not
    done is cancelled, with or without goods on it; after one that is done the goods return by another. Those who have
    lost goods then look for them again: Odoo decides who gets how much.
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
        "mrp.production": ("read",),
    }
    fields = {
        "state": gettext_lazy("state"),
        "origin": gettext_lazy("source document"),
        "quantity": gettext_lazy("quantity"),
        "quantity_product_uom": gettext_lazy("quantity"),
        "reserved_quantity": gettext_lazy("promised"),
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
        return record if takeable(read_held(record)) else None

    def initial(self, subject: Inspection) -> dict[str, Any]:
        held = read_held(subject)
        first, places = next(iter(takeable(held)), None), places_aside(held)
        values: dict[str, Any] = {"moved": True, "place": str(places[0].pk) if places else ""}
        if first is not None:
            values |= {"stock": str(first.stock.row), "quantity": trimmed(first.most)}
        return values

    def approver(self, subject: Inspection, answer: Mapping[str, Any]) -> Role | None:
        held = read_held(subject)
        return approver_above(limits_for(held).quarantine_amount, held)

    def plan(self, subject: Inspection, answer: Mapping[str, Any], *, by: User) -> Plan:
        held = read_held(subject)
        wanted = chosen(held, answer)
        kind = kind_of_transfer(wanted.source.stock.plant)
        source = wanted.source
        aside = Aside(
            subject, wanted.goods, source.stock, source.row, wanted.place, kind, wanted.quantity,
            wanted.losses, wanted.may_look,
        )  # fmt: skip
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
        "quantity": counted(wanted.quantity, wanted.goods.unit),
        "goods": named(wanted.goods),
        "place": wanted.place.full_name or wanted.place.name,
    }
    if wanted.moved:
        return _("%(quantity)s of %(goods)s are set aside at %(place)s.") % values
    return _("A transfer of %(quantity)s of %(goods)s to %(place)s is made ready.") % values


def _follows(wanted: Chosen) -> list[str]:
    told = [_("Odoo numbers the transfer and keeps it with the stock's history.")]
    told += losers(wanted.losses, wanted.goods.unit)
    if wanted.losses and wanted.may_look:
        told.append(_("Odoo then looks for other goods for those who lose some; it may find none."))
    elif wanted.losses:
        told.append(_("Nobody looks for other goods for them at once: it could be these that Odoo finds."))
    if wanted.source.row.package is not None:
        told.append(
            _("The goods are taken out of %s: what else lies in it stays there.") % wanted.source.row.package.name
        )
    if wanted.source.row.owner is not None:
        told.append(_("The goods still belong to %s.") % wanted.source.row.owner.name)
    return told


def _warnings(wanted: Chosen) -> list[str]:
    told = [] if wanted.rest <= 0 else [_("%s stay where they can be taken.") % counted(wanted.rest, wanted.goods.unit)]
    if not wanted.moved:
        told.append(
            _("Odoo promises the goods to nobody else, but they lie where they did until the transfer is carried out.")
        )
    stock = wanted.place.warehouse.stock_location if wanted.place.warehouse else None
    if stock is not None and lies_within(wanted.place, stock):
        text = _("%(place)s lies within %(stock)s, so that Odoo takes goods from there too. Have it moved beside that.")
        told.append(text % {"place": wanted.place.full_name, "stock": stock.full_name or stock.name})
    others = [one for one in wanted.source.held.stock if one.row != wanted.source.stock.row]
    if others:
        text = ngettext(
            "Goods of this inspection lie at %d more place.",
            "Goods of this inspection lie at %d more places.",
            len(others),
        )
        told.append(text % len(others))
    return told
