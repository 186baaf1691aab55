"""What an action is: a form, a plan made of steps, and who must agree."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any, ClassVar, Generic, Literal, TypeVar

from django import forms

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from controltower.lib.registry import Registry
from odoo_sync.mirror.base import Mirror

SafeAgain = Literal["value", "state", "external_id", "marker", "no"]


class Reversibility(StrEnum):
    """Whether an effect can be taken back."""

    REVERSIBLE = "reversible"
    COMPENSABLE = "compensable"
    FINAL = "final"


@dataclass(frozen=True)
class Step:
    """One call to Odoo, with what must hold before it and what proves it afterwards.

    ``method`` is ``write``, ``create`` or a public method of ``model``; ``args`` are its named arguments.
    ``guard`` maps ``"<odoo id>.<field>"`` to the value the person saw, re-read just before; ``expect`` maps the same to the value
    that proves the effect, after Odoo's normalisation. Values are JSON: dates as Odoo writes them (UTC, seconds).
    ``safe_again`` says what makes a repeated call harmless.
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


@dataclass(frozen=True)
class Plan:
    """Everything that will be sent, in order: frozen with the request, hashed, approved and sent byte for byte."""

    steps: tuple[Step, ...]
    undo: tuple[Step, ...] | None
    effect: str

    def canonical(self) -> bytes:
        """The one serialisation that is hashed: sorted keys, no spaces, UTF-8."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()

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
        )


def step_from(raw: dict[str, Any]) -> Step:
    """A step from its JSON form."""
    return Step(**{**raw, "ids": tuple(raw["ids"])})


S = TypeVar("S", bound=Mirror)


class Action(Generic[S]):
    """A guided change in Odoo that a person may request.

    Subclasses name the mirror they act on, the form that asks for values, the permission a requester needs, and make
    the plan. ``approver`` returns the role that must agree, or None when nobody has to.
    """

    key: ClassVar[str]
    title: ClassVar[Any]
    explanation: ClassVar[Any]
    subject: ClassVar[type[Mirror]]
    form: ClassVar[type[forms.Form]]
    requires: ClassVar[Permission]
    reversibility: ClassVar[Reversibility] = Reversibility.FINAL

    def initial(self, subject: S) -> dict[str, Any]:
        """Values the form starts with."""
        return {}

    def approver(self, subject: S, answer: dict[str, Any]) -> Role | None:
        """The role that must approve these values; None when the requester's word is enough."""
        raise NotImplementedError

    def plan(self, subject: S, answer: dict[str, Any], *, by: User) -> Plan:
        """The exact calls. Pure of effects: reads the mirror only. Raises CannotPlanError."""
        raise NotImplementedError


class CannotPlanError(Exception):
    """The action makes no sense for this record as it is now; the message says why."""


actions: Registry[Action[Any]] = Registry("actions")
