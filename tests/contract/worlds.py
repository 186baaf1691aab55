"""Worlds to ask questions of: one on the stand-in per seed and, where the environment names one, a real Odoo's.

Set TOWER_REAL_ODOO to "url db login secret seed" to hold a real, seeded Odoo to the same assertions. Its dates are
those of the day it was seeded.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from demo.odoo.server import StandIn
from demo.odoo.state import load, save
from demo.world import build
from demo.world.plan import Chain, Plan
from demo.world.planning import draw
from demo.world.register import Register
from demo.world.rpc import JsonRpc

REAL = "real"
SEEDS = ["1", "2", "3", *([REAL] if "TOWER_REAL_ODOO" in os.environ else [])]


@dataclass(frozen=True)
class World:
    """A built world: what was planned, and the register that finds it."""

    plan: Plan
    register: Register

    def purchase(self, chain: Chain) -> dict[str, object]:
        """The purchase order of a chain with its only line."""
        number = self.register.id_of(f"purchase_{chain.key}")
        fields = ["state", "date_planned", "date_approve", "partner_ref", "currency_id", "order_line", "picking_ids"]
        return self.register.call("purchase.order", "read", [number], fields)[0]

    def line(self, chain: Chain) -> dict[str, object]:
        """The purchase line of a chain."""
        fields = ["date_planned", "product_qty", "qty_received", "product_id", "state"]
        return self.register.call("purchase.order.line", "read", self.purchase(chain)["order_line"], fields)[0]


@cache
def world(seed: str) -> World:
    """The world of a seed, built once a session."""
    if seed == REAL:
        return _real()
    stand_in = StandIn()
    built = build(stand_in, seed=int(seed))
    return World(built.plan, Register(stand_in))


def copy_of(seed: str, folder: Path) -> StandIn:
    """A stand-in of its own that holds the world of a seed, to do with as a test likes."""
    file = folder / "world.state"
    odoo = world(seed).register.caller
    assert isinstance(odoo, StandIn)
    save(odoo.world, file)
    return StandIn(world=load(file))


def _real() -> World:
    url, db, login, secret, seed = os.environ["TOWER_REAL_ODOO"].split()
    register = Register(JsonRpc(url, db, login, secret))
    newest = register.find(
        "res.currency.rate", [["id", "in", list(register.keys("rate_").values())]], ["name"], order="name desc", limit=1
    )
    base = datetime.fromisoformat(newest[0]["name"]).replace(tzinfo=UTC)
    return World(draw(int(seed), 1, base), register)


def survey(register: Register) -> dict[str, object]:
    """What a world holds, free of ids and of the moments at which it was built: two of one seed are equal."""
    orders = {key: _order(register, key, number) for key, number in register.keys("purchase_").items()}
    orders |= {key: _order(register, key, number) for key, number in register.keys("buy_").items()}
    sales = {
        key: register.call("sale.order", "read", [number], ["state", "commitment_date", "amount_untaxed"])[0]
        for key, number in register.keys("sale_").items()
    }
    productions = {
        key: register.call("mrp.production", "read", [number], ["state", "product_qty", "date_deadline"])[0]
        for key, number in register.keys("production_").items()
    }
    rates = register.find("res.currency.rate", [["id", "in", list(register.keys("rate_").values())]], ["name", "rate"])
    for row in [*sales.values(), *productions.values(), *rates]:
        row.pop("id")
    return {"purchases": orders, "sales": sales, "productions": productions, "rates": rates}


def _order(register: Register, key: str, number: int) -> dict[str, object]:
    row = register.call("purchase.order", "read", [number], ["state", "partner_ref", "amount_untaxed"])[0]
    lines = register.find(
        "purchase.order.line",
        [["order_id", "=", number]],
        ["date_planned", "product_qty", "qty_received", "price_unit"],
    )
    for one in [row, *lines]:
        one.pop("id")
    return {**row, "lines": lines}
