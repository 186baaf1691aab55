"""Static files are looked for once in a process, not for every client of a test that answers as the server does."""

from __future__ import annotations

from typing import Any

from whitenoise.middleware import WhiteNoiseMiddleware

_look = WhiteNoiseMiddleware.add_files_from_finders
_found: dict[str, Any] = {}


def install() -> None:
    """From now on every middleware of this process knows the files that the first one found."""
    WhiteNoiseMiddleware.add_files_from_finders = _remembered


def _remembered(self: WhiteNoiseMiddleware) -> None:
    if not _found:
        before = dict(self.files)
        _look(self)
        _found.update({url: file for url, file in self.files.items() if before.get(url) is not file})
    self.files.update(_found)
