"""Look at an Odoo database step by step, and attach it to the tower."""

from __future__ import annotations

import os
from getpass import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from odoo_sync.connections import attach
from odoo_sync.errors import OdooError, UndecidedError
from odoo_sync.likeness import Decision
from odoo_sync.patience import patiently
from odoo_sync.probe import lacks, probe
from odoo_sync.transport import Address


class Command(BaseCommand):
    help = (
        "Check address, database, key, companies and rights of an Odoo, and attach it. The key is read from ODOO_KEY."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", required=True, help="for example https://odoo.example.com")
        parser.add_argument("--db", required=True)
        parser.add_argument("--login", required=True)
        parser.add_argument("--name", help="what people call it; the database's name if left out")
        parser.add_argument(
            "--is", dest="decision", type=Decision.of, metavar="apart|moved:N|restored:N",
            help="which it is where it looks like connection N: a copy or another one, N itself, N from a backup",
        )  # fmt: skip
        parser.add_argument("--check-only", action="store_true", help="look, but attach nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        secret = os.environ.get("ODOO_KEY") or getpass("API key or password of the bot user: ")
        try:
            if options["check_only"]:
                address = Address(options["url"], options["db"], options["login"], secret)
                found = patiently(lambda: probe(address, self.tell), self.wait)
                for line in lacks(found):
                    self.stdout.write(f"  note: {line}")
                return
            connection = patiently(
                lambda: attach(
                    name=options["name"] or options["db"], url=options["url"], database=options["db"],
                    login=options["login"], secret=secret, decision=options["decision"], told=self.tell,
                ),
                self.wait,
            )  # fmt: skip
        except UndecidedError as error:
            raise CommandError(f"{error} Say it with --is; the wizard shows what speaks for it.") from None
        except OdooError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"Attached as connection {connection.pk}: {connection.name}. Next: sync_odoo.")

    def wait(self, line: str) -> None:
        self.stdout.write(f"  {line}")
        self.stdout.flush()

    def tell(self, step: str, text: str) -> None:
        self.stdout.write(f"  {step}: {text}")
