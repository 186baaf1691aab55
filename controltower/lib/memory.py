"""What may be kept while one piece of work lasts, such as a run of the detectors or a request of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.http import HttpRequest, HttpResponse

_kept: ContextVar[dict[str, Any] | None] = ContextVar("kept", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Open a memory until the outermost of these ends. Whoever keeps something there looks whether it still holds."""
    if _kept.get() is not None:
        yield
        return
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def memory() -> dict[str, Any] | None:
    """The memory of the work at hand, by names that their users agree on; null outside."""
    return _kept.get()


def remember_while_answering(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Middleware: a memory for each request."""

    def answer(request: HttpRequest) -> HttpResponse:
        with remembering():
            return get_response(request)

    return answer
