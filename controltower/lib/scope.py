"""The slice of the group that a question is about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q


class Slice(NamedTuple):
    """One company or one plant, as mirror keys. No company means the whole group; no plant means all of the company."""

    company: int | None
    plant: int | None = None


@dataclass(frozen=True)
class Scope:
    """Which companies and plants a person may see. Empty by default, and empty sees nothing.

    Rows without a company belong to the group and are covered by a group slice only; rows without a
    plant belong to the company and are not covered by a plant's slice.
    """

    slices: frozenset[Slice] = frozenset()

    @classmethod
    def of(cls, slices: Iterable[tuple[int | None, int | None]]) -> Scope:
        return cls(frozenset(Slice(*one) for one in slices))

    @classmethod
    def everything(cls) -> Scope:
        """The whole group: for background work, never made from a request."""
        return cls(frozenset({Slice(None, None)}))

    @property
    def is_empty(self) -> bool:
        return not self.slices

    @property
    def is_group(self) -> bool:
        return Slice(None, None) in self.slices

    def covers(self, company: int | None, plant: int | None) -> bool:
        """Whether a row of this company and plant may be seen."""
        if self.is_group:
            return True
        if company is None:
            return False
        return Slice(company, None) in self.slices or (plant is not None and Slice(company, plant) in self.slices)

    def condition(self, company: str, plant: str | None = None) -> Q:
        """The same rule as a database condition over the two named columns.

        ``company`` and ``plant`` are lookup paths to the mirror keys. Without a plant path, a plant's
        slice shows nothing: a company's row is not a plant's.
        """
        if self.is_group:
            return Q()
        companies = {one.company for one in self.slices if one.plant is None}
        allowed = Q(**{f"{company}__in": companies})
        plants = {one.plant for one in self.slices if one.plant is not None}
        if plant is not None and plants:
            owners = {one.company for one in self.slices if one.plant is not None}
            allowed |= Q(**{f"{company}__in": owners, f"{plant}__in": plants})
        return allowed
