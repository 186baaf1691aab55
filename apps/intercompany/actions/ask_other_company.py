"""Ask the other company about its document: something to do, on that document, for whoever answers for it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.actions.definition import (
    NEW,
    Action,
    ActionForm,
    CannotPlanError,
    Plan,
    Reversibility,
    Step,
    actions,
    fact,
)
from apps.exceptions.actions.message_vendor import paragraphs
from apps.intercompany.situation import (
    Situation,
    calendar_at,
    company_name,
    odoo_id,
    reachable,
    situation_of,
    today_at,
)
from apps.intercompany.words import amount
from controltower.lib.scope import Scope, Slice
from odoo_sync.mirror.accounting import JournalEntry
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.company import OdooUser
from odoo_sync.working_time import working_days_between

ACTIVITY = "mail.activity"
DAYS = 3


class QuestionForm(ActionForm):
    """What the other company reads, and by when an answer is wanted."""

    question = forms.CharField(
        label=gettext_lazy("Question to the other company"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("People of the other company read it in Odoo. Name only what stands on both documents."),
    )
    answer_by = forms.DateField(
        label=gettext_lazy("Answer by"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, subject: Mirror, **options: Any) -> None:
        super().__init__(*args, subject=subject, **options)
        found = situation_of(subject) if isinstance(subject, JournalEntry) else None
        self.answering = found.other if found is not None else None
        self.fields["answer_by"].help_text = _("Day at the other company (%s).") % calendar_at(self.answering).zone

    def clean_answer_by(self) -> date:
        day: date = self.cleaned_data["answer_by"]
        if day < today_at(self.answering):
            raise forms.ValidationError(_("That day has passed. Choose today or later."))
        return day


@actions.add
class AskOtherCompany(Action[JournalEntry]):
    """Put a to-do on the other company's document, for the person who answers for it, or a person of that company.

    The proposed text names the document by the number that both companies know, its amount, and the own document where
    there is one; nothing else of the own books. The to-do (mail.activity) carries an external id of the tower, so that
    it is made once. It changes nothing that is judged: the case stays until the documents agree.
    """

    key = "intercompany.ask_other_company"
    title = gettext_lazy("Ask the other company")
    explanation = gettext_lazy("Leaves a to-do on the other company's document in Odoo.")
    subject = JournalEntry
    form = QuestionForm
    requires = Permission.REQUEST_FINANCE_ACTIONS
    reversibility = Reversibility.FINAL
    leaves_note = False
    planned_anew = True
    may_settle = False
    writes = {"mail.activity": ("create",), "account.move": ("read",)}
    fields = {
        "summary": gettext_lazy("to do"),
        "note": gettext_lazy("question"),
        "date_deadline": gettext_lazy("answer by"),
        "user_id": gettext_lazy("for"),
        "res_model": gettext_lazy("kind of record"),
        "res_id": gettext_lazy("document"),
        "state": gettext_lazy("state"),
    }

    def subject_for(self, record: Mirror) -> JournalEntry | None:
        return record if isinstance(record, JournalEntry) and situation_of(record) is not None else None

    def place(self, subject: JournalEntry) -> Slice:
        found = situation_of(subject)
        return found.place if found else Slice(subject.company_id)

    def reachable(self, scope: Scope) -> QuerySet[Any]:
        return reachable(scope)

    def initial(self, subject: JournalEntry) -> dict[str, Any]:
        found = situation_of(subject)
        text = _proposed(found) if found else ""
        return {"question": text, "answer_by": _working_day(found.other if found else None)}

    def approver(self, subject: JournalEntry, answer: Mapping[str, Any]) -> Role | None:
        return None

    def plan(self, subject: JournalEntry, answer: Mapping[str, Any], *, by: User) -> Plan:
        found = situation_of(subject)
        if found is None:
            raise CannotPlanError(
                _("The document is no longer posted between the two companies: there is nobody to ask.")
            )
        person = _person(found)
        step = _asking(found, answer, person, by)
        names = {"company": company_name(found.other), "number": found.theirs.number or _("the draft")}
        nobody = _("Odoo names nobody of %(company)s for it: the to-do waits on the document.") % names
        return Plan(
            steps=(step,),
            undo=None,
            effect=_("Question to %(company)s about %(number)s.") % names,
            follows=(_("Odoo shows it on the document, and in the list of what %s has to do.") % person,)
            if person
            else (),
            warnings=() if person else (nobody,),
            names={
                f"{ACTIVITY},{NEW}": _("To-do of %(company)s on %(number)s") % names,
                "res_model=account.move": _("Journal entry"),
                f"res_id={found.theirs.odoo_id}": str(names["number"]),
                **({f"user_id={person.odoo_id}": str(person)} if person else {}),
            },
        )


def _working_day(company: int | None) -> date:
    """Some working days from today, as the company counts them that answers."""
    calendar, day = calendar_at(company), today_at(company)
    first = day
    while working_days_between(first, day, calendar) < DAYS:
        day += timedelta(days=1)
    return day


def _asking(found: Situation, answer: Mapping[str, Any], person: OdooUser | None, by: User) -> Step:
    day = str(answer["answer_by"])[:10]
    theirs = found.theirs
    names = {"who": by.shown_name, "company": company_name(found.acting)}
    summary = _("Question of %(company)s") % names
    note = paragraphs(str(answer["question"])) + paragraphs(_("%(who)s, %(company)s, by the Control Tower") % names)
    fields = ["res_model_id/id", "res_id", "activity_type_id/id", "summary", "note", "date_deadline"]
    row = ["account.model_account_move", str(theirs.odoo_id), "mail.mail_activity_data_todo", summary, note, day]
    expect = {
        f"{NEW}.res_model": "account.move",
        f"{NEW}.res_id": theirs.odoo_id,
        f"{NEW}.summary": summary,
        f"{NEW}.date_deadline": day,
    }
    if person is not None:
        fields.append("user_id/.id")
        row.append(str(person.odoo_id))
        expect[f"{NEW}.user_id"] = person.odoo_id
    return Step(
        connection=theirs.connection_id,
        company=odoo_id(found.other),
        model=ACTIVITY,
        ids=(),
        method="load",
        args={"fields": fields, "data": [row]},
        guard={fact("account.move", theirs.odoo_id, "state"): theirs.state},
        expect=expect,
        safe_again="external_id",
        label=_("Leave the question on the document"),
    )


def _person(found: Situation) -> OdooUser | None:
    """Who answers for the other company's document: named on it, else somebody of that company."""
    named = found.theirs.responsible
    if named is not None and named.active is not False and named.gone_at is None:
        return named
    people = OdooUser.objects.filter(company=found.other, active=True).exclude(login=None)
    return people.order_by("id").first()


def _proposed(found: Situation) -> str:
    """A question in words that both sides know: numbers and totals."""
    theirs, mine = found.theirs, found.mine
    names = {
        "number": theirs.number or _("your draft"),
        "amount": _total(theirs),
        "us": company_name(found.acting),
        "ours": (mine.number or _("a draft")) if mine else "",
        "total": _total(mine) if mine else "",
    }
    if mine is None:
        text = _("%(number)s over %(amount)s is not booked at %(us)s. Which delivery or order does it belong to?")
    elif mine.state != theirs.state:
        text = _("%(number)s over %(amount)s is still a draft at %(us)s. Is it right as it is, so that we may book it?")
    else:
        text = _(
            "%(number)s over %(amount)s does not agree with %(ours)s at %(us)s over %(total)s. Which of them is right?"
        )
    return text % names


def _total(entry: JournalEntry) -> str:
    return amount(entry.amount_total or Decimal(0), entry.currency.name if entry.currency else "")
