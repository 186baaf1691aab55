"""Who calls, for which companies, in which transaction."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from demo.odoo.errors import AccessError, UserError
from demo.odoo.work import Work

if TYPE_CHECKING:
    from demo.odoo.database import Database


class Env:
    """Model classes bound to a transaction, a user and a context."""

    __slots__ = ("_companies", "context", "su", "uid", "work", "world")

    def __init__(self, world: Database, work: Work, uid: int, context: dict[str, Any], *, su: bool = False) -> None:
        self.world = world
        self.work = work
        self.uid = uid
        self.context = context
        self.su = su
        self._companies: tuple[int, ...] | None = None

    def __getitem__(self, model: str) -> Any:
        found = self.world.registry.models.get(model)
        if found is None:
            raise UserError(f"Object {model} doesn't exist")
        return found(self)

    def ref(self, external_id: str) -> Any:
        """The record behind an external id; an empty set where there is none."""
        model, row_id = self.world.external.get(external_id, ("", 0))
        return self[model].browse([row_id]) if model else ()

    def sudo(self) -> Env:
        return self if self.su else Env(self.world, self.work, self.uid, self.context, su=True)

    def within(self, **context: Any) -> Env:
        return Env(self.world, self.work, self.uid, {**self.context, **context}, su=self.su)

    def for_company(self, company_id: int) -> Env:
        """The same with another current company."""
        others = [one for one in self.company_ids if one != company_id]
        return self.within(allowed_company_ids=[company_id, *others])

    @property
    def transaction(self) -> Any:
        return self.work.transaction

    @property
    def now(self) -> datetime:
        """Start of the transaction, UTC without zone, to the second."""
        return datetime.fromisoformat(self.transaction.stamp[:19])

    @property
    def user(self) -> Any:
        return self.sudo()["res.users"].browse([self.uid])

    @property
    def company_ids(self) -> tuple[int, ...]:
        """Allowed companies, the current one first. Raises AccessError for one the user has not."""
        if self._companies is None:
            row = self.transaction.get("res.users", self.uid) or {}
            mine = row.get("company_ids") or ()
            asked = self.context.get("allowed_company_ids")
            if not asked:
                first = row.get("company_id")
                self._companies = (first, *(one for one in mine if one != first)) if first else tuple(mine)
            elif not self.su and set(asked) - set(mine):
                raise AccessError("Access to unauthorized or invalid companies.")
            else:
                self._companies = tuple(asked)
        return self._companies

    @property
    def company(self) -> Any:
        return self.sudo()["res.company"].browse(self.company_ids[:1])
