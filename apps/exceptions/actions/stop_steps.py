"""What the actions on a stop have in common: what they stand on, what things are called, where the case is."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from apps.actions.definition import CannotPlanError, fact
from apps.exceptions.cases import address
from apps.exceptions.models import Case
from apps.exceptions.stops import STOP, company_of
from controltower.lib.keys import split_key
from odoo_sync.mirror.downtime import CentreTime
from odoo_sync.mirror.production import WorkCentre

CENTRE = "mrp.workcenter"
BLOCKED = "blocked"


def odoo_company(stop: CentreTime) -> int | None:
    """The company in which a call about the stop is made, as Odoo's id."""
    company = company_of(stop)
    return split_key(company)[1] if company else None


def going_on(stop: CentreTime) -> dict[str, Any]:
    """The guard of every action on a stop: it is still that of this machine, and has not ended."""
    return {
        fact(STOP, stop.odoo_id, "date_end"): None,
        fact(STOP, stop.odoo_id, "workcenter_id"): machine(stop).odoo_id,
    }


def machine(stop: CentreTime) -> WorkCentre:
    """The work centre that stands still. Raises CannotPlanError while it is not known, or once the stop has ended."""
    if stop.end_at is not None:
        raise CannotPlanError(_("The stop has ended. There is nothing left to do about it."))
    if stop.work_centre is None:
        raise CannotPlanError(_("The machine of this stop is not known here yet. Try again in a minute."))
    return stop.work_centre


def names_of(*stops: CentreTime) -> dict[str, str]:
    """What people call the stops and their machines."""
    names = {f"{STOP},{stop.odoo_id}": _("stop of %s") % (stop.work_centre or stop.odoo_id) for stop in stops}
    centres = [stop.work_centre for stop in stops if stop.work_centre is not None]
    for centre in centres:
        names |= {f"{CENTRE},{centre.odoo_id}": centre.name, f"workcenter_id={centre.odoo_id}": centre.name}
    return names


def case_link(stop: CentreTime) -> str:
    """The address of the case about this stop, for a reader outside; empty where there is none."""
    cases = Case.objects.filter(subject_type=STOP, subject_key=str(stop.pk))
    case = cases.order_by("-id").first()
    return f"{settings.PUBLIC_URL.rstrip('/')}{address(case)}" if case is not None else ""
