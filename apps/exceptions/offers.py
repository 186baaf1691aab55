"""What a person can do about a case in Odoo: the detector's remedies, recommended first."""

from __future__ import annotations

from apps.accounts.models import User
from apps.actions.offers import Offer, remedies_for
from apps.exceptions.actions.leave_note import MESSAGING, note_key
from apps.exceptions.case_records import subject_of
from apps.exceptions.definition import detectors
from apps.exceptions.models import Case


def offers(case: Case, user: User) -> list[Offer]:
    """The remedies that fit the record and that this person may request there, and at last notes on the
    documents that it leads to."""
    keys = detectors[case.detector].remedies if case.detector in detectors else ()
    subject = subject_of(case)
    if subject is None:
        return []
    return remedies_for((*keys, *map(note_key, MESSAGING)), subject, user, case=case.pk)
