"""An Odoo that answers rubbish, hangs, drops or refuses: a clear message, no loss, and recovery by itself."""

from datetime import timedelta

import pytest

from controltower.lib.locks import lock_number
from odoo_sync import tasks
from odoo_sync.client import Client
from odoo_sync.connections import cursor_of
from odoo_sync.errors import NotAllowedError, SchemaError, ServerFaultError, UnknownModelError
from odoo_sync.extract import Batch
from odoo_sync.freshness import freshness
from odoo_sync.initial import load_all
from odoo_sync.mirror.base import Lane
from odoo_sync.mirror.company import Partner
from odoo_sync.mirror.stock_lots import Quant
from odoo_sync.models import Connection, Quarantine
from odoo_sync.reading import relearn

pytestmark = pytest.mark.django_db

TROUBLE = ["429", "500", "502", "503", "reset_mid_body", "truncated_body", "timeout_before_commit"]


@pytest.mark.parametrize("kind", TROUBLE)
def test_trouble_is_told_in_words_and_nothing_is_lost(linked, kind):
    number = linked.partner()
    linked.odoo.faults.add(kind, times=-1)
    tasks.poll_connection(linked.connection.pk, "warm")
    broken = Connection.objects.get(pk=linked.connection.pk)
    assert broken.failures == 1 and broken.problem.endswith(".") and broken.retry_at > linked.clock.now()
    assert not Partner.everything.filter(name="Nordstahl").exists()
    linked.odoo.faults.clear()
    linked.clock.move(seconds=90)
    tasks.poll_connection(linked.connection.pk, "warm")
    well = Connection.objects.get(pk=linked.connection.pk)
    assert (well.failures, well.problem, well.retry_at, well.problem_since) == (0, "", None, None)
    assert linked.row(Partner, number).name == "Nordstahl"


def test_a_failing_connection_is_left_in_peace_for_longer_each_time(linked):
    linked.odoo.faults.add("500", times=-1)
    waits = []
    for _ in range(8):
        tasks.poll_connection(linked.connection.pk, "warm")
        broken = Connection.objects.get(pk=linked.connection.pk)
        waits.append((broken.retry_at - linked.clock.now()).total_seconds())
        asked = linked.odoo.requests
        tasks.poll_connection(linked.connection.pk, "warm")
        assert linked.odoo.requests == asked
        linked.clock.move(seconds=waits[-1])
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


def test_patience_that_odoo_asks_for_is_given(linked):
    linked.odoo.faults.add("429", retry_after=17)
    tasks.poll_connection(linked.connection.pk, "warm")
    assert Connection.objects.get(pk=linked.connection.pk).retry_at == linked.clock.now() + timedelta(seconds=17)


def test_one_failing_connection_does_not_stop_another(linked, attach_to):
    from demo.odoo.server import StandIn

    linked.odoo.faults.add("500", times=-1)
    with StandIn(now=linked.clock.now, database="second") as other:
        second = attach_to(other, name="Second", secret="admin")
        load_all(second)
        number = other.call("res.partner", "create", {"name": "Elsewhere"})
        for connection in Connection.objects.all():
            tasks.poll_connection(connection.pk, "warm")
        assert Partner.everything.get(pk=second.pk << 40 | number).name == "Elsewhere"
    assert Connection.objects.get(pk=linked.connection.pk).problem


def test_two_databases_share_numbers_and_no_rows(linked, attach_to):
    from demo.odoo.server import StandIn

    with StandIn(now=linked.clock.now, database="second") as other:
        second = attach_to(other, name="Second", secret="admin")
        other.call("res.partner", "write", [1], {"name": "Their company"})
        load_all(second)
    assert linked.row(Partner, 1).name == "My Company"
    assert Partner.everything.get(pk=second.pk << 40 | 1).name == "Their company"


def test_a_load_that_breaks_off_goes_on_where_it_stopped(odoo, clock, transactional, attach_to, monkeypatch):
    for number in range(30):
        odoo.call("res.partner", "create", {"name": f"P{number}"})
    connection = attach_to(odoo)
    odoo.faults.add("500", after=2, times=-1, match={"model": "res.partner", "method": "search_read"})
    odoo.faults.add("500", times=-1, match={"model": "res.partner", "method": "search"})
    monkeypatch.setattr("odoo_sync.initial.readable", lambda connection: [Partner])
    small = Batch(size=10, most=10)
    monkeypatch.setattr("odoo_sync.initial.Reader", lambda client, layout: reader(client, layout, small))
    with pytest.raises(ServerFaultError):
        load_all(connection)
    cursor = cursor_of(connection, Partner)
    assert cursor.loaded_at is None and 0 < cursor.loaded_id < 33
    stored = Partner.everything.of(connection.pk).count()
    assert stored > 0
    odoo.faults.clear()
    began = cursor.load_started_at
    clock.move(seconds=5)
    load_all(connection)
    cursor = cursor_of(connection, Partner)
    assert cursor.loaded_at is not None and cursor.load_started_at == began
    assert Partner.everything.of(connection.pk).count() == odoo.call(
        "res.partner", "search_count", [], context={"active_test": False}
    )


def reader(client, layout, batch):
    from odoo_sync.extract import Reader

    return Reader(client, layout, batch)


def test_a_poll_that_breaks_off_between_pages_leaves_the_cursor_and_is_repeated(linked, monkeypatch):
    numbers = [linked.partner(f"P{n}") for n in range(20)]
    small = Batch(size=5, most=5)
    monkeypatch.setattr("odoo_sync.sync.Reader", lambda client, layout: reader(client, layout, small))
    before = cursor_of(linked.connection, Partner).watermark
    linked.clock.move(minutes=10)
    linked.odoo.faults.add("502", after=2, times=-1, match={"model": "res.partner", "method": "read"})
    small.least = 5
    with pytest.raises(Exception, match="502"):
        linked.poll(Partner)
    assert 0 < linked.rows(Partner).filter(name__startswith="P").count() < 20
    assert cursor_of(linked.connection, Partner).watermark == before
    linked.odoo.faults.clear()
    linked.poll(Partner)
    assert linked.rows(Partner).filter(name__startswith="P").count() == len(numbers)
    assert cursor_of(linked.connection, Partner).watermark > before


def test_a_row_that_breaks_its_call_is_quarantined_and_the_others_arrive(linked, monkeypatch):
    numbers = [linked.partner(f"P{n}") for n in range(9)]
    read = Client.read

    def breaking(self, model, ids, fields, **more):
        if numbers[4] in ids:
            raise ServerFaultError("Odoo failed inside.")
        return read(self, model, ids, fields, **more)

    with monkeypatch.context() as patch:
        patch.setattr(Client, "read", breaking)
        linked.poll(Partner)
        assert linked.rows(Partner).filter(name__startswith="P").count() == 8
        held = Quarantine.objects.get(released_at=None)
        assert (held.odoo_id, held.mirror, held.reason) == (numbers[4], Partner.key, "Odoo failed inside.")
        linked.clock.move(minutes=1)
        linked.sweep(Partner)
        assert Quarantine.objects.get(released_at=None).attempts > 1
    linked.sweep(Partner)
    assert not Quarantine.objects.filter(released_at=None).exists()
    assert linked.row(Partner, numbers[4]).name == "P4"


def test_a_missing_right_is_told_at_its_mirror_and_the_others_go_on(linked, monkeypatch):
    from odoo_sync.mirror.company import OdooUser

    number = linked.partner()
    search_read = Client.search_read

    def refusing(self, model, *args, **more):
        if model == "res.users":
            raise NotAllowedError("The bot user may not do res.users.search_read. Give it the right in Odoo.")
        return search_read(self, model, *args, **more)

    monkeypatch.setattr(Client, "search_read", refusing)
    linked.poll(OdooUser, Partner)
    assert linked.row(Partner, number)
    assert "Give it the right" in cursor_of(linked.connection, OdooUser).problem
    assert "Give it the right" in freshness(linked.connection).problem


def test_a_field_that_vanished_is_left_out_and_the_mirror_goes_on(linked, monkeypatch):
    number = linked.partner("Nordstahl", email="a@example.com")
    fields_get, read = Client.fields_get, Client.read

    def without(self, model, **more):
        return {name: about for name, about in fields_get(self, model, **more).items() if name != "email"}

    def refusing(self, model, ids, fields, **more):
        if "email" in fields:
            raise SchemaError("no", detail="Invalid field 'email' on model 'res.partner'")
        return read(self, model, ids, fields, **more)

    monkeypatch.setattr(Client, "fields_get", without)
    monkeypatch.setattr(Client, "read", refusing)
    linked.poll(Partner)
    assert linked.row(Partner, number).email is None
    assert linked.connection.capabilities["missing"][Partner.key] == ["email"]


def test_a_model_that_vanished_makes_its_mirror_unavailable(linked, monkeypatch):
    def gone(self, model, **more):
        raise UnknownModelError("This Odoo has no res.partner.")

    monkeypatch.setattr(Client, "fields_get", gone)
    assert relearn(linked.connection, Partner, linked.client)
    assert "module is not installed" in linked.connection.capabilities["unavailable"][Partner.key]
    assert Partner.key not in freshness(linked.connection).mirrors


def test_a_lane_that_is_being_polled_is_not_polled_twice(linked, django_db_blocker):
    from django.db import connection as database

    held = [lock_number(f"odoo_sync.poll {linked.connection.pk} warm")]
    other = database.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", held)
            asked = linked.odoo.requests
            tasks.poll_connection(linked.connection.pk, "warm")
            assert linked.odoo.requests == asked
            # The server notices a closed connection only a moment later.
            cursor.execute("SELECT pg_advisory_unlock(%s)", held)
    finally:
        other.close()
    tasks.poll_connection(linked.connection.pk, "warm")
    assert linked.odoo.requests > asked


def test_a_paused_connection_is_left_alone(linked):
    Connection.objects.update(paused_at=linked.clock.now())
    asked = linked.odoo.requests
    for lane in Lane:
        tasks.poll_lane(lane)
    tasks.sweep_ids()
    tasks.probe()
    assert linked.odoo.requests == asked


def test_freshness_says_how_old_the_data_is_and_when_it_is_stale(linked):
    tasks.poll_lane("hot")
    told = freshness(linked.connection)
    assert told.loaded and not told.stale and told.age == timedelta(0) and told.tier == "L1"
    linked.clock.move(seconds=20)
    told = freshness(linked.connection)
    assert told.stale and told.age == timedelta(seconds=20)
    assert not told.lanes[Lane.WARM].stale and not told.lanes[Lane.COLD].stale


def test_freshness_is_one_query(linked, django_assert_num_queries):
    with django_assert_num_queries(1):
        freshness(linked.connection)


def test_a_field_that_a_group_keeps_from_the_bot_is_left_out_of_a_mirror_that_is_newer_than_the_last_probe(
    odoo, clock, attach_to
):
    groups = odoo.call("ir.model.data", "search_read", [["name", "=", "group_stock_user"]], fields=["res_id"])
    user = {"name": "Bot", "login": "bot", "groups_id": [[6, 0, [groups[0]["res_id"]]]]}
    odoo.call("res.users", "create", user)
    odoo.world.add_key("bot", "key-of-the-bot")
    product = odoo.call("product.product", "create", {"name": "Seal", "is_storable": True})
    place = odoo.call("stock.location", "search", [["usage", "=", "internal"]], limit=1)[0]
    odoo.call("stock.quant", "create", {"product_id": product, "location_id": place, "quantity": 5})
    connection = attach_to(odoo, login="bot", secret="key-of-the-bot")
    assert connection.capabilities["missing"].pop(Quant.key) == ["value"]
    connection.save(update_fields=["capabilities"])
    load_all(connection)
    cursor = cursor_of(connection, Quant)
    assert (cursor.problem, cursor.rows) == ("", 1) and cursor.loaded_at is not None
    row = Quant.objects.of(connection.pk).get()
    assert (row.quantity, row.value) == (5, None)
    assert Connection.objects.get().capabilities["missing"][Quant.key] == ["value"]
