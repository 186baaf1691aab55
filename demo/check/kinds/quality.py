"""Lots fail; a quality lead has one released and sets one aside; a third is left alone."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial

from demo.check.drive import Card, Drive, LegError, plain_words
from demo.check.ears import Ears
from demo.check.lots import Inspected, LotOracle
from demo.check.pages import Form, Page, Person

BAD, GOOD = 8.1, 10.0


class Quality(Drive):
    """The loop of stock on quality hold (Q1)."""

    kind = "quality"

    def drive(self) -> None:
        with self.timed("sign_in"):
            lead, stranger, manager = (self.enter(role) for role in ("quality_lead", "stranger", "plant_manager"))
            hers, theirs = Ears(lead), Ears(stranger)
        with self.timed("choose"):
            oracle = LotOracle(self.odoo)
            lot, other, third = oracle.choose_lots(self.seed, 3)
            self.facts |= {"lot": lot.lot_name, "others": [other.lot_name, third.lot_name], "money": str(lot.money)}
        card = self.card_after(
            hers, partial(oracle.fail, lot, BAD), names(lot), about=lot.lot_name, name="case_arrives"
        )
        with self.timed("impact"):
            self.right_impact(lead.get(f"/cases/{card['case']}/"), card, lot)
        with self.timed("stranger"):
            self.stranger_hears_nothing(stranger, theirs, card["case"], hers)
        self.release(lead, manager, hers, card["case"], oracle, lot)
        left_alone = self.failed_case(oracle, hers, third)
        self.set_aside(lead, hers, oracle, other)
        with self.timed("left_open"):
            self.still_open(lead, left_alone)
            self.stranger_hears_nothing(stranger, theirs, left_alone, hers)
        hers.close(), theirs.close()

    def release(self, lead: Person, manager: Person, hers: Ears, case: int, oracle: LotOracle, lot: Inspected) -> None:
        """Measured again and good: another agrees, Odoo is changed, the case closes by the data."""
        request = self.request(
            lead, case, "quality.record_answers", preview=lot.name, form_of=lambda form: measured(form, GOOD)
        )
        with self.timed("approve"):
            self.approve(lead, manager, request)
        with self.timed("verified"):
            self.wait_verified(lead, request)
        with self.timed("odoo_agrees"):
            oracle.has_passed(lot, GOOD)
        with self.timed("closed"):
            self.closes(hers, case)
        with self.timed("audit"):
            self.audit_verifies(request)

    def set_aside(self, lead: Person, hers: Ears, oracle: LotOracle, lot: Inspected) -> None:
        """The goods of a second lot are moved where nobody takes them."""
        case = self.failed_case(oracle, hers, lot)
        request = self.request(lead, case, "quality.quarantine", preview=lot.lot_name, form_of=plain_words)
        with self.timed("moved"):
            self.wait_verified(lead, request)
            oracle.is_set_aside(lot)
            self.closes(hers, case)

    def failed_case(self, oracle: LotOracle, hers: Ears, lot: Inspected) -> int:
        with self.timed("another_case"):
            oracle.fail(lot, BAD)
            return int(self.heard(hers, names(lot), about=lot.lot_name)[1]["case"])

    def right_impact(self, page: Page, card: Card, lot: Inspected) -> None:
        """Money on the card to the cent, every customer by name on the case, and the value that was measured."""
        if Decimal(card["facets"]["money"]) != lot.money:
            raise LegError(f"the card says {card['facets']['money']} at risk, Odoo says {lot.money}")
        missing = [name for name in (*lot.customers, str(BAD)) if name not in page.text]
        if page.status != 200 or missing:
            raise LegError(f"{page.url} ({page.status}) does not name {', '.join(missing) or 'anything'}")
        self.facts["customers"] = len(lot.customers)


def names(lot: Inspected) -> Callable[[Card], bool]:
    return lambda card: lot.lot_name in card["html"] and card["facets"]["state"] == "open"


def measured(form: Form, value: float) -> dict[str, str]:
    """Every measured question answered with this value; what was chosen stays."""
    numbers = [name for name, kind in form.kinds.items() if kind == "number"]
    return {**plain_words(form), **dict.fromkeys(numbers, str(value))}
