"""How many queries each page takes, kept on file: a change is seen, and a page never asks once per row.

``UPDATE_QUERY_COUNTS=1 ./tower test tests/house/test_query_counts.py`` writes the file anew; look at what changed.
"""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.audit.record import record
from apps.audit.seal import seal
from apps.exceptions.limits import Place
from apps.exceptions.overrides import set_limits
from apps.notifications.escalation import Contact
from apps.notifications.messages import tell
from apps.notifications.models import Occasion
from apps.notifications.paths import set_path
from controltower.lib.keys import row_key
from controltower.lib.scope import Slice
from odoo_sync.mirror.product import Product
from tests import people
from tests.boards import Group, fill

pytestmark = pytest.mark.django_db
KEPT = Path(__file__).with_name("query_counts.json")
BOARD_LIMIT = 12
PAGES = {
    "board": "/",
    "board, filtered": "/?q=plant:Lyon+severity:critical",
    "counts": "/counts/",
    "case": "/cases/{case}/",
    "approvals": "/approvals/",
    "audit": "/audit/",
    "sync": "/sync/",
    "notifications": "/notifications/",
    "freshness": "/freshness/",
    "preferences": "/me/",
    "people": "/people/",
    "settings": "/settings/",
    "thresholds": "/settings/limits/",
    "limits of a detector": "/settings/limits/purchase.late_line/",
    "escalation": "/settings/escalation/",
    "connections": "/settings/connections/",
}
PARTS = {"counts", "freshness"}
"""What pages ask for, as they ask for it."""


class Seen:
    """A group with some cases, read by somebody who may open every page."""

    def __init__(self, size: int) -> None:
        self.group = Group()
        self.reader = self._reader()
        self.cases = fill(self.group, size)
        for number in range(size):
            record(self.reader, "case.noted", self.cases[number], text="x")
            tell(self.reader, "case.assigned", about=self.cases[number], text="x")
            self._settle(number)
            people.person(Role.BUYER, Role.CONTROLLER, company=self.group.companies[number % 3])
        seal()
        self.client = Client()
        self.client.force_login(self.reader)

    def _settle(self, number: int) -> None:
        """One more place with limits of its own, and one more path of escalation."""
        company = self.group.companies[number % 3]
        product = Product.everything.create(id=row_key(self.group.connection.pk, number + 1), code=f"P{number}")
        place = Place(company.pk, None, product.pk)
        set_limits("purchase.late_line", place, {"overdue_days": 2}, reason="x", by=self.reader)
        contacts = [Contact(self.reader, timedelta(minutes=number + 1))]
        occasion = list(Occasion)[number % 2]
        set_path(occasion, f"domain{number}", Slice(company.pk), contacts, version=0, by=self.reader)

    def _reader(self) -> User:
        user = people.person(Role.AUDITOR, Role.ADMINISTRATOR, Role.PLANT_MANAGER)
        for company in self.group.companies:
            people.grant(user, Role.BUYER, company=company)
        return user

    def queries(self, page: str) -> int:
        """Of the second look: the first one fills what a process keeps."""
        address = PAGES[page].format(case=self.cases[0].pk)
        asked = {"HX-Request": "true"} if page in PARTS else {}
        assert self.client.get(address, headers=asked).status_code == 200
        with CaptureQueriesContext(
            connection,
        ) as seen:
            self.client.get(address, headers=asked)
        return len(seen)


@pytest.mark.parametrize("size", [3, 12, 45])
def test_each_page_takes_as_many_queries_as_on_file_however_many_rows_it_has(size: int) -> None:
    world = Seen(size)
    counted = {page: world.queries(page) for page in PAGES}
    if os.environ.get("UPDATE_QUERY_COUNTS"):
        KEPT.write_text(json.dumps(counted, indent=1) + "\n")
    assert counted == json.loads(KEPT.read_text())


def test_the_board_keeps_to_its_limit() -> None:
    assert json.loads(KEPT.read_text())["board"] <= BOARD_LIMIT
