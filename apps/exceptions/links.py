"""Mirror rows as links of a network: open moves, open production orders, open customer lines."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q

from apps.exceptions.customers import customer_key, customer_of, sister_partners, tag_names
from apps.exceptions.network import Demand, PlannedMove, Production
from odoo_sync.mirror.product import Product
from odoo_sync.mirror.production import ProductionOrder
from odoo_sync.mirror.sale import SaleOrderLine
from odoo_sync.mirror.stock import Move, OperationType

OPEN = Q(state=None) | ~Q(state__in=("done", "cancel"))
CONFIRMED = ("sale", "done")


def open_moves(keys: Iterable[int]) -> dict[int, PlannedMove]:
    """The open moves among these, each with those that follow it by either end of the link."""
    rows = list(
        Move.objects.filter(OPEN, id__in=set(keys))
        .select_related("transfer", "product__template", "operation_type")
        .order_by("id")
    )
    following: dict[int, set[int]] = {row.pk: set(row.next_moves) for row in rows}
    for row in rows:
        for before in row.previous_moves:
            following.setdefault(before, set()).add(row.pk)
    known = {row.pk for row in rows}
    return {row.pk: _move(row, following[row.pk] & known) for row in rows}


def _move(row: Move, following: set[int]) -> PlannedMove:
    return PlannedMove(
        key=row.pk,
        name=row.transfer.name if row.transfer else row.reference or "",
        product=product_name(row.product),
        company=row.company_id,
        plant=_plant(row.operation_type),
        transfer=row.transfer_id,
        planned_at=row.scheduled_at,
        deadline_at=row.deadline_at,
        consumed_by=row.consumed_by_id,
        produced_by=row.produced_by_id,
        demand=row.sale_line_id,
        following=tuple(sorted(following)),
    )


def open_productions(keys: Iterable[int]) -> dict[int, Production]:
    """The production orders among these that are neither done nor cancelled."""
    rows = ProductionOrder.objects.filter(OPEN, id__in=set(keys)).select_related("product__template", "operation_type")
    return {
        row.pk: Production(
            key=row.pk,
            name=row.name,
            product=product_name(row.product),
            company=row.company_id,
            plant=_plant(row.operation_type),
            start_at=row.start_at,
            finish_at=row.finish_at,
        )
        for row in rows.order_by("id")
    }


def open_demands(keys: Iterable[int]) -> dict[int, Demand]:
    """The sale lines among these that are confirmed and not fully delivered."""
    rows = SaleOrderLine.objects.filter(id__in=set(keys)).select_related(
        "order__customer__commercial_partner", "product__template"
    )
    confirmed = [row for row in rows.order_by("id") if (row.order.state if row.order else row.state) in CONFIRMED]
    sisters = sister_partners() if confirmed else set()
    names = tag_names(tag for row in confirmed if (customer := customer_of(row)) is not None for tag in customer.tags)
    demands = (_demand(row, sisters, names) for row in confirmed)
    return {one.key: one for one in demands if one.open_quantity > 0}


def _demand(row: SaleOrderLine, sisters: set[int], names: Mapping[int, str]) -> Demand:
    order, customer, known = row.order, customer_key(row), customer_of(row)
    named = known or (order.customer if order else None)
    tags = known.tags if known else []
    return Demand(
        key=row.pk,
        order=row.order_id,
        order_name=order.name if order else "",
        product=product_name(row.product),
        company=row.company_id or (order.company_id if order else None),
        plant=order.warehouse_id if order else None,
        partner=order.customer_id if order else None,
        customer=customer,
        customer_name=(named.name or "") if named else "",
        customer_tags=tuple(sorted(names[tag] for tag in tags if tag in names)),
        tags=tuple(tags),
        external=customer is not None and customer not in sisters,
        open_quantity=(row.quantity or Decimal(0)) - (row.delivered or Decimal(0)),
        net_price=row.net_price or Decimal(0),
        currency=row.currency_id or (order.currency_id if order else None),
        promised_at=_promise(row),
    )


def _promise(row: SaleOrderLine) -> datetime | None:
    """The date agreed with the customer, else what the order told them: its date plus the line's lead time in days.

    Odoo 18: sale.order.commitment_date; sale.order.line._expected_date for the rest. Deadlines of deliveries are no
    witness, since Odoo shifts them along when a vendor's date moves.
    """
    order = row.order
    if order is None or order.promised_at is not None or order.ordered_at is None:
        return order.promised_at if order else None
    return order.ordered_at + timedelta(days=float(row.lead_days or 0))


def product_name(product: Product | None) -> str:
    """A product's name; empty while it has not arrived."""
    template = product.template if product else None
    return template.name if template else ""


def _plant(operation_type: OperationType | None) -> int | None:
    return operation_type.warehouse_id if operation_type else None
