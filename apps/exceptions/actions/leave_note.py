"""Leave a note on a document in Odoo, with the way back to the case: for whoever opens it there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.accounts.scope import scope_of
from apps.actions.definition import Action, ActionForm, CannotPlanError, Plan, Reversibility, Step, actions
from apps.exceptions.actions.message_vendor import paragraphs
from apps.exceptions.case_records import newest_case, shown_by
from apps.exceptions.goods_places import inspections_within, lots_within, place_of_inspection, place_of_lot
from apps.exceptions.models import Case
from controltower.lib.keys import split_key
from controltower.lib.scope import Scope, Slice
from odoo_sync.mirror.accounting import JournalEntry
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.maintenance import Equipment, MaintenanceRequest
from odoo_sync.mirror.production import ProductionOrder
from odoo_sync.mirror.purchase import PurchaseOrder
from odoo_sync.mirror.quality import Inspection
from odoo_sync.mirror.quality_enterprise import QualityAlert, QualityCheck
from odoo_sync.mirror.sale import SaleOrder
from odoo_sync.mirror.stock import Transfer
from odoo_sync.mirror.stock_lots import Lot


class NoteForm(ActionForm):
    """What people in Odoo read."""

    note = forms.CharField(
        label=gettext_lazy("Note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("An internal note on the document; nobody outside the company gets it."),
    )


class LeaveNote(Action[Mirror]):
    """Post an internal note on a record that a case is about or leads to, with a link to the newest case that names it.

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
        """The record itself, or the first of its kind that it leads to: a line's order, the lot of an inspection."""
        rows = (row for mirror, row in shown_by(record) if mirror == self.subject.key)
        row = next(rows, None)
        return None if row is None else self.subject.objects.filter(pk=row).first()

    def hint(self, subject: Mirror) -> str:
        return _("Puts an internal note on %s, with a link back to this case.") % subject

    def place(self, subject: Mirror) -> Slice:
        if isinstance(subject, Inspection):
            return place_of_inspection(subject)
        return place_of_lot(subject) if isinstance(subject, Lot) else super().place(subject)

    def reachable(self, scope: Scope) -> QuerySet[Any]:
        if self.subject is Inspection:
            return inspections_within(scope)
        return lots_within(scope) if self.subject is Lot else super().reachable(scope)

    def approver(self, subject: Mirror, answer: Mapping[str, Any]) -> Role | None:
        return None

    def plan(self, subject: Mirror, answer: Mapping[str, Any], *, by: User) -> Plan:
        company = self.place(subject).company
        if company is None and not isinstance(subject, SHARED):
            raise CannotPlanError(_("The document names no company: open it in Odoo and write there."))
        model = subject.source.model
        step = Step(
            connection=subject.connection_id,
            company=split_key(company)[1] if company else None,
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
    case = newest_case(subject, Case.objects.within(scope_of(by, Permission.SEE_CASES)))
    if case is None:
        return f"<p>{text}</p>"
    address = escape(settings.PUBLIC_URL + reverse("exceptions:case", args=[case]))
    return f'<p>{text}: <a href="{address}">{escape(_("case %d") % case)}</a></p>'


def note_key(mirror: type[Mirror]) -> str:
    """The key of the action that leaves notes on documents of this kind."""
    return f"note.{mirror.key}"


SHARED = (Lot, Equipment)
"""What Odoo lets several companies have in common: a note on it is for those who may act in the whole group."""
MESSAGING: tuple[type[Mirror], ...] = (
    PurchaseOrder,
    SaleOrder,
    ProductionOrder,
    Transfer,
    JournalEntry,
    Inspection,
    QualityCheck,
    QualityAlert,
    Lot,
    Equipment,
    MaintenanceRequest,
)
"""Mirrors of records that carry messages (mail.thread) and on which the bot may write one.

Not among them: products and partners, which every company of the group reads, and what Odoo lets only its
administrators write to, such as work centres. Checks and alerts of Odoo Enterprise are not verified.
"""
READ_TO_POST: frozenset[type[Mirror]] = frozenset({JournalEntry})
"""Where Odoo lets anybody post who may read the document (_mail_post_access, Odoo 18); elsewhere one must write it."""
for _mirror in MESSAGING:
    _right = "read" if _mirror in READ_TO_POST else "write"
    _members = {"key": note_key(_mirror), "subject": _mirror, "__doc__": LeaveNote.__doc__, "__module__": __name__}
    _members["writes"] = {_mirror.source.model: (_right,), "mail.message": ("create",)}
    actions.add(type(f"LeaveNoteOn{_mirror.__name__}", (LeaveNote,), _members))
