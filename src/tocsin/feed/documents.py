"""Feeds whose every message is complete in itself: readsb's aircraft.json, tables of fixes.

Several messages may come in one batch: each stands behind its length (4 bytes, big-endian).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.errors import FeedError
from tocsin.feed import readsb
from tocsin.feed.columns import fixes
from tocsin.feed.source import ReadOptions, Source
from tocsin.feed.stream import batch_of
from tocsin.schema import FIX, Input, Reading, Refusal

_LENGTH = 4


def joined(messages: Iterable[bytes]) -> bytes:
    """Return messages as one batch."""
    return b"".join(len(message).to_bytes(_LENGTH, "big") + message for message in messages)


def parted(batch: bytes) -> Iterator[bytes]:
    """Yield the messages of a batch; what is left of a broken one comes last."""
    at = 0
    while at < len(batch):
        size = int.from_bytes(batch[at : at + _LENGTH], "big")
        yield batch[at + _LENGTH : at + _LENGTH + size]
        at += _LENGTH + size


class Documents:
    """Messages that need nothing of those before, and the reader of one."""

    def __init__(self, feed: str, name: str, read: Callable[[Source], Reading]) -> None:
        self._feed, self._name, self._read = feed, name, read

    @property
    def clock(self) -> str:
        """Return whose clock times are by: whoever made the messages."""
        return "host"

    def restart(self) -> None:
        """Nothing is kept between messages."""

    def take(self, data: bytes, t_ns: int) -> Reading:
        """Return the fixes of a batch of messages."""
        return each(self._feed, self._name, data, self._read)

    def dump(self) -> dict[str, Any]:
        """Return what is remembered: nothing."""
        return {}

    def load(self, told: dict[str, Any]) -> None:
        """Remember nothing."""


def readsb_stream(feed: str, options: ReadOptions) -> Documents:
    """Return the stream of snapshots of readsb, tar1090 or dump1090."""
    return Documents(feed, "readsb", lambda source: readsb.read(source, options))


def fixes_stream(feed: str, options: ReadOptions) -> Documents:
    """Return the stream of tables of fixes (FORMATS: `Fix`), Arrow IPC; no option bears on them."""
    del options
    return Documents(feed, "fixes", fixes_of)


def each(feed: str, name: str, batch: bytes, read: Callable[[Source], Reading]) -> Reading:
    """Return the reading of all messages of a batch; one that cannot be read costs no other."""
    tables: list[pa.Table] = []
    refusals: list[Refusal] = []
    records = 0
    for number, message in enumerate(parted(batch)):
        try:
            reading = read(batch_of(feed, message))
        except FeedError as error:
            place = f"message {number}"
            refusals.append(Refusal(feed, place, "unreadable", error.problem, repr(message[:40])))
            records += 1
            continue
        records += reading.input.records
        refusals += [replace(r, path=feed) for r in reading.refusals]
        if reading.fixes.num_rows:
            tables.append(reading.fixes)
    table = (
        pa.concat_tables(tables, promote_options="default").unify_dictionaries()
        if tables
        else no_fixes()
    )
    reasons = dict(sorted(Counter(r.reason for r in refusals).items()))
    whole = batch_of(feed, batch).sha256.hex()
    decoded = records - len(refusals)
    done = Input(feed, whole, name, records, decoded, len(refusals), reasons)
    return Reading(done, table, tuple(refusals))


def fixes_of(source: Source) -> Reading:
    """Return a table of fixes that came as an Arrow IPC stream; raises FeedError for another."""
    try:
        table = pa.ipc.open_stream(source.data).read_all()
    except (pa.ArrowInvalid, OSError) as error:
        raise FeedError(f"is no Arrow IPC stream: {error}", path=source.path) from error
    wrong = [
        field.name
        for field in table.schema
        if field.name not in FIX.names or FIX.field(field.name).type != field.type
    ]
    if wrong:
        raise FeedError(
            f"has columns that are none of a table of fixes: {', '.join(wrong[:5])}",
            path=source.path,
            hint="send what `tocsin read -o` writes, as an Arrow IPC stream",
        )
    done = Input(
        source.path, source.sha256.hex(), "fixes", table.num_rows, table.num_rows, 0, {}
    )  # fmt: skip
    return Reading(done, table)


def ipc(table: pa.Table) -> bytes:
    """Return a table of fixes as an Arrow IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    out: bytes = sink.getvalue().to_pybytes()
    return out


def no_fixes() -> pa.Table:
    """Return a table of fixes without rows."""
    core = {
        "source_kind": pa.array([], FIX.field("source_kind").type),
        "t_applicability": pa.array([], FIX.field("t_applicability").type),
        "lat_deg": np.zeros(0),
        "lon_deg": np.zeros(0),
    }
    return fixes(bytes(32), np.zeros(0, np.uint64), core)
