"""What happens to orders: vendors slip and deliver, customers order and move their dates, plants make and ship.

None of it touches what is reserved for the loop check.
"""

from datetime import datetime, timedelta

from demo.world import buys, chains
from demo.world.catalog import DRIVEN_BY, PLANTS, TRADERS
from demo.world.chain_draw import Wish, draw_chain
from demo.world.dates import customer_day, moment, stamp, today, vendor_day
from demo.world.happenings import Event
from demo.world.receipts import OPEN, receive_all, receive_some, validate
from demo.world.register import Row
from demo.world.scene import Scene
from demo.world.stockplan import draw_buy

CROWDED = 60
"""Overdue purchase lines above which nothing slips any more, so that a demo left alone for a day stays legible."""
CALM = 20
"""Overdue purchase lines that are left as they are, so that there is always something on the board to put right."""


def slip(scene: Scene) -> str:
    """A vendor says that goods come later than promised."""
    lines = scene.open_lines(late=False)
    if not lines:
        return ""
    line = scene.rnd.choice(lines)
    later = moment(line["date_planned"]) + timedelta(days=scene.rnd.randint(3, 14))
    _move(scene, line, later)
    return f"{line['order_id'][1]}: the vendor slips to {later:%d %b}"


def agree(scene: Scene) -> str:
    """A buyer agrees a new date for what is overdue: on the line, and on its open receipts."""
    lines = scene.open_lines(late=True)
    if len(lines) <= CALM:
        return ""
    line = scene.rnd.choice(lines)
    day = vendor_day(today(scene.now), scene.rnd.randint(3, 10), 10)
    _move(scene, line, max(day, scene.now + timedelta(hours=30)))
    return f"{line['order_id'][1]}: a new date is agreed, {day:%d %b}"


def _move(scene: Scene, line: Row, to: datetime) -> None:
    company, call = line["company_id"][0], scene.site.register.call
    call("purchase.order.line", "write", [line["id"]], {"date_planned": stamp(to)}, company=company)
    domain = [["purchase_id", "=", line["order_id"][0]], ["state", "in", list(OPEN)]]
    receipts = [row["id"] for row in scene.site.register.find("stock.picking", domain, ["id"], company=company)]
    if receipts:
        call("stock.picking", "write", receipts, {"scheduled_date": stamp(to)}, company=company)


def receive(scene: Scene) -> str:
    """A lorry arrives with everything, or with a part: overdue, or in time while little is overdue."""
    lines = scene.open_lines(late=True)
    if len(lines) <= CALM:
        lines = sorted(scene.open_lines(late=False), key=lambda row: (row["date_planned"], row["id"]))[:CALM]
    if not lines:
        return ""
    line = scene.rnd.choice(lines)
    company, order = line["company_id"][0], line["order_id"][0]
    if line["product_qty"] > 1 and not line["qty_received"] and scene.rnd.random() < 0.3:
        receive_some(scene.site, company, [order], share=0.5)
        return f"{line['order_id'][1]}: a part arrives"
    receive_all(scene.site, company, [order])
    return f"{line['order_id'][1]}: arrives"


def order_to_make(scene: Scene) -> str:
    """A customer orders something that is made to order: the whole chain comes into being."""
    plant, good = scene.rnd.choice(PLANTS), scene.rnd.choice(sorted(DRIVEN_BY))
    chain = draw_chain(
        scene.site.plan.seed,
        today(scene.now),
        f"{plant}_live{scene.number:05d}",
        Wish(),
        plant=plant,
        good=good,
        round_number=0,
    )
    chains.build_round(scene.site, plant, [chain])
    return f"{chain.sales[0].customer} orders {chain.sales[0].quantity} × {good} from {plant}"


def order_for_stock(scene: Scene) -> str:
    """A buyer orders parts for stock."""
    buyer = scene.rnd.choice(TRADERS)
    buy = draw_buy(
        scene.site.plan.seed,
        today(scene.now),
        f"{buyer}_live{scene.number:05d}",
        buyer=buyer,
        kind="ontime",
        span=(4, 20),
    )
    made = buys.request(scene.site, buyer, [buy])
    buys.confirm(scene.site, buyer, [buy], made)
    return f"{buyer} orders {len(buy.lines)} parts from {buy.vendor}"


def move_promise(scene: Scene) -> str:
    """A customer asks for another day."""
    domain = [
        ["company_id", "in", sorted(scene.site.company.values())],
        ["state", "=", "sale"],
        ["commitment_date", ">", stamp(scene.now)],
        ["id", "not in", sorted(scene.kept.sales)],
    ]
    found = scene.site.register.find("sale.order", domain, ["name", "company_id", "commitment_date"])
    if not found:
        return ""
    row = scene.rnd.choice(found)
    old = moment(row["commitment_date"])
    new = customer_day(today(old), scene.rnd.choice((-3, -2, 2, 4, 7)), old.hour)
    values = {"commitment_date": stamp(new)}
    scene.site.register.call("sale.order", "write", [row["id"]], values, company=row["company_id"][0])
    return f"{row['name']}: the customer wants it on {new:%d %b}"


def produce(scene: Scene) -> str:
    """An order whose components are all there is made."""
    domain = [
        ["company_id", "in", sorted(scene.site.company.values())],
        ["state", "in", ["confirmed", "progress", "to_close"]],
        ["reservation_state", "=", "assigned"],
        ["id", "not in", sorted(scene.kept.productions)],
    ]
    found = scene.site.register.find("mrp.production", domain, ["name", "company_id"])
    if not found:
        return ""
    row = scene.rnd.choice(found)
    scene.site.register.call(
        "mrp.production",
        "button_mark_done",
        [row["id"]],
        company=row["company_id"][0],
        context={"skip_redirection": True, "skip_backorder": True, "skip_consumption": True},
    )
    return f"{row['name']}: made"


def deliver(scene: Scene) -> str:
    """A delivery that is ready leaves the dock."""
    domain = [
        ["company_id", "in", sorted(scene.site.company.values())],
        ["state", "=", "assigned"],
        ["sale_id", "!=", False],
        ["sale_id", "not in", sorted(scene.kept.sales)],
    ]
    found = scene.site.register.find("stock.picking", domain, ["name", "company_id"])
    if not found:
        return ""
    row = scene.rnd.choice(found)
    validate(scene.site, row["company_id"][0], [row["id"]])
    return f"{row['name']}: leaves"


def crowded(scene: Scene) -> bool:
    """Whether so much is overdue that nothing more should slip."""
    return len(scene.open_lines(late=True)) > CROWDED


EVENTS: tuple[Event, ...] = (
    Event(slip, 5, unless=crowded),
    Event(agree, 3),
    Event(receive, 4),
    Event(order_to_make, 3, unless=crowded),
    Event(order_for_stock, 1),
    Event(move_promise, 2),
    Event(produce, 3),
    Event(deliver, 3),
)
