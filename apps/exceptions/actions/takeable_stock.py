"""Which of the inspected goods can be set aside, how much of them, and where to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.actions.definition import CannotPlanError
from apps.exceptions.actions.held_stock import HeldStock
from apps.exceptions.actions.promises import Loss, Promises, is_aside, losses_of, promises_of
from apps.exceptions.hold import Held
from apps.exceptions.hold_goods import NOTHING, Goods, Stock
from apps.exceptions.hold_words import counted
from odoo_sync.mirror.product import Product
from odoo_sync.mirror.stock import Location
from odoo_sync.mirror.stock_lots import Quant

ANOTHER_PLANT = gettext_lazy("The goods lie in another plant. Choose a place of the plant where they lie.")
BY_PIECE = "serial"


@dataclass(frozen=True)
class Takeable:
    """Stock of the inspected goods of which some can still be set aside, no more than ``most``."""

    held: Held
    stock: Stock
    row: Quant
    promises: Promises
    most: Decimal


def takeable(held: HeldStock) -> list[Takeable]:
    """The places where some of the goods can still be taken: what is on its way to be set aside is not counted twice,
    neither among what lies there nor among what the inspection is about.
    """
    places = list(held.places())
    rows = Quant.everything.select_related("package", "owner", "lot").in_bulk([stock.row for _held, stock in places])
    promises = promises_of(rows.values(), held.limits)
    found = []
    for one, stock in places:
        under_way = sum((promises[each.row].on_their_way for each in one.stock), NOTHING)
        most = min(stock.quantity - promises[stock.row].on_their_way, one.quantity - under_way)
        if most > 0:
            found.append(Takeable(one, stock, rows[stock.row], promises[stock.row], most))
    return found


def problem_with(quantity: Decimal, found: Takeable | None) -> str:
    """Why so much cannot be set aside; empty where it can."""
    if quantity <= 0:
        return _("Set aside more than nothing.")
    most = found.most if found else NOTHING
    if quantity > most:
        return _("No more than %s of the inspected goods lies there.") % counted(most, "")
    return uncountable(quantity, found.held.goods.product) if found else ""


def uncountable(quantity: Decimal, product: int) -> str:
    """Why Odoo cannot count so much of a product; empty where it can, or where nobody knows how it counts.

    Odoo: uom.uom.rounding, beyond which it rounds or refuses, and product.template.tracking.
    """
    found = Product.everything.select_related("template__unit").filter(pk=product).first()
    template = found.template if found else None
    if template is None:
        return ""
    if template.extra.get("tracking") == BY_PIECE and quantity % 1:
        return _("Goods with serial numbers are set aside by the piece.")
    step = template.unit.rounding if template.unit else None
    if step and quantity % step:
        return _("Odoo counts %(unit)s in steps of %(step)s.") % {"unit": template.unit.name, "step": counted(step, "")}
    return ""


def places_aside(held: HeldStock) -> list[Location]:
    """The places of the plants where the goods lie that count as set aside."""
    plants = {one.plant for _held, one in held.places()}
    inside = Location.objects.filter(usage="internal", warehouse__in=plants).exclude(active=False)
    return [one for one in inside.order_by("full_name", "pk") if is_aside(one, held.limits)]


@dataclass(frozen=True)
class Chosen:
    """What the form asks for, found again in the mirror, and who loses goods by it."""

    source: Takeable
    place: Location
    quantity: Decimal
    moved: bool
    losses: tuple[Loss, ...] = ()
    may_look: bool = True
    """Whether those who lose goods can look for others without being promised goods of this inspection again."""

    @property
    def goods(self) -> Goods:
        return self.source.held.goods

    @property
    def rest(self) -> Decimal:
        """What stays at that place for anybody."""
        return self.source.stock.quantity - self.source.promises.on_their_way - self.quantity


def chosen(held: HeldStock, answer: Mapping[str, Any]) -> Chosen:
    """Raises CannotPlanError where the stock or the place is no longer there, or so much cannot be set aside."""
    there = takeable(held)
    found = next((one for one in there if str(one.stock.row) == str(answer.get("stock"))), None)
    place = next((one for one in places_aside(held) if str(one.pk) == str(answer.get("place"))), None)
    if found is None and not there and any(held.places()):
        raise CannotPlanError(_("All of these goods are on their way to be set aside already."))
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
    if place.warehouse_id != found.stock.plant:
        raise CannotPlanError(str(ANOTHER_PLANT))
    if problem := problem_with(quantity, found):
        raise CannotPlanError(problem)
    losses = tuple(losses_of(found.promises, quantity, found.held.goods.unit))
    others = [one for one in there if one is not found and one.promises.free > 0]
    reached = any(one.line.move and lies_within(place, one.line.move.from_location) for one in losses)
    return Chosen(found, place, quantity, bool(answer.get("moved")), losses, may_look=not others and not reached)


def lies_within(place: Location, other: Location | None) -> bool:
    """Whether a place is part of another, so that whoever takes goods from that takes them from here as well."""
    return other is not None and f"{place.full_name or place.name}/".startswith(f"{other.full_name or other.name}/")
