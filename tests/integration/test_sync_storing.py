"""Pages into mirrors: the promises of contract 1, with a real PostgreSQL and no Odoo at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo_sync import load
from odoo_sync.layout import content_fields, layout_of, odoo_name
from odoo_sync.load import Page, Stored, store
from odoo_sync.mirror.base import mirrors
from odoo_sync.mirror.purchase import PurchaseOrder, PurchaseOrderLine
from odoo_sync.models import Change, Connection, Promise, Quarantine
from odoo_sync.values import read_value

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 4, 12, tzinfo=UTC)
LINE, ORDER = layout_of(PurchaseOrderLine), layout_of(PurchaseOrder)
SLOWLY = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
EMPTY = dict.fromkeys(("CharField", "TextField", "Many2one", "DateField", "DateTimeField"), False) | {"Many2many": []}


def at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def row(layout, number: int, stamp: float = 0, **values):
    fields = {
        odoo_name(layout.mirror, field): EMPTY.get(type(field).__name__, 0) for field in content_fields(layout.mirror)
    }
    written = at(stamp).strftime("%Y-%m-%d %H:%M:%S")
    return {**fields, "id": number, "write_date": written, **values}


def keep(connection, layout, rows, seconds: float = 10, **more) -> Stored:
    with transaction.atomic():
        return store(connection, layout, Page(rows, at(seconds), at(seconds + 0.5)), **more)


@pytest.fixture
def connection(db) -> Connection:
    return Connection.objects.create(name="c", url="http://odoo", database="d", login="l", secret=b"")


def contents(connection, *exclude: str):
    skip = {"read_began_at", "read_ended_at", *exclude}
    found = {}
    for mirror in (PurchaseOrder, PurchaseOrderLine):
        for one in mirror.everything.of(connection.pk).values():
            key = one["id"] - (connection.pk << 40)
            found[mirror.key, key] = {
                name: value - (connection.pk << 40) if name.endswith("_id") and value else value
                for name, value in one.items()
                if name not in skip and name != "id"
            }
    return found


lines = st.lists(
    st.builds(
        lambda number, order, quantity, text: row(
            LINE, number, order_id=order, product_qty=quantity, name=text, date_planned="2026-03-09 08:00:00"
        ),
        st.integers(1, 40),
        st.integers(0, 5).map(lambda n: n or False),
        st.floats(0, 1e6).map(lambda f: round(f, 3)),
        st.text(min_size=0, max_size=20).map(lambda t: t.replace("\x00", "") or False),
    ),
    max_size=20,
    unique_by=lambda one: one["id"],
)


@SLOWLY
@given(lines)
def test_loading_twice_equals_loading_once(connection, page):
    first = keep(connection, LINE, page, 10)
    once = contents(connection)
    again = keep(connection, LINE, page, 20)
    assert contents(connection) == once
    assert again.changed == [] and len(first.changed) <= len(page)
    PurchaseOrderLine.everything.all().delete()
    Promise.objects.all().delete()


@SLOWLY
@given(lines, st.randoms(use_true_random=False), st.integers(1, 5))
def test_the_order_of_loading_is_irrelevant(connection, page, random, size):
    orders = [row(ORDER, number, name=f"P{number}") for number in range(1, 6)]
    other = Connection.objects.create(name=f"c{uuid4()}", url="http://o", database=str(uuid4()), login="l", secret=b"")
    keep(connection, ORDER, orders)
    keep(connection, LINE, page)
    pieces = [(LINE, page[at : at + size]) for at in range(0, len(page), size)] + [(ORDER, [one]) for one in orders]
    random.shuffle(pieces)
    for layout, piece in pieces:
        keep(other, layout, piece)
    assert contents(other) == contents(connection)
    for mirror in (PurchaseOrder, PurchaseOrderLine):
        mirror.everything.all().delete()
    other.delete()


@SLOWLY
@given(lines, st.sets(st.integers(1, 5)))
def test_a_missing_parent_hides_neither_a_child_nor_a_total(connection, page, present):
    keep(connection, LINE, page)
    keep(connection, ORDER, [row(ORDER, number, name=f"P{number}") for number in present])
    rows = PurchaseOrderLine.objects.of(connection.pk).select_related("order", "order__vendor", "product")
    assert len(rows) == len(page)
    quantities = rows.values_list("order__name", "order__vendor__name", "quantity")
    assert sum(q for *_, q in quantities) == sum((Decimal(repr(one["product_qty"])) for one in page), Decimal(0))
    assert {one.order_id is None for one in rows} <= {True, False}
    for mirror in (PurchaseOrder, PurchaseOrderLine):
        mirror.everything.all().delete()


@SLOWLY
@given(lines)
def test_what_is_stored_is_what_the_values_say(connection, page):
    keep(connection, LINE, page)
    base = connection.pk << 40
    for one in page:
        held = PurchaseOrderLine.everything.get(pk=base + one["id"])
        for field in content_fields(PurchaseOrderLine):
            said = read_value(field, one[odoo_name(PurchaseOrderLine, field)], base=base)
            assert getattr(held, field.attname) == said, field.name
    PurchaseOrderLine.everything.all().delete()


@pytest.mark.parametrize("mirror", list(mirrors), ids=lambda mirror: mirror.key)
def test_an_empty_row_can_be_stored_in_every_mirror(connection, mirror):
    layout = layout_of(mirror)
    extra = dict.fromkeys(layout.extra, False)
    done = keep(connection, layout, [row(layout, 1, **extra)])
    assert len(done.changed) == 1 and not done.held


@pytest.mark.parametrize("mirror", list(mirrors), ids=lambda mirror: mirror.key)
def test_a_mirror_of_which_an_odoo_has_no_field_can_still_be_stored(connection, mirror):
    everything = frozenset(field.name for field in content_fields(mirror)) | frozenset(mirror.source.extra)
    layout = layout_of(mirror, everything)
    assert layout.names == ["write_date"]
    done = keep(connection, layout, [{"id": 1, "write_date": "2026-03-04 12:00:00"}])
    assert len(done.changed) == 1 and not done.held


def test_text_of_any_kind_comes_back_as_it_was(connection):
    text = 'tab\there "quoted" back\\slash\nnew line\r\\N \\. {a,b} é 漢 \u2028 ' + "long " * 5000
    keep(connection, LINE, [row(LINE, 1, name=text)])
    assert PurchaseOrderLine.everything.get().description == text


def test_a_row_that_does_not_fit_is_held_and_the_others_are_stored(connection):
    page = [row(LINE, number, product_qty=float(number)) for number in range(1, 10)]
    page[3]["product_qty"] = 1e30
    page[6]["order_id"] = "nonsense"
    done = keep(connection, LINE, page)
    assert sorted(done.held) == [4, 7] and len(done.changed) == 7
    reasons = dict(Quarantine.objects.values_list("odoo_id", "reason"))
    assert "numeric field overflow" in reasons[4] and "order_id" in reasons[7]
    assert "CONTEXT" not in reasons[4]


def test_a_row_that_is_held_twice_is_one_case_of_quarantine(connection):
    bad = [row(LINE, 1, product_qty=float("nan"))]
    keep(connection, LINE, bad)
    keep(connection, LINE, bad, 20)
    assert Quarantine.objects.get().attempts == 2


def test_an_id_beyond_the_key_is_held_and_not_folded_into_another_connection(connection):
    done = keep(connection, LINE, [row(LINE, 1), row(LINE, (1 << 40) + 5)])
    assert len(done.changed) == 1 and done.held == [(1 << 40) + 5]
    assert PurchaseOrderLine.everything.count() == 1


def test_an_older_read_never_replaces_a_newer_one(connection):
    keep(connection, LINE, [row(LINE, 1, 5, name="new")], seconds=10)
    late = keep(connection, LINE, [row(LINE, 1, 4, name="old")], seconds=9)
    assert PurchaseOrderLine.everything.get().description == "new"
    assert late.changed == []


def test_two_reads_that_overlap_are_settled_by_reading_again(connection):
    keep(connection, LINE, [row(LINE, 1, 5, name="one")], seconds=10)
    done = keep(connection, LINE, [row(LINE, 1, 5, name="two")], seconds=10.2)
    assert done.again == [1] and PurchaseOrderLine.everything.get().description == "one"
    done = keep(connection, LINE, [row(LINE, 1, 5, name="two")], seconds=11)
    assert done.again == [] and PurchaseOrderLine.everything.get().description == "two"


def test_a_newer_version_wins_although_the_reads_overlap(connection):
    keep(connection, LINE, [row(LINE, 1, 5, name="one")], seconds=10)
    done = keep(connection, LINE, [row(LINE, 1, 6, name="two")], seconds=10.2)
    assert done.again == [] and PurchaseOrderLine.everything.get().description == "two"


def test_a_version_that_went_back_is_taken_when_it_was_read_later(connection):
    keep(connection, LINE, [row(LINE, 1, 5, name="before the restore")], seconds=10)
    keep(connection, LINE, [row(LINE, 1, 2, name="restored")], seconds=20)
    assert PurchaseOrderLine.everything.get().description == "restored"


def test_an_unchanged_row_that_is_unsettled_notes_its_newer_read(connection):
    keep(connection, LINE, [row(LINE, 1, 5)], seconds=10)
    done = keep(connection, LINE, [row(LINE, 1, 5)], seconds=20, unsettled_from=at(0))
    assert done.changed == [] and PurchaseOrderLine.everything.get().read_began_at == at(20)
    keep(connection, LINE, [row(LINE, 1, 5)], seconds=30, unsettled_from=at(6))
    assert PurchaseOrderLine.everything.get().read_began_at == at(20)


def test_a_row_that_counts_as_gone_comes_back_unchanged(connection):
    keep(connection, LINE, [row(LINE, 1)])
    PurchaseOrderLine.everything.update(gone_at=at(15))
    done = keep(connection, LINE, [row(LINE, 1)], seconds=20)
    assert done.changed and PurchaseOrderLine.objects.get().gone_at is None


def promises():
    return list(Promise.objects.order_by("id").values_list("field", "promised_at__hour", "written_at__second"))


def test_every_value_of_a_promise_is_kept_from_the_first_load_on(connection):
    keep(connection, LINE, [row(LINE, 1, 1, date_planned="2026-03-09 08:00:00")], 10)
    keep(connection, LINE, [row(LINE, 1, 2, date_planned="2026-03-09 08:00:00", name="x")], 20)
    keep(connection, LINE, [row(LINE, 1, 3, date_planned="2026-03-09 17:00:00")], 30)
    keep(connection, LINE, [row(LINE, 1, 4, date_planned=False)], 40)
    keep(connection, LINE, [row(LINE, 1, 5, date_planned="2026-03-09 08:00:00")], 50)
    assert promises() == [
        ("promised_at", 8, 1),
        ("promised_at", 17, 3),
        ("promised_at", None, 4),
        ("promised_at", 8, 5),
    ]


def test_every_change_of_a_field_with_a_history_is_kept_and_nothing_else(connection):
    keep(connection, LINE, [row(LINE, 1, 1, product_qty=10.0, name="x")], 10)
    keep(connection, LINE, [row(LINE, 1, 2, product_qty=10.0, name="y")], 20)
    keep(connection, LINE, [row(LINE, 1, 3, product_qty=4.0, name="y"), row(LINE, 2, 3, product_qty=7.0)], 30)
    keep(connection, LINE, [row(LINE, 1, 2, product_qty=99.0)], 25)
    keep(connection, LINE, [row(LINE, 1, 4, product_qty=10.0, price_unit=2.5)], 40)
    told = Change.objects.order_by("id").values_list("row", "field", "before", "after", "written_at__second")
    first = connection.pk << 40 | 1
    assert set(told) == {
        (first, "quantity", "10.000000", "4.000000", 3),
        (first, "quantity", "4.000000", "10.000000", 4),
        (first, "price_unit", "0.000000", "2.500000", 4),
    }


def test_no_promise_is_kept_for_a_date_that_was_never_given_or_a_version_that_lost(connection):
    keep(connection, LINE, [row(LINE, 1, 5)], 10)
    keep(connection, LINE, [row(LINE, 1, 4, date_planned="2026-03-09 08:00:00")], 9)
    assert promises() == []


def test_a_page_may_be_stored_while_another_transaction_is_open_on_the_same_temporary_table(connection):
    with transaction.atomic():
        keep(connection, LINE, [row(LINE, 1)])
        keep(connection, LINE, [row(LINE, 2)])
    assert PurchaseOrderLine.everything.count() == 2


def many(count: int, **values):
    return [row(LINE, number, date_planned="2026-03-09 08:00:00", **values) for number in range(1, count + 1)]


def test_a_large_page_of_new_rows_says_the_same_as_small_ones(connection):
    other = Connection.objects.create(name="other", url="http://o", database="o", login="l", secret=b"")
    text = "tab\t back\\slash\nnew line"
    large = keep(connection, LINE, many(300, name=text))
    for one in many(300, name=text):
        keep(other, LINE, [one])
    assert large.added == len(large.changed) == 300
    assert contents(connection) == contents(other)
    told = Promise.objects.values_list("field", "promised_at", "written_at", "seen_at")
    ours = told.filter(row__lt=other.pk << 40).order_by("row")
    theirs = told.filter(row__gte=other.pk << 40).order_by("row")
    assert list(ours) == list(theirs) and len(ours) == 300


def test_a_large_page_over_rows_that_are_there_updates_them(connection):
    keep(connection, LINE, [row(LINE, 150, name="was here", date_planned="2026-03-01 08:00:00")])
    done = keep(connection, LINE, many(300, name="new"), seconds=20)
    assert (done.added, len(done.changed)) == (299, 300)
    assert PurchaseOrderLine.everything.get(pk=connection.pk << 40 | 150).description == "new"
    assert Promise.objects.filter(row=connection.pk << 40 | 150).count() == 2


def test_a_large_page_with_a_row_that_does_not_fit_loses_only_that_row(connection):
    page = many(300)
    page[123]["product_qty"] = 1e30
    done = keep(connection, LINE, page)
    assert done.held == [124] and PurchaseOrderLine.everything.count() == 299 == Promise.objects.count()


def test_a_row_that_arrives_in_the_same_instant_sends_a_large_page_the_long_way(connection, monkeypatch):
    statements = load.statements_of(LINE)
    keep(connection, LINE, [row(LINE, 150, name="was here")])
    blind = replace(statements, occupied="SELECT false -- %(first)s")
    monkeypatch.setattr(load, "statements_of", lambda layout: blind)
    done = keep(connection, LINE, many(300, name="new"), seconds=20)
    assert (done.added, len(done.changed), done.held) == (299, 300, [])
