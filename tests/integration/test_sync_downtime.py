"""Stops, their reasons, equipment and requests come from Odoo and follow it."""

from __future__ import annotations

import pytest

from odoo_sync.layout import layout_of
from odoo_sync.mirror.base import Mirror, mirrors
from odoo_sync.mirror.downtime import CentreTime, LossReason
from odoo_sync.mirror.maintenance import (
    Equipment,
    EquipmentCategory,
    MaintenanceRequest,
    MaintenanceStage,
    MaintenanceTeam,
)
from odoo_sync.mirror.production import WorkCentre
from odoo_sync.probe import Capabilities, lacks, look
from tests.integration.conftest import Linked

pytestmark = pytest.mark.django_db
MAINTENANCE: tuple[type[Mirror], ...] = (
    Equipment,
    EquipmentCategory,
    MaintenanceRequest,
    MaintenanceStage,
    MaintenanceTeam,
)


def stop(linked: Linked, category: str = "availability") -> tuple[int, int]:
    """A centre that stands still since now; its id and that of the stop."""
    centre = linked.odoo.call("mrp.workcenter", "create", {"name": "Paint line", "code": "PAINT", "costs_hour": 90})
    reason = linked.odoo.call("mrp.workcenter.productivity.loss", "search", [["loss_type", "=", category]], limit=1)[0]
    values = {"workcenter_id": centre, "loss_id": reason, "description": "Burner failure"}
    return centre, linked.odoo.call("mrp.workcenter.productivity", "create", values)


def test_reasons_stages_and_teams_are_loaded(linked: Linked) -> None:
    assert set(linked.rows(LossReason).values_list("category", flat=True)) == {
        "availability",
        "performance",
        "quality",
        "productive",
    }
    assert list(linked.rows(MaintenanceStage).order_by("sequence").values_list("name", "is_final")) == [
        ("New Request", False),
        ("In Progress", False),
        ("Repaired", True),
        ("Scrap", True),
    ]
    assert [one.name for one in linked.rows(MaintenanceTeam)] == ["Internal Maintenance"]


def test_a_stop_arrives_open_and_then_ended(linked: Linked) -> None:
    centre, number = stop(linked)
    linked.poll(CentreTime, WorkCentre)
    row = linked.row(CentreTime, number)
    assert (row.category, row.end_at, row.description) == ("availability", None, "Burner failure")
    assert row.work_centre.working_state == "blocked" and row.work_centre.code == "PAINT"
    linked.clock.move(minutes=7)
    linked.odoo.call("mrp.workcenter", "unblock", [centre])
    linked.poll(CentreTime, WorkCentre)
    row = linked.row(CentreTime, number)
    assert row.end_at == linked.clock.now().replace(microsecond=0)
    assert row.work_centre.working_state == "normal"


def test_a_stop_that_somebody_deletes_is_gone_with_the_sweep(linked: Linked) -> None:
    _centre, number = stop(linked)
    linked.poll(CentreTime)
    linked.odoo.call("mrp.workcenter.productivity", "unlink", [number])
    for _ in range(2):
        linked.clock.move(minutes=5)
        linked.sweep(CentreTime)
    assert linked.row(CentreTime, number).gone_at is not None


def test_equipment_and_its_requests_arrive(linked: Linked) -> None:
    call = linked.odoo.call
    oven = call("maintenance.equipment", "create", {"name": "Oven", "serial_no": "OV-7", "location": "Hall 2"})
    request = call("maintenance.request", "create", {"name": "Burner", "equipment_id": oven, "priority": "3"})
    linked.poll(*MAINTENANCE)
    row = linked.row(MaintenanceRequest, request)
    assert (row.equipment.serial_number, row.equipment.location) == ("OV-7", "Hall 2")
    assert (row.stage.name, row.stage.is_final, row.kind, row.priority) == ("New Request", False, "corrective", "3")
    call("maintenance.request", "archive_equipment_request", [request])
    linked.clock.move(seconds=3)
    linked.poll(*MAINTENANCE)
    assert linked.row(MaintenanceRequest, request).is_cancelled is True


def test_the_link_of_enterprise_is_missing_without_complaint(linked: Linked) -> None:
    found = Capabilities()
    look(linked.client, Equipment, found)
    assert found.missing == {"maintenance.equipment": ["work_centre"]}
    assert lacks(found) == []


@pytest.mark.parametrize("mirror", MAINTENANCE)
def test_an_odoo_without_maintenance_is_told_of_and_left_alone(
    linked: Linked, mirror: type[Mirror], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(linked.odoo.world.registry.models, mirror.source.model)
    found = Capabilities()
    look(linked.client, mirror, found)
    assert found.unavailable == {mirror.key: f"This Odoo has no {mirror.source.model}: its module is not installed."}


def test_every_mirror_of_downtime_asks_for_what_odoo_calls_it() -> None:
    assert set(layout_of(CentreTime).names) == {
        "write_date",
        "workcenter_id",
        "workorder_id",
        "company_id",
        "loss_id",
        "loss_type",
        "description",
        "user_id",
        "date_start",
        "date_end",
        "duration",
    }
    assert {"maintenance.equipment", "mrp.workcenter.productivity"} <= {one.key for one in mirrors}
