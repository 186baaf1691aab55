"""A machine that stands still, in an Odoo and in the mirror."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from apps.accounts.models import User
from apps.exceptions.detectors.live_downtime import LiveDowntime
from apps.exceptions.evaluate import evaluate
from apps.exceptions.models import Case, EquipmentLink
from odoo_sync.connections import attach, open_client
from odoo_sync.initial import load_all
from odoo_sync.mirror.base import mirrors
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.downtime import CentreTime
from odoo_sync.mirror.maintenance import Equipment
from odoo_sync.mirror.production import WorkCentre
from odoo_sync.models import Connection
from odoo_sync.sync import poll_all
from tests.integration.kept import laid_out, on_another
from tests.integration.orders import Odoo, Real, text


@dataclass
class Stopped:
    """One work centre that stands still since an hour, with its equipment."""

    odoo: Odoo
    connection: Connection
    centre_id: int
    stop_id: int
    equipment_id: int
    team_id: int

    @property
    def stop(self) -> CentreTime:
        return CentreTime.everything.select_related("work_centre", "reason", "company").get(pk=self._key(self.stop_id))

    @property
    def centre(self) -> WorkCentre:
        return WorkCentre.everything.get(pk=self._key(self.centre_id))

    @property
    def equipment(self) -> Equipment:
        return Equipment.everything.get(pk=self._key(self.equipment_id))

    @property
    def company(self) -> Company:
        company = self.stop.company
        assert company is not None
        return company

    def _key(self, odoo_id: int) -> int:
        return self.connection.pk << 40 | odoo_id

    def case(self) -> Case:
        evaluate(LiveDowntime, [str(self.stop.pk)])
        return Case.objects.get(subject_key=str(self.stop.pk))

    def tie(self, by: User) -> EquipmentLink:
        """Somebody says that the equipment stands at the machine."""
        return EquipmentLink.objects.create(
            equipment=self.equipment, work_centre=self.centre, basis="serial", set_by=by
        )

    def row(self, *names: str) -> dict[str, Any]:
        """The stop as Odoo has it now."""
        found: dict[str, Any] = self.odoo.call("mrp.workcenter.productivity", "read", [self.stop_id], list(names))[0]
        return found

    def poll(self) -> None:
        client = open_client(self.connection)
        try:
            poll_all(self.connection, list(mirrors), client)
        finally:
            client.close()

    def state(self) -> str:
        found: str = self.odoo.call("mrp.workcenter", "read", [self.centre_id], ["working_state"])[0]["working_state"]
        return found

    def requests(self) -> list[dict[str, Any]]:
        """The maintenance requests about the equipment, oldest first."""
        fields = ["name", "description", "maintenance_team_id", "priority", "archive", "maintenance_type", "company_id"]
        domain = [("equipment_id", "=", self.equipment_id)]
        return list(self.odoo.call("maintenance.request", "search_read", domain, fields=fields, order="id"))

    def reason(self, category: str) -> int:
        domain = [("loss_type", "=", category), ("manual", "=", True)]
        found: int = self.odoo.call("mrp.workcenter.productivity.loss", "search", domain, limit=1)[0]
        return found


def stopped(odoo: Any, *, since: str = "", **values: Any) -> Stopped:
    """A machine that stands still in this Odoo, with everything about it in the mirror."""
    call, mark = odoo.call, uuid.uuid4().hex[:6]
    company = call("res.users", "read", [2], ["company_id"])[0]["company_id"][0]
    shared = {"company_id": company}
    centre = call("mrp.workcenter", "create", {"name": f"Paint line {mark}", "costs_hour": 90, **shared})
    team = call("maintenance.team", "create", {"name": f"Repairs {mark}", **shared})
    machine = {"name": f"Paint line {mark}", "serial_no": f"PL-{mark}", "maintenance_team_id": team, **shared}
    equipment = call("maintenance.equipment", "create", machine)
    domain = [("loss_type", "=", "availability"), ("name", "=like", "Equipment%")]
    reason = call("mrp.workcenter.productivity.loss", "search", domain, limit=1)[0]
    known = {"workcenter_id": centre, "loss_id": reason, "description": "Burner failure", **shared}
    stop = call(
        "mrp.workcenter.productivity", "create", {**known, **({"date_start": since} if since else {}), **values}
    )
    login, secret = (odoo.login, odoo.key) if isinstance(odoo, Real) else ("admin", "admin")
    connection = attach(name="Odoo", url=odoo.url, database=odoo.database, login=login, secret=secret)
    load_all(connection)
    return Stopped(odoo, connection, centre, stop, equipment, team)


@contextmanager
def a_stop(**ago: float) -> Iterator[Stopped]:
    """The same in an Odoo that this test has for itself; the machine stands still since so long ago."""
    if "ODOO_URL" in os.environ:
        yield stopped(Real(), since=text(datetime.now(UTC) - timedelta(**ago)))
        return
    key = ("stop", *ago.items())
    build = partial(stopped, since=text(datetime.now(UTC) - timedelta(**ago)))
    with laid_out(key, build, on_another) as down:
        yield down
