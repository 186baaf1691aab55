"""Answers that are sent while they are made, on either kind of server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from itertools import islice

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, StreamingHttpResponse

LINES = 500


def streamed(request: HttpRequest, lines: Iterable[str], content_type: str, filename: str) -> StreamingHttpResponse:
    """A download, a few hundred lines at a time; an asynchronous server reads it without holding it whole."""
    pieces = _pieces(iter(lines))
    content = _asynchronous(pieces) if isinstance(request, ASGIRequest) else pieces
    response = StreamingHttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{filename}"'
    return response


def _pieces(lines: Iterator[str]) -> Iterator[str]:
    while piece := "".join(islice(lines, LINES)):
        yield piece


async def _asynchronous(pieces: Iterator[str]) -> AsyncIterator[str]:
    while piece := await sync_to_async(_next)(pieces):
        yield piece


def _next(pieces: Iterator[str]) -> str:
    """The next piece; empty at the end, since the end of an iterator may not cross threads."""
    return next(pieces, "")
