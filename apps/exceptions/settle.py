"""From verdicts to cases: what opens, changes, wakes, returns and ends. One transaction, whoever asks.

Hysteresis: a case closes at once when the data it was judged by has changed, and at the second look when only time
has passed. A case that a person closed stays closed while the condition they knew lasts; once it has gone, its
return within two weeks is a regression of the same case, later a new one. A case never changes its company: where
another one must act, it ends and a new one opens there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext

from apps.audit.record import Note, record_all
from apps.exceptions.definition import CannotJudge, Clear, Detector, Finding, Moot, Severity, Subject, Verdict
from apps.exceptions.lifecycle import LIVE, CaseState, lifecycle
from apps.exceptions.limits import InForce
from apps.exceptions.models import Case, CaseEvent
from apps.exceptions.payload import RUNS, VISIBLE, differs, only_runs, shortened, values_of
from apps.exceptions.stream import announce_all, announce_departure

REGRESSION = timedelta(days=14)
SECOND_LOOK = timedelta(seconds=60)
STALE_AGAIN = timedelta(seconds=15)
RANK = {severity.value: rank for rank, severity in enumerate(reversed(Severity))}
TOLD = ("severity", "money", "customers", "delay_days")
WRITTEN = (*VISIBLE, "state", "state_at", "ended_at", "ending", "clear_since", "snoozed_until", "regressions", "facts")


@dataclass(frozen=True)
class Judged:
    """A verdict with the digest of the facts and limits it was made of, these limits, and the weights of its score."""

    verdict: Verdict
    facts: str
    limits: InForce | None = None
    weights: InForce | None = None


@dataclass
class Settlement:
    """What one batch does to the cases of one detector; per connection, ``stale`` names why nothing may open or close
    for the moment, and ``blind`` why nothing can be judged: its cases stay as they are, and say so.
    ``lost`` is the same by company.
    """

    detector: type[Detector[Any]]
    now: datetime
    stale: Mapping[int, str] = field(default_factory=dict)
    blind: Mapping[int, str] = field(default_factory=dict)
    lost: Mapping[int, str] = field(default_factory=dict)
    opened: list[Case] = field(default_factory=list)
    changed: list[Case] = field(default_factory=list)
    looked_at: list[Case] = field(default_factory=list)
    quiet: list[Case] = field(default_factory=list)
    running: list[tuple[Case, bool]] = field(default_factory=list)
    moved: list[tuple[Case, int | None, int | None]] = field(default_factory=list)
    events: list[tuple[Case, str, dict[str, Any]]] = field(default_factory=list)
    again: dict[str, datetime] = field(default_factory=dict)

    def take(self, case: Case | None, judged: Judged) -> None:
        """Apply one verdict to the newest case of its subject, if there is one."""
        verdict = judged.verdict
        subject = verdict.subject
        blind = self.blind.get(subject.connection) or self.lost.get(subject.company or 0)
        if blind is not None:
            self._unclear(case, CannotJudge(verdict.subject, blind))
        elif isinstance(verdict, Finding):
            self._found(case, verdict, judged)
        elif isinstance(verdict, CannotJudge):
            self._unclear(case, verdict)
        elif case is not None:
            self._gone(case, verdict, judged.facts)

    def _blocked(self, subject: Subject) -> bool:
        """Whether the data is too old to open or close anything; the subject is then looked at again soon."""
        if subject.connection not in self.stale:
            return False
        self.again[subject.key] = self.now + STALE_AGAIN
        return True

    def _found(self, case: Case | None, finding: Finding, judged: Judged) -> None:
        values, facts = values_of(finding, self.detector, judged.limits, judged.weights), judged.facts
        if case is not None and case.company_id != finding.subject.company:
            self._hand_over(case, finding, values, facts)
        elif case is not None and case.state in LIVE:
            self._update(case, values, facts)
        elif case is not None and case.state == CaseState.CLOSED and case.clear_since is None:
            self._still(case, values, facts, finding.subject)
        elif not self._blocked(finding.subject):
            if case is None or self._is_history(case):
                self._open(finding, values, facts)
            else:
                self._return(case, values, facts, "case.regressed")

    def _hand_over(self, case: Case, finding: Finding, values: dict[str, Any], facts: str) -> None:
        """Another company must act now: it gets a case of its own, and what people wrote stays with those they wrote
        for. That somebody closed it there is no answer here."""
        if self._blocked(finding.subject):
            return
        if case.state in LIVE:
            self._resolve(case, gettext("Another company must act now, and has a case of its own."), "case.handed_over")
        elif case.clear_since is None:
            case.clear_since = self.now
            self.quiet.append(case)
        self._open(finding, values, facts)

    def _still(self, case: Case, values: dict[str, Any], facts: str, subject: Subject) -> None:
        """A person closed it, and the condition they knew lasts: it comes back only if it gets worse than they knew."""
        if RANK[values["severity"]] > RANK[case.severity] and not self._blocked(subject):
            self._return(case, values, facts, "case.worsened")
        elif case.facts != facts:
            case.facts, case.documents = facts, values["documents"]
            self.quiet.append(case)

    def _is_history(self, case: Case) -> bool:
        """Ended so long ago that a return is a new case."""
        since = case.ended_at if case.state == CaseState.RESOLVED else case.clear_since
        return since is not None and self.now - since > REGRESSION

    def _open(self, finding: Finding, values: dict[str, Any], facts: str) -> None:
        case = Case(
            detector=self.detector.key,
            subject_type=finding.subject.type,
            subject_key=finding.subject.key,
            connection_id=finding.subject.connection,
            domain=self.detector.domain.value,
            state=CaseState.OPEN,
            state_at=self.now,
            opened_at=self.now,
            judged_at=self.now,
            facts=facts,
            **values,
        )
        self.opened.append(case)
        self.events.append((case, "case.opened", _told(values)))

    def _return(self, case: Case, values: dict[str, Any], facts: str, verb: str) -> None:
        self._set(case, values)
        case.state = lifecycle.after(case.state, "regress")
        case.state_at, case.ended_at, case.ending = self.now, None, ""
        case.clear_since, case.facts = None, facts
        case.regressions += 1
        self._change(case, verb, _told(values))

    def _update(self, case: Case, values: dict[str, Any], facts: str) -> None:
        before = {name: getattr(case, name) for name in values}
        if self._only_runs(case, before, values, facts):
            return
        visible = self._set(case, values)
        worse = RANK[case.severity] > RANK[before["severity"]]
        silent = case.clear_since is not None or case.facts != facts
        case.clear_since, case.facts = None, facts
        if case.state == CaseState.SNOOZED and worse:
            case.state, case.state_at, case.snoozed_until = lifecycle.after(case.state, "wake"), self.now, None
            self._change(case, "case.woken", {"why": "worse"})
        elif visible:
            differences = {name: [_text(before[name]), _text(getattr(case, name))] for name in TOLD}
            differences = {name: pair for name, pair in differences.items() if pair[0] != pair[1]}
            self._change(case, "case.changed" if differences else "", differences)
        else:
            (self.quiet if silent else self.looked_at).append(case)

    def _only_runs(self, case: Case, before: dict[str, Any], values: dict[str, Any], facts: str) -> bool:
        """A running amount goes on: kept without a new version or a word, so that nobody who works on the case is held
        up. Its card is sent again when the whole points of the score or the severity change, by which lists are sorted.
        """
        if case.facts != facts or case.clear_since is not None or not only_runs(before, values):
            return False
        self._set(case, values)
        self.running.append((case, int(before["score"]) != int(case.score)))
        return True

    def _set(self, case: Case, values: dict[str, Any]) -> bool:
        """Write the values onto the case; whether a reader could tell the difference."""
        place = (case.company_id, case.plant_id)
        changed = [name for name, value in values.items() if differs(name, getattr(case, name), value)]
        for name in changed:
            setattr(case, name, values[name])
        if (case.company_id, case.plant_id) != place:
            self.moved.append((case, *place))
        return bool(changed)

    def _gone(self, case: Case, verdict: Clear | Moot, facts: str) -> None:
        if case.state not in LIVE:
            if case.state == CaseState.CLOSED and case.clear_since is None:
                case.clear_since = self.now
                self.quiet.append(case)
            return
        moot = isinstance(verdict, Moot)
        if not moot and self._blocked(verdict.subject):
            return
        if moot or facts != case.facts or (case.clear_since is not None and case.clear_since < self.now):
            self._resolve(case, verdict.reason, "case.moot" if moot else "case.resolved")
        else:
            case.clear_since = case.clear_since or self.now
            self.quiet.append(case)
            self.again[case.subject_key] = self.now + SECOND_LOOK

    def _resolve(self, case: Case, reason: str, verb: str) -> None:
        case.state = lifecycle.after(case.state, "resolve")
        case.state_at = case.ended_at = self.now
        case.snoozed_until, case.ending = None, shortened(reason)
        case.clear_since = case.clear_since or self.now
        self._change(case, verb, {"reason": reason})

    def _unclear(self, case: Case | None, verdict: CannotJudge) -> None:
        if case is not None and case.state in LIVE and case.cannot_judge != shortened(verdict.reason):
            case.cannot_judge = shortened(verdict.reason)
            self._change(case, "case.cannot_judge", {"reason": verdict.reason})

    def _change(self, case: Case, verb: str, details: dict[str, Any]) -> None:
        case.version += 1
        self.changed.append(case)
        if verb:
            self.events.append((case, verb, details))

    def write(self) -> None:
        """Everything at once: rows, timeline, audit, announcements. What ends makes room for what opens."""
        for case in (*self.changed, *self.quiet):
            case.judged_at = self.now
        if self.changed:
            Case.objects.bulk_update(self.changed, [*WRITTEN, "judged_at", "version"])
        if self.quiet:
            Case.objects.bulk_update(self.quiet, ["clear_since", "facts", "documents", "judged_at"])
        if self.running:
            for case, _told_again in self.running:
                case.judged_at = self.now
            Case.objects.bulk_update([case for case, _told_again in self.running], [*sorted(RUNS), "judged_at"])
        if self.looked_at:
            Case.objects.filter(pk__in=[case.pk for case in self.looked_at]).update(judged_at=self.now)
        Case.objects.bulk_create(self.opened)
        CaseEvent.objects.bulk_create(
            CaseEvent(case=case, at=self.now, verb=verb, details=details) for case, verb, details in self.events
        )
        record_all(None, (Note(verb, case, details) for case, verb, details in self.events if verb != "case.changed"))
        for case, company, plant in self.moved:
            announce_departure(case, company=company, plant=plant)
        told = [*self.opened, *self.changed, *(case for case, again in self.running if again)]
        if told:
            announce_all(told)


def newest_cases(detector: type[Detector[Any]], subjects: Iterable[str]) -> dict[str, Case]:
    """The newest case of each subject, locked until the transaction ends."""
    wanted = Case.objects.filter(detector=detector.key, subject_key__in=set(subjects))
    newest = wanted.order_by("subject_key", "-id").distinct("subject_key").values_list("id", flat=True)
    rows = Case.objects.select_for_update().filter(id__in=list(newest)).order_by("id")
    return {case.subject_key: case for case in rows}


def _told(values: dict[str, Any]) -> dict[str, Any]:
    return {name: _text(values[name]) for name in TOLD} | {"currency": values["currency"]}


def _text(value: Any) -> Any:
    return value if isinstance(value, int) else str(value)
