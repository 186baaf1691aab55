"""How goods on hold read: headline, what they hold up, and the facts that were seen."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.exceptions.definition import Evidence
from apps.exceptions.hold import Held, Hold
from apps.exceptions.hold_goods import Goods
from apps.exceptions.holds import HoldFacts
from apps.exceptions.inspections import Answer, Inspection, Outcome
from apps.exceptions.network import Projection

CENT = Decimal("0.01")
SHOWN = 6


def counted(quantity: Decimal, unit: str) -> str:
    """A quantity with its unit, without needless zeros."""
    text = f"{quantity.normalize():f}"
    return f"{text} {unit}" if unit else text


def named(goods: Goods) -> str:
    """Goods as people call them: the lot with its product, or the product alone."""
    product = goods.name or _("a product")
    return _("%(lot)s of %(product)s") % {"lot": goods.lot_name, "product": product} if goods.lot_name else product


def place_of(held: Held) -> str:
    """Where the goods lie: the place, or how many places."""
    names = sorted({"/".join(one.path) for one in held.stock})
    if len(names) == 1:
        return names[0]
    return ngettext("%d place", "%d places", len(names)) % len(names)


def summary_of(facts: HoldFacts, hold: Hold) -> str:
    """One sentence: which goods, how many of them, and why they are on hold."""
    one = facts.inspection
    goods = _goods(facts, hold)
    if one.outcome is Outcome.FAILED:
        return _("%s failed inspection, and can still be used") % goods
    if one.outcome is Outcome.WAITING:
        return _("%s did not pass, waits for a decision, and can still be used") % goods
    return _("%s waits for inspection, and can still be used") % goods


def _goods(facts: HoldFacts, hold: Hold) -> str:
    held = [one for one in hold.goods if one.quantity]
    if not held and facts.making is not None:
        quantity = counted(facts.making.quantity, "")
        return _("%(quantity)s × %(product)s in production") % {
            "quantity": quantity, "product": facts.making.product or _("a product")}  # fmt: skip
    first = max(held, key=lambda one: (one.quantity, one.goods.product))
    text = _("%(quantity)s of %(goods)s") % {
        "quantity": counted(first.quantity, first.goods.unit), "goods": _short(first.goods)}  # fmt: skip
    more = len(held) - 1
    return text if not more else ngettext("%(text)s and %(more)d more", "%(text)s and %(more)d more", more) % {
        "text": text, "more": more}  # fmt: skip


def _short(goods: Goods) -> str:
    product = goods.name or _("a product")
    return _("%(product)s, lot %(lot)s") % {"product": product, "lot": goods.lot_name} if goods.lot_name else product


def detail_of(facts: HoldFacts, hold: Hold, projection: Projection) -> str:
    """What needs the goods, the inspection, and the first of its bad answers."""
    bad = [_answer(one) for one in facts.inspection.failures[:1]] if facts.inspection.outcome != Outcome.OPEN else []
    return " · ".join(filter(None, [_held_up(hold, projection), facts.inspection.number, *bad]))


def _held_up(hold: Hold, projection: Projection) -> str:
    productions = len(hold.network.productions)
    parts = [ngettext("%d production order", "%d production orders", productions) % productions] if productions else []
    lines = len(projection.at_risk)
    parts = ([ngettext("%d order line", "%d order lines", lines) % lines] if lines else []) + parts
    if not parts:
        return _("Nothing is known to need it")
    return _("Holds up %s") % ", ".join(parts)


def _answer(one: Answer) -> str:
    return f"{one.question} {_given(one)}".strip()


def _given(one: Answer) -> str:
    """The answer, and what would have been right."""
    if one.measured is None:
        return one.chosen or _("not answered")
    wanted = {"value": counted(one.measured, one.unit), "least": _number(one.least), "most": _number(one.most)}
    if not one.is_in_other_unit:
        return _("%(value)s, allowed %(least)s to %(most)s") % wanted
    wanted |= {"value": wanted["value"] if one.unit else _("%s without a unit") % wanted["value"]}
    return _("%(value)s, allowed %(least)s to %(most)s %(unit)s; Odoo compares the numbers alone") % {
        **wanted, "unit": one.limit_unit}  # fmt: skip


def _number(value: Decimal | None) -> str:
    return "–" if value is None else f"{value.normalize():f}"


def evidence_of(facts: HoldFacts, hold: Hold) -> Iterator[Evidence]:
    """The facts of the inspection and of the stock, each with the document it is on."""
    one = facts.inspection
    yield _seen(one, _("Inspection"), " · ".join(filter(None, [one.number, one.test])))
    yield _seen(one, _("Outcome"), _outcome(one.outcome))
    yield _seen(one, _("Asked for"), one.asked_at)
    if one.done_at is not None:
        yield _seen(one, _("Decided"), one.done_at)
    if one.outcome is not Outcome.OPEN:
        for answer in one.failures[:SHOWN]:
            yield _seen(one, answer.question or _("Answer"), _given(answer))
    yield from _stock(facts, hold)
    if not one.verified:
        yield _seen(one, _("Source"), _("Odoo Enterprise quality: how it is read was not verified"))


def _stock(facts: HoldFacts, hold: Hold) -> Iterator[Evidence]:
    for held in hold.goods:
        if held.quantity:
            row, mirror = (held.goods.lot, "stock.lot") if held.goods.lot else (held.goods.product, "product.product")
            text = f"{counted(held.quantity, held.goods.unit)} · {place_of(held)}"
            yield Evidence(named(held.goods), text, mirror=mirror, row=row, as_of=facts.inspection.as_of)
    worth = worth_of_stock(facts, hold)
    if worth is not None:
        yield Evidence(_("Worth of the stock on hold"), f"{worth:,.2f} {facts.currency}")
    if any(one.quantity and one.goods.lot is None for one in hold.goods):
        yield Evidence(_("Lot"), _("None is known: who needs these goods is worked out, no record says so"))


def worth_of_stock(facts: HoldFacts, hold: Hold) -> Decimal | None:
    """The stock on hold in group currency, to the cent; null where its worth or a rate is not known."""
    if hold.value is None or facts.own_worth is None:
        return None
    return (hold.value * facts.own_worth).quantize(CENT, ROUND_HALF_UP)


def _outcome(outcome: Outcome) -> str:
    words = {
        Outcome.FAILED: _("Failed"),
        Outcome.WAITING: _("Did not pass, waits for a decision"),
        Outcome.OPEN: _("Not answered yet"),
    }
    return words.get(outcome, str(outcome))


def _seen(one: Inspection, label: str, value: str | datetime | None) -> Evidence:
    return Evidence(label, value, mirror=one.mirror, row=one.row, as_of=one.as_of)
