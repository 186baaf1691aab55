"""Makes a demo out of an empty tower: connects an Odoo, loads it with visible progress, makes one sign-in per role."""

from __future__ import annotations

import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from apps.accounts import people
from apps.accounts.models import User
from apps.accounts.passwords import readable_password
from apps.audit.record import record
from apps.audit.roots import keep_root
from apps.audit.seal import seal
from apps.console.cast import CAST, Part, cast_grants, described, places
from apps.console.sign_ins import SignIn, keep, known_passwords
from apps.exceptions.evaluate import sweep
from apps.exceptions.models import Case
from odoo_sync.connections import attach
from odoo_sync.errors import OdooError, UndecidedError
from odoo_sync.initial import Progress, load_all, loaded_share
from odoo_sync.likeness import Answer, Decision
from odoo_sync.models import Connection
from odoo_sync.patience import patiently

KEY = "TOWER_ODOO_KEY"
PATIENCE = 1800.0
MAIL_DOMAIN = "aurora.example"
"""Of addresses that never leave this machine: example is reserved (RFC 2606)."""


class Command(BaseCommand):
    """``./tower demo`` calls it; repeating it changes nothing that is right already."""

    help = f"Connect an Odoo (its key in {KEY}), load it, make the demo's sign-ins and look for cases."

    def add_arguments(self, parser: CommandParser) -> None:
        state = Path(os.environ.get("TOWER_STATE", ".tower"))
        parser.add_argument("--odoo-url", required=True)
        parser.add_argument("--odoo-db", required=True)
        parser.add_argument("--odoo-login", required=True, help="the bot user that the tower signs in as")
        parser.add_argument("--name", default="Odoo", help="what people call this Odoo")
        parser.add_argument(
            "--accounts-file", type=Path, default=state / "sign-ins.json", help="where sign-ins are kept"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            connection = self.connect(**options)
            self.load(connection)
        except OdooError as error:
            raise CommandError(str(error)) from None
        rows = self.make_people(connection, options["accounts_file"])
        began = time.monotonic()
        judged = sweep()
        self.tell(
            f"{judged} subjects judged in {time.monotonic() - began:.1f} s, {Case.objects.live().count()} cases open"
        )
        seal(wait=True)
        keep_root()
        self.print_table(rows)

    def connect(self, *, odoo_url: str, odoo_db: str, odoo_login: str, name: str, **options: Any) -> Connection:
        secret = os.environ.get(KEY)
        if not secret:
            raise CommandError(f"Set {KEY} to the bot user's API key or password.")
        attaching = partial(attached, name=name, url=odoo_url, database=odoo_db, login=odoo_login, secret=secret)
        connection = patiently(attaching, self.tell)
        self.tell(f"Odoo {connection.server_version} at {connection.url}, database {connection.database}")
        return connection

    def load(self, connection: Connection) -> None:
        """Load, or wait for whoever is loading already."""
        ends = time.monotonic() + PATIENCE
        while not patiently(lambda: load_all(connection, self.watch), self.tell):
            if time.monotonic() > ends:
                raise CommandError("Another process is loading this Odoo and does not come to an end; look at its log.")
            time.sleep(0.5)
        done, wanted = loaded_share(connection)
        rows = sum(connection.cursors.values_list("rows", flat=True))
        self.tell(f"{done} of {wanted} mirrors loaded, {rows:,} rows")

    def watch(self, step: Progress) -> None:
        """One line a mirror; rewritten while it grows where somebody watches."""
        text = f"{step.mirror:<32} {step.rows:>9,} of {step.total:>9,}  {step.rate:>8,.0f}/s"
        watched = sys.stdout.isatty()
        if step.done:
            self.tell(f"\r           {text}" if watched else text)
        elif watched:
            self.stdout.write(f"\r           {text}  {step.remaining_seconds or 0:>4.0f} s left", ending="")
            self.stdout.flush()

    def make_people(self, connection: Connection, file: Path) -> list[SignIn]:
        known, there = known_passwords(file), places(connection.pk)
        rows: list[SignIn] = []
        for part in CAST:
            password = known.get(part.login) or readable_password()
            user = make_person(part, password, is_known=part.login in known)
            cast_grants(user, part.role, there[part.place])
            where = described(there[part.place])
            rows.append(SignIn(login=part.login, password=password, role=part.key, name=part.name, where=where))
        keep(file, rows)
        return rows

    def print_table(self, rows: list[SignIn]) -> None:
        self.stdout.write(f"\n  {'sign-in':<15} {'password':<21} who, and where")
        for row in rows:
            self.stdout.write(f"  {row['login']:<15} {row['password']:<21} {row['name']}: {row['where']}")

    def tell(self, line: str) -> None:
        self.stdout.write(f"           {line}" if not line.startswith("\r") else line)


@transaction.atomic
def attached(*, name: str, url: str, database: str, login: str, secret: str) -> Connection:
    """The connection, its beginning recorded. Raises OdooError."""
    known = set(Connection.objects.values_list("pk", flat=True))
    typed: Any = {"name": name, "url": url, "database": database, "login": login, "secret": secret}
    try:
        connection = attach(**typed)
    except UndecidedError:
        # A state folder belongs to one Odoo, so that nothing else can be meant: it was begun at another port.
        there = list(Connection.objects.filter(retired_at=None)[:2])
        if len(there) != 1:
            raise
        connection = attach(**typed, decision=Decision(Answer.MOVED, there[0].pk))
    if connection.pk not in known:
        record(None, "connection.attached", connection, name=connection.name, url=connection.url)
    return connection


def make_person(part: Part, password: str, *, is_known: bool) -> User:
    """The person of a part. One whose sign-in is on file keeps the password they have, also one they changed to."""
    user = User.objects.filter(username__iexact=part.login).first()
    if user is None:
        return people.create(part.login, password, name=part.name, email=f"{part.login}@{MAIL_DOMAIN}", by=None)
    if not is_known:
        user.set_password(password)
        user.save(update_fields=["password"])
    return user
