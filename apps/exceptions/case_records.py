"""Which records of Odoo a case names, and which case names a record. A number alone names none: every model has it."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q, QuerySet

from apps.exceptions.documents import PARENTS
from apps.exceptions.inspections import split_subject
from apps.exceptions.machines import equipment_of, repairs_of
from apps.exceptions.models import Case, EquipmentLink
from controltower.lib.numbers import whole
from odoo_sync.mirror.base import Many2one, Mirror, mirrors
from odoo_sync.mirror.downtime import CentreTime
from odoo_sync.mirror.maintenance import Equipment, MaintenanceRequest
from odoo_sync.mirror.production import ProductionOrder

Name = tuple[str, int]
"""A mirror's key and the key of one of its rows."""


def subject_of(case: Case) -> Mirror | None:
    """The mirrored row that a case is about; null when it is about no single row, or about one that has gone."""
    mirror, row = case.subject_type, case.subject_key
    if mirror in mirrors and row.count(":") == 2:
        mirror, row = (str(one) for one in split_subject(row))
    if mirror not in mirrors or (key := whole(row)) is None:
        return None
    return mirrors[mirror].objects.filter(pk=key).first()


def shown_by(record: Mirror) -> Iterator[Name]:
    """A record and those it leads to: by its own links, and from a stop to its order, its machine and the repairs."""
    yield record.key, record.pk
    for link in record._meta.concrete_fields:
        target = link.related_model if isinstance(link, Many2one) else None
        row = getattr(record, link.attname)
        if row is not None and isinstance(target, type) and issubclass(target, Mirror):
            yield target.key, row
    if isinstance(record, CentreTime):
        yield from _around(record)


def _around(stop: CentreTime) -> Iterator[Name]:
    if stop.work_order is not None and stop.work_order.production_id is not None:
        yield ProductionOrder.key, stop.work_order.production_id
    if stop.work_centre_id is None:
        return
    machines = equipment_of([stop.work_centre_id])
    yield from ((Equipment.key, row.pk) for row in machines[stop.work_centre_id])
    yield from ((MaintenanceRequest.key, row.pk) for rows in repairs_of(machines).values() for row in rows)


def newest_case(record: Mirror, among: QuerySet[Case]) -> int | None:
    """The newest of these cases that names the record, one of its lines, or is about something that leads to it."""
    names = {(record.key, record.pk), *_lines(record)}
    rows = {row for _mirror, row in names} | _centres(record)
    near = among.filter(Q(documents__overlap=sorted(rows)) | Q(subject_key__in=[str(row) for row in sorted(rows)]))
    return next((case.pk for case in near.order_by("-id").iterator(50) if _names(case, names)), None)


def _names(case: Case, wanted: set[Name]) -> bool:
    told = [*case.evidence, *case.impact.get("chain", ())]
    if any((one["mirror"], one["row"]) in wanted for one in told):
        return True
    subject = subject_of(case)
    return subject is not None and any(one in wanted for one in shown_by(subject))


def _lines(record: Mirror) -> Iterator[Name]:
    for line, (column, parent) in PARENTS.items():
        if parent == record.key:
            found = mirrors[line].everything.filter(**{column: record.pk})
            yield from ((line, row) for row in found.values_list("pk", flat=True))


def _centres(record: Mirror) -> set[int]:
    """The work centres by which the cases of stops are found that lead to the record."""
    if isinstance(record, ProductionOrder):
        return set(record.work_orders.exclude(work_centre=None).values_list("work_centre_id", flat=True))
    machine = record.equipment if isinstance(record, MaintenanceRequest) else record
    if not isinstance(machine, Equipment):
        return set()
    tied = EquipmentLink.objects.filter(equipment=machine.pk).values_list("work_centre_id", flat=True)
    return {*tied, *([machine.work_centre_id] if machine.work_centre_id else [])}
