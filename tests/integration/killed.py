"""A process that delivers and is killed: run as ``python -m tests.integration.killed``, one order a line on stdin.

Each line is ``<request> <n>``: a child delivers the request and dies by SIGKILL at the n-th line of code that it runs
in the application of actions (0: never); its pure modules do not count, for nothing happens between their lines.
The child's process id is printed first, then how it ended.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType
from typing import Any
from uuid import UUID

WATCHED = os.sep + os.path.join("apps", "actions") + os.sep
PURE = ("decide.py", "definition.py", "phrases.py")


class Bomb:
    """Kills the process at the n-th line that it runs in the watched files."""

    def __init__(self, lines: int) -> None:
        self.left = lines

    def __call__(self, frame: FrameType, event: str, argument: Any) -> Any:
        if WATCHED not in frame.f_code.co_filename or frame.f_code.co_filename.endswith(PURE):
            return None
        if event == "line":
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return self


def deliver(request: str, lines: int) -> None:
    from apps.actions import outbox

    if lines:
        sys.settrace(Bomb(lines))
    outbox.deliver(UUID(request))
    sys.settrace(None)


def warm_up() -> None:
    """Load before the fork whatever a delivery would load: neither its time nor its lines are those of the work."""
    import kombu.transport.redis  # noqa: F401
    from channels.layers import get_channel_layer
    from django.urls import get_resolver

    import controltower.broker  # noqa: F401
    from apps.actions import outbox, tasks  # noqa: F401
    from controltower.celery import app

    app.loader.import_default_modules()
    app.finalize()
    assert get_resolver().reverse_dict
    assert get_channel_layer() and app.amqp and app.events


def main() -> None:
    import django

    django.setup()
    warm_up()
    print("ready", flush=True)  # noqa: T201
    for order in sys.stdin:
        request, lines = order.split()
        child = os.fork()
        if not child:
            try:
                deliver(request, int(lines))
            finally:
                os._exit(0 if sys.exc_info()[0] is None else 1)
        print(child, flush=True)  # noqa: T201
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
