"""Ctrl-C and its kin: the first one unwinds and cleans up, a second one makes that quick."""

from __future__ import annotations

import signal
from types import FrameType

from controltower.embedded.child import living

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(BaseException):
    """A signal asked this program to end. Not an Exception: no handler of errors may swallow it."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


class _Wish:
    """Whether somebody asked to end, and whether the end has begun."""

    number: int | None = None
    ending = False


def install() -> None:
    """Must come before the first child is started."""
    for number in SIGNALS:
        signal.signal(number, _arrived)
    # environment.py holds them back while it hands over to us.
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)


def begin_end() -> None:
    """From here on a signal no longer interrupts: the cleaning up must get through."""
    _Wish.ending = True


def check() -> None:
    """Raises Interrupted when a signal arrived where its exception was lost (in a destructor, say)."""
    if _Wish.number is not None and not _Wish.ending:
        begin_end()
        raise Interrupted(_Wish.number)


def _arrived(number: int, frame: FrameType | None) -> None:
    if _Wish.number is not None and _Wish.ending:
        for child in list(living.values()):
            child.signal(signal.SIGQUIT if child.name == "PostgreSQL" else signal.SIGKILL)
        return
    _Wish.number = number
    if not _Wish.ending:
        begin_end()
        raise Interrupted(number)
