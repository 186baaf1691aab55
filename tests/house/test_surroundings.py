"""What must hold around the code: drivers, decisions, commands, timetable, the trail's words."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from importlib.util import find_spec

import pytest
from django.conf import settings
from django.core.management import get_commands, load_command_class

from apps.actions.models import DeliveryState, RequestState
from apps.audit.phrases import phrases
from controltower.celery import app as celery
from tests.house.sources import ROOT, files, python, read, tree

STANDING = {RequestState.WAITING}
"""States that a request is in before anything is said of it."""
OURS = sorted(
    name for name, owner in get_commands().items() if owner.startswith(("apps.", "odoo_sync", "controltower"))
)


def test_psycopg_3_is_absent() -> None:
    assert find_spec("psycopg") is None
    assert "psycopg2-binary" in (ROOT / "requirements.lock").read_text()
    assert not re.search(r"^psycopg\b(?!2)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)


def test_decisions_have_numbers_of_their_own_and_all_parts() -> None:
    decisions = [path for path in files() if path.parts[:2] == ("docs", "adr")]
    assert decisions
    numbers = Counter(path.name[:4] for path in decisions)
    assert set(numbers) == {f"{number:04}" for number in range(1, len(decisions) + 1)}, numbers
    for path in decisions:
        text = read(path)
        for part in ("Status", "Context", "Decision", "Consequences"):
            assert re.search(rf"^##? {part}|^\*?\*?{part}", text, re.MULTILINE), f"{path} lacks {part}"


@pytest.mark.parametrize("name", OURS)
def test_a_command_says_what_it_does_and_is_found_in_the_documentation(name: str) -> None:
    command = load_command_class(get_commands()[name], name)
    assert command.help
    documented = "\n".join(read(path) for path in files() if path.suffix == ".md")
    assert name in documented, f"no page of the documentation names {name}"


def test_the_timetable_names_tasks_that_exist() -> None:
    celery.loader.import_default_modules()
    celery.autodiscover_tasks(force=True)
    missing = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} - set(celery.tasks)
    assert not missing


def test_every_verb_of_the_trail_reads_as_a_sentence() -> None:
    silent = sorted(verb for verb in set(_verbs()) if verb not in phrases)
    assert not silent


def test_the_verbs_are_found() -> None:
    assert {"grant.given", "person.signed_in", "connection.paused"} <= set(_verbs())


def _verbs() -> Iterator[str]:
    """The verbs given to ``record`` as plain text, or as the start of one followed by a state."""
    for path in python("apps", "odoo_sync", "controltower"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "record":
                verb = node.args[1] if len(node.args) > 1 else None
                if isinstance(verb, ast.Constant):
                    yield verb.value
    yield from (f"request.{state}" for state in (*RequestState.values, "proposed") if state not in STANDING)
    yield from (f"step.{state}" for state in DeliveryState.values if state != DeliveryState.WAITING)


def test_the_project_speaks_of_itself_alone() -> None:
    """No page, comment or name speaks of the machine it was written on."""
    places = re.compile(r"(?<![\w.])/(?:root|home/\w+|Users/\w+)/")
    wrong = [
        str(path)
        for path in files()
        if path.suffix in {".py", ".md", ".html", ".js", ".toml"} and places.search(read(path))
    ]
    assert not wrong
