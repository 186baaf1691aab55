"""Steps of the tests of mail: readers with an address, and something to tell them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.exceptions.models import Case
from apps.notifications import mails
from apps.notifications.messages import tell
from apps.notifications.models import Notification, Sending
from tests import people
from tests.integration.conftest import Clock
from tests.integration.live import Group, case_in, two_companies
from tests.integration.smtp import MailServer

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def point_at(settings, server: MailServer, *, user: str = "", password: str = "") -> None:
    settings.MAIL_IS_SENT, settings.EMAIL_BACKEND = True, SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = user, password
    settings.PUBLIC_URL = "https://tower.example.com"


@pytest.fixture
def group() -> Group:
    return two_companies()


@pytest.fixture
def case(group: Group) -> Case:
    return case_in(group, group[1], "17")


@pytest.fixture
def server(settings) -> Iterator[MailServer]:
    with MailServer() as one:
        point_at(settings, one)
        yield one


def reader(company: int | None, *, name: str = "maria", role: str = Role.BUYER) -> User:
    user = people.person(role, company=company, username=name)
    User.objects.filter(pk=user.pk).update(email=f"{name}@aurora.example")
    return User.objects.get(pk=user.pk)


def tell_of(case: Case, user: User, kind: str = "case.assigned") -> Notification:
    if kind == "case.assigned":
        Case.objects.filter(pk=case.pk).update(owner=user)
    return tell(user, kind, about=case, text=f"Yours now: {case.summary}", url=f"/cases/{case.pk}/")


def later(clock: Clock, **by: float) -> int:
    clock.move(**by or {"seconds": 61})
    return mails.send_waiting()


def why(one: Notification) -> str:
    return Sending.objects.get(notification=one).why
