"""Whether a notification is still to be mailed, asked at the moment of sending."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db.models import Model
from django.utils.translation import gettext as _

from apps.accounts.access import may
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.notifications.kinds import kind_of
from apps.notifications.models import Notification, Way
from apps.notifications.wishes import Wishes
from controltower.lib.scope import Slice


def why_not(one: Notification, reader: User, wishes: Wishes) -> str:
    """Why this is not mailed to its reader any more; empty when it is. No way around it: every mail asks."""
    kind = kind_of(one.kind)
    if not reader.is_active:
        return _("the sign-in is not active")
    if not reader.email:
        return _("no address is known")
    if not wishes.wants(kind.topic, Way.MAIL):
        return _("not wanted by mail any more")
    if one.read_at is not None and wishes.wants(kind.topic, Way.PAGE):
        return _("already read in the tower")
    about = thing(one)
    if about is None:
        return _("the thing is gone")
    if one.placed and not _may_see(reader, one, about):
        return _("no longer theirs to see")
    return "" if kind.still_matters(about, reader) else _("no longer of interest")


def thing(one: Notification) -> Any:
    """What it is about, as it is now; null when it is gone."""
    try:
        model: type[Model] = apps.get_model(one.about_type)
        return model._base_manager.filter(pk=one.about_key).first()
    except (LookupError, ValueError):
        return None


def _may_see(reader: User, one: Notification, about: Any) -> bool:
    """In the place that the text speaks of, and in the one where the thing is now."""
    spoken_of = Slice(one.company_id, one.plant_id)
    return all(may(reader, Permission.SEE_CASES, place) for place in (spoken_of, about))
