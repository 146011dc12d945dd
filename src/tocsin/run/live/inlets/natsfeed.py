"""Messages of a NATS JetStream subject; each is acknowledged once the journal has it."""

from __future__ import annotations

import asyncio
from random import Random

import nats
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeout

from tocsin.feed.documents import joined
from tocsin.run.live.config import FeedSpec
from tocsin.run.live.inlets.inlet import Backoff, Intake, reason

CONNECT_S = 5.0
_AT_ONCE = 256  # messages


class NatsInlet:
    """A durable consumer: what came while the watch was down is still there."""

    def __init__(self, feed: FeedSpec, intake: Intake, rng: Random) -> None:
        self._feed, self._intake = feed, intake
        self._backoff = Backoff(rng)

    async def run(self) -> None:
        while True:
            try:
                await self._once()
            except (NatsError, OSError, TimeoutError) as error:
                self._intake.link(self._feed.name, False, reason(error))
            await asyncio.sleep(self._backoff.next_s())

    async def _once(self) -> None:
        feed = self._feed
        lost = asyncio.Event()

        async def gone(*_: object) -> None:
            lost.set()

        client = await nats.connect(
            feed.url,
            connect_timeout=round(CONNECT_S),
            allow_reconnect=False,  # we do that, and say so
            disconnected_cb=gone,
            error_cb=gone,
        )
        try:
            stream = client.jetstream(timeout=CONNECT_S)
            pulled = await stream.pull_subscribe(
                feed.subject, durable=feed.durable, stream=feed.stream or None
            )
            self._intake.link(feed.name, True)
            while not lost.is_set():
                try:
                    messages = await pulled.fetch(
                        _AT_ONCE, timeout=max(0.02, self._intake.batch_s())
                    )
                except (NatsTimeout, TimeoutError):
                    continue
                self._backoff.reset()
                await self._taken(messages)
            raise ConnectionError("the server closed it")
        finally:
            await client.close()

    async def _taken(self, messages: list[Msg]) -> None:
        parts = [message.data for message in messages]
        whole = self._feed.format in ("beast", "sbs")  # a stream, cut into messages anywhere
        seq = await self._intake.put(self._feed.name, b"".join(parts) if whole else joined(parts))
        if not await self._intake.kept(seq):
            return  # not on the disk: it comes again, and is told to be a duplicate
        for message in messages:
            await message.ack()
