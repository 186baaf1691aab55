"""What happens while parts come and go: things go wrong and are put right in Odoo, people ask and assign; and what must
be true of it in the end."""

from __future__ import annotations

import itertools
from collections import Counter
from email import message_from_bytes, policy
from typing import Any

from tests.integration.orders import make_order, make_rate
from tests.outage.installation import DATABASE, Installation, wait
from tests.outage.troubles import TROUBLES
from tests.outage.witness import Witness

CATCH_UP = 180.0
"""Seconds within which everything is made good once all parts run again, on a machine that has other work too."""
HELD = 300.0
"""The same for a request that a worker held when it was killed: its lease must run out first, and its call's time."""
OPEN = {"open", "acknowledged", "in_progress", "snoozed"}


class Life:
    """One company's day."""

    def __init__(self, installation: Installation) -> None:
        self.at = installation
        rpc = installation.rpc()
        make_rate(rpc)
        self.questions: dict[str, tuple[int, str]] = {}
        self.dates: dict[str, int] = {}
        self._numbers = itertools.count(1)
        self.punctual = [make_order(rpc, price=5, days=10, lines=1)[0] for _ in range(60)]
        self.troubles = [one(rpc) for one in TROUBLES]
        for one in self.troubles:
            one.begin(rpc)
        self.cookies: dict[str, str] = installation.inside("set_up", url=installation.odoo_url, database=DATABASE)

    def ask(self) -> None:
        """A question to a vendor, which may never be put twice, and a new date."""
        text = f"Question number {next(self._numbers)} of this day?"
        first, second = self.punctual.pop(), self.punctual.pop()
        self.questions[self.at.inside("ask", order=first, question=text)] = (first, text)
        self.dates[self.at.inside("ask", order=second, days=8)] = second

    def assign(self) -> None:
        """A case is given to the colleague, who gets one mail about it."""
        found = self.at.inside("cases")
        free = [int(key) for key, one in found.items() if one["state"] == "open"]
        if free:
            self.at.inside("assign", case=free[-1])

    def go_on(self) -> None:
        """Everything that can happen with the parts that run."""
        if self.at.runs("odoo"):
            rpc = self.at.rpc()
            for one in self.troubles:
                one.begin(rpc)
                one.end(rpc)
        if self.at.runs("postgres"):
            self.ask()
            self.assign()

    def wrong(self) -> list[tuple[str, int]]:
        """The open cases whose trouble is over, and the troubles without an open case."""
        wanted = {(one.detector, number) for one in self.troubles for number in one.present}
        found = self.at.inside("cases").values()
        return sorted({(one["detector"], one["record"]) for one in found if one["state"] in OPEN} ^ wanted)

    def check(self, witness: Witness) -> float:
        """All that must be true once everything runs again; returns after how many seconds the cases were right."""
        took = wait(lambda: not self.wrong(), seconds=CATCH_UP, what="the cases as Odoo has it", seen=self.wrong)
        self.pages_agree(witness)
        self.requests_are_done_once()
        self.mail_came_once()
        wait(lambda: self.at.inside("trail")["unsealed"] == 0, seconds=CATCH_UP, what="a sealed trail")
        trail = self.at.inside("trail")
        assert trail == {"flaws": [], "unsealed": 0, "gaps": [], "unpublished": 0}, trail
        return took

    def pages_agree(self, witness: Witness) -> None:
        """The page that was open all the while shows what a fresh one would, and got no card twice unasked."""

        def behind() -> list[str]:
            return witness.behind(self.at.inside("cases"))

        wait(lambda: not behind(), seconds=CATCH_UP, what="the page that stayed open", seen=behind)
        assert not witness.doubled, witness.doubled

    def requests_are_done_once(self) -> None:
        """Every new date stands in Odoo; every question and every note was put once, or is said to be unknown."""
        keys = [*self.questions, *self.dates]
        states = self._ended("requests_now", keys)
        notes = self._ended("notes_now", list(self.dates))
        rpc = self.at.rpc()
        for key, order in self.dates.items():
            assert states[key] == "verified"
            assert self._count(rpc, order, key[:8]) == (1 if notes[key] == "verified" else 0), notes[key]
        for key, (order, text) in self.questions.items():
            assert self._count(rpc, order, text) == (1 if states[key] == "verified" else 0), states[key]

    def _ended(self, command: str, keys: list[str]) -> dict[str, str]:
        """The states in which requests, or their notes, end."""
        found: dict[str, str] = {}

        def ended() -> bool:
            found.update(self.at.inside(command, keys=keys))
            return all(found.get(key) in {"verified", "unknown"} for key in keys)

        wait(ended, seconds=HELD, what=command, seen=lambda: found)
        return found

    def _count(self, rpc: Any, order: int, text: str) -> int:
        domain = [("model", "=", "purchase.order"), ("res_id", "=", order), ("body", "ilike", text)]
        return int(rpc.call("mail.message", "search_count", domain))

    def mail_came_once(self) -> None:
        """What counts as mailed was mailed once, and no mail went twice."""
        wait(lambda: self.at.inside("mails")["waiting"] == 0, seconds=CATCH_UP, what="the mail")
        kept = self.at.inside("mails")
        mails = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in self.at.mail.glob("*.eml")]
        names = [one["Message-ID"] for one in mails]
        assert len(names) == len(set(names)), "a mail went twice"
        texts = [str(one.get_body(("plain",)).get_content()) for one in mails]  # type: ignore[attr-defined]
        mailed = Counter(line.removeprefix(self.at.web_url) for text in texts for line in text.splitlines())
        assert {url: mailed[url] for url in kept["sent"]} == kept["sent"]
        assert kept["failed"] == 0
