"""Where inspected goods and lots belong: to the plant where all of them lie, which the record itself does not say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet

from apps.exceptions.hold_goods import INSIDE, read_goods
from apps.exceptions.inspections import INSPECTION, read_inspections, subject_key
from controltower.lib.places import place_of
from controltower.lib.scope import Scope, Slice
from odoo_sync.mirror.production import ProductionOrder
from odoo_sync.mirror.quality import Inspection
from odoo_sync.mirror.stock import Transfer
from odoo_sync.mirror.stock_lots import Lot, Quant

Lying = Iterable[tuple[int | None, int | None]]
"""Company and plant of each place where some goods lie."""


def place_of_inspection(inspection: Inspection) -> Slice:
    """Where the goods of an inspection lie, else where they are made or come in.

    Goods in several plants are a matter of their company, and those in several companies one of the group.
    """
    goods = read_goods(read_inspections([subject_key(INSPECTION, inspection.pk)]))
    stock = [one for found in goods.values() for each in found for one in each.stock]
    documents = (place_of(one) for one in (inspection.production, inspection.transfer) if one is not None)
    coming = next((one for one in documents if one.plant is not None), None)
    if not stock and coming is not None:
        return _of_all([(coming.company, coming.plant)], place_of(inspection))
    return _of_all([(one.company, one.plant) for one in stock], place_of(inspection))


def place_of_lot(lot: Lot) -> Slice:
    """Where the stock of a lot lies: Odoo 18 gives most lots no company."""
    quants = Quant.objects.filter(lot=lot, location__usage__in=INSIDE, quantity__gt=0)
    return _of_all(quants.values_list("company_id", "location__warehouse_id"), place_of(lot))


def _of_all(lying: Lying, own: Slice) -> Slice:
    """The one company and the one plant of all places; what the record says of itself counts before."""
    places = set(lying)
    companies, plants = {company for company, _plant in places}, {plant for _company, plant in places}
    company = own.company or (next(iter(companies)) if len(companies) == 1 else None)
    if company is None or companies - {company}:
        return Slice(company)
    return Slice(company, next(iter(plants)) if len(plants) == 1 else None) if places else own


def inspections_within(scope: Scope) -> QuerySet[Any]:
    """The inspections that people with this scope may look for: their own and those of goods in their plants."""
    stock = Quant.objects.within(scope)
    return Inspection.objects.filter(
        Q(pk__in=Inspection.objects.within(scope).values("pk"))
        | Q(lot__in=stock.exclude(lot=None).values("lot"))
        | Q(lot=None, product__in=stock.exclude(product=None).values("product"))
        | Q(transfer__in=Transfer.objects.within(scope).values("pk"))
        | Q(production__in=ProductionOrder.objects.within(scope).values("pk"))
    )


def lots_within(scope: Scope) -> QuerySet[Any]:
    """The lots that people with this scope may look for: their company's and those with stock in their plants."""
    stock = Quant.objects.within(scope).exclude(lot=None)
    return Lot.objects.filter(Q(pk__in=Lot.objects.within(scope).values("pk")) | Q(pk__in=stock.values("lot")))
