"""What bookkeeping stands on: charts of accounts, journals, taxes, and the company that gets them."""

from __future__ import annotations

from typing import Any, NamedTuple

from demo.odoo.errors import UserError
from demo.odoo.fields import round_to
from demo.odoo.models.technical import Thread
from demo.odoo.orm import Model
from demo.odoo.registry import computed, sets
from demo.odoo.writing import Values

RANK = 20


class Chart(NamedTuple):
    """The part of an accounting package that is kept: accounts by their use (code, name, type), and one rate of tax."""

    accounts: dict[str, tuple[str, str, str]]
    rate: float
    sale_tax: str
    purchase_tax: str


RECEIVABLE, PAYABLE, INCOME, EXPENSE = "asset_receivable", "liability_payable", "income", "expense"
CHARTS: dict[str, Chart] = {
    "fr": Chart(
        {
            "receivable": ("411100", "Customers - Sales of goods or services", RECEIVABLE),
            "payable": ("401100", "Suppliers - Purchase of goods and services", PAYABLE),
            "income": ("707000", "Sales of goods", INCOME),
            "expense": ("607000", "Purchase of goods", EXPENSE),
            "collected": ("445710", "VAT collected", "liability_current"),
            "deductible": ("445660", "Deductible VAT on other goods and services", "asset_current"),
            "bank": ("512001", "Bank", "asset_cash"),
        },
        20.0,
        "20% G",
        "20% G",
    ),
    "uk": Chart(
        {
            "receivable": ("110000", "Debtors Control Account", RECEIVABLE),
            "payable": ("210000", "Creditors Control Account", PAYABLE),
            "income": ("400000", "Sales category 1", INCOME),
            "expense": ("500000", "Cost of sales 1", "expense_direct_cost"),
            "collected": ("220000", "Sales Tax Control Account", "liability_current"),
            "deductible": ("220100", "Purchase Tax Control Account", "asset_current"),
            "bank": ("120001", "Bank", "asset_cash"),
        },
        20.0,
        "20%",
        "20% G",
    ),
    "generic_coa": Chart(
        {
            "receivable": ("121000", "Account Receivable", RECEIVABLE),
            "payable": ("211000", "Account Payable", PAYABLE),
            "income": ("400000", "Product Sales", INCOME),
            "expense": ("600000", "Expenses", EXPENSE),
            "collected": ("251000", "Tax Received", "liability_current"),
            "deductible": ("131000", "Tax Paid", "asset_current"),
            "bank": ("101401", "Bank", "asset_cash"),
        },
        15.0,
        "15%",
        "15%",
    ),
}
JOURNALS = (
    ("INV", "Customer Invoices", "sale", "income", 5),
    ("BILL", "Vendor Bills", "purchase", "expense", 6),
    ("BNK1", "Bank", "bank", "bank", 7),
    ("MISC", "Miscellaneous Operations", "general", "", 9),
)
PACKAGE_OF = {"FR": "fr", "GB": "uk"}
"""Countries whose accounting package comes with a new company; the American one does not."""


def load_chart(company: Any, code: str) -> None:
    """Give a company the accounts, journals and taxes of a package, once."""
    if company.env["account.journal"].sudo().search([("company_id", "=", company.id)], limit=1):
        return
    chart, env = CHARTS.get(code, CHARTS["generic_coa"]), company.sudo().for_company(company.id).env
    accounts = {
        use: env["account.account"].create(
            {
                "code": number,
                "name": name,
                "account_type": kind,
                "reconcile": kind in (RECEIVABLE, PAYABLE),
                "company_ids": [(6, 0, [company.id])],
            }
        )
        for use, (number, name, kind) in chart.accounts.items()
    }
    for short, name, kind, use, sequence in JOURNALS:
        values = {"code": short, "name": name, "type": kind, "sequence": sequence, "company_id": company.id}
        values["refund_sequence"] = kind in ("sale", "purchase")
        values["default_account_id"] = accounts[use].id if use else False
        env["account.journal"].create(values)
    country = company.country_id or env.ref("base.us")
    shared = {"name": f"Tax {chart.rate:g}%", "company_id": company.id, "country_id": country.id}
    group = env["account.tax.group"].create(shared)
    taxes = {}
    for use, name, account in (
        ("sale", chart.sale_tax, accounts["collected"]),
        ("purchase", chart.purchase_tax, accounts["deductible"]),
    ):
        values = {"name": name, "amount": chart.rate, "type_tax_use": use, "tax_group_id": group.id}
        taxes[use] = env["account.tax"].create({**values, "company_id": company.id, "country_id": country.id})
        taxes[use].repartition_line_ids.filtered(lambda one: one.repartition_type == "tax").write(
            {"account_id": account.id}
        )
    company._assign(
        {
            "chart_template": code,
            "account_sale_tax_id": taxes["sale"],
            "account_purchase_tax_id": taxes["purchase"],
            "account_fiscal_country_id": country,
        }
    )


class ChartTemplate(Model):
    """Accounting packages, cut down to the accounts that documents are booked on."""

    _name = "account.chart.template"
    _declare = "name:char"

    def try_loading(self, template_code: str, company: Any, install_demo: bool = False) -> None:
        found = self.env["res.company"].browse([int(company)])
        load_chart(found, template_code)
        found._assign({"chart_template": template_code})


class BookkeepingCompany(Model):
    """What a company has for its books."""

    _name = "res.company"

    def _created(self, values: Values) -> None:
        super()._created(values)
        package = PACKAGE_OF.get(self.country_id.code or "") if self.country_id else None
        if package and not self.chart_template:
            load_chart(self, package)

    def _account_for(self, *kinds: str) -> Any:
        """The account of the first of these types that the company has."""
        accounts = self.env.sudo()["account.account"]
        for kind in kinds:
            found = accounts.search([("account_type", "=", kind), ("company_ids", "in", [self.id])], limit=1)
            if found:
                return found
        return accounts


class Account(Thread, Model):
    """An account of one or more companies; each company has its own number for it."""

    _name = "account.account"
    _title = "Account"
    _order = "id"
    _search_names = ("name",)
    _defaults = {
        "account_type": "asset_current",
        "reconcile": False,
        "deprecated": False,
        "company_ids": lambda self: [(6, 0, self.env.company.ids)],
    }

    @computed("code", "placeholder_code")
    def _code(self) -> Values:
        """The number in the first company of the call; where it has none, another one with its company in brackets."""
        if self.code_store:
            return {"code": self.code_store, "placeholder_code": self.code_store}
        for company in self.company_ids:
            number = self.for_company(company.id).code_store
            if number:
                return {"code": None, "placeholder_code": f"{number} ({company.name})"}
        return {"code": None, "placeholder_code": None}

    @sets("code")
    def _set_code(self, value: str) -> None:
        self.write({"code_store": value})

    @computed("internal_group", "include_initial_balance", "root_id")
    def _kind(self) -> Values:
        group = (self.account_type or "").partition("_")[0]
        return {"internal_group": group, "include_initial_balance": group not in ("income", "expense"), "root_id": None}

    def _shown_name(self) -> str:
        return f"{self.code_store} {self.name}" if self.code_store else self.name or ""


class Journal(Thread, Model):
    """A book of entries, with a run of numbers of its own."""

    _name = "account.journal"
    _title = "Journal"
    _order = "sequence, type, code"
    _search_names = ("name", "code")
    _unique = {("company_id", "code"): "Journal codes must be unique per company."}
    _defaults = {
        "company_id": lambda self: self.env.company.id,
        "sequence": 10,
        "invoice_reference_type": "invoice",
        "invoice_reference_model": "odoo",
        "show_on_dashboard": True,
    }


class TaxGroup(Model):
    """Taxes shown as one line under a document."""

    _name = "account.tax.group"
    _title = "Tax Group"
    _order = "sequence asc, id"
    _defaults = {"sequence": 10, "company_id": lambda self: self.env.company.id}


class Repartition(Model):
    """Where a tax, or its base, is booked."""

    _name = "account.tax.repartition.line"
    _title = "Tax Repartition Line"
    _order = "document_type, repartition_type, sequence, id"
    _belongs_to = ("tax_id",)
    _defaults = {"factor_percent": 100.0, "repartition_type": "tax", "document_type": "invoice", "sequence": 1}
    _related = {"company_id": "tax_id.company_id"}


class Tax(Thread, Model):
    """A tax on what is sold or bought. Here every tax is a percentage on top of the price."""

    _name = "account.tax"
    _title = "Tax"
    _order = "sequence, id"
    _search_names = ("name",)
    _belongs_to = ("company_id",)
    _defaults = {
        "amount_type": "percent",
        "type_tax_use": "sale",
        "sequence": 1,
        "tax_exigibility": "on_invoice",
        "company_id": lambda self: self.env.company.id,
        "country_id": lambda self: self.env.company.country_id.id or self.env.ref("base.us").id,
    }

    def _complete(self, values: Values) -> Values:
        if values.get("amount_type", "percent") != "percent":
            raise UserError("Only taxes that are a percentage are part of the stand-in.")
        if values.get("tax_group_id"):
            return {}
        groups = self.env["account.tax.group"]
        found = groups.search([("company_id", "=", values["company_id"])], limit=1)
        return {"tax_group_id": (found or groups.create({"name": values["name"]})).id}

    def _created(self, values: Values) -> None:
        if self.repartition_line_ids:
            return
        for document in ("invoice", "refund"):
            for kind in ("base", "tax"):
                self.env["account.tax.repartition.line"].create(
                    {"tax_id": self.id, "document_type": document, "repartition_type": kind}
                )

    @computed("has_negative_factor", "price_include")
    def _manner(self) -> Values:
        parts = self.repartition_line_ids.filtered(
            lambda one: one.document_type == "invoice" and one.repartition_type == "tax"
        )
        return {"has_negative_factor": any(one.factor_percent < 0 for one in parts), "price_include": False}

    def _tax_on(self, base: float, digits: int) -> float:
        """The tax on an amount, to the digits of its currency."""
        return round_to(base * self.amount / 100, digits)


class AnalyticPlan(Model):
    """A way to divide costs and incomes."""

    _name = "account.analytic.plan"
    _title = "Analytic Plans"
    _order = "sequence asc, id"
    _defaults = {"default_applicability": "optional", "sequence": 10, "color": 1}


class AnalyticAccount(Thread, Model):
    """What costs and incomes are gathered by, beside the accounts."""

    _name = "account.analytic.account"
    _title = "Analytic Account"
    _order = "id"
    _search_names = ("name", "code")
    _defaults = {"company_id": lambda self: self.env.company.id}


class AnalyticLine(Model):
    """A cost (negative) or an income on an analytic account."""

    _name = "account.analytic.line"
    _title = "Analytic Line"
    _order = "date desc, id desc"
    _defaults = {
        "amount": 0.0,
        "unit_amount": 0.0,
        "date": lambda self: self.env.now.date(),
        "company_id": lambda self: self.env.company.id,
        "user_id": lambda self: self.env.uid,
    }


class TaxedTemplate(Model):
    """The taxes of a new product: the defaults of the companies its maker works in."""

    _name = "product.template"

    def _complete(self, values: Values) -> Values:
        added = dict(super()._complete(values))
        companies = self.env.sudo()["res.company"].browse(self.env.company_ids)
        for name, tax in (("taxes_id", "account_sale_tax_id"), ("supplier_taxes_id", "account_purchase_tax_id")):
            if name not in values and companies.mapped(tax):
                added[name] = [(6, 0, list(companies.mapped(tax).ids))]
        return added
