"""The floor of the mirror's benches: a bare script that fetches, decodes, copies and upserts, and nothing else."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from django.db import connection as database
from django.db import transaction

from controltower.lib.keys import key_range
from odoo_sync.mirror.purchase import PurchaseOrderLine

PAGE = 5000
TABLE = "bare_purchase_line"
COLUMNS = (
    "id, written_at, order_id, sequence, description, product_id, vendor_id, company_id, currency_id, state, "
    "display_type, quantity, received, invoiced, unit_id, price_unit, price_subtotal, promised_at, feeds_moves, "
    "sale_line_id, extra"
)


def make_table() -> None:
    """An identical table: the same columns, defaults, constraints and indexes."""
    with database.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
        cursor.execute(f"CREATE TABLE {TABLE} (LIKE {PurchaseOrderLine._meta.db_table} INCLUDING ALL)")


def empty(table: str) -> None:
    """Empty a table and let the server settle, outside the measured time."""
    with database.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")
        cursor.execute("CHECKPOINT")


def fetch(url: str, last: int) -> list[dict[str, Any]]:
    asked = {"method": "search_read", "domain": [["id", ">", last]], "limit": PAGE}
    request = urllib.request.Request(f"{url}/jsonrpc", json.dumps(asked).encode())
    with urllib.request.urlopen(request) as answer:
        rows: list[dict[str, Any]] = json.load(answer)["result"]
    return rows


def as_copy(rows: Iterable[dict[str, Any]], base: int) -> str:
    """Rows as COPY text, written for this one table."""
    out = []
    for r in rows:
        key = lambda value: "\\N" if value is False else base + value  # noqa: E731
        name = r["name"].replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n")
        feeds = ",".join(str(base + i) for i in r["move_dest_ids"])
        out.append(
            f"{base + r['id']}\t{r['write_date']}+00\t{key(r['order_id'])}\t{r['sequence']}\t{name}\t"
            f"{key(r['product_id'])}\t{key(r['partner_id'])}\t{key(r['company_id'])}\t{key(r['currency_id'])}\t{r['state']}\t"
            f"{r['display_type'] or chr(92) + 'N'}\t{r['product_qty']}\t{r['qty_received']}\t{r['qty_invoiced']}\t"
            f"{key(r['product_uom'])}\t{r['price_unit']}\t{r['price_subtotal']}\t{r['date_planned']}+00\t"
            f"{{{feeds}}}\t{key(r['sale_line_id'])}\t{{}}\n"
        )
    return "".join(out)


def upsert(text: str) -> None:
    """COPY into a temporary table and one plain upsert, committed."""
    assign = ", ".join(f"{name} = EXCLUDED.{name}" for name in COLUMNS.split(", ") if name != "id")
    with transaction.atomic(), database.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE bare_in ON COMMIT DROP AS SELECT {COLUMNS} FROM {TABLE} WITH NO DATA")
        cursor.copy_expert(f"COPY bare_in ({COLUMNS}) FROM STDIN", StringIO(text))
        cursor.execute(
            f"INSERT INTO {TABLE} ({COLUMNS}) SELECT {COLUMNS} FROM bare_in ON CONFLICT (id) DO UPDATE SET {assign}"
        )


def load(url: str, connection: int) -> int:
    """Everything from the server into the table; the number of rows."""
    base, last, count = key_range(connection)[0], 0, 0
    while rows := fetch(url, last):
        upsert(as_copy(rows, base))
        last, count = rows[-1]["id"], count + len(rows)
    return count


def contents(table: str, columns: Sequence[str] = ()) -> list[tuple[Any, ...]]:
    """A digest by which two tables are compared."""
    names = ", ".join(columns) or COLUMNS
    with database.cursor() as cursor:
        cursor.execute(f"SELECT count(*), sum(hashtext(({names})::text)) FROM {table}")
        return list(cursor.fetchall())
