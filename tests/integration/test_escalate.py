"""What nobody acts on goes to the next contact, once each, until somebody does."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.accounts.models import Grant, User
from apps.accounts.roles import Role
from apps.actions import requests
from apps.actions.models import Request
from apps.audit.models import Entry
from apps.exceptions import cases
from apps.exceptions.escalate import escalate, spoken
from apps.exceptions.models import Case
from apps.exceptions.timeline import timeline
from apps.notifications.escalation import Contact
from apps.notifications.models import Escalation, EscalationContact, EscalationPath, Notification, Occasion
from apps.notifications.paths import set_path
from controltower.lib.scope import Slice
from tests import people
from tests.everyone import World
from tests.integration.conftest import Clock
from tests.integration.live import Group, case_in, two_companies

pytestmark = pytest.mark.django_db


@pytest.fixture
def group() -> Group:
    return two_companies()


@pytest.fixture
def case(group: Group, clock: Clock) -> Case:
    one = case_in(group, group[1], "17")
    Case.objects.filter(pk=one.pk).update(state_at=clock.time, opened_at=clock.time)
    return Case.objects.get(pk=one.pk)


@pytest.fixture
def owner(group: Group) -> User:
    return people.buyer(group[1])


@pytest.fixture
def deputy(group: Group) -> User:
    return people.buyer(group[1])


@pytest.fixture
def head(group: Group) -> User:
    return people.plant_manager(group[1])


def path(*contacts: tuple[int, User], occasion: Occasion = Occasion.CASE, domain: str = "") -> None:
    """Of the place that the first of them has a role in."""
    held = Grant.objects.filter(user=contacts[0][1]).get()
    chosen = [Contact(user, timedelta(minutes=minutes)) for minutes, user in contacts]
    place = Slice(held.company_id, held.plant_id)
    set_path(occasion, domain, place, chosen, version=0, by=people.administrator())


def told(kind: str = "case.escalated") -> list[int]:
    return list(Notification.objects.filter(kind=kind).order_by("pk").values_list("user_id", flat=True))


def after(clock: Clock, **by: float) -> list[int]:
    clock.move(**by)
    escalate()
    return told()


def test_one_after_another_is_told_once_each(case, clock, owner, deputy, head) -> None:
    path((15, owner), (30, deputy), (60, head))
    assert after(clock, minutes=14) == []
    assert after(clock, minutes=1) == [owner.pk]
    assert after(clock, minutes=14) == [owner.pk]
    assert after(clock, minutes=2) == [owner.pk, deputy.pk]
    assert after(clock, hours=5) == [owner.pk, deputy.pk, head.pk]
    assert after(clock, days=5) == [owner.pk, deputy.pk, head.pk]
    last = Notification.objects.get(user=head)
    assert last.text == "Nobody has acknowledged it for 5 hours: Late line 17"
    assert last.url == f"/cases/{case.pk}/"


def test_a_tower_that_was_away_tells_all_whose_turn_has_come(case, clock, owner, deputy) -> None:
    path((15, owner), (30, deputy))
    assert after(clock, hours=9) == [owner.pk, deputy.pk]


@pytest.mark.parametrize("verb", ["acknowledge", "start", "snooze", "close"])
def test_whoever_takes_it_on_stops_it(case, clock, owner, deputy, verb) -> None:
    path((15, owner), (30, deputy))
    after(clock, minutes=20)
    current = Case.objects.get(pk=case.pk)
    more = {"snooze": {"until": clock.time + timedelta(hours=1)}, "close": {"reason": "Known."}}.get(verb, {})
    getattr(cases, verb)(current, by=owner, version=current.version, **more)
    assert after(clock, minutes=30) == [owner.pk]


def test_a_new_path_starts_its_clocks_when_it_is_set(case, clock, owner, deputy) -> None:
    clock.move(hours=5)
    path((15, owner))
    assert escalate() == 0, "it does not tell at once of everything that waits"
    clock.move(minutes=14)
    assert escalate() == 0
    held = EscalationPath.objects.get()
    chosen = [Contact(owner, timedelta(minutes=15)), Contact(deputy, timedelta(minutes=20))]
    place = Slice(held.company_id, held.plant_id)
    set_path(Occasion.CASE, "", place, chosen, version=1, by=people.administrator())
    clock.move(minutes=1)
    assert escalate() == 1 and told() == [owner.pk], "who was named before keeps the clock"
    clock.move(minutes=18)
    assert escalate() == 0
    clock.move(minutes=1)
    assert escalate() == 1 and told() == [owner.pk, deputy.pk]
    assert "for 5 hours" in Notification.objects.latest("pk").text


def test_giving_it_to_somebody_does_not_stop_it(case, clock, owner, deputy) -> None:
    path((15, owner), (30, deputy))
    cases.assign(case, to=owner, by=deputy, version=case.version)
    assert after(clock, hours=1) == [owner.pk, deputy.pk]


def test_a_case_that_comes_back_waits_anew(case, clock, owner) -> None:
    path((15, owner))
    after(clock, hours=1)
    cases.acknowledge(Case.objects.get(pk=case.pk), by=owner, version=Case.objects.get(pk=case.pk).version)
    after(clock, hours=1)
    Case.objects.filter(pk=case.pk).update(state="open", state_at=clock.time)
    assert after(clock, minutes=10) == [owner.pk]
    assert after(clock, minutes=10) == [owner.pk, owner.pk]


def test_it_stands_on_the_timeline_in_the_trail_and_on_the_board(case, clock, owner) -> None:
    path((15, owner))
    after(clock, minutes=16)
    first = timeline(Case.objects.get(pk=case.pk))[0]
    assert first.what == f"Nobody had acknowledged it for 16 minutes: {owner.shown_name} was told"
    entry = Entry.objects.get(verb="case.escalated")
    assert entry.actor is None
    assert (entry.details["to"], entry.company) == (owner.pk, case.company_id)
    assert Case.objects.get(pk=case.pk).version == case.version + 1


def test_whoever_no_longer_sees_the_place_is_passed_over(case, clock, owner, deputy) -> None:
    path((15, owner), (30, deputy))
    Grant.objects.filter(user=owner).delete()
    assert after(clock, hours=1) == [deputy.pk]


def test_only_the_domain_of_the_path_is_escalated(case, clock, owner) -> None:
    path((15, owner), domain="quality")
    assert after(clock, hours=1) == []


def test_without_paths_nothing_is_looked_at(case, clock, django_assert_num_queries) -> None:
    clock.move(hours=5)
    with django_assert_num_queries(2):
        assert escalate() == 0


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "1 minute"), (59, "59 minutes"), (60, "1 hour"), (47 * 60, "47 hours"), (48 * 60, "2 days")],
)
def test_a_span_is_spoken_in_its_greatest_whole_unit(minutes: int, words: str) -> None:
    assert spoken(timedelta(minutes=minutes)) == words


class Asked:
    """A request that waits for a decision, about a case."""

    def __init__(self, clock: Clock) -> None:
        world = World()
        self.request = world.requests["plant"]
        self.case = world.cases["plant"]
        now = clock.time
        values = {"about_type": "case", "about_key": str(self.case.pk), "requested_at": now}
        Request.objects.filter(pk=self.request.pk).update(**values, decide_by=now + timedelta(hours=72))
        Request.objects.exclude(pk=self.request.pk).delete()
        self.request.refresh_from_db()
        self.manager = people.plant_manager(*world.places["plant"])
        self.head = people.person(Role.CONTROLLER)


def test_a_request_that_nobody_decides_goes_up_and_stands_on_its_case(clock: Clock) -> None:
    asked = Asked(clock)
    path((30, asked.manager), (120, asked.head), occasion=Occasion.APPROVAL, domain="procure")
    clock.move(minutes=45)
    assert escalate() == 1
    clock.move(hours=3)
    assert escalate() == 1
    assert told("request.escalated") == [asked.manager.pk, asked.head.pk]
    one = Notification.objects.get(kind="request.escalated", user=asked.head)
    assert one.text == "Nobody has decided for 3 hours: Effect of plant"
    assert one.url == asked.request.get_absolute_url()
    first = timeline(asked.case)[0]
    assert first.what == f"Nobody had decided for 3 hours: {asked.head.shown_name} was told"
    assert first.url == asked.request.get_absolute_url()


def test_a_decision_stops_it_and_the_requester_is_never_told(clock: Clock) -> None:
    asked = Asked(clock)
    path((30, asked.request.requested_by), (60, asked.head), occasion=Occasion.APPROVAL)
    clock.move(minutes=45)
    assert escalate() == 0
    requests.reject(asked.request, by=asked.manager, reason="No.")
    clock.move(hours=5)
    assert escalate() == 0


def test_a_path_on_which_nobody_can_decide_gives_way_to_the_wider_one(clock: Clock) -> None:
    asked = Asked(clock)
    path((30, asked.head), occasion=Occasion.APPROVAL)
    path((30, asked.manager), occasion=Occasion.APPROVAL)
    held = Request.objects.filter(pk=asked.request.pk)
    held.update(requested_by=asked.manager, approver_role=Role.PLANT_MANAGER)
    Grant.objects.filter(user=asked.head).update(role=Role.PLANT_MANAGER)
    clock.move(minutes=45)
    assert escalate() == 1
    assert told("request.escalated") == [asked.head.pk], "whoever has requested it cannot decide it"


def test_where_nobody_on_any_path_can_decide_the_nearest_is_told(clock: Clock) -> None:
    asked = Asked(clock)
    path((30, asked.head), occasion=Occasion.APPROVAL)
    path((30, asked.manager), occasion=Occasion.APPROVAL)
    Grant.objects.filter(user__in=[asked.head, asked.manager]).update(role=Role.BUYER)
    clock.move(minutes=45)
    assert escalate() == 1
    assert told("request.escalated") == [asked.manager.pk]


def test_what_expires_is_not_escalated_any_more(clock: Clock) -> None:
    asked = Asked(clock)
    path((30, asked.head), occasion=Occasion.APPROVAL)
    clock.move(days=4)
    assert escalate() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_tell_nobody_twice() -> None:
    group = two_companies()
    for number in range(6):
        one = case_in(group, group[1], str(number))
        Case.objects.filter(pk=one.pk).update(state_at=timezone.now() - timedelta(hours=1))
    path((15, people.buyer(group[1])), (20, people.buyer(group[1])))
    EscalationContact.objects.update(named_at=timezone.now() - timedelta(hours=1))

    def work() -> None:
        try:
            escalate()
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert Notification.objects.filter(kind="case.escalated").count() == 12
    assert Escalation.objects.count() == 12
