"""What has changed in the mirror is told to whoever listens, also when its process dies or a listener fails."""

from __future__ import annotations

from collections.abc import Iterator
from unittest.mock import patch

import pytest

from odoo_sync import announcing
from odoo_sync.mirror.company import Partner
from odoo_sync.models import Announcement
from odoo_sync.signals import mirror_changed
from tests.integration.conftest import Linked

Heard = list[list[int]]


class Listener:
    """Hears of partners, and fails as often as it is told to."""

    def __init__(self) -> None:
        self.heard: Heard = []
        self.failures = 0

    def hear(self, *, mirror: type, ids: list[int], **_: object) -> None:
        if mirror is not Partner:
            return
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not now")
        self.heard.append(ids)


@pytest.fixture
def listener() -> Iterator[Listener]:
    one = Listener()
    mirror_changed.connect(one.hear, weak=False)
    yield one
    mirror_changed.disconnect(one.hear)


def test_a_change_that_was_told_leaves_no_note(linked: Linked, listener: Listener) -> None:
    partner = linked.partner()
    linked.clock.move(seconds=5)
    linked.poll(Partner)
    assert listener.heard == [[linked.row(Partner, partner).pk]]
    assert not Announcement.objects.exists()


def test_a_process_that_dies_before_telling_is_made_good_by_another(linked: Linked, listener: Listener) -> None:
    partner = linked.partner()
    linked.clock.move(seconds=5)
    with patch("odoo_sync.sync.announce", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        linked.poll(Partner)
    assert listener.heard == []
    assert announcing.announce_left_behind() == 0, "it may be about to tell"
    linked.clock.move(seconds=21)
    assert announcing.announce_left_behind() == 1
    assert listener.heard == [[linked.row(Partner, partner).pk]]
    assert not Announcement.objects.exists()


def test_a_listener_that_fails_hears_of_it_again_with_growing_pauses(linked: Linked, listener: Listener) -> None:
    linked.partner()
    linked.clock.move(seconds=5)
    listener.failures = 3
    linked.poll(Partner)
    told = []
    for _ in range(12):
        linked.clock.move(seconds=21)
        told.append(announcing.announce_left_behind())
    assert told[0] == 1
    assert sum(told) == 3, "not each time"
    assert len(listener.heard) == 1
    assert not Announcement.objects.exists()


def test_what_always_fails_is_left_to_the_sweep(linked: Linked, listener: Listener) -> None:
    linked.partner()
    linked.clock.move(seconds=5)
    listener.failures = 99
    linked.poll(Partner)
    for _ in range(announcing.MOST_TRIES + 1):
        linked.clock.move(days=1)
        announcing.announce_left_behind()
    assert not Announcement.objects.exists()


def test_what_is_gone_is_told_for_certain_too(linked: Linked, listener: Listener) -> None:
    partner = linked.partner()
    linked.clock.move(seconds=5)
    linked.poll(Partner)
    row = linked.row(Partner, partner).pk
    linked.odoo.call("res.partner", "unlink", [partner])
    linked.clock.move(minutes=5)
    linked.sweep(Partner)
    linked.clock.move(minutes=5)
    with patch("odoo_sync.reconcile.announce", side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        linked.sweep(Partner)
    linked.clock.move(seconds=21)
    announcing.announce_left_behind()
    assert listener.heard[-1] == [row]
