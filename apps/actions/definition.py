"""What an action is: a form, a plan made of steps, and who must agree."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any, ClassVar, Generic, Literal, TypeVar

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from controltower.lib.places import place_of
from controltower.lib.registry import Registry
from controltower.lib.scope import Scope, Slice
from odoo_sync.mirror.base import Mirror

NEW = 0
"""Stands in a plan for the id of the record that the plan will make."""
LATER = ("conditions", "watch", "proofs")
"""Parts of a step that plans frozen earlier do not have."""
SafeAgain = Literal["value", "state", "external_id", "marker", "no"]


class Reversibility(StrEnum):
    """Whether an effect can be taken back: by writing the old values again, by a counter-movement of its own that
    leaves both in the books (as a return after a transfer), or not at all.
    """

    REVERSIBLE = "reversible"
    COMPENSABLE = "compensable"
    FINAL = "final"

    @property
    def promise(self) -> Any:
        """The sentence that a person reads before they ask for it."""
        return PROMISES[self]


PROMISES = {
    Reversibility.REVERSIBLE: gettext_lazy("It can be undone: the old values are kept."),
    Reversibility.COMPENSABLE: gettext_lazy("It can be undone by an entry of its own; both stay in Odoo."),
    Reversibility.FINAL: gettext_lazy("It cannot be taken back once it is sent."),
}


def fact(model: str, odoo_id: int, name: str) -> str:
    """How guard and expect name a field of a record of another model than the step's: ``stock.move,7.date``."""
    return f"{model},{odoo_id}.{name}"


def split_fact(key: str, model: str) -> tuple[str, int, str]:
    """Model, Odoo id and field of a fact's key; ``model`` is the step's, for keys that name none (``28.state``)."""
    record, _, name = key.rpartition(".")
    named, _, odoo_id = record.rpartition(",")
    return named or model, int(odoo_id), name


@dataclass(frozen=True)
class Condition:
    """What a search in Odoo must find just before a call, or after it as a proof: some record (``there``), or none.

    It is searched in a company of its own (Odoo's id), so that a record may be minded which the company of the call may
    not read. ``otherwise`` tells people what it means when it is not so.
    """

    model: str
    domain: list[Any]
    there: bool
    company: int | None
    otherwise: str


@dataclass(frozen=True)
class Step:
    """One call to Odoo, with what must hold before it and what proves it afterwards.

    ``method`` is ``write``, ``create`` or a public method of ``model``; ``args`` are its named arguments; ``company``
    and ``ids`` are Odoo's ids. ``guard`` maps facts (``"<odoo id>.<field>"``, or ``"<model>,<odoo id>.<field>"`` for
    a record of another model) to the value the person saw, re-read just before the call; ``expect`` maps facts to the
    value that proves the effect, after Odoo's normalisation. Values are JSON: dates as Odoo writes them (UTC, seconds),
    links as ids, lists of links sorted, null as null. ``conditions`` are looked at just before the call as well.

    ``safe_again`` says what makes a repeated call harmless. ``value``: writing the same values again changes nothing.
    ``state``: the method does nothing once the state has moved; without ``expect`` it is taken at its word, as one is
    that looks for goods and may find none. ``external_id``: Odoo keeps one record per external
    id; such a step makes one record by ``load`` (``fields`` and one row of ``data``; more rows hold more lines, whose
    ids are ``readings.line_id``: without one, a repetition would add them again), and its facts and those of an undo
    call that record by the id ``NEW``, since nobody knows it before. Facts of another model by ``NEW`` are those of
    its first line, where that has an external id. Later steps of the plan call both so as well, and a cell of their
    ``data`` by ``new``. ``marker``: the effect carries a token that is
    searched for first. ``no``: nothing does.

    ``watch`` names facts that are read before and after as well and decide nothing: what the way back has to know.
    ``proofs`` are searches that must come out right afterwards, besides ``expect``: for what is no value of one field.
    They may name what was made by ``new``.
    """

    connection: int
    company: int | None
    model: str
    ids: tuple[int, ...]
    method: str
    args: dict[str, Any] = field(default_factory=dict)
    guard: dict[str, Any] = field(default_factory=dict)
    expect: dict[str, Any] = field(default_factory=dict)
    safe_again: SafeAgain = "no"
    label: str = ""
    conditions: tuple[Condition, ...] = ()
    watch: tuple[str, ...] = ()
    proofs: tuple[Condition, ...] = ()


@dataclass(frozen=True)
class Plan:
    """Everything that will be sent, in order: frozen with the request, hashed, approved and sent byte for byte.

    ``effect`` is one sentence for people, ``follows`` what Odoo does by itself as a consequence, ``warnings`` what the
    change does not solve. ``names`` gives records (``model,id``) the name that the requester saw, and links
    (``field=id``) the name of what they lead to. ``undo`` is null where the effect cannot be taken back.
    """

    steps: tuple[Step, ...]
    undo: tuple[Step, ...] | None
    effect: str
    follows: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    names: dict[str, str] = field(default_factory=dict)

    def canonical(self) -> bytes:
        """The one serialisation that is hashed: sorted keys, no spaces, UTF-8; without what is empty of ``LATER``, as
        plans were written before it was known."""
        raw = asdict(self)
        for step in (*raw["steps"], *(raw["undo"] or ())):
            for name in LATER:
                if not step[name]:
                    del step[name]
        return json.dumps(raw, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

    @property
    def hash(self) -> str:
        return sha256(self.canonical()).hexdigest()

    @classmethod
    def load(cls, canonical: bytes | str) -> Plan:
        """The plan that ``canonical`` wrote."""
        raw = json.loads(canonical)
        undo = raw["undo"]
        return cls(
            steps=tuple(step_from(one) for one in raw["steps"]),
            undo=None if undo is None else tuple(step_from(one) for one in undo),
            effect=raw["effect"],
            follows=tuple(raw["follows"]),
            warnings=tuple(raw["warnings"]),
            names=raw["names"],
        )

    def records(self) -> list[tuple[str, int]]:
        """Every record that the plan writes or expects to change, as (Odoo model, Odoo id), without repeats."""
        return sorted({record for step in self.steps for record in records_of(step)})


def step_from(raw: Mapping[str, Any]) -> Step:
    """A step from its JSON form."""
    conditions = tuple(Condition(**one) for one in raw.get("conditions", ()))
    watch = tuple(raw.get("watch", ()))
    proofs = tuple(Condition(**one) for one in raw.get("proofs", ()))
    return Step(**{**raw, "ids": tuple(raw["ids"]), "conditions": conditions, "watch": watch, "proofs": proofs})


def records_of(step: Step) -> Iterable[tuple[str, int]]:
    """The records that a step writes, watches or expects to change, but for one that it makes."""
    told = (*step.expect, *step.watch)
    found = {(step.model, one) for one in step.ids} | {split_fact(key, step.model)[:2] for key in told}
    return {one for one in found if one[1] != NEW}


def made_as(step: Step, odoo_id: int) -> Step:
    """A step about the record that is ``NEW`` in its plan, now that its id is known."""

    def known(facts: Mapping[str, Any]) -> dict[str, Any]:
        parts = {key: split_fact(key, step.model) for key in facts}
        return {
            fact(model, odoo_id, name) if number == NEW else key: facts[key]
            for key, (model, number, name) in parts.items()
        }

    ids = tuple(odoo_id if one == NEW else one for one in step.ids)
    return replace(step, ids=ids, guard=known(step.guard), expect=known(step.expect))


@dataclass(frozen=True)
class Done:
    """What a request has done: its plan, the records it made by model, and facts around the calls that were sent.

    ``before`` and ``after`` are the facts of guard, expect and watch, each by its whole name, as they were just before
    the first call that was sent and just after the last.
    """

    plan: Plan
    made: Mapping[str, int] = field(default_factory=dict)
    before: Mapping[str, Any] = field(default_factory=dict)
    after: Mapping[str, Any] = field(default_factory=dict)

    def back(self, steps: Iterable[Step], **more: Any) -> Plan:
        """A plan of these steps that takes it back, with what the request made by its number and its name."""
        steps = tuple(made_as(step, self.made[step.model]) if step.model in self.made else step for step in steps)
        names = dict(self.plan.names)
        for model, one in self.made.items():
            if f"{model},{NEW}" in names:
                names[f"{model},{one}"] = names[f"{model},{NEW}"]
        names |= more.pop("names", {})
        effect = _("Undo: %s") % self.plan.effect
        return Plan(
            **{"steps": steps, "undo": None if self.made else self.plan.steps, "effect": effect, "names": names, **more}
        )


def new(model: str) -> str:
    """How a cell of ``data`` names the record of a model that an earlier step of the same plan makes."""
    return f"{model},{NEW}"


def after_making(step: Step, made: Mapping[str, int]) -> Step:
    """A step about records that earlier steps of its plan have made, by model, now that their ids are known.

    What a step makes itself stays ``NEW``.
    """
    known = {model: one for model, one in made.items() if step.safe_again != "external_id" or model != step.model}

    def settled(facts: Mapping[str, Any]) -> dict[str, Any]:
        parts = {key: split_fact(key, step.model) for key in facts}
        return {
            fact(model, known[model], name) if number == NEW and model in known else key: facts[key]
            for key, (model, number, name) in parts.items()
        }

    cells = {new(model): one for model, one in known.items()}
    rows = [
        [cells.get(cell, cell) if isinstance(cell, str) else cell for cell in row] for row in step.args.get("data", ())
    ]
    args = {**step.args, "data": rows} if rows else step.args
    ids = tuple(known.get(step.model, one) if one == NEW else one for one in step.ids)
    return replace(step, ids=ids, args=args, guard=settled(step.guard), expect=settled(step.expect))


S = TypeVar("S", bound=Mirror)


class ActionForm(forms.Form):
    """The values of an action, asked for one record."""

    def __init__(self, *args: Any, subject: Mirror, **options: Any) -> None:
        super().__init__(*args, **options)
        self.subject = subject


class Action(Generic[S]):
    """A guided change in Odoo that a person may request.

    Subclasses name the mirror they act on, the form that asks for values, the permission a requester needs, and make
    the plan. ``fields`` are the words for Odoo's field names in a preview, ``selections`` those for the values of its
    selection fields, by field. A request that nobody decides within
    ``decide_within`` expires. ``leaves_note`` says that the document gets an internal note naming the people, which
    needs a record that carries messages in Odoo (mail.thread); with ``notes_what_it_made`` it is the document that the
    first step has made. ``may_settle`` says that its effect alone may end what it was asked for; a message changes
    nothing that is judged. ``planned_anew`` says that the plan is made once more when somebody approves and before
    anything is sent, and that nothing goes on unless it is the same: for what another document may have answered since.
    ``writes`` names the rights (read, write, create) that the bot user needs on Odoo's models for the steps and their
    undoing, so that a connection can be looked at before.
    """

    key: ClassVar[str]
    title: ClassVar[Any]
    explanation: ClassVar[Any]
    subject: ClassVar[type[Mirror]]
    form: ClassVar[type[ActionForm]]
    requires: ClassVar[Permission]
    reversibility: ClassVar[Reversibility] = Reversibility.FINAL
    fields: ClassVar[Mapping[str, Any]] = {}
    selections: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    writes: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    decide_within: ClassVar[timedelta] = timedelta(hours=72)
    leaves_note: ClassVar[bool] = True
    notes_what_it_made: ClassVar[bool] = False
    planned_anew: ClassVar[bool] = False
    may_settle: ClassVar[bool] = True

    def subject_for(self, record: Mirror) -> S | None:
        """The record to act on, for a case about ``record``; None when the action does not fit it."""
        return record if isinstance(record, self.subject) else None  # type: ignore[return-value]

    def title_for(self, subject: S) -> str:
        """What it is called where it is about this record."""
        return str(self.title)

    def hint(self, subject: S) -> str:
        """What it does to this record, for people who choose among several actions."""
        return str(self.explanation)

    def place(self, subject: S) -> Slice:
        """Where a requester and an approver need their rights, and whose request it is."""
        return place_of(subject)

    def reachable(self, scope: Scope) -> QuerySet[Any]:
        """The records that people with this scope may act on: those they may see."""
        return self.subject.objects.all().within(scope)

    def initial(self, subject: S) -> dict[str, Any]:
        """Values the form starts with."""
        return {}

    def approver(self, subject: S, answer: Mapping[str, Any]) -> Role | None:
        """The role that must approve these values; None when the requester's word is enough."""
        raise NotImplementedError

    def approver_back(self, subject: S | None, first: Role | None) -> Role | None:
        """The role that must approve taking it back: the one that the request itself needed (``first``), unless the
        action says otherwise. ``subject`` is None where the mirror no longer has the record.
        """
        return first

    def plan(self, subject: S, answer: Mapping[str, Any], *, by: User) -> Plan:
        """The exact calls. Pure of effects: reads the mirror only. Raises CannotPlanError."""
        raise NotImplementedError

    def way_back(self, done: Done) -> Plan:
        """The plan that takes back what a request has done, asked for only where its plan has an ``undo``.

        Those steps, unless the action knows better by what has become of it since. Raises CannotPlanError.
        """
        return done.back(done.plan.undo or ())


class CannotPlanError(Exception):
    """The action makes no sense for this record as it is now; the message says why."""


actions: Registry[Action[Any]] = Registry("actions")
