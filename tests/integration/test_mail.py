"""Mail to people: a real mail server, real retries, and never a word that its reader may not see."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from itertools import pairwise
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from django.db import OperationalError
from django.utils import timezone

from apps.accounts.models import Grant, User
from apps.accounts.roles import Role
from apps.exceptions import cases
from apps.exceptions.models import Case
from apps.notifications import inbox, mails, outgoing
from apps.notifications.messages import tell
from apps.notifications.models import Mail, MailState, Notification, Sending, SendingState
from apps.notifications.wishes import choose
from tests import people
from tests.integration.letters import case as case
from tests.integration.letters import group as group
from tests.integration.letters import later, point_at, reader, tell_of, why
from tests.integration.letters import server as server
from tests.integration.live import case_in
from tests.integration.smtp import MailServer

pytestmark = pytest.mark.django_db


def test_an_assignment_is_mailed_with_what_where_and_the_way_back(server, case, group, clock) -> None:
    user, giver = reader(group[1]), people.buyer(group[1])
    cases.assign(case, to=user, by=giver, version=case.version)
    assert later(clock) == 1
    (mail,) = server.to("maria@aurora.example")
    assert mail["Subject"] == "Case for you: Yours now: Late line 17 · Lyon"
    text, html = (mail.get_body((form,)).get_content() for form in ("plain", "html"))
    for body in (text, html):
        assert "Late line 17" in body
        assert f"https://tower.example.com/cases/{case.pk}/" in body
        assert "https://tower.example.com/notifications/preferences/" in body
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] == "<https://tower.example.com/notifications/preferences/>"
    kept = Mail.objects.get()
    assert (kept.state, kept.attempts, kept.address) == (MailState.SENT, 1, "maria@aurora.example")
    assert mail["Message-ID"] == f"<{kept.pk}@tower.example.com>"
    assert later(clock) == 0, "once is enough"


def test_many_within_a_minute_are_one_mail(server, group, clock) -> None:
    user = reader(group[1])
    many = [case_in(group, group[1], str(number)) for number in range(60)]
    for number, one in enumerate(many):
        tell_of(one, user)
        if number % 20 == 0:
            assert later(clock, seconds=9) == 0, "more may be coming"
    assert later(clock, seconds=11) == 1
    (mail,) = server.taken
    assert mail["Subject"] == "60 messages: 60 × Case for you · Lyon"
    body = mail.get_body(("plain",)).get_content()
    assert body.count("/cases/") == 40
    assert "20 more" in body
    assert Sending.objects.filter(state=SendingState.SENT).count() == 60


def test_a_steady_trickle_does_not_hold_mail_back_for_ever(server, group, clock) -> None:
    user = reader(group[1])
    for number in range(8):
        tell_of(case_in(group, group[1], str(number)), user)
        later(clock, seconds=9)
    assert len(server.taken) == 1


def test_what_the_reader_may_no_longer_see_is_not_mailed(server, case, group, clock) -> None:
    user = reader(group[1])
    one = tell_of(case, user)
    Grant.objects.filter(user=user).delete()
    later(clock)
    assert not server.taken
    assert why(one) == "no longer theirs to see"
    assert Mail.objects.get().state == MailState.SKIPPED
    assert not inbox.told(User.objects.get(pk=user.pk)).exists(), "nor does the list show it"


def test_a_grant_taken_between_two_attempts_is_respected(server, case, group, clock) -> None:
    user = reader(group[1])
    tell_of(case, user)
    server.refuses["maria@aurora.example"] = "451 4.2.1 come back later"
    later(clock)
    server.refuses.clear()
    Grant.objects.filter(user=user).delete()
    later(clock, minutes=5)
    assert not server.taken


def test_a_thing_that_moved_out_of_sight_is_not_mailed(server, case, group, clock) -> None:
    tell_of(case, reader(group[1]))
    Case.objects.filter(pk=case.pk).update(company_id=group[2])
    later(clock)
    assert not server.taken


def test_nobody_deactivated_or_without_an_address_is_mailed(server, case, group, clock) -> None:
    gone, silent = reader(group[1], name="gone"), people.buyer(group[1])
    told = [tell_of(case, gone), tell_of(case, silent)]
    User.objects.filter(pk=gone.pk).update(is_active=False)
    later(clock)
    assert not server.taken
    assert [why(one) for one in told] == ["the sign-in is not active", "no address is known"]


def test_what_was_read_given_on_or_ended_meanwhile_is_not_mailed(server, group, clock) -> None:
    user, other = reader(group[1]), people.buyer(group[1])
    seen, passed_on, ended = (tell_of(case_in(group, group[1], str(number)), user) for number in range(3))
    inbox.mark_read(inbox.told(user).filter(pk=seen.pk), by=user)
    Case.objects.filter(pk=passed_on.about_key).update(owner=other)
    Case.objects.filter(pk=ended.about_key).update(state="resolved", ended_at=timezone.now())
    later(clock)
    assert not server.taken
    expected = ["already read in the tower", "no longer of interest", "no longer of interest"]
    assert [why(one) for one in (seen, passed_on, ended)] == expected


def test_a_topic_is_mailed_as_its_reader_wishes(server, group, clock) -> None:
    user = reader(group[1])
    first, second = case_in(group, group[1], "1"), case_in(group, group[1], "2")
    tell_of(first, user)
    wanted = {("assigned", "mail"): False, ("assigned", "page"): False, ("returned", "mail"): True}
    choose(user, wanted, quiet=None)
    silent = tell_of(second, user)
    later(clock)
    assert not server.taken, "also what waited when the wish changed"
    assert silent.read_at is not None, "on the list, without ringing"
    Case.objects.filter(pk=second.pk).update(owner=user)
    tell(user, "case.woken", about=second, text="Back from snooze", url="/")
    later(clock)
    assert [one["Subject"] for one in server.taken] == ["Back from snooze: Back from snooze · Lyon"]


def test_quiet_hours_hold_mail_until_they_end_by_the_readers_clock(server, case, group, clock) -> None:
    user = reader(group[1])
    User.objects.filter(pk=user.pk).update(time_zone="America/Detroit")
    choose(user, {}, quiet=(time(22), time(7)))
    clock.time = datetime(2026, 3, 7, 23, 30, tzinfo=ZoneInfo("America/Detroit"))
    Sending.objects.filter(notification=tell_of(case, user)).update(created_at=clock.time)
    for hours in (1, 5, 0.2):
        later(clock, hours=hours)
        assert not server.taken
    clock.time = datetime(2026, 3, 8, 7, 0, 1, tzinfo=ZoneInfo("America/Detroit"))
    assert mails.send_waiting() == 1, "the clocks went forward that night"


def test_a_mail_server_that_is_away_is_asked_again_with_growing_pauses(settings, server, case, group, clock) -> None:
    tell_of(case, reader(group[1]))
    settings.EMAIL_PORT = 9
    waits = []
    for _ in range(4):
        later(clock, hours=1)
        kept = Mail.objects.get()
        assert "cannot be reached" in kept.message
        waits.append((kept.next_at - clock.time).total_seconds())
        mails.send_waiting()
        assert Mail.objects.get().attempts == kept.attempts, "not before its time"
    assert all(after > before for before, after in pairwise(waits)), waits
    settings.EMAIL_PORT = server.port
    assert later(clock, hours=1) == 1
    assert Mail.objects.get().attempts == 5


def test_a_server_that_wants_everything_later_is_not_asked_once_a_mail(settings, server, case, group, clock) -> None:
    for number in range(5):
        tell_of(case, reader(group[1], name=f"person-{number}"), "case.noted")
    choose_all_mail()
    server.refuses |= {f"person-{number}@aurora.example": "451 4.7.1 too busy" for number in range(5)}
    later(clock)
    assert server.connections == 1, list(Mail.objects.values_list("state", "attempts", "message"))
    assert sorted(Mail.objects.values_list("attempts", flat=True)) == [0, 0, 1, 1, 1]
    assert mails.send_waiting() == 0
    assert server.connections == 1


def choose_all_mail() -> None:
    """Tell again what is not mailed unless asked for."""
    for one in Notification.objects.filter(sending=None):
        Sending.objects.create(notification=one, user_id=one.user_id, created_at=timezone.now())
    for user in User.objects.exclude(email=""):
        choose(user, {("other", "mail"): True}, quiet=None)


def test_a_refused_address_fails_at_once_and_holds_nobody_up(server, case, group, clock, client) -> None:
    bad, good = reader(group[1], name="bad"), reader(group[1], name="good")
    server.refuses["bad@aurora.example"] = "550 5.1.1 No such person"
    tell_of(case, bad)
    tell_of(case_in(group, group[1], "18"), good)
    assert later(clock) == 1
    failed = Mail.objects.get(user=bad)
    assert (failed.state, failed.message) == ("failed", "The mail server refuses it: 550 5.1.1 No such person")
    admin = people.administrator()
    client.force_login(admin)
    page = client.get("/notifications/mail/").content.decode()
    assert "550 5.1.1 No such person" in page
    assert "Late line" not in page, "what it said is the reader's"
    server.refuses.clear()
    assert client.post(f"/notifications/mail/{failed.pk}/again/").status_code == 302
    assert later(clock) == 1
    assert len(server.to("bad@aurora.example")) == 1
    assert not outgoing.again(failed.pk, by=admin), "only what failed"


def test_a_lost_answer_leads_to_the_same_mail_again_under_the_same_name(server, case, group, clock) -> None:
    tell_of(case, reader(group[1]))
    server.loses_answers = 1
    later(clock)
    assert Mail.objects.get().state == MailState.WAITING
    later(clock, minutes=2)
    assert len({one["Message-ID"] for one in server.taken}) == 1
    assert Mail.objects.get().state == MailState.SENT


def test_a_sender_that_dies_leaves_its_mail_to_the_next_one(server, case, group, clock) -> None:
    tell_of(case, reader(group[1]))
    with patch("apps.notifications.mails.hand_over", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        later(clock)
    assert later(clock) == 0, "it might be alive"
    assert later(clock, minutes=6) == 1
    assert len(server.taken) == 1


def test_a_database_that_is_away_for_a_moment_sends_nothing_twice(server, case, group, clock) -> None:
    tell_of(case, reader(group[1]))
    real, failures = mails.Mail.objects.filter, [OperationalError("gone"), OperationalError("gone")]

    def flaky(*conditions, **lookup):
        if server.taken and failures:
            raise failures.pop()
        return real(*conditions, **lookup)

    class Outside:
        in_atomic_block = False

        def close(self) -> None:
            pass

    with (
        patch.object(mails.Mail.objects, "filter", flaky),
        patch.object(mails, "connection", Outside()),
        patch.object(mails, "sleep"),
    ):
        assert later(clock) == 1
    assert Mail.objects.get().state == MailState.SENT
    later(clock, hours=1)
    assert len(server.taken) == 1


def test_after_a_day_it_is_given_up_and_says_why(settings, server, case, group, clock) -> None:
    tell_of(case, reader(group[1]))
    settings.EMAIL_PORT = 9
    later(clock)
    later(clock, hours=25)
    failed = Mail.objects.get()
    assert failed.state == MailState.FAILED
    assert failed.message.startswith("Not sent within 24 hours")


def test_a_wrong_password_waits_and_says_so(settings, case, group, clock) -> None:
    with MailServer(asks_for=("tower", "right")) as server:
        point_at(settings, server, user="tower", password="wrong")
        tell_of(case, reader(group[1]))
        later(clock)
        assert "does not accept the sign-in: 535" in Mail.objects.get().message
        settings.EMAIL_HOST_PASSWORD = "right"
        assert later(clock, hours=1) == 1


def test_nothing_is_kept_for_mail_without_a_mail_server(settings, case, group) -> None:
    settings.MAIL_IS_SENT = False
    tell_of(case, reader(group[1]))
    assert not Sending.objects.exists()


def test_lines_and_addresses_in_a_text_stay_text(server, group, clock) -> None:
    user = reader(group[1])
    case = case_in(group, group[1], "9")
    Case.objects.filter(pk=case.pk).update(summary="x\r\nBcc: all@aurora.example <script>alert(1)</script>")
    case.refresh_from_db()
    tell_of(case, user)
    tell(user, "case.assigned", about=case, text="elsewhere", url="https://evil.example/")
    later(clock)
    (mail,) = server.taken
    assert mail["Bcc"] is None
    assert "<script>" not in mail.get_body(("html",)).get_content()
    assert "evil.example" not in mail.as_string()


def test_approval_is_wanted_of_those_who_may_give_it_and_of_nobody_else(server, group, clock) -> None:
    from tests.everyone import World

    world = World()
    request = world.requests["plant"]
    asked = Notification.objects.filter(kind="request.waiting")
    deciders = {one.user_id for one in asked}
    assert deciders
    allowed = {
        person.user.pk
        for person in world.people
        if person.role in (Role.PLANT_MANAGER,) and person.label.split(" of ")[1] in ("group", "company", "plant")
    }
    assert deciders == allowed
    assert request.requested_by_id not in deciders


def test_old_records_of_mail_are_forgotten_but_not_the_failures(server, case, group, clock) -> None:
    user = reader(group[1])
    tell_of(case, user)
    later(clock)
    ended = timezone.now()
    failed = Mail.objects.create(user=user, state="failed", ended_at=ended)
    assert mails.forget(ended + timedelta(days=1)) == 1
    assert list(Mail.objects.all()) == [failed]
