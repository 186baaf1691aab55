"""The only plant of a company: where machines stand, of which Odoo says the company alone."""

from __future__ import annotations

from django.db import models

from odoo_sync.mirror.base import Many2one
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.stock import Warehouse


class SolePlant(models.Model):
    """A company with exactly one warehouse in use, and that warehouse; read from a view, so it is never out of date.

    ``company__sole__plant`` is the ``plant_path`` of what belongs to a company and stands in a plant: the only one, or
    none where the company has several, so that only those see it who may see the whole company.
    """

    company = models.OneToOneField(
        Company, on_delete=models.DO_NOTHING, db_constraint=False, primary_key=True, related_name="sole"
    )
    plant = Many2one(Warehouse)

    class Meta:
        managed = False
        db_table = "odoo_sync_soleplant"

    def __str__(self) -> str:
        return f"{self.company_id} · {self.plant_id}"
