"""Activation times: intervals of UTC, in order and without overlap.

A volume without intervals is always active.  An open end (OpenAIR version 2: "NONE") becomes the
first or last whole year that 64-bit nanoseconds can count, so that every end is a moment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime

from tocsin.airspace.refused import Refused

EARLIEST = "1678-01-01T00:00:00Z"
LATEST = "2262-01-01T00:00:00Z"

Interval = tuple[str, str]

_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})")


def parse_moment(text: str) -> datetime:
    """Return an RFC 3339 time with its zone, in UTC; seconds may be left out.

    Raises Refused ("bad-activation") for anything else, a time without a zone among them.
    """
    stripped = text.strip().upper()
    try:
        if _MOMENT.fullmatch(stripped):
            return datetime.fromisoformat(stripped).astimezone(UTC)
    except (ValueError, OverflowError):
        pass  # a thirteenth month, a 25th hour: the same sentence as for what is no time at all
    raise Refused(
        "bad-activation",
        f'"{text.strip()}" is no UTC time; write it as 2026-01-31T06:00Z, or NONE for an open end',
    )


def parse_interval(start: str, end: str) -> Interval:
    """Return one interval; "NONE" (or "") stands for an open end, but not for both.

    Raises Refused ("bad-activation").
    """
    open_start, open_end = (word.strip().upper() in ("", "NONE") for word in (start, end))
    if open_start and open_end:
        raise Refused(
            "bad-activation",
            "activation NONE/NONE has neither start nor end; write NONE alone for activation "
            "by NOTAM",
        )
    begin = parse_moment(EARLIEST if open_start else start)
    finish = parse_moment(LATEST if open_end else end)
    if begin >= finish:
        raise Refused(
            "bad-activation", f"activation {start.strip()}/{end.strip()} ends before it begins"
        )
    return _text(begin), _text(finish)


def union(intervals: Iterable[Interval]) -> tuple[Interval, ...]:
    """Return the same hours sorted, overlapping and touching intervals as one.

    Fixed-width UTC text sorts as time does.
    """
    out: list[Interval] = []
    for begin, end in sorted(intervals):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(out[-1][1], end))
        else:
            out.append((begin, end))
    return tuple(out)


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + (
        f".{moment.microsecond:06d}Z" if moment.microsecond else "Z"
    )
