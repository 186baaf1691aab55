"""The trace that a request leaves in Odoo: one internal note on the document, naming who asked and who agreed."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.actions.definition import Plan, Step, actions
from apps.actions.deliveries import made_otherwise
from apps.actions.models import Request, RequestState
from apps.actions.refresh import made
from controltower.lib.keys import split_key


def note_step(request: Request) -> Step | None:
    """The step that posts the note, or None where the document carries no messages or the action says it all itself."""
    if request.action not in actions:
        return None
    action = actions[request.action]
    if not action.leaves_note:
        return None
    first = Plan.load(request.plan).steps[0]
    model = action.subject.source.model
    ids: tuple[int, ...] = (split_key(request.subject_id)[1],)
    if action.notes_what_it_made:
        model, ids = first.model, first.ids or tuple(one for name, one in made(request) if name == first.model)
    if not ids:
        return None
    return Step(
        connection=first.connection,
        company=first.company,
        model=model,
        ids=ids,
        method="message_post",
        args={"body": text_of(request), "message_type": "comment", "subtype_xmlid": "mail.mt_note"},
        safe_again="marker",
        label=_("Leave an internal note"),
    )


def text_of(request: Request) -> str:
    """Who asked for what, who agreed, and where to look it up. Plain text: Odoo escapes it."""
    partly = _partly(request) if request.state == RequestState.PARTIAL else ""
    agreed = [approval.by.shown_name for approval in request.approvals.filter(approved=True).select_related("by")]
    people = _("Requested by %s") % request.requested_by.shown_name
    if agreed:
        people += _(", approved by %s") % ", ".join(agreed)
    reason = _(" Reason: %s.") % request.reason.rstrip(". ") if request.reason else ""
    return f"Control Tower: {partly}{request.effect} {people}.{reason} ({str(request.pk)[:8]})"


def _partly(request: Request) -> str:
    return _("Not as it was planned: ") if made_otherwise(request.deliveries.all()) else _("Only partly done: ")
