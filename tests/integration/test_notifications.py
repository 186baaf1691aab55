"""Telling people, and what they see of it."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from apps.accounts.roles import Role
from apps.audit.models import Entry
from apps.notifications import inbox
from apps.notifications.channels import Channel, channels
from apps.notifications.kinds import kinds
from apps.notifications.messages import tell, tell_role
from apps.notifications.models import Notification, Way
from apps.notifications.wishes import OFFERED, quiet_end, wishes_of
from controltower.lib.keys import row_key
from odoo_sync.mirror.company import Company
from tests import people

pytestmark = pytest.mark.django_db


def test_a_message_waits_unread_until_it_is_opened(client: Client) -> None:
    user = people.buyer()
    one = tell(user, "case.assigned", about=user, text="You have a case.", url="/me/")
    assert (one.about_type, one.about_key) == ("accounts.user", str(user.pk))
    assert inbox.unread(user) == 1
    client.force_login(user)
    assert "You have a case." in client.get("/notifications/").content.decode()
    assert client.post(f"/notifications/{one.pk}/read/")["Location"] == "/me/"
    assert inbox.unread(user) == 0


def test_everyone_with_the_role_in_the_place_is_told_except_those_left_out() -> None:
    lyon = Company.objects.create(id=row_key(1, 1), name="Lyon")
    detroit = Company.objects.create(id=row_key(1, 2), name="Detroit")
    here, group, asking = people.plant_manager(lyon), people.plant_manager(), people.plant_manager(lyon)
    people.plant_manager(detroit)
    told = tell_role(Role.PLANT_MANAGER, "request.waiting", about=lyon, text="Please approve.", besides=[asking])
    assert {one.user_id for one in told} == {here.pk, group.pk}


def test_nobody_reads_or_marks_the_message_of_another(client: Client) -> None:
    one = tell(people.buyer(), "case.assigned", about=people.nobody(), text="private words")
    client.force_login(people.buyer())
    assert "private words" not in client.get("/notifications/").content.decode()
    assert client.post(f"/notifications/{one.pk}/read/").status_code == 404
    client.post("/notifications/read/")
    one.refresh_from_db()
    assert one.read_at is None


def test_reading_takes_a_post(client: Client) -> None:
    user = people.buyer()
    one = tell(user, "x", about=user, text="x")
    client.force_login(user)
    assert client.get(f"/notifications/{one.pk}/read/").status_code == 405
    assert client.get("/notifications/read/").status_code == 405


def test_a_message_never_leads_to_another_site(client: Client) -> None:
    user = people.buyer()
    one = tell(user, "x", about=user, text="x", url="https://elsewhere.example/")
    client.force_login(user)
    assert client.post(f"/notifications/{one.pk}/read/")["Location"] == "/notifications/"


def test_long_lists_are_paged_without_gap_or_repeat(client: Client) -> None:
    user = people.buyer()
    Notification.objects.bulk_create(
        Notification(user=user, kind="x", about_type="x", about_key="1", text=str(number)) for number in range(120)
    )
    seen: list[str] = []
    before = None
    while True:
        shown, before = inbox.page(inbox.told(user), before)
        seen += [one.text for one in shown]
        if before is None:
            break
    assert seen == [str(number) for number in reversed(range(120))]
    client.force_login(user)
    assert client.get("/notifications/?before=rubbish").status_code == 200
    assert client.get(f"/notifications/?before={10**30}").status_code == 200


def test_a_text_that_is_too_long_is_cut_not_refused() -> None:
    assert len(tell(people.buyer(), "x", about=people.nobody(), text="x" * 600).text) == 512


def test_a_further_way_is_a_further_channel(django_capture_on_commit_callbacks) -> None:
    sent: list[str] = []

    class Pigeon(Channel):
        key = "pigeon"

        def send(self, notification: Notification) -> None:
            sent.append(notification.text)

    class Broken(Channel):
        key = "broken"

        def send(self, notification: Notification) -> None:
            raise OSError("no line")

    channels.add(Broken)
    channels.add(Pigeon)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            tell(people.buyer(), "x", about=people.nobody(), text="coo")
    finally:
        del channels._members["pigeon"], channels._members["broken"]
    assert sent == ["coo"], "an error of one way never stops another"


def test_the_list_is_narrowed_by_topic_and_by_what_is_unread(client: Client) -> None:
    user = people.buyer()
    first = tell(user, "case.assigned", about=user, text="A case came.")
    tell(user, "request.verified", about=user, text="It is in Odoo.")
    tell(user, "retired.kind", about=user, text="Something old.")
    client.force_login(user)

    def shown(query: str) -> set[str]:
        page = client.get(f"/notifications/?{query}").content.decode()
        return {one for one in ("A case came.", "It is in Odoo.", "Something old.") if one in page}

    assert shown("topic=assigned") == {"A case came."}
    assert shown("topic=outcome") == {"It is in Odoo."}
    assert shown("topic=other") == {"Something old."}
    client.post(f"/notifications/{first.pk}/read/", {"stay": "1"})
    assert shown("state=unread") == {"It is in Odoo.", "Something old."}
    assert shown("state=read") == {"A case came."}
    assert len(shown("state=rubbish&topic=rubbish")) == 3
    assert "No message matches this filter." in client.get("/notifications/?topic=approval").content.decode()
    back = client.post(f"/notifications/{first.pk}/unread/", {"back": "state=read"})
    assert back["Location"] == "/notifications/?state=read"
    assert inbox.unread(user) == 3
    client.post("/notifications/read/", {"topic": "outcome"})
    assert inbox.unread(user) == 2


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "x\r\nSet-Cookie: a=b", "@evil.example"])
def test_the_way_back_stays_on_the_list(client: Client, back: str) -> None:
    user = people.buyer()
    client.force_login(user)
    target = client.post("/notifications/read/", {"back": back})["Location"]
    assert target == "/notifications/" or target.startswith("/notifications/?")
    assert "\n" not in target


def test_wishes_are_kept_recorded_and_shown_again(client: Client) -> None:
    user = people.buyer()
    client.force_login(user)
    assert client.get("/notifications/preferences/").status_code == 200
    given = {"assigned-page": "on", "assigned-mail": "on", "quiet_from": "22:00", "quiet_to": "06:30"}
    assert client.post("/notifications/preferences/", given).status_code == 302
    wishes = wishes_of([user])[user.pk]
    assert wishes.wants("assigned", "mail")
    assert not wishes.wants("escalation", "mail")
    assert wishes.quiet is not None
    assert not wishes.quiet.lets_escalations
    entry = Entry.objects.get(verb="person.notifications_chosen")
    assert "escalation mail" in entry.details["off"]
    page = client.get("/notifications/preferences/").content.decode()
    assert 'value="22:00"' in page
    assert client.post("/notifications/preferences/", {}).status_code == 302
    nothing = wishes_of([user])[user.pk]
    assert nothing.quiet is None
    assert not any(nothing.wants(topic, Way.MAIL) for topic in OFFERED), "the way out of all mail"


@pytest.mark.parametrize(
    "given",
    [{"quiet_from": "22:00"}, {"quiet_to": "06:00"}, {"quiet_from": "07:00", "quiet_to": "07:00"}, {"quiet_from": "x"}],
)
def test_quiet_hours_that_make_no_sense_are_refused(client: Client, given: dict[str, str]) -> None:
    user = people.buyer()
    client.force_login(user)
    assert client.post("/notifications/preferences/", given).status_code == 422
    assert wishes_of([user])[user.pk].quiet is None


@pytest.mark.parametrize(
    ("begins", "ends", "now", "until"),
    [
        (time(22), time(7), "2026-11-23T21:59", None),
        (time(22), time(7), "2026-11-23T22:00", "2026-11-24T07:00"),
        (time(22), time(7), "2026-11-24T06:59", "2026-11-24T07:00"),
        (time(22), time(7), "2026-11-24T07:00", None),
        (time(12), time(13), "2026-11-24T12:30", "2026-11-24T13:00"),
        (time(12), time(13), "2026-11-24T13:30", None),
    ],
)
def test_quiet_hours_end_by_the_clock_on_the_wall(begins: time, ends: time, now: str, until: str | None) -> None:
    lyon = ZoneInfo("Europe/Paris")
    found = quiet_end(datetime.fromisoformat(now).replace(tzinfo=lyon), begins, ends, lyon)
    assert found == (datetime.fromisoformat(until).replace(tzinfo=lyon) if until else None)


def test_every_state_that_a_request_ends_in_has_a_kind() -> None:
    told = {"waiting", "approved", "rejected", "expired", "verified", "partial", "conflict", "refused", "unknown"}
    assert {f"request.{one}" for one in told} <= {one.key for one in kinds}
    assert all(one.__doc__ and str(one.title) for one in kinds)
