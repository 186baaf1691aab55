"""Every address of the routing table that can be read, looked at with axe: at a desk and on a phone, light and dark.

A new route is walked by itself. Where its address names something, tests/peopled.py says what stands for it here.
"""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client

from apps.accounts.models import User
from tests.browser.conftest import Desk, Meanwhile, Sit
from tests.everyone import World
from tests.house.routes import ROUTES, names
from tests.peopled import address_of, peopled

pytestmark = [pytest.mark.browser, pytest.mark.slow]
SCHEMES = ("light", "dark")
SIGNED_OUT = ("accounts:sign_in",)


def walked(world: World, user: User) -> dict[str, tuple[str, str]]:
    """By name the address of each page, and the text of each that is a part of one.

    What refuses a look, or answers with something else than HTML, is none.
    """
    client, found = Client(), {}
    client.force_login(user)
    for name in names():
        address = address_of(name, world)
        if "get" not in ROUTES[name].methods:
            assert client.get(address).status_code == 405, f"{name} can be looked at: tests/house/routes.py denies it"
            continue
        answer = (Client() if name in SIGNED_OUT else client).get(address)
        assert answer.status_code == 200, f"{name} gives {answer.status_code}: tests/peopled.py says what opens it"
        if answer["Content-Type"].startswith("text/html"):
            text = answer.content.decode()
            found[name] = address, "" if text.lower().startswith("<!doctype html>") else text
    return found


def open_in(desk: Desk, address: str, part: str) -> None:
    """The page at this address; a part of a page inside another page."""
    desk.go("/me/password/" if part else address)
    if part:
        desk.page.evaluate("(part) => document.querySelector('main').insertAdjacentHTML('beforeend', part)", part)


def complaints(desk: Desk) -> list[str]:
    desk.settle()
    found = Axe().run(desk.page, options={"preload": False, "resultTypes": ["violations"]})
    wide = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    told = [found.generate_report()] if found.violations_count else []
    return told + ([f"{wide} px wider than the screen"] if wide > 0 else [])


@pytest.mark.parametrize("width", [1440, 360])
def test_every_address_is_accessible(sit: Sit, meanwhile: Meanwhile, width: int) -> None:
    world, user = meanwhile(peopled)
    pages = meanwhile(walked, world, user)
    wrong = []
    desks = {True: sit(user, width=width), False: sit(None, width=width)}
    for name, (address, part) in pages.items():
        desk = desks[name not in SIGNED_OUT]
        open_in(desk, address, part)
        for scheme in SCHEMES:
            desk.page.emulate_media(color_scheme=scheme)
            wrong += [f"{name} ({scheme}): {one}" for one in complaints(desk)]
    assert len(pages) > 30
    assert not wrong, "\n\n".join(wrong)
