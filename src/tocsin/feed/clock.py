"""Receiver counters to time: the 48-bit stamps of Beast and of AVR with stamps.

A free-running counter ticks at 12 MHz from an unknown start: it gives differences, no time of
day.  A Radarcape with GPS stamps instead gives the second of the UTC day in the upper 18 bits and
nanoseconds in the lower 30.  With `ReadOptions.date`
  GPS      midnight of that date plus the stamp: absolute, quality "gps";
  counter  the first frame is put at 00:00:00 of that date: differences are true, the absolute
           time is arbitrary, quality "counter", and a note says so.
Without a date t_applicability is null in both cases; positions are resolved from the differences.
A counter that runs back by more than `RESTART_S` was restarted: what follows has no known relation
to what went before, so that it gets no time and begins new tracks of CPR codes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from tocsin.feed.frames import NO_TIME, Bools, Ints
from tocsin.schema import Floats

COUNTER_HZ = 12e6
MLAT_STAMP = 0xFF004D4C4154  # "\xff\0MLAT": a frame made by multilateration, not received
RESTART_S = 10.0  # demodulators hand frames over up to a few seconds out of order, not more
DAY_S = 86_400
APART_S = 1e9  # between two runs of a counter: more than any limit in seconds


@dataclass(frozen=True, slots=True, eq=False)
class Timing:
    """The time of N frames."""

    t: NDArray[np.datetime64]  # (N,) datetime64[ns], NaT where unknown
    clock_s: Floats  # (N,) for differences
    quality: str  # "gps" or "counter"
    notes: tuple[str, ...]


def is_gps(stamp: Ints) -> Bools:
    """Return which stamps (N,) can be read as second of the day and nanosecond."""
    return ((stamp >> 30) < DAY_S) & ((stamp & 0x3FFFFFFF) < 1_000_000_000)


def timing(stamp: Ints, day: date | None, gps: bool) -> Timing:
    """Return the time of stamps (N,) in file order; MLAT_STAMP takes the time before it.

    gps   the receiver says that its stamps are GPS time of day
    """
    count = len(stamp)
    heard = stamp != MLAT_STAMP
    rank = np.maximum.accumulate(np.where(heard, np.arange(count), -1))
    if count == 0 or not heard.any():
        return Timing(np.full(count, NO_TIME), np.full(count, np.nan), "counter", ())
    first = int(np.argmax(heard))
    own = stamp[np.where(rank < 0, first, rank)]
    if gps:
        own_ns = (own >> 30) * 1_000_000_000 + (own & 0x3FFFFFFF)
        own_ns = own_ns + midnights(own_ns) * DAY_S * 1_000_000_000
        segment = np.zeros(count, np.int64)
    else:
        # Ticks of 250/3 ns; from the first stamp on, so that the product stays small.
        own_ns = (own - own[first]) * 250 // 3
        segment = restarts(own_ns)
    clock_s = own_ns * 1e-9 + segment * APART_S
    known = (rank >= 0) & (segment == 0) & (day is not None)
    base = np.datetime64(day.isoformat() if day else "1970-01-01", "ns")
    t = np.where(known, base + own_ns.astype("timedelta64[ns]"), NO_TIME)
    notes = _notes(day, gps, int(segment[-1]), int((~heard).sum()))
    return Timing(t, np.where(rank >= 0, clock_s, np.nan), "gps" if gps else "counter", notes)


def midnights(ns: Ints) -> Ints:
    """Return how many midnights lie before each stamp: a step back by most of a day is one."""
    step = np.diff(ns, prepend=ns[:1])
    half = DAY_S * 500_000_000
    return np.cumsum((step < -half).astype(np.int64) - (step > half))


def restarts(ns: Ints) -> Ints:
    """Return the number of restarts of the counter before each frame."""
    return np.cumsum(np.diff(ns, prepend=ns[:1]) < -RESTART_S * 1e9)


def _notes(day: date | None, gps: bool, restarts: int, made: int) -> tuple[str, ...]:
    notes = []
    if day is None:
        kind = "GPS time of day" if gps else "a free-running counter"
        notes.append(f"no absolute time: stamps are {kind} and no date is given (--date)")
    elif not gps:
        notes.append(
            f"absolute time is arbitrary: a free-running counter, first frame put at {day} 00:00:00"
        )
    if restarts:
        notes.append(f"the counter restarts {restarts} times; frames after that have no time")
    if made:
        notes.append(f"{made:,} multilateration frames take the time of the frame before them")
    return tuple(notes)
