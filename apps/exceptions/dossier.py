"""Everything that the page of one case shows, for one person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.access import may
from apps.accounts.models import User
from apps.accounts.roles import Permission
from apps.actions.offers import Offer
from apps.exceptions.card import row
from apps.exceptions.definition import detectors
from apps.exceptions.documents import Documents
from apps.exceptions.exhibits import Exhibit, exhibit_of
from apps.exceptions.inhibition import silences
from apps.exceptions.lifecycle import ENDED, lifecycle
from apps.exceptions.limit_words import ShownLimit, limits_of
from apps.exceptions.models import Case
from apps.exceptions.offers import offers
from apps.exceptions.payload import shortened
from apps.exceptions.score_words import terms_of
from apps.exceptions.shown import ShownEvidence, ShownLink, chain_for, evidence_of
from apps.exceptions.timeline import Happening, timeline
from apps.exceptions.words import DOMAINS, kind_of
from controltower.lib.scope import Scope

LINKS_SHOWN = 9


@dataclass(frozen=True)
class Fact:
    """One thing the detector saw; ``moment`` and ``day`` are shown in the reader's zone, ``text`` as it is."""

    label: str
    text: str = ""
    moment: datetime | None = None
    day: date | None = None
    url: str = ""
    as_of: datetime | None = None


@dataclass(frozen=True)
class Step:
    """One link of the chain as it is shown; what lies in another place keeps its money alone."""

    name: str
    detail: str
    url: str
    state: str
    slack: int | None
    due_at: datetime | None
    expected_at: datetime | None
    money: Decimal | None
    hard: bool
    kind: Any
    is_promise: bool

    @property
    def due_word(self) -> Any:
        """What the day is that it is measured by: a vendor is held to what was promised first."""
        return _("promised") if self.is_promise else _("due")

    @property
    def late(self) -> int:
        """Days too late."""
        return -min(self.slack or 0, 0)


KINDS: dict[str, Any] = {
    "work_centre": gettext_lazy("Machine"),
    "vendor": gettext_lazy("Vendor"),
    "purchase_line": gettext_lazy("Purchase"),
    "receipt": gettext_lazy("Receipt"),
    "component": gettext_lazy("Component"),
    "transfer": gettext_lazy("Transfer"),
    "delivery": gettext_lazy("Delivery"),
    "held_stock": gettext_lazy("On hold"),
    "making": gettext_lazy("Being made"),
    "production": gettext_lazy("Production"),
    "sale_line": gettext_lazy("Customer order"),
    "customer": gettext_lazy("Customer"),
    "sister_company": gettext_lazy("Sister company"),
    "invoice": gettext_lazy("Invoice"),
    "credit_note": gettext_lazy("Credit note"),
    "bill": gettext_lazy("Bill"),
    "vendor_credit_note": gettext_lazy("Vendor credit note"),
}


@dataclass
class Dossier:
    """The case with what hangs on it; each part is read when the page asks for it."""

    case: Case
    user: User
    scope: Scope
    numbers: dict[str, int] = field(default_factory=dict)

    @cached_property
    def row(self) -> dict[str, Any]:
        return row(self.case)

    @property
    def kind(self) -> tuple[str, Any]:
        """Catalogue code and title of what found it."""
        return kind_of(self.case.detector)

    @property
    def domain(self) -> Any:
        return DOMAINS.get(self.case.domain, self.case.domain)

    @property
    def is_ended(self) -> bool:
        return self.case.state in ENDED

    @property
    def rests_until(self) -> datetime | None:
        """When money that grows by itself goes on growing; null while it grows, and where there is none."""
        running = None if self.is_ended else self.case.running
        if not running or Decimal(running["per_hour"]) or not running["until"]:
            return None
        return datetime.fromisoformat(running["until"])

    @cached_property
    def silence(self) -> str:
        """Why nothing can be judged of it at this moment, where the case itself does not say so yet; else empty."""
        if self.is_ended or self.case.detector not in detectors:
            return ""
        found = silences(detectors[self.case.detector], timezone.now(), connection=self.case.connection_id)
        key = self.case.connection_id
        told = found.blind.get(key) or found.lost.get(self.case.company_id or 0) or found.stale.get(key) or ""
        return "" if shortened(told) == self.case.cannot_judge else told

    @cached_property
    def may_work(self) -> bool:
        return may(self.user, Permission.WORK_CASES, within=self.case)

    @cached_property
    def verbs(self) -> frozenset[str]:
        """What this person may do to the case in its state."""
        return frozenset(lifecycle.verbs(self.case.state)) if self.may_work else frozenset()

    @cached_property
    def documents(self) -> Documents:
        named = [(one.mirror, one.row) for one in evidence_of(self.case)]
        return Documents.of(self.case.connection, [*named, *((one.mirror, one.row) for one in self._links)])

    @cached_property
    def _links(self) -> tuple[ShownLink, ...]:
        return chain_for(self.case, self.scope)

    @cached_property
    def facts(self) -> list[Fact]:
        return [self._fact(one) for one in evidence_of(self.case)]

    @cached_property
    def exhibit(self) -> Exhibit | None:
        """What this kind of case shows besides."""
        return exhibit_of(self.case, self.scope)

    @cached_property
    def limits(self) -> list[ShownLimit]:
        """The limits that made it a case."""
        return list(limits_of(self.case))

    @cached_property
    def as_of(self) -> datetime | None:
        """The oldest data that the facts rest on."""
        moments = (fact.as_of for fact in self.facts if fact.as_of is not None)
        return min(moments, default=None)

    @cached_property
    def chain(self) -> list[Step]:
        return [self._step(*one) for one in _joined(self._links)]

    @property
    def near(self) -> Sequence[Step]:
        return self.chain[:LINKS_SHOWN]

    @property
    def far(self) -> Sequence[Step]:
        return self.chain[LINKS_SHOWN:]

    @cached_property
    def terms(self) -> list[dict[str, Any]]:
        """The score's summands with their names."""
        return terms_of(self.case)

    @cached_property
    def offers(self) -> list[Offer]:
        return [] if self.is_ended else offers(self.case, self.user)

    @cached_property
    def timeline(self) -> list[Happening]:
        return timeline(self.case)

    @property
    def script(self) -> dict[str, Any]:
        return {"case": self.case.pk, "numbers": self.numbers}

    def _fact(self, one: ShownEvidence) -> Fact:
        value = one.value
        moment = value if isinstance(value, datetime) else None
        day = None if moment else _day(str(value))
        return Fact(
            label=one.label,
            text="" if moment or day else "–" if value in (None, "") else str(value),
            moment=moment,
            day=day,
            url=self.documents.url(one.mirror, one.row),
            as_of=one.as_of,
        )

    def _step(self, link: ShownLink, partner: str) -> Step:
        slack = link.slack_days
        return Step(
            name=partner or link.name,
            detail=" · ".join(filter(None, [link.name if partner else "", link.detail])),
            url=self.documents.url(link.mirror, link.row),
            state="" if not slack else "late" if slack < 0 else "safe",
            slack=slack,
            due_at=link.due_at,
            expected_at=link.expected_at,
            money=link.money or None,
            hard=link.hard,
            kind=KINDS.get(link.kind, link.kind),
            is_promise=link.kind == "purchase_line",
        )


def _joined(links: Iterable[ShownLink]) -> list[tuple[ShownLink, str]]:
    """Vendor and purchase, customer order and customer read as one link each: the document with its partner's name."""
    found: list[tuple[ShownLink, str]] = []
    vendor = ""
    for link in links:
        if link.kind == "vendor":
            vendor = link.name
        elif link.kind in {"customer", "sister_company"} and found:
            found[-1] = (found[-1][0], "" if link.hidden else link.name)
        else:
            found.append((link, vendor))
            vendor = ""
    return found


def _day(text: str) -> date | None:
    try:
        return parse_date(text) if len(text) == 10 else None
    except ValueError:
        return None
