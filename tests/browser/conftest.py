"""A real Chromium on the real server: every page is listened to, and the first complaint fails the test."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.db import connection, connections
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from apps.accounts.models import User
from tests.boards import Group
from tests.servers import Tower

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LISTEN = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`policy: ${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`));
"""
BUSY = """
SELECT pid, application_name, state, wait_event, now() - xact_start, left(query, 300) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
STILL = """() => document.getAnimations().every((one) =>
  one.playState === "finished" || one.effect.getComputedTiming().endTime === Infinity)"""
PATIENCE = 15_000


def chromium() -> str | None:
    """The system's browser; nothing is downloaded."""
    named = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return os.environ.get("CHROMIUM") or next(filter(None, named), None)


@pytest.fixture(autouse=True)
def _with_the_database(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test writes is committed, so that the server sees it. Playwright's own loop is no reason to refuse."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = chromium()
    if path is None:
        pytest.skip("No Chromium on this machine: install it, or name it in CHROMIUM.")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield running
        running.close()


@pytest.fixture
def group() -> Group:
    return Group()


class Desk:
    """One person at one screen: a browser context of their own, with everything it complained about."""

    def __init__(self, context: BrowserContext, tower: Tower) -> None:
        self.context, self.tower = context, tower
        self.complaints: list[str] = []
        self.expected: list[str] = []
        context.set_default_timeout(PATIENCE)
        context.add_init_script(LISTEN)
        self.page = context.new_page()
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _heard(self, message: Any) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def go(self, path: str = "/") -> Page:
        self.page.goto(self.tower.url + path)
        return self.page

    def sign_in(self, user: User) -> None:
        client = Client()
        client.force_login(user)
        self.context.add_cookies(
            [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": self.tower.url}]
        )

    def expect_complaint(self, part: str) -> None:
        """A refusal that the test provokes: browsers write every failed request to the console."""
        self.expected.append(part)

    def check(self) -> None:
        left = [one for one in self.complaints if not any(part in one for part in self.expected)]
        assert not left, left

    def check_accessibility(self) -> None:
        """WCAG 2.2 AA and good practice, as far as a machine can tell."""
        self.settle()
        results = Axe().run(self.page, options={"preload": False})
        assert results.violations_count == 0, results.generate_report()

    def check_no_sideways_scrolling(self) -> None:
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"the page is {wide} px wider than the screen"

    def settle(self) -> None:
        """Wait until nothing is in flight and no row is still coloured as new."""
        self.page.wait_for_selector("html:not(:has(.htmx-request))")
        self.page.wait_for_function(STILL)


Sit = Callable[..., Desk]
Meanwhile = Callable[..., Any]


@pytest.fixture
def meanwhile() -> Iterator[Meanwhile]:
    """What happens on the server while the page is open: ``meanwhile(cases.close, case, …)``.

    In a thread of its own, since Playwright keeps an event loop in the test's, where nothing can be published.
    """
    pool = ThreadPoolExecutor(1)
    try:
        yield lambda function, *given, **named: pool.submit(function, *given, **named).result(30)
        pool.submit(connections.close_all).result(30)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


@pytest.fixture
def sit(browser: Browser, tower: Tower) -> Iterator[Sit]:
    """Seat a person at a screen: ``sit(user, width=360, scheme="dark")``. Nobody is signed in when user is None."""
    desks: list[Desk] = []

    def seat(user: User | None, *, width: int = 1440, height: int = 900, scheme: str = "light", **options: Any) -> Desk:
        size = {"width": width, "height": height}
        context = browser.new_context(viewport=size, color_scheme=scheme, timezone_id="Europe/Paris", **options)
        desk = Desk(context, tower)
        desks.append(desk)
        if user is not None:
            desk.sign_in(user)
        return desk

    yield seat
    for desk in desks:
        desk.context.close()
    wait_until_quiet()
    for desk in desks:
        desk.check()


def wait_until_quiet() -> None:
    """Let the server finish what the closed pages asked for, before the tables are emptied under it."""
    calm = 0
    for _ in range(400):
        with connection.cursor() as cursor:
            cursor.execute(BUSY)
            busy = cursor.fetchall()
        calm = 0 if busy else calm + 1
        if calm == 3:
            return
        time.sleep(0.05)
    raise AssertionError(f"the server is still busy with {busy}")
