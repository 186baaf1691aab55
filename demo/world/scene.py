"""The group as the things that happen in it see it."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from demo.world.dates import stamp
from demo.world.register import Row
from demo.world.reserved import Reserved, reserved
from demo.world.site import Site


@dataclass
class Scene:
    """The group as the events see it. `number` counts the steps, and names what new orders are registered under."""

    site: Site
    rnd: Random
    now: datetime
    number: int = 0
    kept: Reserved = field(init=False)

    def __post_init__(self) -> None:
        self.kept = reserved(self.site.register)

    def open_lines(self, *, late: bool) -> list[Row]:
        """Confirmed purchase lines of outside vendors still to come, those overdue or those that are not."""
        edge = stamp(self.now)
        domain = [
            ["company_id", "in", sorted(self.site.company.values())],
            ["state", "=", "purchase"],
            ["date_planned", "<" if late else ">=", edge],
            ["partner_id", "not in", sorted(self.site.partner.values())],
        ]
        fields = ["order_id", "company_id", "product_id", "date_planned", "product_qty", "qty_received"]
        found = self.site.register.find("purchase.order.line", domain, fields)
        return [
            row
            for row in found
            if row["product_qty"] > row["qty_received"] and row["order_id"][0] not in self.kept.purchases
        ]
