"""Addresses that somebody typed by hand, cut off or made up: every page answers, none of them with a failure."""

from __future__ import annotations

import re
from dataclasses import fields
from itertools import cycle
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from apps.console.trail import Filters
from tests.house.routes import ROUTES, names
from tests.peopled import address_of, peopled

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
LONE = "\ud800".encode("utf-8", "surrogatepass")
ODD = (["²"], ["9" * 30], ["-1", "a\0b", LONE, "1e400", "{}<b>'\""])
ASKS = re.compile(r"""\b(?:GET|asked|query)\.(?:get|getlist)\("(\w+)\"""")


def asked() -> list[str]:
    """The names that some page looks for in its address."""
    sources = (path.read_text() for path in Path(settings.BASE_DIR, "apps").rglob("*.py"))
    return sorted({name for text in sources for name in ASKS.findall(text)} | {one.name for one in fields(Filters)})


def test_the_names_that_pages_look_for_are_found() -> None:
    assert {"case", "page", "q", "before", "group"} <= set(asked())


def test_every_page_answers_whatever_stands_in_its_address() -> None:
    world, user = peopled()
    client = Client(raise_request_exception=False)
    client.force_login(user)
    wrong = []
    for name in names():
        if "get" not in ROUTES[name].methods:
            continue
        address = address_of(name, world)
        for odd in ODD:
            query = urlencode(dict(zip(asked(), cycle(odd), strict=False)))
            answer = client.get(address + ("&" if "?" in address else "?") + query)
            if answer.status_code >= 500:
                wrong.append(f"{name} with {odd!r:.40}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
