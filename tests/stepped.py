"""Plants that bring goods to their user in one, two or three moves, as Odoo writes them, straight into the mirror."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random

from odoo_sync.mirror.stock import Location, Move
from odoo_sync.mirror.stock_lots import Lot
from tests.held import Shelf
from tests.mirrored import Made, Sold, change, days

DELIVERY = {
    "ship_only": (),
    "pick_ship": ("WH/Output",),
    "pick_pack_ship": ("WH/Packing Zone", "WH/Output"),
}
MANUFACTURE = {
    "mrp_one_step": ((), ()),
    "pbm": (("WH/Pre-Production",), ()),
    "pbm_sam": (("WH/Pre-Production",), ("WH/Post-Production",)),
}


@dataclass
class Stepped:
    """A shelf in a plant with these settings.

    ``linked``: every step is there from the start and is linked to the one before, as Odoo has it before production
    and did for deliveries before 18; otherwise each step of a delivery is made when the one before is done.
    """

    shelf: Shelf
    rnd: Random
    delivery: str = "ship_only"
    manufacture: str = "mrp_one_step"
    linked: bool = False

    def __post_init__(self) -> None:
        names = {*DELIVERY[self.delivery], *MANUFACTURE[self.manufacture][0], *MANUFACTURE[self.manufacture][1]}
        self.places: dict[str, Location] = {name: self.shelf.place(name) for name in sorted(names)}

    def sold(self, at: float, quantity: int, lot: Lot | None = None, done: int = 0) -> Sold:
        """A customer's order of which ``done`` steps are done; stock of the lot is promised to the next one."""
        sold = self.shelf.group.sale(days(at), price=10, quantity=quantity)
        change(sold.move, to_location=self.shelf.customers, sale_line=sold.line)
        between = [self.places[name] for name in DELIVERY[self.delivery]]
        self._walk(sold.move, between, quantity, lot, min(done, len(between)), linked=self.linked)
        return sold

    def made(self, at: float, quantity: int, lot: Lot | None = None, done: int = 0, feeds: Sequence[Move] = ()) -> Made:
        """A production order that takes the goods, and what it makes on the way to the moves that it feeds."""
        before, after = ([self.places[name] for name in names] for names in MANUFACTURE[self.manufacture])
        for place in after:
            store = self.shelf.group.move(
                from_location=place, to_location=self.shelf.stock, next_moves=[one.pk for one in feeds]
            )
            feeds = [store]
        made: Made = self.shelf.group.make(days(at), days(at + 1), feeds=feeds)
        change(made.raw, to_location=self.shelf.making)
        self._walk(made.raw, before, quantity, lot, min(done, len(before)), linked=True)
        return made

    def _walk(
        self, last: Move, between: Sequence[Location], quantity: int, lot: Lot | None, done: int, *, linked: bool
    ) -> None:
        """Stock to the last move over these places: steps done, the step that is next, and those which wait for it."""
        places = [self.shelf.stock, *between]
        steps: list[Move] = []
        for number, (origin, goal) in enumerate(pairwise(places)):
            if number <= done or linked:
                steps.append(self._step(last, origin, goal))
        if linked or done == len(between):
            steps.append(last)
        elif last.sale_line_id is not None:
            last.delete()
        for number, step in enumerate(steps):
            self.shelf.takes(step, quantity, from_location=places[number], state="waiting")
            if number:
                self._link(steps[number - 1], step)
            if number < done and lot is not None:
                line = self.shelf.promise(step, lot, quantity)
                change(line, state="done", from_location=places[number], to_location=places[number + 1])
                change(step, state="done")
        if lot is not None:
            change(self.shelf.promise(steps[done], lot, quantity), from_location=places[done])
            self.shelf.quant(lot, quantity=quantity, reserved=quantity, location=places[done])
        else:
            change(steps[done], state="confirmed")

    def _step(self, last: Move, origin: Location, goal: Location) -> Move:
        """A move before the last one. One that is linked to it need not say which order it is for."""
        told = not self.linked or self.rnd.random() < 0.5
        return self.shelf.group.move(
            from_location=origin,
            to_location=goal,
            scheduled_at=last.scheduled_at,
            sale_line_id=last.sale_line_id if told else None,
        )

    def _link(self, before: Move, after: Move) -> None:
        """A link is stamped at the end through which it was made."""
        if self.rnd.random() < 0.5:
            change(before, next_moves=[after.pk])
        else:
            change(after, previous_moves=[before.pk])

    def coming_in(self, lot: Lot, quantity: int, goal: Location | None = None) -> Move:
        """Stock of a lot at the entrance, promised to the move that stores it."""
        entrance = self.places.get("WH/Input") or self.shelf.place("WH/Input")
        self.places["WH/Input"] = entrance
        move = self.shelf.takes(self.shelf.group.move(), quantity, from_location=entrance)
        change(move, to_location=goal or self.shelf.stock)
        change(self.shelf.promise(move, lot, quantity), from_location=entrance)
        self.shelf.quant(lot, quantity=quantity, reserved=quantity, location=entrance)
        return move
