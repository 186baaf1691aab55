"""Mirrors of the books: journals, accounts, taxes, journal entries and their items, analytic lines."""

from __future__ import annotations

from django.db import models

from odoo_sync.mirror.base import (
    Lane,
    Many2many,
    Many2one,
    Mirror,
    Source,
    amount_field,
    mirrors,
    quantity_field,
    ratio_field,
)
from odoo_sync.mirror.company import Company, OdooUser, Partner
from odoo_sync.mirror.currency import Currency
from odoo_sync.mirror.product import Product, UnitOfMeasure


@mirrors.add
class Account(Mirror):
    """An account of one or more companies. Odoo: account.account; ``kind`` such as asset_receivable.

    Its number is each company's own: ``code`` is that of the bot's first company, and ``shown_code`` that of another
    one with its name in brackets where the first has none. Name and number are read by all; what is booked is not.
    """

    key = "account.account"
    source = Source(
        model="account.account",
        renames={"kind": "account_type", "companies": "company_ids", "shown_code": "placeholder_code"},
        optional=("companies", "shown_code"),
    )
    company_path = None

    name = models.CharField(null=True)
    code = models.CharField(null=True)
    shown_code = models.CharField(null=True)
    kind = models.CharField(null=True)
    companies = Many2many(Company)
    currency = Many2one(Currency)
    reconcile = models.BooleanField(null=True)


@mirrors.add
class Journal(Mirror):
    """A book with a run of numbers of its own. Odoo: account.journal; ``kind`` is sale, purchase, bank or general."""

    key = "account.journal"
    source = Source(model="account.journal", renames={"kind": "type"}, archived=True)

    name = models.CharField(null=True)
    code = models.CharField(null=True)
    kind = models.CharField(null=True)
    company = Many2one(Company)
    currency = Many2one(Currency)
    default_account = Many2one(Account)
    active = models.BooleanField(null=True)


@mirrors.add
class Tax(Mirror):
    """A tax of a company. Odoo: account.tax; ``use`` is sale, purchase or none; ``kind`` percent for a percentage.

    ``extra`` says under has_negative_factor (Odoo 17 and later) whether it is booked both ways, as a reverse charge is,
    and under tax_scope whether it is for services or goods (consu) alone.
    """

    key = "account.tax"
    source = Source(
        model="account.tax",
        renames={"kind": "amount_type", "use": "type_tax_use"},
        extra=("has_negative_factor", "tax_scope"),
        optional=("has_negative_factor", "tax_scope"),
        archived=True,
    )

    name = models.CharField(null=True)
    use = models.CharField(null=True)
    kind = models.CharField(null=True)
    amount = ratio_field(db_comment="percent, or a fixed amount")
    price_include = models.BooleanField(null=True)
    company = Many2one(Company)
    active = models.BooleanField(null=True)


@mirrors.add
class JournalEntry(Mirror):
    """A journal entry; invoices, bills and refunds are entries too, told apart by ``kind``. Odoo: account.move.

    ``dated_on`` is the accounting day, which decides the period; ``invoiced_on`` is on the document. Amounts without a
    suffix are in the document's currency and positive; those ending in ``_own`` are in the company's, what comes in
    positive. ``number`` is null until the entry is posted. ``auto_invoice`` is the sister company's document it was
    made from, where an add-on (OCA account_invoice_inter_company) does that.
    """

    key = "account.move"
    source = Source(
        model="account.move",
        renames={
            "number": "name",
            "reference": "ref",
            "origin": "invoice_origin",
            "kind": "move_type",
            "dated_on": "date",
            "invoiced_on": "invoice_date",
            "due_on": "invoice_date_due",
            "responsible": "invoice_user_id",
            "untaxed_own": "amount_untaxed_signed",
            "tax_own": "amount_tax_signed",
            "total_own": "amount_total_signed",
            "residual_own": "amount_residual_signed",
            "reverses": "reversed_entry_id",
        },
        lane=Lane.HOT,
        history=("state", "amount_total"),
        optional=("auto_invoice", "auto_generated"),
    )

    number = models.CharField(null=True)
    reference = models.CharField(null=True)
    payment_reference = models.CharField(null=True)
    origin = models.CharField(null=True)
    kind = models.CharField(null=True)
    state = models.CharField(null=True)
    payment_state = models.CharField(null=True)
    company = Many2one(Company)
    journal = Many2one(Journal)
    partner = Many2one(Partner)
    commercial_partner = Many2one(Partner)
    currency = Many2one(Currency)
    dated_on = models.DateField(null=True)
    invoiced_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    amount_untaxed = amount_field()
    amount_tax = amount_field()
    amount_total = amount_field()
    amount_residual = amount_field()
    untaxed_own = amount_field(db_comment="company currency, signed")
    tax_own = amount_field(db_comment="company currency, signed")
    total_own = amount_field(db_comment="company currency, signed")
    residual_own = amount_field(db_comment="company currency, signed")
    responsible = Many2one(OdooUser)
    reverses = Many2one("self")
    auto_invoice = Many2one("self")
    auto_generated = models.BooleanField(null=True)

    class Meta(Mirror.Meta):
        indexes = [
            models.Index(fields=["commercial_partner", "kind", "-dated_on"], name="entries_of_a_partner"),
            models.Index(fields=["company", "-dated_on"], name="entries_by_day"),
        ]

    def __str__(self) -> str:
        return self.number or f"{self.source.model},{self.odoo_id}"


@mirrors.add
class JournalItem(Mirror):
    """One line of a journal entry. Odoo: account.move.line; ``balance`` is debit less credit in the company's currency.

    A document's own lines have ``display_type`` product; tax, payment_term and others follow from them. Quantities
    are in ``unit``, prices in the document's currency.
    """

    key = "account.move.line"
    source = Source(
        model="account.move.line",
        renames={
            "entry": "move_id",
            "description": "name",
            "state": "parent_state",
            "unit": "product_uom_id",
            "dated_on": "date",
            "due_on": "date_maturity",
            "residual": "amount_residual",
            "taxes": "tax_ids",
            "of_tax": "tax_line_id",
            "sale_lines": "sale_line_ids",
        },
        lane=Lane.HOT,
        optional=("purchase_line", "sale_lines", "auto_invoice_line"),
    )

    entry = Many2one(JournalEntry, related_name="items")
    company = Many2one(Company)
    account = Many2one(Account)
    partner = Many2one(Partner)
    product = Many2one(Product)
    description = models.TextField(null=True)
    display_type = models.CharField(null=True)
    state = models.CharField(null=True)
    quantity = quantity_field()
    unit = Many2one(UnitOfMeasure)
    price_unit = amount_field()
    discount = ratio_field(db_comment="percent")
    price_subtotal = amount_field()
    price_total = amount_field()
    currency = Many2one(Currency)
    amount_currency = amount_field()
    balance = amount_field(db_comment="company currency, debit less credit")
    residual = amount_field(db_comment="company currency")
    reconciled = models.BooleanField(null=True)
    dated_on = models.DateField(null=True)
    due_on = models.DateField(null=True)
    taxes = Many2many(Tax)
    of_tax = Many2one(Tax)
    purchase_line = Many2one("odoo_sync.PurchaseOrderLine")
    sale_lines = Many2many("odoo_sync.SaleOrderLine")
    auto_invoice_line = Many2one("self")


@mirrors.add
class AnalyticAccount(Mirror):
    """What costs and incomes are gathered by, beside the accounts. Odoo: account.analytic.account."""

    key = "account.analytic.account"
    source = Source(model="account.analytic.account", archived=True)

    name = models.CharField(null=True)
    code = models.CharField(null=True)
    company = Many2one(Company)
    active = models.BooleanField(null=True)


@mirrors.add
class AnalyticLine(Mirror):
    """A cost (negative) or an income on an analytic account. Odoo: account.analytic.line."""

    key = "account.analytic.line"
    source = Source(
        model="account.analytic.line",
        renames={"description": "name", "quantity": "unit_amount", "dated_on": "date", "item": "move_line_id"},
    )

    description = models.CharField(null=True)
    account = Many2one(AnalyticAccount)
    company = Many2one(Company)
    item = Many2one(JournalItem)
    amount = amount_field(db_comment="company currency; a cost is negative")
    quantity = quantity_field()
    dated_on = models.DateField(null=True)
