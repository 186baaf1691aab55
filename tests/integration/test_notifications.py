"""Telling people, and what they see of it."""

import pytest
from django.test import Client

from apps.accounts.roles import Role
from apps.notifications import inbox
from apps.notifications.channels import Channel, channels
from apps.notifications.messages import tell, tell_role
from apps.notifications.models import Notification
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
        shown, before = inbox.page(user, before)
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
