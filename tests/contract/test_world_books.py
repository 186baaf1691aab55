"""The books of the world: what was planned between companies is in Odoo, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest

from demo.world.catalog import COMPANIES
from demo.world.happenings import books as events
from demo.world.parts.books import MOVE, Pair, draw_pairs
from demo.world.register import Register
from demo.world.reopen import reopen
from demo.world.scene import Scene
from tests.contract.worlds import SEEDS, World, copy_of, world

FIELDS = ["name", "state", "ref", "date", "amount_untaxed", "amount_tax", "amount_total", "currency_id", "company_id"]


@pytest.fixture(params=SEEDS)
def built(request: pytest.FixtureRequest) -> World:
    return world(request.param)


def row(built: World, key: str) -> dict[str, Any]:
    found: dict[str, Any] = built.register.call(MOVE, "read", [built.register.id_of(key)], FIELDS)[0]
    return found


def pairs(built: World, *kinds: str) -> list[Pair]:
    return [pair for pair in draw_pairs(built.plan.seed, built.plan.scale) if not kinds or pair.kind in kinds]


def test_every_kind_of_pair_is_there_once_at_least(built: World) -> None:
    kinds = {pair.kind for pair in pairs(built)}
    assert kinds == {
        "match", "amount", "missing_bill", "period", "quantity", "tax", "draft_bill", "currency", "missing_invoice",
    }  # fmt: skip


def test_matching_pairs_agree_and_the_bill_quotes_the_invoice(built: World) -> None:
    for pair in pairs(built, "match"):
        invoice, bill = row(built, f"ic_invoice_{pair.key}"), row(built, f"ic_bill_{pair.key}")
        assert bill["ref"] == invoice["name"]
        for name in ("state", "date", "amount_untaxed", "amount_tax", "amount_total", "currency_id"):
            assert bill[name] == invoice[name]


def test_each_other_pair_differs_in_just_what_its_kind_says(built: World) -> None:
    for pair in pairs(built, "amount", "period", "quantity", "tax", "draft_bill", "currency"):
        invoice, bill = row(built, f"ic_invoice_{pair.key}"), row(built, f"ic_bill_{pair.key}")
        differing = {name for name in FIELDS if bill[name] != invoice[name]} - {"name", "ref", "company_id", "state"}
        expected = {
            "amount": {"amount_untaxed", "amount_total"},
            "quantity": {"amount_untaxed", "amount_total"},
            "tax": {"amount_tax", "amount_total"},
            "period": {"date"},
            "currency": {"currency_id"},
            "draft_bill": set(),
        }
        assert (pair.kind, differing) == (pair.kind, expected[pair.kind])
        assert bill["state"] == ("draft" if pair.kind == "draft_bill" else "posted")


def test_what_is_missing_is_missing(built: World) -> None:
    for pair in pairs(built, "missing_bill"):
        assert not built.register.has(f"ic_bill_{pair.key}")
    for pair in pairs(built, "missing_invoice"):
        assert not built.register.has(f"ic_invoice_{pair.key}")
        assert row(built, f"ic_bill_{pair.key}")["ref"].startswith("KIC-")


def test_every_company_has_books(built: World) -> None:
    for key in COMPANIES:
        company = built.register.id_of(f"company_{key}")
        found = built.register.find("account.journal", [["company_id", "=", company]], ["type"], company=company)
        assert {"sale", "purchase", "general"} <= {one["type"] for one in found}


def test_events_invoice_and_answer_what_is_missing(tmp_path: Path) -> None:
    stand_in = copy_of("1", tmp_path)
    register = Register(stand_in)

    def scene(number: int) -> Scene:
        return Scene(reopen(register, 1), Random(number), datetime.now(UTC).replace(microsecond=0), number)

    before = len(events.unanswered(scene(1)))
    assert "invoices" in events.invoice(scene(1))
    assert len(events.unanswered(scene(2))) == before + 1
    for number in range(2, before + 3):
        assert "books" in events.bill(scene(number))
    assert events.unanswered(scene(99)) == []
    assert events.bill(scene(99)) == ""
