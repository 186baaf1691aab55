"""What one committed test leaves, the next does not find: whichever comes first, one of each pair would fail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, connection
from django.test import TransactionTestCase

from apps.audit.models import Entry
from apps.audit.record import record
from apps.audit.seal import seal
from odoo_sync.mirror.purchase import PurchaseOrderLine
from odoo_sync.models import Connection
from tests import emptied
from tests.mirrored import Group
from tests.people import buyer

pytestmark = pytest.mark.django_db(transaction=True)


def rows() -> dict[str, int]:
    """How many rows each table of ours has, where it has some."""
    found = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{name}"')
            found[name] = cursor.fetchone()[0]
    return {name: count for name, count in found.items() if count and name != "django_migrations"}


@pytest.fixture
def made() -> Iterator[dict[str, int]]:
    """What is there when a test begins: all of it made by migrating."""
    before = rows()
    assert set(before) == set(emptied.MADE)
    yield before


@pytest.mark.parametrize("turn", ["first", "second"])
def test_rows_that_refer_to_each_other_and_the_trail_are_gone_afterwards(made: dict[str, int], turn: str) -> None:
    group = Group()
    group.purchase()
    paula = buyer(group.plant)
    record(paula, "grant.given", paula, role="buyer", where=turn, login="paula")
    seal()
    assert PurchaseOrderLine.objects.exists() and Entry.objects.exists() and Connection.objects.count() == 1


@pytest.mark.parametrize("turn", ["first", "second"])
def test_what_migrating_made_is_whole_again_when_a_test_has_damaged_it(made: dict[str, int], turn: str) -> None:
    assert made["auth_permission"] == 4 * made["django_content_type"]
    kind = ContentType.objects.get(app_label="accounts", model="grant")
    Permission.objects.filter(content_type=kind).delete()


def test_an_end_waits_for_an_open_transaction_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emptied, "PATIENCE", "100ms")
    buyer()
    with closing(connection.copy()) as other, other.cursor() as cursor:
        other.set_autocommit(False)
        cursor.execute("SELECT count(*) FROM accounts_user")
        with pytest.raises(OperationalError, match="lock timeout"):
            emptied.empty(TransactionTestCase())
        other.rollback()
