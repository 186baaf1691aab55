"""Load every attached Odoo into the mirror, watching how it goes, and catch up with what has changed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from odoo_sync.connections import open_client, readable
from odoo_sync.errors import OdooError
from odoo_sync.initial import Progress, load_all
from odoo_sync.models import Connection
from odoo_sync.sync import poll_all


class Command(BaseCommand):
    help = "Load what has not been loaded yet and catch up with changes. Safe to run again, and beside the worker."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--connection", type=int, help="only this connection's number")

    def handle(self, *args: Any, **options: Any) -> None:
        connections = Connection.objects.filter(retired_at=None).order_by("id")
        if options["connection"]:
            connections = connections.filter(pk=options["connection"])
        if not connections:
            raise CommandError("There is nothing to load: attach an Odoo with probe_odoo first.")
        for connection in connections:
            try:
                self.load(connection)
            except OdooError as error:
                raise CommandError(f"{connection.name}: {error}") from None

    def load(self, connection: Connection) -> None:
        if not load_all(connection, self.watch):
            self.stdout.write(f"{connection.name}: another process is loading it.")
            return
        client = open_client(connection)
        try:
            passes = poll_all(connection, readable(connection), client)
        finally:
            client.close()
        self.stdout.write(f"{connection.name}: {len(passes)} mirrors up to date.")

    def watch(self, step: Progress) -> None:
        """One line a mirror, rewritten while it grows where the output is a terminal."""
        left = step.remaining_seconds
        text = f"{step.mirror:<30} {step.rows:>9,} of {step.total:>9,}  {step.rate:>8,.0f}/s"
        if step.done:
            self.stdout.write(f"\r{text}  done     ")
        elif self.stdout.isatty():
            self.stdout.write(f"\r{text}  {left or 0:>5.0f} s left", ending="")
            self.stdout.flush()
