"""What all inlets share: the way into the journal, and how long to wait before trying again."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Protocol

from tocsin.run.live.config import FeedSpec

MOST_BYTES = 1 << 18  # of one batch
FIRST_S, LONGEST_S = 0.5, 30.0  # between two tries to connect


class Intake(Protocol):
    """Where inlets put what comes; the watch."""

    async def put(self, feed: str, data: bytes, *, wait: bool = True) -> int:
        """Journal a batch and return its number; with `wait`, not before there is room."""
        ...

    async def kept(self, seq: int) -> bool:
        """Wait until a record is on the disk; return whether it is."""
        ...

    def batch_s(self) -> float:
        """Return for how long small pieces are put together: longer while there is much to do."""
        ...

    def link(self, feed: str, connected: bool, why: str = "", *, ended: bool = False) -> None:
        """Journal that a connection was made or lost."""
        ...

    def dropped(self, feed: str, count: int) -> None:
        """Count what the system threw away because the watch was too slow."""
        ...


class Inlet(Protocol):
    """What reads one feed."""

    async def run(self) -> None:
        """Read until cancelled, or until the feed has ended for good."""
        ...


@dataclass(slots=True)
class Backoff:
    """Waits that grow, none like another: many watches must not come back at one moment."""

    rng: Random
    _tries: int = 0

    def reset(self) -> None:
        self._tries = 0

    def next_s(self) -> float:
        """Return how long to wait now."""
        longest = min(LONGEST_S, FIRST_S * 2.0**self._tries)
        self._tries += 1
        return longest * self.rng.uniform(0.5, 1.0)


@dataclass(slots=True)
class Gathering:
    """Bytes that come in small pieces, put together for as long as the watch asks."""

    feed: FeedSpec
    intake: Intake
    parts: list[bytes] = field(default_factory=list)
    size: int = 0
    since_s: float = 0.0

    def add(self, part: bytes, now_s: float) -> None:
        if not self.parts:
            self.since_s = now_s
        self.parts.append(part)
        self.size += len(part)

    def left_s(self, now_s: float) -> float | None:
        """Return how long a batch may still wait; None where there is none."""
        if not self.parts:
            return None
        if self.size >= MOST_BYTES:
            return 0.0
        return max(0.0, self.since_s + self.intake.batch_s() - now_s)

    async def flush(self, join: Callable[[Sequence[bytes]], bytes], *, wait: bool = True) -> int:
        """Journal what was gathered; return its number, 0 where there was nothing."""
        if not self.parts:
            return 0
        data, self.parts, self.size = join(self.parts), [], 0
        return await self.intake.put(self.feed.name, data, wait=wait)


def reason(error: BaseException) -> str:
    """Return in a few words why a connection failed."""
    if isinstance(error, asyncio.IncompleteReadError | EOFError):
        return "the other side closed it"
    if isinstance(error, TimeoutError):
        return "no answer in time"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error) or type(error).__name__
