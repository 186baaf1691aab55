"""The goods an inspection is about, where they lie and which open moves want them: read in bulk."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from apps.exceptions.hold_moves import INSIDE, NOTHING, OpenMoves, Shift, read_moves
from apps.exceptions.hold_needs import StockNeed
from apps.exceptions.inspections import Inspection
from apps.exceptions.links import product_name
from odoo_sync.mirror.product import Product
from odoo_sync.mirror.production import ProductionOrder
from odoo_sync.mirror.stock import Transfer
from odoo_sync.mirror.stock_lots import Lot, MoveLine, Quant

MADE = "move__produced_by"
DONE = Q(state="done")
OUTWARD = Q(state__in=("partially_available", "assigned"), from_location__usage="internal")
"""Lines of what is promised to a transfer out of a plant or within it."""


@dataclass(frozen=True)
class Stock:
    """So much of the goods at one place. ``path`` are the names of the place and of those it lies in, outermost first;
    ``value`` is in the company's currency, null where nobody knows it; ``shifts`` is what of the reserved part is
    only to be taken elsewhere in the plant."""

    row: int
    location: int
    path: tuple[str, ...] = ()
    company: int | None = None
    plant: int | None = None
    quantity: Decimal = NOTHING
    reserved: Decimal = NOTHING
    value: Decimal | None = None
    shifts: tuple[Shift, ...] = ()


@dataclass(frozen=True)
class Goods:
    """One product, or one lot of it, that an inspection is about.

    ``most`` is how much is meant, null for all of the lot. ``stock`` is where the goods may lie: the lot's stock, or
    all of the product where no lot is known; ``others`` is stock of the product in other lots. ``needs`` are the open
    moves that take the product out of the plants where it lies.
    """

    product: int
    name: str = ""
    unit: str = ""
    template: int | None = None
    lot: int | None = None
    lot_name: str = ""
    most: Decimal | None = None
    stock: tuple[Stock, ...] = ()
    others: tuple[Stock, ...] = ()
    needs: tuple[StockNeed, ...] = ()


@dataclass(frozen=True)
class _Named:
    """Goods as an inspection names them."""

    product: int
    lot: int | None = None
    most: Decimal | None = None


def read_goods(inspections: Iterable[Inspection]) -> dict[str, tuple[Goods, ...]]:
    """The goods of each inspection, by its key; empty where it names none."""
    rows = list(inspections)
    named = _named(rows)
    products = {one.product for found in named.values() for one in found}
    moves = read_moves(products)
    stock = _stock(products, moves)
    known = Product.everything.filter(pk__in=products).select_related("template__unit").in_bulk()
    lots = Lot.everything.in_bulk([one.lot for found in named.values() for one in found if one.lot])
    companies = {one.key: one.company for one in rows}
    found: dict[str, tuple[Goods, ...]] = {}
    for key, goods in named.items():
        found[key] = tuple(_goods(one, companies[key], known, lots, stock, moves) for one in goods)
    return found


def _named(rows: list[Inspection]) -> dict[str, list[_Named]]:
    """What each inspection is about: its lot, what its transfer or its production order brought, else its product.

    Of a transfer that is still to leave a plant it is what the transfer is to take. One that has brought nothing yet
    names no goods: what lies in stock of the product is other goods.
    """
    lots = dict(Lot.everything.filter(pk__in=[one.lot for one in rows if one.lot]).values_list("pk", "product_id"))
    bare = [one for one in rows if not one.lot]
    transfers = {one.transfer for one in bare if one.transfer}
    brought, made = _brought(transfers, "transfer"), _brought({one.production for one in bare if one.production}, MADE)
    picked = _brought(transfers, "transfer", OUTWARD)
    known = set(Transfer.objects.filter(pk__in=transfers).values_list("pk", flat=True))
    known |= set(ProductionOrder.objects.filter(pk__in={one.production for one in bare}).values_list("pk", flat=True))
    found: dict[str, list[_Named]] = {}
    for one in rows:
        if one.lot is not None:
            product = lots.get(one.lot) or one.product
            found[one.key] = [_Named(product, one.lot)] if product else []
            continue
        moved = brought.get(one.transfer or 0) or picked.get(one.transfer or 0, [])
        fitting = [each for each in (*moved, *made.get(one.production or 0, ())) if one.product in (None, each.product)]
        told = one.transfer in known or one.production in known
        fallback = [_Named(one.product, None, one.quantity)] if one.product and not told else []
        found[one.key] = fitting or fallback
    return found


def _brought(keys: set[int], path: str, which: Q = DONE) -> dict[int, list[_Named]]:
    """What transfers or production orders have brought, by their key: lots whole, the rest by quantity."""
    if not keys:
        return {}
    lines = MoveLine.objects.filter(which, **{f"{path}__in": keys}, quantity__gt=0)
    sums: dict[int, dict[tuple[int, int | None], Decimal]] = {}
    owner = path if path.endswith("_id") else f"{path}_id"
    for key, product, lot, quantity in lines.order_by("pk").values_list(owner, "product_id", "lot_id", "quantity"):
        if product is not None:
            of_one = sums.setdefault(key, {})
            of_one[product, lot] = of_one.get((product, lot), NOTHING) + quantity
    return {
        key: [_Named(product, lot, None if lot else quantity) for (product, lot), quantity in found.items()]
        for key, found in sums.items()
    }


def _stock(products: set[int], moves: OpenMoves) -> dict[int, list[tuple[int | None, Stock]]]:
    """Stock of the products inside the plants, with the lot it is of."""
    found: dict[int, list[tuple[int | None, Stock]]] = {}
    quants = Quant.objects.filter(product__in=products, location__usage__in=INSIDE, quantity__gt=0)
    for row in quants.select_related("location").order_by("pk"):
        place = row.location
        path = tuple((place.full_name or place.name or "").split("/")) if place else ()
        stock = Stock(
            row=row.pk,
            location=row.location_id,
            path=path,
            company=row.company_id,
            plant=place.warehouse_id if place else None,
            quantity=row.quantity or NOTHING,
            reserved=row.reserved or NOTHING,
            value=row.value,
            shifts=tuple(moves.shifts.get((row.lot_id, row.location_id), ())),
        )
        found.setdefault(row.product_id, []).append((row.lot_id, stock))
    return found


def _goods(
    named: _Named,
    company: int | None,
    products: Mapping[int, Product],
    lots: Mapping[int, Lot],
    stock: Mapping[int, list[tuple[int | None, Stock]]],
    moves: OpenMoves,
) -> Goods:
    product, lot = products.get(named.product), lots.get(named.lot or 0)
    here = [(key, one) for key, one in stock.get(named.product, ()) if company in (None, one.company)]
    mine = tuple(one for key, one in here if named.lot in (None, key))
    plants, places = {one.plant for one in mine}, {one.location for one in mine}
    wanting = [one for one in moves.wanting.get(named.product, ()) if one.plant in plants]
    others = tuple(one for key, one in here if named.lot not in (None, key) and one.plant in plants)
    template = product.template if product else None
    return Goods(
        product=named.product,
        name=product_name(product),
        unit=template.unit.name if template and template.unit else "",
        template=product.template_id if product else None,
        lot=named.lot,
        lot_name=lot.name if lot else "",
        most=named.most,
        stock=mine,
        others=others,
        needs=tuple(one.of(named.lot, places) for one in wanting),
    )
