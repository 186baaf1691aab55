"""The identity of a mirrored row across Odoo databases: connection and Odoo id in one bigint."""

ID_BITS = 40
MOST_ODOO_ID = (1 << ID_BITS) - 1
MOST_CONNECTION = (1 << 22) - 1


class KeyRangeError(ValueError):
    """A connection number or Odoo id does not fit the composed key."""


def row_key(connection: int, odoo_id: int) -> int:
    """``connection << 40 | odoo_id``. Raises KeyRangeError outside 2**22 connections or 2**40 records."""
    if not 0 < connection <= MOST_CONNECTION:
        raise KeyRangeError(f"connection {connection} is outside 1..{MOST_CONNECTION}")
    if not 0 < odoo_id <= MOST_ODOO_ID:
        raise KeyRangeError(f"Odoo id {odoo_id} is outside 1..{MOST_ODOO_ID}")
    return connection << ID_BITS | odoo_id


def split_key(key: int) -> tuple[int, int]:
    """The connection number and the Odoo id of a composed key."""
    return key >> ID_BITS, key & MOST_ODOO_ID


def key_range(connection: int) -> tuple[int, int]:
    """First and last possible key of a connection, both inclusive."""
    return connection << ID_BITS, connection << ID_BITS | MOST_ODOO_ID
