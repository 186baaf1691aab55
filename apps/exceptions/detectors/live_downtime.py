"""Machines that stand still now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.roles import Role
from apps.exceptions.definition import (
    WHERE_SHOWN,
    CannotJudge,
    Clear,
    Detector,
    Domain,
    Finding,
    Impact,
    Moot,
    Running,
    Verdict,
    detectors,
)
from apps.exceptions.downtime import IN_USE, Limits, StopFacts, back_at, cost_of, delayed
from apps.exceptions.downtime_chain import links
from apps.exceptions.downtime_words import detail_of, evidence_of, summary_of
from apps.exceptions.importance import importance_of
from apps.exceptions.network import Network, Projection
from apps.exceptions.stops import RELATED, STOP, open_stops, read_stops
from apps.exceptions.stops_touched import by_centre, by_time, every_stop
from controltower.lib.scope import Scope
from odoo_sync.mirror.company import Company, Partner, WorkingCalendar, WorkingHours
from odoo_sync.mirror.currency import Currency, CurrencyRate
from odoo_sync.mirror.downtime import CentreTime, LossReason
from odoo_sync.mirror.maintenance import Equipment, MaintenanceRequest, MaintenanceStage
from odoo_sync.mirror.partner_tag import PartnerTag
from odoo_sync.mirror.product import Product, ProductTemplate
from odoo_sync.mirror.production import ProductionOrder, WorkCentre, WorkOrder
from odoo_sync.mirror.sale import SaleOrder, SaleOrderLine
from odoo_sync.mirror.stock import Move, OperationType, Transfer, Warehouse
from odoo_sync.working_hours import is_working, next_change, worked

CENT = Decimal("0.01")
EACH = timedelta(minutes=1)


@detectors.add
class LiveDowntime(Detector[StopFacts]):
    """A work centre stands still now: it has a row of mrp.workcenter.productivity without date_end whose loss_type is
    neither productive nor performance (those are the clocks of running work orders). Of several such rows of one centre
    the one that began first tells of it.

    *From when on.* The stop has lasted at least the limit of its category: availability_after, or quality_after for
    reasons of quality; a reason without a category counts as availability.

    *Idle cost* = the time since date_start that lies within the working hours of the centre (resource_calendar_id with
    its attendances, without leaves; every hour where it has none) × mrp.workcenter.costs_hour, converted to the group
    currency by today's rate of the company. It grows while the centre stands; it is counted anew each minute, and pages
    count along in between.

    *When it runs again* = date_start + the median length of the ended stops of the same category on this centre that
    began in the last 90 days (three at least; else the limit usual_length); each time a stop outlasts that, twice as
    long from date_start.

    *What it holds up.* Its work orders that are neither done nor cancelled and were to begin (date_start, else that of
    the production order, else the beginning of the stop) before it runs again. Their production order ends as much
    later as the work order is held up within the stop, and no earlier than the moment it runs again plus what is left
    of duration_expected. What queues behind them on the same centre is not moved.

    *Money at risk* M = idle cost + Σ over the distinct sale order lines that these production orders make late, as in
    P1: along move_dest_ids and move_orig_ids and further production orders to sale_line_id, a day later than promised.
    A line that would be late all the same had the machine not stopped is no loss of the stop and does not count.
    *Customers*, *importance* and *delay* as in P1; a stop that makes no need late has no delay.

    *Plant*: the company's only warehouse; with several the case belongs to the company, since Odoo does not say more.

    The case closes when the row ends, is deleted, or turns out to be work.
    """

    key = "assets.live_downtime"
    code = "A1"
    title = gettext_lazy("Machine down")
    domain = Domain.ASSETS
    owner = Role.MAINTENANCE_LEAD
    subject_type = STOP
    remedies = ("maintenance.request_repair", "maintenance.unblock", "maintenance.close_stop")
    limits = Limits()
    overridable = frozenset({"company", "plant"})
    depends_on = {
        CentreTime: by_time,
        WorkCentre: by_centre,
        LossReason: WHERE_SHOWN,
        WorkOrder: every_stop,
        ProductionOrder: every_stop,
        Move: every_stop,
        SaleOrderLine: every_stop,
        SaleOrder: WHERE_SHOWN,
        Transfer: WHERE_SHOWN,
        Partner: WHERE_SHOWN,
        PartnerTag: WHERE_SHOWN,
        Product: WHERE_SHOWN,
        ProductTemplate: WHERE_SHOWN,
        Equipment: every_stop,
        MaintenanceRequest: every_stop,
        MaintenanceStage: every_stop,
        OperationType: every_stop,
        Warehouse: every_stop,
        Company: every_stop,
        WorkingCalendar: every_stop,
        WorkingHours: every_stop,
        Currency: every_stop,
        CurrencyRate: every_stop,
    }
    enriching = frozenset({PartnerTag, Equipment, MaintenanceRequest, MaintenanceStage})

    def subjects(self, scope: Scope) -> Iterable[str]:
        return map(str, open_stops().within(scope).values_list("pk", flat=True))

    def candidates(self, scope: Scope, subjects: Iterable[str] | None = None) -> QuerySet[CentreTime]:
        if subjects is None:
            return open_stops().within(scope)
        return CentreTime.everything.filter(pk__in=[int(one) for one in subjects]).within(scope)

    def facts(self, candidates: QuerySet[CentreTime], now: datetime) -> Iterator[StopFacts]:
        return read_stops(candidates.select_related(*RELATED).order_by("pk"), now)

    def judge(self, facts: StopFacts, limits: Limits, now: datetime) -> Verdict:
        ended = _ended(facts)
        if ended is not None:
            return ended
        assert facts.start_at is not None
        name, after = limits.after(facts.category)
        if now - facts.start_at < after:
            reason = _("It has stood still for less than the limit here.")
            return Clear(facts.subject, reason, next_check_at=facts.start_at + after)
        return _finding(facts, limits, name, now)


def _ended(facts: StopFacts) -> Verdict | None:
    """What can be said without a clock."""
    if facts.gone:
        return Moot(facts.subject, _("The stop no longer exists in Odoo."))
    if facts.end_at is not None:
        return Clear(facts.subject, _("The stop has ended."))
    if facts.category in IN_USE:
        return Clear(facts.subject, _("It is work, not a stop."))
    if facts.told_by is not None:
        return Clear(facts.subject, _("An earlier stop of the same work centre goes on and tells of it."))
    if facts.start_at is None:
        return CannotJudge(facts.subject, _("The stop has no beginning."))
    return None


def _finding(facts: StopFacts, limits: Limits, limit: str, now: datetime) -> Finding:
    assert facts.start_at is not None
    runs_again = back_at(facts.start_at, facts.usual or limits.usual_length, now)
    network, projection = delayed(facts, runs_again)
    impact = _impact(facts, network, projection, limits, now)
    classes = ["customer_classes"] if impact.customers else []
    guessed = ["usual_length"] if facts.usual is None else []
    return Finding(
        subject=facts.subject,
        summary=summary_of(facts),
        detail=detail_of(facts, len(network.first), projection),
        evidence=tuple(evidence_of(facts, runs_again)),
        impact=impact,
        documents=facts.documents,
        gaps=tuple(_("Money is incomplete: %s.") % gap for gap in facts.gaps),
        counted=(limit, *guessed, *classes),
        next_check_at=_next_check(facts, runs_again, now),
    )


def _next_check(facts: StopFacts, runs_again: datetime, now: datetime) -> datetime:
    """Each minute while money runs, when working hours begin or end, and when it has outlasted what was expected."""
    changes = [runs_again, next_change(facts.hours, now)]
    if _rate(facts, now):
        changes.append(now + EACH)
    return min(one for one in changes if one is not None)


def _rate(facts: StopFacts, now: datetime) -> Decimal:
    """What an hour costs at this moment: nothing while nobody would work."""
    return facts.hour_worth or Decimal(0) if is_working(facts.hours, now) else Decimal(0)


def _impact(facts: StopFacts, network: Network, projection: Projection, limits: Limits, now: datetime) -> Impact:
    assert facts.start_at is not None
    demands, at_risk = network.demands, projection.at_risk
    idle = cost_of(worked(facts.hours, facts.start_at, now), facts.hour_worth).quantize(CENT, ROUND_HALF_UP)
    money = {key: demands[key].amount * facts.worth[key] for key in at_risk if key in facts.worth}
    external = [demands[key] for key in at_risk if demands[key].external]
    customers = {one.customer: one.customer_tags for one in external if one.customer is not None}
    importance = importance_of(list(customers.values()), limits.customer_classes)
    risky = [one for one in projection.needs if one.broken and one.endangers & set(at_risk)]
    need = min(risky, key=lambda one: (one.slack_days, one.node), default=None)
    rounded = {key: one.quantize(CENT, ROUND_HALF_UP) for key, one in money.items()}
    orders = sum(money.values(), Decimal(0)).quantize(CENT, ROUND_HALF_UP)
    return Impact(
        money=orders + idle,
        own_money=idle,
        running=Running(now, _rate(facts, now), next_change(facts.hours, now), facts.start_at),
        currency=facts.currency,
        customers=tuple(sorted(customers)),
        order_lines=at_risk,
        productions=tuple(sorted(node.key for node in network.first)),
        delay_days=-need.slack_days if need else 0,
        importance=importance.weight,
        customer_class=importance.tag,
        unclassified=importance.unclassified,
        needed_at=need.due_at if need else None,
        expected_at=need.expected_at if need else projection.arrival,
        chain=tuple(links(facts, network, projection, rounded, projection.arrival)),
    )
