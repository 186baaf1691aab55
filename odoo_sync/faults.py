"""What an error body of Odoo means: the name of its exception class and its text, turned into one of our errors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from odoo_sync.errors import (
    BusinessError,
    ConcurrencyError,
    DatabaseError,
    HiddenFieldError,
    MissingRecordError,
    NotAllowedError,
    OdooError,
    SchemaError,
    ServerFaultError,
    SignInError,
    UnknownModelError,
)

MOST_DETAIL = 600
BUSINESS = {"UserError", "ValidationError", "RedirectWarning", "Warning", "except_orm", "LockError"}
RACES = {"SerializationFailure", "DeadlockDetected", "LockNotAvailable", "TransactionRollbackError"}
SCHEMA = {"ValueError", "AttributeError", "TypeError", "IndexError", "KeyError"}
HIDDEN = re.compile(r"rights to access the fields? ")
NO_MODEL = re.compile(r"Object ['\"]?([\w.]+)['\"]? doesn't exist|^['\"]?([a-z_0-9]+(?:\.[a-z_0-9]+)+)['\"]?$")


def fault(info: Mapping[str, Any], *, model: str = "", method: str = "") -> OdooError:
    """The error for the ``error`` object of a JSON-RPC answer. Its ``debug`` text is never looked at."""
    data = info.get("data") if isinstance(info.get("data"), Mapping) else {}
    name = str((data or {}).get("name") or "")
    text = str((data or {}).get("message") or info.get("message") or "")
    short = name.rpartition(".")[2]
    what = f"{model}.{method}" if model else "the call"
    if name.startswith("psycopg2"):
        return database_fault(short, what)
    if short in {"AccessDenied", "SessionExpiredException"} or info.get("code") == 100:
        return SignInError("Odoo refuses the login or key of the bot user. Enter a valid API key.")
    if short == "MissingError" and "res.users(" in text and model != "res.users":
        return SignInError("The bot user no longer exists in Odoo. Enter the login of an active user.")
    if short == "AccessError" and HIDDEN.search(text):
        return HiddenFieldError(f"The bot user may not see a field that {what} names.", detail=plain(text))
    if short == "AccessError":
        return NotAllowedError(f"The bot user may not do {what}. Give it the right in Odoo.", detail=plain(text))
    if short == "MissingError":
        return MissingRecordError(f"The record of {what} no longer exists in Odoo.", detail=plain(text))
    if missing := NO_MODEL.search(text) if short in {"UserError", "KeyError"} else None:
        return UnknownModelError(f"This Odoo has no {missing[1] or missing[2]}. Install its module, or do without.")
    if short in BUSINESS or name.startswith("odoo.exceptions."):
        return BusinessError(f"Odoo refuses {what}: {plain(text, 200)}", detail=plain(text))
    if short in SCHEMA and name.startswith("builtins."):
        return SchemaError(f"This Odoo does not understand {what}: {plain(text, 200)}", detail=plain(text))
    return ServerFaultError(f"Odoo failed inside at {what} ({short or 'no name'}). Look into Odoo's log.")


def database_fault(short: str, what: str) -> OdooError:
    """A PostgreSQL error that Odoo let through. Its text names Odoo's database host and is dropped."""
    if short in RACES:
        return ConcurrencyError(f"Somebody else changed the same records during {what}.")
    if short in {"OperationalError", "InterfaceError", "InvalidCatalogName"}:
        return DatabaseError("Odoo cannot open this database. Check its name, and that Odoo's PostgreSQL runs.")
    return ServerFaultError(f"Odoo's database failed at {what} ({short}). Look into Odoo's log.")


def plain(text: str, most: int = MOST_DETAIL) -> str:
    """Odoo's own words, on few lines and not endless."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    joined = " ".join(lines)
    return joined if len(joined) <= most else joined[: most - 1] + "…"
