"""The one door out: what is called, in which company, and what is known when no answer comes."""

import pytest

from odoo_sync.errors import (
    BusinessError,
    MissingRecordError,
    NotSentError,
    UnknownOutcomeError,
    WritesStoppedError,
)
from odoo_sync.models import Connection
from odoo_sync.writer import Writer, arranged, json_value

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(linked):
    with Writer(linked.connection) as one:
        yield one


def test_a_write_changes_odoo_and_is_read_back(linked, writer):
    number = linked.partner("before", email=False)
    assert writer.call("res.partner", "write", [number], {"vals": {"name": "after"}}, company=1) is True
    told = writer.read(
        "res.partner", [number, 99_999], ["name", "email", "active", "parent_id", "child_ids"], company=1
    )
    assert told == {number: {"name": "after", "email": None, "active": True, "parent_id": None, "child_ids": []}}
    assert writer.search("res.partner", [("name", "=", "after")], company=1) == [number]


def test_a_create_returns_what_odoo_returns(linked, writer):
    [number] = writer.call("res.partner", "create", None, {"vals_list": [{"name": "made"}]}, company=1)
    assert writer.read("res.partner", [number], ["name"], company=None)[number]["name"] == "made"


def test_the_kill_switch_works_at_once_and_in_every_process(linked, writer):
    number = linked.partner("before")
    Connection.objects.update(writes_enabled=False)
    asked = linked.odoo.requests
    with pytest.raises(WritesStoppedError, match="Nothing was sent"):
        writer.call("res.partner", "write", [number], {"vals": {"name": "after"}}, company=1)
    assert linked.odoo.requests == asked
    assert writer.read("res.partner", [number], ["name"], company=1)[number]["name"] == "before"


def test_an_answer_that_never_comes_is_an_unknown_outcome_and_the_write_stands(linked, writer):
    number = linked.partner("before")
    linked.odoo.faults.add("timeout_after_commit", seconds=1.0, match={"method": "write"})
    with pytest.raises(UnknownOutcomeError, match="in time"):
        writer.call("res.partner", "write", [number], {"vals": {"name": "after"}}, company=1, deadline=0.4)
    assert writer.read("res.partner", [number], ["name"], company=1)[number]["name"] == "after"


@pytest.mark.parametrize("kind", ["reset_mid_body", "truncated_body", "502", "timeout_before_commit"])
def test_a_write_is_never_sent_twice(linked, writer, kind):
    number = linked.partner("before")
    writer.read("res.partner", [number], ["name"], company=1)
    linked.odoo.faults.add(kind, match={"method": "write"})
    asked = linked.odoo.requests
    with pytest.raises(UnknownOutcomeError):
        writer.call("res.partner", "write", [number], {"vals": {"name": "after"}}, company=1)
    assert linked.odoo.requests == asked + 1


def test_a_server_that_is_down_means_that_nothing_was_sent(linked, writer):
    linked.odoo.stop()
    with pytest.raises(NotSentError):
        writer.call("res.partner", "write", [1], {"vals": {"name": "after"}}, company=1)


def test_a_refusal_of_odoo_keeps_its_words(linked, writer):
    with pytest.raises(MissingRecordError):
        writer.call("res.partner", "write", [99_999], {"vals": {"name": "x"}}, company=1)
    with pytest.raises(BusinessError) as told:
        writer.call("purchase.order", "create", None, {"vals_list": [{}]}, company=1)
    assert told.value.detail


@pytest.mark.parametrize(
    ("method", "ids", "args", "expected"),
    [
        ("write", [1], {"vals": {"a": 1}}, ([[1], {"a": 1}], {})),
        ("create", None, {"vals_list": [{}]}, ([[{}]], {})),
        ("load", None, {"fields": ["id"], "data": [["x"]]}, ([["id"], [["x"]]], {})),
        ("button_confirm", [7], {}, ([[7]], {})),
        ("message_post", [7], {"body": "hello"}, ([[7]], {"body": "hello"})),
        ("unlink", [7], {}, ([[7]], {})),
        ("search", None, {"domain": [], "limit": 1}, ([[]], {"limit": 1})),
    ],
)
def test_named_arguments_take_the_place_the_old_rpc_wants(method, ids, args, expected):
    assert arranged(method, ids, args) == expected


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("char", False, None),
        ("boolean", False, False),
        ("float", 0.0, 0.0),
        ("integer", 0, 0),
        ("many2one", [3, "x"], 3),
        ("many2one", False, None),
        ("many2many", [3, 1], [1, 3]),
        ("datetime", "2026-03-04 05:06:07", "2026-03-04 05:06:07"),
    ],
)
def test_a_value_is_normalised_by_its_kind(kind, value, expected):
    assert json_value(kind, value) == expected
