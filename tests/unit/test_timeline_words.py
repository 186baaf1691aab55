"""Everything that can be written on a case's timeline reads as a sentence."""

import ast
import re

import pytest

from apps.actions.lifecycle import REQUEST, TOLD
from apps.actions.models import RequestState
from apps.exceptions.timeline import is_worded, phrase
from tests.house.sources import python, tree

VERB = re.compile(r"^(case|request)\.[a-z_]+$")
DETAILS = {"action": "purchase.agree_new_date", "severity": "high", "money": "12.50", "currency": "EUR"}


def written() -> set[str]:
    """Every verb that the code writes on a timeline: the words themselves, and what requests are told as."""
    constants = {
        node.value
        for path in python("apps")
        if path.parts[:2] == ("apps", "exceptions")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and VERB.match(node.value)
    }
    return constants | {f"request.{told}" for told in TOLD.values()}


def test_the_words_of_the_code_are_found() -> None:
    assert {"case.opened", "case.closed", "case.woken", "request.waiting", "request.undone"} <= written()


@pytest.mark.parametrize("verb", sorted(written()))
def test_every_verb_that_can_be_written_has_a_phrase(verb: str) -> None:
    assert is_worded(verb)
    said = phrase(verb, DETAILS)
    assert verb not in said and verb.partition(".")[2] != said
    assert len(said.split()) >= 2 or verb == "case.noted"


def test_every_move_of_a_request_is_told() -> None:
    assert set(TOLD) == {*REQUEST.moves, "propose", "send"}
    assert set(RequestState.values) <= set(TOLD.values())


def test_a_request_is_called_by_the_title_of_its_action_and_undoing_it_so() -> None:
    assert phrase("request.waiting", DETAILS) == "asked for approval of “Agree a new date”"
    assert phrase("request.approved", {**DETAILS, "undoes": "7"}) == "approved “Undo: Agree a new date”"
