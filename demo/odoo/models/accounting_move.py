"""Journal entries: invoices, bills, refunds and plain entries, from draft to posted and back."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Any

from demo.odoo.errors import UserError
from demo.odoo.models.technical import Thread
from demo.odoo.orm import Model
from demo.odoo.registry import computed
from demo.odoo.writing import Values

RANK = 40
SALES, PURCHASES = ("out_invoice", "out_refund"), ("in_invoice", "in_refund")
INVOICES = SALES + PURCHASES
TITLES = {
    "entry": "Entry",
    "out_invoice": "Invoice",
    "out_refund": "Credit Note",
    "in_invoice": "Bill",
    "in_refund": "Vendor Credit Note",
}
FIXED_WHEN_POSTED = ("invoice_line_ids", "line_ids", "invoice_date", "date", "partner_id", "currency_id")


class Move(Thread, Model):
    """A journal entry. A document to or from a partner is one as well."""

    _name = "account.move"
    _title = "Journal Entry"
    _order = "date desc, name desc, invoice_date desc, id desc"
    _search_names = ("name", "partner_id", "ref")
    _lines_with = {"invoice_line_ids": ("display_type", ("product", "line_section", "line_note"))}
    _not_copied = ("name", "state", "date", "invoice_date", "invoice_date_due", "payment_reference", "posted_before")
    _related = {
        "company_currency_id": "company_id.currency_id",
        "commercial_partner_id": "partner_id.commercial_partner_id",
    }
    _defaults = {
        "move_type": "entry",
        "state": "draft",
        "auto_post": "no",
        "payment_state": "not_paid",
        "extract_state": "no_extract_requested",
    }

    def _complete(self, values: Values) -> Values:
        journal = self.env["account.journal"].browse([values["journal_id"]] if values.get("journal_id") else [])
        company = journal.company_id if journal else self._company_of(values)
        journal = journal or self._journal_for(company, values["move_type"])
        added: Values = {"journal_id": journal.id, "company_id": company.id}
        if not values.get("currency_id"):
            added["currency_id"] = (journal.currency_id or company.currency_id).id
        if values["move_type"] in SALES and not values.get("invoice_user_id"):
            added["invoice_user_id"] = self.env.uid
        if values["move_type"] in INVOICES:
            added["invoice_date_due"] = values.get("invoice_date_due") or self.env.now.date()
        if not values.get("date"):
            added["date"] = self._accounting_date(values["move_type"], values.get("invoice_date"))
        return added

    def _company_of(self, values: Values) -> Any:
        return self.env.sudo()["res.company"].browse([values.get("company_id") or self.env.company.id])

    def _journal_for(self, company: Any, kind: str) -> Any:
        wanted = "sale" if kind in SALES else "purchase" if kind in PURCHASES else "general"
        domain = [("company_id", "=", company.id), ("type", "=", wanted)]
        found = self.env["account.journal"].search(domain, limit=1)
        if not found:
            raise UserError(f"No journal could be found in company {company.name} for any of those types: {wanted}")
        return found

    def _accounting_date(self, kind: str, invoiced: Any) -> date:
        """A bill is booked today, or at the end of its month when that has passed; everything else on its own day."""
        today = self.env.now.date()
        if not invoiced:
            return today
        day = invoiced if isinstance(invoiced, date) else date.fromisoformat(str(invoiced)[:10])
        if kind not in PURCHASES:
            return day
        if (today.year, today.month) > (day.year, day.month):
            return day.replace(day=monthrange(day.year, day.month)[1])
        return max(day, today)

    def _created(self, values: Values) -> None:
        self._rebuild()
        self._check_balance()

    def write(self, values: Values) -> bool:
        fixed = sorted(set(values) & set(FIXED_WHEN_POSTED))
        if fixed and any(one.state == "posted" for one in self):
            raise UserError(f"You cannot modify the following readonly fields on a posted move: {', '.join(fixed)}")
        done = super().write(values)
        for move in self:
            if "invoice_date" in values and "date" not in values and move.invoice_date:
                move._assign({"date": move._accounting_date(move.move_type, move.invoice_date)})
            move._rebuild()
            if "line_ids" in values:
                move._check_balance()
        return done

    def _check_balance(self) -> None:
        debit, credit = sum(self.line_ids.mapped("debit")), sum(self.line_ids.mapped("credit"))
        if abs(debit - credit) >= 0.005:
            raise UserError(
                f"An error has occurred.\n\nThe move ({self._shown_name()}) is not balanced.\n"
                f"The total of debits equals {debit:.2f} and the total of credits equals {credit:.2f}."
            )

    @computed("direction_sign", "type_name", "invoice_partner_display_name", "has_reconciled_entries")
    def _kind(self) -> Values:
        return {
            "direction_sign": -1 if self.move_type in ("out_invoice", "in_refund") else 1,
            "type_name": TITLES[self.move_type],
            "invoice_partner_display_name": self.partner_id._shown_name() if self.partner_id else None,
            "has_reconciled_entries": any(line.reconciled for line in self.line_ids),
        }

    @computed("invoice_currency_rate", on="currency_id company_id invoice_date date move_type")
    def _rate(self) -> float:
        if self.move_type == "entry":
            return 0.0
        own, day = self.company_id.currency_id, self.invoice_date or self.env.now.date()
        rate = self.currency_id._rate_on(self.company_id, day) / own._rate_on(self.company_id, day)
        return float(round(rate, 6))

    def _shown_name(self) -> str:
        if self.name and self.state != "draft":
            return f"{self.name} ({self.ref})" if self.ref else str(self.name)
        shown = f"Draft {TITLES[self.move_type]}"
        return f"{shown} {self.name}" if self.name else shown + (f" ({self.ref})" if self.ref else "")

    def _rebuild(self) -> None:
        """Let the lines that follow from the document's own follow, and the totals with them."""
        self.env.work.flush(self.env)
        if self.move_type in INVOICES:
            self._build_lines()
        self._assign(self._totals())

    def action_post(self) -> bool:
        for move in self:
            if move.state != "draft":
                raise UserError(f"The entry {move.name} (id {move.id}) must be in draft.")
            if not move.line_ids:
                raise UserError("You need to add a line before posting.")
            if move.move_type in INVOICES:
                move._check_document()
            move._number()
            move._assign({"state": "posted", "posted_before": True})
            if move.move_type == "out_invoice" and not move.payment_reference:
                move._assign({"payment_reference": move.name})
            move._after_state()
            move._settle_with_reversed()
        return False

    def _check_document(self) -> None:
        if not self.partner_id:
            who, what = ("Customer", "Customer Invoice") if self.move_type in SALES else ("Vendor", "Vendor Bill")
            raise UserError(f"The field '{who}' is required, please complete it to validate the {what}.")
        if not self.invoice_date:
            if self.move_type in PURCHASES:
                raise UserError("The Bill/Refund date is required to validate this document.")
            self.write({"invoice_date": self.env.now.date()})

    def _number(self) -> None:
        """The next number of the journal's run: sales count by year, everything else by month. A number is kept."""
        if self.name:
            return
        refund = self.journal_id.refund_sequence and self.move_type in ("out_refund", "in_refund")
        day = f"{self.date:%Y}/" if self.journal_id.type == "sale" else f"{self.date:%Y/%m}/"
        prefix = f"{'R' if refund else ''}{self.journal_id.code}/{day}"
        domain = [("journal_id", "=", self.journal_id.id), ("sequence_prefix", "=", prefix)]
        others = self.env.sudo()["account.move"].search(domain)
        number = max(others.mapped("sequence_number"), default=0) + 1
        digits = 5 if self.journal_id.type == "sale" else 4
        self._assign({"name": f"{prefix}{number:0{digits}d}", "sequence_prefix": prefix, "sequence_number": number})

    def _after_state(self) -> None:
        """What every line carries of its entry."""
        for line in self.line_ids:
            line._carry()
            if line.display_type == "payment_term" and self.move_type in SALES and self.payment_reference:
                line._assign({"name": self.payment_reference})

    def _settle_with_reversed(self) -> None:
        """A posted refund settles what it reverses as far as either is open; more than that stays open."""
        origin = self.reversed_entry_id
        if not origin or origin.state != "posted" or origin.currency_id != self.currency_id:
            return
        share = min(origin.amount_residual, self.amount_residual)
        if share > 0:
            self._settle(share, "paid")
            origin._settle(share, "reversed")

    def _settle(self, share: float, whole: str) -> None:
        left = self.currency_id._round(self.amount_residual - share)
        part = left / self.amount_total
        signed = self.company_id.currency_id._round(self.amount_total_signed * part)
        state = "partial" if left else whole
        self._assign({"amount_residual": left, "amount_residual_signed": signed, "payment_state": state})
        for line in self.line_ids.filtered(lambda one: one.display_type == "payment_term"):
            values = {"amount_residual": line.balance * part, "amount_residual_currency": line.amount_currency * part}
            line._assign({**{name: round(value, 2) + 0.0 for name, value in values.items()}, "reconciled": not left})

    def _reopen(self) -> None:
        """Without the one that is no longer posted, a document and its refunds are settled as far as the others do."""
        self.line_ids._assign({"reconciled": False})
        self._rebuild()
        origin = self.reversed_entry_id or self
        domain = [("reversed_entry_id", "=", origin.id), ("state", "=", "posted")]
        refunds = self.env.sudo()["account.move"].search(domain, order="id")
        for move in origin | refunds:
            if move.state == "posted" and move.payment_state != "not_paid":
                move._assign({"payment_state": "not_paid"})
                move.line_ids._assign({"reconciled": False})
                move._rebuild()
        for refund in refunds:
            refund._settle_with_reversed()

    def button_draft(self) -> None:
        if any(one.state == "draft" for one in self):
            raise UserError("Only posted/cancelled journal entries can be reset to draft.")
        for move in self:
            move._assign({"state": "draft", "payment_state": "not_paid"})
            move._after_state()
            move._reopen()

    def button_cancel(self) -> None:
        if any(one.state == "cancel" for one in self):
            raise UserError("Only draft journal entries can be cancelled.")
        for move in self:
            move._assign({"state": "cancel", "auto_post": "no", "payment_state": "not_paid"})
            move._after_state()
            move._reopen()

    def _before_unlink(self) -> None:
        if any(one.state == "posted" for one in self):
            raise UserError("You can't delete a posted journal item. Reset the journal entry to draft first.")

    def _copy_values(self, values: Values) -> Values:
        rows = self.invoice_line_ids if self.move_type in INVOICES else self.line_ids
        name = "invoice_line_ids" if self.move_type in INVOICES else "line_ids"
        return {"state": "draft", name: [(0, 0, line._own_values()) for line in rows]}

    def _reverse(self, day: Any, reason: str) -> Any:
        """A draft that undoes the entry."""
        kind = {"out_invoice": "out_refund", "in_invoice": "in_refund"}.get(self.move_type, self.move_type)
        ref = f"Reversal of: {self.name}, {reason}" if reason else f"Reversal of: {self.name}"
        values = {
            "move_type": kind,
            "ref": ref,
            "date": day,
            "invoice_date": day if kind != "entry" else False,
            "invoice_date_due": day if kind != "entry" else False,
            "reversed_entry_id": self.id,
        }
        if kind == "entry":
            values["line_ids"] = [
                (0, 0, {**line._own_values(), "debit": line.credit, "credit": line.debit}) for line in self.line_ids
            ]
        return self.copy(values)


class Reversal(Model):
    """The question by which an entry is reversed."""

    _name = "account.move.reversal"
    _defaults = {
        "date": lambda self: self.env.now.date(),
        "company_id": lambda self: self.env.company.id,
        "move_ids": lambda self: [(6, 0, list(self.env.context.get("active_ids") or ()))],
    }

    def _complete(self, values: Values) -> Values:
        if values.get("journal_id"):
            return {}
        moves = self.env["account.move"].browse(self.env.context.get("active_ids") or ())
        return {"journal_id": moves[:1].journal_id.id}

    def reverse_moves(self) -> Values:
        made = self.env["account.move"]
        for move in self.move_ids:
            made = made | move._reverse(self.date, self.reason or "")
        shown: Values = {"name": "Reverse Moves", "type": "ir.actions.act_window", "res_model": "account.move"}
        if len(made) == 1:
            return {**shown, "view_mode": "form", "res_id": made.id, "context": {"default_move_type": made.move_type}}
        return {**shown, "view_mode": "list,form", "domain": [["id", "in", list(made.ids)]]}

    def refund_moves(self) -> Values:
        return self.reverse_moves()
