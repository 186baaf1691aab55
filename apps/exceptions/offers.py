"""What a person can do about a case in Odoo: the detector's remedies, recommended first."""

from __future__ import annotations

from apps.accounts.models import User
from apps.actions.offers import Offer, remedies_for
from apps.exceptions.actions.leave_note import MESSAGING, note_key
from apps.exceptions.definition import detectors
from apps.exceptions.models import Case
from odoo_sync.mirror.base import Mirror, mirrors


def offers(case: Case, user: User) -> list[Offer]:
    """The remedies that fit the record and that this person may request there, and at last a note on the document."""
    keys = detectors[case.detector].remedies if case.detector in detectors else ()
    subject = subject_of(case)
    if subject is None:
        return []
    return remedies_for((*keys, *map(note_key, MESSAGING)), subject, user, case=case.pk)


def subject_of(case: Case) -> Mirror | None:
    """The mirrored row that a case is about; null when it is about no single row, or about one that has gone."""
    if case.subject_type not in mirrors or not case.subject_key.isdigit():
        return None
    return mirrors[case.subject_type].objects.filter(pk=int(case.subject_key)).first()
