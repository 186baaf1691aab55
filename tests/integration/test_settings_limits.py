"""The pages of thresholds, weights and approval limits."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from django.utils.html import escape

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.audit.models import Entry
from apps.exceptions.definition import detectors
from apps.exceptions.detectors.late_purchase import LatePurchase
from apps.exceptions.errors import LimitChangedError, LimitError
from apps.exceptions.evaluate import evaluate, sweep
from apps.exceptions.limit_preview import preview
from apps.exceptions.limit_words import limits_of
from apps.exceptions.limits import Place, rule_of, rules, ruling_of
from apps.exceptions.models import Case, LimitOverride
from apps.exceptions.overrides import edition, own_limits, put_limits, set_limits
from apps.exceptions.score_words import terms_of
from apps.exceptions.tasks import limits_changed
from odoo_sync.mirror.product import Product
from tests import people
from tests.mirrored import Group, change

pytestmark = pytest.mark.django_db
KEY = LatePurchase.key
PAGE = f"/settings/limits/{KEY}/"


@pytest.fixture
def group() -> Group:
    return Group()


@pytest.fixture
def admin(client: Client) -> User:
    user = people.person(Role.ADMINISTRATOR, username="ada")
    client.force_login(user)
    return user


def text_of(response: Any) -> str:
    return response.content.decode()


def send(client: Client, address: str = PAGE, **values: str) -> Any:
    return client.post(address, {"do": "set", "seen": "", "reason": "measured", **values})


def test_every_detector_and_every_action_with_limits_has_its_page(client: Client, admin: User, group: Group) -> None:
    listed = text_of(client.get("/settings/limits/")) + text_of(client.get("/settings/approvals/"))
    for rule in rules():
        address = "/settings/score/" if rule.key == "score" else f"/settings/limits/{rule.key}/"
        page = client.get(address)
        assert page.status_code == 200
        assert rule.key == "score" or address in listed
        for title in rule.default().titles.values():
            assert escape(str(title)) in text_of(page)
    assert client.get("/settings/limits/no.such/").status_code == 404


def test_a_page_says_what_holds_in_a_place_and_who_set_it(client: Client, admin: User, group: Group) -> None:
    set_limits(KEY, Place(), {"overdue_days": "2"}, reason="Next day carriers", by=admin)
    set_limits(KEY, Place(group.plant.pk), {"slipped_days": "5"}, reason="Yard", by=admin)
    page = text_of(client.get(f"{PAGE}?place={group.plant.pk}.{group.warehouse.pk}"))
    assert "Without an entry: 2, set for the whole group by ada." in page
    assert "Without an entry: 5, set for Plant by ada." in page
    assert "Next day carriers" in page and "Yard" in page
    assert "has none of its own" in page


def test_limits_are_set_changed_and_taken_back_on_the_page(client: Client, admin: User, group: Group) -> None:
    address = f"{PAGE}?place={group.plant.pk}"
    assert send(client, address, overdue_days="3", slipped_days="4").status_code == 302
    row = LimitOverride.objects.get()
    assert row.values == {"overdue_days": 3, "slipped_days": 4} and row.set_by == admin
    assert 'value="3"' in text_of(client.get(address))
    assert send(client, address, overdue_days="6", seen=edition(row)).status_code == 302
    row = LimitOverride.objects.get()
    assert row.values == {"overdue_days": 6}
    assert send(client, address, seen=edition(row)).status_code == 302
    assert not LimitOverride.objects.exists()
    assert send(client, address, overdue_days="8").status_code == 302
    kept = edition(LimitOverride.objects.get())
    assert send(client, address, do="drop", overdue_days="8", reason="", seen=kept).status_code == 422
    assert send(client, address, do="drop", overdue_days="8", seen=kept).status_code == 302
    assert not LimitOverride.objects.exists()
    page = text_of(client.get(address))
    assert "set limits of purchase.late_line for Plant: overdue_days = 6 (measured)" in page
    assert "took back the limits of purchase.late_line for Plant" in page
    assert [one.verb for one in Entry.objects.order_by("pk")][-4:] == ["limit.set", "limit.dropped"] * 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"overdue_days": "soon"}, "Write it like this: 3."),
        ({"overdue_days": "0"}, "overdue_days and slipped_days are 1 or more"),
        ({"overdue_days": "3", "reason": " "}, "This field is required"),
        ({"customer_classes": "Gold"}, "Gold = 1.0; Silver = 0.6"),
        ({}, "at least one limit"),
    ],
)
def test_what_makes_no_sense_is_said_at_its_place_and_nothing_typed_is_lost(
    client: Client, admin: User, group: Group, values: dict[str, str], words: str
) -> None:
    response = send(client, **values)
    assert response.status_code == 422
    page = text_of(response)
    assert words in page
    for typed in values.values():
        assert not typed.strip() or f'value="{typed}"' in page
    assert not LimitOverride.objects.exists()


@pytest.mark.parametrize("place", ["7", "x", "group.1", "1.2.3", "99999999999999999999"])
def test_a_place_that_does_not_exist_is_refused(client: Client, admin: User, group: Group, place: str) -> None:
    response = client.get(PAGE, {"place": place})
    assert response.status_code == 422
    assert "no such place" in text_of(response)
    assert send(client, f"{PAGE}?place={place}", overdue_days="3").status_code == 422
    assert not LimitOverride.objects.exists()


def test_a_product_is_found_by_code_name_or_key(client: Client, admin: User, group: Group) -> None:
    product = group.product("Seal kit")
    for text in ("Seal kit", str(product.pk)):
        assert send(client, f"{PAGE}?place=group&product={text}", overdue_days="9").status_code == 302
        assert LimitOverride.objects.get().product_id == product.pk
        LimitOverride.objects.all().delete()
    assert "No product has this code" in text_of(client.get(f"{PAGE}?place=group&product=Nothing"))
    group.product("Seal kit")
    assert "Enter one of their keys" in text_of(client.get(f"{PAGE}?place=group&product=Seal+kit"))
    assert "Product" not in client.get("/settings/limits/purchase.changes/").context["where"].as_p()


def test_of_two_who_change_limits_at_once_the_second_is_told_and_keeps_what_was_typed(
    client: Client, admin: User, group: Group
) -> None:
    other = people.person(Role.ADMINISTRATOR, username="otto")
    set_limits(KEY, Place(), {"overdue_days": "2"}, reason="first", by=other)
    response = send(client, overdue_days="7", seen="")
    page = text_of(response)
    assert response.status_code == 409
    assert "Somebody else has changed these limits" in page and "Set by otto: first" in page and 'value="7"' in page
    assert send(client, overdue_days="7", seen=response.context["seen"]).status_code == 302
    with pytest.raises(LimitChangedError):
        put_limits(KEY, Place(), {}, seen="", reason="late", by=admin)
    assert LimitOverride.objects.get().values == {"overdue_days": 7}


def test_it_is_told_beforehand_what_would_change_and_nothing_is_set(client: Client, admin: User, group: Group) -> None:
    group.fresh(timezone.now())
    for late in (4, 5, 9):
        group.purchase(timezone.now() - timedelta(days=late))
    sweep()
    open_cases = Case.objects.live().filter(detector=KEY).count()
    assert open_cases == 3
    response = client.post(PAGE, {"do": "preview", "overdue_days": "60", "seen": ""})
    page = text_of(response)
    assert response.status_code == 200
    assert "3 cases would close" in page and "nothing was set" in page and 'value="60"' in page
    assert not LimitOverride.objects.exists() and Case.objects.live().filter(detector=KEY).count() == 3
    set_limits(KEY, Place(), {"overdue_days": "60"}, reason="x", by=admin)
    sweep()
    foreseen = preview(rule_of(KEY), Place(), {}, by=admin)
    assert foreseen is not None
    assert (foreseen.opens, foreseen.closes, foreseen.whole) == (3, 0, True)


def test_a_preview_stops_when_its_time_is_over(admin: User, group: Group) -> None:
    group.purchase(timezone.now() - timedelta(days=3))
    foreseen = preview(rule_of(KEY), Place(), {"overdue_days": "9"}, by=admin, seconds=-1)
    assert foreseen is not None
    assert (foreseen.looked_at, foreseen.whole) == (0, False)


def case_of(group: Group) -> Case:
    group.fresh(timezone.now())
    line = group.purchase(timezone.now() - timedelta(days=9))
    evaluate(LatePurchase, [str(line.pk)])
    return Case.objects.get(subject_key=str(line.pk))


def test_weights_of_a_place_score_its_cases_anew_and_the_case_says_whose_they_are(
    client: Client, admin: User, group: Group
) -> None:
    before = case_of(group)
    response = send(client, f"/settings/score/?place={group.plant.pk}", delay_weight="5")
    assert response.status_code == 302
    limits_changed("score", group.plant.pk, None)
    after = Case.objects.get(pk=before.pk)
    assert after.score > before.score
    shares = {one["key"]: Decimal(one["weight"]) for one in terms_of(after)}
    assert sum(shares.values()) == pytest.approx(1)
    told = {one.label: one.origin for one in limits_of(after)}
    assert told["Weight of delay"] == "set for Plant by ada"
    foreseen = preview(rule_of("score"), Place(group.plant.pk), {}, by=admin)
    assert foreseen is not None and foreseen.looked_at == 1


def test_weights_that_make_no_sense_together_are_refused(client: Client, admin: User, group: Group) -> None:
    set_limits("score", Place(), {"money_cap": "500000"}, reason="smaller", by=admin)
    page = text_of(send(client, f"/settings/score/?place={group.plant.pk}", money_unit="600000"))
    assert "Together with what else holds for Plant" in page
    set_limits("score", Place(group.plant.pk), {"money_unit": "400000"}, reason="x", by=admin)
    with pytest.raises(LimitError, match="Together with what else holds for Plant"):
        set_limits("score", Place(), {"money_cap": "300000"}, reason="smaller still", by=admin)
    assert ruling_of(rule_of("score")).at(Place(group.plant.pk)).values.money_cap == 500000


def test_a_new_detector_appears_without_an_edit(client: Client, admin: User, group: Group, monkeypatch: Any) -> None:
    class Fresh(LatePurchase):
        """A test's own."""

        key, code, title = "test.fresh", "T9", "Something new"

    monkeypatch.setitem(detectors._members, Fresh.key, Fresh)
    assert "Something new" in text_of(client.get("/settings/limits/"))
    assert client.get("/settings/limits/test.fresh/").status_code == 200


def test_places_that_differ_come_in_pages(client: Client, admin: User, group: Group) -> None:
    for number in range(30):
        set_limits(KEY, Place(product=group.product(f"Part {number}").pk), {"overdue_days": "2"}, reason="x", by=admin)
    first, second = text_of(client.get(PAGE)), text_of(client.get(f"{PAGE}?place=group&page=2"))
    assert "Page 1 of 2" in first and "Page 2 of 2" in second
    assert first.count("Part ") >= 25


def test_a_local_administrator_sees_and_sets_only_where_they_may(client: Client, group: Group) -> None:
    ada = people.administrator()
    set_limits(KEY, Place(group.sister.pk), {"overdue_days": "8"}, reason="Sister's secret", by=ada)
    set_limits(KEY, Place(), {"overdue_days": "2"}, reason="For all", by=ada)
    client.force_login(people.person(Role.ADMINISTRATOR, company=group.plant))
    page = text_of(client.get(PAGE))
    assert "For all" in page and "secret" not in page and "Sister" not in page
    assert send(client, PAGE, overdue_days="3").status_code == 302
    assert own_limits(KEY, Place(group.plant.pk)) is not None
    assert send(client, f"{PAGE}?place=group", overdue_days="3").status_code == 422
    assert send(client, f"{PAGE}?place={group.sister.pk}", overdue_days="3").status_code == 422


@pytest.mark.parametrize("key", ["intercompany.missing_counterpart", "integration.stale_mirror"])
def test_who_decides_about_one_plant_sees_wider_limits_and_cannot_try_them(
    client: Client, group: Group, key: str
) -> None:
    local = people.person(Role.ADMINISTRATOR, company=group.plant, plant=group.warehouse)
    client.force_login(local)
    address = f"/settings/limits/{key}/"
    page = text_of(client.get(address))
    assert "This is what holds" in page and 'name="seen"' not in page and 'name="place"' not in page
    for act in ("preview", "set", "drop"):
        for asked in ("", "?place=group", f"?place={group.plant.pk}", f"?place={group.sister.pk}"):
            assert client.post(address + asked, {"do": act, "seen": "", "reason": "x"}).status_code in (403, 422)
    assert not LimitOverride.objects.exists()
    for place in (Place(), Place(group.plant.pk), Place(group.sister.pk)):
        with pytest.raises(PermissionDenied):
            preview(rule_of(key), place, {}, by=local)


def test_products_are_those_of_the_own_companies_and_what_their_odoo_shares(client: Client, group: Group) -> None:
    other = Group()
    client.force_login(people.person(Role.ADMINISTRATOR, company=group.plant))
    for name, company in (("Shared", None), ("Own", group.plant), ("Theirs", group.sister)):
        change(group.product(name).template, company=company)
    change(other.product("Elsewhere").template, company=None)
    for name, status in (("Shared", 200), ("Own", 200), ("Theirs", 422), ("Elsewhere", 422)):
        assert client.get(PAGE, {"place": str(group.plant.pk), "product": name}).status_code == status, name
    key = Product.objects.get(template__name="Theirs").pk
    response = client.get(PAGE, {"place": str(group.plant.pk), "product": str(key)})
    assert response.status_code == 422 and "Theirs" not in text_of(response)
