"""``python -m demo.live --url URL --db NAME``: keeps a built world going, signed in as its administrator."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys

from demo.world.live import Live
from demo.world.rpc import JsonRpc

ADMINISTRATOR = "admin"
ENDS = (signal.SIGINT, signal.SIGTERM)


def main() -> int:
    """Until SIGINT or SIGTERM. The password comes from DEMO_ADMIN_KEY; the stand-in's is the default."""
    parser = argparse.ArgumentParser(prog="python -m demo.live", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--db", required=True)
    parser.add_argument("--login", default=ADMINISTRATOR)
    parser.add_argument("--seed", type=int, default=1)
    wanted = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stdout)
    # Before the thread that lives: a signal that it took would not wake this one.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    secret = os.environ.get("DEMO_ADMIN_KEY", ADMINISTRATOR)
    live = Live(JsonRpc(wanted.url, wanted.db, wanted.login, secret), seed=wanted.seed).start()
    signal.sigwait(ENDS)
    live.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
