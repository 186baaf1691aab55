"""What an Odoo that refuses says of who would be let in."""

from __future__ import annotations

from odoo_sync.probe import groups_of


def test_groups_are_read_out_of_an_access_error() -> None:
    told = (
        "You are not allowed to access 'Lead' (crm.lead) records. This operation is allowed for the following groups: "
        "- Sales/Administrator - Sales/User: Own Documents Only Contact your administrator to request access."
    )
    assert groups_of(told) == ["Sales/Administrator", "Sales/User: Own Documents Only"]
    assert groups_of("No group currently allows this operation.") == []
