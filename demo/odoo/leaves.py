"""One term of a domain: a field path, an operator and a value."""

from __future__ import annotations

import operator as compare
import re
from collections.abc import Callable, Iterable
from typing import Any

from demo.odoo.errors import FieldValueError
from demo.odoo.fields import Field, normalise
from demo.odoo.store import Row

Test = Callable[[int, Row], bool]
Found = tuple[Test, set[int] | None]
NEGATIVE = {"!=": "=", "not in": "in", "not like": "like", "not ilike": "ilike", "not any": "any"}
NUMBERS = frozenset({"integer", "float", "monetary", "many2one_reference"})
WORDS = frozenset({"char", "text", "html"})
COMPARISONS = {"<": compare.lt, ">": compare.gt, "<=": compare.le, ">=": compare.ge}
LOG_STAMPS = frozenset({"write_date", "create_date"})


def leaf_test(records: Any, path: str, operator: str, value: Any, *, shown: Any) -> Found:
    """The test of one term. Raises FieldValueError for a field that is not there."""
    name, _, rest = path.partition(".")
    one = records._fields.get(name)
    if one is None:
        raise FieldValueError(f"Invalid field {records._name}.{name} in leaf {shown}")
    if one.inherited:
        there = records.env.sudo()[records._fields[one.inherited].relation]
        return _in_relation(records, records._fields[one.inherited], _ids(there, [(path, operator, value)]))
    if one.related and not one.store:
        return leaf_test(records, ".".join((*one.related, *([rest] if rest else []))), operator, value, shown=shown)
    if name == "display_name":
        matching = set(records.env.sudo()[records._name]._search_name(value, operator))
        return (lambda row_id, _row: row_id in matching), matching
    if hasattr(records, f"_find_by_{name}") and not rest:
        found = set(getattr(records, f"_find_by_{name}")(operator, value))
        return (lambda row_id, _row: row_id in found), found
    if one.type in ("many2one", "one2many", "many2many"):
        return _relational(records, one, rest, operator, value)
    if rest:
        return leaf_test(records, name, operator, value, shown=shown)
    if name == "id":
        return _on_id(records, operator, value)
    return _on_column(records, one, operator, value)


def _ids(there: Any, domain: list[Any]) -> set[int]:
    return set(there.within(active_test=False)._matching(domain))


def _relational(records: Any, one: Field, rest: str, operator: str, value: Any) -> Found:
    """A term on a relation. Among the ids asked of a relation to many ``False`` means nothing, alone it means none."""
    if one.relation not in records._registry:
        return _on_column(records, one, operator, value)
    there = records.env.sudo()[one.relation]
    if rest:
        return _in_relation(records, one, _ids(there, [(rest, operator, value)]))
    if operator in ("any", "not any"):
        found = set(there._matching(value))
        return _in_relation(records, one, found, negative=operator == "not any")
    if operator in ("child_of", "parent_of"):
        return _in_relation(records, one, _family(there, operator, value))
    negative, plain = operator in NEGATIVE, NEGATIVE.get(operator, operator)
    if plain == "=?":
        if value is False or value is None:
            return (lambda _row_id, _row: True), None
        plain = "="
    if plain in COMPARISONS:
        return _on_column(records, one, operator, value)
    if plain in ("like", "ilike", "=like", "=ilike"):
        return _in_relation(records, one, set(there._search_name(value, plain)), negative=negative)
    values = list(value) if isinstance(value, (list, tuple, set)) else [value]
    if plain == "in" and isinstance(value, bool):
        values = [False]
        negative = negative != value
    texts = [word for word in values if isinstance(word, str)]
    ids = {key for key in values if isinstance(key, int) and not isinstance(key, bool) and key}
    for word in texts:
        ids.update(there._search_name(word, "="))
    null = value is False if one.many else any(not word for word in values)
    return _in_relation(records, one, ids, negative=negative, null=null)


def _in_relation(records: Any, one: Field, ids: set[int], *, negative: bool = False, null: bool = False) -> Found:
    """Whether the relation leads into a set of ids (or, with ``null``, nowhere)."""
    raw = records._raw
    if one.column and not one.many:
        name = one.name

        def single(_row_id: int, row: Row) -> bool:
            value = row.get(name)
            return (value in ids if value else null) != negative

        if negative or null or not records._table.is_worth_looking_up(name, ids):
            return single, None
        return single, _holders(records, name, ids)

    def several(row_id: int, _row: Row) -> bool:
        values = raw(one, row_id)
        values = (values,) if isinstance(values, int) and not one.many else values or ()
        found = any(value in ids for value in values) or (null and _has_none(records, one, row_id))
        return found != negative

    return several, None


def _has_none(records: Any, one: Field, row_id: int) -> bool:
    """Whether a relation to many leads nowhere; archived lines count, whatever the field shows."""
    if one.type == "one2many":
        return not records.env.sudo()[one.relation]._holders(one.inverse, records._name, row_id)
    return not records._raw(one, row_id)


def _holders(records: Any, name: str, ids: Iterable[int]) -> set[int]:
    transaction, model = records.env.transaction, records._name
    found: set[int] = set()
    for key in ids:
        found.update(transaction.find(model, name, key))
    return found


def _family(there: Any, operator: str, value: Any) -> set[int]:
    """Ids at or below (child_of) or at or above (parent_of) the given ones."""
    values = value if isinstance(value, (list, tuple, set)) else [value]
    ids = {key for key in values if isinstance(key, int) and not isinstance(key, bool)}
    for word in values:
        if isinstance(word, str):
            ids.update(there._search_name(word, "ilike"))
    parent = getattr(there, "_parent_name", "parent_id")
    if parent not in there._fields:
        return ids
    edge, found = set(ids), set(ids)
    while edge:
        if operator == "child_of":
            edge = _holders(there, parent, edge) - found
        else:
            edge = {there._row(key).get(parent) for key in edge} - found - {None}
        found |= edge
    return found


def _on_id(records: Any, operator: str, value: Any) -> Found:
    if operator in ("in", "not in") and not isinstance(value, bool):
        ids = {key for key in value if key}
        if operator == "in":
            return (lambda row_id, _row: row_id in ids), ids
        return (lambda row_id, _row: row_id not in ids), None
    if operator in ("=", "!="):
        if not value:
            return (lambda _row_id, _row: operator == "!="), None
        if operator == "=":
            return (lambda row_id, _row: row_id == value), {value}
        return (lambda row_id, _row: row_id != value), None
    if operator in COMPARISONS:
        sign, limit = COMPARISONS[operator], normalise(records._name, records._fields["id"], value) or 0
        return (lambda row_id, _row: sign(row_id, limit)), None
    if operator in ("child_of", "parent_of"):
        found = _family(records.env.sudo()[records._name], operator, value)
        return (lambda row_id, _row: row_id in found), found
    raise FieldValueError(f"Invalid domain term ('id', {operator!r}, {value!r})")


def _on_column(records: Any, one: Field, operator: str, value: Any) -> Found:
    """A term on a plain field: a test of its stored or computed value."""
    check = value_test(records._name, one, operator, value)
    if one.column and not one.company_dependent:
        name = one.name
        candidates = None
        if name == "write_date" and operator in (">", ">=") and value:
            candidates = records.env.transaction.since(records._name, log_stamp(str(value)))
        return (lambda _row_id, row: check(row.get(name))), candidates
    raw = records._raw
    return (lambda row_id, _row: check(raw(one, row_id))), None


def log_stamp(value: str) -> str:
    """A datetime as the log fields hold it, with all six digits."""
    if len(value) == 10:
        value += " 00:00:00"
    return value + ".000000" if len(value) == 19 else value.ljust(26, "0")


def _comparable(model: str, one: Field, operator: str, value: Any) -> Any:
    """The right side in the form values are stored in."""
    if one.name in LOG_STAMPS:
        return log_stamp(str(value))
    if one.type == "datetime" and isinstance(value, str):
        if len(value) == 10:
            return value + (" 23:59:59" if operator in (">", "<=") else " 00:00:00")
        return value
    if one.type == "selection":
        return value
    return normalise(model, one, value)


def value_test(model: str, one: Field, operator: str, value: Any) -> Callable[[Any], bool]:
    """The test of a raw value against one term."""
    if operator == "=?":
        if value is False or value is None:
            return lambda _raw: True
        operator = "="
    if one.type == "boolean":
        return _boolean_test(operator, value)
    if operator in NEGATIVE:
        plain = value_test(model, one, NEGATIVE[operator], value)
        if operator.endswith("like") and not value:
            return lambda _raw: False
        return lambda raw: not plain(raw)
    blank: Any = 0 if one.type in NUMBERS else "" if one.type in WORDS else None
    if operator in ("=", "in"):
        values = list(value) if operator == "in" and not isinstance(value, bool) else [value]
        wanted = {blank if not word else _comparable(model, one, "=", word) for word in values}
        return lambda raw: (raw or blank) in wanted
    if operator in COMPARISONS:
        sign, limit = COMPARISONS[operator], _comparable(model, one, operator, value)
        if blank == 0:
            return lambda raw: sign(raw or 0, limit or 0)
        return lambda raw: bool(raw) and limit is not None and sign(raw, limit)
    if operator.endswith("like"):
        return _like_test(operator, value)
    raise FieldValueError(f"Invalid domain term ({one.name!r}, {operator!r}, {value!r})")


def _boolean_test(operator: str, value: Any) -> Callable[[Any], bool]:
    if operator in ("in", "not in") and isinstance(value, (list, tuple, set)):
        wanted = {bool(word) for word in value}
        return lambda raw: (bool(raw) in wanted) == (operator == "in")
    wanted_one = bool(value) == (operator in ("=", "in"))
    return lambda raw: bool(raw) == wanted_one


def _like_test(operator: str, value: Any) -> Callable[[Any], bool]:
    """``like`` looks for a part, ``=like`` for the whole; ``%`` and ``_`` are wildcards in both."""
    text = str(value or "")
    if not operator.startswith("=") and not text:
        return lambda _raw: True
    pattern = "".join(".*" if char == "%" else "." if char == "_" else re.escape(char) for char in text)
    if not operator.startswith("="):
        pattern = f".*{pattern}.*"
    flags = re.DOTALL | (re.IGNORECASE if "ilike" in operator else 0)
    matches = re.compile(pattern, flags).fullmatch
    return lambda raw: raw not in (None, False) and matches(str(raw)) is not None
