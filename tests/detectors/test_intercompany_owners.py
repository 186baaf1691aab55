"""Who must act about documents between companies: what the card recommends, and a case that becomes another's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from apps.exceptions import cases
from apps.exceptions.card import row
from apps.exceptions.evaluate import evaluate_change
from apps.exceptions.lifecycle import CaseState
from apps.exceptions.models import Case
from apps.exceptions.offers import offers
from odoo_sync.mirror.accounting import JournalEntry
from tests.mirrored import NOON, change
from tests.people import controller
from tests.traded import Traders

pytestmark = pytest.mark.django_db
MISSING = "intercompany.missing_counterpart"


@pytest.fixture
def group() -> Traders:
    return Traders()


def told(*rows: JournalEntry, after: float = 0) -> None:
    for one in rows:
        evaluate_change(type(one), [one.pk], now=NOON + timedelta(seconds=after))


def live(detector: str) -> list[Case]:
    return list(Case.objects.live().filter(detector=detector).order_by("id"))


def shown(case: Case) -> str:
    return str(row(case)["remedy"])


def test_the_card_recommends_what_fits(group):
    invoice = group.invoice()
    told(invoice)
    assert shown(live(MISSING)[0]) == "Draft the missing bill"
    bill = group.bill(invoice, state="draft", number=None)
    told(bill, after=1)
    assert shown(live(MISSING)[0]) == "Ask the other company"
    change(bill, state="cancel")
    told(bill, after=2)
    assert shown(live(MISSING)[0]) == "Draft the missing bill"


def test_neither_a_bill_without_invoice_nor_a_second_document_is_a_bill_to_draft(group):
    told(group.bill(reference="IC-1"))
    assert [shown(case) for case in live(MISSING)] == ["Ask the other company"]
    invoice = group.invoice(700)
    first = group.bill(invoice, 700)
    second = group.invoice(700, number=invoice.number)
    told(invoice, first, second, after=1)
    assert [shown(case) for case in live(MISSING)] == ["Ask the other company", "Ask the other company"]


def test_what_the_card_recommends_is_what_the_page_offers_first(group):
    invoice = group.invoice()
    told(invoice)
    for on_hand in (None, "draft"):
        if on_hand:
            told(group.bill(invoice, state=on_hand, number=None), after=1)
        (case,) = live(MISSING)
        assert shown(case) == offers(case, controller(group.sister.pk))[0].title


def unanswered(group: Traders) -> tuple[JournalEntry, Case]:
    """An invoice without a bill, and the buyer's case of it."""
    invoice = group.invoice(700)
    told(invoice)
    (case,) = live(MISSING)
    assert case.company_id == group.sister.pk
    return invoice, case


def doubled(group: Traders, invoice: JournalEntry) -> Case:
    """The buyer books the bill of another invoice with the same number: now the seller has one too many."""
    told(group.invoice(300, number=invoice.number), group.bill(invoice, 300), after=2)
    (case,) = live(MISSING)
    assert (case.company_id, case.subject_key) == (group.plant.pk, str(invoice.pk))
    return case


def test_when_the_other_company_must_act_the_case_ends_and_another_opens_there(group):
    invoice, old = unanswered(group)
    new = doubled(group, invoice)
    old.refresh_from_db()
    assert (old.company_id, new.company_id) == (group.sister.pk, group.plant.pk)
    assert (old.state, old.ending) == (CaseState.RESOLVED, "Another company must act now, and has a case of its own.")
    assert [event.verb for event in old.events.order_by("id")] == ["case.opened", "case.handed_over"]
    assert [event.verb for event in new.events.order_by("id")] == ["case.opened"]
    assert (new.owner, new.acknowledged_at) == (None, None)


def test_no_word_of_the_former_companys_people_reaches_the_new_owner(group):
    invoice, old = unanswered(group)
    buyer, seller = controller(group.sister.pk), controller(group.plant.pk)
    cases.note(old, by=buyer, text="They always do that in Lyon.", version=old.version)
    new = doubled(group, invoice)
    client = Client()
    client.force_login(seller)
    assert "They always do that" not in client.get(f"/cases/{new.pk}/").content.decode()
    assert client.get(f"/cases/{old.pk}/").status_code == 404
    client.force_login(buyer)
    told_them = client.get(f"/cases/{old.pk}/").content.decode()
    assert "They always do that" in told_them and "another company must act now" in told_them


def test_a_case_that_the_former_company_closed_is_open_for_the_other(group):
    invoice, old = unanswered(group)
    cases.close(old, by=controller(group.sister.pk), reason="Agreed by telephone.", version=old.version)
    doubled(group, invoice)
    old.refresh_from_db()
    assert old.state == CaseState.CLOSED and old.clear_since is not None


def test_a_case_that_comes_back_to_a_company_is_a_new_one_there(group):
    invoice, old = unanswered(group)
    new = doubled(group, invoice)
    for other in JournalEntry.objects.exclude(pk=invoice.pk):
        told(change(other, state="cancel"), after=4)
    (again,) = live(MISSING)
    new.refresh_from_db()
    assert again.pk not in (old.pk, new.pk)
    assert (again.company_id, again.regressions, new.state) == (group.sister.pk, 0, CaseState.RESOLVED)
