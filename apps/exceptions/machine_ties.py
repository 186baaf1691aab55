"""People say which work centre equipment is or stands at: changed here, with the trail, and judged by at once."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.access import require
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.audit.record import record
from apps.exceptions import tasks
from apps.exceptions.errors import MachineError
from apps.exceptions.models import EquipmentLink
from apps.exceptions.stops import open_stops
from odoo_sync.mirror.maintenance import Equipment
from odoo_sync.mirror.production import WorkCentre

A1 = "assets.live_downtime"
UNSAID, NONE = "unsaid", "none"
"""What is seen of equipment nobody has spoken about, and of equipment that belongs to no work centre."""


def seen(link: EquipmentLink | None) -> str:
    """What was said of equipment, as a form carries it: a work centre's key, ``none``, or ``unsaid``."""
    return UNSAID if link is None else NONE if link.work_centre_id is None else str(link.work_centre_id)


@transaction.atomic
def tie(equipment: Equipment, to: WorkCentre | None, *, basis: str, by: User, before: str) -> EquipmentLink:
    """Say which work centre it is, or with None that it is none's. ``before`` is what the person saw.

    Raises PermissionDenied, and MachineError where Odoo says it, another company's centre is named, or somebody else
    has spoken since.
    """
    former = _former(equipment, by, before)
    if to is not None and to.company_id is not None and equipment.company_id not in (None, to.company_id):
        raise MachineError(_("That work centre belongs to another company."))
    values = {"work_centre": to, "basis": basis, "set_by": by, "set_at": timezone.now()}
    link, _made = EquipmentLink.objects.update_or_create(equipment=equipment, defaults=values)
    told = {"equipment": str(equipment), "basis": basis, "before": _named(former)}
    if to is None:
        record(by, "machine.set_apart", equipment, **told)
    else:
        record(by, "machine.tied", equipment, centre=str(to), **told)
    _judge_again({former.work_centre_id if former else None, link.work_centre_id})
    return link


@transaction.atomic
def untie(equipment: Equipment, *, by: User, before: str) -> None:
    """Take back what was said. Raises PermissionDenied and MachineError."""
    former = _former(equipment, by, before)
    if former is None:
        return
    former.delete()
    record(by, "machine.untied", equipment, equipment=str(equipment), before=_named(former))
    _judge_again({former.work_centre_id})


def _former(equipment: Equipment, by: User, before: str) -> EquipmentLink | None:
    require(by, Permission.TIE_MACHINES, within=equipment)
    if equipment.work_centre_id is not None:
        raise MachineError(_("Odoo itself says where it stands. Change it there."))
    former = EquipmentLink.objects.select_for_update(of=("self",)).filter(equipment=equipment).first()
    if seen(former) != before:
        raise MachineError(_("Somebody else has decided about it since. Look again."))
    return former


def _named(link: EquipmentLink | None) -> str:
    if link is None:
        return _("nothing was said")
    return str(link.work_centre) if link.work_centre else _("no work centre")


def _judge_again(centres: Iterable[int | None]) -> None:
    """A repair of the machine shows on its case."""
    known = [one for one in centres if one is not None]
    stops = [str(key) for key in open_stops().filter(work_centre__in=known).values_list("pk", flat=True)]
    if stops:
        transaction.on_commit(lambda: tasks.evaluate_subjects.delay(A1, stops), robust=True)
