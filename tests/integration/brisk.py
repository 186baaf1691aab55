"""The tower with sockets that look at their session and rights every second, for tests that cannot wait a minute."""

import sys

from controltower.asgi import application as application

sys.modules["controltower.live"].RECHECK_SECONDS = 1.0  # type: ignore[attr-defined]  # loaded by the application
