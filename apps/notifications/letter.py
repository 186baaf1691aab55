"""A mail as its reader sees it: what happened where, and the way back to the thing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.notifications.kinds import kind_of
from apps.notifications.models import Mail, Notification
from apps.notifications.wishes import zone_of

MOST_SHOWN = 40
LONGEST_SUBJECT = 160


@dataclass(frozen=True)
class Line:
    """One notification in a mail."""

    title: str
    text: str
    where: str
    url: str
    told_at: datetime


def letter(mail: Mail, told: Sequence[Notification]) -> EmailMultiAlternatives:
    """The mail of these notifications, at least one: text and HTML, with headers that keep machines from answering."""
    lines = [_line(one) for one in told]
    shown = lines[:MOST_SHOWN]
    context = {
        "name": mail.user.shown_name,
        "heading": heading(lines),
        "lines": shown,
        "more": len(lines) - len(shown),
        "inbox": absolute(reverse("notifications:list")),
        "preferences": absolute(reverse("notifications:preferences")),
        "tower": settings.GROUP_NAME,
    }
    with timezone.override(zone_of(mail.user.time_zone)):
        html = render_to_string("notifications/mail.html", context)
    message = EmailMultiAlternatives(
        subject=subject(lines), body=_plain(context, shown), to=[mail.user.email], headers=_headers(mail)
    )
    message.attach_alternative(html, "text/html")
    return message


def subject(lines: Sequence[Line]) -> str:
    """What has happened and where, on one line."""
    if len(lines) == 1:
        one = lines[0]
        said = " · ".join(filter(None, [f"{one.title}: {one.text}", one.where]))
    else:
        said = " · ".join(filter(None, [heading(lines), _places(lines)]))
    said = " ".join(said.split())
    return said if len(said) <= LONGEST_SUBJECT else said[: LONGEST_SUBJECT - 1] + "…"


def heading(lines: Sequence[Line]) -> str:
    """The same without the place: the one thing, or how many of which kind."""
    if len(lines) == 1:
        return lines[0].title
    counted = ngettext("%d message", "%d messages", len(lines)) % len(lines)
    kinds = Counter(one.title for one in lines)
    return f"{counted}: " + ", ".join(
        f"{count} × {title}" if count > 1 else title for title, count in kinds.most_common()
    )


def absolute(path: str) -> str:
    """An address of this tower that works from outside; its first page for anything that leads elsewhere."""
    inside = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
    return settings.PUBLIC_URL + (path if inside else "/")


def _line(one: Notification) -> Line:
    where = " · ".join(str(place) for place in (one.plant or one.company,) if place is not None)
    url = absolute(one.url or reverse("notifications:list"))
    return Line(str(kind_of(one.kind).title), one.text, where, url, one.created_at)


def _places(lines: Sequence[Line]) -> str:
    places = list(dict.fromkeys(one.where for one in lines if one.where))
    return ", ".join(places) if len(places) <= 3 else _("%d places") % len(places)


def _headers(mail: Mail) -> dict[str, str]:
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return {
        "Message-ID": f"<{mail.pk}@{host}>",
        "Date": format_datetime(mail.created_at),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "List-Unsubscribe": f"<{absolute(reverse('notifications:preferences'))}>",
    }


def _plain(context: dict[str, object], shown: Sequence[Line]) -> str:
    parts = [str(context["heading"]), ""]
    for one in shown:
        parts += [" · ".join(filter(None, [one.title, one.where])), one.text, one.url, ""]
    if context["more"]:
        parts += [_("… and %(n)s more: %(url)s") % {"n": context["more"], "url": context["inbox"]}, ""]
    parts += ["-- ", _("Control Tower, %s") % context["tower"]]
    parts += [_("What you are told and how: %s") % context["preferences"]]
    return "\n".join(parts) + "\n"
