"""How a late purchase line reads: headline, what it holds up, and the facts that were seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.exceptions.definition import Evidence
from apps.exceptions.lateness import Lateness, Limits
from apps.exceptions.network import Need, Projection
from apps.exceptions.purchases import LINE, PurchaseFacts
from controltower.lib.numbers import trimmed

NAMED = 3


def summary_of(facts: PurchaseFacts, lateness: Lateness, limits: Limits) -> str:
    """One sentence: what is late, from whom, by how much, and against what."""
    names = {"product": facts.product or _("A product"), "vendor": facts.vendor or _("an unknown vendor")}
    if lateness.overdue >= limits.overdue_days:
        text = ngettext(
            "%(product)s from %(vendor)s is %(days)d working day late",
            "%(product)s from %(vendor)s is %(days)d working days late",
            lateness.overdue,
        )
        return text % {**names, "days": lateness.overdue}
    if lateness.broken is not None:
        text = ngettext(
            "%(product)s from %(vendor)s will come %(days)d working day after it is needed",
            "%(product)s from %(vendor)s will come %(days)d working days after it is needed",
            lateness.broken,
        )
        return text % {**names, "days": lateness.broken}
    text = ngettext(
        "%(product)s from %(vendor)s slipped by %(days)d working day, not agreed yet",
        "%(product)s from %(vendor)s slipped by %(days)d working days, not agreed yet",
        lateness.slipped,
    )
    return text % {**names, "days": lateness.slipped}


def detail_of(facts: PurchaseFacts, projection: Projection) -> str:
    """What it holds up, the order, and the first documents behind it: where a row ends, references go first.

    Documents of the line's own company and plant are named, others only counted.
    """
    network, place = facts.network, (facts.subject.company, facts.subject.plant)
    late = [network.productions[node.key] for node in projection.expected if node.kind == "production"]
    names = [one.name for one in late if (one.company, one.plant) == place][:NAMED]
    return " · ".join(filter(None, [_held_up(projection, len(late)), facts.order_name, ", ".join(names)]))


def _held_up(projection: Projection, productions: int) -> str:
    parts = [*_lines(len(projection.at_risk)), *_productions(productions)]
    if parts:
        return _("Holds up %s") % ", ".join(parts)
    spare = min((need.slack_days for need in projection.needs), default=None)
    if spare is None:
        return _("Nothing is known to wait for it")
    text = ngettext("Needed with %d working day to spare", "Needed with %d working days to spare", spare)
    return text % spare if spare >= 0 else _("Needed earlier, but no customer order is at risk")


def _productions(count: int) -> list[str]:
    return [ngettext("%d production order", "%d production orders", count) % count] if count else []


def _lines(count: int) -> list[str]:
    return [ngettext("%d order line", "%d order lines", count) % count] if count else []


def evidence_of(facts: PurchaseFacts, projection: Projection) -> Iterator[Evidence]:
    """The facts on the line itself and on its first need, each with the document it is on."""
    open_quantity = (facts.quantity or Decimal(0)) - facts.received
    yield _seen(facts, _("Promised for"), facts.promised_at)
    if facts.first_at is not None and facts.first_at != facts.promised_at:
        yield _seen(facts, _("First promised for"), facts.first_at)
    if facts.agreed_at is not None:
        yield _seen(facts, _("Agreed date"), facts.agreed_at)
    yield _seen(facts, _("Still to come"), trimmed(open_quantity))
    need = worst_need(projection)
    if need is not None:
        yield Evidence(_("First needed on"), need.due_at, mirror=_mirror(need), row=need.node.key, as_of=facts.as_of)
    if not facts.calendar.known:
        yield Evidence(_("Working calendar"), _("Monday to Friday is assumed, Odoo names no working hours"))


def _seen(facts: PurchaseFacts, label: str, value: Decimal | datetime | None) -> Evidence:
    return Evidence(label, value, mirror=LINE, row=facts.row, as_of=facts.as_of)


def worst_need(projection: Projection) -> Need | None:
    """The need that is missed by most, of those that endanger an order line where there are any."""
    risky = [need for need in projection.needs if need.endangers]
    return min(risky or projection.needs, key=lambda need: (need.slack_days, need.node), default=None)


def _mirror(need: Need) -> str:
    return {"move": "stock.move", "demand": "sale.order.line", "production": "mrp.production"}[need.node.kind]
