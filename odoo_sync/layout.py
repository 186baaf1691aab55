"""How the rows of one mirror lie in Odoo, in a page, and in PostgreSQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from django.db import models

from controltower.lib.keys import key_range
from odoo_sync.mirror.base import Many2one, Mirror
from odoo_sync.values import ESCAPES, Column, ConversionError, copy_column, copy_one, missing_value

OURS = {"id", "written_at", "read_began_at", "read_ended_at", "gone_at", "extra"}
Row = dict[str, Any]


def odoo_name(mirror: type[Mirror], field: models.Field) -> str:
    """The Odoo field that a field of ours reads."""
    renamed = mirror.source.renames.get(field.name)
    if renamed:
        return renamed
    return f"{field.name}_id" if isinstance(field, Many2one) else field.name


def content_fields(mirror: type[Mirror]) -> list[models.Field]:
    """The fields that come from Odoo, in declared order."""
    return [field for field in mirror._meta.concrete_fields if field.name not in OURS]


@dataclass(frozen=True)
class Layout:
    """One mirror as one Odoo can fill it; ``missing`` names fields of ours that this Odoo does not have."""

    mirror: type[Mirror]
    missing: frozenset[str] = frozenset()

    @cached_property
    def present(self) -> list[models.Field]:
        return [field for field in content_fields(self.mirror) if field.name not in self.missing]

    @cached_property
    def absent(self) -> list[models.Field]:
        return [field for field in content_fields(self.mirror) if field.name in self.missing]

    @cached_property
    def extra(self) -> tuple[str, ...]:
        return tuple(name for name in self.mirror.source.extra if name not in self.missing)

    @cached_property
    def names(self) -> list[str]:
        """The Odoo fields to ask for."""
        wanted = ["write_date", *(odoo_name(self.mirror, field) for field in self.present), *self.extra]
        return list(dict.fromkeys(wanted))

    @cached_property
    def columns(self) -> list[str]:
        """The columns of a page, in the order of its COPY text."""
        fields = [*self.present, *self.absent]
        return ["id", "written_at", *(str(field.column) for field in fields), "extra"]

    def converters(self, base: int) -> list[tuple[str, Column]]:
        found = [(odoo_name(self.mirror, field), copy_column(field, base=base)) for field in self.present]
        written = self.mirror._meta.get_field("written_at")
        return [("write_date", copy_column(written, base=base)), *found]

    @cached_property
    def constants(self) -> list[str]:
        """The text of columns that this Odoo cannot fill."""
        values = [missing_value(field) for field in self.absent]
        return ["{}" if value == [] else copy_one(value) for value in values]


@lru_cache(maxsize=256)
def layout_of(mirror: type[Mirror], missing: frozenset[str] = frozenset()) -> Layout:
    return Layout(mirror, missing)


def page_text(layout: Layout, rows: Sequence[Row], connection: int) -> str:
    """A page of Odoo's rows as COPY text. Raises ConversionError where a value does not fit."""
    base = key_range(connection)[0]
    columns: list[list[str]] = [[str(base + row["id"]) for row in rows]]
    try:
        for name, convert in layout.converters(base):
            columns.append(convert([row[name] for row in rows]))
    except (TypeError, ValueError, KeyError, IndexError, AttributeError) as error:
        raise ConversionError(f"{name}: {describe(error)}") from None
    columns.extend([text] * len(rows) for text in layout.constants)
    columns.append(extras(layout, rows))
    return "\n".join(map("\t".join, zip(*columns, strict=True))) + "\n" if rows else ""


def extras(layout: Layout, rows: Sequence[Row]) -> list[str]:
    if not layout.extra:
        return ["{}"] * len(rows)
    return [json.dumps({name: row[name] for name in layout.extra}).translate(ESCAPES) for row in rows]


def describe(error: Exception) -> str:
    """Why a value did not fit, without quoting more of it than our own errors do."""
    return str(error) if isinstance(error, ConversionError) else f"not the expected kind ({type(error).__name__})"
