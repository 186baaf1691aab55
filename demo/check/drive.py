"""What every drive through the loop shares: people, open pages, requests, approvals, and the seconds of each leg."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, ClassVar

from demo.check.chain import verify
from demo.check.ears import Ears
from demo.check.pages import Form, Page, Person
from demo.world.caller import Caller

ARRIVAL_SECONDS = 5.0
PATIENCE = 60.0
ENDED = {"resolved", "closed"}
Card = dict[str, Any]


class LegError(Exception):
    """A leg did not do what it must; the message says what was seen."""


@dataclass
class Drive:
    """One drive through the loop, as a client from outside: it changes Odoo over RPC and uses the pages like people.

    A kind is one module in ``demo/check/kinds`` with one subclass, which names its ``kind`` and drives.
    """

    kind: ClassVar[str]

    web: str
    people: Mapping[str, Mapping[str, str]]
    odoo: Caller
    seed: int
    legs: dict[str, float] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    leg: str = ""

    def drive(self) -> None:
        """All legs in order. Raises LegError (or whatever went wrong) with ``leg`` naming where."""
        raise NotImplementedError

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        self.leg, began = name, time.monotonic()
        yield
        self.legs[name] = round(time.monotonic() - began, 3)

    def enter(self, role: str) -> Person:
        """Somebody with this role, signed in."""
        who = self.people[role]
        person = Person(self.web)
        person.sign_in(who["login"], who["password"])
        return person

    def card_after(
        self, ears: Ears, change: Callable[[], object], fits: Callable[[Card], bool], *, about: str, name: str
    ) -> Card:
        """Make a change in Odoo; its card, which must come within five seconds of Odoo's answer (leg ``name``)."""
        with self.timed("change"):
            change()
            answered = time.monotonic()
        self.leg = name
        at, card = self.heard(ears, fits, about=about)
        self.legs[name] = round(at - answered, 3)
        if at - answered > ARRIVAL_SECONDS:
            raise LegError(f"the card came after {at - answered:.1f} s, later than {ARRIVAL_SECONDS:.0f} s")
        return card

    def heard(self, ears: Ears, fits: Callable[[Card], bool], *, about: str) -> tuple[float, Card]:
        """The first card that fits, and when it came."""
        found = ears.wait_for(fits, seconds=PATIENCE)
        if found is None:
            raise LegError(f"no card about {about} came over the websocket in {PATIENCE:.0f} s")
        return found

    def stranger_hears_nothing(self, stranger: Person, ears: Ears, case: int, hers: Ears) -> None:
        """Neither the card nor the page reaches somebody without rights on the company."""
        company = next(card["facets"]["company"] for card in hers.cards() if card["case"] == case)
        if any(card["case"] == case or card["facets"]["company"] == company for card in ears.cards()):
            raise LegError("somebody without rights on the company received a card of it")
        status = stranger.get(f"/cases/{case}/").status
        if status not in {403, 404}:
            raise LegError(f"somebody without rights on the company got {status} for the case page")

    def request(
        self, person: Person, case: int, action: str, *, preview: str, form_of: Callable[[Form], dict[str, str]]
    ) -> str:
        """Ask for an action on a case: values, preview (which must tell ``preview``), request. The request's path."""
        with self.timed("preview"):
            page = person.get(person.get(f"/cases/{case}/").link(rf"/actions/{re.escape(action)}/"))
            form = page.form(r"/actions/")
            shown = person.send(page, form, "preview", **form_of(form))
            if shown.status != 200 or preview not in shown.text:
                raise LegError(f"no preview: {shown.status} {shown.text[:300]}")
        with self.timed("request"):
            sent = person.send(shown, shown.form(r"/actions/"), "send")
            found = re.search(r"/requests/[0-9a-f-]{36}/", sent.url + " " + sent.html)
            if sent.status != 200 or found is None:
                raise LegError(f"the request was not taken: {sent.status} {sent.text[:300]}")
        return found.group(0)

    def approve(self, requester: Person, approver: Person, request: str) -> None:
        """The approver agrees; the requester must not be offered to."""
        own = [form for form in requester.get(request).forms if re.search("approve", form.action)]
        if own:
            raise LegError("the requester is offered to approve the own request")
        inbox = approver.get("/approvals/")
        if request not in inbox.html:
            raise LegError(f"the request is not among the approver's approvals ({inbox.status})")
        page = approver.get(request)
        done = approver.send(page, page.form("approve"), "approve")
        if done.status != 200:
            raise LegError(f"the approval was not taken: {done.status} {done.text[:300]}")

    def wait_verified(self, person: Person, request: str) -> Page:
        """The request's page once its effect was read back from Odoo."""
        deadline = time.monotonic() + PATIENCE
        page = person.get(request)
        while 'data-state="verified"' not in page.html:
            if time.monotonic() > deadline:
                raise LegError(f"the request was not verified in {PATIENCE:.0f} s: {page.text[:400]}")
            time.sleep(0.3)
            page = person.get(request)
        return page

    def closes(self, ears: Ears, case: int) -> None:
        """The case ends over the websocket, because the data changed."""
        ended = ears.wait_for(lambda card: card["case"] == case and card["facets"]["state"] in ENDED, seconds=PATIENCE)
        if ended is None:
            raise LegError(f"case {case} did not close over the websocket in {PATIENCE:.0f} s")

    def audit_verifies(self, request: str, *, approved: bool = True) -> None:
        """As the auditor sees it: the chain is whole, and the request and its approval, if it took one, are in it."""
        self.facts["audit_entries"] = verify(self.enter("auditor"), request.split("/")[2], approved=approved)

    def still_open(self, person: Person, case: int) -> None:
        page = person.get(f"/cases/{case}/")
        if page.status != 200 or 'data-state="open"' not in page.html:
            raise LegError(f"the case that was left alone is not open any more: {page.status} {page.text[:200]}")


def plain_words(form: Form) -> dict[str, str]:
    """Words wherever a form asks for words and has none yet, as a person would write them."""
    asked = [name for name, kind in form.kinds.items() if kind in {"text", "textarea"} and not form.values.get(name)]
    return dict.fromkeys(asked, "Agreed by telephone")
