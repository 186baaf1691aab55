"""Mirror of the tags that partners carry."""

from __future__ import annotations

from django.db import models

from odoo_sync.mirror.base import Lane, Mirror, Source, mirrors


@mirrors.add
class PartnerTag(Mirror):
    """A tag on partners, such as a customer's class. Odoo: res.partner.category; ``name`` in English, without parents.

    Which partners carry it is on the partner. Odoo lets both sides write that and stamps only the one that was written.
    """

    key = "res.partner.category"
    source = Source(model="res.partner.category", lane=Lane.WARM, archived=True, far_sides=(("res.partner", "tags"),))
    company_path = None

    name = models.CharField(null=True)
    active = models.BooleanField(null=True)
