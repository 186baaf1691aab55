"""The customers of the world carry the tags from which the tower reads their class, over public calls alone."""

import pytest

from demo.world.catalog import CUSTOMERS
from tests.contract.worlds import SEEDS, world


@pytest.mark.parametrize("seed", SEEDS)
def test_customers_carry_the_tag_of_their_class_and_one_carries_none(seed: str) -> None:
    register = world(seed).register
    tags = {row["id"]: row["name"] for row in register.find("res.partner.category", [], ["name"])}
    customers = register.keys("customer_")
    rows = register.call("res.partner", "read", sorted(customers.values()), ["category_id"])
    carried = {row["id"]: [tags[tag] for tag in row["category_id"]] for row in rows}
    wanted = {key: [f"Customer class {one.relevance}"] if one.relevance else [] for key, one in CUSTOMERS.items()}
    assert {key.removeprefix("customer_"): carried[number] for key, number in customers.items()} == wanted
    assert {one.relevance for one in CUSTOMERS.values()} == {"A", "B", "C", ""}
