"""One verb on many cases, with an outcome for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.forms import Form
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.exceptions.acts import ACTS, Outcome, answer_of, carry_out, form_for
from apps.exceptions.card import RELATED, row
from apps.exceptions.lifecycle import LIVE
from apps.exceptions.models import Case
from apps.exceptions.sight import Sight
from controltower.lib.numbers import whole

MOST = 500


@dataclass
class Batch:
    """The cases asked for, as far as this person may see them, with the version that was seen of each."""

    sight: Sight
    verb: str
    versions: Mapping[int, int]
    data: QueryDict
    outcomes: list[Outcome] = field(default_factory=list)

    @classmethod
    def read(cls, sight: Sight, data: QueryDict) -> Batch:
        """Cases are named ``key:version``; what is no such name is left out."""
        pairs = (text.partition(":") for text in data.getlist("case")[:MOST])
        versions = {int(key): int(version) for key, _colon, version in pairs if _is_number(key) and _is_number(version)}
        return cls(sight, data.get("verb", ""), versions, data)

    @cached_property
    def cases(self) -> list[Case]:
        seen = Case.objects.within(self.sight.scope).select_related(*RELATED)
        return list(seen.filter(pk__in=self.versions).order_by("-score", "-id"))

    @cached_property
    def form(self) -> Form:
        asked = any(name.startswith(f"{self.verb}-") for name in self.data)
        bound = self.data if asked or not ACTS[self.verb].form.base_fields else None
        return form_for(self.verb, self.sight.user, self.cases, bound)

    @property
    def is_wrong(self) -> bool:
        return self.form.is_bound and not self.form.is_valid()

    @property
    def is_complete(self) -> bool:
        return bool(self.cases) and self.form.is_bound and self.form.is_valid()

    def carry_out(self) -> None:
        """Each case in its own transaction: one that is refused does not hold back the others."""
        answer = answer_of(self.form)
        by = self.sight.user
        self.outcomes = [
            carry_out(self.verb, case, by=by, version=self.versions[case.pk], answer=answer) for case in self.cases
        ]

    @property
    def problems(self) -> list[Outcome]:
        return [one for one in self.outcomes if one.problem]

    @property
    def done(self) -> dict[str, Any]:
        """What the page puts away: the marks of these cases, and the dialog if one asked for values."""
        return {"cases": sorted(self.versions), "asked": bool(ACTS[self.verb].form.base_fields)}

    @property
    def summary(self) -> str:
        done = len(self.outcomes) - len(self.problems)
        if len(self.versions) == 1:
            return str(ACTS[self.verb].done)
        text = ngettext("%(done)s: %(n)d case", "%(done)s: %(n)d cases", done)
        return text % {"done": ACTS[self.verb].done, "n": done}

    @property
    def context(self) -> dict[str, Any]:
        fresh = Case.objects.select_related(*RELATED).filter(
            pk__in=[one.case.pk for one in self.outcomes], state__in=LIVE
        )
        return {
            "batch": self,
            "form": self.form,
            "label": ACTS[self.verb].label,
            "named": [f"{key}:{version}" for key, version in self.versions.items()],
            "rows": [row(case) for case in fresh] if self.outcomes else [],
            "missing": _("None of the marked cases is yours to work on.") if not self.cases else "",
        }

    def template(self, request: HttpRequest) -> str:
        """The dialog that asks for values, alone or as a page."""
        return "exceptions/_bulk_dialog.html" if request.headers.get("HX-Request") else "exceptions/bulk.html"

    def result_template(self, request: HttpRequest) -> str:
        return "exceptions/_outcomes.html" if request.headers.get("HX-Request") else "exceptions/outcomes.html"


def _is_number(text: str) -> bool:
    return whole(text) is not None
