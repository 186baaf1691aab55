"""The calls that make a draft bill out of a sister company's invoice, or a draft vendor credit note out of its credit
note, and what is minded before and after.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from apps.actions.definition import NEW, Condition, Step
from apps.actions.readings import line_id
from apps.intercompany.actions.buyer_taxes import minded
from apps.intercompany.documents import CREDITS, MIRRORED
from apps.intercompany.references import normal
from apps.intercompany.situation import Situation, company_name, odoo_id
from apps.intercompany.trades import REVERSED
from controltower.lib.keys import split_key
from odoo_sync.mirror.accounting import JournalEntry, JournalItem, Tax
from odoo_sync.mirror.company import Company

MOVE = "account.move"
HEADER = (
    "move_type", "partner_id/.id", "currency_id/.id", "invoice_date", "invoice_date_due", "date", "ref",
    "invoice_payment_term_id/.id",
)  # fmt: skip
LINE = ("id", "product_id/.id", "product_uom_id/.id", "name", "quantity", "price_unit", "discount", "tax_ids/.id")
QUOTING = ("ref", "payment_reference", "invoice_origin")
_END = re.compile(r"0[0-9]{3,}$|[0-9]{5,}$")
Taxes = Mapping[int, Tax | None]


def loading(found: Situation, seller: Company, items: list[JournalItem], taxes: Taxes, booked: date) -> Step:
    """One call that makes the draft with all its lines.

    No payment terms are sent, since Odoo would count the due date from the vendor's: the invoice's own is sent along.
    """
    invoice = found.entry
    issued = invoice.invoiced_on or booked
    vendor, currency = (split_key(key or 0)[1] for key in (seller.partner_id, invoice.currency_id))
    days = [day.isoformat() for day in (issued, invoice.due_on or issued, booked)]
    kind, number = MIRRORED[invoice.kind or ""], invoice.number or ""
    header = [kind, str(vendor), str(currency), *days, number, ""]
    lines = [_line(place, item, found.lane.buyer, taxes) for place, item in enumerate(items, start=1)]
    blank = [""] * len(HEADER)
    expect = {
        "state": "draft", "move_type": kind, "company_id": odoo_id(found.lane.buyer), "partner_id": vendor,
        "currency_id": currency, "ref": number, "invoice_date": days[0], "invoice_date_due": days[1], "date": days[2],
        "amount_untaxed": float(invoice.amount_untaxed or 0), "amount_tax": float(invoice.amount_tax or 0),
        "amount_total": float(invoice.amount_total or 0),
    }  # fmt: skip
    return Step(
        connection=invoice.connection_id,
        company=odoo_id(found.lane.buyer),
        model=MOVE,
        ids=(),
        method="load",
        args={
            "fields": [*HEADER, *(f"invoice_line_ids/{name}" for name in LINE)],
            "data": [[*(header if place == 0 else blank), *line] for place, line in enumerate(lines)],
        },
        guard={key: value for tax in taxes.values() if tax is not None for key, value in minded(tax).items()},
        expect={f"{NEW}.{name}": value for name, value in expect.items()},
        safe_again="external_id",
        label=_("Make the draft vendor credit note") if is_credit(invoice) else _("Make the draft bill"),
        conditions=(_standing(found), _unanswered(found), *_undone(found)),
    )


def is_credit(invoice: JournalEntry) -> bool:
    """Whether it is a credit note, which the buyer answers with a vendor credit note (refund)."""
    return invoice.kind in CREDITS


def cancelling(step: Step) -> Step:
    return Step(
        connection=step.connection,
        company=step.company,
        model=MOVE,
        ids=(NEW,),
        method="button_cancel",
        guard={f"{NEW}.state": "draft"},
        expect={f"{NEW}.state": "cancel"},
        safe_again="state",
        label=_("Cancel the draft"),
    )


def _line(place: int, item: JournalItem, buyer: int, taxes: Taxes) -> list[str]:
    """A line as the buyer books it: a product of the seller alone stays away, its name and unit do not."""
    product = item.product
    owner = product.template.company_id if product and product.template else None
    shared = product is not None and owner in (None, buyer)
    chosen = [taxes[key] for key in item.taxes]
    return [
        line_id(place),
        str(split_key(item.product_id)[1]) if shared and item.product_id else "",
        str(split_key(item.unit_id)[1]) if item.unit_id else "",
        (item.description or "").strip() or (product.name if product else "") or str(place),
        plain(item.quantity),
        plain(item.price_unit),
        plain(item.discount),
        ",".join(str(tax.odoo_id) for tax in chosen if tax is not None),
    ]


def plain(value: Decimal | None) -> str:
    """A number without an exponent or trailing zeros."""
    text = format(value or Decimal(0), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _standing(found: Situation) -> Condition:
    """The invoice is as the plan has it. It is the seller's to read, not the buyer's."""
    invoice = found.entry
    domain = [
        ["id", "=", invoice.odoo_id],
        ["state", "=", "posted"],
        ["name", "=", invoice.number or ""],
        ["currency_id", "=", split_key(invoice.currency_id or 0)[1]],
        ["amount_untaxed", "=", float(invoice.amount_untaxed or 0)],
        ["amount_total", "=", float(invoice.amount_total or 0)],
    ]
    if invoice.payment_state != REVERSED:
        domain.append(["payment_state", "!=", REVERSED])
    words = _("The invoice of %s is no longer posted as it was when this was planned.")
    if is_credit(invoice):
        words = _("The credit note of %s is no longer posted as it was when this was planned.")
    return Condition(MOVE, domain, True, odoo_id(found.lane.seller), words % company_name(found.lane.seller))


def _unanswered(found: Situation) -> Condition:
    """No bill of the buyer that stands names the invoice, and none that has its last digits among words, or is over the
    same amount, has come since it was planned.
    """
    invoice, number = found.entry, found.entry.number or ""
    named = [[field, "=ilike", _literally(number)] for field in QUOTING]
    among = [[field, "ilike", _literally(_last(number))] for field in QUOTING]
    domain = [
        ["company_id", "=", odoo_id(found.lane.buyer)],
        ["move_type", "=", MIRRORED[invoice.kind or ""]],
        ["commercial_partner_id", "in", sorted(odoo_id(one) for one in found.sellers)],
        ["state", "!=", "cancel"],
        "|",
        "&",
        ["id", "not in", list(_reversed_bills(found))],
        "|", "|", *named,
        "&",
        ["id", "not in", _known_bills(found)],
        "|", "|", "|", *among,
        "&",
        ["amount_total", "=", float(invoice.amount_total or 0)],
        ["currency_id", "=", split_key(invoice.currency_id or 0)[1]],
    ]  # fmt: skip
    words = _("In Odoo %s has a bill by now that answers the invoice, or one over the same amount. Look at it first.")
    if is_credit(invoice):
        words = _(
            "In Odoo %s has a vendor credit note by now that answers the credit note, or one over the same amount."
            " Look at it first."
        )
    return Condition(MOVE, domain, False, odoo_id(found.lane.buyer), words % company_name(found.lane.buyer))


def _known_bills(found: Situation) -> list[int]:
    """The buyer's documents over the same amount, or with the number among words, that were there when it was planned,
    and answer something else.
    """
    invoice: JournalEntry = found.entry
    number = _last(invoice.number or "").casefold()
    return sorted(
        split_key(one.key)[1]
        for one in found.trade.documents.values()
        if one.kind == MIRRORED[invoice.kind or ""]
        and (
            (one.total, one.currency) == (invoice.amount_total, invoice.currency_id)
            or any(number in text.casefold() for text in one.quoted)
        )
    )


def _reversed_bills(found: Situation) -> dict[int, tuple[int, ...]]:
    """The buyer's documents that name the invoice and that it has wholly reversed itself, with what reversed them."""
    settled, documents = found.trade.matching.settled, found.trade.documents
    number, kind = normal(found.entry.number or ""), MIRRORED[found.entry.kind or ""]
    return {
        odoo_id(key): tuple(odoo_id(one) for one in settled[key])
        for key in sorted(settled)
        if documents[key].kind == kind and any(normal(text) == number for text in documents[key].quoted)
    }


def _undone(found: Situation) -> Iterator[Condition]:
    """What named the invoice and is reversed still is: neither it nor what reversed it was taken back meanwhile."""
    together = {one for key, others in _reversed_bills(found).items() for one in (key, *others)}
    if together:
        words = _("In Odoo what %s had reversed stands again, or is being changed. Look at it first.")
        domain = [["id", "in", sorted(together)], ["state", "!=", "posted"]]
        company = found.lane.buyer
        yield Condition(MOVE, domain, False, odoo_id(company), words % company_name(company))


def _last(number: str) -> str:
    """The end of a number by which a list may name it; the whole of one that does not end in digits enough."""
    end = _END.search(number)
    return end[0] if end else number


def _literally(text: str) -> str:
    """A text for Odoo's ``=ilike``, in which a per cent sign and an underscore stand for anything."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
