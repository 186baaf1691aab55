"""A failed lot with stock in an Odoo, mirrored, and the requests about it. Stand-in or real Odoo."""

from __future__ import annotations

import os
from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from apps.accounts.models import User
from apps.accounts.roles import Role
from apps.actions import requests
from apps.actions.definition import Action
from apps.actions.models import Request
from apps.exceptions.actions.quarantine import Quarantine
from apps.exceptions.actions.record_answers import field_of, lines_of
from apps.exceptions.detectors.stock_on_hold import StockOnHold
from apps.exceptions.models import Case
from controltower.lib.keys import row_key
from demo.odoo.server import StandIn
from odoo_sync.connections import attach, open_client
from odoo_sync.initial import load_all
from odoo_sync.mirror.base import mirrors
from odoo_sync.mirror.company import Company
from odoo_sync.mirror.quality import Inspection
from odoo_sync.models import Connection
from odoo_sync.sync import poll_all
from tests.inspected import Floor
from tests.integration.kept import laid_out
from tests.integration.orders import Real, an_odoo, make_rate
from tests.integration.outbox import delivered
from tests.integration.outbox import quick as quick
from tests.people import person, plant_manager

SEEN = {"reason": "Gauge 7, Miriam"}


@dataclass
class Held:
    """A failed lot with stock in an Odoo, mirrored, and the person who answers for it."""

    odoo: Any
    floor: Floor
    connection: Connection
    product: int
    lot: int
    place: int
    number: int

    @property
    def inspection(self) -> Inspection:
        return Inspection.objects.select_related("test").get(pk=row_key(self.connection.pk, self.number))

    @property
    def company(self) -> Company:
        company = self.inspection.company
        assert company is not None
        return company

    @property
    def case(self) -> Case:
        return Case.objects.get(detector=StockOnHold.key, subject_key=str(self.inspection.pk))

    def state(self) -> str:
        found: str = self.odoo.call("qc.inspection", "read", [self.number], ["state"])[0]["state"]
        return found

    def stock(self) -> dict[int, float]:
        """How much of the lot lies where, inside."""
        domain = [["lot_id", "=", self.lot], ["location_id.usage", "=", "internal"]]
        rows = self.odoo.call("stock.quant", "search_read", domain, ["location_id", "quantity"])
        return {row["location_id"][0]: row["quantity"] for row in rows if row["quantity"]}

    def reserved(self) -> float:
        """How much of the lot is promised to somebody, inside."""
        domain = [["lot_id", "=", self.lot], ["location_id.usage", "=", "internal"]]
        return sum(
            row["reserved_quantity"]
            for row in self.odoo.call("stock.quant", "search_read", domain, ["reserved_quantity"])
        )

    def transfers(self) -> list[dict[str, Any]]:
        name = self.inspection.name
        return list(self.odoo.call("stock.picking", "search_read", [["origin", "=", name]], ["state", "move_ids"]))

    def poll(self) -> None:
        client = open_client(self.connection)
        try:
            poll_all(self.connection, list(mirrors), client)
        finally:
            client.close()


@pytest.fixture
def odoo() -> Iterator[Any]:
    with an_odoo() as found:
        yield found


@pytest.fixture
def held() -> Iterator[Held]:
    if "ODOO_URL" in os.environ:
        yield mirrored(Real())
        return
    with laid_out("held", mirrored, on_another_shelf) as found:
        yield found


def on_another_shelf(held: Held, odoo: StandIn, connection: Connection) -> Held:
    floor = copy(held.floor)
    floor.odoo = odoo
    return replace(held, odoo=odoo, floor=floor, connection=connection)


def mirrored(odoo: Any, *, approved: bool = True, **values: Any) -> Held:
    make_rate(odoo)
    floor = Floor(odoo)
    product = floor.product(cost=4.0)
    lot = floor.lot(product)
    place, number = floor.place(), floor.failed(f"stock.lot,{lot}", approved=approved, **values)
    login, secret = (odoo.login, odoo.key) if isinstance(odoo, Real) else ("admin", "admin")
    connection = attach(name="Odoo", url=odoo.url, database=odoo.database, login=login, secret=secret)
    load_all(connection)
    return Held(odoo, floor, connection, product, lot, place, number)


def lead(held: Held) -> User:
    return person(Role.QUALITY_LEAD, company=held.company)


def good(held: Held, measured: str = "10.0") -> dict[str, Any]:
    return answers(held, measured, "Clean")


def answers(held: Held, measured: str, looks: str) -> dict[str, Any]:
    values: dict[str, Any] = dict(SEEN)
    for line in lines_of(held.inspection):
        if line.kind == "qualitative":
            chosen = mirrors["qc.test.question.value"].objects.get(pk__in=line.answers, name=looks)
            values[field_of(line)] = str(chosen.pk)
        else:
            values[field_of(line)] = Decimal(measured)
    return values


def ask(held: Held, action: Action[Any], answer: dict[str, Any], by: User | None = None) -> Request:
    return requests.propose(action, held.inspection, answer, by=by or lead(held))


def approved(held: Held, request: Request) -> Request:
    return delivered(requests.approve(request, by=plant_manager(held.company), plan_hash=request.plan_hash))


def aside(held: Held, quantity: str = "40", *, moved: bool = True) -> dict[str, Any]:
    values = Quarantine().initial(held.inspection)
    return {**values, "place": place_key(held), "quantity": Decimal(quantity), "moved": moved, "reason": "Failed"}


def place_key(held: Held) -> str:
    return str(row_key(held.connection.pk, held.place))
