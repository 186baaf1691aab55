"""Leave a note on a document in Odoo, with the way back to the case: for whoever opens it there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.accounts.scope import scope_of
from apps.actions.definition import Action, ActionForm, CannotPlanError, Plan, Reversibility, Step, actions
from apps.exceptions.actions.message_vendor import paragraphs
from apps.exceptions.documents import PARENTS
from apps.exceptions.models import Case
from controltower.lib.keys import split_key
from controltower.lib.places import place_of
from odoo_sync.mirror.accounting import JournalEntry
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.production import ProductionOrder
from odoo_sync.mirror.purchase import PurchaseOrder
from odoo_sync.mirror.sale import SaleOrder
from odoo_sync.mirror.stock import Transfer


class NoteForm(ActionForm):
    """What people in Odoo read."""

    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("An internal note on the document; nobody outside the company gets it."),
    )


class LeaveNote(Action[Mirror]):
    """Post an internal note on the document that a case is about, with a link to the newest case that names it.

    The note carries a token in its Message-Id, so that the tower finds it again after a crash or a time-out and does
    not post it twice. It changes nothing that is judged.
    """

    title = gettext_lazy("Leave a note in Odoo")
    explanation = gettext_lazy("Puts an internal note on the document, with a link back to this case.")
    form = NoteForm
    requires = Permission.WORK_CASES
    reversibility = Reversibility.FINAL
    leaves_note = False
    may_settle = False
    fields = {"body": gettext_lazy("note")}

    def subject_for(self, record: Mirror) -> Mirror | None:
        """The document itself, or the one that a line is on."""
        column, parent = PARENTS.get(record.key, ("", ""))
        found = getattr(record, column, None) if parent == self.subject.key else record
        return found if isinstance(found, self.subject) else None

    def approver(self, subject: Mirror, answer: Mapping[str, Any]) -> Role | None:
        return None

    def plan(self, subject: Mirror, answer: Mapping[str, Any], *, by: User) -> Plan:
        company = place_of(subject).company
        if company is None:
            raise CannotPlanError(_("The document names no company: open it in Odoo and write there."))
        model = subject.source.model
        step = Step(
            connection=subject.connection_id,
            company=split_key(company)[1],
            model=model,
            ids=(subject.odoo_id,),
            method="message_post",
            args={
                "body": paragraphs(str(answer["note"])) + _signed(subject, by),
                "body_is_html": True,
                "message_type": "comment",
                "subtype_xmlid": "mail.mt_note",
            },
            safe_again="marker",
            label=_("Leave the note"),
        )
        return Plan(
            steps=(step,),
            undo=None,
            effect=_("Note on %s.") % subject,
            names={f"{model},{subject.odoo_id}": str(subject)},
        )


def _signed(subject: Mirror, by: User) -> str:
    """Who wrote it, and the way back where there is a case that this person may see."""
    text = escape(_("%s, by the Control Tower") % by.shown_name)
    cases = Case.objects.within(scope_of(by, Permission.SEE_CASES)).filter(documents__contains=[subject.pk])
    case = cases.order_by("-id").values_list("pk", flat=True).first()
    if case is None:
        return f"<p>{text}</p>"
    address = escape(settings.PUBLIC_URL + reverse("exceptions:case", args=[case]))
    return f'<p>{text}: <a href="{address}">{escape(_("case %d") % case)}</a></p>'


def note_key(mirror: type[Mirror]) -> str:
    """The key of the action that leaves notes on documents of this kind."""
    return f"note.{mirror.key}"


MESSAGING: tuple[type[Mirror], ...] = (PurchaseOrder, SaleOrder, ProductionOrder, Transfer, JournalEntry)
"""Mirrors whose records carry messages in Odoo (mail.thread)."""
READ_TO_POST: frozenset[type[Mirror]] = frozenset({JournalEntry})
"""Where Odoo lets anybody post who may read the document (_mail_post_access, Odoo 18); elsewhere one must write it."""
for _mirror in MESSAGING:
    _right = "read" if _mirror in READ_TO_POST else "write"
    _members = {"key": note_key(_mirror), "subject": _mirror, "__doc__": LeaveNote.__doc__, "__module__": __name__}
    _members["writes"] = {_mirror.source.model: (_right,), "mail.message": ("create",)}
    actions.add(type(f"LeaveNoteOn{_mirror.__name__}", (LeaveNote,), _members))
