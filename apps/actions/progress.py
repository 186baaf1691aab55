"""A request as its page shows it: what it does, how far it is, what stands in the way, and what can be done now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from apps.accounts.access import may
from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.actions.about import About, about
from apps.actions.authority import deciders, may_decide
from apps.actions.changes import Change, Clash, changes, clashes
from apps.actions.definition import Plan, actions
from apps.actions.deliveries import OPEN, bent, made_otherwise
from apps.actions.lifecycle import REPEATABLE, UNDOABLE
from apps.actions.missing import deleted, is_plannable
from apps.actions.models import Approval, Delivery, DeliveryState, Request, RequestState
from apps.actions.refresh import read_anew_at
from apps.actions.since import moved_since
from apps.actions.standstill import held_up

SOON = timedelta(minutes=1)
SETTLED = timedelta(seconds=3)
NEXT = {
    RequestState.WAITING: _("Nothing is sent before somebody else approves it."),
    RequestState.APPROVED: _("This page follows it."),
    RequestState.VERIFIED: _("Odoo was read back and holds exactly this."),
    RequestState.CONFLICT: _("Nothing more was sent. Look at both values, then plan it anew on today's data."),
    RequestState.PARTIAL: _("Some steps stand in Odoo, the others do not. Undo what was done, or try the rest."),
    RequestState.REFUSED: _("Odoo did not take it. Put right what Odoo names, then send it again."),
    RequestState.UNKNOWN: _("Look into Odoo first. Sending it again reads before it writes."),
    RequestState.EXPIRED: _("Nothing was sent. Ask again if it is still wanted."),
    RequestState.REJECTED: _("Nothing was sent."),
    RequestState.WITHDRAWN: _("Nothing was sent."),
    RequestState.DISCONNECTED: _("Nothing was sent: this Odoo is no longer connected to the tower."),
    RequestState.OUTDATED: _(
        "Nothing more was sent: it was planned before its connection was pointed at another address or database. "
        "Plan it anew."
    ),
    RequestState.UNDONE: _("The old values were put back by a later request."),
}
DELETED = _("Nothing more was sent: Odoo no longer has the record. What was open about it closes by itself.")
OTHERWISE = _("Odoo has the record, but not as it was planned. Compare both values: undo it, or put it right in Odoo.")
BENT = _("It was sent, but Odoo holds something else now. Look at both values, then plan it anew on today's data.")
TONES = {
    RequestState.VERIFIED: "good",
    RequestState.WAITING: "accent",
    RequestState.APPROVED: "accent",
    RequestState.CONFLICT: "high",
    RequestState.PARTIAL: "high",
    RequestState.REFUSED: "critical",
    RequestState.UNKNOWN: "critical",
    RequestState.REJECTED: "high",
    RequestState.DISCONNECTED: "high",
    RequestState.OUTDATED: "high",
}
STAGES = {
    DeliveryState.VERIFIED: "done",
    DeliveryState.SENT: "sent",
    DeliveryState.WAITING: "queued",
    DeliveryState.SKIPPED: "skipped",
}


@dataclass(frozen=True)
class Stage:
    """One step on its way. ``stage`` is queued, sent, done, skipped or failed."""

    label: str
    stage: str
    words: str
    message: str
    attempts: int
    is_note: bool


@dataclass(frozen=True)
class Outcome:
    """What became of the thing that a verified request was to help. ``stage`` is done, open, or judging."""

    stage: str
    words: Any
    about: About


@dataclass(frozen=True)
class Progress:
    """One request for one reader."""

    item: Request
    reader: User
    problem: str = ""

    @cached_property
    def plan(self) -> Plan:
        return Plan.load(self.item.plan)

    @cached_property
    def changes(self) -> list[Change]:
        return changes(self.plan, self.item.action)

    @cached_property
    def deliveries(self) -> list[Delivery]:
        return list(self.item.deliveries.order_by("position"))

    @cached_property
    def stages(self) -> list[Stage]:
        return [
            Stage(
                label=one.step["label"],
                stage=STAGES.get(DeliveryState(one.state), "failed"),
                words=one.get_state_display(),
                message=one.message,
                attempts=one.attempts,
                is_note=one.is_note,
            )
            for one in self.deliveries
        ]

    @cached_property
    def clashes(self) -> list[Clash]:
        """The fields that stood in the way, of the step that stopped the plan."""
        return [
            clash
            for one in self.deliveries
            if one.state == DeliveryState.CONFLICT
            for clash in clashes(one.evidence.get("differences", ()), self.plan, self.item.action, one.step["model"])
        ]

    @cached_property
    def moved(self) -> list[Clash]:
        """What has changed in Odoo since it was asked for, as far as the mirror knows, while it waits."""
        return moved_since([(self.item, self.plan)]).get(self.item.pk, [])

    @cached_property
    def standstill(self) -> str:
        """Why nothing is sent to its Odoo now, while something is still to be."""
        is_pending = self.item.state in (RequestState.WAITING, RequestState.APPROVED)
        return held_up(self.item) if is_pending else ""

    @cached_property
    def deleted(self) -> list[tuple[str, int]]:
        return deleted(self.deliveries)

    @cached_property
    def refusals(self) -> list[Any]:
        """What Odoo said where it did not take a step, in its own words."""
        return [one.evidence["error"] for one in self.deliveries if one.evidence.get("error") and not one.is_note]

    @cached_property
    def approvals(self) -> list[Approval]:
        return list(self.item.approvals.select_related("by").order_by("at"))

    @cached_property
    def about(self) -> About | None:
        return about(self.item.about_type, self.item.about_key, reader=self.reader)

    @cached_property
    def outcome(self) -> Outcome | None:
        """Whether the case is over, once Odoo has the change; None for what cannot end one, such as a message."""
        settles = self.item.action in actions and actions[self.item.action].may_settle
        if self.item.state != RequestState.VERIFIED or not settles or self.about is None:
            return None
        if self.about.ended:
            return Outcome("done", self.about.ended, self.about)
        if self._is_judging(self.about):
            return Outcome("judging", _("The case is judged again by the new data."), self.about)
        return Outcome("open", _("The case is still open"), self.about)

    def _is_judging(self, case: About) -> bool:
        """Whether the verdict that counts is still to come: a matter of seconds, so that nobody waits for it longer."""
        now = timezone.now()
        if now - self.item.state_at > SOON:
            return False
        read_at = read_anew_at(self.item, self.plan)
        if read_at is None or case.judged_at is None or case.judged_at < self.item.state_at:
            return True
        return case.judged_at < read_at and now - read_at < SETTLED

    @cached_property
    def undone_by(self) -> Request | None:
        return self.item.undoings.order_by("-requested_at").first()

    @property
    def title(self) -> str:
        if self.item.action not in actions:
            return str(self.item.action)
        action = actions[self.item.action]()
        subject = action.subject.objects.filter(pk=self.item.subject_id).first()
        return str(action.title if subject is None else action.title_for(subject))

    @property
    def state_words(self) -> Any:
        return _("deleted in Odoo") if self._is_deleted else self.item.get_state_display()

    @property
    def next(self) -> Any:
        state = RequestState(self.item.state)
        if self._is_deleted:
            return DELETED
        if state is RequestState.PARTIAL and made_otherwise(self.deliveries):
            return OTHERWISE
        return BENT if state is RequestState.CONFLICT and bent(self.deliveries) else NEXT[state]

    @property
    def _is_deleted(self) -> bool:
        return self.item.state == RequestState.CONFLICT and bool(self.deleted)

    @property
    def tone(self) -> str:
        return TONES.get(RequestState(self.item.state), "")

    @property
    def approver(self) -> Any:
        return Role(self.item.approver_role).label if self.item.approver_role else ""

    @cached_property
    def deciders(self) -> list[User]:
        item = self.item
        if item.state != RequestState.WAITING:
            return []
        return deciders(item.approver_role, company=item.company_id, plant=item.plant_id, besides=item.requested_by)

    def judges(self, role: Role | None) -> list[User]:
        """Who could approve what the reader is about to ask for in the request's place, if a role must."""
        item = self.item
        return deciders(role, company=item.company_id, plant=item.plant_id, besides=self.reader) if role else []

    @property
    def poll_seconds(self) -> int | None:
        """How often the page asks for news: each second under way, seldom while others decide, else never.

        Not while the reader decides either: a reason half typed would be lost.
        """
        if self.may_decide:
            return None
        under_way = any(one.state in OPEN for one in self.deliveries)
        judging = self.outcome is not None and self.outcome.stage == "judging"
        if self.item.state == RequestState.APPROVED or under_way or judging:
            return 1
        return 10 if self.item.state == RequestState.WAITING else None

    @property
    def may_decide(self) -> bool:
        waiting = self.item.state == RequestState.WAITING
        return (
            waiting and may(self.reader, Permission.APPROVE_ACTIONS, self.item) and may_decide(self.reader, self.item)
        )

    @property
    def may_withdraw(self) -> bool:
        if self.item.requested_by_id != self.reader.pk:
            return False
        untouched = all(one.state == DeliveryState.WAITING and not one.attempts for one in self.deliveries)
        return self.item.state == RequestState.WAITING or (self.item.state == RequestState.APPROVED and untouched)

    @property
    def may_undo(self) -> bool:
        standing = self.undone_by is None or self.undone_by.state not in {
            RequestState.WAITING, RequestState.APPROVED, RequestState.UNKNOWN, RequestState.VERIFIED,
        }  # fmt: skip
        sent = any(one.attempts for one in self.deliveries if not one.is_note)
        return self.item.state in UNDOABLE and self.plan.undo is not None and sent and standing and self._may_ask

    @property
    def may_send_again(self) -> bool:
        return self.item.state in REPEATABLE and self._may_ask

    @property
    def plan_anew(self) -> str:
        """Where the same values can be planned on today's data; empty where that makes no sense."""
        item = self.item
        again = {RequestState.CONFLICT, RequestState.EXPIRED, RequestState.REJECTED, RequestState.WITHDRAWN}
        if item.state not in again or item.undoes_id or not self._may_ask or not is_plannable(item, self.deleted):
            return ""
        case = f"&case={item.about_key}" if item.about_type == "case" else ""
        return reverse("actions:propose", args=[item.action, item.subject_id]) + f"?from={item.pk}{case}"

    @property
    def _may_ask(self) -> bool:
        return self.item.action in actions and may(self.reader, actions[self.item.action].requires, self.item)
