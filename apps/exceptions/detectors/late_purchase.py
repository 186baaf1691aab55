"""Goods that a vendor promised and that come too late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.roles import Role
from apps.exceptions.chain import chain
from apps.exceptions.definition import (
    WHERE_SHOWN,
    CannotJudge,
    Clear,
    Detector,
    Domain,
    Finding,
    Impact,
    Moot,
    Verdict,
    detectors,
)
from apps.exceptions.importance import importance_of
from apps.exceptions.lateness import Lateness, Limits, arrival_of, delay_of, lateness_of
from apps.exceptions.network import Projection, project
from apps.exceptions.purchase_words import detail_of, evidence_of, summary_of, worst_need
from apps.exceptions.purchases import LINE, PurchaseFacts, read_purchases
from apps.exceptions.purchases_touched import (
    CONFIRMED,
    all_open,
    by_location,
    by_move,
    by_order,
    by_partner,
    by_production,
    by_sale_line,
    by_sale_order,
    in_cases,
    waiting,
)
from controltower.lib.scope import Scope
from odoo_sync.mirror.company import Company, Partner, WorkingCalendar, WorkingHours
from odoo_sync.mirror.currency import Currency, CurrencyRate
from odoo_sync.mirror.partner_tag import PartnerTag
from odoo_sync.mirror.product import Product, ProductTemplate
from odoo_sync.mirror.production import ProductionOrder
from odoo_sync.mirror.purchase import PurchaseOrder, PurchaseOrderLine
from odoo_sync.mirror.sale import SaleOrder, SaleOrderLine
from odoo_sync.mirror.stock import Location, Move, OperationType, Transfer
from odoo_sync.working_time import next_day_begins

CENT = Decimal("0.01")


@detectors.add
class LatePurchase(Detector[PurchaseFacts]):
    """A confirmed purchase line with something still to come is late against *any* of three days.

    *Days.* All days are days of the receiving company (res.company.resource_calendar_id: time zone and working
    weekdays; Monday to Friday in UTC where it has none, which is then said). Lateness counts working days.

    *Late against today*: date_planned lies at least one working day back.
    *Late against a need*: the goods arrive on a later day than their first need was planned for.
    *Late against the promise*: date_planned lies at least one working day after the first promise, which is the
    date in force when the order was confirmed (date_approve), or the first one the tower saw. Moving the date in Odoo
    does not make the line punctual. A newer date takes the first promise's place once it has been agreed: written by a
    request made in the tower and verified in Odoo.

    *Arrival*: date_planned; once its day has passed, the same hour of today.

    *Chain.* The line's stock moves that are neither done nor cancelled and do not go back to a vendor (or, while there
    are none, the moves in move_dest_ids of the line); from each move along move_dest_ids and move_orig_ids, both ends
    counting; from a move with raw_material_production_id to the moves with that production_id; over any number of
    levels, never through moves or production orders that are done or cancelled; at last to sale_line_id (of orders in
    state sale or done, product_uom_qty above qty_delivered). A purchase line's own sale_line_id counts too.

    *Delay along the chain.* A receipt is expected at the arrival. A move whose date lies on that day or later absorbs
    the delay, and nothing behind it is late; else the delay passes on. A production order whose date_start lies on an
    earlier day than its components are expected ends later than date_finished by the same span of time. Of several late
    ways to one link the latest counts.

    *At risk* is a sale order line that the delay reaches on a later day, in the selling company's zone, than was
    promised: commitment_date of the order, without one its date_order plus the line's customer_lead in days. (While the
    order itself is not mirrored: the earliest date_deadline, or else date, of the reached moves that deliver it.)

    *Money at risk* M = Σ over the distinct sale order lines at risk of (product_uom_qty − qty_delivered) ×
    price_reduce_taxexcl, each converted to the group currency by Odoo's rates of the selling company for today (the
    receiving plant's day), unrounded, the sum rounded half up to cents. Sales to sister companies count. A line
    without a rate is left out and named.
    *Customers* C = distinct commercial partners of those lines' orders that do not stand for a company of the group.
    *Importance* T = weight of the highest customer class among them: the commercial partner's own tags (category_id)
    that Odoo still has and nobody has archived, by the English name without parents (res.partner.category, name). A
    contact's tags say nothing about its company. A customer without such a tag weighs as the lowest class, and the
    case says so.
    *Delay* D = working days from need to arrival, at the worst need that puts a sale order line at risk, else at the
    worst need, negative while there is slack; with no need known, the larger of days overdue and days slipped.

    *Limits* that the group, a company, a plant or a product has of its own take the place of those below, the most
    specific first: the product's, the plant's, the company's, the group's.

    The case closes when nothing is left to come, the line or order is cancelled or deleted, or no lateness is left: the
    present date is not past, breaks no need, and is the promised or an agreed one.
    """

    key = "purchase.late_line"
    code = "P1"
    title = gettext_lazy("Late purchase line")
    domain = Domain.PROCURE
    owner = Role.BUYER
    subject_type = LINE
    remedies = ("purchase.agree_new_date", "purchase.message_vendor")
    limits = Limits()
    depends_on = {
        PurchaseOrderLine: "pk",
        PurchaseOrder: by_order,
        Move: by_move,
        Transfer: WHERE_SHOWN,
        ProductionOrder: by_production,
        SaleOrderLine: by_sale_line,
        SaleOrder: by_sale_order,
        Partner: by_partner,
        PartnerTag: WHERE_SHOWN,
        Product: WHERE_SHOWN,
        ProductTemplate: WHERE_SHOWN,
        Location: by_location,
        OperationType: all_open,
        Company: all_open,
        WorkingCalendar: all_open,
        WorkingHours: all_open,
        Currency: in_cases,
        CurrencyRate: in_cases,
    }
    enriching = frozenset({PartnerTag})

    def subjects(self, scope: Scope) -> Iterable[str]:
        return map(str, waiting().within(scope).values_list("pk", flat=True))

    def candidates(self, scope: Scope, subjects: Iterable[str] | None = None) -> QuerySet[PurchaseOrderLine]:
        if subjects is None:
            return waiting().within(scope)
        return PurchaseOrderLine.everything.filter(pk__in=[int(one) for one in subjects]).within(scope)

    def facts(self, candidates: QuerySet[PurchaseOrderLine], now: datetime) -> Iterator[PurchaseFacts]:
        related = candidates.select_related("order__operation_type", "order__vendor", "vendor", "product__template")
        return read_purchases(related.order_by("pk"), now)

    def judge(self, facts: PurchaseFacts, limits: Limits, now: datetime) -> Verdict:
        ended = _ended(facts)
        if ended is not None:
            return ended
        if facts.promised_at is None:
            return CannotJudge(facts.subject, _("The line has no promised date."))
        arrival = arrival_of(facts, facts.promised_at, now)
        projection = project(facts.network, arrival)
        lateness = lateness_of(facts, facts.promised_at, projection, now)
        if not lateness.counts(limits):
            return Clear(facts.subject, _held(lateness), next_check_at=_next_check(facts, now))
        return _finding(facts, projection, lateness, limits, now)


def _ended(facts: PurchaseFacts) -> Verdict | None:
    """What can be said without looking at dates."""
    if facts.gone:
        return Moot(facts.subject, _("The line no longer exists in Odoo."))
    if facts.state not in CONFIRMED:
        return Moot(facts.subject, _("The order is cancelled or no longer confirmed."))
    if facts.quantity is None:
        return CannotJudge(facts.subject, _("The line has no quantity."))
    if facts.quantity <= facts.received:
        return Clear(facts.subject, _("Everything has been received."))
    return None


def _held(lateness: Lateness) -> str:
    """Why it is no case: punctual, or late by less than the limits of this place allow."""
    return _("It is late by less than the limit here.") if lateness.is_any else _("The promised date holds.")


def _next_check(facts: PurchaseFacts, now: datetime) -> datetime:
    """Nothing depends on the hour: the next look is due when a day begins on which the promise has passed."""
    assert facts.promised_at is not None
    return max(next_day_begins(now, facts.calendar), next_day_begins(facts.promised_at, facts.calendar))


def _finding(
    facts: PurchaseFacts, projection: Projection, lateness: Lateness, limits: Limits, now: datetime
) -> Finding:
    demands = facts.network.demands
    money = {key: demands[key].amount * facts.worth[key] for key in projection.at_risk if key in facts.worth}
    external = [demands[key] for key in projection.at_risk if demands[key].external]
    customers = {one.customer: one.customer_tags for one in external if one.customer is not None}
    importance = importance_of(list(customers.values()), limits.customer_classes)
    late = [node.key for node in projection.expected if node.kind == "production"]
    need = worst_need(projection)
    impact = Impact(
        money=sum(money.values(), Decimal(0)).quantize(CENT, ROUND_HALF_UP),
        currency=facts.currency,
        customers=tuple(sorted(customers)),
        order_lines=projection.at_risk,
        productions=tuple(sorted(late)),
        delay_days=delay_of(projection, lateness),
        importance=importance.weight,
        customer_class=importance.tag,
        unclassified=importance.unclassified,
        needed_at=need.due_at if need else None,
        expected_at=need.expected_at if need else projection.arrival,
        chain=chain(facts, projection, {key: one.quantize(CENT, ROUND_HALF_UP) for key, one in money.items()}),
    )
    return Finding(
        subject=facts.subject,
        summary=summary_of(facts, lateness, limits),
        detail=detail_of(facts, projection),
        evidence=tuple(evidence_of(facts, projection)),
        impact=impact,
        documents=facts.documents,
        gaps=tuple(_("Money is incomplete: %s.") % gap for gap in facts.gaps),
        counted=(*lateness.exceeded(limits), *(["customer_classes"] if customers else [])),
        next_check_at=next_day_begins(now, facts.calendar),
    )
