"""Keeps things happening in a built world: one event every few seconds until it is stopped."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random

from demo.world.caller import Caller, as_caller
from demo.world.happenings import happen
from demo.world.register import Register
from demo.world.reopen import reopen
from demo.world.scene import Scene

log = logging.getLogger(__name__)


class Live:
    """The life of a world, in a thread of its own. Events follow from the seed and from what they find.

    `pace`: the shortest and longest pause between two events, in seconds. `say` gets a line about each event.
    """

    def __init__(
        self,
        caller: Caller | Callable[..., object],
        *,
        seed: int = 1,
        pace: tuple[float, float] = (3.0, 9.0),
        say: Callable[[str], None] = log.info,
    ) -> None:
        self.register = Register(as_caller(caller))
        self.seed, self.pace, self.say = seed, pace, say
        self.rnd = Random(f"{seed}/live")
        self._done = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> "Live":
        """Begin; returns at once."""
        self._thread = threading.Thread(target=self._run, name="world", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """End after the event under way."""
        self._done.set()
        if self._thread:
            self._thread.join(timeout=30)

    @property
    def running(self) -> bool:
        """Whether the thread is alive."""
        return self._thread is not None and self._thread.is_alive()

    def step(self) -> str:
        """Let one thing happen now; what it was."""
        number = self._taken()
        scene = Scene(reopen(self.register, self.seed), self.rnd, datetime.now(UTC).replace(microsecond=0), number)
        return happen(scene)

    def _run(self) -> None:
        while not self._done.wait(self.rnd.uniform(*self.pace)):
            try:
                self.say(self.step())
            except Exception:
                # The board goes on without this event: life in a demo must not end because one order was refused.
                log.exception("an event of the world failed")

    def _taken(self) -> int:
        """The next number for what events make; a second run goes on where the first ended."""
        used = [key.partition("_live")[2][:5] for key in self.register.keys("") if "_live" in key]
        return max((int(number) for number in used if number.isdigit()), default=0) + 1
