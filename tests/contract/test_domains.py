"""Search domains obey their algebra, and match what a real Odoo matches where one is named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from demo.odoo.server import StandIn
from tests.contract.odoos import Odoo

WORDS = ("", "Nord", "nordstahl", "Ålesund", "100%", "a_b", "x", "Zeta")
COLOURS = (0, 1, 2, 7)


COMPANY_TAGS = 3
NEGATED = {"=": "!=", "in": "not in", "like": "not like", "ilike": "not ilike", "any": "not any"}
Term = tuple[str, str, Any]


def rows(tags: list[int]) -> list[dict[str, Any]]:
    """Partners with every mixture of values and gaps, always the same ones."""
    made = []
    for number in range(40):
        row: dict[str, Any] = {"name": f"{WORDS[number % 8]} {number}", "color": COLOURS[number % 4]}
        if number % 3:
            row["ref"] = WORDS[(number * 5) % 8] or "empty"
        if number % 4 == 1:
            row["is_company"] = True
        if number % 5:
            row["partner_latitude"] = number / 4 - 3
        if number % 7 < 3:
            row["category_id"] = [[6, 0, tags[: number % 7 + 1]]]
        if number % 11 == 10:
            row["active"] = False
        made.append(row)
    return made


class Partners:
    """The same partners in any Odoo; answers are their numbers, so that two Odoos can be compared."""

    def __init__(self, call: Any, mark: str) -> None:
        self.call = call
        self.tags = call(
            "res.partner.category",
            "create",
            [{"name": f"Tag {mark} {n}", "color": COLOURS[n]} for n in range(COMPANY_TAGS)],
        )
        made = rows(self.tags)
        self.ids: list[int] = call("res.partner", "create", made)
        parents = [(child, self.ids[place // 3]) for place, child in enumerate(self.ids) if place % 2 and place > 3]
        for child, parent in parents:
            call("res.partner", "write", [child], {"parent_id": parent})

    def search(self, domain: list[Any], **context: Any) -> frozenset[int]:
        """Numbers of the partners a domain matches; ids in the domain are given as numbers."""
        own: list[Any] = [("id", "in", self.ids), *self.translate(domain)]
        found = self.call("res.partner", "search", own, context={"active_test": False, **context})
        return frozenset(self.ids.index(one) for one in found)

    def translate(self, domain: list[Any]) -> list[Any]:
        return [self.translate_term(item) if isinstance(item, tuple) else item for item in domain]

    def translate_term(self, term: Term) -> list[Any]:
        name, operator, value = term
        known = {"id": self.ids, "parent_id": self.ids, "category_id": self.tags, "child_ids": self.ids}
        if name in known and isinstance(value, list):
            if operator.endswith("any"):
                return [name, operator, self.translate(value)]
            return [name, operator, [known[name][one] if one is not False else False for one in value]]
        if name in known and isinstance(value, int) and not isinstance(value, bool):
            return [name, operator, known[name][value]]
        return [name, operator, value]


@pytest.fixture(scope="module")
def partners() -> Iterator[Partners]:
    stand_in = StandIn()
    yield Partners(stand_in.call, "0")


texts = st.tuples(
    st.sampled_from(["name", "ref"]),
    st.sampled_from(["=", "!=", "like", "ilike", "not like", "not ilike", "=like", "=ilike", "=?"]),
    st.one_of(st.sampled_from(WORDS), st.sampled_from(["%o%", "n_r%", False])),
)
text_sets = st.tuples(
    st.sampled_from(["name", "ref"]),
    st.sampled_from(["in", "not in"]),
    st.lists(st.one_of(st.sampled_from(WORDS), st.just(False)), max_size=3),
)
numbers = st.tuples(
    st.sampled_from(["color", "partner_latitude"]),
    st.sampled_from(["=", "!=", "<", ">", "<=", ">="]),
    st.one_of(st.sampled_from(COLOURS), st.just(-0.5), st.just(False)),
)
number_sets = st.tuples(
    st.just("color"), st.sampled_from(["in", "not in"]), st.lists(st.sampled_from([0, 1, 7, False]), max_size=3)
)
flags = st.tuples(st.sampled_from(["is_company", "active"]), st.sampled_from(["=", "!="]), st.booleans())
relations = st.tuples(
    st.just("parent_id"),
    st.sampled_from(["in", "not in"]),
    st.lists(st.one_of(st.integers(0, 39), st.just(False)), max_size=3),
)
children = st.tuples(st.just("child_ids"), st.sampled_from(["in", "not in"]), st.lists(st.integers(0, 39), max_size=3))
tags = st.tuples(
    st.just("category_id"),
    st.sampled_from(["in", "not in"]),
    st.lists(st.integers(0, COMPANY_TAGS - 1), max_size=2),
)
links = st.tuples(
    st.sampled_from(["parent_id", "category_id", "child_ids"]), st.sampled_from(["=", "!="]), st.just(False)
)
paths = st.tuples(
    st.sampled_from(["parent_id.color", "parent_id.parent_id.color", "child_ids.color", "category_id.color"]),
    st.sampled_from(["=", ">", "<="]),
    st.sampled_from(COLOURS),
)
families = st.tuples(st.just("id"), st.sampled_from(["child_of", "parent_of"]), st.integers(0, 39).map(lambda n: [n]))
inner = st.tuples(st.just("color"), st.sampled_from(["=", ">"]), st.sampled_from(COLOURS))
nested = st.tuples(
    st.sampled_from(["parent_id", "child_ids"]), st.sampled_from(["any", "not any"]), inner.map(lambda term: [term])
)
terms = st.one_of(
    texts, text_sets, numbers, number_sets, flags, relations, children, tags, links, paths, families, nested
)
domains = st.recursive(
    terms.map(lambda term: [term]),
    lambda deeper: st.one_of(
        st.tuples(st.sampled_from(["&", "|"]), deeper, deeper).map(lambda parts: [parts[0], *parts[1], *parts[2]]),
        deeper.map(lambda part: ["!", *part]),
    ),
    max_leaves=4,
)
EVERYBODY = frozenset(range(40))


@given(left=domains, right=domains)
@settings(max_examples=150)
def test_and_is_intersection_or_is_union(partners: Partners, left: list[Any], right: list[Any]) -> None:
    one, other = partners.search(left), partners.search(right)
    assert partners.search(["&", *left, *right]) == one & other
    assert partners.search([*left, *right]) == one & other
    assert partners.search(["|", *left, *right]) == one | other


@given(domain=domains)
@settings(max_examples=150)
def test_not_is_complement(partners: Partners, domain: list[Any]) -> None:
    assert partners.search(["!", *domain]) == EVERYBODY - partners.search(domain)


@given(term=st.one_of(texts, text_sets, number_sets, relations, children, tags, links, nested))
@settings(max_examples=150)
def test_a_negative_operator_is_the_complement_of_the_positive(partners: Partners, term: Term) -> None:
    name, operator, value = term
    if operator not in NEGATED or (operator.endswith("like") and not value):
        return
    assert partners.search([(name, NEGATED[operator], value)]) == EVERYBODY - partners.search([term])


@given(term=inner)
def test_a_path_is_any(partners: Partners, term: Term) -> None:
    for link in ("parent_id", "child_ids"):
        path = (f"{link}.{term[0]}", *term[1:])
        assert partners.search([path]) == partners.search([(link, "any", [term])])


@given(child=st.integers(0, 39), parent=st.integers(0, 39))
def test_child_of_and_parent_of_are_two_sides(partners: Partners, child: int, parent: int) -> None:
    below = child in partners.search([("id", "child_of", [parent])])
    assert below == (parent in partners.search([("id", "parent_of", [child])]))


@given(domain=domains, limit=st.integers(1, 50), offset=st.integers(0, 45))
@settings(max_examples=80)
def test_pages_are_parts_of_the_whole(partners: Partners, domain: list[Any], limit: int, offset: int) -> None:
    own = [("id", "in", partners.ids), *partners.translate(domain)]
    context = {"active_test": False}
    for order in ("id", "id desc", "color desc, name, id"):
        whole = partners.call("res.partner", "search", own, order=order, context=context)
        page = partners.call("res.partner", "search", own, order=order, limit=limit, offset=offset, context=context)
        assert page == whole[offset : offset + limit]
    assert partners.call("res.partner", "search_count", own, context=context) == len(whole)


def test_archived_rows_come_only_on_request(partners: Partners) -> None:
    archived = {number for number in range(40) if number % 11 == 10}
    assert partners.search([], active_test=True) == EVERYBODY - archived
    assert partners.search([("active", "=", False)], active_test=True) == archived
    assert partners.search([("active", "in", [True, False])], active_test=True) == EVERYBODY


if os.environ.get("ODOO_URL"):

    def test_a_real_odoo_matches_the_same(partners: Partners) -> None:
        names = ("ODOO_URL", "ODOO_DB", "ODOO_LOGIN", "ODOO_KEY")
        real = Odoo(*(os.environ[name] for name in names))
        theirs = Partners(real.call, real.mark)

        @given(domain=domains)
        @settings(max_examples=int(os.environ.get("DIFFERENTIAL_EXAMPLES", "300")), deadline=None)
        def agree(domain: list[Any]) -> None:
            assert partners.search(domain) == theirs.search(domain)

        agree()
