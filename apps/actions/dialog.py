"""The dialog of a proposal: choose values, look at the preview, send. Nothing typed is ever lost between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from apps.accounts.access import find_or_404, require
from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.accounts.scope import scope_of
from apps.actions import requests
from apps.actions.about import About, about, concerns
from apps.actions.authority import deciders
from apps.actions.changes import Change, changes
from apps.actions.definition import Action, ActionForm, CannotPlanError, Plan, Reversibility, actions
from apps.actions.errors import AlreadyRequestedError, PlanChangedError
from apps.actions.forms import SeenForm
from apps.actions.models import Request
from apps.actions.rights import lacking
from apps.actions.standstill import standstill
from apps.actions.stumble import StumbledError, minding
from controltower.lib.numbers import whole
from controltower.lib.scope import Scope
from odoo_sync.mirror.base import Mirror
from odoo_sync.models import Connection

CASE = "case"


@dataclass
class Dialog:
    """One person proposing one action on one record."""

    action: Action[Any]
    subject: Mirror
    by: User
    case: str
    address: str
    form: ActionForm
    plan: Plan | None = None
    problem: str = ""
    existing: Request | None = None
    key: UUID = field(default_factory=uuid4)

    @classmethod
    def of(cls, request: HttpRequest, key: str, subject: int) -> Dialog:
        """The dialog for this address.

        Raises Http404 for what is not there or not to be seen, PermissionDenied, and StumbledError.
        """
        if key not in actions:
            raise Http404
        action, by = actions[key](), cast(User, request.user)
        found = action.reachable(scope_of(by, Permission.SEE_CASES))
        record = find_or_404(found, Scope.everything(), pk=subject)
        with minding(action, record.key, record.pk):
            place = action.place(record)
        require(by, action.requires, within=place)
        case = request.GET.get("case", "")
        with minding(action, record.key, record.pk):
            case = case if whole(case) is not None and concerns(CASE, case, action, record) else ""
        address = reverse("actions:propose", args=[key, subject]) + (f"?case={case}" if case else "")
        with minding(action, record.key, record.pk):
            form = cls._form(request, action, record, by)
        return cls(action, record, by, case, address, form)

    @staticmethod
    def _form(request: HttpRequest, action: Action[Any], record: Mirror, by: User) -> ActionForm:
        if request.method == "POST":
            return action.form(request.POST, subject=record)
        initial = {**action.initial(record), **former_answer(request.GET, action, record, by)}
        return action.form(initial=initial, subject=record)

    def preview(self) -> bool:
        """Make the plan of the values in the form; False when they need another look, or nothing can be planned."""
        try:
            with minding(self.action, self.subject.key, self.subject.pk):
                return self.form.is_valid() and self._look()
        except StumbledError as error:
            self.plan, self.problem = None, str(error)
        except CannotPlanError as error:
            self.plan = None
            self.form.add_error(None, str(error))
        return False

    def _look(self) -> bool:
        """Make the plan, and work out here what its preview shows: a page that is half written cannot say it failed."""
        self.plan = requests.preview(self.action, self.subject, self.form.cleaned_data, by=self.by)
        return all(shown is not None for shown in (self.plan, self.changes, self.deciders, self.lacking))

    def send(self, data: QueryDict) -> Request | None:
        """Propose what was previewed; None when the person has to look again, with ``problem`` saying why."""
        seen = SeenForm(data)
        if not self.preview():
            return None
        if not seen.is_valid():
            self.problem = _("Look at the preview before you send it.")
            return None
        self.key = seen.cleaned_data["key"]
        try:
            return requests.propose(
                self.action, self.subject, self.form.cleaned_data, by=self.by, key=self.key,
                seen_hash=seen.cleaned_data["seen_hash"], about=(CASE, self.case) if self.about else ("", ""),
            )  # fmt: skip
        except AlreadyRequestedError as error:
            self.problem, self.existing = str(error), error.existing
        except (PlanChangedError, CannotPlanError) as error:
            self.problem = str(error)
        return None

    @property
    def title(self) -> str:
        return str(self.action.title_for(self.subject))

    @property
    def hint(self) -> str:
        """What it does to this record."""
        return self.action.hint(self.subject)

    @cached_property
    def lacking(self) -> list[str]:
        """The rights in Odoo that the plan needs and the bot user was last found without."""
        if self.plan is None:
            return []
        connection = Connection.objects.only("capabilities").get(pk=self.subject.connection_id)
        return lacking(self.plan, connection, self.action.writes)

    @cached_property
    def about(self) -> About | None:
        """The case that this helps, if the reader may see it."""
        return about(CASE, self.case, reader=self.by)

    @cached_property
    def changes(self) -> list[Change]:
        return changes(self.plan, self.action.key) if self.plan else []

    @cached_property
    def approver(self) -> Role | None:
        return self.action.approver(self.subject, self.form.cleaned_data)

    @cached_property
    def deciders(self) -> list[User]:
        """Who could approve it; nobody is worth a warning."""
        place = self.action.place(self.subject)
        return (
            deciders(self.approver, company=place.company, plant=place.plant, besides=self.by) if self.approver else []
        )

    @cached_property
    def standstill(self) -> str:
        """Why nothing would be sent to this Odoo now, even if it were approved."""
        return standstill(self.subject.connection_id)

    @property
    def way_back(self) -> str:
        """Whether and how it can be taken back, for whoever is about to ask for it."""
        is_final = self.plan is not None and self.plan.undo is None
        return str((Reversibility.FINAL if is_final else self.action.reversibility).promise)

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What was typed, as hidden fields of the preview."""
        return [(name, self.form.data.get(name, "")) for name in self.form.fields]


def former_answer(query: QueryDict, action: Action[Any], record: Mirror, by: User) -> dict[str, Any]:
    """The values of one's own earlier request on the same record, to start from again after a conflict.

    All of them: a form may have fields for this very record alone, as the answers of an inspection.
    """
    try:
        former = Request.objects.filter(pk=UUID(query.get("from", "")), requested_by=by).first()
    except ValueError:
        return {}
    if former is None or former.action != action.key or former.subject_id != record.pk:
        return {}
    return dict(former.answer)
