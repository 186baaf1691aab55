"""The mirror has fallen behind Odoo, or Odoo keeps a part of itself from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.accounts.roles import Role
from apps.exceptions.definition import (
    Clear,
    Detector,
    Domain,
    Evidence,
    Finding,
    Impact,
    Moot,
    Severity,
    Subject,
    Verdict,
    detectors,
)
from controltower.lib.scope import Scope
from odoo_sync.freshness import freshness, limit_of
from odoo_sync.mirror.base import Lane
from odoo_sync.models import Connection
from odoo_sync.reading import lost_companies

RIGHTS = "rights"
LOOK_AGAIN = timedelta(seconds=10)
LANES = {
    Lane.HOT: gettext_lazy("Orders, stock and production"),
    Lane.WARM: gettext_lazy("Partners and rates"),
    Lane.COLD: gettext_lazy("Master data"),
}


@dataclass(frozen=True)
class Limits:
    """A lane is a case once it is this many times older than its own limit, and at least this old."""

    times: int = 2
    at_least: timedelta = timedelta(seconds=60)

    titles: ClassVar[Mapping[str, Any]] = {
        "times": gettext_lazy("Stale from, times its limit"),
        "at_least": gettext_lazy("Stale at the earliest after"),
    }
    most: ClassVar[Mapping[str, Any]] = {"times": 100, "at_least": timedelta(days=365)}

    def problems(self) -> Iterator[str]:
        if self.times < 1:
            yield _("A lane is stale at the earliest once its own limit has passed: say 1 or more.")

    def counting(self, lane: Lane) -> str:
        """The name of the limit that sets the bound of this lane."""
        return "times" if self.times * limit_of(lane) >= self.at_least else "at_least"

    def bound_of(self, lane: Lane) -> timedelta:
        """The age beyond which the data of this lane is not to be judged by."""
        return max(self.times * limit_of(lane), self.at_least)


@dataclass(frozen=True)
class LaneFacts:
    """How old one lane of one connection is; ``as_of`` is null before its first load has ended."""

    subject: Subject
    name: str = ""
    lane: Lane = Lane.HOT
    gone: bool = False
    as_of: datetime | None = None
    problem: str = ""
    problem_since: datetime | None = None
    paused_at: datetime | None = None


@dataclass(frozen=True)
class RightsFacts:
    """Which mirrors of one connection cannot be read though they could or once could, and which companies are not seen
    any more, each with why."""

    subject: Subject
    name: str = ""
    gone: bool = False
    unreadable: tuple[tuple[str, str], ...] = ()
    lost: tuple[str, ...] = ()


@detectors.add
class StaleData(Detector[LaneFacts | RightsFacts]):
    """A lane of a connection is older than twice its limit, and than a minute, or cannot be loaded at all; or models of
    it cannot be read, since the bot user lacks a right or their module went away.

    The limit of a lane is three polls, and never less than 15 seconds. While the lanes that a detector needs are
    stale, that detector opens and closes nothing, since time alone would make false cases out of old data, and the
    board says so. A first load that runs without a problem is no case. While a model cannot be read, the detectors that
    need it judge nothing, and this case, one for each connection, names the models and what to do; a module that was
    never installed is no case. A company that the bot user was taken out of is told the same way: it is hidden and not
    gone, and its cases stay. Raised as a control breach (k = 1)
    without money, at least high: the cost is not knowing. The delay counts whole days. The case closes when the lane
    is fresh, or when everything can be read.
    """

    key = "integration.stale_mirror"
    code = "N1"
    title = gettext_lazy("Data from Odoo is stale")
    domain = Domain.INTEGRATION
    owner = Role.ADMINISTRATOR
    subject_type = "connection.lane"
    limits = Limits()
    overridable = frozenset()
    least = Severity.HIGH
    needs_fresh = frozenset()

    def subjects(self, scope: Scope) -> Iterable[str]:
        numbers = Connection.objects.values_list("pk", flat=True)
        return [f"{one}:{part}" for one in numbers for part in (*Lane, RIGHTS)]

    def candidates(self, scope: Scope, subjects: Iterable[str] | None = None) -> Iterable[str]:
        return self.subjects(scope) if subjects is None else subjects

    def facts(self, candidates: Iterable[str], now: datetime) -> Iterator[LaneFacts | RightsFacts]:
        wanted = [(key, *key.split(":")) for key in candidates]
        numbers = {int(number) for _, number, _ in wanted}
        ages = {
            one.pk: (one, freshness(one, now))
            for one in Connection.objects.filter(pk__in=numbers).prefetch_related("cursors")
        }
        for key, number, lane in wanted:
            subject = Subject(self.subject_type, key, int(number))
            if int(number) not in ages:
                yield LaneFacts(subject, gone=True) if lane != RIGHTS else RightsFacts(subject, gone=True)
                continue
            one, state = ages[int(number)]
            if lane == RIGHTS:
                closed = tuple(sorted(state.unreadable.items()))
                lost = tuple(why for _key, why in sorted(lost_companies(one).items()))
                yield RightsFacts(subject, one.name, one.retired_at is not None, closed, lost)
                continue
            age = state.lanes[Lane(lane)]
            problem = one.problem or age.problem
            yield LaneFacts(subject, one.name, Lane(lane), False, age.as_of, problem, one.problem_since, one.paused_at)

    def judge(self, facts: LaneFacts | RightsFacts, limits: Limits, now: datetime) -> Verdict:
        if facts.gone:
            return Moot(facts.subject, _("The connection no longer exists."))
        if isinstance(facts, RightsFacts):
            return _kept_from_us(facts, now)
        since = facts.as_of or facts.problem_since
        if since is None:
            return Clear(facts.subject, _("The first load is under way."), next_check_at=now + LOOK_AGAIN)
        bound = limits.bound_of(facts.lane)
        if now - since <= bound:
            due = max(since + bound, now) + LOOK_AGAIN
            return Clear(facts.subject, _("The data is fresh again."), next_check_at=due)
        return _finding(facts, since, limits, now)


def _finding(facts: LaneFacts, since: datetime, limits: Limits, now: datetime) -> Finding:
    what = LANES[facts.lane]
    names = {"lane": what, "connection": facts.name, "age": timesince(since, now)}
    evidence = [Evidence(_("Complete up to"), facts.as_of)]
    if facts.paused_at is not None:
        evidence.append(Evidence(_("Paused at"), facts.paused_at))
    return Finding(
        subject=facts.subject,
        summary=_("%(lane)s of %(connection)s have not been read for %(age)s") % names,
        detail=facts.problem or (_("Sync is paused") if facts.paused_at else _("Sync does not keep up")),
        evidence=tuple(evidence),
        impact=Impact(delay_days=(now - since).days, control=True),
        counted=(limits.counting(facts.lane),),
        next_check_at=now + LOOK_AGAIN,
    )


def _kept_from_us(facts: RightsFacts, now: datetime) -> Verdict:
    why = (*facts.unreadable, *((_("Company"), one) for one in facts.lost))
    if not why:
        return Clear(facts.subject, _("Everything can be read."))
    if count := len(facts.unreadable):
        told = ngettext(
            "%(n)d model of %(connection)s cannot be read", "%(n)d models of %(connection)s cannot be read", count
        )
    else:
        count = len(facts.lost)
        told = ngettext(
            "%(n)d company of %(connection)s is not seen", "%(n)d companies of %(connection)s are not seen", count
        )
    return Finding(
        subject=facts.subject,
        summary=told % {"n": count, "connection": facts.name},
        detail=why[0][1],
        evidence=tuple(Evidence(label, text) for label, text in why),
        impact=Impact(control=True),
        next_check_at=now + LOOK_AGAIN,
    )
