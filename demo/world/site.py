"""What the building steps share: the register, the plan and the Odoo ids found or made so far."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from demo.world.plan import Plan
from demo.world.register import Register


@dataclass(frozen=True)
class Warehouse:
    """The ids of a company's warehouse that documents are made with."""

    id: int
    stock: int
    receipts: int
    production: int


@dataclass
class Site:
    """The group inside one Odoo. Every mapping goes from a key of the catalogue to an id there."""

    register: Register
    plan: Plan
    say: Callable[[str], None]
    currency: dict[str, int] = field(default_factory=dict)
    country: dict[str, int] = field(default_factory=dict)
    company: dict[str, int] = field(default_factory=dict)
    partner: dict[str, int] = field(default_factory=dict)
    warehouse: dict[str, Warehouse] = field(default_factory=dict)
    vendor: dict[str, int] = field(default_factory=dict)
    customer: dict[str, int] = field(default_factory=dict)
    product: dict[str, int] = field(default_factory=dict)
    template: dict[str, int] = field(default_factory=dict)
    bom: dict[tuple[str, str], int] = field(default_factory=dict)


def setting(ids: list[int]) -> list[list[object]]:
    """The command that makes these records the whole of a many2many field."""
    return [[6, 0, ids]]


def rows(values: Sequence[Mapping[str, object]]) -> list[list[object]]:
    """The commands that create these rows in a one2many field."""
    return [[0, 0, row] for row in values]
