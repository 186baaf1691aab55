"""Builds the demo's factory group in an Odoo, so that the tower can be tried on a real server."""

from __future__ import annotations

import os
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo.world import Built, build
from demo.world.errors import WorldError
from demo.world.rpc import JsonRpc

KEY_VARIABLE = "TOWER_ODOO_KEY"


class Command(BaseCommand):
    """``./tower manage seed_odoo --url URL --db NAME --login LOGIN [--seed N] [--scale N]``"""

    help = (
        "Build the demo's group (four companies, their orders, stock and production) in an Odoo of your own, "
        "over public calls. Use a database for trying things: it adds companies, products and orders, and switches "
        "the make-to-order route on. Running it again adds only what is missing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", required=True, help="address of the Odoo, such as http://localhost:8069")
        parser.add_argument("--db", required=True, help="name of the database")
        parser.add_argument("--login", default="admin", help="an administrator (default: admin)")
        parser.add_argument("--key", help=f"the administrator's password or API key; better set {KEY_VARIABLE}")
        parser.add_argument("--seed", type=int, default=1, help="which world to build (default: 1)")
        parser.add_argument("--scale", type=int, default=1, help="how many times the documents (default: 1)")

    def handle(self, *args: Any, **options: Any) -> None:
        key = options["key"] or os.environ.get(KEY_VARIABLE)
        if not key:
            raise CommandError(f"Give the administrator's password or API key in {KEY_VARIABLE} or with --key.")
        if options["scale"] < 1:
            raise CommandError("--scale must be 1 or more.")
        began = time.monotonic()

        def tell(line: str) -> None:
            self.stdout.write(f"  {time.monotonic() - began:6.1f} s  {line}")
            self.stdout.flush()

        try:
            caller = JsonRpc(options["url"], options["db"], options["login"], key)
            built = build(caller, seed=options["seed"], scale=options["scale"], say=tell)
        except WorldError as error:
            raise CommandError(str(error)) from error
        self._report(built, time.monotonic() - began, caller.calls)

    def _report(self, built: Built, seconds: float, calls: int) -> None:
        made = ", ".join(f"{count} {model}" for model, count in sorted(built.made.items()))
        self.stdout.write(f"Made {made or 'nothing: all of it was there'} ({seconds:.0f} s, {calls} calls).")
        if built.bot_secret:
            self.stdout.write(
                f"The tower's bot user is tower-bot, its password {built.bot_secret} (shown this once). "
                "Better: sign in as tower-bot and make an API key under Preferences, Account Security."
            )
