"""A world that is laid out again is the one that was built, whatever an earlier test did to its own."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.accounts.models import Grant, User
from odoo_sync.mirror.base import mirrors
from odoo_sync.mirror.company import Partner
from odoo_sync.models import Cursor
from tests.everyone import World
from tests.integration.conftest import Linked
from tests.integration.kept import copied
from tests.integration.ledger import Ledger
from tests.integration.ledger import ledger as ledger

pytestmark = pytest.mark.django_db
PEOPLE = reverse("accounts:people")
TURNS = pytest.mark.parametrize("turn", ["builds", "finds", "finds again"])
"""Each does the same damage after it has found nothing of the others'."""


@TURNS
def test_a_loaded_mirror_is_what_its_odoo_holds(linked: Linked, turn: str) -> None:
    assert linked.connection.url == linked.odoo.url
    assert Cursor.objects.exclude(loaded_at=None).count() == len(mirrors)
    for mirror in mirrors:
        found = linked.sweep(mirror)
        assert (found.gone, found.found, found.suspects) == ([], [], 0), mirror.key
    assert not linked.rows(Partner).filter(name="Damage").exists()
    assert not linked.odoo.call("res.partner", "search", [("name", "=", "Damage")])
    number = linked.partner("Damage")
    linked.poll(Partner)
    assert linked.row(Partner, number).name == "Damage"
    linked.rows(Partner).exclude(pk=linked.row(Partner, number).pk).delete()
    linked.connection.delete()


@TURNS
def test_what_was_done_to_the_odoo_before_it_was_loaded_is_loaded(request: pytest.FixtureRequest, turn: str) -> None:
    odoo = request.getfixturevalue("odoo")
    number = odoo.call("res.partner", "create", {"name": "Before"})
    linked = request.getfixturevalue("linked")
    assert linked.row(Partner, number).name == "Before"


@TURNS
def test_books_are_opened_for_each_test(ledger: Ledger, turn: str) -> None:
    assert ledger.bills() == [] and not Partner.objects.exists()
    ledger.books.bill()
    ledger.load()
    assert len(ledger.bills()) == 1 and Partner.objects.exists()


@TURNS
def test_everyone_is_there_with_what_they_may_do(turn: str) -> None:
    world = copied(World, World)
    person = next(one for one in world.people if one.label == "administrator of group")
    assert person.client.get(PEOPLE).status_code == 200
    assert User.objects.filter(pk=person.user.pk).exists() and "damage" not in person.client.cookies
    assert world.group.vendor.name == "Nordkugel" == Partner.objects.get(pk=world.group.vendor.pk).name
    world.group.vendor.name = "Damage"
    world.group.vendor.save(update_fields=["name"])
    person.client.cookies["damage"] = "yes"
    Grant.objects.all().delete()
    assert person.client.get(PEOPLE).status_code == 403
