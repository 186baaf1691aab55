"""The kinds of things that people are told; every application keeps its own in its ``kinds`` module."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import User
from controltower.lib.registry import Registry


class Topic(models.TextChoices):
    """What people choose by: kinds that one would want, or not want, together."""

    ASSIGNED = "assigned", _("A case is given to me")
    APPROVAL = "approval", _("Somebody asks for my approval")
    DECISION = "decision", _("My request is approved, rejected or expires")
    OUTCOME = "outcome", _("What became of my request in Odoo")
    ESCALATION = "escalation", _("Something has waited too long and comes to me")
    RETURNED = "returned", _("A case of mine is back from snooze")
    OTHER = "other", _("Everything else")


UNMAILED = frozenset({Topic.RETURNED, Topic.OTHER})
"""Topics that are mailed only to those who ask for it."""
URGENT = frozenset({Topic.ESCALATION})
"""Topics that may come through in quiet hours."""


class Kind:
    """One kind of notification, known by the key that is stored with it."""

    key: ClassVar[str] = ""
    topic: ClassVar[Topic] = Topic.OTHER
    title: ClassVar[str | Promise] = _("Message")

    def still_matters(self, about: Any, reader: User) -> bool:
        """Whether it is still worth a mail, now that the thing is as it is."""
        return True


kinds: Registry[Kind] = Registry("kinds")


def kind_of(key: str) -> Kind:
    """The kind of a stored key; of one that is unknown or retired, any message."""
    return kinds[key]() if key in kinds else Kind()


@kinds.add
class MailFailed(Kind):
    """For administrators of the group: a mail to somebody will never arrive."""

    key = "mail.failed"
    title = _("A mail could not be delivered")
