"""Where an administrator of the mirror has the record behind a case read from Odoo again."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from apps.accounts.access import may
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.exceptions.models import Case
from controltower.lib.keys import split_key
from controltower.lib.numbers import whole
from odoo_sync.mirror.base import mirrors


def reread_url(case: Case, user: User) -> str:
    """The page that asks, with the record filled in. Empty for others, and for a case about no single record."""
    record = whole(case.subject_key)
    if case.subject_type not in mirrors or record is None:
        return ""
    if not may(user, Permission.MANAGE_SYNC, within=None):
        return ""
    chosen = urlencode({"model": case.subject_type, "record": split_key(record)[1]})
    return f"{reverse('console:record', args=[case.connection_id])}?{chosen}"
