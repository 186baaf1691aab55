"""What a test does inside an installation: a process of the tower's own that takes one command a line, as JSON."""

from __future__ import annotations

import json
import sys
import traceback
from collections import Counter
from typing import Any
from uuid import UUID


def set_up(url: str, database: str) -> dict[str, Any]:
    """Attach the Odoo, load it, and make a buyer and a manager who are signed in."""
    from django.contrib.auth.hashers import make_password

    from apps.exceptions.evaluate import sweep
    from odoo_sync.connections import attach
    from odoo_sync.initial import load_all
    from tests.integration.live import person, session_cookie
    from tests.people import PASSWORD

    connection = attach(name="Aurora", url=url, database=database, login="admin", secret="admin")
    load_all(connection)
    sweep()
    people = {name: person(name, None) for name in ("buyer", "colleague")}
    for name, user in people.items():
        user.email, user.password = f"{name}@aurora.example", make_password(PASSWORD)
        user.save(update_fields=["email", "password"])
    return {name: session_cookie(user) for name, user in people.items()}


def cases() -> dict[str, Any]:
    """Every case as it is now: version, state, detector, and Odoo's number of the record that it is about (0: none)."""
    from apps.exceptions.models import Case

    return {
        str(one.pk): {
            "version": one.version,
            "state": one.state,
            "detector": one.detector,
            "record": int(one.subject_key) & (1 << 40) - 1 if one.subject_key.isdigit() else 0,
        }
        for one in Case.objects.all()
    }


def ask(order: int, question: str = "", days: float = 12) -> str:
    """Request an action on an order as the buyer: a question to the vendor, or a new date."""
    from apps.accounts.models import User
    from apps.actions import requests
    from apps.exceptions.actions.agree_new_date import AgreeNewDate
    from apps.exceptions.actions.message_vendor import MessageVendor
    from odoo_sync.mirror.purchase import PurchaseOrder
    from tests.integration.orders import at

    found = next(one for one in PurchaseOrder.objects.all() if one.odoo_id == order)
    by = User.objects.get(username="buyer")
    if question:
        request = requests.propose(MessageVendor(), found, {"message": question}, by=by)
    else:
        answer = {"new_date": at(days).date(), "reason": "Furnace down"}
        request = requests.propose(AgreeNewDate(), found, answer, by=by)
    assert request.state == "approved", request.state
    return str(request.pk)


def requests_now(keys: list[str]) -> dict[str, str]:
    """The state of requests."""
    from apps.actions.models import Request

    return {str(one.pk): one.state for one in Request.objects.filter(pk__in=[UUID(key) for key in keys])}


def notes_now(keys: list[str]) -> dict[str, str]:
    """The state of the notes that requests leave in Odoo."""
    from apps.actions.models import Delivery

    found = Delivery.objects.filter(request__in=[UUID(key) for key in keys], is_note=True)
    return {str(one.request_id): one.state for one in found}


def assign(case: int) -> bool:
    """Give a case to the colleague, who is to be told by mail; false when it has changed since it was looked at."""
    from apps.accounts.models import User
    from apps.exceptions import cases as verbs
    from apps.exceptions.errors import StaleCaseError
    from apps.exceptions.models import Case

    buyer, colleague = (User.objects.get(username=name) for name in ("buyer", "colleague"))
    one = Case.objects.get(pk=case)
    try:
        verbs.assign(one, to=colleague, by=buyer, version=one.version)
    except StaleCaseError:
        return False
    return True


def trail() -> dict[str, Any]:
    """Whether the audit trail is whole and sealed, and whether the stream's numbers are dense and published."""
    from apps.audit.models import Entry
    from apps.audit.verify import verify
    from apps.exceptions.models import Channel, Event

    gaps = [
        channel.key
        for channel in Channel.objects.all()
        if sorted(channel.events.exclude(number=None).values_list("number", flat=True))
        != list(range(1, channel.last_number + 1))
    ]
    return {
        "flaws": [str(one) for one in verify().flaws],
        "unsealed": Entry.objects.filter(position=None).count(),
        "gaps": gaps,
        "unpublished": Event.objects.filter(published_at=None).count(),
    }


def mails() -> dict[str, Any]:
    """How many notifications wait to be mailed, and which addresses of things were mailed how often."""
    from apps.notifications.models import Mail, Sending

    sent = Sending.objects.filter(state="sent").values_list("notification__url", flat=True)
    return {
        "waiting": Sending.objects.filter(state="waiting").count() + Mail.objects.filter(state="waiting").count(),
        "failed": Mail.objects.filter(state="failed").count(),
        "sent": Counter(sent),
    }


COMMANDS = {one.__name__: one for one in (set_up, cases, ask, requests_now, notes_now, assign, trail, mails)}


def main() -> None:
    import django

    django.setup()
    from django.db import connection

    for line in sys.stdin:
        command, values = json.loads(line)
        try:
            answer = {"answer": COMMANDS[command](**values)}
        except Exception:
            answer = {"error": traceback.format_exc()}
        connection.close()
        print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
