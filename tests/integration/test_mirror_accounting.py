"""The books arrive: entries with both sides' references and amounts, their items, accounts, journals and taxes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from demo.odoo.server import StandIn
from odoo_sync.initial import load_all
from odoo_sync.mirror.accounting import Account, Journal, JournalEntry, JournalItem, Tax
from tests.integration.books import Books

pytestmark = pytest.mark.django_db


@pytest.fixture
def books(odoo: StandIn) -> Books:
    return Books.open(odoo)


def test_an_invoice_arrives_with_what_a_ledger_needs(books: Books, linked: Any) -> None:
    number = books.bill(ref="INV/1", invoice_origin="SO7", invoice_date="2026-03-04", date="2026-03-05")
    linked.poll(JournalEntry)
    entry = linked.row(JournalEntry, number)
    assert (entry.kind, entry.state, entry.payment_state) == ("in_invoice", "posted", "not_paid")
    assert (entry.number, entry.reference, entry.origin) == ("BILL/2026/03/0001", "INV/1", "SO7")
    assert (entry.invoiced_on, entry.dated_on) == (date(2026, 3, 4), date(2026, 3, 5))
    assert (entry.amount_untaxed, entry.amount_tax, entry.amount_total) == (Decimal(300), Decimal(0), Decimal(300))
    assert (entry.total_own, entry.untaxed_own) == (Decimal(-240), Decimal(-240))
    assert entry.company_id == linked.connection.pk << 40 | books.buyer
    assert entry.commercial_partner_id == linked.connection.pk << 40 | books.seller_partner
    assert entry.currency_id == linked.connection.pk << 40 | books.euro


def test_a_draft_has_no_number_and_gets_one_when_it_is_posted(books: Books, linked: Any) -> None:
    number = books.invoice(post=False)
    linked.poll(JournalEntry)
    assert (linked.row(JournalEntry, number).number, linked.row(JournalEntry, number).state) == (None, "draft")
    linked.clock.move(seconds=5)
    books.call(books.seller, "account.move", "action_post", [number])
    linked.poll(JournalEntry)
    entry = linked.row(JournalEntry, number)
    assert entry.number.startswith("INV/") and entry.payment_reference == entry.number


def test_items_carry_quantity_tax_and_balance_and_lead_to_their_entry(books: Books, linked: Any) -> None:
    tax = books.odoo.call("res.company", "read", [books.buyer], ["account_purchase_tax_id"])[0][
        "account_purchase_tax_id"
    ][0]
    number = books.bill(tax_ids=[[6, 0, [tax]]])
    linked.poll(JournalEntry, JournalItem)
    items = {item.display_type: item for item in linked.row(JournalEntry, number).items.all()}
    assert (items["product"].quantity, items["product"].price_unit) == (Decimal(3), Decimal(100))
    assert items["product"].taxes == [linked.connection.pk << 40 | tax]
    assert (items["tax"].of_tax_id, items["tax"].balance) == (linked.connection.pk << 40 | tax, Decimal(48))
    assert items["payment_term"].balance == Decimal(-288)
    assert sum(item.balance for item in items.values()) == 0


def test_posting_tells_the_items_too(books: Books, linked: Any) -> None:
    number = books.invoice(post=False)
    linked.poll(JournalEntry, JournalItem)
    linked.clock.move(seconds=5)
    books.call(books.seller, "account.move", "action_post", [number])
    linked.poll(JournalItem)
    assert {item.state for item in JournalItem.objects.filter(entry__id=linked.connection.pk << 40 | number)} == {
        "posted"
    }


def test_a_deleted_draft_is_gone_after_a_sweep(books: Books, linked: Any) -> None:
    number, _other = books.invoice(post=False), books.invoice(post=False)
    linked.poll(JournalEntry, JournalItem)
    books.call(books.seller, "account.move", "unlink", [number])
    for _look in range(2):
        linked.clock.move(minutes=5)
        linked.sweep(JournalEntry)
        linked.sweep(JournalItem)
    assert linked.row(JournalEntry, number).gone_at is not None
    assert not JournalItem.objects.filter(entry_id=linked.connection.pk << 40 | number).exists()


def test_accounts_journals_and_taxes_say_whose_they_are(books: Books, linked: Any) -> None:
    load_all(linked.connection)
    linked.poll(Account, Journal, Tax)
    company = linked.connection.pk << 40 | books.buyer
    account = linked.rows(Account).get(shown_code="500000 (Kestrel UK)")
    assert (account.companies, account.kind, account.code) == ([company], "expense_direct_cost", None)
    journals = linked.rows(Journal).filter(company=company).values_list("code", "kind")
    assert set(journals) >= {("INV", "sale"), ("BILL", "purchase"), ("MISC", "general")}
    rates = set(linked.rows(Tax).filter(company=company).values_list("use", "kind", "amount"))
    assert rates == {("sale", "percent", Decimal(20)), ("purchase", "percent", Decimal(20))}


def test_the_automatic_link_of_an_add_on_is_read_where_it_is(books: Books, linked: Any) -> None:
    invoice = books.invoice()
    bill = books.bill(invoice, auto_invoice_id=invoice, auto_generated=True)
    linked.poll(JournalEntry)
    entry = linked.row(JournalEntry, bill)
    assert (entry.auto_invoice_id, entry.auto_generated) == (linked.connection.pk << 40 | invoice, True)
