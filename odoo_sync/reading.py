"""Which models the bot user may read, learnt anew while sync runs: one kept from it is no module that is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from controltower.lib.keys import row_key
from odoo_sync.announcing import announce, keep
from odoo_sync.client import Client
from odoo_sync.connections import probe_again, tell_of_reading
from odoo_sync.mirror.base import Mirror, mirrors
from odoo_sync.models import Connection, Cursor
from odoo_sync.probe import Capabilities, look

DICTS = ("missing", "unavailable")
BURIED_AFTER = timedelta(days=1)
"""A module that is upgraded is away for minutes; one that is away for a day was uninstalled."""


def relearn(connection: Connection, mirror: type[Mirror], client: Client) -> bool:
    """Ask again what one mirror's model has, after Odoo refused it; true when that is not what was known."""
    fresh = Capabilities()
    look(client, mirror, fresh)
    known = connection.capabilities
    before = {name: dict(known.get(name, {})) for name in DICTS}
    for name, told in (("missing", fresh.missing), ("unavailable", fresh.unavailable)):
        known[name] = {**{key: why for key, why in before[name].items() if key != mirror.key}, **told}
    known["absent"] = sorted({*known.get("absent", ())} - {mirror.key} | {*fresh.absent})
    changed = any(before[name] != known[name] for name in DICTS)
    if changed:
        connection.save(update_fields=["capabilities"])
    return changed


def refused(connection: Connection) -> list[type[Mirror]]:
    """The mirrors whose model is there and kept from the bot user."""
    known = connection.capabilities
    absent = set(known.get("absent", ()))
    return [mirrors[key] for key in known.get("unavailable", {}) if key in mirrors and key not in absent]


def look_anew(connection: Connection, client: Client) -> list[type[Mirror]]:
    """Try once more what is kept from the bot user, so that a right that was given counts within a minute; returns
    what may be read again."""
    back = []
    for mirror in refused(connection):
        relearn(connection, mirror, client)
        if mirror.key not in connection.capabilities["unavailable"]:
            back.append(mirror)
    return back


def renew_companies(connection: Connection, client: Client) -> bool:
    """After a refusal: whether the bot user was taken out of a company, which Odoo answers by refusing every call.

    Then everything is looked at anew, and the client goes on with the companies that are left. Raises OdooError.
    """
    rows = Client(client.transport).read("res.users", [connection.capabilities.get("uid") or 0], ["company_ids"])
    if not rows or set(client.companies) <= set(rows[0]["company_ids"]):
        return False
    probe_again(connection)
    client.companies = tuple(sorted(map(int, connection.capabilities["companies"])))
    return True


def lost_companies(connection: Connection) -> dict[int, str]:
    """Why nothing is known of companies that were followed once, by mirror key."""
    return {
        row_key(connection.pk, int(key)): (
            f"The bot user no longer sees {name} in Odoo. Give it back: in Odoo, Settings, Users, Allowed Companies."
        )
        for key, name in connection.capabilities.get("lost", {}).items()
    }


def unreadable(connection: Connection, cursors: Mapping[str, Cursor]) -> dict[str, str]:
    """Why each mirror cannot be read that could be, or once could; a module that was never here is not among them.

    What is known of such a mirror is old or nothing: no verdict may rest on it.
    """
    known = connection.capabilities
    absent = set(known.get("absent", ()))
    found = {key: str(why) for key, why in known.get("unavailable", {}).items() if key not in absent}
    for key, cursor in cursors.items():
        if key in absent and cursor.loaded_at is not None:
            found[key] = (
                f"This Odoo no longer has {key}: its module was uninstalled, or is being upgraded. "
                "After a day its rows count as gone."
            )
        elif cursor.problem and key not in absent:
            found.setdefault(key, cursor.problem)
    return {key: why for key, why in found.items() if key in mirrors}


def bury_uninstalled(connection: Connection, now: datetime | None = None) -> list[type[Mirror]]:
    """Let rows count as gone whose model has not been in Odoo for a day, and forget their cursor; returns which."""
    now = now or timezone.now()
    absent = set(connection.capabilities.get("absent", ()))
    over = connection.cursors.filter(mirror__in=absent, as_of__lt=now - BURIED_AFTER).exclude(loaded_at=None)
    done = []
    for cursor in over:
        mirror = mirrors[cursor.mirror]
        with transaction.atomic():
            rows = mirror.objects.of(connection.pk)
            gone = list(rows.values_list("pk", flat=True))
            rows.update(gone_at=now)
            cursor.delete()
            kept = keep(connection, mirror, gone)
        announce(connection, mirror, gone, kept=kept)
        done.append(mirror)
    if done:
        tell_of_reading(connection)
    return done
