"""Mail that a server does not take: each mail stands alone, retries mind quiet hours, and failures are told."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.notifications import inbox, mails, outgoing
from apps.notifications.models import Mail, MailState, Notification, Sending
from apps.notifications.wishes import choose
from tests import people
from tests.integration.letters import case as case
from tests.integration.letters import group as group
from tests.integration.letters import later, reader, tell_of
from tests.integration.letters import server as server
from tests.integration.live import case_in

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("answer", ["452 4.2.2 Mailbox full", "450 4.2.1 Greylisted"])
def test_a_full_mailbox_is_tried_later_and_holds_nobody_up(server, group, clock, answer) -> None:
    full, good = reader(group[1], name="full"), reader(group[1], name="good")
    server.refuses["full@aurora.example"] = answer
    tell_of(case_in(group, group[1], "17"), full)
    tell_of(case_in(group, group[1], "18"), good)
    assert later(clock) == 1
    assert len(server.to("good@aurora.example")) == 1
    kept = Mail.objects.get(user=full)
    assert (kept.state, kept.message) == ("waiting", f"The mail server wants it later: {answer}")
    tell_of(case_in(group, group[1], "19"), good)
    assert later(clock) == 1, "nor in the rounds that follow"
    server.refuses.clear()
    assert later(clock, minutes=10) == 1
    assert len(server.to("full@aurora.example")) == 1


@pytest.mark.parametrize(("answer", "state"), [("421 4.3.2 Going down", "waiting"), ("530 5.7.0 Sign in", "waiting")])
def test_what_holds_for_every_mail_makes_all_wait_and_fails_none(server, group, clock, answer, state) -> None:
    first, second = reader(group[1], name="first"), reader(group[1], name="second")
    server.refuses |= {f"{name}@aurora.example": answer for name in ("first", "second")}
    tell_of(case_in(group, group[1], "17"), first)
    tell_of(case_in(group, group[1], "18"), second)
    assert later(clock) == 0
    assert sorted(Mail.objects.values_list("state", "attempts")) == [(state, 0), (state, 1)]


def test_a_mail_that_never_arrives_is_told_to_administrators_once_a_day(server, group, clock) -> None:
    admin, bad = people.administrator(), reader(group[1], name="bad")
    server.refuses["bad@aurora.example"] = "550 5.1.1 No such person"
    for number in range(2):
        tell_of(case_in(group, group[1], str(number)), bad)
        later(clock)
    (told,) = Notification.objects.filter(user=admin)
    assert told.text == "No mail reaches bad. The mail server refuses it: 550 5.1.1 No such person"
    assert told.url == "/notifications/mail/?state=failed"
    assert inbox.unread(admin) == 1 and "Late line" not in told.text
    tell_of(case_in(group, group[1], "3"), bad)
    later(clock, hours=25)
    assert Notification.objects.filter(user=admin).count() == 2


def test_an_administrator_whose_own_mailbox_is_gone_is_not_told_of_that_without_end(server, group, clock) -> None:
    admin = people.administrator()
    people.grant(admin, Role.BUYER, company=group[1])
    User.objects.filter(pk=admin.pk).update(email="bad@aurora.example")
    choose(admin, {("other", "mail"): True}, quiet=None)
    server.refuses["bad@aurora.example"] = "550 5.1.1 No such person"
    tell_of(case_in(group, group[1], "17"), admin)
    for _ in range(4):
        later(clock, hours=13)
    assert Notification.objects.filter(kind="mail.failed").count() == 1


def test_a_retry_asks_for_quiet_hours_and_lets_only_what_is_urgent_through(server, group, clock) -> None:
    user = reader(group[1])
    server.refuses["maria@aurora.example"] = "452 4.2.2 Mailbox full"
    clock.time = datetime(2026, 3, 3, 21, 58, tzinfo=ZoneInfo("UTC"))
    User.objects.filter(pk=user.pk).update(time_zone="UTC")
    choose(user, {}, quiet=(time(22), time(7)))
    calm, urgent = case_in(group, group[1], "17"), case_in(group, group[1], "18")
    tell_of(calm, user)
    tell_of(urgent, user, "case.escalated")
    Sending.objects.update(created_at=clock.time)
    assert later(clock) == 0
    server.refuses.clear()
    assert later(clock, minutes=5) == 1
    (mail,) = server.taken
    assert "Late line 18" in mail["Subject"] and "Late line 17" not in mail.get_body(("plain",)).get_content()
    assert later(clock, hours=3) == 0
    clock.time = datetime(2026, 3, 4, 7, 0, 1, tzinfo=ZoneInfo("UTC"))
    assert mails.send_waiting() == 1
    assert "Late line 17" in server.taken[-1]["Subject"]


def test_a_mail_that_is_sent_again_by_hand_waits_for_the_end_of_quiet_hours(server, case, group, clock) -> None:
    user = reader(group[1])
    User.objects.filter(pk=user.pk).update(time_zone="UTC")
    server.refuses["maria@aurora.example"] = "550 5.1.1 No such person"
    clock.time = datetime(2026, 3, 3, 21, 58, tzinfo=ZoneInfo("UTC"))
    Sending.objects.filter(notification=tell_of(case, user)).update(created_at=clock.time)
    later(clock)
    choose(user, {}, quiet=(time(22), time(7)))
    server.refuses.clear()
    assert outgoing.again(Mail.objects.get().pk, by=people.administrator())
    assert later(clock, minutes=10) == 0
    assert Mail.objects.get().state == MailState.SKIPPED and "quiet hours" in Mail.objects.get().message
    clock.time = datetime(2026, 3, 4, 7, 0, 1, tzinfo=ZoneInfo("UTC"))
    assert mails.send_waiting() == 1
