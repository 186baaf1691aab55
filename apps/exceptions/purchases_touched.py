"""From a changed row of any mirror to the purchase lines whose judgement it may change, in bulk."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import F, Q
from django.db.models.functions import Coalesce

from apps.exceptions.models import Case
from apps.exceptions.pegging import lines_above
from controltower.lib.keys import split_key
from odoo_sync.mirror.base import MirrorQuerySet
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.purchase import PurchaseOrderLine
from odoo_sync.mirror.sale import SaleOrderLine
from odoo_sync.mirror.stock import Move

CONFIRMED = ("purchase", "done")


def waiting() -> MirrorQuerySet:
    """Confirmed lines with something still to come. A line without its order is judged by its own copy of the state."""
    confirmed = Q(order__state__in=CONFIRMED) | Q(order__state=None, state__in=CONFIRMED)
    return PurchaseOrderLine.objects.filter(confirmed, quantity__gt=Coalesce(F("received"), Decimal(0)))


def by_order(orders: Iterable[int]) -> Iterable[int]:
    return PurchaseOrderLine.everything.filter(order__in=set(orders)).values_list("pk", flat=True)


def by_move(moves: Iterable[int]) -> Iterable[int]:
    return lines_above(moves)


def by_location(locations: Iterable[int]) -> Iterable[int]:
    """A move into a vendor's location is a return, not a receipt."""
    into = Move.objects.filter(to_location__in=set(locations), purchase_line__isnull=False)
    return into.values_list("purchase_line_id", flat=True)


def by_production(orders: Iterable[int]) -> Iterable[int]:
    wanted = set(orders)
    moves = Move.objects.filter(Q(consumed_by__in=wanted) | Q(produced_by__in=wanted))
    return lines_above(moves.values_list("pk", flat=True))


def by_sale_line(lines: Iterable[int]) -> Iterable[int]:
    wanted = set(lines)
    moves = Move.objects.filter(sale_line__in=wanted).values_list("pk", flat=True)
    direct = PurchaseOrderLine.objects.filter(sale_line__in=wanted).values_list("pk", flat=True)
    return lines_above(moves) | set(direct)


def by_sale_order(orders: Iterable[int]) -> Iterable[int]:
    return by_sale_line(SaleOrderLine.everything.filter(order__in=set(orders)).values_list("pk", flat=True))


def by_partner(partners: Iterable[int]) -> Iterable[int]:
    """Names are found where they are shown; a partner that stands for a company decides who is a customer at all."""
    if Company.everything.filter(partner__in=set(partners)).exists():
        return all_open(partners)
    return []


def in_cases(rows: Iterable[int]) -> Iterable[str]:
    """Every late line in the databases of these rows: money by today's rates is counted for those alone."""
    connections = {split_key(row)[0] for row in rows}
    cases = Case.objects.held().filter(subject_type=PurchaseOrderLine.key, connection__in=connections)
    return cases.values_list("subject_key", flat=True)


def all_open(rows: Iterable[int]) -> Iterable[int]:
    """Every line that waits, in the databases of these rows: for calendars and places, which seldom change."""
    open_lines: set[int] = set()
    for connection in {split_key(row)[0] for row in rows}:
        open_lines.update(waiting().of(connection).values_list("pk", flat=True))
    return open_lines
