"""How a stop reads: headline, what it holds up, and the facts that were seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.exceptions.definition import Evidence
from apps.exceptions.downtime import StopFacts
from apps.exceptions.network import Projection
from controltower.templatetags.ui import money

STOP, CENTRE, REQUEST = "mrp.workcenter.productivity", "mrp.workcenter", "maintenance.request"
CATEGORIES: dict[str, Any] = {
    "availability": gettext_lazy("availability"),
    "quality": gettext_lazy("quality"),
}


def summary_of(facts: StopFacts) -> str:
    """One sentence: which machine stands still, and why. How long is told by the clock, which the page keeps."""
    names = {"centre": facts.centre_name or _("A work centre"), "reason": facts.reason or _("no reason given")}
    return _("%(centre)s is down: %(reason)s") % names


def detail_of(facts: StopFacts, held: int, projection: Projection) -> str:
    """What the operator wrote, then what it holds up."""
    parts = [_count(held), _lines(len(projection.at_risk))]
    waiting = ", ".join(filter(None, parts))
    told = _("Holds up %s") % waiting if waiting else _("No order is known to wait for it")
    repairs = ngettext("%d repair under way", "%d repairs under way", len(facts.repairs)) % len(facts.repairs)
    return " · ".join(filter(None, [facts.description, told, repairs if facts.repairs else ""]))


def _count(held: int) -> str:
    return ngettext("%d production order", "%d production orders", held) % held if held else ""


def _lines(count: int) -> str:
    return ngettext("%d order line", "%d order lines", count) % count if count else ""


def evidence_of(facts: StopFacts, runs_again: datetime) -> Iterator[Evidence]:
    """The facts on the stop, each with the document it is on."""
    yield _seen(facts, _("Stands still since"), facts.start_at)
    yield _seen(facts, _("Reason"), _reason(facts))
    if facts.description:
        yield _seen(facts, _("Reported"), facts.description)
    yield _seen(facts, _("Expected to run again"), runs_again)
    yield Evidence(_("That expectation rests on"), _rests_on(facts))
    if facts.cost_per_hour:
        yield Evidence(
            _("An hour costs"), money(facts.hour_worth, facts.currency, "exact"), CENTRE, facts.centre, facts.as_of
        )
    yield Evidence(_("Work orders waiting"), len(facts.work), CENTRE, facts.centre, facts.as_of)
    for repair in facts.repairs:
        yield Evidence(
            _("Repair under way"),
            " · ".join(filter(None, [repair.name, repair.stage])),
            REQUEST,
            repair.key,
            facts.as_of,
        )
    if not facts.hours.is_known:
        yield Evidence(_("Working hours"), _("none in Odoo: every hour counts"))


def _reason(facts: StopFacts) -> str:
    category = CATEGORIES.get(facts.category, facts.category)
    return f"{facts.reason} ({category})" if category else facts.reason


def _rests_on(facts: StopFacts) -> str:
    if facts.usual is None:
        return _("the limit of this place: too few stops are known here")
    return _("earlier stops of this kind here: %s as a rule") % span(facts.usual)


def span(length: timedelta) -> str:
    """A length of time in hours and minutes, as in ``1 h 20 min``."""
    hours, minutes = divmod(round(length / timedelta(minutes=1)), 60)
    if not hours:
        return _("%d min") % minutes
    return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": minutes} if minutes else _("%d h") % hours


def _seen(facts: StopFacts, label: str, value: Any) -> Evidence:
    return Evidence(label, value, mirror=STOP, row=facts.row, as_of=facts.as_of)
