"""A plan as people read it: which field of which record goes from what to what."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.actions.decide import plain, same
from apps.actions.definition import NEW, Plan, Step, actions, split_fact
from apps.actions.markup import is_markup, text_of

LINE = 30
MOMENT = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
DAY = re.compile(r"^\d{4}-\d\d-\d\d$")


@dataclass(frozen=True)
class Change:
    """One field of one record. ``by_odoo`` says that Odoo sets it by itself as a consequence of the call."""

    record: str
    field: str
    before: Any
    after: Any
    by_odoo: bool = False

    @property
    def is_moment(self) -> bool:
        return isinstance(self.before, date) or isinstance(self.after, date)

    @property
    def is_long(self) -> bool:
        """Whether it is a text that needs the whole width, with nothing before it."""
        return self.before is None and isinstance(self.after, str) and len(self.after) > LINE


@dataclass(frozen=True)
class Clash:
    """One field on which the plan and Odoo disagree: as it was seen, as it is in Odoo, as it was wanted."""

    record: str
    field: str
    base: Any
    theirs: Any
    mine: Any
    gone: bool

    @property
    def is_moment(self) -> bool:
        return any(isinstance(one, date) for one in (self.base, self.theirs, self.mine))


def changes(plan: Plan, action: str) -> list[Change]:
    """Everything the plan changes, record by record: what is written first, then what Odoo changes by itself.

    Facts come in the order of the action's ``fields``, for a plan that was kept no longer knows the one it was made in.
    """
    words, spoken = field_words(action), Spoken(plan, action)
    before = {split_fact(key, step.model): value for step in reversed(plan.steps) for key, value in step.guard.items()}
    found: dict[tuple[str, int, str], Change] = {}
    for step in plan.steps:
        for place, after in _ordered(step, list(words)):
            if place not in found and not _says_nothing(place, before, after):
                found[place] = Change(
                    record=name_of(plan, *place[:2]),
                    field=str(words.get(place[2], place[2])),
                    before=spoken(place[2], before.get(place)),
                    after=spoken(place[2], after),
                    by_odoo=not is_written(step, *place),
                )
        found |= messages(plan, step, words)
    records = list(dict.fromkeys(change.record for change in found.values()))
    return sorted(found.values(), key=lambda change: (records.index(change.record), change.by_odoo))


def _ordered(step: Step, order: Sequence[str]) -> list[tuple[tuple[str, int, str], Any]]:
    """What a step is expected to leave, by model, id and field: written before not, then in the order of the fields."""

    def rank(fact: tuple[tuple[str, int, str], Any]) -> tuple[Any, ...]:
        place = fact[0]
        return not is_written(step, *place), order.index(place[2]) if place[2] in order else len(order), place

    return sorted(((split_fact(key, step.model), value) for key, value in step.expect.items()), key=rank)


def _says_nothing(place: tuple[str, int, str], before: Mapping[tuple[str, int, str], Any], after: Any) -> bool:
    """What stays as it is, and what a new record leaves empty."""
    return same(before[place], after) if place in before else place[1] == NEW and plain(after) is None


def messages(plan: Plan, step: Step, words: Mapping[str, Any]) -> dict[tuple[str, int, str], Change]:
    """A posted message as the text that will be new on the document."""
    if step.method != "message_post":
        return {}
    body = step.args.get("body", "")
    text = text_of(body) if step.args.get("body_is_html") else body
    name = str(words.get("body", _("message")))
    return {(step.model, one, "body"): Change(name_of(plan, step.model, one), name, None, text) for one in step.ids}


def is_written(step: Step, model: str, odoo_id: int, name: str) -> bool:
    """Whether the call itself sets this field, rather than Odoo as a consequence."""
    if odoo_id == NEW:
        return model == step.model
    return model == step.model and odoo_id in step.ids and name in step.args.get("vals", {})


def clashes(differences: Iterable[Mapping[str, Any]], plan: Plan, action: str, model: str) -> list[Clash]:
    """The stored differences of a step, with names for people."""
    words, spoken = field_words(action), Spoken(plan, action)
    found = []
    for one in differences:
        named, odoo_id, name = split_fact(one["key"], model)
        values = {side: spoken(name, one[side]) for side in ("base", "theirs", "mine")}
        record, field = name_of(plan, named, odoo_id), str(words.get(name, name))
        found.append(Clash(record=record, field=field, gone=bool(one.get("gone")), **values))
    return found


def field_words(action: str) -> Mapping[str, Any]:
    return actions[action].fields if action in actions else {}


def name_of(plan: Plan, model: str, odoo_id: int) -> str:
    return plan.names.get(f"{model},{odoo_id}") or f"{model} {odoo_id}"


@dataclass(frozen=True)
class Spoken:
    """How a plan's page says a field's value: a link by the name that the plan gives it, a selection in the action's
    words, anything else as it is.
    """

    plan: Plan
    action: str

    def __call__(self, name: str, value: Any) -> Any:
        known = actions[self.action].selections.get(name, {}) if self.action in actions else {}
        key = plain(value)
        label = self.plan.names.get(f"{name}={key}") or (known.get(key) if isinstance(key, str) else None)
        return str(label) if label else shown(value)


def shown(value: Any) -> Any:
    """A value for a page: moments and days as such, lists with commas, nothing as null."""
    if value is True:
        return _("yes")
    value = plain(value)
    if is_markup(value):
        return text_of(value)
    if isinstance(value, str) and DAY.match(value):
        return date.fromisoformat(value)
    if isinstance(value, str) and MOMENT.match(value):
        return datetime.strptime(value, "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC)
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if isinstance(value, float):
        return format(value, ",.10g")
    return value
