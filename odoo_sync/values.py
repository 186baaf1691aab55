"""Odoo's values and ours, both ways, and straight into PostgreSQL's COPY text. Pure: no database, no network.

Odoo says ``false`` for null, gives links as bare ids (or ``[id, name]``), datetimes as UTC text to the second, and
numbers as floats. The type of the Django field decides what is meant.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import partial
from typing import Any

from django.db import models

from odoo_sync.mirror.base import Many2many

NULL = r"\N"
MOMENT = "%Y-%m-%d %H:%M:%S"
ESCAPES = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r", "\b": r"\b", "\f": r"\f", "\v": r"\v"})

Column = Callable[[Sequence[Any]], list[str]]


class ConversionError(ValueError):
    """A value of Odoo that does not fit the field it is meant for."""


def read_value(field: models.Field, value: Any, *, base: int) -> Any:
    """Odoo's value as the Python value that the field holds. ``base`` is the first key of the connection.

    Raises ConversionError for a value of another kind.
    """
    try:
        return _read(field, value, base)
    except (ValueError, TypeError, InvalidOperation, IndexError, AttributeError):
        raise ConversionError(f"{field.name}: {str(value)[:80]!r} is no {kind(field)}") from None


def _read(field: models.Field, value: Any, base: int) -> Any:
    if isinstance(field, Many2many):
        return sorted(base + link(item) for item in value or ())
    if isinstance(field, models.BooleanField):
        return bool(value)
    if value is False or value is None:
        return missing_value(field)
    if isinstance(field, models.ForeignKey):
        return base + link(value)
    if isinstance(field, models.DateTimeField):
        return read_moment(value)
    if isinstance(field, models.DateField):
        return date.fromisoformat(value[:10])
    if isinstance(field, models.DecimalField):
        return read_number(value, field.decimal_places or 0)
    if isinstance(field, models.IntegerField):
        return int(value)
    if isinstance(field, models.JSONField):
        return value
    return str(value)


def write_value(field: models.Field, value: Any, *, base: int) -> Any:
    """Our Python value as Odoo wants it: the inverse of ``read_value``."""
    if isinstance(field, Many2many):
        return [key - base for key in value]
    if value is None:
        return False
    if isinstance(field, models.ForeignKey):
        return value - base
    if isinstance(field, models.DateTimeField):
        return write_moment(value)
    if isinstance(field, models.DateField):
        return value.isoformat()
    if isinstance(field, models.DecimalField):
        return float(value)
    return value


def link(value: Any) -> int:
    """The id of a link, whether Odoo gave it bare or with its name."""
    if isinstance(value, list | tuple):
        value = value[0]
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError("no id")
    return value


def read_moment(text: str) -> datetime:
    """Odoo's UTC text as an aware datetime; microseconds, as webhooks send them, are kept."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def write_moment(moment: datetime) -> str:
    """An aware datetime as Odoo's UTC text, to the second."""
    return moment.astimezone(UTC).strftime(MOMENT)


def read_number(value: float | str, places: int) -> Decimal:
    """A float as the decimal people typed: its shortest text, rounded half up to the column's places."""
    number = Decimal(repr(value) if isinstance(value, float) else str(value))
    if not number.is_finite():
        raise InvalidOperation
    return number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)


def missing_value(field: models.Field) -> Any:
    """What a field holds where Odoo says nothing: null, or the empty value of a column that must not be null."""
    if field.null:
        return None
    if isinstance(field, Many2many):
        return []
    if isinstance(field, models.JSONField):
        return {}
    if isinstance(field, models.CharField | models.TextField):
        return ""
    raise ConversionError(f"{field.name} must not be empty")


def kind(field: models.Field) -> str:
    return type(field).__name__.removesuffix("Field").lower()


def copy_column(field: models.Field, *, base: int) -> Column:
    """The function that turns one column of Odoo's values into COPY text, a whole page at a time."""
    if isinstance(field, Many2many):
        return partial(copy_many, base=base)
    if isinstance(field, models.ForeignKey):
        return partial(copy_links, base=base)
    if isinstance(field, models.BooleanField):
        return copy_flags
    if isinstance(field, models.DateTimeField):
        return copy_moments
    if isinstance(field, models.DecimalField):
        return copy_numbers
    if isinstance(field, models.IntegerField):
        return copy_integers
    empty = NULL if field.null else ""
    if isinstance(field, models.CharField | models.TextField):
        return partial(copy_texts, empty=empty)
    return partial(copy_any, field=field)


def copy_links(values: Sequence[Any], *, base: int) -> list[str]:
    return [NULL if v is False or v is None else str(base + (v if v.__class__ is int else link(v))) for v in values]


def copy_many(values: Sequence[Any], *, base: int) -> list[str]:
    return ["{" + ",".join([str(base + link(v)) for v in sorted(many)]) + "}" if many else "{}" for many in values]


def copy_flags(values: Sequence[Any]) -> list[str]:
    return ["t" if value else "f" for value in values]


def copy_moments(values: Sequence[Any]) -> list[str]:
    return [value + "+00" if value else NULL for value in values]


def copy_numbers(values: Sequence[Any]) -> list[str]:
    return [
        NULL if v is False or v is None else repr(v) if v.__class__ is int or v - v == 0 else bad(v) for v in values
    ]


def copy_integers(values: Sequence[Any]) -> list[str]:
    return [NULL if v is False or v is None else str(v) if v.__class__ is int else str(int(v)) for v in values]


def copy_texts(values: Sequence[Any], *, empty: str) -> list[str]:
    return [
        empty if v is False or v is None else v if v.__class__ is str and plain(v) else str(v).translate(ESCAPES)
        for v in values
    ]


def plain(text: str) -> bool:
    return text.isprintable() and "\\" not in text


def bad(value: Any) -> str:
    raise ConversionError(f"{str(value)[:80]!r} is no number")


def copy_any(values: Sequence[Any], *, field: models.Field) -> list[str]:
    """The slow way for rare kinds: through the Python value."""
    return [copy_one(read_value(field, value, base=0)) for value in values]


def copy_one(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True).translate(ESCAPES)
    return str(value).translate(ESCAPES)
