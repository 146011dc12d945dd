"""When a volume is active, by NOTAM: its hours as `Volume.active` wants them, and as reports.

A volume without hours is always active (`Volume.active` is empty), so that "never in this window"
cannot be written there: `activated` then returns None, and the caller leaves the volume out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from tocsin.context.moments import LATEST_NS, text_of
from tocsin.context.notam import Notam
from tocsin.context.schedule import Interval, union
from tocsin.schema import Report, Volume


def in_force(notams: Iterable[Notam]) -> tuple[Notam, ...]:
    """Return the NOTAM that say something, each ended where another replaces or cancels it.

    An end that was an estimate holds on until then; where nothing ended it, it is left as it was
    given, and `Notam.estimated` says so.
    """
    given = tuple(notams)
    ends: dict[str, int] = {}
    for notam in given:
        if notam.kind in ("R", "C") and notam.refers:
            ends[notam.refers] = min(notam.begin_ns, ends.get(notam.refers, LATEST_NS))
    out = []
    for notam in given:
        end_ns = ends.get(notam.number) if notam.number else None
        if notam.kind == "C" or (end_ns is not None and end_ns <= notam.begin_ns):
            continue
        if end_ns is not None and (end_ns < notam.end_ns or notam.estimated):
            notam = replace(notam, end_ns=end_ns, permanent=False, estimated=False)
        out.append(notam)
    return tuple(out)


def names(notam: Notam, volume: str) -> bool:
    """Return whether the text of a NOTAM names a volume, as a whole word."""
    if not volume:
        return False
    return re.search(rf"(?<![\w-]){re.escape(volume)}(?![\w-])", notam.text, re.I) is not None


def active_hours(
    notams: Iterable[Notam], volume: str, window_ns: Interval | None = None
) -> tuple[tuple[str, str], ...]:
    """Return when a volume is active by all NOTAM that name it, RFC 3339 in UTC, in order."""
    spans = [
        span
        for notam in in_force(notams)
        if names(notam, volume)
        for span in notam.hours(window_ns)
    ]
    return tuple((text_of(begin), text_of(end)) for begin, end in union(spans))


def activated(
    volume: Volume, notams: Iterable[Notam], window_ns: Interval | None = None
) -> Volume | None:
    """Return the volume with its hours, None where no NOTAM makes it active in the window."""
    active = active_hours(notams, volume.name, window_ns)
    return replace(volume, active=active) if active else None


def reports(
    notam: Notam, volume: str = "", window_ns: Interval | None = None
) -> tuple[Report, ...]:
    """Return one report of kind "activation" for each interval in which a NOTAM holds."""
    pairs = [("number", notam.number), ("lower", notam.lower), ("upper", notam.upper)]
    pairs += [("location", name) for name in notam.locations]
    pairs += [("estimated", "yes")] if notam.estimated else []
    return tuple(
        Report(
            kind="activation",
            t_ns=begin,
            until_ns=None if end == LATEST_NS else end,
            by=notam.fir or " ".join(notam.locations),
            volume=volume,
            text=notam.text,
            path=notam.path,
            place=notam.place,
            properties=tuple((key, text) for key, text in pairs if text),
        )
        for begin, end in notam.hours(window_ns)
    )
