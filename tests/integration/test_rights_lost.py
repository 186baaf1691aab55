"""A right that is taken away is told as such: nothing is judged by what cannot be read, and nothing is called clear."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from apps.accounts.roles import Role
from apps.exceptions import tasks as judging
from apps.exceptions.detectors.late_purchase import LatePurchase
from apps.exceptions.detectors.stale_data import StaleData
from apps.exceptions.evaluate import evaluate, sweep
from apps.exceptions.lifecycle import CaseState
from apps.exceptions.models import Case
from demo.odoo.server import StandIn
from odoo_sync import tasks
from odoo_sync.freshness import freshness
from odoo_sync.initial import load_all
from odoo_sync.mirror.partner_tag import PartnerTag
from odoo_sync.mirror.production import ProductionOrder
from odoo_sync.mirror.purchase import PurchaseOrder, PurchaseOrderLine
from odoo_sync.mirror.sale import SaleOrder, SaleOrderLine
from odoo_sync.models import Connection
from tests import people
from tests.mirrored import NOON, Group, change, days

pytestmark = pytest.mark.django_db
LATE = LatePurchase.key
REFUSED = "The bot user may not read sale.order.line. Give it the right in Odoo."
GROUPS = ("group_purchase_user", "group_stock_user", "group_sale_salesman_all_leads", "group_mrp_user")


@pytest.fixture
def group() -> Group:
    return Group()


def refuse(group: Group, mirror: type[Any] = SaleOrderLine, why: str = REFUSED) -> None:
    """What a probe notes of a model that is there and kept from the bot user."""
    change(group.connection, capabilities={"unavailable": {mirror.key: why}, "absent": []})


def permit(group: Group) -> None:
    change(group.connection, capabilities={"unavailable": {}, "absent": []})


def late_case(group: Group) -> tuple[PurchaseOrderLine, Case]:
    line = group.purchase(days(-3))
    evaluate(LatePurchase, [str(line.pk)], now=NOON)
    return line, Case.objects.get(detector=LATE)


def test_without_a_right_an_open_case_stays_and_says_that_it_cannot_be_judged(group: Group) -> None:
    line, case = late_case(group)
    money, version = case.money, case.version
    refuse(group)
    change(line, received=10)
    for minutes in (0, 5, 30):
        group.fresh(NOON + timedelta(minutes=minutes))
        evaluate(LatePurchase, [str(line.pk)], now=NOON + timedelta(minutes=minutes))
    case.refresh_from_db()
    assert (case.state, case.cannot_judge, case.money) == (CaseState.OPEN, REFUSED, money)
    assert case.version == version + 1
    permit(group)
    evaluate(LatePurchase, [str(line.pk)], now=NOON + timedelta(minutes=30))
    case.refresh_from_db()
    assert case.state == CaseState.RESOLVED


def test_a_row_that_seems_gone_for_want_of_a_right_closes_no_case(group: Group) -> None:
    line, case = late_case(group)
    refuse(group, PurchaseOrderLine)
    change(line, gone_at=NOON)
    evaluate(LatePurchase, [str(line.pk)], now=NOON)
    case.refresh_from_db()
    assert case.state == CaseState.OPEN and case.cannot_judge


def test_a_case_that_can_be_judged_again_loses_its_mark(group: Group) -> None:
    line, case = late_case(group)
    refuse(group)
    evaluate(LatePurchase, [str(line.pk)], now=NOON)
    permit(group)
    evaluate(LatePurchase, [str(line.pk)], now=NOON)
    case.refresh_from_db()
    assert (case.state, case.cannot_judge) == (CaseState.OPEN, "")


def test_without_a_right_no_case_is_opened_from_half_the_picture(group: Group) -> None:
    refuse(group, ProductionOrder)
    group.purchase(days(-3))
    sweep(now=NOON)
    assert not Case.objects.filter(detector=LATE).exists()


def test_what_only_enriches_a_finding_is_said_to_be_lacking_and_holds_up_nothing(group: Group) -> None:
    refuse(group, PartnerTag, "The bot user may not read res.partner.category.")
    line, case = late_case(group)
    assert (case.state, case.cannot_judge) == (CaseState.OPEN, "The bot user may not read res.partner.category.")
    change(line, received=10)
    evaluate(LatePurchase, [str(line.pk)], now=NOON)
    case.refresh_from_db()
    assert case.state == CaseState.RESOLVED


def test_a_module_that_was_never_here_holds_up_nothing(group: Group) -> None:
    group.connection.cursors.filter(mirror=ProductionOrder.key).delete()
    known = {"unavailable": {ProductionOrder.key: "its module is not installed"}, "absent": [ProductionOrder.key]}
    change(group.connection, capabilities=known)
    _line, case = late_case(group)
    assert (case.state, case.cannot_judge) == (CaseState.OPEN, "")
    sweep(now=NOON, only=StaleData)
    assert not Case.objects.filter(detector=StaleData.key).exists()


def test_models_that_cannot_be_read_are_a_case_of_their_own_until_they_can(group: Group) -> None:
    refuse(group)
    sweep(now=NOON, only=StaleData)
    case = Case.objects.get(detector=StaleData.key)
    assert (case.subject_key, case.detail, case.severity) == (f"{group.connection.pk}:rights", REFUSED, "high")
    assert case.summary == f"1 model of {group.connection.name} cannot be read"
    permit(group)
    sweep(now=NOON, only=StaleData)
    case.refresh_from_db()
    assert (case.state, case.ending) == (CaseState.RESOLVED, "Everything can be read.")


def test_board_and_case_say_that_they_cannot_judge_never_that_all_is_clear(client: Browser) -> None:
    group = Group()
    now = timezone.now()
    group.fresh(now)
    line = group.purchase(now - timedelta(days=4))
    evaluate(LatePurchase, [str(line.pk)], now=now)
    client.force_login(people.person(Role.BUYER, company=group.plant))
    address = f"/cases/{Case.objects.get().pk}/"
    assert REFUSED not in client.get("/gaps/").content.decode() + client.get(address).content.decode()
    refuse(group)
    gaps, page = client.get("/gaps/").content.decode(), client.get(address).content.decode()
    assert "3 things cannot be judged now" in gaps and "Late purchase line" in gaps and REFUSED in gaps
    assert "It cannot be judged now" in page and REFUSED in page
    evaluate(LatePurchase, [str(line.pk)], now=now)
    assert "not fully judged" in client.get("/").content.decode()
    page = client.get(address).content.decode()
    assert REFUSED in page and "It cannot be judged now" not in page
    client.force_login(people.person(Role.BUYER, company=Group().plant))
    assert REFUSED not in client.get("/gaps/").content.decode()


def test_old_data_is_told_on_the_case_as_well(client: Browser) -> None:
    group = Group()
    group.fresh(timezone.now())
    line = group.purchase(timezone.now() - timedelta(days=4))
    evaluate(LatePurchase, [str(line.pk)], now=timezone.now())
    group.fresh(timezone.now() - timedelta(minutes=5))
    client.force_login(people.person(Role.BUYER, company=group.plant))
    page = client.get(f"/cases/{Case.objects.get().pk}/").content.decode()
    assert "It cannot be judged now" in page and "seconds old" in page


@pytest.fixture
def bot(odoo: StandIn, transactional: None, clock: Any, attach_to: Callable[..., Connection]) -> Connection:
    """A connection whose bot user has just the groups it needs."""
    user = {"name": "Bot", "login": "bot", "groups_id": [[6, 0, groups(odoo, *GROUPS)]]}
    odoo.call("res.users", "create", user)
    odoo.world.add_key("bot", "key-of-the-bot")
    connection = attach_to(odoo, login="bot", secret="key-of-the-bot")
    load_all(connection)
    clock.move(seconds=10)
    return connection


def groups(odoo: StandIn, *names: str) -> list[int]:
    rows = odoo.call("ir.model.data", "search_read", [["name", "in", names]], fields=["res_id"])
    assert len(rows) == len(names)
    return [row["res_id"] for row in rows]


def give(odoo: StandIn, *names: str) -> None:
    user = odoo.call("res.users", "search", [["login", "=", "bot"]])
    odoo.call("res.users", "write", user, {"groups_id": [[6, 0, groups(odoo, *names)]]})


@pytest.fixture
def asked(monkeypatch: Any) -> list[int]:
    """The connections of which everything is to be judged anew, as it is asked for."""
    found: list[int] = []
    monkeypatch.setattr(judging.sweep, "delay", found.append)
    return found


def test_a_right_that_is_taken_and_given_is_told_at_once_and_what_was_missed_is_caught_up(
    odoo: StandIn, clock: Any, bot: Connection, asked: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    give(odoo, *GROUPS[:1])
    clock.move(seconds=2)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.poll_connection(bot.pk, "hot")
    now = Connection.objects.get()
    assert SaleOrder.key in now.capabilities["unavailable"]
    assert SaleOrder.key not in now.capabilities["absent"]
    assert "may not read sale.order." in freshness(now).unreadable[SaleOrder.key]
    assert asked == [bot.pk] and not freshness(now).stale
    case = Case.objects.get(detector=StaleData.key)
    assert SaleOrder.key in [one["label"] for one in case.evidence]
    asked.clear()
    clock.move(seconds=2)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.poll_connection(bot.pk, "hot")
    assert asked == []
    give(odoo, *GROUPS)
    customer = odoo.call("res.partner", "create", {"name": "Hydra"})
    made = odoo.call("sale.order", "create", {"partner_id": customer})
    clock.move(minutes=1)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.poll_connection(bot.pk, "warm")
    now = Connection.objects.get()
    assert SaleOrder.key not in now.capabilities["unavailable"] and asked == [bot.pk]
    assert SaleOrder.key not in freshness(now).unreadable
    assert SaleOrder.everything.get().odoo_id == made


def test_a_right_that_lacks_at_the_first_load_is_no_load_without_end(odoo: StandIn, bot: Connection) -> None:
    give(odoo, *GROUPS[:1])
    bot.cursors.filter(mirror=SaleOrder.key).delete()
    load_all(bot)
    state = freshness(Connection.objects.get())
    assert SaleOrder.key in state.unreadable and state.loaded


def test_a_module_that_was_uninstalled_holds_its_tongue_for_a_day_and_then_its_rows_are_gone(
    odoo: StandIn, clock: Any, bot: Connection, asked: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    product = odoo.call("product.product", "create", {"name": "Pump", "is_storable": True})
    odoo.call("mrp.production", "create", {"product_id": product, "product_qty": 1})
    tasks.poll_connection(bot.pk, "hot")
    known = Connection.objects.get().capabilities
    reason = {ProductionOrder.key: "This Odoo has no mrp.production: its module is not installed."}
    Connection.objects.update(capabilities={**known, "unavailable": reason, "absent": [ProductionOrder.key]})
    assert "no longer has mrp.production" in freshness(Connection.objects.get()).unreadable[ProductionOrder.key]
    clock.move(hours=23)
    tasks.sweep_ids()
    assert ProductionOrder.objects.exists()
    clock.move(hours=2)
    with django_capture_on_commit_callbacks(execute=True):
        tasks.sweep_ids()
    assert not ProductionOrder.objects.exists() and asked == [bot.pk]
    assert ProductionOrder.key not in freshness(Connection.objects.get()).unreadable


def test_a_company_that_the_bot_was_taken_out_of_is_hidden_and_not_gone(
    odoo: StandIn, clock: Any, transactional: None, attach_to: Callable[..., Connection]
) -> None:
    lyon = odoo.call("res.company", "create", {"name": "Lyon"})
    user = odoo.call("res.users", "search", [["login", "=", "admin"]])
    odoo.call("res.users", "write", user, {"company_ids": [[6, 0, [1, lyon]]]})
    connection = attach_to(odoo)
    partner = odoo.call("res.partner", "create", {"name": "Hydra"})
    context = {"allowed_company_ids": [lyon]}
    odoo.call("stock.warehouse", "create", {"name": "Lyon", "code": "LY", "company_id": lyon}, context=context)
    odoo.call("purchase.order", "create", {"partner_id": partner}, context=context)
    load_all(connection)
    odoo.call("res.users", "write", user, {"company_ids": [[6, 0, [1]]]})
    for lane in ("hot", "warm"):
        clock.move(seconds=30)
        tasks.poll_connection(connection.pk, lane)
    now = Connection.objects.get()
    assert (now.capabilities["companies"], now.capabilities["lost"]) == ({"1": "My Company"}, {str(lyon): "Lyon"})
    assert now.problem == "" and freshness(now).unreadable == {}
    for _ in range(3):
        clock.move(minutes=5)
        tasks.sweep_ids()
    assert PurchaseOrder.objects.filter(company=connection.pk << 40 | lyon).count() == 1
    odoo.call("res.users", "write", user, {"company_ids": [[6, 0, [1, lyon]]]})
    tasks.probe()
    assert Connection.objects.get().capabilities["lost"] == {}


def test_cases_of_a_company_that_is_not_seen_stay_and_say_so_and_others_go_on(client: Browser) -> None:
    group = Group()
    now = timezone.now()
    group.fresh(now)
    arrivals = group.add(type(group.receipts), name="in", company=group.sister, warehouse=group.depot)
    mine, theirs = group.purchase(now - timedelta(days=4)), group.purchase(now - timedelta(days=4))
    change(theirs.order, company=group.sister, operation_type=arrivals)
    change(theirs, company=group.sister)
    evaluate(LatePurchase, [str(mine.pk), str(theirs.pk)], now=now)
    assert Case.objects.filter(detector=LATE).count() == 2
    change(group.connection, capabilities={"lost": {str(group.sister.odoo_id): "Sister"}})
    for line in (mine, theirs):
        change(line, received=10)
    evaluate(LatePurchase, [str(mine.pk), str(theirs.pk)], now=now)
    states = dict(Case.objects.filter(detector=LATE).values_list("company__name", "state"))
    assert states == {"Plant": CaseState.RESOLVED, "Sister": CaseState.OPEN}
    told = "The bot user no longer sees Sister in Odoo."
    assert told in Case.objects.get(company=group.sister).cannot_judge
    sweep(now=now, only=StaleData)
    assert Case.objects.get(detector=StaleData.key).summary == f"1 company of {group.connection.name} is not seen"
    for company, seen in ((group.sister, True), (group.plant, False)):
        client.force_login(people.person(Role.BUYER, company=company))
        assert (told in client.get("/gaps/").content.decode()) is seen
