"""ASTERIX as it comes in datagrams, each a run of blocks.

A datagram's time of receipt dates its times of day.  The sites that CAT034 tells are kept.  The
edition of a source is judged on each batch anew unless it is configured: name it (`editions`),
for a few records are little to judge by.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tocsin.feed import asterix
from tocsin.feed.asterixblocks import Blocks, Lost
from tocsin.feed.asterixgroup import Told
from tocsin.feed.asterixruns import chain
from tocsin.feed.documents import parted
from tocsin.feed.source import ReadOptions
from tocsin.feed.stream import batch_of
from tocsin.schema import Reading


class AsterixStream:
    """The stream of one address, of as many radars and centres as send to it."""

    def __init__(self, feed: str, options: ReadOptions) -> None:
        self._feed, self._options = feed, options
        self._told = Told()

    @property
    def clock(self) -> str:
        """Return whose clock times are by: the sensors that made the blocks."""
        return "sensor"

    def restart(self) -> None:
        """A datagram is complete in itself."""

    def take(self, data: bytes, t_ns: int) -> Reading:
        """Return the fixes of a batch of datagrams."""
        source = batch_of(self._feed, data)
        payload = bytearray()
        offsets: list[int] = []
        lost: list[Lost] = []
        for message in parted(data):
            found, stop = chain(message, 0, len(message))
            offsets += [len(payload) + at for at in found]
            if stop < len(message) or not message:
                detail = f"a datagram of {len(message)} bytes that is no run of blocks"
                lost.append(Lost(len(payload) + stop, len(message) - stop, "no-asterix", detail))
            payload += message
        raw = np.frombuffer(bytes(payload), np.uint8).astype(np.int64)
        offset = np.array(offsets, np.int64)
        length = raw[offset + 1] << 8 | raw[offset + 2]
        times = np.full(len(offset), t_ns, np.int64)
        category = raw[offset]
        blocks = Blocks(
            bytes(payload), offset, length, category, times, offset, length, "udp", tuple(lost)
        )
        self._told.clocks.clear()  # they count in the bytes of one batch
        return asterix.decode(
            batch_of(self._feed, bytes(payload)) if payload else source,
            self._options,
            blocks,
            self._told,
        )

    def dump(self) -> dict[str, Any]:
        """Return everything that is remembered."""
        return {"sites": {name: list(site) for name, site in self._told.sites.items()}}

    def load(self, told: dict[str, Any]) -> None:
        """Remember what was dumped."""
        self._told = Told({name: (s[0], s[1], s[2]) for name, s in told["sites"].items()})
