"""Template tags of the frame: icon, badge, money, running money, ago, moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

register = template.Library()

SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "ILS": "₪", "UAH": "₴", "VND": "₫"}
FIXED = "\N{NO-BREAK SPACE}"


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """One drawing of the sprite, hidden from screen readers: words stand beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', static("icons.svg"), name
    )


@register.simple_tag
def badge(text: object, tone: str = "") -> SafeString:
    """A small word on a soft ground. ``tone`` is critical, high, medium, good or accent; none is neutral."""
    return format_html('<span class="badge" data-tone="{}">{}</span>', tone, text)


@register.filter
def at_slashes(number: object) -> SafeString:
    """A document's number that a narrow column may break after its slashes, and only there."""
    return format_html_join(format_html("{}<wbr>", "/"), "{}", ((part,) for part in str(number).split("/")))


@register.simple_tag
def money(amount: Decimal | int | str | None, currency: str, form: str = "whole") -> str:
    """An amount with its currency: ``whole`` units, ``exact`` to the cent, or ``short`` (€1.24 m). Null is a dash."""
    if amount is None or amount == "":
        return "–"
    value = Decimal(amount)
    sign = "\N{MINUS SIGN}" if value < 0 else ""
    symbol = SYMBOLS.get(currency, f"{currency}{FIXED}")
    return f"{sign}{symbol}{_figure(abs(value), form)}"


@register.simple_tag
def running_money(
    amount: Decimal, currency: str, running: Mapping[str, Any] | None, form: str = "whole"
) -> SafeString | str:
    """An amount that grows by itself, counted along by running.js from the moment it was right; without scripts, and
    where it does not grow, the amount as it was then.
    """
    if not running or not Decimal(running["per_hour"]):
        return money(amount, currency, form)
    attributes = (amount, form, SYMBOLS.get(currency, f"{currency}{FIXED}"), running["at"], running["per_hour"])
    return format_html(
        '<data value="{}" data-running="{}" data-symbol="{}" data-at="{}" data-per-hour="{}" data-until="{}">{}</data>',
        *attributes,
        running["until"] or "",
        money(amount, currency, form),
    )


@register.simple_tag
def server_now() -> str:
    """The server's clock at this moment, for scripts that count along: whoever looks on may have another time."""
    return timezone.now().isoformat(timespec="milliseconds")


@register.filter
def spell(length: timedelta) -> str:
    """A length of time in whole minutes, hours or days: the largest unit that divides it."""
    minutes = length // timedelta(minutes=1)
    for size, words in ((1440, ngettext_lazy("%d day", "%d days")), (60, ngettext_lazy("%d hour", "%d hours"))):
        if minutes and not minutes % size:
            return str(words % (minutes // size))
    return ngettext("%d minute", "%d minutes", minutes) % minutes


def _figure(value: Decimal, form: str) -> str:
    if form == "short" and value >= 999_500:
        return f"{_rounded(value / 1_000_000, '0.01'):,}{FIXED}{_('m')}"
    if form == "short" and value >= 100_000:
        return f"{_rounded(value / 1000, '1'):,}{FIXED}{_('k')}"
    return f"{_rounded(value, '0.01' if form == 'exact' else '1'):,}"


def _rounded(value: Decimal, step: str) -> Decimal:
    return value.quantize(Decimal(step), rounding=ROUND_HALF_UP)


@register.simple_tag
def ago(moment: datetime | str | None, form: str = "ago") -> SafeString | str:
    """How long ago, kept current by time.js; ``age`` is the bare length. Without scripts the moment itself, in UTC."""
    return _time(moment, form)


@register.simple_tag
def moment(value: datetime | date | str | None, form: str = "full") -> SafeString | str:
    """A moment in the reader's zone: ``full``, ``time`` (to the second), ``day``, or ``brief`` (today's by the clock).

    Without scripts it is shown in UTC.
    """
    return _time(value, form)


def _time(value: datetime | date | str | None, form: str) -> SafeString | str:
    if isinstance(value, str) and value:
        value = datetime.fromisoformat(value)
    if not value:
        return "–"
    if not isinstance(value, datetime):
        value, form = datetime.combine(value, time(12), UTC), "date"
    utc = value.astimezone(UTC)
    stamp = utc.strftime("%Y-%m-%d" if form == "date" else "%Y-%m-%dT%H:%M:%SZ")
    shown = date_format(utc, "j M Y" if form in {"day", "date"} else "j M H:i")
    suffix = "" if form in {"day", "date"} else " UTC"
    return format_html('<time datetime="{}" data-time="{}">{}{}</time>', stamp, form, shown, suffix)
