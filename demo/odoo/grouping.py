"""read_group: sums by one or more fields, with the domain of each group."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

from demo.odoo.errors import FieldValueError
from demo.odoo.fields import Field
from demo.odoo.registry import on_model
from demo.odoo.writing import Writing

AGGREGATES: dict[str, Callable[[list[Any]], Any]] = {
    "sum": sum,
    "avg": lambda values: sum(values) / len(values) if values else 0.0,
    "min": min,
    "max": max,
    "count": len,
    "count_distinct": lambda values: len(set(values)),
    "array_agg": list,
    "bool_and": all,
    "bool_or": any,
}


def period(day: date, grain: str) -> tuple[date, date, str]:
    """The day, week, month, quarter or year around a day: its begin, its end and how it is called.

    Weeks begin on Sunday, as they do for the language en_US.
    """
    if grain == "day":
        return day, day + timedelta(days=1), day.strftime("%d %b %Y")
    if grain == "week":
        begin = day - timedelta(days=(day.weekday() + 1) % 7)
        first = date(begin.year, 1, 1)
        if (begin + timedelta(days=6)).year > begin.year:
            return begin, begin + timedelta(days=7), f"W1 {begin.year + 1}"
        number = (begin - (first - timedelta(days=(first.weekday() + 1) % 7))).days // 7 + 1
        return begin, begin + timedelta(days=7), f"W{number} {begin.year}"
    if grain == "year":
        return date(day.year, 1, 1), date(day.year + 1, 1, 1), str(day.year)
    length = 3 if grain == "quarter" else 1
    month = (day.month - 1) // length * length + 1
    begin = date(day.year, month, 1)
    end = date(day.year + (month + length > 12), (month + length - 1) % 12 + 1, 1)
    return begin, end, f"Q{month // 3 + 1} {day.year}" if grain == "quarter" else begin.strftime("%B %Y")


class Grouping(Writing):
    """Groups as Odoo 18 gives them."""

    @on_model
    def read_group(
        self,
        domain: Sequence[Any],
        fields: Sequence[str],
        groupby: Sequence[str] | str,
        offset: int = 0,
        limit: int | None = None,
        orderby: str | bool = False,
        lazy: bool = True,
    ) -> list[dict[str, Any]]:
        specs = [groupby] if isinstance(groupby, str) else list(groupby)
        wanted = specs[:1] if lazy else specs
        for spec in wanted:
            self._known([spec.partition(":")[0]])
        found = self.search(domain, order="id")
        groups: dict[tuple[Any, ...], list[int]] = {}
        for row_id in found.ids:
            groups.setdefault(tuple(self._group_key(spec, row_id) for spec in wanted), []).append(row_id)
        ordered = self._ordered_groups(wanted, groups, str(orderby or ""))
        picked = ordered[offset or 0 :][: limit or None]
        return [self._group(list(domain), wanted, specs, key, groups[key], fields, lazy=lazy) for key in picked]

    def _group_key(self, spec: str, row_id: int) -> Any:
        name, _, grain = spec.partition(":")
        one = self._fields[name]
        raw = self._raw(one, row_id)
        if one.type in ("date", "datetime"):
            return period(date.fromisoformat(raw[:10]), grain or "month")[0].isoformat() if raw else None
        return tuple(raw or ()) if one.many else (bool(raw) if one.type == "boolean" else raw)

    def _ordered_groups(self, specs: list[str], groups: dict[Any, list[int]], orderby: str) -> list[Any]:
        keys = list(groups)
        for position in reversed(range(len(specs))):
            name = specs[position].partition(":")[0]
            one = self._fields[name]
            rank: dict[Any, int] = {}
            if one.type == "many2one" and one.relation in self._registry:
                there = self.env.sudo()[one.relation]
                ids = there._in_order([key[position] for key in keys if key[position]], there._order)
                rank = {key: index for index, key in enumerate(ids)}
            descending = any(part.split() == [name, "desc"] for part in orderby.lower().split(","))
            none = [key for key in keys if key[position] is None]
            some = [key for key in keys if key[position] is not None]
            some.sort(key=lambda key: rank.get(key[position], key[position]), reverse=descending)
            keys = some + none
        return keys

    def _group(
        self,
        domain: list[Any],
        wanted: list[str],
        specs: list[str],
        key: tuple[Any, ...],
        ids: list[int],
        fields: Sequence[str],
        *,
        lazy: bool,
    ) -> dict[str, Any]:
        group: dict[str, Any] = {}
        terms: list[Any] = []
        ranges: dict[str, Any] = {}
        for spec, value in zip(wanted, key, strict=True):
            group[spec], found = self._shown_key(spec, value, ranges)
            terms.append(found)
        first = wanted[0].partition(":")[0] if wanted else ""
        group[f"{first}_count" if lazy and wanted else "__count"] = len(ids)
        for name, value in self._aggregates(fields, wanted, ids).items():
            group[name] = value
        group["__domain"] = _joined(domain, terms)
        if ranges:
            group["__range"] = ranges
        if lazy and len(specs) > 1:
            group["__context"] = {"group_by": specs[1:]}
        return group

    def _shown_key(self, spec: str, value: Any, ranges: dict[str, Any]) -> tuple[Any, list[Any]]:
        name, _, grain = spec.partition(":")
        one = self._fields[name]
        if one.type in ("date", "datetime"):
            if value is None:
                ranges[spec] = False
                return False, [[name, "=", False]]
            begin, end, label = period(date.fromisoformat(value), grain or "month")
            tail = " 00:00:00" if one.type == "datetime" else ""
            low, high = f"{begin}{tail}", f"{end}{tail}"
            ranges[spec] = {"from": low, "to": high}
            return label, ["&", [name, ">=", low], [name, "<", high]]
        if one.type == "many2one":
            return self._many2one_column(one, [value], load=True)[0], [[name, "=", value or False]]
        shown = False if value is None else value
        return shown, [[name, "=", shown]]

    def _aggregates(self, fields: Sequence[str], grouped: list[str], ids: list[int]) -> dict[str, Any]:
        found = {}
        for spec in fields:
            name, _, how = spec.partition(":")
            how, _, source = how.partition("(")
            one = self._fields.get(source.rstrip(")") or name)
            if one is None:
                raise FieldValueError(f"Invalid field {name!r} on model {self._name!r} for {spec!r}.")
            if name in {one.partition(":")[0] for one in grouped} or name == "id":
                continue
            if not how and one.type not in ("integer", "float", "monetary"):
                continue
            if how and how not in AGGREGATES:
                raise FieldValueError(f"Invalid aggregate method {how!r} for {spec!r}.")
            found[name] = self._aggregate(one, how or "sum", ids)
        return found

    def _aggregate(self, one: Field, how: str, ids: list[int]) -> Any:
        values = [self._raw(one, row_id) for row_id in ids]
        values = [value for value in values if value is not None]
        if not values and how not in ("count", "count_distinct", "array_agg"):
            return 0.0 if one.type in ("float", "monetary") else False
        result = AGGREGATES[how](values)
        return round(result, 6) if isinstance(result, float) else result


def _joined(domain: list[Any], terms: list[list[Any]]) -> list[Any]:
    """The domain of a group: the question's own and one term for each key."""
    parts = ([domain] if domain else []) + terms
    if not parts:
        return []
    return [*["&"] * (len(parts) - 1), *(item for part in parts for item in part)]
