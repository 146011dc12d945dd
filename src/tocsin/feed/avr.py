"""AVR text: one frame a line, `*HEX;`, `@STAMPHEX;`, `<STAMPSIGNALHEX;` or bare digits.

`*` and bare lines have no time at all: no pair of position frames can be shown to belong together,
so that positions are placed only near the receiver (`ReadOptions.reference`, right within 180 NM)
and flagged.  `@` and `<` have the 48-bit counter of Beast (`clock`).  Files that mix both are read
as if none had a time.  Mode A/C replies (4 digits) carry no address and give no fix.
"""

from __future__ import annotations

import re

import numpy as np

from tocsin.feed import clock
from tocsin.feed.hexlines import HexLines
from tocsin.feed.source import ReadOptions, Source
from tocsin.schema import Reading

NAME = "avr"
TITLE = "AVR text (*HEX; or @STAMPHEX; lines)"

_STAMP_DIGITS, _SIGNAL_DIGITS, _MODE_AC_DIGITS = 12, 2, 4
_LINE = re.compile(
    rb"(?:\*(?:[0-9A-Fa-f]{4}|[0-9A-Fa-f]{14}|[0-9A-Fa-f]{28});"
    rb"|@[0-9A-Fa-f]{12}(?:[0-9A-Fa-f]{4}|[0-9A-Fa-f]{14}|[0-9A-Fa-f]{28});"
    rb"|<[0-9A-Fa-f]{14}(?:[0-9A-Fa-f]{4}|[0-9A-Fa-f]{14}|[0-9A-Fa-f]{28});"
    rb"|[0-9A-Fa-f]{14}|[0-9A-Fa-f]{28})\Z"
)


def sniff(head: bytes) -> bool:
    """Return whether most of the first lines are frames."""
    lines = [line.strip() for line in head[:8192].split(b"\n")[:40]]
    lines = [line for line in lines[: -1 if len(lines) > 1 else None] if line]
    return bool(lines) and 2 * sum(bool(_LINE.match(line)) for line in lines) > len(lines)


def read(source: Source, options: ReadOptions) -> Reading:
    """Return the fixes of an AVR file.  Its note says what the times are worth."""
    lines = HexLines(source, options, NAME)
    stamps: list[int] = []
    bare = mode_ac = 0
    for number, raw in enumerate(source.data.split(b"\n"), 1):
        line = raw.strip().decode("latin-1")
        if not line:
            continue
        lead = line[0]
        skip = {"@": _STAMP_DIGITS, "<": _STAMP_DIGITS + _SIGNAL_DIGITS}.get(lead, 0)
        body = line[1:] if lead in "*@<" else line
        if lead in "*@<" and not body.endswith(";"):
            lines.refuse(number, "truncated", "the line does not end in a semicolon", line)
            continue
        body = body.rstrip(";")
        stamp = _stamp(body[:_STAMP_DIGITS]) if skip else None
        if skip and stamp is None:
            detail = f'stamp "{body[:_STAMP_DIGITS]}" is not 12 hexadecimal digits'
            lines.refuse(number, "bad-stamp", detail, line)
        elif _stamp(body[skip:], _MODE_AC_DIGITS) is not None:
            mode_ac += 1
        else:
            bare += not skip
            stamps.append(stamp or 0)
            lines.add(number, np.nan, body[skip:])
    notes: tuple[str, ...] = ()
    if mode_ac:
        notes = (f"{mode_ac:,} x Mode A/C reply (no address, no fix)",)
    if bare or not stamps:
        notes += ("no time: frames have no stamps; positions need a reference (--reference)",)
        return lines.reading(notes=notes, more=mode_ac)
    timing = clock.timing(np.array(stamps, np.int64), options.date, gps=False)
    return lines.reading(timing=timing, notes=notes, more=mode_ac)


def _stamp(digits: str, size: int = _STAMP_DIGITS) -> int | None:
    if len(digits) != size or not re.fullmatch("[0-9A-Fa-f]+", digits):
        return None
    return int(digits, 16)
