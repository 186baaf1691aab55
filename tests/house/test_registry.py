"""Adding a thing is adding a file: a detector, an action and a channel in an application that nobody edited for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import invalidate_caches
from pathlib import Path

import pytest
from django.test import override_settings

from apps.actions.definition import actions
from apps.audit.phrases import phrases
from apps.exceptions.definition import detectors
from apps.notifications.channels import channels
from controltower.lib.registry import DuplicateKeyError, Registry, UnknownKeyError

FILES = {
    "__init__.py": '"""An application that came later."""',
    "detectors/__init__.py": '"""Its detectors."""',
    "detectors/cold_coffee.py": '''
"""Coffee that has been standing."""
from apps.exceptions.definition import Detector, detectors

@detectors.add
class ColdCoffee(Detector):
    """Coffee that nobody drank in time."""

    key = "canteen.cold_coffee"
''',
    "actions/__init__.py": '"""Its actions."""',
    "actions/brew.py": '''
"""Make some more."""
from apps.actions.definition import Action, actions

@actions.add
class Brew(Action):
    """A fresh pot."""

    key = "canteen.brew"
''',
    "channels/__init__.py": '"""Its ways to reach people."""',
    "channels/bell.py": '''
"""A bell."""
from apps.notifications.channels import Channel, channels

@channels.add
class Bell(Channel):
    """It rings."""

    key = "bell"
''',
    "phrases.py": '''
"""Its words."""
from apps.audit.phrases import phrases

phrases.add({"coffee.brewed": "brewed {cups} cups"})
''',
}


@pytest.fixture
def canteen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A new application on the path; everything that it brought is gone afterwards."""
    for name, text in FILES.items():
        file = tmp_path / "canteen" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text.strip() + "\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    invalidate_caches()
    yield
    for registry in (detectors, actions, channels):
        for key in [key for key, member in registry._members.items() if member.__module__.startswith("canteen")]:
            del registry._members[key]
    phrases._sentences.pop("coffee.brewed", None)
    for name in [name for name in sys.modules if name.split(".")[0] == "canteen"]:
        del sys.modules[name]


def test_a_new_file_is_a_new_member_of_its_catalogue(canteen: None, settings) -> None:
    assert "canteen.cold_coffee" not in detectors
    with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, "canteen"]):
        for registry in (detectors, actions, channels):
            registry.discover()
        phrases.discover()
        assert detectors["canteen.cold_coffee"].__doc__ == "Coffee that nobody drank in time."
        assert "canteen.brew" in actions
        assert "bell" in channels
        assert "coffee.brewed" in phrases


def test_looking_again_finds_the_same_members() -> None:
    before = list(detectors)
    detectors.discover()
    assert list(detectors) == before
    assert before


def test_a_key_is_claimed_once() -> None:
    registry: Registry = Registry("nowhere")

    class First:
        key = "same"

    class Second:
        key = "same"

    registry.add(First)
    with pytest.raises(DuplicateKeyError):
        registry.add(Second)


def test_an_unknown_key_has_an_error_of_its_own() -> None:
    with pytest.raises(UnknownKeyError):
        detectors["retired.long_ago"]


@pytest.mark.parametrize("registry", [detectors, actions], ids=["detectors", "actions"])
def test_every_member_says_what_it_is(registry: Registry) -> None:
    for member in registry:
        assert member.__doc__, member.key
        assert str(member.title), member.key
