"""Templates hold no script, style or handler, escape everything, and protect every form."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.sources import PRODUCT, python, read, templates

HANDLER = re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE)
STYLE = re.compile(r"<style\b|<[^>]*\sstyle\s*=", re.IGNORECASE)
SCRIPT = re.compile(r"<script\b(?![^>]*\bsrc=)", re.IGNORECASE)
ELSEWHERE = re.compile(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE)
UNESCAPED = re.compile(r"\|\s*safe\b|\{%\s*autoescape\s+off|\|\s*safeseq\b")
HX_EVAL = re.compile(r"hx-on\b|hx-vars\b|hx-vals\s*=\s*[\"']js:|hx-trigger\s*=\s*[\"'][^\"']*\[", re.IGNORECASE)
POST_FORM = re.compile(r"<form\b[^>]*method\s*=\s*[\"']post[\"'][^>]*>(.*?)</form>", re.IGNORECASE | re.DOTALL)
MARKED_SAFE: dict[str, str] = {}
"""Python files that may mark text as safe, each with its reason; format_html needs none."""


@pytest.mark.parametrize("path", templates(), ids=str)
def test_a_template_keeps_to_the_content_security_policy(path: Path) -> None:
    text = read(path)
    for name, pattern in {"handler": HANDLER, "style": STYLE, "script": SCRIPT, "other site": ELSEWHERE}.items():
        assert not pattern.search(text), f"inline {name}: {pattern.search(text)}"
    assert not HX_EVAL.search(text), "htmx may not evaluate"


@pytest.mark.parametrize("path", templates(), ids=str)
def test_a_template_escapes_everything(path: Path) -> None:
    assert not UNESCAPED.search(read(path))


@pytest.mark.parametrize("path", templates(), ids=str)
def test_every_form_that_posts_carries_the_token(path: Path) -> None:
    for body in POST_FORM.findall(read(path)):
        assert "{% csrf_token %}" in body


def test_text_is_marked_safe_only_where_a_reason_is_given() -> None:
    pattern = re.compile(r"\bmark_safe\(|\bSafeString\(|\.__html__\b")
    found = {str(path) for path in python(*PRODUCT) if pattern.search(read(path))}
    assert found == set(MARKED_SAFE)


def test_the_patterns_find_what_they_look_for() -> None:
    assert HANDLER.search('<a href="#" onclick="x()">')
    assert STYLE.search('<p style="color: red">')
    assert SCRIPT.search("<script>alert(1)</script>")
    assert not SCRIPT.search('<script type="module" src="/static/x.js"></script>')
    assert ELSEWHERE.search('<script src="//cdn.example/x.js">')
    assert UNESCAPED.search("{{ x|safe }}")
    assert HX_EVAL.search('<b hx-trigger="click[ctrlKey]">')
    assert POST_FORM.findall('<form method="post">x</form>') == ["x"]
