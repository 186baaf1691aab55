"""Run the stand-in from the command line: ``python -m demo.odoo --port 0``."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from importlib import import_module
from pathlib import Path

from demo.odoo.server import StandIn
from demo.odoo.state import StateError

ENDS = (signal.SIGINT, signal.SIGTERM)


def parse(arguments: list[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m demo.odoo", description="A stand-in for Odoo 18, in memory.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes any free port")
    parser.add_argument("--database", default="aurora")
    parser.add_argument("--world", metavar="MODULE:FUNCTION", help="fills a fresh database: function(call, seed=N)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--state", type=Path, help="keep the data in this file between runs")
    parser.add_argument(
        "--key",
        action="append",
        default=[],
        metavar="LOGIN[:SECRET]",
        help="one more API key; a secret left out is taken from TOWER_ODOO_KEY",
    )
    parser.add_argument("--keep-alive", action="store_true", help="HTTP/1.1 with connection reuse, as behind a proxy")
    return parser.parse_args(arguments)


def fill(stand_in: StandIn, world: str, seed: int) -> None:
    """Let the named function build its records through ordinary calls."""
    module, _, function = world.partition(":")
    getattr(import_module(module), function)(stand_in.call, seed=seed)


def main(arguments: list[str] | None = None) -> int:
    options = parse(arguments)
    fresh = options.state is None or not options.state.exists()
    try:
        stand_in = StandIn(
            options.port,
            options.host,
            options.database,
            keep_alive=options.keep_alive,
            state=options.state,
        )
        if fresh and options.world:
            fill(stand_in, options.world, options.seed)
        for pair in options.key:
            login, _, secret = pair.partition(":")
            stand_in.world.add_key(login, secret or os.environ["TOWER_ODOO_KEY"])
        # Before the threads that answer: a signal that one of them took would not wake this one.
        signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
        stand_in.start()
    except (StateError, OSError, LookupError) as error:
        sys.stderr.write(f"the stand-in cannot start: {error}\n")
        return 1
    sys.stdout.write(json.dumps({"url": stand_in.url, "database": stand_in.database, "fresh": fresh}) + "\n")
    sys.stdout.flush()
    signal.sigwait(ENDS)
    stand_in.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
