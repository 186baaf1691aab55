"""How each verb of the trail reads in a sentence.

Every application keeps its own sentences in its ``phrases`` module: ``phrases.add({verb: sentence})``. A sentence may
name details of the entry in braces, and ``{object}`` for the thing itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.utils.functional import Promise

from apps.audit.models import Entry

_NAMED = re.compile(r"\{(\w+)\}")


class DuplicatePhraseError(Exception):
    """Two applications word the same verb."""


class Phrases:
    """Every verb's sentence, found by verb."""

    def __init__(self) -> None:
        self._sentences: dict[str, str | Promise] = {}

    def add(self, sentences: Mapping[str, str | Promise]) -> None:
        """Word some verbs. Raises DuplicatePhraseError."""
        for verb, sentence in sentences.items():
            if verb in self._sentences:
                raise DuplicatePhraseError(verb)
            self._sentences[verb] = sentence

    def discover(self) -> None:
        """Import the ``phrases`` module of every installed application."""
        for config in apps.get_app_configs():
            name = f"{config.name}.phrases"
            if find_spec(name) is not None:
                import_module(name)

    def read(self, entry: Entry) -> str:
        """An entry as a sentence without its actor; a verb without a sentence reads as itself."""
        sentence = str(self._sentences.get(entry.verb, entry.verb))
        named = {"object": f"{entry.object_type} {entry.object_key}", **entry.details}
        return _NAMED.sub(lambda match: _shown(named.get(match.group(1))), sentence)

    def __contains__(self, verb: object) -> bool:
        return verb in self._sentences

    def verbs(self) -> tuple[str, ...]:
        return tuple(sorted(self._sentences))


def _shown(value: Any) -> str:
    if value in (None, "", [], {}):
        return "—"
    if isinstance(value, list):
        return ", ".join(_shown(one) for one in value)
    return str(value)


phrases = Phrases()
