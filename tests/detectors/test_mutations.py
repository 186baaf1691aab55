"""A detector that is broken on purpose must make its own tests red: they would notice."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

import tests.detectors as home
from apps.exceptions.definition import Clear, Detector, Finding, detectors
from controltower.lib.money import Money


def judgements() -> dict[str, ModuleType]:
    """The modules that try a judgement without a database, by the key of their detector."""
    names = [one.name for one in iter_modules(home.__path__) if one.name.startswith("test_judging_")]
    modules = [import_module(f"{home.__name__}.{name}") for name in names]
    return {module.DETECTOR: module for module in modules}


def passes(module: ModuleType) -> bool:
    """Whether every plain test of the module holds."""
    for name, test in inspect.getmembers(module, inspect.isfunction):
        if name.startswith("test_") and not inspect.signature(test).parameters:
            try:
                test()
            except (AssertionError, AttributeError):
                return False
    return True


def off_by_one(limits: Any) -> Iterator[tuple[str, Any]]:
    for field in fields(limits):
        for what, value in changed(getattr(limits, field.name)):
            yield f"{field.name} {what}", replace(limits, **{field.name: value})


def changed(value: Any) -> Iterator[tuple[str, Any]]:
    """A limit one step lower and higher, a name that is another; of several values each in turn."""
    if isinstance(value, str):
        yield "renamed", f"not {value}"
    elif isinstance(value, Money):
        yield "- 1", replace(value, amount=value.amount - 1)
        yield "+ 1", replace(value, amount=value.amount + 1)
    elif isinstance(value, tuple):
        make = value._make if hasattr(value, "_make") else tuple
        for place, one in enumerate(value):
            for what, other in changed(one):
                yield f"{place} {what}", make([*value[:place], other, *value[place + 1 :]])
    else:
        step = timedelta(seconds=1) if isinstance(value, timedelta) else type(value)(1)
        yield "- 1", value - step
        yield "+ 1", value + step


def mutants() -> Iterator[Any]:
    for detector in detectors:
        yield pytest.param(
            detector, "judge", lambda self, facts, limits, now: Clear(facts.subject), id=f"{detector.code} never"
        )
        yield pytest.param(
            detector, "judge", lambda self, facts, limits, now: Finding(facts.subject, ""), id=f"{detector.code} always"
        )
        for what, limits in off_by_one(detector.limits):
            yield pytest.param(detector, "limits", limits, id=f"{detector.code} {what}")


def test_every_detector_has_tests_of_its_judgement_and_they_hold():
    assert set(judgements()) == {detector.key for detector in detectors}
    assert all(passes(module) for module in judgements().values())


@pytest.mark.parametrize(("detector", "name", "broken"), list(mutants()))
def test_a_broken_detector_is_noticed(detector: type[Detector[Any]], name: str, broken: Any, monkeypatch):
    monkeypatch.setattr(detector, name, broken)
    assert not passes(judgements()[detector.key])


def test_a_new_detector_is_a_new_file_and_nothing_else(tmp_path, monkeypatch):
    folder = tmp_path / "detectors_of_tomorrow"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "apps.py").write_text(
        "from django.apps import AppConfig\n\n\nclass Tomorrow(AppConfig):\n    name = 'detectors_of_tomorrow'\n"
    )
    (folder / "detectors.py").write_text(
        "from apps.exceptions.definition import Detector, detectors\n\n\n"
        "@detectors.add\nclass Tomorrow(Detector):\n    'Found tomorrow.'\n\n    key = 'test.tomorrow'\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    try:
        with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, "detectors_of_tomorrow"]):
            detectors.discover()
        assert detectors["test.tomorrow"].__doc__ == "Found tomorrow."
    finally:
        detectors._members.pop("test.tomorrow", None)
