"""CSV of raw frames: `unix_s,hex`, `unix_s,hex,icao[,tc]` or `unix_s,icao,hex`, without a header.

The layout is told from the first line that has 14 or 28 digits in one of its fields, and holds for
the file.  Fields may be quoted, lines may end in CR LF, and the file may begin with a byte order
mark.  An address beside the frame must be that of the frame; a type code beside it is not used.
"""

from __future__ import annotations

import re
from math import isfinite

from tocsin.feed.hexlines import HexLines
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Reading

NAME = "rawcsv"
TITLE = "CSV of raw Mode S frames (unix_s,hex or unix_s,icao,hex)"

_FRAME = re.compile(r"(?:[0-9A-Fa-f]{14}|[0-9A-Fa-f]{28})\Z")
_ADDRESS = re.compile(r"[0-9A-Fa-f]{6}\Z")
_UNIX = re.compile(r"\d{9,10}(\.\d*)?\Z")


def sniff(head: bytes) -> bool:
    """Return whether one of the first lines is a Unix time and a frame, with or without address."""
    lines = head[:4096].decode("utf-8-sig", "replace").splitlines()
    return any(_layout(line) for line in lines[:5])


def read(source: Source, options: ReadOptions) -> Reading:
    """Return the fixes of a CSV of frames; times are those of the receiving host."""
    lines = HexLines(source, options, NAME)
    text = source.data.decode("utf-8-sig", "replace")
    layout: tuple[int, int] | None = None
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        layout = layout or _layout(line)
        fields = _fields(line)
        frame_at, claim_at = layout or (1, -1)
        if len(fields) <= max(frame_at, claim_at):
            detail = f"{len(fields)} fields; the first lines have at least {frame_at + 1}"
            lines.refuse(number, "bad-row", detail, line)
            continue
        seconds = _seconds(fields[0])
        claim = fields[claim_at] if claim_at > 0 else ""
        if seconds is None:
            lines.refuse(number, "no-time", f'"{fields[0]}" is not Unix seconds', line)
        elif claim and not _ADDRESS.match(claim):
            detail = f'address "{claim}" is not six hexadecimal digits'
            lines.refuse(number, "bad-address", detail, line)
        else:
            lines.add(number, seconds, fields[frame_at], int(claim, 16) if claim else -1)
    return lines.reading()


def _fields(line: str) -> list[str]:
    return [field.strip().strip('"') for field in line.split(",")]


def _layout(line: str) -> tuple[int, int] | None:
    """Return the columns of frame and address (-1: none) that a line shows, or None."""
    fields = _fields(line)
    if not _UNIX.match(fields[0]) or len(fields) < 2:
        return None
    if _FRAME.match(fields[1]):
        return 1, 2 if len(fields) > 2 and _ADDRESS.match(fields[2]) else -1
    if len(fields) > 2 and _ADDRESS.match(fields[1]) and _FRAME.match(fields[2]):
        return 2, 1
    return None


def _seconds(text: str) -> float | None:
    """Return Unix seconds, or None for what is not a finite number."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if isfinite(value) else None
