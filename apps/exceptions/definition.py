"""What a detector is, and what it finds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from django.db.models import QuerySet

from apps.accounts.roles import Role
from controltower.lib.registry import Registry
from controltower.lib.scope import Scope
from odoo_sync.mirror.base import Lane, Mirror


class Severity(StrEnum):
    """The four severities; from the score by fixed limits (80, 60, 35)."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def limit(self) -> Decimal:
        """The least score of this severity."""
        return Decimal({"critical": 80, "high": 60, "medium": 35, "low": 0}[self.value])

    @classmethod
    def of_score(cls, score: Decimal) -> Severity:
        """Critical from 80, high from 60, medium from 35, else low."""
        return next(one for one in cls if score >= one.limit)


class Domain(StrEnum):
    """The workflow a case belongs to; part of its visibility channel."""

    DEMAND = "demand"
    PROCURE = "procure"
    PRODUCE = "produce"
    QUALITY = "quality"
    ASSETS = "assets"
    FINANCE = "finance"
    SERVICE = "service"
    INTERCOMPANY = "intercompany"
    MASTER_DATA = "master_data"
    INTEGRATION = "integration"


@dataclass(frozen=True)
class Subject:
    """What a finding is about: a row, a pair, a group or a missing thing, with the place it belongs to.

    ``company`` and ``plant`` are mirror keys; a missing company means the group. ``product`` is the key of the product
    whose own limits count, null where it is about none.
    """

    type: str
    key: str
    connection: int
    company: int | None = None
    plant: int | None = None
    product: int | None = None


@dataclass(frozen=True)
class Link:
    """One link of the chain from a cause to a customer, as shown on a case.

    ``slack_days`` counts days of the calendar from ``expected_at`` to ``due_at``, negative when the link comes too
    late, so that it agrees with both and with the money at risk, whatever lies on a weekend. ``money`` is in group
    currency. ``mirror`` and ``row`` name the record, ``company`` and ``plant`` the place it belongs to, for reduction
    where a reader may not see it; a link without a company is shared by the group, such as a vendor.
    """

    kind: str
    name: str
    detail: str = ""
    mirror: str = ""
    row: int | None = None
    company: int | None = None
    plant: int | None = None
    depth: int = 0
    due_at: datetime | None = None
    expected_at: datetime | None = None
    slack_days: int | None = None
    money: Decimal | None = None
    hard: bool = True


@dataclass(frozen=True)
class Running:
    """Money that grows by itself: from ``at`` on by ``per_hour``, in group currency, and from ``until`` on at another
    rate, which the next judgement will know; null where the rate lasts. ``since`` is when what costs it began."""

    at: datetime
    per_hour: Decimal
    until: datetime | None = None
    since: datetime | None = None


@dataclass(frozen=True)
class Impact:
    """What a finding puts at risk. ``money`` is group currency, each sale order line counted once.

    ``own_money`` is the part of it that is no order's, such as the cost of a machine that stands still; ``running``
    says how the whole grows until the next judgement, null where it does not.

    ``importance`` is the weight of the most important customer, from 0 to 1; ``customer_class`` names the class that
    gave it, empty where the lowest counts for want of a class; ``unclassified`` counts the customers without one.
    ``needed_at`` is the need that the delay is counted from and ``expected_at`` when it will be met, or else when the
    goods arrive; null where that is not known.
    """

    money: Decimal = Decimal(0)
    own_money: Decimal = Decimal(0)
    running: Running | None = None
    currency: str = "EUR"
    customers: tuple[int, ...] = ()
    order_lines: tuple[int, ...] = ()
    productions: tuple[int, ...] = ()
    delay_days: int = 0
    importance: Decimal = Decimal(0)
    customer_class: str = ""
    unclassified: int = 0
    needed_at: datetime | None = None
    expected_at: datetime | None = None
    control: bool = False
    chain: tuple[Link, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """One fact that the detector saw: label, value, the document it is on, and how fresh it is (mirror as-of)."""

    label: str
    value: Any
    mirror: str = ""
    row: int | None = None
    as_of: datetime | None = None


@dataclass(frozen=True)
class Finding:
    """The condition holds. ``next_check_at`` is when time alone would change the judgement.

    ``documents`` are the keys of every row that was looked at: when one of them changes, the case is judged again.
    ``gaps`` say in words what could not be judged, such as money without a rate; they are shown, never taken as zero.
    ``counted`` names the limits that made it a finding; the case says how high they are and who set them.
    ``remedy`` is the key of the guided action to recommend, where it is not the detector's first that fits.
    """

    subject: Subject
    summary: str
    detail: str = ""
    evidence: tuple[Evidence, ...] = ()
    impact: Impact = field(default_factory=Impact)
    documents: tuple[int, ...] = ()
    gaps: tuple[str, ...] = ()
    counted: tuple[str, ...] = ()
    remedy: str = ""
    next_check_at: datetime | None = None


@dataclass(frozen=True)
class Clear:
    """The condition does not hold; it may from ``next_check_at`` on, if nothing else changes. ``reason`` is shown."""

    subject: Subject
    reason: str = ""
    next_check_at: datetime | None = None


@dataclass(frozen=True)
class Moot:
    """There is nothing left to judge: the subject was cancelled or deleted. ``reason`` is shown."""

    subject: Subject
    reason: str


@dataclass(frozen=True)
class CannotJudge:
    """Inputs are missing: never the same as all clear. ``reason`` is shown."""

    subject: Subject
    reason: str
    next_check_at: datetime | None = None


Verdict = Finding | Clear | Moot | CannotJudge
Path = str | Callable[[Iterable[int]], Iterable[int | str]]
WHERE_SHOWN = ""
LEVELS = frozenset({"company", "plant", "product"})


class Facts(Protocol):
    """What a detector has read about one subject."""

    @property
    def subject(self) -> Subject: ...


F = TypeVar("F", bound=Facts)


class Detector(Generic[F]):
    """One kind of exception: SQL narrows to candidates, ``facts`` reads in bulk, ``judge`` is pure.

    ``depends_on`` maps each mirror to how a changed row of it leads to subjects: a lookup path from that row to the
    subject rows, or a function from changed ids to subject keys. Cases that already name a changed row among their
    documents are judged again in any case; ``WHERE_SHOWN`` says that this is enough. ``remedies`` are keys of guided
    actions, the recommended one first. ``limits`` are typed thresholds (``limit_values.Thresholds``): the defaults,
    which the group and each level in ``overridable`` may replace, the most specific winning. A finding is never less
    than ``least``. While a lane in ``needs_fresh`` is stale, nothing is opened and nothing is closed. While a model of
    ``depends_on`` is kept from the bot user nothing can be judged at all, and cases and board say so; without those in
    ``enriching``, which decide of no case, it is judged, and the case says what it lacks.
    """

    key: ClassVar[str]
    code: ClassVar[str]
    title: ClassVar[Any]
    domain: ClassVar[Domain]
    owner: ClassVar[Role]
    subject_type: ClassVar[str]
    remedies: ClassVar[tuple[str, ...]] = ()
    limits: ClassVar[Any] = None
    overridable: ClassVar[frozenset[str]] = LEVELS
    depends_on: ClassVar[Mapping[type[Mirror], Path]] = {}
    least: ClassVar[Severity] = Severity.LOW
    needs_fresh: ClassVar[frozenset[Lane]] = frozenset({Lane.HOT})
    enriching: ClassVar[frozenset[type[Mirror]]] = frozenset()

    def subjects(self, scope: Scope) -> Iterable[str]:
        """The keys of everything that may be a finding: what a sweep goes through."""
        return [str(row.pk) for row in self.candidates(scope)]

    def candidates(self, scope: Scope, subjects: Iterable[str] | None = None) -> QuerySet[Any] | Iterable[Any]:
        """What may be a finding; or these subjects, whatever has become of them. The first IO."""
        raise NotImplementedError

    def facts(self, candidates: Any, now: datetime) -> Iterator[F]:
        """One frozen value per subject, read in bulk. The last IO."""
        raise NotImplementedError

    def judge(self, facts: F, limits: Any, now: datetime) -> Verdict:
        """Pure: the same facts, limits and moment give the same verdict.

        ``repr`` of facts must tell them apart: it decides whether data or time alone changed a verdict.
        """
        raise NotImplementedError


detectors: Registry[Detector[Any]] = Registry("detectors")
