"""Draft the bill that an invoice of a sister company lacks, as the buying company."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.actions.definition import NEW, Action, ActionForm, CannotPlanError, Plan, Reversibility, Step, actions
from apps.actions.readings import line_id
from apps.intercompany.actions.finance_limits import worth_more_than_allowed
from apps.intercompany.lanes import SALES
from apps.intercompany.matching import MIRRORED
from apps.intercompany.situation import Situation, company_name, odoo_id, reachable, situation_of
from apps.intercompany.words import amount
from controltower.lib.keys import split_key
from controltower.lib.scope import Scope, Slice
from odoo_sync.mirror.accounting import JournalEntry, JournalItem, Tax
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.company import Company

MOVE = "account.move"
HEADER = ("move_type", "partner_id/.id", "currency_id/.id", "invoice_date", "invoice_date_due", "date", "ref")
LINE = ("id", "product_id/.id", "name", "quantity", "price_unit", "discount", "tax_ids/.id")


class BillForm(ActionForm):
    """When the bill is booked, and a remark for whoever agrees."""

    booked_on = forms.DateField(
        label=gettext_lazy("Accounting date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("The seller's own unless another one is needed; another month is another period."),
    )  # fmt: skip
    reason = forms.CharField(label=gettext_lazy("Remark"), max_length=200, required=False)


@actions.add
class DraftBill(Action[JournalEntry]):
    """Make a draft bill in the buying company out of the seller's posted invoice that nothing answers.

    Vendor is the partner of the selling company, the reference the invoice's number, currency and lines those of
    the invoice; accounts come from the buyer's products and journal, each tax is the buyer's purchase tax of the same
    percentage, and lines without tax stay without, so that both documents agree (Odoo 18 would add the buyer's default
    tax). The accounting date is sent along, since Odoo books a bill of a past month at its end and one of this month
    today. The bill and its lines carry external ids of the tower, so that a repeated call makes nothing twice. It stays
    a draft until somebody of the buying company posts it; until then it can be taken back, which cancels it.
    Documents beyond the limit of `intercompany.bills` need another controller's word.
    """

    key = "intercompany.draft_bill"
    title = gettext_lazy("Draft the missing bill")
    explanation = gettext_lazy("Makes a draft bill in the buying company with the lines of the invoice.")
    subject = JournalEntry
    form = BillForm
    requires = Permission.REQUEST_FINANCE_ACTIONS
    reversibility = Reversibility.REVERSIBLE
    leaves_note = False
    may_settle = False
    writes = {"account.move": ("create", "write"), "account.move.line": ("create", "write")}
    fields = {
        "state": gettext_lazy("state"),
        "partner_id": gettext_lazy("vendor"),
        "ref": gettext_lazy("reference"),
        "date": gettext_lazy("accounting date"),
        "invoice_date": gettext_lazy("bill date"),
        "amount_total": gettext_lazy("total"),
    }

    def subject_for(self, record: Mirror) -> JournalEntry | None:
        if not isinstance(record, JournalEntry) or record.kind not in SALES:
            return None
        found = situation_of(record)
        return record if found is not None and found.is_unanswered and found.mine is None else None

    def place(self, subject: JournalEntry) -> Slice:
        found = situation_of(subject)
        return found.place if found else Slice(subject.company_id)

    def reachable(self, scope: Scope) -> QuerySet[Any]:
        return reachable(scope)

    def initial(self, subject: JournalEntry) -> dict[str, Any]:
        return {"booked_on": subject.dated_on or timezone.now().date()}

    def approver(self, subject: JournalEntry, answer: Mapping[str, Any]) -> Role | None:
        company = self.place(subject).company
        return Role.CONTROLLER if company is None or worth_more_than_allowed(subject, company) else None

    def plan(self, subject: JournalEntry, answer: Mapping[str, Any], *, by: User) -> Plan:
        found = situation_of(subject)
        if found is None or subject.kind not in SALES or not found.is_unanswered or found.mine is not None:
            raise CannotPlanError(
                _("This document has its counterpart, or is no longer posted: there is nothing to draft.")
            )
        seller = Company.objects.filter(pk=found.lane.seller).first()
        if seller is None or seller.partner_id is None or subject.currency_id is None:
            raise CannotPlanError(_("The selling company or the currency is not mirrored yet. Try again in a minute."))
        booked = answer["booked_on"]
        booked = date.fromisoformat(booked) if isinstance(booked, str) else booked
        step = _loading(found, seller, booked)
        return Plan(
            steps=(step,),
            undo=(_cancelling(step),),
            effect=_effect(found, subject),
            follows=(_("Odoo takes accounts from the buyer's products and journal, and adds what is payable."),),
            warnings=(_("A draft alone does not close the case: somebody of the buying company posts the bill."),),
            names={f"{MOVE},{NEW}": _("New bill of %s") % company_name(found.lane.buyer)},
        )


def _loading(found: Situation, seller: Company, booked: date) -> Step:
    """One call that makes the draft with all its lines."""
    invoice = found.entry
    issued = invoice.invoiced_on or booked
    vendor, currency = (split_key(key or 0)[1] for key in (seller.partner_id, invoice.currency_id))
    kind = MIRRORED[invoice.kind or ""]
    days = (issued, invoice.due_on or issued, booked)
    header = [kind, str(vendor), str(currency), *(day.isoformat() for day in days), invoice.number or ""]
    lines = _lines(found)
    blank = [""] * len(HEADER)
    return Step(
        connection=invoice.connection_id,
        company=odoo_id(found.lane.buyer),
        model=MOVE,
        ids=(),
        method="load",
        args={
            "fields": [*HEADER, *(f"invoice_line_ids/{name}" for name in LINE)],
            "data": [[*(header if number == 0 else blank), *line] for number, line in enumerate(lines)],
        },
        expect={
            f"{NEW}.state": "draft",
            f"{NEW}.ref": invoice.number,
            f"{NEW}.invoice_date": issued.isoformat(),
            f"{NEW}.date": booked.isoformat(),
            f"{NEW}.amount_total": float(invoice.amount_total or 0),
        },
        safe_again="external_id",
        label=_("Make the draft bill"),
    )


def _cancelling(step: Step) -> Step:
    return Step(
        connection=step.connection,
        company=step.company,
        model=MOVE,
        ids=(NEW,),
        method="button_cancel",
        guard={f"{NEW}.state": "draft"},
        expect={f"{NEW}.state": "cancel"},
        safe_again="state",
        label=_("Cancel the draft bill"),
    )


def _lines(found: Situation) -> list[list[str]]:
    """The own lines of the invoice as the buyer books them. Raises CannotPlanError."""
    rows = JournalItem.objects.filter(entry=found.entry, display_type="product").select_related("product__template")
    items = list(rows.order_by("id"))
    if not items:
        raise CannotPlanError(_("The lines of the invoice are not mirrored yet. Try again in a minute."))
    taxes = _taxes(items, found.lane.buyer)
    return [_line(number, item, found.lane.buyer, taxes) for number, item in enumerate(items, start=1)]


def _line(number: int, item: JournalItem, buyer: int, taxes: Mapping[int, int]) -> list[str]:
    product = item.product
    owner = product.template.company_id if product and product.template else None
    shared = product is not None and owner in (None, buyer)
    return [
        line_id(number),
        str(split_key(item.product_id)[1]) if shared and item.product_id else "",
        (item.description or "").strip() or _("Line %d") % number,
        _plain(item.quantity),
        _plain(item.price_unit),
        _plain(item.discount),
        ",".join(str(taxes[tax]) for tax in item.taxes),
    ]


def _plain(value: Decimal | None) -> str:
    """A number without an exponent or trailing zeros."""
    text = format(value or Decimal(0), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _taxes(items: list[JournalItem], buyer: int) -> dict[int, int]:
    """For each tax of the seller the buyer's own (Odoo's id) of the same percentage. Raises CannotPlanError."""
    theirs = Tax.everything.in_bulk({tax for item in items for tax in item.taxes})
    found: dict[int, int] = {}
    for key in {tax for item in items for tax in item.taxes}:
        tax = theirs.get(key)
        same = Tax.objects.filter(
            company=buyer, use="purchase", kind="percent", active=True, price_include=False,
            amount=tax.amount if tax else None,
        )  # fmt: skip
        match = same.order_by("id").first() if tax is not None and tax.kind == "percent" else None
        if match is None:
            text = _(
                "%(buyer)s has no purchase tax like “%(tax)s” of the invoice. Book the bill in Odoo, or add the tax."
            )
            raise CannotPlanError(text % {"buyer": company_name(buyer), "tax": tax.name if tax else "?"})
        found[key] = match.odoo_id
    return found


def _effect(found: Situation, invoice: JournalEntry) -> str:
    count = invoice.items.filter(gone_at=None, display_type="product").count()
    lines = ngettext("%d line", "%d lines", count) % count
    currency = invoice.currency.name if invoice.currency else ""
    return _("Draft bill of %(buyer)s from %(seller)s over %(amount)s for %(number)s, %(lines)s.") % {
        "buyer": company_name(found.lane.buyer),
        "seller": company_name(found.lane.seller),
        "amount": amount(invoice.amount_total or Decimal(0), currency),
        "number": invoice.number,
        "lines": lines,
    }
