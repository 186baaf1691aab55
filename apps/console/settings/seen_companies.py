"""Whether the companies that a key sees are those that are meant."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from apps.console.settings.draft import Draft
from odoo_sync.models import Connection


def company_notes(draft: Draft) -> Iterator[str]:
    """What an administrator should know of them before the load begins."""
    if not draft.companies:
        yield _("The bot user was given no company: nothing would be followed.")
    if len(draft.companies) == 1:
        yield _(
            "The bot user sees one company alone. If this Odoo has more, nothing of them is followed, and what goes "
            "wrong between companies is not found."
        )
    if draft.others:
        told = _("This Odoo has companies that the bot user was not given, and that are not followed: %s.")
        yield told % ", ".join(draft.others.values())
    lost = _followed_before(draft)
    if lost:
        told = _("Followed so far and no longer seen with this key: %s. What is known of them would count as gone.")
        yield told % ", ".join(lost)


def _followed_before(draft: Draft) -> list[str]:
    """Companies of the connection that this is, or may be, and that this key does not see."""
    known = Connection.objects.filter(url=draft.url, database=draft.database, retired_at=None).first()
    companies = dict(known.capabilities.get("companies", {})) if known is not None else {}
    for one in draft.alike:
        companies.update(one["companies"])
    return [name for key, name in companies.items() if key not in draft.companies]
