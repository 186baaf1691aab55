"""How fast rows that are already in memory go into their mirror, against bare COPY and upsert of the same rows.

``upsert_rows``: 50,000 new rows, in pages. Ours turns Odoo's values into COPY text, applies the overwrite rule, keeps
the promise ledger and says what changed. Floor: a hand-written line of COPY text for each of the same rows, COPY and
one plain upsert a page.
``reload_rows``: the same rows again, one in ten changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from time import perf_counter
from typing import Any

from django.db import transaction
from django.utils import timezone

from benchmarks import mirror_bare as bare
from benchmarks.database import fresh_database
from benchmarks.measure import Measure, at_least
from benchmarks.mirror_replay import lines
from controltower.lib.keys import key_range
from odoo_sync.extract import ahead
from odoo_sync.initial import prepared
from odoo_sync.layout import layout_of
from odoo_sync.load import Page, store
from odoo_sync.mirror.purchase import PurchaseOrderLine
from odoo_sync.models import Change, Connection, Promise

ROWS, ROUNDS, PAGE = 50_000, 5, 5000
LIMIT, RELOAD_LIMIT = 0.6, 1.0
Rows = list[dict[str, Any]]


def run(seed: int) -> Iterator[Measure]:
    fresh = lines(ROWS, seed)
    changed = [row | {"product_qty": row["product_qty"] + 1} if row["id"] % 10 == 0 else row for row in fresh]
    figures: dict[str, list[float]] = {"ours": [], "floor": [], "ours again": [], "floor again": []}
    with fresh_database():
        connection = Connection.objects.create(
            name="Bench", url="http://odoo.example", database="b", login="b", secret=b""
        )
        bare.make_table()
        for number in range(ROUNDS + 1):
            took = one_round(connection, fresh, changed, ours_first=number % 2 == 0)
            if number:
                for name, rate in took.items():
                    figures[name].append(rate)
        if bare.contents(PurchaseOrderLine._meta.db_table) != bare.contents(bare.TABLE):
            raise AssertionError("the mirror and the bare table differ")
    yield at_least("load", "upsert_rows", "rows/s", figures["ours"], figures["floor"], LIMIT)
    yield at_least("load", "reload_rows", "rows/s", figures["ours again"], figures["floor again"], RELOAD_LIMIT)


def one_round(connection: Connection, fresh: Rows, changed: Rows, *, ours_first: bool) -> dict[str, float]:
    """Both, into empty tables and then again with a tenth changed."""
    bare.empty(f"{PurchaseOrderLine._meta.db_table}, {Promise._meta.db_table}, {Change._meta.db_table}, {bare.TABLE}")
    took: dict[str, float] = {}
    for suffix, rows in (("", fresh), (" again", changed)):
        for mine in (True, False) if ours_first else (False, True):
            name = ("ours" if mine else "floor") + suffix
            took[name] = ROWS / (store_all if mine else upsert_all)(connection, rows)
    return took


def store_all(connection: Connection, rows: Rows) -> float:
    """Seconds of the mirror for all rows."""
    layout, now = layout_of(PurchaseOrderLine), timezone.now()
    read = [Page(page, now, now + timedelta(microseconds=1)) for page in pages(rows)]
    began = perf_counter()
    for page in ahead(read, lambda page: replace(page, text=prepared(connection, layout, page))):
        with transaction.atomic():
            store(connection, layout, page)
    return perf_counter() - began


def upsert_all(connection: Connection, rows: Rows) -> float:
    """Seconds of the floor for all rows."""
    base = key_range(connection.pk)[0]
    began = perf_counter()
    for page in pages(rows):
        bare.upsert(bare.as_copy(page, base))
    return perf_counter() - began


def pages(rows: Rows) -> list[Rows]:
    return [rows[start : start + PAGE] for start in range(0, len(rows), PAGE)]
