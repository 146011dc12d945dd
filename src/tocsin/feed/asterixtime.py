"""ASTERIX time of day to UTC.

A record says seconds since midnight and no date.  The date comes from the caller, with midnights
counted from the first record on (`parse.unroll_midnight`), else from the time of the packet: the
day that brings the two closest.  Without either there is no absolute time.  CAT001 sends only the
lower 16 bits of the time of day, which repeat every 512 s: the rest comes from the last CAT002
message of the same radar, or from the packet.
"""

from __future__ import annotations

from datetime import date

import numpy as np
from numpy.typing import NDArray

from tocsin.feed import parse
from tocsin.feed.frames import NO_TIME, Ints
from tocsin.schema import Floats

DAY_S = 86_400.0
TRUNCATED_S = 512.0  # 2^16 / 128


def resolve(
    tod_s: Floats, packet_ns: Ints, day: date | None
) -> tuple[NDArray[np.datetime64], tuple[str, ...]]:
    """Return UTC (N,) datetime64[ns] of times of day in file order, and how they were dated.

    tod_s      (N,) seconds since midnight, NaN where unknown
    packet_ns  (N,) capture time, `parse.NAT` where unknown
    day        the UTC day of the first record, if the caller knows it
    """
    known = np.isfinite(tod_s)
    if not known.any():
        return np.full(len(tod_s), NO_TIME), ()
    if day is not None:
        ns = parse.unroll_midnight(tod_s, day)
        return ns.view("datetime64[ns]"), (f"times of day are counted from {day}",)
    dated = known & (packet_ns != parse.NAT)
    if not dated.any():
        return np.full(len(tod_s), NO_TIME), (
            "no absolute time: ASTERIX gives the time of day only and no date is given (--date)",
        )
    packet_s = packet_ns[dated] / parse.NS
    days = np.rint((packet_s - tod_s[dated]) / DAY_S).astype(np.int64)
    t = np.full(len(tod_s), parse.NAT)
    t[dated] = days * 86_400 * parse.NS + np.rint(tod_s[dated] * parse.NS).astype(np.int64)
    first = np.datetime64(int(days.min()), "D")
    notes = [f"the date {first} is that of the packets; give --date if the capture was replayed"]
    off_s = float(np.median(t[dated] / parse.NS - packet_s))
    if abs(off_s) > 60:
        notes.append(f"the clock of the records is {off_s:+,.0f} s off that of the capture")
    return t.view("datetime64[ns]"), tuple(notes)


def beside(t: NDArray[np.datetime64], tod_s: Floats, other_s: Floats) -> NDArray[np.datetime64]:
    """Return the UTC of a second time of day in the same record, (N,): the nearest to the first."""
    step_s = other_s - tod_s
    step_s = step_s - DAY_S * np.rint(step_s / DAY_S)
    ns = np.where(np.isfinite(step_s), np.rint(np.nan_to_num(step_s) * 1e9), 0).astype(np.int64)
    return np.where(np.isfinite(step_s), t + ns.astype("timedelta64[ns]"), NO_TIME)


def completed(part_s: Floats, near_s: Floats) -> Floats:
    """Return times of day (N,) from their remainders by 512 s and times of day near them."""
    away = np.mod(part_s - near_s + TRUNCATED_S / 2, TRUNCATED_S) - TRUNCATED_S / 2
    return np.asarray(np.mod(near_s + away, DAY_S), np.float64)
