"""Who is promised goods that lie somewhere, and who loses how much when some of them are set aside.

Odoo keeps a promise as a line of an open move: it reserves stock as soon as it names it, whatever others were promised
(stock.move.line, create, 18.0). A transfer that is to keep goods has to take them from the others first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from apps.actions.definition import CannotPlanError
from apps.exceptions.hold import Limits
from apps.exceptions.hold_goods import NOTHING
from apps.exceptions.hold_words import counted
from odoo_sync.mirror.stock import Location
from odoo_sync.mirror.stock_lots import MoveLine, Quant

LEAST = Decimal("0.000001")
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Promises:
    """The open lines that goods of one row of stock are promised to, in the product's unit.

    ``aside`` already take them to a place that counts as set aside, ``others`` take them anywhere else.
    """

    row: Quant
    aside: tuple[MoveLine, ...] = ()
    others: tuple[MoveLine, ...] = ()

    @property
    def on_their_way(self) -> Decimal:
        return _sum(self.aside)

    @property
    def free(self) -> Decimal:
        """What nobody was promised; below zero where more is promised than there is."""
        known = self.on_their_way + _sum(self.others)
        return (self.row.quantity or NOTHING) - max(self.row.reserved or NOTHING, known)


@dataclass(frozen=True)
class Loss:
    """So much that a line loses, and what it keeps; in the product's unit."""

    line: MoveLine
    taken: Decimal
    kept: Decimal


def promises_of(rows: Iterable[Quant], limits: Limits) -> dict[int, Promises]:
    """The promises on each row of stock, by its key, in one query."""
    wanted = list(rows)
    if not wanted:
        return {}
    lines = MoveLine.objects.filter(product__in={row.product_id for row in wanted}, quantity__gt=0)
    lines = lines.exclude(state__in=("done", "cancel")).select_related(
        "to_location", "transfer__partner", "move__consumed_by", "move__product__template", "move__from_location"
    )
    known = list(lines.order_by("pk"))
    found = {}
    for row in wanted:
        mine = [line for line in known if _is_of(line, row)]
        aside = tuple(line for line in mine if line.to_location and is_aside(line.to_location, limits))
        found[row.pk] = Promises(row, aside, tuple(line for line in mine if line not in aside))
    return found


def is_aside(place: Location, limits: Limits) -> bool:
    """Whether a place counts as set aside: it, or one it lies in, has such a name."""
    names = {name.strip().casefold() for name in (place.full_name or place.name or "").split("/")}
    return bool(limits.set_aside & names)


def losses_of(promises: Promises, quantity: Decimal, unit: str) -> list[Loss]:
    """Who loses goods so that this much of them lies free: those who need them last, as Odoo would choose.

    A line in another unit than the product's is taken back whole. Raises CannotPlanError where too little is known of
    who was promised them.
    """
    missing, found = quantity - promises.free, []
    for line in sorted(promises.others, key=_last_first):
        if missing < LEAST:
            break
        has = line.quantity or NOTHING
        taken = has if has <= missing or not counts_alike(line) else missing
        found.append(Loss(line, taken, has - taken))
        missing -= taken
    if missing >= LEAST:
        text = _("In Odoo %s of them are promised to somebody who is not known here. Try again in a minute.")
        raise CannotPlanError(text % counted(missing, unit))
    return found


def counts_alike(line: MoveLine) -> bool:
    """Whether a line counts in its product's own unit; Odoo takes the move's unit for it, or the product's."""
    move = line.move
    template = move.product.template if move and move.product else None
    return move is not None and template is not None and move.unit_id == template.unit_id


def called(line: MoveLine) -> str:
    """What people call whoever a line takes goods for: its transfer or production order, and for whom that is."""
    if line.transfer is not None:
        partner = line.transfer.partner
        return f"{line.transfer.name} ({partner.name})" if partner else str(line.transfer.name)
    order = line.move.consumed_by if line.move else None
    return str(order.name if order else (line.move.reference if line.move else "") or _("a move"))


def losers(losses: Iterable[Loss], unit: str) -> Iterator[str]:
    """What each of them loses, in the order in which it is taken from them."""
    for one in losses:
        values = {"who": called(one.line), "quantity": counted(one.taken, unit), "kept": counted(one.kept, unit)}
        text = _("%(who)s loses %(quantity)s that were promised to it.")
        if one.kept:
            text = _("%(who)s loses %(quantity)s that were promised to it, and keeps %(kept)s.")
        yield text % values


def _is_of(line: MoveLine, row: Quant) -> bool:
    """Whether it is exactly this row that a line takes goods of."""
    place = line.from_location_id or (line.move.from_location_id if line.move else None)
    names = ("product_id", "lot_id", "package_id", "owner_id")
    return place == row.location_id and all(getattr(line, name) == getattr(row, name) for name in names)


def _last_first(line: MoveLine) -> tuple[float, int]:
    """Odoo's own order: the transfer that is planned last, then the newest line (_free_reservation, 18.0)."""
    at = (line.transfer.scheduled_at if line.transfer else None) or (line.move.scheduled_at if line.move else None)
    return -(at or NEVER).timestamp(), -line.pk


def _sum(lines: Iterable[MoveLine]) -> Decimal:
    return sum((line.quantity or NOTHING for line in lines), NOTHING)
