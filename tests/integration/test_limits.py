"""Limits that the group, a company, a plant or a product has of its own: the most specific counts, and says so."""

from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.audit.models import Entry
from apps.audit.phrases import phrases
from apps.exceptions import tasks
from apps.exceptions.detectors.late_purchase import LatePurchase
from apps.exceptions.detectors.stale_data import StaleData
from apps.exceptions.errors import LimitError
from apps.exceptions.evaluate import evaluate, sweep
from apps.exceptions.limits import Place, rule_of, ruling_of
from apps.exceptions.models import Case, LimitOverride
from apps.exceptions.overrides import drop_limits, set_limits
from odoo_sync.mirror.stock import Warehouse
from tests.mirrored import NOON, Group, days
from tests.people import administrator, buyer, person

pytestmark = pytest.mark.django_db
KEY = LatePurchase.key


@pytest.fixture
def group() -> Group:
    return Group()


@pytest.fixture
def ann() -> User:
    user = administrator()
    user.first_name, user.username = "Ann", "ann"
    user.save(update_fields=["first_name", "username"])
    return user


def in_force(*place: Any) -> Any:
    return ruling_of(rule_of(KEY)).at(Place(*place)).values


def judged(line: Any) -> Case | None:
    evaluate(LatePurchase, [str(line.pk)], now=NOON)
    return Case.objects.live().filter(subject_key=str(line.pk)).first()


def test_a_plant_with_a_limit_of_its_own_is_judged_by_it_and_others_are_not(group, ann):
    late = {"promised_at": days(-2)}
    here, there = group.purchase(**late), group.purchase(**late)
    yard = group.add(Warehouse, name="Yard", company=group.plant, active=True)
    arrivals = group.add(type(group.receipts), name="in", company=group.plant, warehouse=yard)
    there.order.operation_type = arrivals
    there.order.save(update_fields=["operation_type"])
    set_limits(KEY, Place(group.plant.pk, yard.pk), {"overdue_days": "3"}, reason="Trucks on Mondays only", by=ann)
    assert judged(here) is not None
    assert judged(there) is None


def test_the_most_specific_limit_wins_and_each_limit_on_its_own(group, ann):
    plant, depot, product = group.warehouse.pk, group.depot.pk, group.product("Seal").pk
    values = [
        (Place(), {"overdue_days": 2, "slipped_days": 9}),
        (Place(group.plant.pk), {"overdue_days": 3}),
        (Place(group.plant.pk, plant), {"overdue_days": 4}),
        (Place(product=product), {"overdue_days": 5}),
        (Place(group.plant.pk, plant, product), {"overdue_days": 6}),
    ]
    for place, limits in values:
        set_limits(KEY, place, limits, reason="measured", by=ann)
    seen = [
        in_force(group.sister.pk, depot, None),
        in_force(group.plant.pk, None, None),
        in_force(group.plant.pk, plant, None),
        in_force(group.sister.pk, depot, product),
        in_force(group.plant.pk, plant, product),
    ]
    assert [one.overdue_days for one in seen] == [2, 3, 4, 5, 6]
    assert {one.slipped_days for one in seen} == {9}
    assert {one.customer_classes for one in seen} == {LatePurchase.limits.customer_classes}


def test_limits_are_read_once_however_many_lines_are_judged(group, ann):
    set_limits(KEY, Place(group.plant.pk), {"overdue_days": 2}, reason="measured", by=ann)
    lines = [str(group.purchase(days(-5)).pk) for _ in range(7)]

    def reads(keys: list[str]) -> int:
        with CaptureQueriesContext(connection) as queries:
            evaluate(LatePurchase, keys, now=NOON)
        return sum("limitoverride" in one["sql"] for one in queries)

    assert reads(lines[:1]) == reads(lines) == 2  # its own, and those that say when data is stale


@pytest.fixture
def at_once(monkeypatch, django_capture_on_commit_callbacks) -> Any:
    """What is to be done after the commit, done here, with the clock where the data is."""
    monkeypatch.setattr(tasks.limits_changed, "delay", tasks.limits_changed)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOON)
    return lambda: django_capture_on_commit_callbacks(execute=True)


def test_a_change_judges_again_what_it_touches_and_nothing_else(group, ann, at_once):
    near, far = group.purchase(days(-2)), group.purchase(days(-2), company=group.sister)
    far.order.company, far.order.operation_type = group.sister, group.depot_deliveries
    far.order.save(update_fields=["company", "operation_type"])
    sweep(now=NOON)
    before = {case.pk: case.version for case in Case.objects.live()}
    place = Place(group.plant.pk)
    with at_once():
        set_limits(KEY, place, {"overdue_days": 365, "slipped_days": 365}, reason="new plant", by=ann)
    (left,) = Case.objects.live()
    assert (left.subject_key, left.version) == (str(far.pk), before[left.pk])
    assert Case.objects.get(subject_key=str(near.pk)).ending == "It is late by less than the limit here."
    with at_once():
        drop_limits(KEY, place, reason="settled in", by=ann)
    assert Case.objects.live().count() == 2


def test_the_case_names_the_limit_that_counted_and_where_it_came_from(group, ann):
    line = group.purchase(days(-2))
    assert judged(line).limits == [{"name": "overdue_days", "value": 1, "level": "default"}]
    place = Place(group.plant.pk, group.warehouse.pk)
    set_limits(KEY, place, {"overdue_days": 2}, reason="Trucks on Mondays only", by=ann)
    (told,) = judged(line).limits
    assert (told["value"], told["level"], told["place"], told["by"]) == (2, "plant", "Plant warehouse", "Ann")
    browser = Client()
    browser.force_login(buyer(group.plant))
    page = " ".join(browser.get(f"/cases/{Case.objects.get().pk}/").content.decode().split())
    assert "Late from, working days" in page
    assert "set for Plant warehouse by Ann" in page
    assert "Trucks on Mondays only" in page


def test_setting_and_dropping_are_recorded_with_who_what_before_and_why(group, ann):
    set_limits(KEY, Place(group.plant.pk), {"overdue_days": 2}, reason="first", by=ann)
    set_limits(KEY, Place(group.plant.pk), {"overdue_days": 3}, reason="second", by=ann)
    drop_limits(KEY, Place(group.plant.pk), reason="third", by=ann)
    entries = Entry.objects.filter(verb__startswith="limit.").order_by("id")
    assert [(one.verb, one.actor, one.details["reason"]) for one in entries] == [
        ("limit.set", ann.pk, "first"),
        ("limit.set", ann.pk, "second"),
        ("limit.dropped", ann.pk, "third"),
    ]
    assert {one.company for one in entries} == {group.plant.pk}
    sentence = phrases.read(entries[1])
    assert "overdue_days = 3" in sentence and "before: overdue_days = 2" in sentence and "for Plant:" in sentence


def test_nobody_sets_limits_where_they_may_not(group, ann):
    local = person("administrator", company=group.plant)
    with pytest.raises(PermissionDenied):
        set_limits(KEY, Place(), {"overdue_days": 2}, reason="x", by=local)
    with pytest.raises(PermissionDenied):
        set_limits(KEY, Place(group.sister.pk), {"overdue_days": 2}, reason="x", by=local)
    with pytest.raises(PermissionDenied):
        drop_limits(KEY, Place(group.plant.pk), reason="x", by=buyer(group.plant))
    assert set_limits(KEY, Place(group.plant.pk), {"overdue_days": 2}, reason="x", by=local).pk


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"overdue_day": "3"}, "overdue_days, slipped_days, customer_classes"),
        ({"overdue_days": "three"}, "write it like this: 3"),
        ({"overdue_days": True}, "write it like this: 3"),
        ({"overdue_days": "0"}, "1 or more"),
        ({"customer_classes": "Gold"}, "Gold = 1.0; Silver = 0.6"),
        ({"customer_classes": "Gold = 1.5"}, "between 0 and 1"),
        ({}, "at least one limit"),
    ],
)
def test_a_value_that_makes_no_sense_is_refused_and_nothing_is_kept(ann, values, said):
    with pytest.raises(LimitError, match=said):
        set_limits(KEY, Place(), values, reason="x", by=ann)
    assert not LimitOverride.objects.exists()


def test_classes_of_customers_are_set_in_one_line(ann):
    set_limits(KEY, Place(), {"customer_classes": "Gold = 1.0; Silver = 0.5"}, reason="x", by=ann)
    assert [(one.tag, one.weight) for one in in_force().customer_classes] == [
        ("Gold", Decimal("1.0")),
        ("Silver", Decimal("0.5")),
    ]


def test_one_place_has_one_set_of_limits_and_a_plants_names_its_company(group, ann):
    known = {"rule": KEY, "values": {"overdue_days": 2}, "reason": "x", "set_by": ann}
    LimitOverride.objects.create(**known)
    with pytest.raises(IntegrityError, match="one_set_of_limits_per_rule_and_place"), transaction.atomic():
        LimitOverride.objects.create(**known)
    with pytest.raises(IntegrityError, match="limits_of_a_plant_name_its_company"), transaction.atomic():
        LimitOverride.objects.create(**known, plant=group.warehouse)
    with pytest.raises(IntegrityError, match="limits_of_a_place_set_something"), transaction.atomic():
        LimitOverride.objects.create(**{**known, "values": {}}, company=group.plant)


def test_stale_data_has_limits_of_the_group_alone_and_other_detectors_keep_to_them(group, ann):
    with pytest.raises(LimitError, match="the whole group alone"):
        set_limits(StaleData.key, Place(group.plant.pk), {"times": 9}, reason="x", by=ann)
    group.fresh(days(-0.01))
    late = group.purchase(days(-5))
    assert judged(late) is None
    set_limits(StaleData.key, Place(), {"at_least": "1 h"}, reason="slow line", by=ann)
    assert judged(late) is not None


def test_what_a_later_release_no_longer_understands_is_left_out(group, ann, caplog):
    LimitOverride.objects.create(rule=KEY, values={"forgotten": 2}, reason="x", set_by=ann)
    assert in_force() == LatePurchase.limits
    assert "cannot be read" in caplog.text


def command(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command("set_limit", *words, stdout=out, **options)
    return out.getvalue()


def test_the_command_sets_shows_and_drops(group, ann):
    asked = {"plant": group.warehouse.name, "reason": "Trucks", "by": "ann"}
    assert "overdue_days = 3" in command(KEY, "overdue_days=3", **asked)
    assert in_force(group.plant.pk, group.warehouse.pk).overdue_days == 3
    shown = command()
    assert "plant Plant warehouse: overdue_days = 3 (Ann: Trucks)" in shown
    assert "amount = 10000 EUR" in shown
    command(KEY, drop=True, **asked)
    assert in_force(group.plant.pk, group.warehouse.pk).overdue_days == 1


@pytest.mark.parametrize(
    ("words", "options", "said"),
    [
        (["purchase.late"], {}, "there are: .*purchase.late_line"),
        ([KEY], {"plant": "Nowhere"}, "There is no plant “Nowhere” in the mirror. There is: .*Plant warehouse"),
        ([KEY], {"company": "Twin"}, "Several are called “Twin”; name the company by its key"),
        ([KEY], {"reason": ""}, "Say why"),
        ([KEY], {"by": "nobody"}, "no active sign-in “nobody”"),
        ([KEY, "oops"], {}, "NAME=VALUE"),
        ([KEY], {"drop": True}, "name no values"),
    ],
)
def test_the_command_says_what_is_wrong(group, ann, words, options, said):
    for _ in range(2):
        group.add(type(group.plant), name="Twin", active=True)
    with pytest.raises(CommandError, match=said):
        command(words[0], *(words[1:] or ["overdue_days=3"]), **{"reason": "x", "by": "ann", **options})
