"""Who is told when nobody acts: which path counts, and how it is set."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.audit.models import Entry
from apps.audit.phrases import phrases
from apps.notifications.errors import EscalationChangedError, EscalationError
from apps.notifications.escalation import Contact, contacts_for, read_escalations
from apps.notifications.models import EscalationPath, Occasion
from apps.notifications.paths import drop_path, set_path
from controltower.lib.scope import Slice
from tests import people
from tests.mirrored import Group

pytestmark = pytest.mark.django_db
GROUP = Slice(None)


@pytest.fixture
def group() -> Group:
    return Group()


@pytest.fixture
def by() -> User:
    return people.administrator()


def after(minutes: int, user: User) -> Contact:
    return Contact(user, timedelta(minutes=minutes))


def put(by: User, *contacts: Contact, domain: str = "", place: Slice = GROUP, version: int = 0) -> EscalationPath:
    return set_path(Occasion.CASE, domain, place, contacts, version=version, by=by)


def test_people_are_told_the_soonest_first(group: Group, by: User) -> None:
    late, soon = people.plant_manager(), people.buyer()
    put(by, after(60, late), after(15, soon))
    assert contacts_for("procure", group.plant.pk, group.warehouse.pk) == [after(15, soon), after(60, late)]


def test_the_most_specific_path_counts_alone(group: Group, by: User) -> None:
    everyone, company, plant, quality = (people.plant_manager() for _ in range(4))
    own, whole = Slice(group.plant.pk, group.warehouse.pk), Slice(group.plant.pk)
    put(by, after(5, everyone))
    put(by, after(5, quality), domain="quality")
    put(by, after(5, company), place=whole)
    assert contacts_for("quality", *own) == [after(5, company)]
    put(by, after(5, plant), place=own)
    put(by, after(5, quality), domain="quality", place=own)
    assert contacts_for("quality", *own) == [after(5, quality)]
    assert contacts_for("assets", *own) == [after(5, plant)]
    assert contacts_for("assets", *whole) == [after(5, company)]
    assert contacts_for("quality", group.sister.pk, group.depot.pk) == [after(5, quality)]
    assert contacts_for("assets", None, None) == [after(5, everyone)]


def test_what_waits_for_a_decision_has_paths_of_its_own(group: Group, by: User) -> None:
    manager = people.plant_manager()
    set_path(Occasion.APPROVAL, "", Slice(None), [after(30, manager)], version=0, by=by)
    assert contacts_for("procure", group.plant.pk, None) == []
    assert contacts_for("procure", group.plant.pk, None, Occasion.APPROVAL) == [after(30, manager)]


def test_a_path_of_approvals_names_somebody_who_may_approve(group: Group, by: User) -> None:
    buyer, manager = people.buyer(), people.plant_manager(company=group.plant)
    people.grant(manager, Role.BUYER)
    with pytest.raises(EscalationError, match="None of them may approve actions there"):
        set_path(Occasion.APPROVAL, "", GROUP, [after(5, buyer), after(9, manager)], version=0, by=by)
    set_path(Occasion.APPROVAL, "", Slice(group.plant.pk), [after(5, buyer), after(9, manager)], version=0, by=by)
    put(by, after(5, buyer))


def test_whoever_no_longer_sees_the_place_is_passed_over(group: Group, by: User) -> None:
    first, second = people.plant_manager(company=group.plant), people.plant_manager()
    whole = Slice(group.plant.pk)
    put(by, after(5, second))
    put(by, after(5, first), place=whole)
    first.grants.all().delete()
    assert contacts_for("procure", *whole) == [after(5, second)]
    User.objects.filter(pk=second.pk).update(is_active=False)
    assert contacts_for("procure", *whole) == []


def test_many_places_cost_no_more_queries_than_one(group: Group, by: User, django_assert_num_queries: Any) -> None:
    for place in (Slice(None), Slice(group.plant.pk), Slice(group.sister.pk)):
        put(by, after(5, people.plant_manager()), after(9, people.buyer()), place=place)
    with django_assert_num_queries(3):
        read = read_escalations()
        assert all(read.at("procure", key, None) for key in (None, group.plant.pk, group.sister.pk))


@pytest.mark.parametrize(
    ("minutes", "word"), [((0,), "one minute"), ((43_201,), "30 days"), ((), "at least one"), ((5, 9), "once")]
)
def test_a_path_that_makes_no_sense_is_refused(by: User, minutes: tuple[int, ...], word: str) -> None:
    manager = people.plant_manager()
    with pytest.raises(EscalationError, match=word):
        put(by, *(after(one, manager) for one in minutes))
    assert not EscalationPath.objects.exists()


def test_only_people_who_see_the_place_can_be_named(group: Group, by: User) -> None:
    stranger = people.plant_manager(company=group.sister)
    with pytest.raises(EscalationError, match=stranger.username):
        put(by, after(5, stranger), place=Slice(group.plant.pk))
    with pytest.raises(EscalationError, match=stranger.username):
        put(by, after(5, stranger))


def test_of_two_who_change_a_path_at_once_the_second_is_told(group: Group, by: User) -> None:
    manager = people.plant_manager()
    path = put(by, after(5, manager))
    with pytest.raises(EscalationChangedError):
        put(by, after(9, manager))
    path = put(by, after(9, manager), version=path.version)
    with pytest.raises(EscalationChangedError):
        drop_path(path, version=1, by=by)
    drop_path(path, version=path.version, by=by)
    with pytest.raises(EscalationChangedError):
        drop_path(path, version=path.version, by=by)
    assert contacts_for("procure", None, None) == []


def test_paths_are_set_by_who_may_set_limits_there(group: Group) -> None:
    local = people.person(Role.ADMINISTRATOR, company=group.sister)
    manager = people.plant_manager()
    put(local, after(5, manager), place=Slice(group.sister.pk))
    for place in (Slice(None), Slice(group.plant.pk)):
        with pytest.raises(PermissionDenied):
            put(local, after(5, manager), place=place)
    path = put(people.administrator(), after(5, manager))
    with pytest.raises(PermissionDenied):
        drop_path(path, version=path.version, by=local)


def test_the_trail_says_who_and_what_was_before(group: Group, by: User) -> None:
    first, second = people.plant_manager(), people.plant_manager()
    path = put(by, after(5, first), place=Slice(group.plant.pk))
    path = put(by, after(9, second), place=Slice(group.plant.pk), version=path.version)
    drop_path(path, version=path.version, by=by)
    told = [phrases.read(one) for one in Entry.objects.filter(verb__startswith="escalation.").order_by("pk")]
    assert told[1] == (
        "set who is told when nobody acts (A case that nobody acknowledges, every domain, Plant): "
        f"{second.username} (9 min); before: {first.username} (5 min)"
    )
    assert told[2].endswith(f"before: {second.username} (9 min)")
    assert {one.company for one in Entry.objects.filter(verb__startswith="escalation.")} == {group.plant.pk}
