"""Limits held against what the connected Odoos have: a currency that none of them knows, a place that none has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from apps.exceptions.limits import Place
from controltower.lib.money import Money
from odoo_sync.mirror.currency import Currency
from odoo_sync.mirror.stock import Location

INTERNAL = "internal"
MOST_NAMED = 12


def unknown_currency(value: Any) -> str:
    """What to say of an amount in a currency that nobody uses; empty where all is well.

    By such a limit every request would wait for a second person, since nothing can be converted into it.
    """
    if not isinstance(value, Money):
        return ""
    known = {settings.GROUP_CURRENCY, *Currency.objects.exclude(active=False).values_list("name", flat=True)}
    if value.currency in known:
        return ""
    listed = ", ".join(sorted(known)[:MOST_NAMED])
    problem = _("No connected Odoo uses the currency %(currency)s. There are: %(known)s.")
    return problem % {"currency": value.currency, "known": listed}


def doubts(default: Any, values: Mapping[str, Any], place: Place) -> Iterator[str]:
    """What holds, and yet is probably a slip: names of places that no connected Odoo has there.

    They may be meant for places that are still to be made, so that nothing is refused.
    """
    here = Location.objects.exclude(active=False)
    if place.company is not None:
        here = here.filter(Q(company=place.company) | Q(company=None))
    for name in getattr(default, "locations", ()):
        asked = [one.strip() for one in str(values.get(name, "")).split(",") if one.strip()]
        found = set(
            here.annotate(plain=Lower("name"))
            .filter(plain__in=[one.lower() for one in asked])
            .values_list("plain", flat=True)
        )
        for one in asked:
            if one.lower() not in found:
                yield _missing(one, sorted(set(here.filter(usage=INTERNAL).values_list("name", flat=True))))


def _missing(name: str, known: list[str]) -> str:
    problem = _("No connected Odoo has a place called “%(name)s” here, so that no goods count as set aside there.")
    text = problem % {"name": name}
    return f"{text} {_('There are: %s.') % ', '.join(known[:MOST_NAMED])}" if known else text
