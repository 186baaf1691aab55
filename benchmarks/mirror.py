"""How fast the mirror takes in 50,000 purchase lines, against a bare script that does the same and nothing else.

``stored_rows``: a whole first load over the socket: count, pages, conversion, quarantine, overwrite rule, promise
ledger, resume point, one transaction a page. Floor: fetch, decode, COPY and upsert into an identical table.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

from benchmarks import mirror_bare as bare
from benchmarks.database import fresh_database
from benchmarks.measure import Measure, at_least, interleaved
from benchmarks.mirror_replay import replay
from odoo_sync.connections import open_client
from odoo_sync.initial import load_mirror
from odoo_sync.mirror.purchase import PurchaseOrderLine
from odoo_sync.models import Connection, Promise
from odoo_sync.secrets import encrypt

ROWS, ROUNDS, LIMIT = 50_000, 5, 0.7
OURS = PurchaseOrderLine._meta.db_table


def run(seed: int) -> Iterator[Measure]:
    with fresh_database(), replay(ROWS, seed) as url:
        connection = Connection.objects.create(
            name="Replay", url=url, database="replay", login="bot", secret=encrypt("none"), capabilities={"uid": 2}
        )
        bare.make_table()
        ours(connection), floor(connection)
        if bare.contents(OURS) != bare.contents(bare.TABLE):
            raise AssertionError("the mirror and the bare table differ")
        value, below = interleaved(ROUNDS, lambda: ours(connection), lambda: floor(connection))
    yield at_least("mirror", "stored_rows", "rows/s", value, below, LIMIT)


def ours(connection: Connection) -> float:
    """Rows a second of a first load by the mirror."""
    connection.cursors.all().delete()
    bare.empty(f"{OURS}, {Promise._meta.db_table}")
    client = open_client(connection)
    began = perf_counter()
    load_mirror(connection, PurchaseOrderLine, client, lambda progress: None)
    seconds = perf_counter() - began
    client.close()
    stored = PurchaseOrderLine.objects.count()
    if (stored, Promise.objects.count()) != (ROWS, ROWS):
        raise AssertionError(f"{stored} rows were stored, not {ROWS}")
    return ROWS / seconds


def floor(connection: Connection) -> float:
    """Rows a second of the bare script."""
    bare.empty(bare.TABLE)
    began = perf_counter()
    count = bare.load(connection.url, connection.pk)
    seconds = perf_counter() - began
    if count != ROWS:
        raise AssertionError(f"{count} rows were fetched, not {ROWS}")
    return ROWS / seconds
