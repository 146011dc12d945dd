"""Feeds that never end: bytes as they come, fixes out, batch by batch.

A stream keeps what the next batch needs: the start of a message, the other half of a pair of
position codes, the accuracy that was said two seconds ago.  So the batches together give what
`formats.read` gives of the same bytes in one file, whatever the batches are.  What a file would
tell an earlier row from a later one (that an address is real), a stream cannot.

A stream depends on nothing but the bytes and the times of receipt; `dump` and `load` carry it
over a restart.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any, Protocol

from tocsin.errors import UsageError
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Reading


class Stream(Protocol):
    """What is read of one feed."""

    @property
    def clock(self) -> str:
        """Return whose clock the newest times are by; times by two have no known relation."""
        ...

    def take(self, data: bytes, t_ns: int) -> Reading:
        """Return the fixes of the next bytes, which were received at a time (UTC)."""
        ...

    def restart(self) -> None:
        """Forget the start of a message: the connection was lost, its rest does not come."""
        ...

    def dump(self) -> dict[str, Any]:
        """Return everything that is remembered, as plain values."""
        ...

    def load(self, told: dict[str, Any]) -> None:
        """Remember what was dumped."""
        ...


STREAMS = ("beast", "sbs", "readsb", "asterix", "fixes")


def stream(name: str, feed: str, options: ReadOptions) -> Stream:
    """Return the reader of a feed of one of `STREAMS`; raises UsageError for another."""
    kinds: dict[str, Callable[[str, ReadOptions], Stream]] = {}
    if name == "beast":
        from tocsin.feed.beaststream import BeastStream

        kinds[name] = BeastStream
    elif name == "sbs":
        from tocsin.feed.sbsstream import SbsStream

        kinds[name] = SbsStream
    elif name == "asterix":
        from tocsin.feed.asterixstream import AsterixStream

        kinds[name] = AsterixStream
    elif name in ("readsb", "fixes"):
        from tocsin.feed.documents import fixes_stream, readsb_stream

        kinds[name] = readsb_stream if name == "readsb" else fixes_stream
    else:
        raise UsageError(f'no stream is called "{name}"', hint=f"streams are {', '.join(STREAMS)}")
    return kinds[name](feed, options)


def batch_of(feed: str, data: bytes) -> Source:
    """Return a batch as the readers see a file: its name is that of the feed."""
    return Source(feed, data, hashlib.sha256(data).digest())
