"""What a scope covers, and what grants make of it; pure."""

from hypothesis import given
from hypothesis import strategies as st

from controltower.lib.places import place_of
from controltower.lib.scope import Scope, Slice

companies = st.one_of(st.none(), st.integers(1, 4))
plants = st.one_of(st.none(), st.integers(1, 4))
places = st.tuples(companies, plants).map(lambda place: place if place[0] else (None, None))


def test_an_empty_scope_covers_nothing() -> None:
    assert Scope().is_empty
    assert not Scope().covers(None, None)
    assert not Scope().covers(1, 1)


def test_a_group_grant_covers_everything() -> None:
    scope = Scope.of([(None, None)])
    assert scope.is_group
    assert scope.covers(None, None)
    assert scope.covers(7, 7)


def test_a_company_grant_covers_its_plants_and_nothing_of_the_group() -> None:
    scope = Scope.of([(1, None)])
    assert scope.covers(1, None)
    assert scope.covers(1, 5)
    assert not scope.covers(2, 5)
    assert not scope.covers(None, None)


def test_a_plant_grant_does_not_cover_what_belongs_to_the_company() -> None:
    scope = Scope.of([(1, 5)])
    assert scope.covers(1, 5)
    assert not scope.covers(1, None)
    assert not scope.covers(1, 6)
    assert not scope.covers(2, 5)


@given(st.lists(places, max_size=4), st.lists(places, max_size=4), places)
def test_more_grants_never_cover_less(some: list, more: list, place: tuple) -> None:
    assert Scope.of(some + more).covers(*place) >= Scope.of(some).covers(*place)


@given(st.lists(places, max_size=4), places)
def test_only_a_group_grant_covers_what_has_no_company(grants: list, place: tuple) -> None:
    assert Scope.of(grants).covers(None, place[1]) == ((None, None) in grants)


class Row:
    """Something with a company and a plant."""

    def __init__(self, company_id: int | None, plant_id: int | None) -> None:
        self.company_id, self.plant_id = company_id, plant_id


def test_a_thing_without_a_place_belongs_to_the_group() -> None:
    assert place_of(object()) == Slice(None, None)
    assert place_of(None) == Slice(None, None)
    assert place_of(Row(3, 4)) == Slice(3, 4)
    assert place_of(Slice(3, 4)) == Slice(3, 4)
