"""A group with a sound record of each kind that an action is about, written straight into the mirror."""

from __future__ import annotations

from decimal import Decimal

from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.product import UnitOfMeasure
from odoo_sync.mirror.quality_enterprise import QualityAlert, QualityCheck
from odoo_sync.mirror.stock import OperationType
from tests.floor import Floor
from tests.held import Shelf
from tests.mirrored import change, days
from tests.traded import Traders


class Plants(Traders):
    """A group with one sound record of each kind that an action is about."""

    def __post_init__(self) -> None:
        super().__post_init__()
        shelf, floor = Shelf(self), Floor(self)
        inside = {"kind": "internal", "company": self.plant, "warehouse": self.warehouse, "active": True}
        change(self.warehouse, internal_type=self.add(OperationType, name="Internal Transfers", **inside))
        line = self.purchase(days(3))
        self.receipt(line)
        sold, made = self.sale(days(5)), self.make(days(1), days(2))
        unit = self.add(UnitOfMeasure, name="Units", factor=1, rounding=Decimal("0.01"), active=True)
        change(shelf.product.template, unit=unit)
        lot = shelf.lot()
        shelf.quant(lot)
        shelf.promise(shelf.takes(sold.move, 5, to_location=shelf.customers), lot, 5)
        asked, failed, waits = (shelf.inspection(lot, state) for state in ("ready", "failed", "waiting"))
        for one in (asked, failed, waits):
            shelf.answer(one, unit=unit, limit_unit=unit)
        work, machine = floor.work(made.order), floor.machine(work_centre=floor.line)
        stop = floor.stop(work_order=work)
        blocked = floor.stop(centre=floor.centre("Oven", working_state="blocked"))
        known = {"company": self.plant, "product": shelf.product, "lot": lot}
        found = [
            line.order, line, sold.order, made.order, sold.move.transfer, asked, failed, waits, lot, machine,
            stop, blocked, floor.request(machine), self.invoice(), self.bill(self.invoice(), total=290),
            self.add(QualityCheck, name="QC", state="fail", **known), self.add(QualityAlert, name="QA", **known),
        ]  # fmt: skip
        self.records: list[Mirror] = [one._meta.model.everything.get(pk=one.pk) for one in found]
