"""One look at the board: a page of rows, the counts beside it, and where the stream stood before any of it was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from apps.exceptions import rows, stream
from apps.exceptions.card import row
from apps.exceptions.facets import Facet, counts, link
from apps.exceptions.filters import SORTS, Filters, Term
from apps.exceptions.lifecycle import LIVE
from apps.exceptions.sight import Reach, Sight


class Way(NamedTuple):
    """A link with its words, chosen or not."""

    label: Any
    url: str
    chosen: bool = False


@dataclass(frozen=True)
class Board:
    """Everything the board shows. ``numbers`` were read first, so that no later change can be missed.

    ``sees_nothing`` says that the person may see no case anywhere, which is not the same as none being open;
    ``cut_off`` how many of their places belong to an Odoo that is no longer connected, looked at when none is shown.
    """

    filters: Filters
    numbers: Mapping[str, int]
    rows: list[dict[str, Any]]
    facets: list[Facet]
    total: int
    money: Decimal
    currency: str
    before: str
    after: str
    address: str
    me: int
    damaged: bool = False
    first: bool = True
    sees_nothing: bool = False
    cut_off: Reach = Reach.NONE

    @classmethod
    def read(
        cls, sight: Sight, *, text: str = "", after: str = "", before: str = "", now: datetime, address: str = "/"
    ) -> Board:
        """Read the board for one person. A damaged page mark shows the first page and says so."""
        numbers = stream.numbers(sight.scope)
        filters = sight.filters(text)
        me = sight.user.pk
        wanted = rows.shown(sight.scope, filters, now)
        try:
            page = rows.page(wanted, filters.sort, after=after, before=before)
            damaged = False
        except rows.PageError:
            page, damaged, after, before = rows.page(wanted, filters.sort), True, "", ""
        cube = rows.cube(sight.scope, filters, now, me)
        counted = counts(cube, filters, sight.places, me=me, address=address)
        return cls(
            filters=filters,
            numbers=numbers,
            rows=[row(case) for case in page.cases],
            facets=counted.facets,
            total=counted.total,
            money=counted.beside + rows.money_of_orders(wanted) if filters.states <= LIVE else Decimal(0),
            currency=settings.GROUP_CURRENCY,
            before=page.before,
            after=page.after,
            address=address,
            me=me,
            damaged=damaged,
            first=not (after or before) or not page.before,
            sees_nothing=sight.scope.is_empty,
            cut_off=Reach.NONE if page.cases else sight.cut_off,
        )

    @property
    def tokens(self) -> list[tuple[Term, str]]:
        """Each term with the address of the board without it; sorting is shown where it is chosen."""
        return [
            (term, link(self.address, self.filters.without(term))) for term in self.filters.terms if term.key != "sort"
        ]

    @property
    def sorts(self) -> list[Way]:
        """The orders to choose from."""
        labels = dict(zip(SORTS, (_("Risk"), _("Money"), _("Age"), _("Days late")), strict=True))
        return [
            Way(
                labels[name],
                link(self.address, self.filters.with_only("sort", "" if name == "risk" else name)),
                name == self.filters.sort,
            )
            for name in SORTS
        ]

    @property
    def next_url(self) -> str:
        return self._page(after=self.after) if self.after else ""

    @property
    def previous_url(self) -> str:
        return self._page(before=self.before) if self.before else ""

    @property
    def first_url(self) -> str:
        return link(self.address, self.filters.text)

    @property
    def scope_label(self) -> str:
        """The one company or plant asked for, by name; empty when there is none or several."""
        named = [
            term.value.strip('"')
            for term in self.filters.terms
            if term.key in {"company", "plant"} and not term.problem
        ]
        return ", ".join(named)

    @property
    def script(self) -> dict[str, Any]:
        """What live.js needs to know: where the stream stood, and what belongs on this page."""
        asked = replace(self.filters, terms=())
        return {
            "numbers": self.numbers,
            "me": self.me,
            "first": self.first,
            "more": bool(self.after),
            "sort": asked.sort,
            "states": sorted(asked.states),
            "severity": sorted(asked.severity),
            "domain": sorted(asked.domain),
            "company": [str(key) for key in sorted(asked.company)],
            "plant": [str(key) for key in sorted(asked.plant)],
            "owner": ["" if key is None else str(key) for key in asked.owner],
            "detector": sorted(asked.detector),
            "words": [word.casefold() for word in asked.words],
            "limits": [[limit.field, limit.operator, _number(limit.value)] for limit in asked.limits],
        }

    def _page(self, **mark: str) -> str:
        asked = {"q": self.filters.text} if self.filters.text else {}
        return f"{self.address}?{urlencode({**asked, **mark})}"


def _number(value: Decimal | timedelta) -> float:
    return value.total_seconds() if isinstance(value, timedelta) else float(value)
