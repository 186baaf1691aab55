"""Many sockets in a process of their own: ``python -m benchmarks.live.sockets`` reads commands, prints what it saw.

Commands on standard input, one JSON a line: ``open`` (url, cookie, count), ``forget``, ``reconnect`` (share),
``report``, ``close``. A report gives per socket the newest version of each case and the arrival time of each mark on
the clock that all processes of the machine share.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from contextlib import AsyncExitStack
from typing import Any

from websockets.asyncio.client import ClientConnection, connect


class Socket:
    """One client: keeps the newest version of each card and when each mark arrived."""

    def __init__(self) -> None:
        self.versions: dict[str, int] = {}
        self.numbers: dict[str, int] = {}
        self.arrived: dict[str, float] = {}
        self.connection: ClientConnection | None = None
        self.task: asyncio.Task[None] | None = None
        self.held = AsyncExitStack()

    async def open(self, url: str, cookie: str) -> None:
        headers = {"Cookie": f"sessionid={cookie}"}
        self.connection = await self.held.enter_async_context(
            connect(url, additional_headers=headers, max_size=None, compression=None, open_timeout=60)
        )
        if self.numbers:
            await self.connection.send(json.dumps({"type": "catch_up", "channels": self.numbers}))
        self.task = asyncio.create_task(self.listen(self.connection))

    async def listen(self, connection: ClientConnection) -> None:
        async for text in connection:
            at = time.monotonic()
            message = json.loads(text)
            if message["type"] == "card":
                case, version = str(message["case"]), message["version"]
                self.arrived.setdefault(f"{case}:{version}", at)
                self.versions[case] = max(version, self.versions.get(case, 0))
                self.numbers[message["channel"]] = max(message["number"], self.numbers.get(message["channel"], 0))
            elif message["type"] == "mark":
                await connection.send(json.dumps({"type": "ack", "mark": message["mark"]}))
            elif message["type"] == "hello":
                self.numbers = self.numbers or dict(message["channels"])

    async def close(self) -> None:
        await self.held.aclose()
        if self.task is not None:
            await self.task


async def serve() -> None:
    reader = asyncio.StreamReader(limit=1 << 24)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    sockets: list[Socket] = []
    where: dict[str, Any] = {}
    while line := await reader.readline():
        command = json.loads(line)
        answer: Any = None
        if command["do"] == "open":
            where = command
            sockets = [Socket() for _ in range(command["count"])]
            for start in range(0, len(sockets), 50):
                await asyncio.gather(
                    *(one.open(command["url"], command["cookie"]) for one in sockets[start : start + 50])
                )
            await asyncio.sleep(0.5)
        elif command["do"] == "forget":
            for one in sockets:
                one.arrived.clear()
        elif command["do"] == "reconnect":
            some = sockets[:: max(1, round(1 / command["share"]))]
            for one in some:
                await one.close()
            await asyncio.gather(*(one.open(where["url"], where["cookie"]) for one in some))
        elif command["do"] == "report":
            answer = {"arrived": [one.arrived for one in sockets], "versions": [one.versions for one in sockets]}
        elif command["do"] == "close":
            await asyncio.gather(*(one.close() for one in sockets))
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(serve())
