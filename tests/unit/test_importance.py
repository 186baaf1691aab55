"""The weight of the most important customer follows from the tags that customers carry."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.exceptions.importance import CustomerClass, Importance, importance_of

CLASSES = (
    CustomerClass("Gold", Decimal("0.9")),
    CustomerClass("Silver", Decimal("0.5")),
    CustomerClass("Bronze", Decimal("0.2")),
)
TAGS = st.frozensets(st.sampled_from(["Gold", "Silver", "Bronze", "Prospect", "Newsletter"]))


def test_the_highest_class_among_the_customers_counts():
    assert importance_of([["Bronze"], ["Silver"], ["Bronze"]], CLASSES) == Importance(Decimal("0.5"), "Silver", 0)


def test_a_customer_with_two_classes_belongs_to_the_higher():
    assert importance_of([["Bronze", "Gold"]], CLASSES) == Importance(Decimal("0.9"), "Gold", 0)


def test_a_customer_without_a_class_weighs_as_the_lowest_and_is_counted():
    assert importance_of([[], ["Prospect"]], CLASSES) == Importance(Decimal("0.2"), "", 2)


def test_a_classified_customer_speaks_for_the_others_and_these_are_counted():
    assert importance_of([[], ["Silver"]], CLASSES) == Importance(Decimal("0.5"), "Silver", 1)


def test_even_the_lowest_class_is_named_where_somebody_gave_it():
    assert importance_of([[], ["Bronze"]], CLASSES) == Importance(Decimal("0.2"), "Bronze", 1)


def test_without_customers_nothing_weighs():
    assert importance_of([], CLASSES) == Importance(Decimal(0), "", 0)


@pytest.mark.parametrize("name", ["gold", " Gold ", "GOLD"])
def test_case_and_outer_spaces_do_not_matter(name):
    assert importance_of([[name]], CLASSES).tag == "Gold"


@pytest.mark.parametrize("name", ["Golden", "Customer / Gold", "G"])
def test_a_name_that_merely_resembles_is_no_class(name):
    assert importance_of([[name]], CLASSES).tag == ""


def test_the_order_of_the_classes_does_not_matter():
    assert importance_of([["Bronze", "Gold"], []], CLASSES[::-1]) == Importance(Decimal("0.9"), "Gold", 1)


def test_without_classes_it_cannot_be_said():
    with pytest.raises(ValueError):
        importance_of([["Gold"]], ())


@given(st.lists(TAGS, max_size=6), TAGS)
def test_one_more_customer_never_weighs_less(customers, another):
    assert importance_of([*customers, another], CLASSES).weight >= importance_of(customers, CLASSES).weight


@given(st.lists(TAGS, min_size=1, max_size=6))
def test_the_weight_is_that_of_a_class_and_the_name_says_which(customers):
    found = importance_of(customers, CLASSES)
    weights = dict(CLASSES)
    assert found.weight == weights.get(found.tag, Decimal("0.2"))
    assert (found.tag == "") == (found.unclassified == len(customers))
