"""What the stand-in says of its fields is what a real Odoo said."""

from __future__ import annotations

import inspect

import pytest

from demo.odoo.database import registry
from demo.odoo.fields import TABLES, recorded
from demo.odoo.orm import Model
from demo.odoo.registry import discover
from demo.odoo.server import StandIn

RECORDED = sorted(path.name.removesuffix(".json") for path in TABLES.glob("*.json"))
FACTS = ("type", "relation", "relation_field", "required", "readonly", "store")
KEPT_HERE = {("ir.attachment", "datas", "store")}
"""Facts in which the stand-in differs: a file's content lies in its row."""
HOOKS = {"_complete", "_created", "_check", "_before_unlink", "_copy_values", "_shown_name", "_create"}


@pytest.fixture(scope="module")
def odoo() -> StandIn:
    return StandIn()


@pytest.mark.parametrize("model", RECORDED)
def test_fields_are_described_as_recorded(odoo: StandIn, model: str) -> None:
    found = odoo.world.registry[model]._fields
    told = odoo.call(model, "fields_get", list(found), list(FACTS))
    wrong = [
        (model, name, fact)
        for name, facts in recorded(model).items()
        if name in told
        for fact in FACTS
        if told[name].get(fact, False) != facts.get(fact, fact == "store")
    ]
    assert set(wrong) <= KEPT_HERE


@pytest.mark.parametrize("model", sorted(registry()))
def test_every_model_can_be_read_whole(odoo: StandIn, model: str) -> None:
    odoo.call(model, "search_read", [], limit=3)
    odoo.call(model, "default_get", list(odoo.call(model, "fields_get")))


def test_no_business_area_overrides_the_machinery_by_accident() -> None:
    machinery = {name for name, _member in inspect.getmembers(Model, inspect.isfunction) if name.startswith("_")}
    clashes = {f"{part._name}.{name}" for part in discover() for name in machinery - HOOKS if name in vars(part)}
    assert clashes == set()
