"""Transition tables as data; an illegal move is refused by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


class IllegalTransitionError(Exception):
    """This verb is not possible in this state."""

    def __init__(self, state: str, verb: str) -> None:
        super().__init__(f"“{verb}” is not possible while the state is “{state}”.")
        self.state, self.verb = state, verb


@dataclass(frozen=True)
class Lifecycle:
    """A state machine written as a table: verb -> (states it may start from, state it leads to)."""

    moves: Mapping[str, tuple[frozenset[str], str]]

    def after(self, state: str, verb: str) -> str:
        """The state that a verb leads to. Raises IllegalTransitionError."""
        allowed, target = self.moves.get(verb, (frozenset(), ""))
        if state not in allowed:
            raise IllegalTransitionError(state, verb)
        return target

    def allows(self, state: str, verb: str) -> bool:
        return verb in self.moves and state in self.moves[verb][0]

    def verbs(self, state: str) -> tuple[str, ...]:
        return tuple(verb for verb, (allowed, _) in self.moves.items() if state in allowed)
