"""The world holds what its plan says, on the stand-in and on a real Odoo alike."""

from collections import Counter
from datetime import timedelta

import pytest

from demo.world.catalog import COMPANIES, CUSTOMERS, GOODS, PLANTS
from demo.world.chain_draw import lead
from demo.world.dates import moment, stamp, working_days
from demo.world.pegging import demand_of
from demo.world.plan import Chain, ChainKind, Trouble
from demo.world.reserved import MARK
from tests.contract.worlds import SEEDS, World, world

pytestmark = pytest.mark.parametrize("seed", SEEDS)


def test_the_group_has_four_companies_in_three_currencies(seed: str) -> None:
    register = world(seed).register
    rows = register.call("res.company", "read", list(register.keys("company_").values()), ["name", "currency_id"])
    assert {row["name"]: row["currency_id"][1] for row in rows} == {c.name: c.currency for c in COMPANIES.values()}
    assert len({row["currency_id"][1] for row in rows}) == 3


def test_every_chain_leads_from_its_purchase_line_to_the_planned_customers_and_no_other(seed: str) -> None:
    here = world(seed)
    for chain in here.plan.chains:
        demand = demand_of(here.register, here.line(chain)["id"])
        sold = here.register.call("sale.order.line", "read", sorted(demand.sale_lines), ["order_id", "product_uom_qty"])
        orders = {row["order_id"][0]: row["product_uom_qty"] for row in sold}
        expected = {here.register.id_of(f"sale_{sale.key}"): sale.quantity for sale in chain.sales}
        assert orders == expected, chain.key
        found = here.register.call("sale.order", "read", sorted(orders), ["partner_id"])
        assert {row["partner_id"][1] for row in found} == {CUSTOMERS[s.customer].name for s in chain.sales}
        assert len(demand.productions) == len(chain.sales) * _levels(chain.good), chain.key


def _levels(good: str) -> int:
    """Manufacturing orders between the bought part and the customer."""
    return 1 + sum(_levels(part) for part in GOODS[good].parts if part in GOODS) if good in GOODS else 0


def test_all_dates_of_a_purchase_agree_with_what_the_vendor_promised(seed: str) -> None:
    here = world(seed)
    for chain in here.plan.chains:
        due, order, line = stamp(chain.due_at), here.purchase(chain), here.line(chain)
        moves = here.register.find(
            "stock.move", [["purchase_line_id", "=", line["id"]], ["state", "!=", "done"]], ["date", "date_deadline"]
        )
        pickings = here.register.find(
            "stock.picking",
            [["purchase_id", "=", order["id"]], ["state", "!=", "done"]],
            ["scheduled_date", "date_deadline"],
        )
        assert (order["date_planned"], line["date_planned"]) == (due, due), chain.key
        assert [(m["date"], m["date_deadline"]) for m in moves] == [(due, due)], chain.key
        assert [(p["scheduled_date"], p["date_deadline"]) for p in pickings] == [(due, due)], chain.key
        assert order["date_approve"] == stamp(chain.placed_at), chain.key


def test_production_needs_the_part_as_long_before_the_promise_as_the_bill_says(seed: str) -> None:
    here = world(seed)
    for chain in here.plan.chains:
        needs = _needs(here, here.line(chain)["id"])
        expected = sorted(sale.promised_at - timedelta(days=lead(chain.good)) for sale in chain.sales)
        assert needs == expected, chain.key


def _needs(here: World, line: int) -> list[object]:
    arriving = here.register.find("stock.move", [["purchase_line_id", "=", line]], ["move_dest_ids"])
    ahead = sorted({number for move in arriving for number in move["move_dest_ids"]})
    rows = here.register.call("stock.move", "read", ahead, ["date", "state"])
    return sorted(moment(row["date"]) for row in rows if row["state"] != "cancel")


def test_fine_lines_come_days_before_they_are_needed_late_ones_were_due_and_slipped_ones_come_after(seed: str) -> None:
    here = world(seed)
    for chain in here.plan.chains:
        first = _needs(here, here.line(chain)["id"])[0]
        promised = moment(here.line(chain)["date_planned"])
        if chain.kind is ChainKind.FINE:
            assert promised >= here.plan.base + timedelta(days=2), chain.key
            assert first - promised >= timedelta(days=2), chain.key
        elif chain.kind is ChainKind.SLIPPED:
            assert promised >= here.plan.base + timedelta(days=2), chain.key
            assert promised.date() > first.date(), chain.key
        else:
            assert promised < here.plan.base, chain.key


def test_every_customer_of_a_line_in_trouble_waits_in_vain_and_no_other(seed: str) -> None:
    here = world(seed)
    for chain in here.plan.chains:
        arrival = max(moment(here.line(chain)["date_planned"]), here.plan.base)
        late = [working_days(need, arrival) for need in _needs(here, here.line(chain)["id"])]
        if chain.trouble is Trouble.NONE:
            assert max(late) == 0, chain.key
        else:
            assert min(late) >= 2, chain.key


def test_trouble_of_every_size_is_in_both_plants_and_in_three_currencies(seed: str) -> None:
    here = world(seed)
    broken = [chain for chain in here.plan.chains if chain.trouble is not Trouble.NONE]
    for plant in PLANTS:
        assert {chain.trouble for chain in broken if chain.plant == plant} == set(Trouble) - {Trouble.NONE}
    assert {_currency(here, chain) for chain in broken} == {"EUR", "USD", "GBP"}


def _currency(here: World, chain: Chain) -> object:
    number = here.register.id_of(f"sale_{chain.sales[0].key}")
    return here.register.call("sale.order", "read", [number], ["currency_id"])[0]["currency_id"][1]


def test_at_least_twelve_reserved_lines_are_open_on_time_and_have_customers_in_both_plants(seed: str) -> None:
    here = world(seed)
    kept = [chain for chain in here.plan.chains if chain.reserved and chain.kind is ChainKind.FINE]
    assert len(kept) >= 12
    assert {chain.plant for chain in kept} == set(PLANTS)
    currencies = set()
    for chain in kept:
        order, line = here.purchase(chain), here.line(chain)
        currencies.add(order["currency_id"][1])
        assert order["partner_ref"] == f"{MARK}{chain.key}"
        assert (line["state"], line["qty_received"]) == ("purchase", 0), chain.key
    assert len(currencies) >= 2


def test_late_purchase_lines_hold_up_one_two_and_five_customer_orders(seed: str) -> None:
    late = [chain for chain in world(seed).plan.chains if chain.kind is not ChainKind.FINE]
    assert {len(chain.sales) for chain in late} >= {1, 2, 5}


def test_late_purchases_for_stock_keep_no_customer_waiting(seed: str) -> None:
    here = world(seed)
    late = [here.register.id_of(f"buy_{buy.key}") for buy in here.plan.buys if buy.kind == "late"]
    lines = here.register.find("purchase.order.line", [["order_id", "in", late]], ["date_planned", "state"])
    assert late
    assert lines
    for line in lines:
        assert moment(line["date_planned"]) < here.plan.base
        assert not demand_of(here.register, line["id"]).sale_lines


def test_purchases_stand_where_their_kind_says(seed: str) -> None:
    here = world(seed)
    states = {"draft": "draft", "sent": "sent", "cancelled": "cancel"}
    received = {"late": "pending", "ontime": "pending", "partial": "partial", "received": "full"}
    rows = here.register.call(
        "purchase.order", "read", list(here.register.keys("buy_").values()), ["state", "receipt_status"]
    )
    by_id = {row["id"]: row for row in rows}
    for buy in here.plan.buys:
        row = by_id[here.register.id_of(f"buy_{buy.key}")]
        assert row["state"] == states.get(buy.kind, "purchase"), buy.key
        assert row["receipt_status"] == received.get(buy.kind, False), buy.key


def test_sales_and_production_for_stock_stand_where_their_kind_says(seed: str) -> None:
    here = world(seed)
    states = {"quote": "draft", "open": "sale", "delivered": "sale", "cancelled": "cancel"}
    for sale in here.plan.sales:
        row = here.register.call(
            "sale.order", "read", [here.register.id_of(f"sale_{sale.key}")], ["state", "delivery_status"]
        )[0]
        assert row["state"] == states[sale.kind], sale.key
        assert (row["delivery_status"] == "full") == (sale.kind == "delivered"), sale.key
    for make in here.plan.makes:
        row = here.register.call("mrp.production", "read", [here.register.id_of(f"make_{make.key}")], ["state"])[0]
        assert row["state"] == make.kind, make.key


def test_a_partly_received_chain_waits_for_the_rest(seed: str) -> None:
    here = world(seed)
    part = [chain for chain in here.plan.chains if chain.kind is ChainKind.PART]
    assert {chain.plant for chain in part} == set(PLANTS)
    for chain in part:
        line = here.line(chain)
        assert line["qty_received"] == chain.received
        assert line["product_qty"] > chain.received


def test_there_is_enough_for_a_board_to_look_alive(seed: str) -> None:
    register = world(seed).register
    counts = Counter(key.partition("_")[0] for key in register.keys(""))
    assert 80 <= counts["purchase"] + counts["buy"] <= 110
    assert 70 <= counts["sale"] <= 100
    assert 55 <= counts["production"] + counts["make"] <= 90
    assert counts["rate"] == 91 * 8  # twelve pairs of company and currency, less the four companies' own


def test_the_bot_works_in_every_company(seed: str) -> None:
    register = world(seed).register
    row = register.call("res.users", "read", [register.id_of("bot")], ["login", "company_ids", "email"])[0]
    assert row["login"] == "tower-bot"
    assert row["email"]
    assert set(register.keys("company_").values()) <= set(row["company_ids"])


def test_plants_keep_their_own_time(seed: str) -> None:
    register = world(seed).register
    for key, company in COMPANIES.items():
        number = register.id_of(f"calendar_{key}")
        assert register.call("resource.calendar", "read", [number], ["tz"])[0]["tz"] == company.time_zone
        assert (
            register.call("res.partner", "read", [register.id_of(f"partner_{key}")], ["tz"])[0]["tz"]
            == company.time_zone
        )
