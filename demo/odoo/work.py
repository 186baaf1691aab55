"""What a transaction still has to compute: stored fields follow the fields they are made of."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from demo.odoo.fields import Field, Step
from demo.odoo.store import Transaction

if TYPE_CHECKING:
    from demo.odoo.registry import Registry


class Work:
    """The transaction of one call together with its pending computations."""

    def __init__(self, registry: Registry, transaction: Transaction) -> None:
        self.registry = registry
        self.transaction = transaction
        self.pending: dict[tuple[str, str], set[int]] = {}
        self.names: dict[int, str] = {}

    def modified(self, model: str, names: Iterable[str], ids: Iterable[int]) -> None:
        """Mark every stored field that follows one of these fields of these records."""
        fields = self.registry.models[model]._fields  # type: ignore[attr-defined]
        ids = tuple(ids)
        for name in names:
            for target, compute, back in fields[name].triggers:
                self.mark(target, compute, self._walk_back(ids, back) if back else ids)

    def mark(self, model: str, compute: str, ids: Iterable[int]) -> None:
        waiting = self.pending.setdefault((model, compute), set())
        fresh = set(ids) - waiting
        if fresh:
            waiting |= fresh
            self.modified(model, self.registry.results(model, compute), fresh)

    def forget(self, model: str, ids: Iterable[int], compute: str = "") -> None:
        """These records need no computing any more: they are gone, or were given explicit values."""
        for (where, what), waiting in self.pending.items():
            if where == model and compute in ("", what):
                waiting.difference_update(ids)

    def is_pending(self, model: str, compute: str, row_id: int) -> bool:
        waiting = self.pending.get((model, compute))
        return bool(waiting) and row_id in waiting  # type: ignore[operator]

    def flush(self, env: Any) -> None:
        """Compute whatever is pending, until nothing is."""
        while self.pending:
            (model, compute), waiting = next(iter(self.pending.items()))
            if not waiting:
                del self.pending[model, compute]
                continue
            for row_id in sorted(waiting):
                self.settle(env, model, compute, row_id)

    def settle(self, env: Any, model: str, compute: str, row_id: int) -> None:
        waiting = self.pending.get((model, compute), set())
        if row_id not in waiting:
            return
        waiting.discard(row_id)
        if self.transaction.get(model, row_id) is None:
            return
        record = env.sudo()[model].browse([row_id])
        values = record._computed(compute)
        results = self.registry.results(model, compute)
        record._assign({name: values[name] for name in results if name in values})

    def _walk_back(self, ids: Iterable[int], back: tuple[Step, ...]) -> set[int]:
        """From changed records to those that reach them over a path of relations."""
        found = set(ids)
        for model, one in reversed(back):
            if not found:
                break
            found = self._step_back(model, one, found)
        return found

    def _step_back(self, model: str, one: Field, ids: set[int]) -> set[int]:
        read = self.transaction.get
        found: set[int] = set()
        for row_id in ids:
            if one.type == "one2many":
                holder = (read(one.relation, row_id) or {}).get(one.inverse)
                found.update([holder] if holder else [])
            elif one.owner:
                found.update((read(one.relation, row_id) or {}).get(one.owner) or ())
            else:
                found.update(self.transaction.find(model, one.name, row_id))
        return found
