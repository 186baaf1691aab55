"""Odoo's search domains, turned into tests on rows.

``compile_domain`` gives a test of (id, row) and, where the domain allows it, a set of candidate ids from an
index. Semantics are those of Odoo 18: ``False`` is null, numbers and texts treat null as 0 and empty, the log
fields compare with microseconds, a date against a datetime widens to the end of the day for ``<=`` and ``>``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from demo.odoo.errors import FieldValueError
from demo.odoo.leaves import leaf_test
from demo.odoo.store import Row

Test = Callable[[int, Row], bool]
OPERATORS = frozenset(("=", "!=", "<>", "==", "<", ">", "<=", ">=", "=?", "in", "not in", "any", "not any"))
OPERATORS |= {"like", "not like", "ilike", "not ilike", "=like", "=ilike", "child_of", "parent_of"}


def is_leaf(item: Any) -> bool:
    return isinstance(item, (list, tuple))


def everything(_row_id: int, _row: Row) -> bool:
    return True


def nothing(_row_id: int, _row: Row) -> bool:
    return False


def _check(leaf: Sequence[Any]) -> tuple[Any, str, Any]:
    """The three parts of a leaf. Raises FieldValueError with the text Python gives Odoo."""
    if len(leaf) != 3:
        many = "too many" if len(leaf) > 3 else "not enough"
        got = "" if len(leaf) > 3 else f", got {len(leaf)}"
        raise FieldValueError(f"{many} values to unpack (expected 3{got})")
    name, operator, value = leaf
    operator = str(operator).lower()
    if operator not in OPERATORS:
        raise FieldValueError(f"Invalid leaf {tuple(leaf)}")
    operator = {"<>": "!=", "==": "="}.get(operator, operator)
    if isinstance(value, (list, tuple, set)) and operator in ("=", "!="):
        operator = "in" if operator == "=" else "not in"
    elif not isinstance(value, (list, tuple, set, bool)) and operator in ("in", "not in"):
        value = [value]
    return name, operator, value


def parse(domain: Sequence[Any]) -> list[Any]:
    """The domain in prefix form with every ``&`` written out. Raises FieldValueError when it is malformed."""
    if not isinstance(domain, (list, tuple)):
        raise FieldValueError(f"Domain must be a list, got {domain!r}")
    result: list[Any] = []
    expected = 1
    for item in domain:
        if expected == 0:
            result.insert(0, "&")
            expected = 1
        if is_leaf(item):
            expected -= 1
            result.append(tuple(item))
        elif item in ("&", "|"):
            expected += 1
            result.append(item)
        elif item == "!":
            result.append(item)
        elif item in (True, False):
            expected -= 1
            result.append((1 if item else 0, "=", 1))
        else:
            raise FieldValueError(f"Invalid leaf {item}")
    if domain and expected != 0:
        raise FieldValueError(f"Domain {list(domain)!r} is syntactically not correct.")
    return result


def compile_domain(records: Any, domain: Sequence[Any]) -> tuple[Test, set[int] | None]:
    """A test for rows of the model of ``records`` and a superset of the matching ids where an index knows one."""
    items = parse(domain)
    if not items:
        return everything, None
    test, candidates, rest = _build(records, items)
    if rest:
        raise FieldValueError(f"Domain {list(domain)!r} is syntactically not correct.")
    return test, candidates


def _build(records: Any, items: list[Any]) -> tuple[Test, set[int] | None, list[Any]]:
    head, rest = items[0], items[1:]
    if head == "!":
        inner, _candidates, rest = _build(records, rest)
        return (lambda row_id, row: not inner(row_id, row)), None, rest
    if head in ("&", "|"):
        left, near, rest = _build(records, rest)
        right, far, rest = _build(records, rest)
        if head == "&":
            return both(left, right), _narrow(near, far), rest
        return _either(left, right), (near | far if near is not None and far is not None else None), rest
    name, operator, value = _check(head)
    if name in (0, 1, True, False) and not isinstance(name, str):
        return (everything if bool(name) == bool(value) else nothing), None, rest
    test, candidates = leaf_test(records, str(name), operator, value, shown=head)
    return test, candidates, rest


def both(left: Test, right: Test) -> Test:
    """A test that asks the cheaper one first; ``everything`` costs nothing."""
    if left is everything:
        return right
    if right is everything:
        return left
    return lambda row_id, row: left(row_id, row) and right(row_id, row)


def _either(left: Test, right: Test) -> Test:
    return lambda row_id, row: left(row_id, row) or right(row_id, row)


def _narrow(near: set[int] | None, far: set[int] | None) -> set[int] | None:
    if near is None or far is None:
        return far if near is None else near
    return near & far


def names_field(domain: Sequence[Any], name: str) -> bool:
    return any(is_leaf(item) and len(item) == 3 and item[0] == name for item in domain)


def lowest_id(domain: Sequence[Any]) -> int:
    """The id below which nothing can match, from the terms that must all hold."""
    lowest = 0
    if any(item in ("|", "!") for item in domain if not is_leaf(item)):
        return lowest
    for item in domain:
        if is_leaf(item) and len(item) == 3 and item[0] == "id" and isinstance(item[2], int):
            if item[1] == ">":
                lowest = max(lowest, item[2] + 1)
            elif item[1] == ">=":
                lowest = max(lowest, item[2])
    return lowest
