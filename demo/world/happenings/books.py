"""What happens in the books: invoices between companies, bills that come late, or with another amount."""

from __future__ import annotations

from demo.world.catalog import COMPANIES, GOODS
from demo.world.chain_draw import local_price
from demo.world.dates import day_text
from demo.world.happenings import Event
from demo.world.parts.books import LANES, MOVE
from demo.world.register import Row
from demo.world.scene import Scene
from demo.world.site import rows, setting

CROWDED = 12
"""Open invoices inside the group above which no new one is sent before some of them are answered."""
FIELDS = ["name", "company_id", "partner_id", "currency_id", "invoice_date", "date", "invoice_line_ids"]


def unanswered(scene: Scene) -> list[Row]:
    """Posted invoices between companies whose number no bill from that seller quotes; not what the loop check made."""
    partners = {number: key for key, number in scene.site.partner.items()}
    domain = [
        ["move_type", "=", "out_invoice"],
        ["state", "=", "posted"],
        ["partner_id", "in", sorted(partners)],
        ["invoice_origin", "not like", "CHECK/"],
    ]
    find = scene.site.register.find
    booked = [["move_type", "=", "in_invoice"], ["state", "!=", "cancel"], ["ref", "!=", False]]
    quoted = {
        (row["partner_id"][0], row["ref"]) for row in find(MOVE, booked, ["ref", "partner_id"]) if row["partner_id"]
    }
    sellers = {number: scene.site.partner[key] for key, number in scene.site.company.items()}
    invoices = (row for row in find(MOVE, domain, FIELDS) if row["company_id"][0] in sellers)
    return [row for row in invoices if (sellers[row["company_id"][0]], row["name"]) not in quoted]


def invoice(scene: Scene) -> str:
    """A company invoices another one; nobody has booked the bill yet."""
    if "uk" not in scene.site.company or "kit" not in scene.site.product:
        return ""
    seller, buyer = scene.rnd.choice(sorted(LANES))
    company, currency = scene.site.company[seller], COMPANIES[seller].currency
    day = day_text(scene.now)
    line = {"product_id": scene.site.product["kit"], "quantity": scene.rnd.randint(2, 9), "tax_ids": setting([])}
    line["price_unit"] = float(local_price(seller, GOODS["kit"].price, 80))
    values = {
        "move_type": "out_invoice",
        "partner_id": scene.site.partner[buyer],
        "currency_id": scene.site.currency[currency],
        "invoice_date": day,
        "date": day,
        "invoice_line_ids": rows([line]),
    }
    key = f"ic_invoice_live{scene.number:05d}"
    made = scene.site.register.ensure(MOVE, {key: values}, company=company)[key]
    scene.site.register.call(MOVE, "action_post", [made], company=company)
    return f"{seller} invoices {line['quantity']} kits to {buyer}"


def bill(scene: Scene) -> str:
    """A bill that was missing arrives; one in three with another amount."""
    waiting = unanswered(scene)
    if not waiting:
        return ""
    row = scene.rnd.choice(waiting)
    site, buyers = scene.site, {number: key for key, number in scene.site.partner.items()}
    sellers = {number: key for key, number in site.company.items()}
    buyer, seller = buyers[row["partner_id"][0]], sellers[row["company_id"][0]]
    factor = 1.05 if scene.rnd.random() < 0.33 else 1.0
    lines = site.register.call(
        f"{MOVE}.line",
        "read",
        row["invoice_line_ids"],
        ["product_id", "quantity", "price_unit"],
        company=site.company[seller],
    )
    values = {
        "move_type": "in_invoice",
        "partner_id": site.partner[seller],
        "currency_id": row["currency_id"][0],
        "invoice_date": row["invoice_date"],
        "date": row["date"],
        "ref": row["name"],
        "invoice_line_ids": rows(
            [
                {
                    "product_id": one["product_id"][0],
                    "quantity": one["quantity"],
                    "price_unit": round(one["price_unit"] * factor, 2),
                    "tax_ids": setting([]),
                }
                for one in lines
            ]
        ),
    }
    key = f"ic_bill_live{scene.number:05d}"
    made = site.register.ensure(MOVE, {key: values}, company=site.company[buyer])[key]
    site.register.call(MOVE, "action_post", [made], company=site.company[buyer])
    return f"{buyer} books {row['name']}" + (", dearer than invoiced" if factor > 1 else "")


def without_books(scene: Scene) -> bool:
    """Whether this world has no books at all."""
    return not scene.site.register.keys("ic_invoice_")


def crowded(scene: Scene) -> bool:
    return without_books(scene) or len(unanswered(scene)) > CROWDED


EVENTS = (Event(invoice, 2, unless=crowded), Event(bill, 2, unless=without_books))
