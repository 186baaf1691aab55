"""Ask the other company about its document: something to do, on that document, for whoever answers for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
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
from apps.intercompany.documents import CREDITS, total_of
from apps.intercompany.lanes import POSTED
from apps.intercompany.situation import (
    Situation,
    calendar_at,
    company_name,
    odoo_id,
    reachable,
    situation_of,
    today_at,
)
from apps.intercompany.trades import document
from apps.intercompany.words import amount
from controltower.lib.scope import Scope, Slice
from odoo_sync.mirror.accounting import JournalEntry
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.company import OdooUser
from odoo_sync.working_time import working_days_between

ACTIVITY = "mail.activity"
DAYS = 3
MOST = 8
"""So many documents of a side are named in the proposed question."""


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
        f"{NEW}.note": note,
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
    mine = found.mine
    names = {
        "theirs": _listed(found.their_side, _("your draft")),
        "us": company_name(found.acting),
        "ours": _listed(found.my_side, _("a draft")),
        "answers": _listed(found.answers, _("a draft")),
    }
    if found.answers:
        text = _(
            "At %(us)s %(answers)s answers %(theirs)s already, and %(ours)s names it too. Is there another document of"
            " yours for it, or is it one too many?"
        )
    elif mine is None and found.theirs.kind in CREDITS:
        text = _("%(theirs)s is not booked at %(us)s. Which invoice, return or price does it correct?")
    elif mine is None:
        text = _("%(theirs)s is not booked at %(us)s. Which delivery or order does it belong to?")
    elif mine.state != found.theirs.state and len(found.their_side) > 1:
        text = _("%(theirs)s are still a draft at %(us)s. Are they right as they are, so that we may book them?")
    elif mine.state != found.theirs.state:
        text = _("%(theirs)s is still a draft at %(us)s. Is it right as it is, so that we may book it?")
    elif len(found.their_side) > 1:
        text = _("%(theirs)s do not agree with %(ours)s at %(us)s. Which of them is right?")
    else:
        text = _("%(theirs)s does not agree with %(ours)s at %(us)s. Which of them is right?")
    return text % names


def _listed(entries: Sequence[JournalEntry], unnumbered: str) -> str:
    """Each document of a side with its number and total, and what several come to."""
    shown = [
        _("%(number)s over %(amount)s") % {"number": one.number or unnumbered, "amount": _total([one])}
        for one in entries[:MOST]
    ]
    if len(entries) > MOST:
        shown.append(_("%d more") % (len(entries) - MOST))
    if len(entries) < 2:
        return "".join(shown)
    return _("%(documents)s (%(amount)s in all)") % {"documents": ", ".join(shown), "amount": _total(entries)}


def _total(entries: Sequence[JournalEntry]) -> str:
    """What booked documents of one currency come to, credit notes against the rest; what all of them do where none is
    booked.
    """
    counted = [one for one in entries if one.state == POSTED] or entries
    currency = counted[0].currency
    return amount(total_of(map(document, counted)), currency.name if currency else "")
