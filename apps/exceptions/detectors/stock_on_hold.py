"""Goods that did not pass, or wait too long for their inspection, and can still be used."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.roles import Role
from apps.exceptions import holds_touched as touched
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
from apps.exceptions.hold import Hold, Limits, age_of, delay_of, hold_of, if_released
from apps.exceptions.hold_chain import chain
from apps.exceptions.hold_words import CENT, detail_of, evidence_of, summary_of, worth_of_stock
from apps.exceptions.holds import HoldFacts, read_holds
from apps.exceptions.importance import importance_of
from apps.exceptions.inspections import INSPECTION, Outcome, read_inspections, split_subject
from controltower.lib.scope import Scope
from odoo_sync.mirror.base import mirrors
from odoo_sync.mirror.company import Company, Partner, WorkingCalendar, WorkingHours
from odoo_sync.mirror.currency import Currency, CurrencyRate
from odoo_sync.mirror.partner_tag import PartnerTag
from odoo_sync.mirror.product import Product, ProductTemplate
from odoo_sync.mirror.production import ProductionOrder
from odoo_sync.mirror.quality import Inspection, InspectionLine
from odoo_sync.mirror.quality_enterprise import QualityAlert, QualityAlertStage, QualityCheck
from odoo_sync.mirror.sale import SaleOrder, SaleOrderLine
from odoo_sync.mirror.stock import Location, Move, OperationType, Transfer
from odoo_sync.mirror.stock_lots import Lot, MoveLine, Quant
from odoo_sync.working_time import next_day_begins


@detectors.add
class StockOnHold(Detector[HoldFacts]):
    """An inspection did not pass, or waits too long, while its goods are in stock or in production.

    *Sources.* Inspections of the OCA (qc.inspection: failed; waiting, answered badly and not yet decided; draft or
    ready, not answered). Enterprise's quality.check (quality_state fail or none) and quality.alert (until its stage is
    a closing one) are read the same way; how they are read is not verified.

    *Goods.* The lot (lot_id). Without one, what the inspected transfer or production order has brought
    (stock.move.line, done): its lots whole, the rest by quantity; of a transfer that is still to take goods from stock,
    what is promised to it. A transfer or a production order that has brought nothing holds nothing: the product's stock
    is older goods. Where neither is known, the product, no more of it than the inspection's qty. A production order
    that is under way counts with product_qty.

    *On hold* is the quantity (stock.quant, inside a plant, above zero) at places that are not set aside: a place is set
    aside when it, or one it lies in, is called as the limit says. A failed inspection counts at once, one that waits
    for a decision or for its answers from the limits on, counted from its date. Where no lot tells the goods apart,
    what lies set aside of the product is taken to be theirs, and the rest of what is meant to be still on hold.

    *Who needs it.* Hard: open moves that stock of the lot is promised to (stock.move.line), or that an earlier step has
    brought it for, on the way to production, a customer, a sister or another plant. In plants that deliver or make in
    several steps the first open one counts, as far as it leads there over any number of linked moves, or carries a
    sale_line_id; each need counts once, for a later step takes no stock that an earlier one is still to bring. Soft:
    other such moves of the product; in the order of their date they are served from stock that is free and not on hold,
    then from held stock that is promised to nobody, and who reaches that needs it. What is only to be stored
    elsewhere in the plant is promised to nobody, unless it is to be set aside. Receipts still to come are not counted
    on, and moves that wait for their own supply are left out. Without a lot no promise names any goods: all moves are
    served so, and all are soft. From these moves on along the same links as late purchases, through production orders
    to sale order lines.

    *At risk* is each open sale order line behind them, whatever its day: nobody knows when, or whether, the goods are
    released.

    *Money at risk* M = Σ over the distinct sale order lines of (product_uom_qty − qty_delivered) ×
    price_reduce_taxexcl, each converted to the group currency by Odoo's rates of the selling company for today, the sum
    rounded half up to cents. Where no order needs the goods, M is the worth of the stock (stock.quant.value, in
    proportion where less is meant), converted likewise; where that is not known either, it is said. The worth of the
    stock is shown beside the money in any case, never added to it: the goods' cost lies in the price.
    *Customers* and *importance* as for late purchases.
    *Delay* D = working days from the need that is missed by most to today, negative while there is time; with no need
    known, working days since the inspection's date.

    The case closes when the inspection passes or is cancelled, or when nothing of its goods is left in stock outside
    the places set aside: moved there, scrapped, returned or used.
    """

    key = "quality.stock_on_hold"
    code = "Q1"
    title = gettext_lazy("Stock on quality hold")
    domain = Domain.QUALITY
    owner = Role.QUALITY_LEAD
    subject_type = INSPECTION
    remedies = ("quality.quarantine", "quality.record_answers", "quality.agree_failure")
    limits = Limits()
    depends_on = {
        Inspection: "pk",
        InspectionLine: touched.by_line,
        QualityCheck: touched.by_check,
        QualityAlert: touched.by_alert,
        QualityAlertStage: touched.by_stage,
        Quant: touched.by_quant,
        Lot: touched.by_lot,
        MoveLine: touched.by_move_line,
        Move: touched.by_move,
        Transfer: WHERE_SHOWN,
        ProductionOrder: touched.by_production,
        SaleOrderLine: touched.by_sale_line,
        SaleOrder: touched.by_sale_order,
        Partner: touched.by_partner,
        PartnerTag: WHERE_SHOWN,
        Product: WHERE_SHOWN,
        ProductTemplate: WHERE_SHOWN,
        Location: touched.everything_undecided,
        OperationType: touched.everything_undecided,
        Company: touched.everything_undecided,
        WorkingCalendar: touched.in_cases,
        WorkingHours: touched.in_cases,
        Currency: touched.in_cases,
        CurrencyRate: touched.in_cases,
    }
    enriching = frozenset({PartnerTag})

    def subjects(self, scope: Scope) -> Iterable[str]:
        return touched.all_undecided(scope)

    def candidates(self, scope: Scope, subjects: Iterable[str] | None = None) -> Iterable[str]:
        if subjects is None:
            return touched.all_undecided(scope)
        return [key for key in subjects if _is_within(key, scope)]

    def facts(self, candidates: Iterable[str], now: datetime) -> Iterator[HoldFacts]:
        return read_holds(read_inspections(candidates), now, subject_type=self.subject_type)

    def judge(self, facts: HoldFacts, limits: Limits, now: datetime) -> Verdict:
        ended = _ended(facts, limits, now)
        if ended is not None:
            return ended
        hold = hold_of(facts, limits)
        if not hold.is_any:
            return Clear(facts.subject, _nothing_left(facts))
        return _finding(facts, hold, limits, now)


def _is_within(key: str, scope: Scope) -> bool:
    mirror, row = split_subject(key)
    return scope == Scope.everything() or mirrors[mirror].everything.filter(pk=row).within(scope).exists()


def _ended(facts: HoldFacts, limits: Limits, now: datetime) -> Verdict | None:
    """What can be said without looking at the goods."""
    one = facts.inspection
    if one.gone:
        return Moot(facts.subject, _("The inspection no longer exists in Odoo."))
    if one.outcome is Outcome.CANCELLED:
        return Moot(facts.subject, _("The inspection was cancelled."))
    if one.outcome is Outcome.PASSED:
        return Clear(facts.subject, _("The inspection passed: the goods are released."))
    if one.outcome is Outcome.UNKNOWN:
        return CannotJudge(facts.subject, _("The inspection is in a state that is not known here."))
    if not facts.goods and facts.making is None and one.product is None:
        return CannotJudge(facts.subject, _("It is not known which goods the inspection is about."))
    return _too_early(facts, limits, now)


def _too_early(facts: HoldFacts, limits: Limits, now: datetime) -> Verdict | None:
    """An inspection that has not failed may wait for a while."""
    wait = limits.wait_of(facts.inspection.outcome)
    if wait is None:
        return None
    if facts.inspection.asked_at is None:
        return CannotJudge(facts.subject, _("The inspection has no date."))
    due = facts.inspection.asked_at + wait[1]
    if now < due:
        return Clear(facts.subject, _("It does not wait longer than the limit here allows."), next_check_at=due)
    return None


def _nothing_left(facts: HoldFacts) -> str:
    if not facts.goods:
        return _("None of its goods have come in.")
    set_aside = any(one.stock for one in facts.goods)
    return _("The goods are set aside.") if set_aside else _("Nothing of the goods is left in stock.")


def _finding(facts: HoldFacts, hold: Hold, limits: Limits, now: datetime) -> Finding:
    projection = if_released(hold, now)
    demands = hold.network.demands
    money = {key: demands[key].amount * facts.worth[key] for key in projection.at_risk if key in facts.worth}
    external = [demands[key] for key in projection.at_risk if demands[key].external]
    customers = {one.customer: one.customer_tags for one in external if one.customer is not None}
    importance = importance_of(list(customers.values()), limits.customer_classes)
    risky = [need for need in projection.needs if need.endangers] or list(projection.needs)
    need = min(risky, key=lambda one: (one.slack_days, one.node), default=None)
    total = sum(money.values(), Decimal(0)).quantize(CENT, ROUND_HALF_UP)
    own = worth_of_stock(facts, hold)
    impact = Impact(
        money=total if projection.at_risk else own or Decimal(0),
        currency=facts.currency,
        customers=tuple(sorted(customers)),
        order_lines=projection.at_risk,
        productions=tuple(sorted(hold.network.productions)),
        delay_days=delay_of(projection, age_of(facts.inspection, facts, now)),
        importance=importance.weight,
        customer_class=importance.tag,
        unclassified=importance.unclassified,
        needed_at=need.due_at if need else None,
        chain=chain(facts, hold, projection, {key: one.quantize(CENT, ROUND_HALF_UP) for key, one in money.items()}),
    )
    wait = limits.wait_of(facts.inspection.outcome)
    return Finding(
        subject=facts.subject,
        summary=summary_of(facts, hold),
        detail=detail_of(facts, hold, projection),
        evidence=tuple(evidence_of(facts, hold)),
        impact=impact,
        documents=facts.documents,
        gaps=tuple(_gaps(facts, hold, known=bool(projection.at_risk) or own is not None)),
        counted=(*([wait[0]] if wait else []), *(["customer_classes"] if customers else [])),
        next_check_at=next_day_begins(now, facts.calendar),
    )


def _gaps(facts: HoldFacts, hold: Hold, *, known: bool) -> Iterator[str]:
    """What the money leaves out. A rate that only leads to orders nobody needs the goods for is no gap."""
    if any(key not in facts.worth for key in hold.network.demands):
        for gap in facts.gaps:
            yield _("Money is incomplete: %s.") % gap
    if not known and hold.quantity:
        yield _("What the stock is worth is not known.")
