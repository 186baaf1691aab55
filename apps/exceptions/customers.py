"""Who the customers behind order lines are: companies of the group or not, and which tags they carry."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from odoo_sync.mirror.company import Company, Partner
from odoo_sync.mirror.partner_tag import PartnerTag
from odoo_sync.mirror.sale import SaleOrderLine


def sister_partners() -> set[int]:
    """The partners that stand for companies of the group, with their commercial partners: never external customers."""
    own = set(Company.everything.exclude(partner=None).values_list("partner_id", flat=True))
    return own | {
        commercial
        for commercial in Partner.everything.filter(id__in=own).values_list("commercial_partner_id", flat=True)
        if commercial is not None
    }


def customer_key(row: SaleOrderLine) -> int | None:
    """The commercial partner of the order, or the partner itself while its own is not known."""
    partner = row.order.customer if row.order else None
    return (partner.commercial_partner_id if partner else None) or (row.order.customer_id if row.order else None)


def customer_of(row: SaleOrderLine) -> Partner | None:
    """The mirrored row of that customer: a contact or a delivery address never speaks for it. None while it is missing.

    The line comes with its order, the order's partner and the partner's commercial partner.
    """
    partner = row.order.customer if row.order else None
    if partner is None or partner.commercial_partner_id in (None, partner.pk):
        return partner
    return partner.commercial_partner


def tag_names(keys: Iterable[int]) -> dict[int, str]:
    """The names of those tags that Odoo still has and nobody has archived."""
    wanted = set(keys)
    if not wanted:
        return {}
    tags = PartnerTag.objects.filter(Q(active=None) | Q(active=True), id__in=wanted)
    return {key: name for key, name in tags.values_list("pk", "name") if name}
