"""Beast and SBS over TCP: the watch connects, and connects again."""

from __future__ import annotations

import asyncio
import socket
from random import Random

from tocsin.run.live.config import FeedSpec
from tocsin.run.live.inlets.inlet import MOST_BYTES, Backoff, Gathering, Intake, reason

CONNECT_S = 10.0
#: A connection that is silent for this many times the feed's `quiet_s` is taken for dead.
DEAD = 3.0


class TcpInlet:
    """A stream of bytes from a host and port."""

    def __init__(self, feed: FeedSpec, intake: Intake, rng: Random) -> None:
        self._feed, self._intake = feed, intake
        self._backoff = Backoff(rng)

    async def run(self) -> None:
        while True:
            try:
                await self._once()
            except (OSError, EOFError, TimeoutError) as error:
                self._intake.link(self._feed.name, False, reason(error))
            await asyncio.sleep(self._backoff.next_s())

    async def _once(self) -> None:
        feed = self._feed
        # Not `wait_for`: before Python 3.12 it may swallow that the task is cancelled.
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await asyncio.open_connection(feed.host, feed.port, limit=MOST_BYTES)
        try:
            sock = writer.get_extra_info("socket")
            if sock is not None:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            self._intake.link(feed.name, True)
            loop = asyncio.get_running_loop()
            gathered = Gathering(feed, self._intake)
            try:
                while True:
                    left_s = gathered.left_s(loop.time())
                    if left_s == 0.0:
                        await gathered.flush(b"".join)
                        continue
                    limit_s = DEAD * feed.quiet_s if left_s is None else left_s
                    try:
                        async with asyncio.timeout(limit_s):
                            data = await reader.read(MOST_BYTES)
                    except TimeoutError:
                        if left_s is None:
                            raise
                        await gathered.flush(b"".join)
                        continue
                    if not data:
                        raise EOFError
                    self._backoff.reset()
                    gathered.add(data, loop.time())
            finally:
                await gathered.flush(b"".join, wait=False)
        finally:
            writer.close()
