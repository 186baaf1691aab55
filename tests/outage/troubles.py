"""What goes wrong in a company's day, field by field, and is put right again: each trouble is one case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, cast

from demo.world.rpc import JsonRpc
from tests.inspected import Floor
from tests.integration.books import Books
from tests.integration.orders import make_order, text

STOP = "mrp.workcenter.productivity"


class Trouble:
    """One kind of trouble. ``present`` are the records that are wrong now, by Odoo's id, the oldest first."""

    detector = ""

    def __init__(self, rpc: JsonRpc) -> None:
        self.present: list[int] = []

    def begin(self, rpc: JsonRpc) -> None:
        """One more record goes wrong."""
        self.present.append(self._begin(rpc))

    def end(self, rpc: JsonRpc) -> None:
        """The oldest is put right; the last one stays."""
        if len(self.present) > 1:
            self._end(rpc, self.present[0])
            del self.present[0]

    def _begin(self, rpc: JsonRpc) -> int:
        raise NotImplementedError

    def _end(self, rpc: JsonRpc, odoo_id: int) -> None:
        raise NotImplementedError


class LateOrder(Trouble):
    """A line that should have come days ago; its order is given up."""

    detector = "purchase.late_line"

    def _begin(self, rpc: JsonRpc) -> int:
        _order, (line,), _receipt = make_order(rpc, price=5, days=-3, lines=1)
        return line

    def _end(self, rpc: JsonRpc, odoo_id: int) -> None:
        row = rpc.call("purchase.order.line", "read", [odoo_id], ["order_id"])[0]
        rpc.call("purchase.order", "button_cancel", [row["order_id"][0]])


class StoppedMachine(Trouble):
    """A work centre that stands still for hours, and runs again."""

    detector = "assets.live_downtime"

    def _begin(self, rpc: JsonRpc) -> int:
        centre = rpc.call("mrp.workcenter", "create", {"name": "Paint line", "costs_hour": 90})
        failure = [("loss_type", "=", "availability"), ("name", "=like", "Equipment%")]
        reason = rpc.call("mrp.workcenter.productivity.loss", "search", failure, limit=1)[0]
        known = {"workcenter_id": centre, "loss_id": reason, "description": "Burner failure"}
        began = text(datetime.now(UTC) - timedelta(hours=3))
        return int(rpc.call(STOP, "create", {**known, "date_start": began}))

    def _end(self, rpc: JsonRpc, odoo_id: int) -> None:
        rpc.call(STOP, "write", [odoo_id], {"date_end": text(datetime.now(UTC))})


class FailedLot(Trouble):
    """A lot with stock that failed its inspection; the inspection is cancelled."""

    detector = "quality.stock_on_hold"

    def __init__(self, rpc: JsonRpc) -> None:
        super().__init__(rpc)
        self.floor = Floor(cast(Any, rpc))

    def _begin(self, rpc: JsonRpc) -> int:
        self.floor.odoo = cast(Any, rpc)
        lot = self.floor.lot(self.floor.product())
        return self.floor.failed(f"stock.lot,{lot}")

    def _end(self, rpc: JsonRpc, odoo_id: int) -> None:
        rpc.call("qc.inspection", "action_cancel", [odoo_id])


class MissingBill(Trouble):
    """An invoice to a sister company that has booked no bill, and books it."""

    detector = "intercompany.missing_counterpart"

    def __init__(self, rpc: JsonRpc) -> None:
        super().__init__(rpc)
        self.books = Books.open(cast(Any, rpc))

    def _begin(self, rpc: JsonRpc) -> int:
        self.books.odoo = cast(Any, rpc)
        return self.books.invoice(invoice_date=str((datetime.now(UTC) - timedelta(days=2)).date()))

    def _end(self, rpc: JsonRpc, odoo_id: int) -> None:
        self.books.odoo = cast(Any, rpc)
        day = rpc.call("account.move", "read", [odoo_id], ["invoice_date"])[0]["invoice_date"]
        self.books.bill(odoo_id, invoice_date=day)


TROUBLES: tuple[type[Trouble], ...] = (LateOrder, StoppedMachine, FailedLot, MissingBill)
