"""A note can be left on every mirrored record that carries messages in Odoo, but for those named here."""

from __future__ import annotations

from pathlib import Path

from apps.exceptions.actions.leave_note import MESSAGING
from odoo_sync.mirror.base import mirrors

RECORDED = Path(__file__).parents[2] / "demo" / "odoo" / "fields"
UNVERIFIED = {"quality.check", "quality.alert"}
SHARED_BY_THE_GROUP = {"product.template", "product.product", "res.partner"}
CLOSED_TO_THE_BOT = {"mrp.workcenter", "res.company", "res.users", "account.account", "account.journal", "account.tax"}
NO_PART_OF_A_CASE = {"account.analytic.account", "maintenance.equipment.category", "qc.test"}


def test_notes_fit_exactly_the_models_that_carry_messages() -> None:
    named = {mirror.source.model: RECORDED / f"{mirror.source.model}.json" for mirror in mirrors}
    carrying = {model for model, path in named.items() if path.exists() and '"message_ids"' in path.read_text()}
    left_out = SHARED_BY_THE_GROUP | CLOSED_TO_THE_BOT | NO_PART_OF_A_CASE
    assert {mirror.source.model for mirror in MESSAGING} == (carrying - left_out) | UNVERIFIED


def test_what_is_left_out_is_mirrored() -> None:
    known = {mirror.source.model for mirror in mirrors}
    assert known >= SHARED_BY_THE_GROUP | CLOSED_TO_THE_BOT | NO_PART_OF_A_CASE
