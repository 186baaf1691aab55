"""HTML that Odoo keeps, as the text that people wrote: it cleans what it is sent, and says the same in other marks."""

from __future__ import annotations

import re
from html.parser import HTMLParser

_BLOCKS = frozenset({"p", "div", "li", "ul", "ol", "br", "tr", "h1", "h2", "h3", "h4", "blockquote", "pre"})
_SPACE = re.compile(r"[^\S\n]+")


class _Text(HTMLParser):
    """Collects what is read, a line for each block, and where links lead unless they say so themselves."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.leads: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.said.append("\n")
        if tag == "a":
            self.leads.append((len(self.said), dict(attrs).get("href") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.said.append("\n")
        if tag == "a" and self.leads:
            start, where = self.leads.pop()
            if where and where != "".join(self.said[start:]).strip():
                self.said.append(f" ({where})")

    def handle_data(self, data: str) -> None:
        self.said.append(data.replace("\n", " "))


def is_markup(value: object) -> bool:
    """Whether a value of a plan is HTML: the tower writes it in paragraphs."""
    return isinstance(value, str) and value.startswith("<p>")


def text_of(markup: str) -> str:
    """The text of HTML, line by line, without empty lines."""
    reader = _Text()
    reader.feed(markup)
    reader.close()
    lines = (_SPACE.sub(" ", line).strip() for line in "".join(reader.said).split("\n"))
    return "\n".join(line for line in lines if line)
