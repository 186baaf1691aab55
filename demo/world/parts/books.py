"""Invoices and bills: between companies of the group, matched and in every way mismatched, and with others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from demo.world.catalog import COMPANIES, GOODS, TRADERS
from demo.world.chain_draw import local_price
from demo.world.dates import day_text
from demo.world.parts import Part
from demo.world.plan import stream
from demo.world.site import Site, rows, setting

MOVE = "account.move"
PACKAGE = "generic_coa"
"""The accounting package of a company whose country brings none by itself."""
LANES = {
    ("lyon", "uk"): ("match", "match", "match", "match", "amount", "missing_bill", "period"),
    ("detroit", "uk"): ("match", "match", "match", "quantity", "tax", "draft_bill"),
    ("lyon", "detroit"): ("match", "match", "match", "currency", "missing_invoice", "missing_bill"),
}
"""What seller and buyer have booked with each other."""
ORDINARY = 3
DEAREST = Decimal("1.05")


@dataclass(frozen=True)
class Pair:
    """An invoice and its bill, as they were meant and as they were booked. Prices are in the seller's currency."""

    key: str
    seller: str
    buyer: str
    kind: str
    quantity: int
    price: Decimal
    back: int

    @property
    def currency(self) -> str:
        return COMPANIES[self.seller].currency


def draw_pairs(seed: int, scale: int = 1) -> Iterator[Pair]:
    """The pairs of a seed: equal seeds give equal pairs."""
    for (seller, buyer), kinds in LANES.items():
        for number, kind in enumerate(kinds * scale):
            key = f"{seller}_{buyer}_{number}"
            rnd = stream(seed, f"books/{key}")
            price = local_price(seller, GOODS["kit"].price, 80)
            back = 35 + rnd.randint(0, 12) if kind == "period" else rnd.randint(2, 20)
            yield Pair(key, seller, buyer, kind, rnd.randint(3, 12), price, back)


def open_books(site: Site) -> None:
    """Give companies without accounts, journals and taxes a general package."""
    keys = {number: key for key, number in site.company.items()}
    companies = site.register.call("res.company", "read", sorted(keys), ["chart_template"])
    for row in companies:
        if not row["chart_template"]:
            call = site.register.call
            call("account.chart.template", "try_loading", [], PACKAGE, row["id"], company=row["id"])


def book_pairs(site: Site) -> None:
    """The sellers' invoices first: the bills quote their numbers."""
    pairs = list(draw_pairs(site.plan.seed, site.plan.scale))
    for pair in pairs:
        if pair.kind != "missing_invoice":
            _make(site, f"ic_invoice_{pair.key}", invoice_values(site, pair), pair.seller)
    for seller in TRADERS:
        keys = [f"ic_invoice_{pair.key}" for pair in pairs if pair.seller == seller and pair.kind != "missing_invoice"]
        post(site, keys, seller)
    for pair in pairs:
        if pair.kind != "missing_bill":
            _make(site, f"ic_bill_{pair.key}", bill_values(site, pair), pair.buyer)
    for buyer in TRADERS:
        booked = [pair for pair in pairs if pair.buyer == buyer and pair.kind not in ("missing_bill", "draft_bill")]
        post(site, [f"ic_bill_{pair.key}" for pair in booked], buyer)
    site.say(f"invoices inside the group: {len(pairs)} pairs")


def invoice_values(site: Site, pair: Pair) -> dict[str, object]:
    """The seller's side."""
    return _values(
        site, "out_invoice", site.partner[pair.buyer], pair.currency, pair.back, _line(site, pair, pair.quantity)
    )


def bill_values(site: Site, pair: Pair) -> dict[str, object]:
    """The buyer's side, with what went wrong."""
    extra, price, taxes = pair.kind == "quantity", pair.price, []
    if pair.kind == "amount":
        price = (price * DEAREST).quantize(Decimal("0.01"))
    if pair.kind == "tax":
        row = site.register.call("res.company", "read", [site.company[pair.buyer]], ["account_purchase_tax_id"])[0]
        taxes = [row["account_purchase_tax_id"][0]]
    line = {**_line(site, pair, pair.quantity + extra), "price_unit": float(price), "tax_ids": setting(taxes)}
    currency = COMPANIES[pair.buyer].currency if pair.kind == "currency" else pair.currency
    values = _values(
        site, "in_invoice", site.partner[pair.seller], currency, 1 if pair.kind == "period" else pair.back, line
    )
    return {**values, "ref": quoted(site, pair)}


def quoted(site: Site, pair: Pair) -> str:
    """The number of the invoice; one that nobody has where there is no invoice."""
    if pair.kind == "missing_invoice":
        return f"KIC-{pair.key.upper()}"
    number = site.register.id_of(f"ic_invoice_{pair.key}")
    name: str = site.register.call(MOVE, "read", [number], ["name"], company=site.company[pair.seller])[0]["name"]
    return name


def _line(site: Site, pair: Pair, quantity: int) -> dict[str, object]:
    return {
        "product_id": site.product["kit"],
        "quantity": quantity,
        "price_unit": float(pair.price),
        "tax_ids": setting([]),
    }


def _values(
    site: Site, kind: str, partner: int, currency: str, back: int, *lines: dict[str, object]
) -> dict[str, object]:
    """A document so many days back. The accounting date is given: Odoo books a bill of a past month at its end."""
    day = day_text(site.plan.base - timedelta(days=back))
    shared = {"move_type": kind, "partner_id": partner, "currency_id": site.currency[currency]}
    return {**shared, "invoice_date": day, "date": day, "invoice_line_ids": rows(lines)}


def _make(site: Site, key: str, values: dict[str, object], company: str) -> None:
    if not site.register.has(key):
        site.register.ensure(MOVE, {key: values}, company=site.company[company])


def post(site: Site, keys: list[str], company: str) -> None:
    """Post those that are still drafts."""
    ids = [site.register.id_of(key) for key in keys]
    draft = site.register.in_state(MOVE, ids, ("draft",), site.company[company])
    if draft:
        site.register.call(MOVE, "action_post", draft, company=site.company[company])


def book_ordinary(site: Site) -> None:
    """A few invoices to customers and bills of vendors, the last of each still a draft."""
    for company in TRADERS:
        rnd = stream(site.plan.seed, f"books/ordinary/{company}")
        customers, vendors = sorted(site.customer), sorted(site.vendor)
        for number in range(ORDINARY):
            line = {"product_id": site.product["kit"], "quantity": rnd.randint(1, 4), "tax_ids": setting([])}
            line["price_unit"] = float(local_price(company, GOODS["kit"].price, 100))
            back, currency = rnd.randint(3, 25), COMPANIES[company].currency
            customer, vendor = site.customer[rnd.choice(customers)], site.vendor[rnd.choice(vendors)]
            _make(
                site,
                f"invoice_{company}_{number}",
                _values(site, "out_invoice", customer, currency, back, line),
                company,
            )
            bill = {**_values(site, "in_invoice", vendor, currency, back, line), "ref": f"V-{company}-{number}"}
            _make(site, f"bill_{company}_{number}", bill, company)
        kept = [f"{kind}_{company}_{number}" for kind in ("invoice", "bill") for number in range(ORDINARY - 1)]
        post(site, kept, company)


PART = Part(
    title="invoices and bills",
    steps=(open_books, book_pairs, book_ordinary),
    needs={"account": (MOVE, "move_type")},
    order=40,
)
