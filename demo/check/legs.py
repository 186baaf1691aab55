"""The loop, leg by leg: a vendor slips, a buyer acts, a manager agrees, Odoo is changed, the case closes."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from demo.check.ears import Ears
from demo.check.oracle import TIME, Line, Oracle, moment
from demo.check.pages import Page, Person
from demo.world.caller import Caller

ARRIVAL_SECONDS = 5.0
PATIENCE = 60.0
SLIP = timedelta(days=15)


class LegError(Exception):
    """A leg did not do what it must; the message says what was seen."""


@dataclass
class Loop:
    """One drive through the loop, with the seconds of each leg."""

    web: str
    people: dict[str, dict[str, str]]
    odoo: Caller
    seed: int
    legs: dict[str, float] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    leg: str = ""

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        self.leg, began = name, time.monotonic()
        yield
        self.legs[name] = round(time.monotonic() - began, 3)

    def drive(self) -> None:
        """All legs in order. Raises LegError (or whatever went wrong) with ``leg`` naming where."""
        with self.timed("sign_in"):
            buyer, stranger, manager = (self.enter(role) for role in ("buyer", "stranger", "plant_manager"))
            hers, theirs = Ears(buyer), Ears(stranger)
        with self.timed("choose"):
            oracle = Oracle(self.odoo)
            line, other = oracle.choose(self.seed)
            self.facts |= {"line": line.order_name, "other": other.order_name, "money": str(line.money)}
        card = self.slip(hers, line)
        with self.timed("second_case"):
            left_alone = self.case_of(self.slipped(hers, other))
        with self.timed("impact"):
            self.right_impact(buyer.get(f"/cases/{card['case']}/"), card, line)
        with self.timed("stranger"):
            self.stranger_hears_nothing(stranger, theirs, card["case"], hers)
        request = self.act(buyer, card["case"], line)
        with self.timed("approve"):
            self.approve(buyer, manager, request)
        with self.timed("verified"):
            self.wait_verified(buyer, request)
        with self.timed("odoo_agrees"):
            self.four_dates_agree(oracle, line)
        with self.timed("closed"):
            self.closes(hers, card["case"])
        with self.timed("audit"):
            self.audit_verifies(request, card["case"])
        with self.timed("left_open"):
            self.still_open(buyer, left_alone)
            self.stranger_hears_nothing(stranger, theirs, left_alone, hers)
        hers.close(), theirs.close()

    def enter(self, role: str) -> Person:
        who = self.people[role]
        person = Person(self.web)
        person.sign_in(who["login"], who["password"])
        return person

    def slip(self, ears: Ears, line: Line) -> dict[str, Any]:
        """The vendor slips in Odoo; the card must be there within five seconds of Odoo's answer."""
        with self.timed("vendor_slips"):
            self.write_slip(line)
            answered = time.monotonic()
        self.leg = "case_arrives"
        heard = ears.wait_for(lambda card: line.order_name in card["html"], seconds=PATIENCE)
        if heard is None:
            raise LegError(f"no card about {line.order_name} came over the websocket in {PATIENCE:.0f} s")
        at, card = heard
        self.legs["case_arrives"] = round(at - answered, 3)
        if at - answered > ARRIVAL_SECONDS:
            raise LegError(f"the card came after {at - answered:.1f} s, later than {ARRIVAL_SECONDS:.0f} s")
        return card

    def slipped(self, ears: Ears, line: Line) -> dict[str, Any]:
        self.write_slip(line)
        heard = ears.wait_for(lambda card: line.order_name in card["html"], seconds=PATIENCE)
        if heard is None:
            raise LegError(f"no card about {line.order_name} came over the websocket in {PATIENCE:.0f} s")
        return heard[1]

    def write_slip(self, line: Line) -> None:
        late = (line.latest_promise + SLIP).replace(microsecond=0)
        context = {"allowed_company_ids": [line.company]}
        self.odoo.call(
            "purchase.order.line", "write", [line.id], {"date_planned": late.strftime(TIME)}, context=context
        )

    @staticmethod
    def case_of(card: dict[str, Any]) -> int:
        return int(card["case"])

    def right_impact(self, page: Page, card: dict[str, Any], line: Line) -> None:
        """Money on the card to the cent, and every customer by name on the case."""
        if Decimal(card["facets"]["money"]) != line.money:
            raise LegError(f"the card says {card['facets']['money']} at risk, Odoo says {line.money}")
        missing = [name for name in line.customers if name not in page.text]
        if page.status != 200 or missing:
            raise LegError(f"{page.url} ({page.status}) does not name {', '.join(missing) or 'anything'}")
        self.facts["customers"] = len(line.customers)

    def stranger_hears_nothing(self, stranger: Person, ears: Ears, case: int, hers: Ears) -> None:
        company = next(card["facets"]["company"] for card in hers.cards() if card["case"] == case)
        if any(card["case"] == case or card["facets"]["company"] == company for card in ears.cards()):
            raise LegError("somebody without rights on the company received a card of it")
        status = stranger.get(f"/cases/{case}/").status
        if status not in {403, 404}:
            raise LegError(f"somebody without rights on the company got {status} for the case page")

    def act(self, buyer: Person, case: int, line: Line) -> str:
        """The buyer agrees the old date again: values, preview, request. Returns the request's address."""
        with self.timed("preview"):
            page = buyer.get(buyer.get(f"/cases/{case}/").link(r"/actions/purchase\.agree_new_date/"))
            form = page.form(r"/actions/")
            preview = buyer.send(page, form, "preview", **self.values(form, line.promised_at))
            if preview.status != 200 or line.order_name not in preview.text:
                raise LegError(f"no preview: {preview.status} {preview.text[:300]}")
        with self.timed("request"):
            sent = buyer.send(preview, preview.form(r"/actions/"), "send")
            found = re.search(r"/requests/[0-9a-f-]{36}/", sent.url + " " + sent.html)
            if sent.status != 200 or found is None:
                raise LegError(f"the request was not taken: {sent.status} {sent.text[:300]}")
        return found.group(0)

    def values(self, form: Any, wanted: datetime) -> dict[str, str]:
        """The form filled in as a person would: the date field, and words where words are asked for."""
        filled = {}
        for name, kind in form.kinds.items():
            if kind == "date":
                filled[name] = wanted.strftime("%Y-%m-%d")
            elif kind == "datetime-local":
                filled[name] = wanted.strftime("%Y-%m-%dT%H:%M")
            elif kind in {"text", "textarea"} and not form.values.get(name):
                filled[name] = "The vendor confirmed by telephone"
        return filled

    def approve(self, buyer: Person, manager: Person, request: str) -> None:
        own = [form for form in buyer.get(request).forms if re.search("approve", form.action)]
        if own:
            raise LegError("the requester is offered to approve the own request")
        inbox = manager.get("/approvals/")
        if request not in inbox.html:
            raise LegError(f"the request is not among the manager's approvals ({inbox.status})")
        page = manager.get(request)
        done = manager.send(page, page.form("approve"), "approve")
        if done.status != 200:
            raise LegError(f"the approval was not taken: {done.status} {done.text[:300]}")

    def wait_verified(self, buyer: Person, request: str) -> None:
        deadline = time.monotonic() + PATIENCE
        page = buyer.get(request)
        while 'data-state="verified"' not in page.html:
            if time.monotonic() > deadline:
                raise LegError(f"the request was not verified in {PATIENCE:.0f} s: {page.text[:400]}")
            time.sleep(0.3)
            page = buyer.get(request)

    def four_dates_agree(self, oracle: Oracle, line: Line) -> None:
        """Line, order, move and receipt, read over an RPC login of our own."""
        wanted = line.promised_at.date()
        rows = oracle.rows(
            "purchase.order.line", [["order_id", "=", line.order]], ["date_planned", "product_qty", "qty_received"]
        )
        dates = [("line", row["date_planned"]) for row in rows if row["product_qty"] > row["qty_received"]]
        dates += [
            ("order", row["date_planned"])
            for row in oracle.rows("purchase.order", [["id", "=", line.order]], ["date_planned"])
        ]
        moves = oracle.rows(
            "stock.move",
            [["purchase_line_id.order_id", "=", line.order], ["state", "not in", ["done", "cancel"]]],
            ["date", "date_deadline", "picking_id"],
        )
        dates += [(f"move {name}", row[name]) for row in moves for name in ("date", "date_deadline")]
        pickings = oracle.rows(
            "stock.picking",
            [["id", "in", sorted({row["picking_id"][0] for row in moves})]],
            ["scheduled_date", "date_deadline"],
        )
        dates += [(f"receipt {name}", row[name]) for row in pickings for name in ("scheduled_date", "date_deadline")]
        wrong = [f"{what} {value}" for what, value in dates if moment(value).date() != wanted]
        if wrong or not pickings:
            raise LegError(f"not all dates are {wanted}: {', '.join(wrong) or 'no open receipt'}")

    def closes(self, ears: Ears, case: int) -> None:
        ended = {"resolved", "closed"}
        if (
            ears.wait_for(lambda card: card["case"] == case and card["facets"]["state"] in ended, seconds=PATIENCE)
            is None
        ):
            raise LegError(f"case {case} did not close over the websocket in {PATIENCE:.0f} s")

    def audit_verifies(self, request: str, case: int) -> None:
        """As the auditor sees it: the chain is whole, and the request and its approval are in it."""
        from demo.check.chain import verify

        auditor = self.enter("auditor")
        self.facts["audit_entries"] = verify(auditor, request.split("/")[2])

    def still_open(self, buyer: Person, case: int) -> None:
        page = buyer.get(f"/cases/{case}/")
        if page.status != 200 or 'data-state="open"' not in page.html:
            raise LegError(f"the case that was left alone is not open any more: {page.status} {page.text[:200]}")
