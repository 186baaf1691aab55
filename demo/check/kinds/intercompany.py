"""An invoice inside the group lacks its bill, which is drafted and posted; and a bill over another amount."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from random import Random
from typing import Any

from demo.check.drive import Card, Drive, LegError
from demo.check.ears import Ears
from demo.check.oracle import RESERVED, Oracle

MOVE = "account.move"
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Lane:
    """Who sells to whom, by Odoo's ids, and the currency that the seller invoices in."""

    seller: int
    seller_name: str
    seller_partner: int
    buyer: int
    buyer_name: str
    buyer_partner: int
    currency: int
    code: str
    product: int


class Intercompany(Drive):
    """The loop of a missing bill (I1), and the card of a bill that contradicts its invoice (I4)."""

    kind = "intercompany"

    def drive(self) -> None:
        with self.timed("sign_in"):
            hers, second, stranger = (self.enter(role) for role in ("controller", "second_controller", "stranger"))
            ears, theirs = Ears(hers), Ears(stranger)
        with self.timed("choose"):
            self.oracle = Oracle(self.odoo)
            lane, rnd = self.lane(), Random(self.seed)
            price = Decimal(rnd.randint(200_000, 400_000)) / 100
            self.facts |= {"seller": lane.seller_name, "buyer": lane.buyer_name, "total": str(price * 3)}
        made: list[int] = []
        card = self.card_after(
            ears,
            lambda: made.append(self.invoice(lane, price)),
            shows(shown(price * 3), "no bill is booked"),
            about=f"an invoice over {price * 3}",
            name="case_arrives",
        )
        number = self.read(made[0], "name", lane.seller)
        self.facts["invoice"] = number
        with self.timed("impact"):
            self.right_money(card, price * 3, lane)
        with self.timed("stranger"):
            self.stranger_hears_nothing(stranger, theirs, card["case"], ears)
        request = self.request(hers, card["case"], "intercompany.draft_bill", preview=number, form_of=lambda form: {})
        with self.timed("approve"):
            self.approve(hers, second, request)
        with self.timed("verified"):
            self.wait_verified(hers, request)
        with self.timed("odoo_agrees"):
            bill = self.one_draft(lane, number, price * 3)
        with self.timed("still_open"):
            self.heard(ears, lambda one: one["case"] == card["case"] and "still a draft" in one["html"], about=number)
        with self.timed("closed"):
            self.call(lane.buyer, "action_post", [bill])
            self.closes(ears, card["case"])
        with self.timed("audit"):
            self.audit_verifies(request)
        self.other_amount(ears, lane, price)
        self.several(ears, lane, price)
        ears.close(), theirs.close()

    def other_amount(self, ears: Ears, lane: Lane, price: Decimal) -> None:
        """A bill over more than its invoice is a card with the difference; corrected, the case closes."""
        invoice = self.invoice(lane, price + 7)
        wrong = (price + 7) + Decimal("12.34")
        bills: list[int] = []
        card = self.card_after(
            ears,
            lambda: bills.append(self.bill(lane, self.read(invoice, "name", lane.seller), wrong)),
            shows("differ by", "amount"),
            about="a bill over another amount",
            name="difference_arrives",
        )
        with self.timed("difference"):
            self.right_money(card, Decimal("12.34") * 3, lane)
        with self.timed("corrected"):
            line = self.read(bills[0], "invoice_line_ids", lane.buyer)[0]
            self.call(lane.buyer, "button_draft", [bills[0]])
            command = {"invoice_line_ids": [[1, line, {"price_unit": float(price + 7)}]]}
            self.call(lane.buyer, "write", [bills[0]], command)
            self.call(lane.buyer, "action_post", [bills[0]])
            self.closes(ears, card["case"])

    def several(self, ears: Ears, lane: Lane, price: Decimal) -> None:
        """A bill that names two invoices closes both cards, and a credit note over the whole closes a third."""
        prices = (price + 11, price + 13, price + 17)
        cards, made = [], list[int]()
        for number, one in enumerate(prices, start=1):
            name = f"invoice_{number}_arrives"
            wanted = shows(shown(one * 3), "no bill is booked")
            make = partial(self._collect, made, lane, one)
            cards.append(self.card_after(ears, make, wanted, about=f"an invoice over {one * 3}", name=name))
        with self.timed("one_bill_for_two"):
            named = " + ".join(self.read(one, "name", lane.seller) for one in made[:2])
            self.bill(lane, named, price + 12, pieces=6)
            for card in cards[:2]:
                self.closes(ears, card["case"])
        with self.timed("reversed"):
            self.reverse(lane, made[2])
            self.closes(ears, cards[2]["case"])

    def _collect(self, made: list[int], lane: Lane, price: Decimal) -> None:
        made.append(self.invoice(lane, price))

    def reverse(self, lane: Lane, invoice: int) -> None:
        """The seller's credit note over all of an invoice, by Odoo's own wizard, posted."""
        context = {"allowed_company_ids": [lane.seller], "active_model": MOVE, "active_ids": [invoice]}
        journal = self.read(invoice, "journal_id", lane.seller)[0]
        values = {"journal_id": journal, "date": day_everywhere()}
        wizard = self.odoo.call("account.move.reversal", "create", values, context=context)
        shown_next = self.odoo.call("account.move.reversal", "refund_moves", [wizard], context=context)
        self.call(lane.seller, "action_post", [shown_next["res_id"]])

    def lane(self) -> Lane:
        """A pair of companies that trade, whose buyer makes things: the stranger of the demo belongs elsewhere."""
        rows = self.oracle.rows("res.company", [], ["name", "partner_id", "currency_id"])
        companies = {row["partner_id"][0]: row for row in rows}
        making = {row["company_id"][0] for row in self.oracle.rows("mrp.production", [], ["company_id"])}
        domain = [["move_type", "=", "out_invoice"], ["state", "=", "posted"], ["partner_id", "in", sorted(companies)]]
        found = {
            (row["company_id"][0], row["partner_id"][0])
            for row in self.oracle.rows(MOVE, domain, ["company_id", "partner_id"])
            if companies[row["partner_id"][0]]["id"] in making
        }
        if not found:
            raise LegError("no company of the group has invoiced a plant of another one yet: seed it first")
        seller_id, partner = sorted(found)[0]
        seller, buyer = next(row for row in rows if row["id"] == seller_id), companies[partner]
        goods = self.oracle.rows("product.product", [["default_code", "!=", False], ["sale_ok", "=", True]], ["id"])
        return Lane(
            seller=seller_id,
            seller_name=seller["name"],
            seller_partner=seller["partner_id"][0],
            buyer=buyer["id"],
            buyer_name=buyer["name"],
            buyer_partner=partner,
            currency=seller["currency_id"][0],
            code=seller["currency_id"][1],
            product=goods[0]["id"],
        )

    def invoice(self, lane: Lane, price: Decimal) -> int:
        """Three pieces invoiced by the seller and posted."""
        return self.document(lane.seller, "out_invoice", lane.buyer_partner, lane, price)

    def bill(self, lane: Lane, number: str, price: Decimal, pieces: int = 3) -> int:
        """The same three pieces, or those of several invoices, booked by the buyer."""
        return self.document(lane.buyer, "in_invoice", lane.seller_partner, lane, price, pieces, ref=number)

    def document(
        self, company: int, kind: str, partner: int, lane: Lane, price: Decimal, pieces: int = 3, **more: Any
    ) -> int:
        today = day_everywhere()
        line = {"product_id": lane.product, "quantity": pieces, "price_unit": float(price), "tax_ids": [[6, 0, []]]}
        values = {
            "move_type": kind,
            "partner_id": partner,
            "currency_id": lane.currency,
            "invoice_date": today,
            "date": today,
            "invoice_origin": f"{RESERVED}{self.seed}",
            "invoice_line_ids": [[0, 0, line]],
            **more,
        }
        made: int = self.call(company, "create", values)
        self.call(company, "action_post", [made])
        return made

    def call(self, company: int, method: str, *args: Any) -> Any:
        return self.odoo.call(MOVE, method, *args, context={"allowed_company_ids": [company]})

    def read(self, move: int, name: str, company: int) -> Any:
        return self.call(company, "read", [move], [name])[0][name]

    def right_money(self, card: Card, amount: Decimal, lane: Lane) -> None:
        """The money on the card, to the cent, in the group's currency by the seller's rates of today."""
        own = lane.code
        rate = self.oracle.rate(self.oracle.group_currency, own, lane.seller)
        wanted = (amount * rate).quantize(CENT, ROUND_HALF_UP)
        if Decimal(card["facets"]["money"]) != wanted:
            raise LegError(f"the card says {card['facets']['money']}, Odoo says {wanted}")
        self.facts.setdefault("money", str(wanted))

    def one_draft(self, lane: Lane, number: str, total: Decimal) -> int:
        """The only bill that quotes the number: the buyer's draft over the same total, read by a login of our own."""
        fields = ["state", "amount_total", "currency_id", "company_id", "partner_id", "invoice_line_ids"]
        found = self.oracle.rows(MOVE, [["ref", "=", number], ["move_type", "=", "in_invoice"]], fields)
        mine = [row for row in found if row["partner_id"] and row["partner_id"][0] == lane.seller_partner]
        seen = [(row["state"], row["company_id"][0], row["currency_id"][0], money(row["amount_total"])) for row in mine]
        if seen != [("draft", lane.buyer, lane.currency, total)] or len(mine[0]["invoice_line_ids"]) != 1:
            raise LegError(f"Odoo holds other bills for {number} than one draft over {total}: {seen}")
        made: int = mine[0]["id"]
        return made


def day_everywhere() -> str:
    """The newest day that has begun in every company: what is dated later is not missed yet further west."""
    return (datetime.now(UTC) - timedelta(hours=12)).strftime("%Y-%m-%d")


def money(value: float) -> Decimal:
    return Decimal(str(value)).quantize(CENT)


def shown(amount: Decimal) -> str:
    """An amount as pages write it."""
    return f"{amount:,.2f}"


def shows(*parts: str) -> Callable[[Card], bool]:
    """Whether a card says all of this."""
    return partial(_shows, parts)


def _shows(parts: tuple[str, ...], card: Card) -> bool:
    return all(part in card["html"] for part in parts)
