"""Pages of records out of Odoo: by ascending id only, in batches that suit the server, around rows that break it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from queue import Queue
from threading import Event, Thread
from time import monotonic
from typing import TypeVar

from django.utils import timezone

from odoo_sync.client import Client, Row
from odoo_sync.errors import (
    AnswerTooLargeError,
    BusinessError,
    HiddenFieldError,
    NotAllowedError,
    OdooError,
    SchemaError,
    ServerFaultError,
    UnknownOutcomeError,
)
from odoo_sync.layout import Layout
from odoo_sync.load import Page

SHRINK_ON = (UnknownOutcomeError, AnswerTooLargeError)
POISON = (ServerFaultError, SchemaError, BusinessError, NotAllowedError)
MOST_POISON = 20
T = TypeVar("T")


@dataclass
class Batch:
    """How many rows to ask for at once: grows while answers are quick, shrinks when they are slow."""

    size: int = 1000
    least: int = 1
    most: int = 5000
    quick_seconds: float = 0.3
    slow_seconds: float = 0.8

    def learn(self, seconds: float, rows: int) -> None:
        """Aim for 300 to 800 ms a call; a page that was not full says nothing about larger ones."""
        if seconds > self.slow_seconds:
            self.size = max(int(self.size * self.slow_seconds / seconds * 0.8), 100, self.least)
        elif seconds < self.quick_seconds and rows >= self.size:
            self.size = min(self.size * 2, self.most)

    def halve(self) -> bool:
        """Ask for half as many; False when it cannot get smaller."""
        if self.size <= self.least:
            return False
        self.size = max(self.size // 2, self.least)
        return True


@dataclass
class Reader:
    """Reads the rows of one mirror. ``poison`` collects Odoo ids that cannot be read alone, with the reason."""

    client: Client
    layout: Layout
    batch: Batch = field(default_factory=Batch)
    poison: dict[int, str] = field(default_factory=dict)

    @property
    def model(self) -> str:
        return self.layout.mirror.source.model

    def domain(self, *more: tuple[str, str, object]) -> list[object]:
        return [*self.layout.mirror.source.domain, *more]

    def after(self, last: int) -> Iterator[Page]:
        """Everything with a higher id than ``last``, a page at a time, ending with a page that is not full."""
        while True:
            began_at, began = timezone.now(), monotonic()
            size = self.batch.size
            try:
                rows = self.client.search_read(
                    self.model, self.domain(("id", ">", last)), self.layout.names, limit=size
                )
            except SHRINK_ON:
                if not self.batch.halve():
                    raise
                continue
            except POISON as error:
                raise_unless_poison(error)
                ids = self.client.search(self.model, self.domain(("id", ">", last)), limit=size)
                yield from self.rows(ids)
                rows = []
                more, last = len(ids) >= size, max(ids, default=last)
            else:
                self.batch.learn(monotonic() - began, len(rows))
                more, last = len(rows) >= size, max((row["id"] for row in rows), default=last)
                yield Page(rows, began_at, timezone.now())
            if not more:
                return

    def rows(self, ids: Sequence[int]) -> Iterator[Page]:
        """The rows of these ids, in batches; ids that are gone are simply not among them."""
        waiting = list(ids)
        while waiting:
            chunk = waiting[: self.batch.size]
            began_at, began = timezone.now(), monotonic()
            try:
                rows = self.client.read(self.model, chunk, self.layout.names)
            except SHRINK_ON:
                if not self.batch.halve():
                    raise
                continue
            except POISON as error:
                raise_unless_poison(error)
                yield from self._around(chunk, error)
            else:
                self.batch.learn(monotonic() - began, len(rows))
                yield Page(rows, began_at, timezone.now())
            waiting = waiting[len(chunk) :]

    def _around(self, ids: Sequence[int], error: OdooError) -> Iterator[Page]:
        """Read all but the rows that break the call. Gives up when too many do: then it is not the rows."""
        if len(ids) == 1:
            self.poison[ids[0]] = str(error)
            if len(self.poison) > MOST_POISON:
                raise error
            return
        middle = len(ids) // 2
        for half in (ids[:middle], ids[middle:]):
            began_at = timezone.now()
            try:
                rows = self.client.read(self.model, half, self.layout.names)
            except POISON as worse:
                yield from self._around(half, worse)
            else:
                yield Page(rows, began_at, timezone.now())

    def stamps(self, since: datetime, most: int) -> list[Row]:
        """Id and write_date of everything written since a second, archived or not, by ascending id."""
        found: list[Row] = []
        last = 0
        moment = since.strftime("%Y-%m-%d %H:%M:%S")
        while True:
            limits = [("write_date", ">=", moment)] + ([("id", ">", last)] if last else [])
            rows = self.client.search_read(self.model, self.domain(*limits), ["write_date"], limit=most)
            found += rows
            if len(rows) < most:
                return found
            last = rows[-1]["id"]


def raise_unless_poison(error: OdooError) -> None:
    """A field that is not there, or hidden, fails every row alike; looking for the faulty one would only cost calls."""
    if isinstance(error, HiddenFieldError) or (isinstance(error, SchemaError) and "Invalid field" in error.detail):
        raise error


def ahead(pages: Iterable[T], prepare: Callable[[T], T] = lambda page: page, depth: int = 2) -> Iterator[T]:
    """The same pages, fetched and prepared by a second thread while the first one stores the page before.

    The thread owns the client until the iteration ends; PostgreSQL's work and Odoo's then overlap with ours.
    """
    queue: Queue[T | BaseException | None] = Queue(maxsize=depth)
    stop = Event()

    def fetch() -> None:
        try:
            for page in pages:
                queue.put(prepare(page))
                if stop.is_set():
                    return
            queue.put(None)
        except BaseException as error:
            queue.put(error)

    thread = Thread(target=fetch, name="pages ahead", daemon=True)
    thread.start()
    try:
        while (item := queue.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        while thread.is_alive():
            if not queue.empty():
                queue.get_nowait()
            thread.join(0.01)
