"""jet1090 JSON lines: one object a line with `timestamp` (Unix seconds UTC) and `frame` (hex).

Only these two are used.  What jet1090 decoded stands beside them and is not: its positions are
decided again here, so that one rule holds for all sources.  jet1090 writes 14 bytes for every
frame; a short one (DF 0-15) is its first 7 bytes and the rest is noise of the receiver.
"""

from __future__ import annotations

import json
from math import isfinite

from tocsin.feed.hexlines import HexLines
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Reading

NAME = "jet1090"
TITLE = "jet1090 JSON lines (timestamp, frame)"


def sniff(head: bytes) -> bool:
    """Return whether the first line is an object with a time stamp and a frame."""
    line = head.lstrip().split(b"\n", 1)[0]
    return line.startswith(b"{") and b'"timestamp"' in line and b'"frame"' in line


def read(source: Source, options: ReadOptions) -> Reading:
    """Return the fixes of a jet1090 recording; times are those of the receiving host."""
    lines = HexLines(source, options, NAME)
    text = source.data.decode("utf-8", "replace")  # json takes three times as long over bytes
    for number, raw in enumerate(text.split("\n"), 1):
        if not raw or raw.isspace():
            continue
        try:
            record = json.loads(raw)
        except json.JSONDecodeError as error:
            lines.refuse(number, "bad-json", f"not a JSON object: {error}", raw)
            continue
        stamp = record.get("timestamp") if isinstance(record, dict) else None
        frame = record.get("frame") if isinstance(record, dict) else None
        if not isinstance(frame, str):
            lines.refuse(number, "no-frame", 'no "frame" with hexadecimal digits', raw)
        elif not isinstance(stamp, float | int) or not isfinite(stamp):
            lines.refuse(number, "no-time", f'"timestamp" is {stamp!r}, not Unix seconds', raw)
        else:
            lines.add(number, float(stamp), frame)
    return lines.reading(padded=True)
