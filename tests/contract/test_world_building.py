"""Building the world: the same again, nothing twice, and refusals that say what to do."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.odoo.server import StandIn
from demo.world import build
from demo.world.errors import NotAdministratorError, RefusedLoginError, UnreachableError
from demo.world.live import Live
from demo.world.register import Register
from demo.world.reserved import reserved
from demo.world.rpc import JsonRpc
from tests.contract.worlds import copy_of, survey, world

OWNED = {"purchase.order": "purchases", "sale.order": "sales", "mrp.production": "productions"}


def test_the_same_seed_builds_the_same_world_again() -> None:
    first = world("1")
    other = StandIn()
    build(other, seed=1, now=first.plan.base + timedelta(hours=5))
    assert survey(Register(other)) == survey(first.register)


def test_a_second_run_makes_nothing_and_writes_nothing(tmp_path: Path) -> None:
    odoo = copy_of("2", tmp_path)
    before = _stamps(odoo)
    again = build(odoo, seed=2)
    assert again.made == {}
    assert again.bot_secret == ""
    assert _stamps(odoo) == before
    assert _register_size(odoo) == len(Register(odoo).keys(""))


def test_a_second_run_makes_what_was_deleted_and_nothing_else(tmp_path: Path) -> None:
    odoo = copy_of("2", tmp_path)
    key = next(f"buy_{buy.key}" for buy in world("2").plan.buys if buy.kind == "draft")
    number = Register(odoo).id_of(key)
    odoo.call("purchase.order", "button_cancel", [number])
    odoo.call("purchase.order", "unlink", [number])
    assert build(odoo, seed=2).made == {"purchase.order": 1}
    assert Register(odoo).id_of(key) != number


def test_a_build_that_broke_off_is_finished_by_the_next() -> None:
    odoo, calls = StandIn(), iter(range(10_000))

    def failing(*args: object, **kwargs: object) -> object:
        if next(calls) == 230:
            raise ConnectionError
        return odoo.call(*args, **kwargs)

    base = world("1").plan.base
    with pytest.raises(ConnectionError):
        build(failing, seed=1, now=base)
    build(odoo, seed=1, now=base)
    assert survey(Register(odoo)) == survey(world("1").register)


def test_life_goes_on_and_leaves_alone_what_the_check_owns(tmp_path: Path) -> None:
    odoo = copy_of("3", tmp_path)
    kept = reserved(Register(odoo))
    before = _owned(odoo, kept)
    assert all(before.values())
    live = Live(odoo, seed=3)
    said = [live.step() for _ in range(60)]
    assert len({line.split(": ")[-1].split(" ")[0] for line in said}) >= 5, said
    assert "nothing to do" not in said
    assert _owned(odoo, kept) == before


def test_life_starts_and_stops(tmp_path: Path) -> None:
    odoo = copy_of("1", tmp_path)
    said: list[str] = []
    live = Live(odoo, seed=1, pace=(0.01, 0.02), say=said.append).start()
    deadline = datetime.now(UTC) + timedelta(seconds=30)
    while len(said) < 3 and datetime.now(UTC) < deadline:
        time.sleep(0.01)
    live.stop()
    assert len(said) >= 3
    assert not live.running


def test_the_world_is_built_over_http_as_well_and_refusals_say_what_to_do() -> None:
    with StandIn() as odoo:
        with pytest.raises(RefusedLoginError, match="--key"):
            JsonRpc(odoo.url, odoo.database, "admin", "wrong")
        with pytest.raises(RefusedLoginError, match="--db"):
            JsonRpc(odoo.url, "nowhere", "admin", "admin")
        with pytest.raises(UnreachableError, match="--url"):
            JsonRpc(f"{odoo.url}/elsewhere", odoo.database, "admin", "admin")
        built = build(JsonRpc(odoo.url, odoo.database, "admin", "admin"), seed=1)
        bot = JsonRpc(odoo.url, odoo.database, "tower-bot", built.bot_secret)
        with pytest.raises(NotAdministratorError, match="administrator"):
            build(bot, seed=1)
    with pytest.raises(UnreachableError, match="--url"):
        JsonRpc(odoo.url, odoo.database, "admin", "admin")


def _stamps(odoo: StandIn) -> dict[str, object]:
    models = (
        "res.company",
        "res.users",
        "product.product",
        "purchase.order",
        "purchase.order.line",
        "sale.order",
        "mrp.production",
        "stock.move",
        "stock.picking",
        "stock.quant",
        "res.currency.rate",
    )
    return {model: odoo.call(model, "search_read", [], fields=["write_date"], order="id") for model in models}


def _register_size(odoo: StandIn) -> int:
    return int(odoo.call("ir.model.data", "search_count", [["module", "=", "tower_world"]]))


def _owned(odoo: StandIn, kept: object) -> dict[str, object]:
    """Every stored date, state and quantity of the check's documents and of their lines and moves."""
    found: dict[str, object] = {
        model: odoo.call(model, "read", sorted(getattr(kept, name)), ["state", "write_date"])
        for model, name in OWNED.items()
    }
    for model, field, name in (
        ("purchase.order.line", "order_id", "purchases"),
        ("sale.order.line", "order_id", "sales"),
        ("stock.picking", "purchase_id", "purchases"),
        ("stock.picking", "sale_id", "sales"),
        ("stock.move", "raw_material_production_id", "productions"),
    ):
        domain = [[field, "in", sorted(getattr(kept, name))]]
        found[f"{model}.{field}"] = odoo.call(model, "search_read", domain, fields=["state", "write_date"], order="id")
    return found
