"""Two administrators at the very same moment: one is done, the other is told, and nothing is lost in between."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from apps.accounts.models import User
from apps.audit.models import Entry
from apps.exceptions.errors import LimitChangedError
from apps.exceptions.limits import Place
from apps.exceptions.models import LimitOverride
from apps.exceptions.overrides import put_limits
from apps.notifications.errors import EscalationChangedError
from apps.notifications.escalation import Contact
from apps.notifications.models import EscalationContact, EscalationPath, Occasion
from apps.notifications.paths import set_path
from controltower.lib.scope import Slice
from tests import people

pytestmark = pytest.mark.django_db(transaction=True)
AT_ONCE = 4


def at_once(deed: Callable[[int], object], refused: type[Exception]) -> list[int]:
    """Do it several times in the same moment; gives back who was not refused."""
    gate = Barrier(AT_ONCE)

    def one(number: int) -> bool:
        gate.wait(timeout=20)
        try:
            deed(number)
        except refused:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        done = list(pool.map(one, range(AT_ONCE)))
    return [number for number, well in enumerate(done) if well]


@pytest.fixture
def admins(monkeypatch: pytest.MonkeyPatch) -> list[User]:
    monkeypatch.setattr("apps.exceptions.tasks.limits_changed.delay", lambda *args: None)
    return [people.administrator() for _number in range(AT_ONCE)]


def test_of_several_who_set_the_same_limits_one_is_done(admins: list[User]) -> None:
    def deed(number: int) -> None:
        values = {"overdue_days": str(number + 2)}
        put_limits("purchase.late_line", Place(), values, seen="", reason="mine", by=admins[number])

    done = at_once(deed, LimitChangedError)
    assert len(done) == 1
    assert LimitOverride.objects.get().values == {"overdue_days": done[0] + 2}
    assert Entry.objects.filter(verb="limit.set").count() == 1


def test_of_several_who_set_the_same_path_one_is_done(admins: list[User]) -> None:
    managers = [people.plant_manager() for _number in range(AT_ONCE)]

    def deed(number: int) -> None:
        contacts = [Contact(managers[number], timedelta(minutes=5))]
        set_path(Occasion.CASE, "", Slice(None), contacts, version=0, by=admins[number])

    done = at_once(deed, EscalationChangedError)
    assert len(done) == 1 and EscalationPath.objects.get().version == 1
    assert EscalationContact.objects.get().user == managers[done[0]]
