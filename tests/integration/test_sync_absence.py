"""What Odoo no longer has or no longer shows."""

import pytest

from odoo_sync.mirror.company import Partner
from odoo_sync.models import Run, Suspect

pytestmark = pytest.mark.django_db


def remove(linked, *numbers):
    linked.odoo.call("res.partner", "unlink", list(numbers))
    linked.clock.move(seconds=30)


def test_a_deleted_row_is_a_suspect_first_and_gone_the_second_time(linked):
    number = linked.partner()
    linked.poll(Partner)
    remove(linked, number)
    linked.sweep(Partner)
    assert linked.row(Partner, number).gone_at is None
    assert Suspect.objects.count() == 1
    linked.clock.move(minutes=5)
    found = linked.sweep(Partner)
    assert found.gone == [linked.connection.pk << 40 | number]
    assert linked.row(Partner, number).gone_at is not None
    assert not linked.rows(Partner).filter(name="Nordstahl").exists()
    assert not Suspect.objects.exists()


def test_two_sweeps_in_one_moment_prove_nothing(linked):
    number = linked.partner()
    linked.poll(Partner)
    remove(linked, number)
    linked.sweep(Partner)
    linked.sweep(Partner)
    assert linked.row(Partner, number).gone_at is None


def test_a_suspect_that_is_shown_again_is_forgotten(linked):
    number = linked.partner()
    linked.poll(Partner)
    linked.clock.move(seconds=30)
    Suspect.objects.create(connection=linked.connection, mirror=Partner.key, row=linked.connection.pk << 40 | number)
    linked.sweep(Partner)
    assert not Suspect.objects.exists()
    assert linked.row(Partner, number).gone_at is None


def test_a_row_that_counts_as_gone_comes_back_when_odoo_shows_it(linked):
    number = linked.partner()
    linked.poll(Partner)
    linked.clock.move(seconds=30)
    Partner.everything.filter(name="Nordstahl").update(gone_at=linked.clock.now())
    found = linked.sweep(Partner)
    assert found.found == [linked.connection.pk << 40 | number]
    assert linked.row(Partner, number).gone_at is None


def test_a_row_that_was_never_seen_is_found_by_the_sweep(linked):
    number = linked.partner()
    linked.clock.move(days=3)
    linked.sweep(Partner)
    assert linked.row(Partner, number).name == "Nordstahl"


def test_much_at_once_is_frozen_and_nothing_is_marked(linked):
    numbers = [linked.partner(f"Vendor {n}") for n in range(60)]
    linked.poll(Partner)
    remove(linked, *numbers)
    for _ in range(3):
        linked.clock.move(minutes=5)
        found = linked.sweep(Partner)
    assert "60 of" in found.frozen and not found.gone
    assert linked.rows(Partner).filter(name__startswith="Vendor").count() == 60
    assert "companies and rights" in linked.connection.cursors.get(mirror=Partner.key).frozen_reason
    assert Run.objects.filter(kind="sweep").exclude(error="").exists()


def test_a_freeze_ends_when_the_rows_are_shown_again(linked):
    group = [linked.partner(f"Vendor {n}") for n in range(60)]
    linked.poll(Partner)
    remove(linked, *group[:55])
    linked.sweep(Partner)
    assert linked.connection.cursors.get(mirror=Partner.key).frozen_reason
    Partner.everything.filter(name__in=[f"Vendor {n}" for n in range(20)]).delete()
    linked.sweep(Partner)
    assert linked.connection.cursors.get(mirror=Partner.key).frozen_reason == ""
