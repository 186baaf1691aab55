"""From a changed row of any mirror to the inspections whose judgement it may change, in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Set

from django.db.models import Exists, OuterRef, Q

from apps.exceptions.hold_goods import INSIDE
from apps.exceptions.holds import MAKING
from apps.exceptions.inspections import ALERT, CHECK, INSPECTION, UNDECIDED, subject_key
from apps.exceptions.models import Case
from apps.exceptions.pegging import moves_above
from controltower.lib.keys import split_key
from controltower.lib.scope import Scope
from odoo_sync.mirror.base import MirrorQuerySet, mirrors
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.quality import InspectionLine
from odoo_sync.mirror.sale import SaleOrderLine
from odoo_sync.mirror.stock import Move
from odoo_sync.mirror.stock_lots import Lot, MoveLine, Quant

Keys = Set[int | None]
NONE: Keys = frozenset()
KEPT = Q(lot__isnull=False) | Q(product__isnull=False) | Q(transfer__isnull=False) | Q(production__isnull=False)


def undecided(mirror: str) -> MirrorQuerySet:
    """Inspections of a model whose goods may be on hold. One that failed long ago counts while there is stock."""
    rows: MirrorQuerySet = mirrors[mirror].objects.filter(KEPT)
    if mirror == ALERT:
        return rows.filter(Q(done_at=None) & (Q(stage=None) | Q(stage__done=None) | Q(stage__done=False)))
    rows = rows.filter(state__in=UNDECIDED[mirror])
    return rows if mirror == CHECK else rows.filter(_not_settled())


def _not_settled() -> Q:
    """Not failed; or failed with stock of its goods left, with production under way, or of goods that only its transfer
    or its production order knows."""
    inside = Quant.objects.filter(quantity__gt=0, location__usage__in=INSIDE)
    of_lot = Exists(inside.filter(lot=OuterRef("lot")))
    of_product = Exists(inside.filter(product=OuterRef("product")))
    left = Q(of_lot) | Q(Q(lot=None) & of_product) | Q(lot=None, product=None)
    return ~Q(state="failed") | left | Q(production__state__in=MAKING)


def all_undecided(scope: Scope) -> list[str]:
    """The subjects of everything that may be on hold."""
    return [
        subject_key(mirror, row)
        for mirror in (INSPECTION, CHECK, ALERT)
        for row in undecided(mirror).within(scope).values_list("pk", flat=True)
    ]


def by_line(lines: Iterable[int]) -> Iterable[int]:
    found = InspectionLine.everything.filter(pk__in=set(lines), inspection__isnull=False)
    return found.values_list("inspection_id", flat=True)


def by_check(rows: Iterable[int]) -> Iterable[str]:
    return [subject_key(CHECK, row) for row in rows]


def by_alert(rows: Iterable[int]) -> Iterable[str]:
    return [subject_key(ALERT, row) for row in rows]


def by_stage(stages: Iterable[int]) -> Iterable[str]:
    return by_alert(mirrors[ALERT].objects.filter(stage__in=set(stages)).values_list("pk", flat=True))


def by_quant(quants: Iterable[int]) -> Iterable[str]:
    return _of_products(Quant.everything.filter(pk__in=set(quants)).values_list("product_id", flat=True))


def by_lot(lots: Iterable[int]) -> Iterable[str]:
    return _of_products(Lot.everything.filter(pk__in=set(lots)).values_list("product_id", flat=True))


def by_move_line(lines: Iterable[int]) -> Iterable[str]:
    found = MoveLine.everything.filter(pk__in=set(lines)).values_list("product_id", "transfer_id")
    rows = list(found)
    return _concerning(products={one for one, _ in rows}, transfers={one for _, one in rows})


def by_move(moves: Iterable[int]) -> Iterable[str]:
    """A move of goods on hold may need them, and so may whatever it leads to."""
    above = Move.everything.filter(pk__in=moves_above(moves))
    found = list(above.values_list("product_id", "transfer_id", "produced_by_id"))
    return _concerning(
        products={one for one, _, _ in found},
        transfers={one for _, one, _ in found},
        productions={one for _, _, one in found},
    )


def by_production(orders: Iterable[int]) -> Iterable[str]:
    wanted = set(orders)
    moves = Move.objects.filter(Q(consumed_by__in=wanted) | Q(produced_by__in=wanted)).values_list("pk", flat=True)
    return [*_concerning(productions=wanted), *by_move(moves)]


def by_sale_line(lines: Iterable[int]) -> Iterable[str]:
    return by_move(Move.objects.filter(sale_line__in=set(lines)).values_list("pk", flat=True))


def by_sale_order(orders: Iterable[int]) -> Iterable[str]:
    return by_sale_line(SaleOrderLine.everything.filter(order__in=set(orders)).values_list("pk", flat=True))


def by_partner(partners: Iterable[int]) -> Iterable[str]:
    """Names are found where they are shown; a partner that stands for a company decides who is a customer at all."""
    return in_cases(partners) if Company.everything.filter(partner__in=set(partners)).exists() else []


def _of_products(products: Iterable[int | None]) -> list[str]:
    return _concerning(products=set(products))


def _concerning(*, products: Keys = NONE, transfers: Keys = NONE, productions: Keys = NONE) -> list[str]:
    """Undecided inspections that are about any of these."""
    wanted = [{one for one in some if one is not None} for some in (products, transfers, productions)]
    if not any(wanted):
        return []
    goods, moved, made = wanted
    about = Q(product__in=goods) | Q(lot__product__in=goods) | Q(transfer__in=moved) | Q(production__in=made)
    bare = Q(product=None, lot=None) & (Q(transfer__isnull=False) | Q(production__isnull=False))
    return [
        subject_key(mirror, row)
        for mirror in (INSPECTION, CHECK, ALERT)
        for row in _alive(mirror).filter(about | bare).values_list("pk", flat=True)
    ]


def _alive(mirror: str) -> MirrorQuerySet:
    """Undecided ones, without asking for stock: it may have come this moment."""
    rows: MirrorQuerySet = mirrors[mirror].objects.all()
    return rows if mirror == ALERT else rows.filter(state__in=UNDECIDED[mirror])


def in_cases(rows: Iterable[int]) -> Iterable[str]:
    """Every case of the databases of these rows: for rates, calendars and places, which seldom change."""
    connections = {split_key(row)[0] for row in rows}
    cases = Case.objects.held().filter(detector="quality.stock_on_hold", connection__in=connections)
    return cases.values_list("subject_key", flat=True)


def everything_undecided(rows: Iterable[int]) -> Iterable[str]:
    """Everything undecided in the databases of these rows: for places and calendars."""
    connections = {split_key(row)[0] for row in rows}
    return [
        subject_key(mirror, row)
        for mirror in (INSPECTION, CHECK, ALERT)
        for connection in connections
        for row in _alive(mirror).of(connection).values_list("pk", flat=True)
    ]
