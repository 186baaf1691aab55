"""Checks the audit chain: names every entry that was changed, removed, added or swapped, and ends with exit code 1."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import ngettext

from apps.audit.verify import Anchor, Report, note, verify

MOST_SHOWN = 50


class Command(BaseCommand):
    """``./tower manage verify_audit [--expect-count N --expect-root HEX]``"""

    help = (
        "Check the audit chain from its first entry. Exit code 1 names every entry that is not as it was sealed. "
        "Give the count and root that were written down elsewhere: without them a cut tail is invisible."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--expect-count", type=int, help="how many entries there must be at least")
        parser.add_argument("--expect-root", help="the hash (64 hexadecimal digits) of the last entry back then")
        parser.add_argument("--json", action="store_true", help="print one JSON line")

    def handle(self, *args: Any, **options: Any) -> None:
        report = verify(Anchor(options["expect_count"], _root(options["expect_root"])))
        note(report)
        (self._print_json if options["json"] else self._print)(report)
        if not report.holds:
            count = len(report.flaws)
            raise CommandError(
                ngettext("The audit trail does not hold: %d flaw.", "The audit trail does not hold: %d flaws.", count)
                % count
            )

    def _print(self, report: Report) -> None:
        for flaw in report.flaws[:MOST_SHOWN]:
            self.stdout.write(self.style.ERROR(str(flaw)))
        self.stdout.write(f"entries: {report.count}\nroot: {report.root.hex()}\nnot yet sealed: {report.waiting}")
        if report.holds:
            self.stdout.write(self.style.SUCCESS("The chain holds."))

    def _print_json(self, report: Report) -> None:
        line = {
            "ok": report.holds,
            "count": report.count,
            "root": report.root.hex(),
            "waiting": report.waiting,
            "flaws": [str(flaw) for flaw in report.flaws],
        }
        self.stdout.write(json.dumps(line))


def _root(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        root = bytes.fromhex(text.strip())
    except ValueError:
        root = b""
    if len(root) != 32:
        raise CommandError("--expect-root must be 64 hexadecimal digits, as verify_audit prints them.")
    return root
