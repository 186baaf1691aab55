"""A person at a browser, without the browser: pages, their forms and links, and a cookie jar."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener


class PageError(Exception):
    """A page is not what a person would need; the message says which and why."""


@dataclass
class Form:
    """One form of a page: where it goes, how, and what it would send as it stands."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)
    kinds: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Page:
    """What came back for an address."""

    url: str
    status: int
    html: str
    forms: list[Form]
    links: list[tuple[str, str]]
    text: str

    def link(self, pattern: str) -> str:
        """The first link whose address matches. Raises PageError."""
        for address, _words in self.links:
            if re.search(pattern, address):
                return urljoin(self.url, address)
        raise PageError(f"{self.url} ({self.status}) has no link like {pattern}")

    def form(self, pattern: str) -> Form:
        """The first form that posts to a matching address. Raises PageError."""
        for form in self.forms:
            if form.method == "post" and re.search(pattern, urljoin(self.url, form.action)):
                return form
        raise PageError(f"{self.url} ({self.status}) has no form that posts to {pattern}")


class Reader(HTMLParser):
    """Collects forms, links and the visible words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._silent = 0
        self._field: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag in {"script", "style"}:
            self._silent += 1
        elif tag == "a":
            self.links.append((values.get("href", ""), values.get("class", "")))
        elif tag == "form":
            self.forms.append(Form(values.get("action", ""), values.get("method", "get").lower()))
        elif self.forms:
            self._control(tag, values)

    def _control(self, tag: str, values: dict[str, str]) -> None:
        form, name = self.forms[-1], values.get("name", "")
        kind = values.get("type", "text" if tag == "input" else tag)
        if tag == "button" or kind == "submit":
            form.buttons.append((name, values.get("value", ""), values.get("formaction", "")))
        elif tag in {"input", "textarea", "select"} and name:
            if kind in {"checkbox", "radio"} and "checked" not in values:
                form.kinds.setdefault(name, kind)
                return
            usual = "on" if kind in {"checkbox", "radio"} else ""
            form.values[name], form.kinds[name] = values.get("value", usual), kind
            self._field = name if tag == "textarea" else None
        elif tag == "option" and "selected" in values:
            last = next(reversed(form.kinds), None)
            if last is not None:
                form.values[last] = values.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._silent -= 1
        if tag == "textarea":
            self._field = None

    def handle_data(self, data: str) -> None:
        if self._field and self.forms:
            self.forms[-1].values[self._field] += data.lstrip("\n")
        elif not self._silent:
            self.words.append(data)


class Person:
    """Somebody with a browser of their own."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self.jar = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self.jar))

    @property
    def cookies(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.jar)

    def get(self, address: str) -> Page:
        return self._open(Request(urljoin(self.address + "/", address)))

    def send(self, page: Page, form: Form, button: str | None = None, **values: str) -> Page:
        """Fill in a form and send it, by the button whose value or name is given."""
        address = urljoin(page.url, form.action or page.url)
        filled = {**form.values, **values}
        for name, value, elsewhere in form.buttons:
            if button in {name, value} and button is not None:
                filled[name] = value
                address = urljoin(page.url, elsewhere) if elsewhere else address
        request = Request(address, urlencode(filled).encode(), {"Referer": page.url})
        return self._open(request)

    def _open(self, request: Request) -> Page:
        try:
            with self._opener.open(request, timeout=60) as answer:
                url, status, body = answer.url, answer.status, answer.read()
        except HTTPError as error:
            url, status, body = error.url, error.code, error.read()
        reader = Reader()
        html = body.decode("utf-8", "replace")
        reader.feed(html)
        return Page(url, status, html, reader.forms, reader.links, re.sub(r"\s+", " ", " ".join(reader.words)))

    def sign_in(self, login: str, password: str) -> Page:
        """Through the sign-in page, as anybody would. Raises PageError when it does not let us in."""
        page = self.get("/")
        form = next((one for one in page.forms if "password" in one.kinds.values()), None)
        if form is None:
            raise PageError(f"{page.url} ({page.status}) is no sign-in page")
        names = {kind: name for name, kind in form.kinds.items()}
        user = next(name for name, kind in form.kinds.items() if kind in {"text", "email"})
        after = self.send(page, form, **{user: login, names["password"]: password})
        if after.status != 200 or any("password" in one.kinds.values() for one in after.forms):
            raise PageError(f"{login} could not sign in: {after.status} {after.text[:200]}")
        return after
