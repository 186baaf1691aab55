"""Odoo's words for the values of its selection fields, as its English screens show them (18.0)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

TRANSFER_STATES = {
    "draft": gettext_lazy("Draft"),
    "waiting": gettext_lazy("Waiting Another Operation"),
    "confirmed": gettext_lazy("Waiting"),
    "assigned": gettext_lazy("Ready"),
    "done": gettext_lazy("Done"),
    "cancel": gettext_lazy("Cancelled"),
}
"""stock.picking.state; moves and their lines share the values."""

ENTRY_STATES = {
    "draft": gettext_lazy("Draft"),
    "posted": gettext_lazy("Posted"),
    "cancel": gettext_lazy("Cancelled"),
}
"""account.move.state"""

ENTRY_KINDS = {
    "entry": gettext_lazy("Journal Entry"),
    "out_invoice": gettext_lazy("Customer Invoice"),
    "out_refund": gettext_lazy("Customer Credit Note"),
    "in_invoice": gettext_lazy("Vendor Bill"),
    "in_refund": gettext_lazy("Vendor Credit Note"),
}
"""account.move.move_type"""

INSPECTION_STATES = {
    "plan": gettext_lazy("Planned"),
    "draft": gettext_lazy("Draft"),
    "ready": gettext_lazy("Ready"),
    "waiting": gettext_lazy("Waiting supervisor approval"),
    "success": gettext_lazy("Quality success"),
    "failed": gettext_lazy("Quality failed"),
    "canceled": gettext_lazy("Canceled"),
}
"""qc.inspection.state (OCA, quality_control_oca)"""

MAINTENANCE_KINDS = {
    "corrective": gettext_lazy("Corrective"),
    "preventive": gettext_lazy("Preventive"),
}
"""maintenance.request.maintenance_type"""

WORKING_STATES = {
    "normal": gettext_lazy("Normal"),
    "blocked": gettext_lazy("Blocked"),
    "done": gettext_lazy("In Progress"),
}
"""mrp.workcenter.working_state"""
