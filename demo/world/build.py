"""Builds the world of a seed in whatever Odoo the caller reaches."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from demo.world import buys, chains, group, makes, masterdata, needs, people, plants, sales, trades
from demo.world.caller import Caller, as_caller
from demo.world.parts import Part, parts
from demo.world.plan import Plan
from demo.world.planning import draw
from demo.world.register import Register
from demo.world.site import Site

STEPS: tuple[tuple[str, tuple[Callable[[Site], None], ...]], ...] = (
    ("companies", (group.make_companies, group.make_rates, group.make_warehouses, group.set_hours, group.switch_on)),
    (
        "partners and products",
        (
            masterdata.make_partners,
            masterdata.make_products,
            masterdata.set_costs,
            masterdata.make_price_lists,
            plants.make_plants,
            plants.make_stock,
        ),
    ),
    ("make-to-order chains", (chains.make_chains,)),
    ("orders for stock", (buys.make_buys, sales.make_sales, makes.make_productions)),
    ("trade inside the group", (trades.make_trades,)),
)


@dataclass(frozen=True)
class Built:
    """What a run did: the plan, the number of records made by model (empty when all was there), and the bot's secret
    (empty when the bot user was there before).
    """

    plan: Plan
    made: dict[str, int]
    bot_secret: str


def build(
    caller: Caller | Callable[..., object],
    *,
    seed: int = 1,
    scale: int = 1,
    now: datetime | None = None,
    bot_secret: str = "",
    say: Callable[[str], None] = lambda line: None,
) -> Built:
    """Make whatever of the world is not there yet. Running it again makes nothing and changes nothing.

    Raises WorldError: NotAdministratorError and MissingModuleError before anything is made.
    """
    reached = as_caller(caller)
    needs.check_needs(reached)
    register = Register(reached)
    site = Site(register, draw(seed, scale, now or datetime.now(UTC)), say)
    for title, steps in STEPS:
        say(f"{title} …")
        for step in steps:
            step(site)
    for part in parts():
        build_part(site, part)
    secret = bot_secret or secrets.token_urlsafe(24)
    fresh = people.make_bot(site, secret)
    return Built(site.plan, dict(register.made), secret if fresh else "")


def build_part(site: Site, part: Part) -> None:
    """One field of work, or a word on why it is left out."""
    if lacking := needs.lacks(site.register.caller, part.needs):
        site.say(f"{part.title}: left out, this Odoo lacks {', '.join(lacking)}")
        return
    site.say(f"{part.title} …")
    for step in part.steps:
        step(site)
