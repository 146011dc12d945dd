"""OpenSky roll-call Parquet: raw Mode S frames as its Trino tables of replies give them.

Columns used: `mintime` (Unix seconds UTC of the first receiver), `rawmsg` (hex) and `icao24`, which
must be the address that the frame bears.
"""

from __future__ import annotations

import io
import math

import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.errors import FeedError
from tocsin.feed.hexlines import HexLines
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Reading

NAME = "rollcall"
TITLE = "OpenSky raw messages, Parquet (mintime, rawmsg, icao24)"
COLUMNS = ("mintime", "rawmsg", "icao24")


def sniff(head: bytes) -> bool:
    """Return whether Parquet bytes name the column `rawmsg`.

    The names stand at the end of a Parquet file: give the last 64 KiB with the first.
    """
    return head.startswith(b"PAR1") and b"rawmsg" in head and b"mintime" in head


def read(source: Source, options: ReadOptions) -> Reading:
    """Return the fixes of a roll-call file, rows counted from 0.

    Raises FeedError if the Parquet is damaged or lacks one of the three columns.
    """
    try:
        table = pq.read_table(io.BytesIO(source.data))
    except (pa.ArrowInvalid, OSError) as error:
        raise FeedError(
            f"is not Parquet that can be read: {error}", path=source.path, hint="fetch it again"
        ) from error
    missing = [name for name in COLUMNS if name not in table.column_names]
    if missing:
        raise FeedError(
            f"has no column {', '.join(missing)}",
            path=source.path,
            hint=f"a roll-call table has {', '.join(COLUMNS)}",
        )
    lines = HexLines(source, options, NAME, place="row")
    times = table["mintime"]
    if pa.types.is_timestamp(times.type):
        times = times.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).cast(pa.float64())
        seconds = [None if t is None else t / 1e6 for t in times.to_pylist()]
    else:
        seconds = times.cast(pa.float64()).to_pylist()
    frames, addresses = (table[name].cast(pa.string()).to_pylist() for name in COLUMNS[1:])
    for row, (time_s, frame, address) in enumerate(zip(seconds, frames, addresses, strict=True)):
        claim = _address(address)
        if time_s is None or not math.isfinite(time_s):
            lines.refuse(row, "no-time", "mintime is null; a frame without time cannot be placed")
        elif frame is None:
            lines.refuse(row, "no-frame", "rawmsg is null")
        elif claim is None:
            detail = f'icao24 "{address}" is not six hexadecimal digits'
            lines.refuse(row, "bad-address", detail, frame)
        else:
            lines.add(row, time_s, frame, claim)
    return lines.reading()


def _address(text: str | None) -> int | None:
    """Return the stated address, -1 if none is stated, None if it is no address."""
    if not text:
        return -1
    try:
        value = int(text, 16)
    except ValueError:
        return None
    return value if len(text) == 6 and value >= 0 else None
