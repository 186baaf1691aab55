"""Makes the first administrator: there is no default sign-in and no default password."""

from __future__ import annotations

import getpass
import sys
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from apps.accounts import grants, people
from apps.accounts.models import User
from apps.accounts.roles import Role


class Command(BaseCommand):
    """``./tower manage create_administrator LOGIN [--name NAME]``"""

    help = (
        "Make a sign-in with the administrator's role in the whole group. Asks for the password; where there is no "
        "terminal, the password is the first line of standard input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", help="the name to sign in with")
        parser.add_argument("--name", default="", help="the person's name as others see it")

    def handle(self, *args: Any, **options: Any) -> None:
        known = User.objects.filter(username__iexact=options["login"]).first()
        if known is not None:
            raise CommandError(f"There is already a sign-in “{known.username}”. Choose another name.")
        password = _asked() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            with transaction.atomic():
                user = people.create(options["login"], password, name=options["name"], by=None)
                grants.give(user, Role.ADMINISTRATOR, by=None)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(f"“{user.username}” can sign in and administers the whole group.")


def _asked() -> str:
    first = getpass.getpass("Password (12 characters or more): ")
    if first != getpass.getpass("The same again: "):
        raise CommandError("The two passwords differ; nothing was made.")
    return first
