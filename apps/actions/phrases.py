"""How the trail speaks of requests and of their steps."""

from django.utils.translation import gettext_lazy as _

from apps.audit.phrases import phrases

phrases.add(
    {
        "request.proposed": _("asked for: {effect}"),
        "request.approved": _("approved: {effect}"),
        "request.rejected": _("rejected: {effect} ({reason})"),
        "request.withdrawn": _("withdrew: {effect}"),
        "request.expired": _("closed, because nobody decided in time: {effect}"),
        "request.escalated": _("told {to_name}, because nobody had decided for {waited}: {effect}"),
        "request.sent_again": _("sent again: {effect}"),
        "request.verified": _("verified in Odoo: {effect}"),
        "request.partial": _("did only part of it, or not as planned: {effect}"),
        "request.conflict": _("stopped, because somebody else had changed it: {effect}"),
        "request.refused": _("was refused by Odoo: {effect}"),
        "request.unknown": _("could not find out what became of it: {effect}"),
        "request.disconnected": _("closed, because its Odoo was disconnected: {effect}"),
        "request.outdated": _("closed, because it was planned on another database: {effect}"),
        "request.undone": _("marked it as undone by request {by_request}"),
        "step.sent": _("sent step {step} to Odoo, attempt {attempt}"),
        "step.verified": _("read step {step} back and found it done"),
        "step.conflict": _("stopped at step {step}: {message}"),
        "step.rejected": _("was refused at step {step}: {message}"),
        "step.unknown": _("does not know what became of step {step}: {message}"),
        "step.skipped": _("did not send step {step}: {message}"),
    }
)
