"""One watch for many pages: what the board tells, told to each audience once.

One task waits for the board and wakes the streams.  A change is redacted and written as JSON once
for each audience, whoever reads it.  A page that is slow takes nothing with it: it is given the
whole again when it is too far behind.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

from tocsin.api.livemark import Marked
from tocsin.api.problem import Problem
from tocsin.run.live.board import Board
from tocsin.schema import Tlp

HEARTBEAT_S = 10.0
_KEPT = 128  # changes written as JSON
_WAIT_S = 0.5  # of the thread that waits for the board: an end is seen so soon


class Herald:
    """What tells the pages of a board."""

    def __init__(self, board: Board, marked: Marked, most: int, most_each: int) -> None:
        self.board, self.marked = board, marked
        self._most, self._most_each = most, most_each
        self._written: OrderedDict[tuple[int, Tlp], str] = OrderedDict()
        self._streams: Counter[str] = Counter()
        self._waiting: set[asyncio.Event] = set()
        self.closing = False

    @property
    def streams(self) -> int:
        """How many streams are open."""
        return self._streams.total()

    async def run(self) -> None:
        """Wake the streams at each change, until the server ends."""
        seq = 0
        while not self.closing:
            if await asyncio.to_thread(self.board.wait, seq, _WAIT_S):
                seq = self.board.state_seq()
                self._wake()

    def close(self) -> None:
        """End every stream."""
        self.closing = True
        self._wake()

    def state(self, audience: Tlp) -> dict[str, Any]:
        """Return the whole, as an audience may see it."""
        return self.marked.whole(self.board.state(), self.board.areas, audience)

    def open_stream(self, key: str) -> None:
        """Count a stream; raise Problem where there are too many."""
        if self.closing:
            raise Problem(503, "the server is ending")
        if self._streams.total() >= self._most or self._streams[key] >= self._most_each:
            raise Problem(429, "too many event streams are open", headers={"retry-after": "30"})
        self._streams[key] += 1

    async def stream(
        self, key: str, audience: Tlp, allowed: Callable[[], bool]
    ) -> AsyncIterator[str]:
        """Yield server-sent events: the whole, then each change, a heartbeat where there is none.

        allowed  asked at each heartbeat: whether the reader still may
        """
        woken = asyncio.Event()
        self._waiting.add(woken)
        try:
            seq, text = await asyncio.to_thread(self._reset, audience)
            yield text
            while not self.closing:
                woken.clear()
                changes = self.board.since(seq)
                if changes is None:
                    seq, text = await asyncio.to_thread(self._reset, audience)
                    yield text
                    continue
                for change in changes:
                    seq = change["seq"]
                    yield _event("change", seq, self._of(change, audience))
                if changes:
                    continue
                with suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), HEARTBEAT_S)
                    continue
                if not await asyncio.to_thread(allowed):
                    return
                yield ": still here\n\n"
        finally:
            self._waiting.discard(woken)
            self._streams[key] -= 1
            if self._streams[key] <= 0:
                del self._streams[key]

    def _reset(self, audience: Tlp) -> tuple[int, str]:
        """Return the whole as an event; in a thread, for twenty thousand tracks take a while."""
        told = self.state(audience)
        return told["seq"], _event("reset", told["seq"], _json(told))

    def _of(self, change: dict[str, Any], audience: Tlp) -> str:
        key = (change["seq"], audience)
        found = self._written.get(key)
        if found is None:
            found = _json(self.marked.change(change, self.board.areas, audience))
            self._written[key] = found
            while len(self._written) > _KEPT:
                self._written.popitem(last=False)
        return found

    def _wake(self) -> None:
        for woken in self._waiting:
            woken.set()


def _event(kind: str, seq: int, data: str) -> str:
    return f"event: {kind}\nid: {seq}\ndata: {data}\n\n"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
