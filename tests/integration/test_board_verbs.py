"""Verbs on cases through their pages: what is refused is said, what was typed comes back, many act row by row."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.exceptions import cases
from apps.exceptions.models import Case
from tests.boards import Group
from tests.people import person

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def group() -> Group:
    return Group()


@pytest.fixture
def user(client: Client) -> User:
    planner = person(Role.PLANNER)
    client.force_login(planner)
    return planner


def test_a_plain_form_acknowledges_and_leads_back_to_the_case(group: Group, user: User, client: Client):
    case = group.case(1)
    answer = client.post(f"/cases/{case.pk}/acknowledge/", {"version": 1})
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.pk}/")
    case.refresh_from_db()
    assert (case.state, case.owner, case.version) == ("acknowledged", user, 2)


def test_a_stale_version_is_answered_with_the_case_as_it_is_now(group: Group, user: User, client: Client):
    case = group.case(1)
    cases.acknowledge(case, by=person(Role.BUYER), version=1)
    answer = client.post(f"/cases/{case.pk}/close/", {"version": 1, "close-reason": "By hand"}, headers=HTMX)
    assert answer.status_code == 409
    assert b"has changed meanwhile" in answer.content
    assert b"By hand" in answer.content
    assert b"Acknowledged" in answer.content
    case.refresh_from_db()
    assert case.state == "acknowledged"


@pytest.mark.parametrize("version", ["", "zero", "-1", "1e3", "999999999999999999", "²"])
def test_a_version_that_never_was_is_stale(group: Group, user: User, client: Client, version: str):
    case = group.case(1)
    assert client.post(f"/cases/{case.pk}/acknowledge/", {"version": version}).status_code == 409


def test_an_impossible_verb_is_refused_in_words(group: Group, user: User, client: Client):
    case = group.case(1)
    answer = client.post(f"/cases/{case.pk}/wake/", {"version": 1}, headers=HTMX)
    assert answer.status_code == 409
    assert "“Wake” is not possible for a case that is “Open”" in answer.content.decode()


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        ("close", {"close-reason": "  "}),
        ("note", {"note-text": ""}),
        ("snooze", {"snooze-rest": "until"}),
        ("snooze", {"snooze-rest": "until", "snooze-until": "2020-01-01T10:00"}),
        ("snooze", {"snooze-rest": "for ever"}),
        ("snooze", {"snooze-rest": "until", "snooze-until": "soon"}),
        ("assign", {"assign-to": "99999999"}),
        ("assign", {}),
    ],
)
def test_values_that_make_no_sense_come_back_with_a_word(
    group: Group, user: User, client: Client, verb: str, data: dict[str, str]
):
    case = group.case(1)
    answer = client.post(f"/cases/{case.pk}/{verb}/", {"version": 1, **data}, headers=HTMX)
    assert answer.status_code == 422
    case.refresh_from_db()
    assert (case.state, case.version) == ("open", 1)


def test_a_snooze_ends_in_the_readers_morning(group: Group, user: User, client: Client):
    case = group.case(1)
    data = {"version": 1, "snooze-rest": "tomorrow", "snooze-zone": "Asia/Tokyo"}
    client.post(f"/cases/{case.pk}/snooze/", data)
    case.refresh_from_db()
    assert case.snoozed_until is not None
    assert (case.snoozed_until.hour, case.snoozed_until.minute) == (23, 0)
    assert timedelta(0) < case.snoozed_until - timezone.now() < timedelta(hours=48)


def test_nobody_is_offered_who_may_not_work_there(group: Group, user: User, client: Client):
    case = group.case(1)
    foreign = next(one for one in group.companies if one.pk != case.company_id)
    stranger = person(Role.PLANNER, company=foreign)
    answer = client.post(f"/cases/{case.pk}/assign/", {"version": 1, "assign-to": stranger.pk}, headers=HTMX)
    assert answer.status_code == 422
    client.post(f"/cases/{case.pk}/assign/", {"version": 1, "assign-to": user.pk})
    case.refresh_from_db()
    assert case.owner == user


def test_an_owner_is_not_lost_by_an_omission(group: Group, user: User, client: Client):
    case = group.case(1)
    cases.assign(case, to=user, by=user, version=1)
    answer = client.post(f"/cases/{case.pk}/assign/", {"version": 2})
    assert answer.status_code == 422
    assert "Say who takes it" in answer.content.decode()
    case.refresh_from_db()
    assert (case.owner, case.version) == (user, 2)
    many = {"verb": "assign", "case": f"{case.pk}:2", "assign-too": ""}
    assert client.post("/cases/bulk/", many, headers=HTMX).status_code == 422
    client.post(f"/cases/{case.pk}/assign/", {"version": 2, "assign-to": ""})
    case.refresh_from_db()
    assert case.owner is None


def test_who_may_only_look_may_do_nothing(group: Group, client: Client):
    case = group.case(1)
    client.force_login(person(Role.EXECUTIVE))
    assert client.get(f"/cases/{case.pk}/").status_code == 200
    assert client.post(f"/cases/{case.pk}/acknowledge/", {"version": 1}).status_code == 403


def test_a_foreign_case_is_not_there_for_any_verb(group: Group, client: Client):
    case = group.case(1)
    foreign = next(one for one in group.companies if one.pk != case.company_id)
    client.force_login(person(Role.PLANNER, company=foreign))
    for path in ("", "acknowledge/", "assign/", "note/"):
        method = client.post if path else client.get
        assert method(f"/cases/{case.pk}/{path}").status_code == 404


def test_many_cases_are_done_row_by_row(group: Group, user: User, client: Client):
    fine, stale, foreign = group.case(1), group.case(2), group.case(3)
    cases.acknowledge(stale, by=user, version=1)
    Case.objects.filter(pk=foreign.pk).update(company=None, plant=None)
    named = [f"{case.pk}:1" for case in (fine, stale)] + ["rubbish", "1:x", "99999999:1"]
    answer = client.post("/cases/bulk/", {"verb": "acknowledge", "case": named}, headers=HTMX)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "Acknowledged: 1 case." in text
    assert stale.summary in text and "has changed meanwhile" in text
    fine.refresh_from_db()
    assert fine.state == "acknowledged"


def test_the_dialog_asks_for_values_and_keeps_what_was_wrong(group: Group, user: User, client: Client):
    case = group.case(1)
    asked = client.get("/cases/bulk/", {"verb": "snooze", "case": f"{case.pk}:1"}, headers=HTMX)
    assert asked.status_code == 200
    assert f'value="{case.pk}:1"'.encode() in asked.content
    wrong = {"verb": "snooze", "case": f"{case.pk}:1", "snooze-rest": "until", "snooze-until": ""}
    assert client.post("/cases/bulk/", wrong, headers=HTMX).status_code == 422
    right = {**wrong, "snooze-until": (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")}
    done = client.post("/cases/bulk/", right, headers=HTMX)
    told = json.loads(done["HX-Trigger-After-Settle"])
    assert done.status_code == 200 and told["tower:done"] == {"cases": [case.pk], "asked": True}
    case.refresh_from_db()
    assert case.state == "snoozed"


@pytest.mark.parametrize("verb", ["", "close", "resolve", "__class__"])
def test_an_unknown_verb_for_many_is_not_there(group: Group, user: User, client: Client, verb: str):
    assert client.get("/cases/bulk/", {"verb": verb}).status_code == 404


def test_a_card_says_the_same_to_everyone(group: Group, client: Client):
    group.case(1)
    seen = []
    for role in (Role.PLANNER, Role.EXECUTIVE):
        client.force_login(person(role))
        text = client.get("/").content.decode()
        seen.append(text[text.index("<article") : text.index("</article>")])
    assert seen[0] == seen[1]
