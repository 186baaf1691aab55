"""Field descriptions, read from recorded tables or declared in short form, and the conversion of values."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from demo.odoo.errors import FieldValueError

TABLES = Path(__file__).parent / "fields"
DATETIME_FORMAT = "%Y-%m-%d %H:%M:%S"
TEXT = frozenset({"char", "text", "html", "selection", "reference", "binary", "date", "datetime"})
LOG_FIELDS = {
    "id": {"type": "integer", "readonly": True, "store": True},
    "display_name": {"type": "char", "readonly": True, "store": False},
    "create_uid": {"type": "many2one", "relation": "res.users", "readonly": True, "store": True},
    "create_date": {"type": "datetime", "readonly": True, "store": True},
    "write_uid": {"type": "many2one", "relation": "res.users", "readonly": True, "store": True},
    "write_date": {"type": "datetime", "readonly": True, "store": True},
}


@dataclass(slots=True)
class Field:
    """One field of a model, as ``fields_get`` describes it, plus how the stand-in fills it."""

    name: str
    type: str
    relation: str = ""
    inverse: str = ""
    required: bool = False
    readonly: bool = False
    store: bool = True
    company_dependent: bool = False
    selection: tuple[str, ...] = ()
    groups: str = ""
    searchable: bool = True
    sortable: bool = True
    digits: int | None = None
    compute: str = ""
    inherited: str = ""
    related: tuple[str, ...] = ()
    setter: str = ""
    owner: str = ""
    """For the far side of a many2many: the field of the related model that holds the pairs."""
    label: str = ""
    triggers: list[tuple[str, str, tuple[Step, ...]]] = field(default_factory=list)
    """What follows from the field: model and compute method of what does, and the relations that lead from there."""
    many: bool = field(init=False)
    leads: bool = field(init=False)
    """Whether the value is a set of records."""
    column: bool = field(init=False)
    """Whether the value lies in the row itself."""
    plain: bool = field(init=False)
    """Whether the value is in the row as it is, whoever asks and whatever else has changed."""
    stored_compute: bool = field(init=False)
    """Whether the value is in the row once what is pending has been computed."""

    def __post_init__(self) -> None:
        self.many = self.type in ("one2many", "many2many")
        self.leads = bool(self.relation) and (self.many or self.type == "many2one")
        self.classify()

    def classify(self) -> None:
        """Work out what is asked all the time; again once the registry has wired the field."""
        self.column = self.store and self.type != "one2many" and not self.owner and not self.inherited
        self.stored_compute = bool(self.compute and self.store)
        moves = self.compute or self.related or self.company_dependent or self.name == "id"
        self.plain = self.column and not moves

    @property
    def empty(self) -> Any:
        """What RPC gives for no value."""
        if self.many or self.type == "properties":
            return []
        return {"integer": 0, "float": 0.0, "monetary": 0.0, "many2one_reference": 0}.get(self.type, False)

    @property
    def string(self) -> str:
        return self.label or self.name.removesuffix("_ids").removesuffix("_id").replace("_", " ").strip().title()


Step = tuple[str, Field]
"""A relation walked: the model it belongs to, and the field."""


@cache
def recorded(model: str) -> dict[str, dict[str, Any]]:
    """The field table of a model as a real Odoo 18 gave it; empty where none was recorded."""
    path = TABLES / f"{model}.json"
    if not path.exists():
        return {}
    table: dict[str, dict[str, Any]] = json.loads(path.read_text())
    return table


def from_table(name: str, facts: dict[str, Any]) -> Field:
    return Field(
        name=name,
        type=facts["type"],
        relation=facts.get("relation", ""),
        inverse=facts.get("relation_field", ""),
        required=facts.get("required", False),
        readonly=facts.get("readonly", False),
        store=facts.get("store", True),
        company_dependent=facts.get("company_dependent", False),
        selection=tuple(facts.get("selection") or ()),
        groups=facts.get("groups", ""),
        searchable=facts.get("searchable", True),
        sortable=facts.get("sortable", True),
    )


def declared(text: str) -> dict[str, Field]:
    """Fields in short form: ``name:char! state:selection(a,b) line_ids:one2many(model,inverse) x:char~``.

    ``!`` marks a required field, ``~`` one that is not stored.
    """
    made = {}
    for word in text.split():
        name, _, kind = word.partition(":")
        flags = kind[len(kind.rstrip("!~")) :]
        kind, _, inside = kind.rstrip("!~").partition("(")
        options = tuple(inside.rstrip(")").split(",")) if inside else ()
        made[name] = Field(
            name,
            kind,
            relation=options[0] if options and kind.endswith(("2one", "2many")) else "",
            inverse=options[1] if kind == "one2many" else "",
            required="!" in flags,
            store="~" not in flags,
            readonly="~" in flags,
            selection=options if kind == "selection" else (),
        )
    return made


def parse_datetime(value: str) -> str:
    """Check a datetime as Odoo does; a bare date is midnight. Raises FieldValueError with Python's own text."""
    if len(value) == 19 and value[10] == " ":
        try:
            datetime.fromisoformat(value)
            return value
        except ValueError:
            pass
    try:
        parsed = datetime.strptime(value, DATETIME_FORMAT[: max(0, len(value) - 2)])
    except ValueError as error:
        raise FieldValueError(str(error)) from None
    return parsed.isoformat(" ", "seconds")


def _datetime(value: Any) -> str:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(" ", "seconds")
    if isinstance(value, date):
        return f"{value.isoformat()} 00:00:00"
    return parse_datetime(str(value))


def _date(value: Any) -> str:
    if isinstance(value, (date, datetime)):
        return value.isoformat()[:10]
    try:
        return datetime.strptime(str(value)[:10], "%Y-%m-%d").date().isoformat()
    except ValueError as error:
        raise FieldValueError(str(error)) from None


def _html(value: Any) -> str:
    text = str(value)
    return text if "<" in text else f"<p>{html.escape(text, quote=False)}</p>"


def _integer(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        raise FieldValueError(str(error)) from None


def _float(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise FieldValueError(str(error)) from None


def _reference(value: Any) -> str:
    return value if isinstance(value, str) else f"{value._name},{value.id}"


NORMALISERS: dict[str, Callable[[Any], Any]] = {
    "char": str,
    "text": str,
    "binary": str,
    "html": _html,
    "date": _date,
    "datetime": _datetime,
    "integer": _integer,
    "many2one_reference": _integer,
    "float": _float,
    "monetary": _float,
    "reference": _reference,
    "boolean": bool,
}


def normalise(model: str, one: Field, value: Any) -> Any:
    """A value as it is stored, None for no value. Raises FieldValueError on what the type cannot hold."""
    if one.type == "boolean":
        return bool(value)
    if value is False or value is None or (value == "" and one.type in TEXT - {"char", "text"}):
        return None
    if one.type == "selection":
        if one.selection and value not in one.selection:
            raise FieldValueError(f"Wrong value for {model}.{one.name}: {value!r}")
        return value
    if one.type == "many2one":
        return _many2one(model, one, value)
    if one.type in NORMALISERS:
        value = NORMALISERS[one.type](value)
        return round_to(value, one.digits) if one.digits is not None else value
    return value


def _many2one(model: str, one: Field, value: Any) -> int | None:
    if hasattr(value, "ids"):
        return value.id or None
    if isinstance(value, (list, tuple)):
        value = value[0] if value else None
    if not value:
        return None
    if not isinstance(value, int):
        raise FieldValueError(f"Wrong value for {model}.{one.name}: {value!r}")
    return value


def round_to(value: float, digits: int) -> float:
    """Round half away from zero, tolerant of binary fractions, as Odoo rounds amounts."""
    factor = 10**digits
    scaled = abs(value) * factor
    rounded = int(scaled + 0.5 + scaled * 1e-12) / factor
    return rounded if value >= 0 else -rounded
