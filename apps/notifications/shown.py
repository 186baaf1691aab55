"""The list of messages as the page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.accounts.scope import scope_of
from apps.notifications import inbox
from apps.notifications.kinds import Topic, kind_of
from apps.notifications.models import Notification
from controltower.lib.numbers import whole


@dataclass(frozen=True)
class Message:
    """One message with the words of its kind."""

    item: Notification

    @property
    def title(self) -> str:
        return str(kind_of(self.item.kind).title)

    @property
    def where(self) -> str:
        place = self.item.plant or self.item.company
        return str(place) if place is not None else ""


class Choice(NamedTuple):
    """One value of a filter; ``address`` leads to the list that it narrows to."""

    label: str
    address: str
    current: bool


class Listed:
    """One page of one person's messages."""

    def __init__(self, user: User, asked: QueryDict) -> None:
        self.user = user
        self.topic = asked.get("topic", "") if asked.get("topic") in Topic else ""
        self.state = asked.get("state", "") if asked.get("state") in {"unread", "read"} else ""
        messages = inbox.narrowed(inbox.told(user), topic=self.topic, state=self.state)
        related = messages.select_related("company", "plant")
        found, self.older = inbox.page(related, whole(asked.get("before", "")))
        self.messages = [Message(one) for one in found]

    @cached_property
    def unread(self) -> int:
        return inbox.unread(self.user)

    @property
    def is_narrowed(self) -> bool:
        return bool(self.topic or self.state)

    @property
    def address(self) -> str:
        """The filter as a query string."""
        return self._address(self.topic, self.state)

    @property
    def states(self) -> list[Choice]:
        labels = {"": _("All"), "unread": _("Unread"), "read": _("Read")}
        return [Choice(label, self._address(self.topic, key), key == self.state) for key, label in labels.items()]

    @property
    def topics(self) -> list[tuple[str, str]]:
        return [(topic.value, str(topic.label)) for topic in Topic]

    @property
    def sees_mail(self) -> bool:
        return scope_of(self.user, Permission.MANAGE_PEOPLE).is_group

    def _address(self, topic: str, state: str) -> str:
        return urlencode({name: value for name, value in (("state", state), ("topic", topic)) if value})
