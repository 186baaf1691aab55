"""Writes docs/catalogue.md from what is registered, or says that it is out of date."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.exceptions.catalogue import render

DOCUMENT = Path(settings.BASE_DIR) / "docs" / "catalogue.md"


class Command(BaseCommand):
    help = "Write docs/catalogue.md from the registered detectors and actions."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--verify", action="store_true", help="change nothing; fail when the document is out of date"
        )

    def handle(self, *args: Any, verify: bool = False, **options: Any) -> None:
        text = render()
        if verify and (not DOCUMENT.exists() or DOCUMENT.read_text(encoding="utf-8") != text):
            raise CommandError("docs/catalogue.md is out of date: run ./tower manage catalogue and commit it.")
        if not verify:
            DOCUMENT.write_text(text, encoding="utf-8")
        self.stdout.write("docs/catalogue.md says what is registered.")
