"""How the work of matching documents between two companies grows with what they have booked.

``sweep``: documents a second that a sweep of I1 and I4 judges in a pair of companies with 8,000 documents, against the
same in one with 2,000 in the same run: as much a document, however many there are. ``change``: one changed document,
until its cases have followed, against reading the bare columns of that pair's documents once, by a cursor; as many
documents again are too old to be read. ``queries``: how many statements that one document takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from time import perf_counter

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.exceptions.evaluate import evaluate_change, sweep
from apps.exceptions.models import Case
from apps.intercompany.detectors.differing_pair import DifferingPair
from apps.intercompany.detectors.missing_counterpart import MissingCounterpart
from apps.intercompany.lanes import READ_BACK, Group, Lane
from apps.intercompany.trades import PLACE, REST
from benchmarks.database import fresh_database
from benchmarks.measure import Measure, at_least, at_most, interleaved
from controltower.lib.keys import row_key
from odoo_sync.mirror.accounting import JournalEntry, JournalItem
from tests.traded import Traders

PAIRS, FEW, ROUNDS, CHANGES = 4_000, 1_000, 5, 15
LEAST_SWEEP, MOST_CHANGE, MOST_QUERIES = 0.7, 15.0, 75
ALONE, ODD = 200, 100
"""One invoice in so many has no bill, one bill in so many has another amount."""


def run(seed: int) -> Iterator[Measure]:
    with fresh_database():
        few, many = Traders(), Traders()
        today = timezone.now().date()
        fill(few, FEW, seed, today)
        invoices = fill(many, PAIRS, seed, today)
        fill(many, PAIRS, seed, today - READ_BACK - timedelta(days=200), first=10_000_000)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        for group in (few, many):
            judged(group, 2 * FEW)
        ours, floor = interleaved(ROUNDS, lambda: judged(many, 2 * PAIRS), lambda: judged(few, 2 * FEW))
        if Case.objects.live().filter(connection=many.connection).count() < PAIRS // ALONE:
            raise AssertionError("the sweep has not found what is lacking")
        changed = changing(many, invoices[0])
        slow, bare = interleaved(CHANGES, changed, reading(many))
        with CaptureQueriesContext(connection) as queries:
            evaluate_change(JournalEntry, [invoices[0]])
    yield at_least("intercompany", "sweep", "documents/s", ours, floor, LEAST_SWEEP)
    yield at_most("intercompany", "change", "ms", slow, bare, MOST_CHANGE)
    count = len(queries)
    yield Measure("intercompany", "queries", count, "queries", None, None, MOST_QUERIES, count <= MOST_QUERIES, 1)


def fill(group: Traders, pairs: int, seed: int, newest: date, first: int = 1_000_000) -> list[int]:
    """So many invoices of the plant, nearly all with the sister's bill, over the year before ``newest``."""
    rnd, entries, items, made = Random(seed), [], [], []
    shared = {"state": "posted", "currency": group.euro, "amount_tax": Decimal(0)}
    for number in range(pairs):
        on, total = newest - timedelta(days=rnd.randint(0, 364)), Decimal(rnd.randint(1_000, 900_000)) / 100
        name = f"INV/{first // 1_000_000}/{number:06}"
        sides = [("out_invoice", group.plant, group.sister.partner, {"number": name}, total)]
        if number % ALONE:
            odd = total + (10 if number % ODD == 1 else 0)
            values = {"number": f"BILL/{first // 1_000_000}/{number:06}", "reference": name}
            sides.append(("in_invoice", group.sister, group.plant.partner, values, odd))
        for kind, company, partner, values, amount in sides:
            key = row_key(group.connection.pk, first + len(entries))
            entries.append(
                JournalEntry(
                    id=key, kind=kind, company=company, partner=partner, commercial_partner=partner, invoiced_on=on,
                    dated_on=on, amount_untaxed=amount, amount_total=amount, **shared, **values,
                )
            )  # fmt: skip
            items.append(JournalItem(id=key, entry_id=key, company=company, display_type="product", quantity=1))
            made += [key] if kind == "out_invoice" else []
    JournalEntry.everything.bulk_create(entries, batch_size=2_000)
    JournalItem.everything.bulk_create(items, batch_size=2_000)
    return made


def judged(group: Traders, documents: int) -> float:
    """Documents a second of a sweep of both kinds in one database."""
    group.fresh(timezone.now())
    began = perf_counter()
    for detector in (MissingCounterpart, DifferingPair):
        sweep(connection=group.connection.pk, only=detector)
    return documents / (perf_counter() - began)


def changing(group: Traders, key: int) -> Callable[[], float]:
    """Milliseconds until what a document's new total means is in its cases."""
    turns = iter(range(1, 1_000))

    def once() -> float:
        group.fresh(timezone.now())
        JournalEntry.objects.filter(pk=key).update(amount_total=Decimal(next(turns)))
        began = perf_counter()
        evaluate_change(JournalEntry, [key])
        return (perf_counter() - began) * 1000

    return once


def reading(group: Traders) -> Callable[[], float]:
    """Milliseconds of a cursor that reads the same columns of the same documents, and does nothing with them."""
    known = Group.read()
    lane = Lane(group.plant.pk, group.sister.pk)
    rows = JournalEntry.objects.filter(known.between([lane]), known.since(READ_BACK)).order_by()
    text, values = rows.values_list(*PLACE, *REST).query.sql_with_params()

    def once() -> float:
        began = perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(text, values)
            cursor.fetchall()
        return (perf_counter() - began) * 1000

    return once
