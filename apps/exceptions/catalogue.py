"""The catalogue as a document, written from what is registered: detectors, guided actions, the score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from inspect import getdoc
from typing import Any

from apps.actions.definition import Action, actions
from apps.exceptions.definition import Detector, Severity, detectors
from apps.exceptions.limit_values import shown_value
from apps.exceptions.limits import Kind, other_rules
from apps.exceptions.score import DEFAULT, score

HEAD = """# Catalogue

Written by `./tower manage catalogue` from what is registered; a test compares. Keys are stored and never change.
"""


def render() -> str:
    """The whole document as Markdown, ending with a line feed."""
    return "\n".join([HEAD, *_lines()]).rstrip() + "\n"


def _lines() -> Iterator[str]:
    yield "## Exceptions\n"
    for detector in sorted(detectors, key=lambda one: one.code):
        yield from _detector(detector)
    yield "## Score\n"
    yield from _paragraphs(getdoc(score))
    yield "| parameter | value |"
    yield "|---|---|"
    for field in fields(DEFAULT):
        yield f"| `{field.name}` | {getattr(DEFAULT, field.name)} |"
    yield ""
    yield "## Guided actions\n"
    for action in actions:
        yield from _action(action)
    yield "## Limits of actions\n"
    for rule in (one for one in other_rules() if one.kind == Kind.ACTION):
        yield f"### {rule.title}\n"
        yield from _paragraphs(getdoc(rule.default))
        places = ", ".join(["group", *sorted(rule.levels)])
        yield from _table({"key": f"`{rule.key}`", "limits": _limits(rule.default()), "set for": places})


def _detector(detector: type[Detector[Any]]) -> Iterator[str]:
    yield f"### {detector.code} · {detector.title}\n"
    yield from _paragraphs(getdoc(detector))
    lanes = ", ".join(sorted(lane.value for lane in detector.needs_fresh)) or "none"
    yield from _table(
        {
            "key": f"`{detector.key}`",
            "domain": detector.domain.value,
            "severity": "by score" if detector.least == Severity.LOW else f"by score, at least {detector.least.value}",
            "owner": str(detector.owner.label),
            "judged": f"one `{detector.subject_type}` at a time",
            "limits": _limits(detector.limits),
            "limits set for": ", ".join(["group", *sorted(detector.overridable)]),
            "guided actions": ", ".join(f"`{key}`" for key in detector.remedies) or "none",
            "silent while stale": lanes,
            "judged again after a change of": ", ".join(sorted(f"`{one.key}`" for one in detector.depends_on))
            or "nothing",
            "does without": ", ".join(sorted(f"`{one.key}`" for one in detector.enriching)) or "nothing",
        }
    )


def _limits(limits: Any) -> str:
    return ", ".join(f"{one.name} {shown_value(getattr(limits, one.name))}" for one in fields(limits))


def _action(action: type[Action[Any]]) -> Iterator[str]:
    yield f"### {action.title}\n"
    yield from _paragraphs(getdoc(action))
    yield from _table(
        {
            "key": f"`{action.key}`",
            "acts on": f"`{action.subject.key}`",
            "needs": str(action.requires.label),
            "can be taken back": action.reversibility.value,
        }
    )


def _paragraphs(text: str | None) -> Iterator[str]:
    yield (text or "").replace("``", "`")
    yield ""


def _table(rows: dict[str, str]) -> Iterator[str]:
    yield "| | |"
    yield "|---|---|"
    for name, value in rows.items():
        yield f"| {name} | {value} |"
    yield ""
