"""The SQL that takes a page into a mirror: COPY into a temporary table, then one upsert that says what changed.

A page of which nothing is there yet, as in a first load, is copied straight into its table instead.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b

from odoo_sync.layout import Layout
from odoo_sync.models import Change, Promise


@dataclass(frozen=True)
class Statements:
    """Everything needed to store one page of one layout."""

    create: str
    clear: str
    copy: str
    upsert: str
    touch: str
    occupied: str
    copy_new: str
    first_promises: str


@lru_cache(maxsize=256)
def statements_of(layout: Layout) -> Statements:
    table = quoted(layout.mirror._meta.db_table)
    columns = ", ".join(quoted(column) for column in layout.columns)
    name = blake2b(f"{table}{columns}".encode(), digest_size=6).hexdigest()
    incoming = quoted(f"incoming_{name}")
    return Statements(
        create=f"CREATE TEMPORARY TABLE IF NOT EXISTS {incoming} ON COMMIT DELETE ROWS AS "
        f"SELECT {columns} FROM {table} WITH NO DATA",
        clear=f"DELETE FROM {incoming}",
        copy=f"COPY {incoming} ({columns}) FROM STDIN",
        upsert=upsert(layout, table, incoming, columns),
        touch=touch(table, incoming),
        occupied=f"SELECT EXISTS (SELECT FROM {table} WHERE id BETWEEN %(first)s AND %(last)s)",
        copy_new=f"COPY {table} ({columns}, read_began_at, read_ended_at) FROM STDIN",
        first_promises=first_promises(layout, table),
    )


def upsert(layout: Layout, table: str, incoming: str, columns: str) -> str:
    """Insert what is new, update what differs, keep promises and history; return changed and overlapping keys.

    All parts see the table as it was before the statement. A row is replaced only by a newer version, or by a read
    that began after the stored one had ended; a row that loses because two reads overlapped comes back with
    ``again`` true, to be read once more.
    """
    content = [quoted(column) for column in layout.columns if column != "id"]
    ours = ", ".join(f"present.{column}" for column in content)
    theirs = ", ".join(f"EXCLUDED.{column}" for column in content)
    assign = ", ".join(f"{column} = EXCLUDED.{column}" for column in content)
    return f"""
WITH before AS MATERIALIZED (
    SELECT id, written_at, read_ended_at{former_values(layout)} FROM {table} WHERE id = ANY(%(keys)s)
), changed AS (
    INSERT INTO {table} AS present ({columns}, read_began_at, read_ended_at)
    SELECT {columns}, %(began)s, %(ended)s FROM {incoming}
    ON CONFLICT (id) DO UPDATE
    SET {assign}, read_began_at = EXCLUDED.read_began_at, read_ended_at = EXCLUDED.read_ended_at, gone_at = NULL
    WHERE (EXCLUDED.written_at > present.written_at OR EXCLUDED.read_began_at >= present.read_ended_at
           OR present.read_ended_at IS NULL)
      AND (present.gone_at IS NOT NULL OR ({ours}) IS DISTINCT FROM ({theirs}))
    RETURNING id, xmax = 0 AS added
){keep_promises(layout, incoming)}{keep_changes(layout, incoming)}
SELECT id, added, false AS again FROM changed
UNION ALL
SELECT before.id, false, true FROM before JOIN {incoming} AS i USING (id)
WHERE before.read_ended_at > %(began)s AND NOT i.written_at > before.written_at"""


def former_values(layout: Layout) -> str:
    wanted = {*promise_columns(layout).values(), *history_columns(layout).values()}
    return "".join(f", {quoted(column)}" for column in sorted(wanted))


def keep_promises(layout: Layout, incoming: str) -> str:
    """The part of the upsert that appends to the promise ledger; nothing for mirrors without promises."""
    columns = promise_columns(layout)
    if not columns:
        return ""
    values = ", ".join(f"('{name}', i.{quoted(c)}, before.{quoted(c)})" for name, c in columns.items())
    return f""", kept AS (
    INSERT INTO {quoted(Promise._meta.db_table)} (mirror, row, field, promised_at, written_at, seen_at)
    SELECT '{layout.mirror.key}', i.id, v.field, v.promised, i.written_at, %(ended)s
    FROM changed JOIN {incoming} AS i USING (id) LEFT JOIN before USING (id)
    CROSS JOIN LATERAL (VALUES {values}) AS v (field, promised, former)
    WHERE v.promised IS DISTINCT FROM v.former
)"""


def keep_changes(layout: Layout, incoming: str) -> str:
    """The part of the upsert that keeps what fields with a history were and became; a first value is no change."""
    columns = history_columns(layout)
    if not columns:
        return ""
    values = ", ".join(f"('{name}', before.{quoted(c)}::text, i.{quoted(c)}::text)" for name, c in columns.items())
    return f""", noted AS (
    INSERT INTO {quoted(Change._meta.db_table)} (mirror, row, field, before, after, written_at, seen_at)
    SELECT '{layout.mirror.key}', i.id, v.field, v.before, v.after, i.written_at, %(ended)s
    FROM changed JOIN {incoming} AS i USING (id) JOIN before USING (id)
    CROSS JOIN LATERAL (VALUES {values}) AS v (field, before, after)
    WHERE v.before IS DISTINCT FROM v.after
)"""


def first_promises(layout: Layout, table: str) -> str:
    """Begin the promise ledger of rows that have just been copied into an empty stretch of keys."""
    given = [
        f"SELECT '{layout.mirror.key}', id, '{name}', {quoted(column)}, written_at, read_ended_at FROM {table} "
        f"WHERE id BETWEEN %(first)s AND %(last)s AND {quoted(column)} IS NOT NULL"
        for name, column in promise_columns(layout).items()
    ]
    into = f"INSERT INTO {quoted(Promise._meta.db_table)} (mirror, row, field, promised_at, written_at, seen_at) "
    return into + " UNION ALL ".join(given) if given else ""


def promise_columns(layout: Layout) -> dict[str, str]:
    """Our promise fields that this Odoo has, with their columns."""
    return _columns(layout, layout.mirror.source.promises)


def history_columns(layout: Layout) -> dict[str, str]:
    """Our fields with a history that this Odoo has, with their columns."""
    return _columns(layout, layout.mirror.source.history)


def _columns(layout: Layout, wanted: tuple[str, ...]) -> dict[str, str]:
    return {field.name: str(field.column) for field in layout.present if field.name in wanted}


def touch(table: str, incoming: str) -> str:
    """Note a newer read of unchanged rows that are still unsettled, so that they are not read for ever."""
    return f"""
UPDATE {table} AS present SET read_began_at = %(began)s, read_ended_at = %(ended)s
FROM {incoming} AS i
WHERE present.id = i.id AND present.id = ANY(%(keys)s) AND present.read_began_at < %(began)s
  AND present.written_at >= %(unsettled)s"""


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
