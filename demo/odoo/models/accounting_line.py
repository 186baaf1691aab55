"""Journal items: a document's own lines, and the tax and payment lines that follow from them."""

from __future__ import annotations

from typing import Any

from demo.odoo.fields import round_to
from demo.odoo.models.accounting import EXPENSE, INCOME, PAYABLE, RECEIVABLE
from demo.odoo.models.accounting_move import INVOICES, SALES
from demo.odoo.orm import Model
from demo.odoo.registry import computed
from demo.odoo.writing import Values

RANK = 41
OWN = ("product_id", "name", "quantity", "price_unit", "discount", "account_id", "product_uom_id", "display_type")
TAX_SEQUENCE, DUE_SEQUENCE = 10000, 12000


class Item(Model):
    """One line of a journal entry; ``balance`` is debit less credit in the company's currency."""

    _name = "account.move.line"
    _title = "Journal Item"
    _order = "date desc, move_name desc, id"
    _search_names = ("name", "move_id")
    _belongs_to = ("move_id",)
    _digits = {"price_unit": 2, "quantity": 2, "discount": 2}
    _defaults = {"display_type": "product", "sequence": 100, "discount": 0.0}

    def _complete(self, values: Values) -> Values:
        if not values.get("move_id"):
            return {}
        move = self.env["account.move"].browse([values["move_id"]])
        added: Values = {"partner_id": values.get("partner_id") or move.partner_id.commercial_partner_id.id}
        if not values.get("currency_id"):
            added["currency_id"] = move.currency_id.id
        if values["display_type"] == "product":
            added["quantity"] = values.get("quantity", 1.0)
        if move.move_type not in INVOICES or values["display_type"] != "product":
            return added
        sale, product = move.move_type in SALES, self._product(values)
        if product:
            added["name"] = values.get("name") or product._shown_name()
            added["product_uom_id"] = values.get("product_uom_id") or product.uom_id.id
            if values.get("price_unit") is None:
                added["price_unit"] = (
                    product.lst_price if sale else product.for_company(move.company_id.id).standard_price
                )
        if not values.get("account_id"):
            added["account_id"] = self._account_of(move, product, sale=sale)
        if values.get("tax_ids") is None:
            found = product.taxes_id if sale and product else product.supplier_taxes_id if product else None
            own = found.filtered(lambda one: one.company_id == move.company_id).ids if found is not None else ()
            added["tax_ids"] = [(6, 0, list(own))]
        return added

    def _product(self, values: Values) -> Any:
        return self.env["product.product"].browse([values["product_id"]] if values.get("product_id") else [])

    def _account_of(self, move: Any, product: Any, *, sale: bool) -> int:
        own = None
        if product:
            there = product.for_company(move.company_id.id).product_tmpl_id
            own = there.property_account_income_id if sale else there.property_account_expense_id
        found = own or move.journal_id.default_account_id
        kinds = (INCOME,) if sale else (EXPENSE, "expense_direct_cost")
        return int((found or move.company_id._account_for(*kinds)).id)

    def _created(self, values: Values) -> None:
        self._carry()
        if self.move_id.move_type not in INVOICES:
            self._book(self._given_balance(values))
        elif self.display_type == "product" and not self.env.context.get("building_lines"):
            self.move_id._rebuild()

    def write(self, values: Values) -> bool:
        done = super().write(values)
        for line in self:
            if line.move_id.move_type not in INVOICES:
                if {"debit", "credit", "balance"} & set(values):
                    line._book(line._given_balance(values))
            elif not self.env.context.get("building_lines"):
                line.move_id._rebuild()
        return done

    def _given_balance(self, values: Values) -> float:
        if "balance" in values:
            return float(values["balance"] or 0.0)
        debit = values.get("debit", self.debit if "credit" not in values else 0.0)
        credit = values.get("credit", self.credit if "debit" not in values else 0.0)
        return float(debit or 0.0) - float(credit or 0.0)

    def _carry(self) -> None:
        """What a line repeats of its entry."""
        move = self.move_id
        self._assign(
            {
                "parent_state": move.state,
                "move_name": move.name,
                "ref": move.ref,
                "date": move.date,
                "invoice_date": move.invoice_date,
                "journal_id": move.journal_id,
                "company_id": move.company_id,
                "company_currency_id": move.company_id.currency_id,
            }
        )

    def _book(self, balance: float, in_currency: float | None = None) -> None:
        balance = round_to(balance, 2)
        in_currency = balance if in_currency is None else round_to(in_currency, 2)
        self._assign(
            {
                "balance": balance,
                "debit": max(balance, 0.0),
                "credit": max(-balance, 0.0),
                "amount_currency": in_currency,
                **({} if self.move_id.move_type in INVOICES else {"price_subtotal": balance, "price_total": balance}),
            }
        )

    @computed("account_type", "account_internal_group", "is_account_reconcile", "account_code", "account_name")
    def _account_facts(self) -> Values:
        account = self.account_id
        return {
            "account_type": account.account_type,
            "account_internal_group": account.internal_group,
            "is_account_reconcile": account.reconcile,
            "account_code": account.for_company(self.company_id.id).code_store,
            "account_name": account.name,
        }

    @computed("move_type", "currency_rate", "is_same_currency")
    def _document_facts(self) -> Values:
        return {
            "move_type": self.move_id.move_type,
            "currency_rate": self.move_id.invoice_currency_rate or 1.0,
            "is_same_currency": self.currency_id == self.company_currency_id,
        }

    def _shown_name(self) -> str:
        move = self.move_id._shown_name() if self.move_id.state != "draft" else ""
        return " ".join(filter(None, [move, self.name])) or "Draft Entry"

    def _own_values(self) -> Values:
        row = self._row(self.id)
        values = {name: row[name] for name in OWN if name in row}
        return {**values, "tax_ids": [(6, 0, list(self.tax_ids.ids))]}


class DocumentLines(Model):
    """How the lines of a document are kept in step with each other."""

    _name = "account.move"

    def _build_lines(self) -> None:
        """Amounts of the own lines, one line a tax account, and the line that is due; ids stay where a line stays."""
        sign = -1 if self.move_type in ("out_invoice", "in_refund") else 1
        rate = self.invoice_currency_rate or 1.0
        taxes: dict[tuple[int, int], list[float]] = {}
        for line in self.line_ids.filtered(lambda one: one.display_type == "product"):
            net, taxed = self._priced(line, taxes)
            line._carry()
            line._assign({"price_subtotal": net, "price_total": taxed, "currency_id": self.currency_id})
            line._book(sign * net / rate, sign * net)
        self._put_taxes(taxes, sign, rate)
        self._put_due()

    def _priced(self, line: Any, taxes: dict[tuple[int, int], list[float]]) -> tuple[float, float]:
        net = self.currency_id._round(line.quantity * line.price_unit * (1 - (line.discount or 0.0) / 100))
        total, kind = net, "refund" if self.move_type.endswith("refund") else "invoice"
        for tax in line.tax_ids:
            parts = tax.repartition_line_ids.filtered(
                lambda one: one.document_type == kind and one.repartition_type == "tax"
            )
            for part in parts:
                amount = self.currency_id._round(tax._tax_on(net, 2) * part.factor_percent / 100)
                found = taxes.setdefault((tax.id, part.id), [0.0, 0.0])
                found[0], found[1], total = found[0] + net, found[1] + amount, total + amount
        return net, round_to(total, 2)

    def _put_taxes(self, taxes: dict[tuple[int, int], list[float]], sign: int, rate: float) -> None:
        present = {one.tax_repartition_line_id.id: one for one in self.line_ids if one.display_type == "tax"}
        for (tax_id, part_id), (base, amount) in taxes.items():
            tax = self.env.sudo()["account.tax"].browse([tax_id])
            part = self.env.sudo()["account.tax.repartition.line"].browse([part_id])
            line = present.pop(part_id, None)
            if line is None:
                line = self._add_line("tax", part.account_id or self._fallback_account(), TAX_SEQUENCE)
                values = {"tax_line_id": tax, "tax_repartition_line_id": part, "tax_group_id": tax.tax_group_id}
                line._assign({**values, "name": tax.name})
            line._carry()
            line._assign({"tax_base_amount": round_to(base / rate, 2), "currency_id": self.currency_id})
            line._book(sign * amount / rate, sign * amount)
        for line in present.values():
            line.within(building_lines=True).unlink()

    def _put_due(self) -> None:
        others = self.line_ids.filtered(lambda one: one.display_type in ("product", "tax"))
        due = self.line_ids.filtered(lambda one: one.display_type == "payment_term")[:1]
        if not others:
            due.within(building_lines=True).unlink()
            return
        if not due:
            kind = RECEIVABLE if self.move_type in SALES else PAYABLE
            due = self._add_line("payment_term", self.company_id._account_for(kind), DUE_SEQUENCE)
        balance, in_currency = -sum(others.mapped("balance")), -sum(others.mapped("amount_currency"))
        due._carry()
        due._assign({"currency_id": self.currency_id, "date_maturity": self.invoice_date_due})
        due._book(balance, in_currency)
        due._assign({"amount_residual": round_to(balance, 2), "amount_residual_currency": round_to(in_currency, 2)})

    def _add_line(self, kind: str, account: Any, sequence: int) -> Any:
        values = {"move_id": self.id, "display_type": kind, "account_id": account.id, "sequence": sequence}
        return self.env["account.move.line"].within(building_lines=True).create({**values, "quantity": 0.0})

    def _fallback_account(self) -> Any:
        return self.journal_id.default_account_id

    def _totals(self) -> Values:
        """The sums of an entry; signed ones are in the company's currency, incoming money positive."""
        if self.move_type not in INVOICES:
            total = round_to(sum(self.line_ids.mapped("debit")), 2)
            return {"amount_total": total, "amount_total_signed": total, "amount_total_in_currency_signed": total}
        kinds: dict[str, tuple[float, float]] = {}
        for kind in ("product", "tax", "payment_term"):
            lines = self.line_ids.filtered(lambda one, kind=kind: one.display_type == kind)
            kinds[kind] = (sum(lines.mapped("balance")), sum(lines.mapped("amount_currency")))
        sign = -1 if self.move_type in ("out_invoice", "in_refund") else 1
        net, net_currency = kinds["product"]
        tax, tax_currency = kinds["tax"]
        due, due_currency = kinds["payment_term"]
        found = {
            "amount_untaxed": sign * net_currency,
            "amount_tax": sign * tax_currency,
            "amount_total": sign * (net_currency + tax_currency),
            "amount_residual": -sign * due_currency,
            "amount_untaxed_signed": -net,
            "amount_untaxed_in_currency_signed": -net_currency,
            "amount_tax_signed": -tax,
            "amount_total_signed": -(net + tax),
            "amount_total_in_currency_signed": -(net_currency + tax_currency),
            "amount_residual_signed": due,
        }
        return {name: round_to(value, 2) + 0.0 for name, value in found.items()}
