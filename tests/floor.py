"""Machines, their stops and their work, written straight into the mirror."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.exceptions.detectors.live_downtime import LiveDowntime
from apps.exceptions.evaluate import evaluate
from apps.exceptions.models import Case
from odoo_sync.mirror.downtime import CentreTime, LossReason
from odoo_sync.mirror.maintenance import Equipment, MaintenanceRequest, MaintenanceStage, MaintenanceTeam
from odoo_sync.mirror.production import ProductionOrder, WorkCentre, WorkOrder
from tests.mirrored import NOON, Group


def minutes(number: float, after: datetime = NOON) -> datetime:
    return after + timedelta(minutes=number)


@dataclass
class Floor:
    """The plant of a group with a paint line that costs 90 euros an hour."""

    group: Group

    def __post_init__(self) -> None:
        self.failure = self.reason("Equipment Failure", "availability")
        self.defect = self.reason("Process Defect", "quality")
        self.work_time = self.reason("Fully Productive Time", "productive")
        self.line = self.centre("Paint line")
        self.team = self.group.add(MaintenanceTeam, name="Internal Maintenance", company=self.group.plant, active=True)
        self.asked = self.group.add(MaintenanceStage, name="New Request", sequence=1, is_final=False)
        self.repaired = self.group.add(MaintenanceStage, name="Repaired", sequence=3, is_final=True)

    def reason(self, name: str, category: str) -> LossReason:
        reason: LossReason = self.group.add(LossReason, name=name, category=category, is_manual=True)
        return reason

    def centre(self, name: str, **values: Any) -> WorkCentre:
        known = {"name": name, "company": self.group.plant, "cost_per_hour": Decimal(90), "working_state": "normal"}
        centre: WorkCentre = self.group.add(WorkCentre, **{**known, "active": True, **values})
        return centre

    def stop(self, since: float = -30, centre: WorkCentre | None = None, **values: Any) -> CentreTime:
        """A stop of the paint line that began so many minutes from noon."""
        reason = values.get("reason", self.failure)
        known = {
            "work_centre": centre or self.line,
            "company": self.group.plant,
            "reason": reason,
            "category": reason.category if reason else None,
            "description": "Burner failure",
            "start_at": minutes(since),
        }
        stop: CentreTime = self.group.add(CentreTime, **{**known, **values})
        return stop

    def work(self, order: ProductionOrder, **values: Any) -> WorkOrder:
        known = {
            "name": "Paint",
            "production": order,
            "work_centre": self.line,
            "state": "ready",
            "expected_minutes": Decimal(60),
        }
        work: WorkOrder = self.group.add(WorkOrder, **{**known, **values})
        return work

    def machine(self, name: str = "Paint oven", **values: Any) -> Equipment:
        known = {"name": name, "company": self.group.plant, "team": self.team, "active": True}
        machine: Equipment = self.group.add(Equipment, **{**known, **values})
        return machine

    def request(self, machine: Equipment, **values: Any) -> MaintenanceRequest:
        known = {"name": "Burner", "equipment": machine, "company": self.group.plant, "kind": "corrective"}
        request: MaintenanceRequest = self.group.add(
            MaintenanceRequest, **{**known, "stage": self.asked, "is_cancelled": False, **values}
        )
        return request


def judge(*stops: CentreTime, now: datetime = NOON) -> Case | None:
    """The newest case of the first stop, after all of them have been judged."""
    evaluate(LiveDowntime, [str(stop.pk) for stop in stops], now=now)
    return Case.objects.filter(subject_key=str(stops[0].pk)).order_by("-id").first()
