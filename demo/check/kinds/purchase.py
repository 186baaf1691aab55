"""A vendor slips, a buyer agrees the old date again, a manager approves, Odoo is changed, the case closes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

from demo.check.drive import Card, Drive, LegError, plain_words
from demo.check.ears import Ears
from demo.check.oracle import TIME, Line, Oracle, moment
from demo.check.pages import Form, Page

SLIP = timedelta(days=15)


class Purchase(Drive):
    """The loop of a late purchase line (P1), with a second line that nobody touches."""

    kind = "purchase"

    def drive(self) -> None:
        with self.timed("sign_in"):
            buyer, stranger, manager = (self.enter(role) for role in ("buyer", "stranger", "plant_manager"))
            hers, theirs = Ears(buyer), Ears(stranger)
        with self.timed("choose"):
            oracle = Oracle(self.odoo)
            line, other = oracle.choose(self.seed)
            self.facts |= {"line": line.order_name, "other": other.order_name, "money": str(line.money)}
        card = self.card_after(hers, partial(self.slip, line), names(line), about=line.order_name, name="case_arrives")
        with self.timed("second_case"):
            self.slip(other)
            left_alone = int(self.heard(hers, names(other), about=other.order_name)[1]["case"])
        with self.timed("impact"):
            self.right_impact(buyer.get(f"/cases/{card['case']}/"), card, line)
        with self.timed("stranger"):
            self.stranger_hears_nothing(stranger, theirs, card["case"], hers)
        request = self.request(
            buyer,
            card["case"],
            "purchase.agree_new_date",
            preview=line.order_name,
            form_of=lambda form: values(form, line.promised_at),
        )
        with self.timed("approve"):
            self.approve(buyer, manager, request)
        with self.timed("verified"):
            self.wait_verified(buyer, request)
        with self.timed("odoo_agrees"):
            four_dates_agree(oracle, line)
        with self.timed("closed"):
            self.closes(hers, card["case"])
        with self.timed("audit"):
            self.audit_verifies(request)
        with self.timed("left_open"):
            self.still_open(buyer, left_alone)
            self.stranger_hears_nothing(stranger, theirs, left_alone, hers)
        hers.close(), theirs.close()

    def slip(self, line: Line) -> None:
        """The vendor moves the day in Odoo, beyond the last promise given to a customer."""
        late = (line.latest_promise + SLIP).replace(microsecond=0)
        context = {"allowed_company_ids": [line.company]}
        self.odoo.call(
            "purchase.order.line", "write", [line.id], {"date_planned": late.strftime(TIME)}, context=context
        )

    def right_impact(self, page: Page, card: Card, line: Line) -> None:
        """Money on the card to the cent, and every customer by name on the case."""
        if Decimal(card["facets"]["money"]) != line.money:
            raise LegError(f"the card says {card['facets']['money']} at risk, Odoo says {line.money}")
        missing = [name for name in line.customers if name not in page.text]
        if page.status != 200 or missing:
            raise LegError(f"{page.url} ({page.status}) does not name {', '.join(missing) or 'anything'}")
        self.facts["customers"] = len(line.customers)


def names(line: Line) -> Callable[[Card], bool]:
    return lambda card: line.order_name in card["html"]


def values(form: Form, wanted: datetime) -> dict[str, str]:
    """The form filled in as a person would: the day, and words where words are asked for."""
    filled = plain_words(form)
    for name, kind in form.kinds.items():
        if kind == "date":
            filled[name] = wanted.strftime("%Y-%m-%d")
        elif kind == "datetime-local":
            filled[name] = wanted.strftime("%Y-%m-%dT%H:%M")
    return filled


def four_dates_agree(oracle: Oracle, line: Line) -> None:
    """Line, order, move and receipt, read over an RPC login of our own."""
    wanted = line.promised_at.date()
    rows = oracle.rows(
        "purchase.order.line", [["order_id", "=", line.order]], ["date_planned", "product_qty", "qty_received"]
    )
    dates = [("line", row["date_planned"]) for row in rows if row["product_qty"] > row["qty_received"]]
    dates += [
        ("order", row["date_planned"])
        for row in oracle.rows("purchase.order", [["id", "=", line.order]], ["date_planned"])
    ]
    moves = oracle.rows(
        "stock.move",
        [["purchase_line_id.order_id", "=", line.order], ["state", "not in", ["done", "cancel"]]],
        ["date", "date_deadline", "picking_id"],
    )
    dates += [(f"move {name}", row[name]) for row in moves for name in ("date", "date_deadline")]
    pickings = oracle.rows(
        "stock.picking",
        [["id", "in", sorted({row["picking_id"][0] for row in moves})]],
        ["scheduled_date", "date_deadline"],
    )
    dates += [(f"receipt {name}", row[name]) for row in pickings for name in ("scheduled_date", "date_deadline")]
    wrong = [f"{what} {value}" for what, value in dates if moment(value).date() != wanted]
    if wrong or not pickings:
        raise LegError(f"not all dates are {wanted}: {', '.join(wrong) or 'no open receipt'}")
