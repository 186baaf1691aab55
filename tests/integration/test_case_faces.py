"""The page of an intercompany case: both documents, each as far as the reader may see it."""

from __future__ import annotations

import pytest
from django.test import Client

from apps.accounts.models import User
from apps.exceptions.evaluate import sweep
from apps.exceptions.models import Case
from odoo_sync.mirror.accounting import JournalEntry
from tests.mirrored import NOON
from tests.people import controller, grant
from tests.traded import Traders

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    group = Traders()
    invoice = group.invoice(quantity=3)
    group.bill(invoice, 400, quantity=4, tax=20)
    sweep(now=NOON)
    return Case.objects.get()


def page(case: Case, reader: User) -> str:
    client = Client()
    client.force_login(reader)
    return client.get(f"/cases/{case.pk}/").content.decode()


def both(case: Case) -> User:
    reader = controller(case.company_id)
    sellers = [link["company"] for link in case.impact["chain"] if link["company"] != case.company_id]
    grant(reader, "controller", company=sellers[0])
    return reader


def test_whoever_sees_both_companies_sees_both_documents_and_what_differs(case: Case) -> None:
    text = page(case, both(case))
    for shown in ("300.00 EUR", "420.00 EUR", "Quantity of Pump", "data-differs"):
        assert shown in text
    assert "more is for those with rights there" not in text


def test_whoever_sees_the_buyer_alone_sees_number_and_total_of_the_invoice_and_nothing_else(case: Case) -> None:
    text = page(case, controller(case.company_id))
    number = next(one["value"] for one in case.evidence if one["label"].startswith("Invoice of"))
    assert number in text and "300.00 EUR" in text
    assert "Quantity of Pump" not in text
    assert "more is for those with rights there" in text
    assert "another company of the group" in text
    assert "0.00 EUR" not in text.replace("300.00 EUR", "").replace("400.00 EUR", "").replace("420.00 EUR", "").replace(
        "20.00 EUR", ""
    )


def test_a_document_that_is_a_draft_again_is_its_own_companys_alone(case: Case) -> None:
    JournalEntry.objects.filter(kind="out_invoice").update(state="draft")
    faces = page(case, controller(case.company_id)).split("Both documents")[1].split("</table>")[0]
    assert "420.00 EUR" in faces and "300.00 EUR" not in faces


def test_the_card_names_no_document_of_the_other_company(case: Case) -> None:
    number = next(one["value"] for one in case.evidence if one["label"].startswith("Invoice of"))
    assert number not in case.summary + case.detail
