"""Details of an entry in a form that reads back exactly as it was written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.functional import Promise

from apps.audit.errors import SecretRefusedError, UnstorableDetailError

_SECRET = re.compile(
    r"(^|_)(password|passwd|pwd|passphrase|secret|secrets|credential|credentials|authorization|cookie|token|sessionid)($|_)"
    r"|(api|private|field|access|session)_?key",
)


def plain(details: Mapping[str, Any]) -> dict[str, Any]:
    """Details as JSON without floats: dates and decimals as text, records as their keys.

    Raises SecretRefusedError for a name that says it holds a secret, at any depth, and UnstorableDetailError.
    """
    return {_name(name): _value(value) for name, value in details.items()}


def clean(text: str) -> str:
    """Text that PostgreSQL can store: no zero bytes, no halves of surrogate pairs."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode()


def _name(name: Any) -> str:
    text = clean(str(name.value if isinstance(name, Enum) else name))
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[\W]+", "_", text).lower()
    if _SECRET.search(snake):
        raise SecretRefusedError(f"“{text}” looks like a secret and is not recorded.")
    return text


def _value(value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return _value(value.value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, str | Promise):
        return clean(str(value))
    if isinstance(value, Mapping):
        return plain(value)
    if isinstance(value, set | frozenset):
        return sorted((_value(one) for one in value), key=repr)
    if isinstance(value, list | tuple):
        return [_value(one) for one in value]
    return _text(value)


def _text(value: Any) -> Any:
    """What has no JSON form of its own. Floats become text: a number must read back to the last digit."""
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"{value.total_seconds():g} s"
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Model):
        return _value(value.pk)
    raise UnstorableDetailError(f"{type(value).__name__} cannot be recorded; pass its key or its text.")
