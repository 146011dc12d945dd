"""readsb's aircraft.json: fetched again and again, over HTTP or from a file."""

from __future__ import annotations

import asyncio
import http.client
import urllib.error
import urllib.request
from pathlib import Path
from random import Random
from typing import Any

from tocsin.feed.documents import joined
from tocsin.run.live.config import FeedSpec
from tocsin.run.live.inlets.inlet import Backoff, Intake, reason

TIMEOUT_S = 10.0
MOST_BYTES = 64 << 20


class PollInlet:
    """A document that is replaced once a second or so; one that has not changed is not taken."""

    def __init__(self, feed: FeedSpec, intake: Intake, rng: Random) -> None:
        self._feed, self._intake = feed, intake
        self._backoff = Backoff(rng)
        self._last = b""
        self._connected = False

    async def run(self) -> None:
        while True:
            try:
                data = await asyncio.to_thread(self._fetch)
            except (OSError, http.client.HTTPException, ValueError) as error:
                self._connected = False
                self._intake.link(self._feed.name, False, reason(error))
                await asyncio.sleep(self._backoff.next_s())
                continue
            if not self._connected:
                self._connected = True
                self._intake.link(self._feed.name, True)
            self._backoff.reset()
            if data and data != self._last:
                self._last = data
                await self._intake.put(self._feed.name, joined([data]))
            await asyncio.sleep(self._feed.poll_s)

    def _fetch(self) -> bytes:
        if self._feed.path:
            return Path(self._feed.path).read_bytes()
        opener = urllib.request.build_opener(_NoRedirect)
        with opener.open(self._feed.url, timeout=TIMEOUT_S) as answer:
            data: bytes = answer.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise ValueError(f"answers with more than {MOST_BYTES >> 20} MB")
        return data


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """What is configured is asked, and nobody else."""

    def redirect_request(self, *_: Any) -> None:
        return None
