"""Grants, scope and access as the rest of the program asks for them."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone

from apps.accounts import grants, people
from apps.accounts.access import find_or_404, may, people_with, require
from apps.accounts.errors import GrantRefusedError
from apps.accounts.models import User
from apps.accounts.remembered import remembering
from apps.accounts.roles import Permission, Role
from apps.accounts.scope import holds_anywhere, scope_of
from apps.accounts.sessions import person_of
from apps.accounts.signals import grants_changed
from apps.accounts.tasks import announce_ended_grants
from apps.audit.models import Entry
from controltower.lib.keys import row_key
from controltower.lib.scope import Slice
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.stock import Warehouse
from tests import people as persons

pytestmark = pytest.mark.django_db


@pytest.fixture
def lyon() -> Company:
    return Company.objects.create(id=row_key(1, 1), name="Lyon SAS")


@pytest.fixture
def detroit() -> Company:
    return Company.objects.create(id=row_key(1, 2), name="Detroit Inc.")


@pytest.fixture
def plant(lyon: Company) -> Warehouse:
    return Warehouse.objects.create(id=row_key(1, 10), name="Lyon plant", company=lyon)


def test_nobody_sees_nothing(lyon: Company) -> None:
    assert scope_of(None).is_empty
    assert scope_of(AnonymousUser()).is_empty
    assert scope_of(persons.nobody()).is_empty


def test_a_superuser_sees_nothing_by_being_one() -> None:
    assert scope_of(User.objects.create(username="root", is_superuser=True, is_staff=True)).is_empty


def test_a_deactivated_person_sees_nothing() -> None:
    user = persons.auditor()
    people.deactivate(user, by=None)
    assert scope_of(user).is_empty


def test_a_scope_has_a_slice_for_each_grant_that_carries_the_permission(lyon: Company, plant: Warehouse) -> None:
    user = persons.person(Role.BUYER, company=lyon, plant=plant)
    persons.grant(user, Role.CONTROLLER, company=lyon)
    assert scope_of(user).slices == {Slice(lyon.pk, plant.pk), Slice(lyon.pk)}
    assert scope_of(user, Permission.APPROVE_ACTIONS).slices == {Slice(lyon.pk)}
    assert scope_of(user, Permission.MANAGE_SYNC).is_empty
    assert holds_anywhere(user, Permission.WORK_CASES)


def test_a_grant_ends_on_time() -> None:
    now = timezone.now()
    assert scope_of(persons.person(Role.AUDITOR, ends_at=now - timedelta(seconds=1))).is_empty
    assert scope_of(persons.person(Role.AUDITOR, ends_at=now + timedelta(minutes=1))).is_group


def test_approving_in_one_company_is_not_approving_in_another(lyon: Company, detroit: Company) -> None:
    user = persons.person(Role.CONTROLLER, company=lyon)
    persons.grant(user, Role.EXECUTIVE, company=detroit)
    assert may(user, Permission.APPROVE_ACTIONS, lyon)
    assert may(user, Permission.SEE_CASES, detroit)
    assert not may(user, Permission.APPROVE_ACTIONS, detroit)
    with pytest.raises(PermissionDenied, match="Approve actions"):
        require(user, Permission.APPROVE_ACTIONS, within=detroit)


def test_a_plant_is_within_its_company(lyon: Company, plant: Warehouse, detroit: Company) -> None:
    assert may(persons.buyer(lyon), Permission.WORK_CASES, plant)
    assert may(persons.buyer(lyon, plant), Permission.WORK_CASES, plant)
    assert not may(persons.buyer(lyon, plant), Permission.WORK_CASES, lyon)
    assert not may(persons.buyer(detroit), Permission.WORK_CASES, plant)


def test_what_has_no_company_asks_for_the_group(lyon: Company) -> None:
    assert may(persons.administrator(), Permission.MANAGE_SYNC, None)
    assert not may(persons.person(Role.ADMINISTRATOR, company=lyon), Permission.MANAGE_SYNC, None)


def test_a_foreign_row_a_missing_row_and_rubbish_look_the_same(lyon: Company, detroit: Company) -> None:
    scope = scope_of(persons.buyer(lyon))
    assert find_or_404(Company.objects.all(), scope, pk=lyon.pk) == lyon
    for key in (detroit.pk, 999, "rubbish", None, 10**30, "1; DROP TABLE"):
        with pytest.raises(Http404):
            find_or_404(Company.objects.all(), scope, pk=key)


def test_people_with_a_role_are_those_whose_grant_covers_the_place(
    lyon: Company, detroit: Company, plant: Warehouse
) -> None:
    of_plant, of_company, of_group = persons.buyer(lyon, plant), persons.buyer(lyon), persons.buyer()
    persons.buyer(detroit)
    persons.person(Role.BUYER, company=lyon, ends_at=timezone.now() - timedelta(days=1))
    people.deactivate(persons.buyer(lyon), by=None)
    assert set(people_with(Role.BUYER, lyon.pk, plant.pk)) == {of_plant, of_company, of_group}
    assert set(people_with(Role.BUYER, lyon.pk, None)) == {of_company, of_group}
    assert set(people_with(Role.BUYER, None, None)) == {of_group}


def test_a_grant_is_given_changed_and_taken_with_a_trace(lyon: Company, plant: Warehouse) -> None:
    user, by = persons.nobody(), persons.administrator()
    grant = grants.give(user, Role.BUYER, company=lyon, plant=plant, by=by)
    later = timezone.now() + timedelta(days=1)
    assert grants.give(user, Role.BUYER, company=lyon, plant=plant, ends_at=later, by=by).pk == grant.pk
    grants.take(grant, by=by)
    assert not user.grants.exists()
    entries = Entry.objects.filter(verb__startswith="grant.").order_by("id")
    assert [(entry.verb, entry.actor) for entry in entries] == [
        ("grant.given", by.pk),
        ("grant.given", by.pk),
        ("grant.taken", by.pk),
    ]
    assert entries[0].details["where"] == "Lyon SAS, Lyon plant"
    assert entries[0].company == lyon.pk


def test_only_an_administrator_of_the_place_gives_roles(lyon: Company, detroit: Company) -> None:
    local = persons.person(Role.ADMINISTRATOR, company=lyon)
    grants.give(persons.nobody(), Role.BUYER, company=lyon, by=local)
    for company in (detroit, None):
        with pytest.raises(PermissionDenied):
            grants.give(persons.nobody(), Role.BUYER, company=company, by=local)
    with pytest.raises(PermissionDenied):
        grants.give(persons.nobody(), Role.BUYER, company=lyon, by=persons.auditor())


def test_impossible_grants_are_refused(lyon: Company, detroit: Company, plant: Warehouse) -> None:
    with pytest.raises(GrantRefusedError, match="no role"):
        grants.give(persons.nobody(), "emperor", by=None)
    with pytest.raises(GrantRefusedError, match="does not belong"):
        grants.give(persons.nobody(), Role.BUYER, company=detroit, plant=plant, by=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        persons.grant(persons.nobody(), Role.BUYER, plant=plant)


def test_grants_are_read_once_within_a_request_and_anew_after_a_change(django_assert_num_queries) -> None:
    user = persons.nobody()
    with remembering():
        assert scope_of(user).is_empty
        with django_assert_num_queries(0):
            scope_of(user, Permission.SEE_AUDIT)
        grants.give(user, Role.AUDITOR, by=None)
        assert scope_of(user).is_group
    with django_assert_num_queries(1):
        scope_of(user)


@pytest.mark.django_db(transaction=True)
def test_open_pages_are_told_of_every_change_of_rights() -> None:
    layer = get_channel_layer()
    user = persons.nobody()

    async def told(change) -> list[dict]:
        from channels.db import database_sync_to_async

        channel = await layer.new_channel()
        await layer.group_add("people", channel)
        await database_sync_to_async(change)()
        message = await layer.receive(channel)
        await layer.group_discard("people", channel)
        return message

    expected = {"type": "grants.changed", "user": user.pk}
    assert async_to_sync(told)(lambda: grants.give(user, Role.AUDITOR, by=None)) == expected
    assert async_to_sync(told)(lambda: grants.take(user.grants.get(), by=None)) == expected
    assert async_to_sync(told)(lambda: people.deactivate(user, by=None)) == expected


def test_a_change_that_is_rolled_back_is_not_announced(django_capture_on_commit_callbacks) -> None:
    user = persons.nobody()
    with django_capture_on_commit_callbacks() as callbacks:
        try:
            with transaction.atomic():
                grants.give(user, Role.AUDITOR, by=None)
                raise RuntimeError
        except RuntimeError:
            pass
    assert not callbacks


def test_a_grant_whose_end_has_come_is_announced() -> None:
    user = persons.person(Role.AUDITOR, ends_at=timezone.now() - timedelta(seconds=5))
    persons.person(Role.AUDITOR, ends_at=timezone.now() + timedelta(hours=1))
    persons.person(Role.AUDITOR, ends_at=timezone.now() - timedelta(hours=1))
    heard: list[int] = []

    def listen(user: int, **kwargs: object) -> None:
        heard.append(user)

    grants_changed.connect(listen)
    try:
        announce_ended_grants()
    finally:
        grants_changed.disconnect(listen)
    assert heard == [user.pk]


def test_a_session_stands_for_its_person_until_it_ends(client) -> None:
    user = persons.buyer()
    client.force_login(user)
    session = client.session
    assert person_of(session) == user
    user.set_password("another-long-password")
    user.save(update_fields=["password"])
    assert person_of(session) is None, "the password has changed"
    client.force_login(user)
    session = client.session
    people.deactivate(user, by=None)
    assert person_of(session) is None, "the person is deactivated"
    people.reactivate(user, by=None)
    assert person_of(session) == user
    client.post("/sign-out/")
    assert person_of(session) is None, "signed out"
    assert person_of(None) is None
