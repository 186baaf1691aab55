"""Write to the vendor on the purchase order, where the answer will be found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.accounts.roles import Permission, Role
from apps.actions.definition import Action, ActionForm, CannotPlanError, Plan, Reversibility, Step, actions
from apps.exceptions.actions.purchase_dates import read_dates
from apps.exceptions.actions.purchase_limits import limits_for, worth_more_than
from controltower.lib.keys import split_key
from odoo_sync.mirror.base import Mirror
from odoo_sync.mirror.purchase import PurchaseOrder, PurchaseOrderLine
from odoo_sync.working_time import local_day

ORDER = "purchase.order"


class MessageForm(ActionForm):
    """What the vendor will read."""

    message = forms.CharField(
        label=gettext_lazy("Message to the vendor"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("Odoo sends it by e-mail and keeps it on the order."),
    )


@actions.add
class MessageVendor(Action[PurchaseOrder]):
    """Post a message on the purchase order, addressed to the vendor, who gets it by e-mail from Odoo.

    The message carries a token in its Message-Id, so that the tower finds it again after a crash or a time-out and
    does not send it twice. A message cannot be called back. Orders beyond the limit of
    `purchase.changes` need the plant manager's word.
    """

    key = "purchase.message_vendor"
    title = gettext_lazy("Write to the vendor")
    explanation = gettext_lazy("Sends the vendor a message from the purchase order.")
    subject = PurchaseOrder
    form = MessageForm
    requires = Permission.REQUEST_PURCHASE_ACTIONS
    reversibility = Reversibility.FINAL
    may_settle = False
    writes = {"purchase.order": ("write",), "mail.message": ("create",)}
    fields = {"state": gettext_lazy("state"), "partner_id": gettext_lazy("vendor"), "body": gettext_lazy("message")}

    def subject_for(self, record: Mirror) -> PurchaseOrder | None:
        return record.order if isinstance(record, PurchaseOrderLine) else super().subject_for(record)

    def initial(self, subject: PurchaseOrder) -> dict[str, Any]:
        dates = read_dates(subject)
        due = [local_day(line.promised_at, dates.calendar) for line in dates.lines if line.promised_at]
        day = date_format(min(due), "j F Y") if due else _("the date agreed")
        text = _(
            "Dear partner,\n\nour order %(order)s was promised for %(day)s and has not arrived in full. When will the "
            "open goods leave your works? Please answer with a firm date.\n\nKind regards"
        )
        return {"message": text % {"order": subject.name, "day": day}}

    def approver(self, subject: PurchaseOrder, answer: Mapping[str, Any]) -> Role | None:
        return Role.PLANT_MANAGER if worth_more_than(limits_for(subject).message_amount, subject) else None

    def plan(self, subject: PurchaseOrder, answer: Mapping[str, Any], *, by: User) -> Plan:
        vendor = subject.vendor
        if vendor is None:
            raise CannotPlanError(_("%s has no vendor to write to.") % subject.name)
        step = Step(
            connection=subject.connection_id,
            company=split_key(subject.company_id)[1] if subject.company_id else None,
            model=ORDER,
            ids=(subject.odoo_id,),
            method="message_post",
            args={
                "body": paragraphs(str(answer["message"])),
                "body_is_html": True,
                "message_type": "comment",
                "subtype_xmlid": "mail.mt_comment",
                "partner_ids": [vendor.odoo_id],
            },
            guard={f"{subject.odoo_id}.partner_id": vendor.odoo_id, f"{subject.odoo_id}.state": subject.state},
            safe_again="marker",
            label=_("Send the message"),
        )
        unreachable = _("%s has no e-mail address in Odoo: the message is kept on the order, but nobody gets it.")
        return Plan(
            steps=(step,),
            undo=None,
            effect=_("Message to %(vendor)s on %(order)s.") % {"vendor": vendor, "order": subject.name},
            follows=(_("Odoo sends it by e-mail to %s and to the followers of the order.") % (vendor.email or vendor),),
            warnings=() if vendor.email else (unreachable % vendor,),
            names={f"{ORDER},{subject.odoo_id}": subject.name},
        )


def paragraphs(text: str) -> str:
    """Plain text as the HTML that Odoo keeps: escaped, empty lines as paragraphs, ends of line as breaks."""
    parts = [part.strip() for part in text.replace("\r\n", "\n").split("\n\n")]
    return "".join(f"<p>{escape(part).replace(chr(10), '<br>')}</p>" for part in parts if part)
