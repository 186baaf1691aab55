"""Draft the bill that an invoice of a sister company lacks, as the buying company."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.actions.definition import NEW, Action, ActionForm, CannotPlanError, Plan, Reversibility, Step, actions
from apps.actions.selections import ENTRY_KINDS, ENTRY_STATES
from apps.intercompany.actions.bill_steps import MOVE, cancelling, is_credit, loading
from apps.intercompany.actions.buyer_taxes import TAX, TaxChoice, choices_for, label
from apps.intercompany.actions.finance_limits import worth_more_than_allowed
from apps.intercompany.lanes import SALES
from apps.intercompany.situation import Situation, company_name, reachable, situation_of, today_at
from apps.intercompany.words import amount
from controltower.lib.scope import Scope, Slice
from odoo_sync.mirror.accounting import JournalEntry, JournalItem, Tax
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.company import Company

AUTOMATION = ("intercompany_invoicing", "intercompany_generate_bills_refund")
"""Odoo's switches (OCA, Enterprise) for answering a document with one in the sister company."""


class BillForm(ActionForm):
    """When the bill is booked, which tax is meant where the buyer has several, and a remark for whoever agrees."""

    booked_on = forms.DateField(
        label=gettext_lazy("Accounting date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The seller's own unless another one is needed; another month is another period."),
    )  # fmt: skip
    reason = forms.CharField(label=gettext_lazy("Remark"), max_length=200, required=False)

    def __init__(self, *args: Any, subject: Mirror, **options: Any) -> None:
        super().__init__(*args, subject=subject, **options)
        assert isinstance(subject, JournalEntry)
        found = situation_of(subject)
        choices = choices_for(_items(subject), found.lane.buyer) if found is not None else ()
        asked = {one.field: _tax_field(one) for one in choices if one.is_open}
        self.fields = {"booked_on": self.fields["booked_on"], **asked, "reason": self.fields["reason"]}


def _tax_field(choice: TaxChoice) -> forms.Field:
    options = [(str(one.odoo_id), label(one)) for one in choice.options]
    name = choice.tax.name if choice.tax is not None else "?"
    return forms.ChoiceField(
        label=_("Purchase tax for “%s” of the document") % name,
        choices=[("", "–"), *options],
        help_text=_("Several taxes of the buying company answer it; only bookkeeping can tell which one is meant."),
    )


@actions.add
class DraftBill(Action[JournalEntry]):
    """Make a draft bill in the buying company out of the seller's posted invoice that nothing answers.

    Out of a credit note it makes a draft vendor credit note (in_refund) in the same way. A document that its own
    company has undone wholly needs none.

    Vendor is the partner of the selling company, the reference the invoice's number, currency, due date and lines with
    their units those of the invoice; accounts come from the buyer's products and journal, and lines without tax stay
    without, so that both documents agree (Odoo 18 would add the buyer's default tax). Each tax is the buyer's purchase
    tax that says the same: as many per cent, on top of the price or in it alike, and no reverse charge; a person says
    which where there are several, among them reverse charges where the invoice has a tax that adds nothing. The
    accounting date is sent along, since Odoo books a bill of a past month at its end and one of this month today.

    It is planned anew when somebody approves and before it is sent, and Odoo is searched just before: the invoice must
    still be posted with the same number and amounts, no bill that stands may name it or have come over the same amount,
    and one that the buyer had reversed must still be so. The
    bill and its lines carry external ids of the tower, so that a repeated call makes nothing twice. It stays a draft,
    with a note of who asked and agreed, until somebody of the buying company posts it; until then it can be taken back,
    which cancels it. Documents beyond the limit of `intercompany.bills` need another controller's word.
    """

    key = "intercompany.draft_bill"
    title = gettext_lazy("Draft the missing bill")
    explanation = gettext_lazy("Makes a draft bill in the buying company with the lines of the invoice.")
    subject = JournalEntry
    form = BillForm
    requires = Permission.REQUEST_FINANCE_ACTIONS
    reversibility = Reversibility.REVERSIBLE
    notes_what_it_made = True
    planned_anew = True
    may_settle = False
    writes = {"account.move": ("create", "write"), "account.move.line": ("create", "write")}
    fields = {
        "state": gettext_lazy("state"),
        "partner_id": gettext_lazy("vendor"),
        "ref": gettext_lazy("reference"),
        "date": gettext_lazy("accounting date"),
        "invoice_date": gettext_lazy("bill date"),
        "invoice_date_due": gettext_lazy("due on"),
        "company_id": gettext_lazy("company"),
        "currency_id": gettext_lazy("currency"),
        "move_type": gettext_lazy("kind"),
        "amount_untaxed": gettext_lazy("untaxed"),
        "amount_tax": gettext_lazy("tax"),
        "amount_total": gettext_lazy("total"),
        "amount": gettext_lazy("rate"),
        "amount_type": gettext_lazy("way of counting"),
        "type_tax_use": gettext_lazy("used for"),
        "active": gettext_lazy("in use"),
        "has_negative_factor": gettext_lazy("reverse charge"),
    }
    selections = {"state": ENTRY_STATES, "move_type": ENTRY_KINDS}

    def subject_for(self, record: Mirror) -> JournalEntry | None:
        if not isinstance(record, JournalEntry) or record.kind not in SALES:
            return None
        found = situation_of(record)
        return record if found is not None and found.is_unanswered and found.mine is None else None

    def title_for(self, subject: JournalEntry) -> str:
        return _("Draft the missing vendor credit note") if is_credit(subject) else str(self.title)

    def hint(self, subject: JournalEntry) -> str:
        if is_credit(subject):
            return _("Makes a draft vendor credit note (refund) of the buying company, line by line.")
        return str(self.explanation)

    def place(self, subject: JournalEntry) -> Slice:
        found = situation_of(subject)
        return found.place if found else Slice(subject.company_id)

    def reachable(self, scope: Scope) -> QuerySet[Any]:
        return reachable(scope)

    def initial(self, subject: JournalEntry) -> dict[str, Any]:
        return {"booked_on": subject.dated_on or today_at(self.place(subject).company)}

    def approver(self, subject: JournalEntry, answer: Mapping[str, Any]) -> Role | None:
        company = self.place(subject).company
        return Role.CONTROLLER if company is None or worth_more_than_allowed(subject, company) else None

    def plan(self, subject: JournalEntry, answer: Mapping[str, Any], *, by: User) -> Plan:
        found = situation_of(subject)
        if found is None or subject.kind not in SALES or not found.is_unanswered or found.mine is not None:
            raise CannotPlanError(
                _("This document has its counterpart, is undone or no longer posted: there is nothing to draft.")
            )
        seller = Company.objects.filter(pk=found.lane.seller).first()
        if seller is None or seller.partner_id is None or subject.currency_id is None:
            raise CannotPlanError(_("The selling company or the currency is not mirrored yet. Try again in a minute."))
        booked = answer["booked_on"]
        booked = date.fromisoformat(booked) if isinstance(booked, str) else booked
        items = _items(subject)
        if not items:
            raise CannotPlanError(_("The lines of the document are not mirrored yet. Try again in a minute."))
        choices = choices_for(items, found.lane.buyer)
        taxes = {one.key: one.chosen(answer, found.lane.buyer) for one in choices}
        step = loading(found, seller, items, taxes, booked)
        return Plan(
            steps=(step,),
            undo=(cancelling(step),),
            effect=_effect(found, subject),
            follows=(_("Odoo takes accounts from the buyer's products and journal, and adds what is payable."),),
            warnings=tuple(_warnings(found, choices, taxes)),
            names=_names(found, step, subject, taxes),
        )


def _items(invoice: JournalEntry) -> list[JournalItem]:
    """The own lines of the invoice."""
    rows = JournalItem.objects.filter(entry=invoice, display_type="product").select_related("product__template")
    return list(rows.order_by("id"))


def _warnings(found: Situation, choices: Iterable[TaxChoice], taxes: Mapping[int, Tax | None]) -> Iterator[str]:
    if is_credit(found.entry):
        yield _("A draft alone does not close the case: somebody of the buying company posts the vendor credit note.")
    else:
        yield _("A draft alone does not close the case: somebody of the buying company posts the bill.")
    for one in choices:
        if one.tax is not None and taxes[one.key] is None:
            yield _("“%(tax)s” of %(number)s is left out: %(buyer)s has no purchase tax like it. It adds nothing.") % {
                "tax": one.tax.name, "number": found.entry.number, "buyer": company_name(found.lane.buyer),
            }  # fmt: skip
    if _answers_by_itself(found):
        yield _(
            "An add-on in Odoo answers documents between these companies by itself: when the draft is posted, it makes"
            " a third document. Switch it off in one of the two companies before, or delete what it makes."
        )


def _answers_by_itself(found: Situation) -> bool:
    """Whether an add-on is on in both companies; off in one of them, it makes nothing (OCA, Odoo 18)."""
    extras = list(Company.objects.filter(pk__in=found.lane).values_list("extra", flat=True))
    return any(len(extras) == len(found.lane) and all(one.get(name) for one in extras) for name in AUTOMATION)


def _names(found: Situation, step: Step, invoice: JournalEntry, taxes: Mapping[int, Tax | None]) -> dict[str, str]:
    buyer, expect = company_name(found.lane.buyer), step.expect
    linked = {
        "partner_id": company_name(found.lane.seller),
        "company_id": buyer,
        "currency_id": invoice.currency.name if invoice.currency else "",
    }
    for name in ("amount_untaxed", "amount_tax", "amount_total"):
        linked[name] = amount(Decimal(str(expect[f"{NEW}.{name}"])), linked["currency_id"])
    return {
        f"{MOVE},{NEW}": (_("New vendor credit note of %s") if is_credit(invoice) else _("New bill of %s")) % buyer,
        **{f"{name}={expect[f'{NEW}.{name}']}": word for name, word in linked.items() if word},
        **{f"{TAX},{tax.odoo_id}": label(tax) for tax in taxes.values() if tax is not None},
    }


def _effect(found: Situation, invoice: JournalEntry) -> str:
    count = invoice.items.filter(gone_at=None, display_type="product").count()
    lines = ngettext("%d line", "%d lines", count) % count
    currency = invoice.currency.name if invoice.currency else ""
    text = _("Draft bill of %(buyer)s from %(seller)s over %(amount)s for %(number)s, %(lines)s.")
    if is_credit(invoice):
        text = _(
            "Draft vendor credit note (refund) of %(buyer)s from %(seller)s over %(amount)s for %(number)s, %(lines)s."
        )
    return text % {
        "buyer": company_name(found.lane.buyer),
        "seller": company_name(found.lane.seller),
        "amount": amount(invoice.amount_total or Decimal(0), currency),
        "number": invoice.number,
        "lines": lines,
    }
