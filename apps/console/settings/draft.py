"""What somebody has typed on the way to a new connection: kept in their session, the key encrypted."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Self

from django.contrib.sessions.backends.base import SessionBase

from odoo_sync.errors import SecretError
from odoo_sync.secrets import decrypt, encrypt

KEPT_AS = "new_connection"
STEPS = ("address", "database", "sign-in", "rights", "save")


@dataclass
class Draft:
    """``done`` are the steps that went well, in order; ``sealed`` is the key as it may be stored; ``alike`` are known
    connections that this database may be, with what speaks for and against it."""

    url: str = ""
    database: str = ""
    login: str = ""
    sealed: str = ""
    name: str = ""
    version: str = ""
    secure: bool = True
    databases: list[str] | None = None
    user: str = ""
    administers: bool = False
    companies: dict[str, str] = field(default_factory=dict)
    others: dict[str, str] = field(default_factory=dict)
    alike: list[dict[str, Any]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, session: SessionBase) -> Self:
        """What is kept; an empty one where nothing is, or where it is not of this release."""
        kept = session.get(KEPT_AS)
        names = {one.name for one in fields(cls)}
        return (
            cls(**{name: value for name, value in kept.items() if name in names})
            if isinstance(kept, Mapping)
            else cls()
        )

    def keep(self, session: SessionBase) -> None:
        session[KEPT_AS] = asdict(self)

    @staticmethod
    def drop(session: SessionBase) -> None:
        session.pop(KEPT_AS, None)

    def take(self, step: str, typed: Mapping[str, Any]) -> None:
        """Take over what was typed at a step, which with all that follow is then to be looked at anew.

        Another address or database forgets the key: it is only ever sent where it was given for.
        """
        if any(name in {"url", "database"} and value != getattr(self, name) for name, value in typed.items()):
            self.sealed = ""
        for name, value in typed.items():
            if name == "key":
                self.sealed = b64encode(encrypt(value)).decode() if value else self.sealed
            elif name != "decision":
                setattr(self, name, value)
        if step != "save":
            self.alike = []
        self.done = [one for one in self.done if STEPS.index(one) < STEPS.index(step)]

    def pass_(self, step: str) -> None:
        """The step went well."""
        self.done = [one for one in STEPS if one in {*self.done, step}]

    @property
    def secret(self) -> str:
        """The key; empty where none was typed, or FIELD_KEY has changed since."""
        try:
            return decrypt(b64decode(self.sealed)) if self.sealed else ""
        except (SecretError, ValueError):
            return ""

    @property
    def next_step(self) -> str:
        """The first step that has not gone well yet."""
        return next((one for one in STEPS if one not in self.done), STEPS[-1])
