"""SBS text as it comes: lines cut anywhere."""

from __future__ import annotations

from typing import Any

from tocsin.feed import sbs
from tocsin.feed.carry import Memory
from tocsin.feed.source import ReadOptions
from tocsin.feed.stream import batch_of
from tocsin.schema import Reading

KEPT_S = 7200.0
MOST_BYTES = 4096  # of a line: anything longer is none, and is not waited for
_TIDIED = 512


class SbsStream:
    """The stream of one receiver."""

    def __init__(self, feed: str, options: ReadOptions) -> None:
        self._feed, self._options = feed, options
        self._rest = b""
        self._batches = 0
        self._memory = Memory()

    @property
    def clock(self) -> str:
        """Return whose clock times are by: the computer that made the lines."""
        return "host"

    def restart(self) -> None:
        """Forget the start of a line."""
        self._rest = b""

    def take(self, data: bytes, t_ns: int) -> Reading:
        """Return the fixes of the next bytes; line numbers count within a batch."""
        whole, _, rest = (self._rest + data).rpartition(b"\n")
        if len(rest) > MOST_BYTES:
            whole, rest = whole + b"\n" + rest, b""
        self._rest = rest
        reading = sbs.read(batch_of(self._feed, whole), self._options, self._memory)
        self._batches += 1
        if self._batches % _TIDIED == 0:
            self._memory.forget(t_ns * 1e-9 - KEPT_S)
        return reading

    def dump(self) -> dict[str, Any]:
        """Return everything that is remembered."""
        return {
            "rest": self._rest.hex(),
            "batches": self._batches,
            "memory": self._memory.dump(),
        }

    def load(self, told: dict[str, Any]) -> None:
        """Remember what was dumped."""
        self._rest, self._batches = bytes.fromhex(told["rest"]), told["batches"]
        self._memory = Memory.load(told["memory"])
