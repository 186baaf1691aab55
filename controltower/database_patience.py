"""A PostgreSQL that hangs is given up, not only one that refuses: a page is answered even when its database is not.

A server-side time limit cannot say this, since a frozen server keeps no time, and neither can TCP: the kernel of a
frozen server takes connections and acknowledges bytes. So the asking side keeps the time. A statement that takes long
is no reason by itself: once an answer is late, a connection of its own asks the same server the first question of
PostgreSQL's protocol (SSLRequest, which any of them answers with one byte before anybody signs in), and only silence
there too is an outage.

For the web server alone: psycopg2 can wait this way for everything but COPY, which the worker needs and pages do not.
"""

from __future__ import annotations

import os
import select
import socket
import threading
from time import monotonic
from typing import TYPE_CHECKING

from psycopg2 import OperationalError
from psycopg2.extensions import POLL_OK, POLL_READ, POLL_WRITE, set_wait_callback

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection

LATE, LATE_IN_SILENCE = 3.0, 0.5
"""Seconds after which an answer is late, and while the server was silent to everybody when last asked."""
HEARING, HEARING_IN_SILENCE = 3.0, 1.0
"""Seconds that the server has for its one byte."""
ASK_EVERY = 1.0
LONGEST = 120.0
"""Seconds after which no answer is awaited any more, though the server lives: nobody looks at that page now."""
SSL_REQUEST = bytes.fromhex("0000000804d2162f")
TO_WAIT_FOR = {POLL_READ: select.POLLIN, POLL_WRITE: select.POLLOUT}


class Patience:
    """Waits for answers of one PostgreSQL, for all threads of a process; ``is_silent`` is what it knows of it."""

    def __init__(self) -> None:
        self.is_silent = False
        self._asked_at = float("-inf")
        self._asking = threading.Lock()

    def wait(self, connection: Connection) -> None:
        """What psycopg2 calls whenever an answer is to come. Raises OperationalError when none will."""
        began = monotonic()
        while (state := connection.poll()) != POLL_OK:
            waiting = select.poll()
            waiting.register(connection.fileno(), TO_WAIT_FOR[state])
            if not waiting.poll(1000 * (LATE_IN_SILENCE if self.is_silent else LATE)):
                self._look(connection, monotonic() - began)
        if self.is_silent:
            self.is_silent = False

    def _look(self, connection: Connection, waited: float) -> None:
        with self._asking:
            if monotonic() - self._asked_at > ASK_EVERY:
                self.is_silent = not answers(connection.fileno(), HEARING_IN_SILENCE if self.is_silent else HEARING)
                self._asked_at = monotonic()
            silent = self.is_silent
        if silent:
            raise OperationalError(f"PostgreSQL hangs: it has not answered for {waited:.0f} seconds, nor anybody else.")
        if waited > LONGEST:
            raise OperationalError(f"PostgreSQL has been busy with one statement for {waited:.0f} seconds.")


def answers(connected: int, seconds: float) -> bool:
    """Whether the server at the other end of an open socket answers anybody at all."""
    with socket.socket(fileno=os.dup(connected)) as known:
        try:
            with socket.socket(known.family, socket.SOCK_STREAM) as asking:
                asking.settimeout(seconds)
                asking.connect(known.getpeername())
                asking.sendall(SSL_REQUEST)
                return bool(asking.recv(1))
        except OSError:
            return False


def install() -> None:
    """From now on all of this process waits so."""
    set_wait_callback(Patience().wait)
