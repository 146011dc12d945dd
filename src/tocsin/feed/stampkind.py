"""Whether 48-bit stamps are GPS time or a counter of 12 MHz, where the receiver does not say.

Both are plain numbers.  GPS: the second of the day above bit 30, nanoseconds below, so that of the
2^30 values below 7 % never occur; and 2^30 pass in a second.  Counter: 12 million pass in a second,
and its lower 30 bits take all values once in 89 s.  So

  counter  where stamps occur that GPS cannot have (some, as bytes may be damaged);
  GPS      where none does although seconds enough went by: were it a counter, each would have
           had its 7 %, with -ln(0.93) of evidence a stamp.  A second counts for 3 at most (a
           recording may have stopped just there), and 20 are asked: a chance of 2e-9;
  either   by the times of receipt of a live feed, once they span some seconds: a counter played at
           a sixteenth to sixteen times its pace cannot be mistaken for GPS time at 0.75 and more.

Until then the answer is unknown.
"""

from __future__ import annotations

from enum import StrEnum
from math import log
from typing import Any

import numpy as np

from tocsin.feed import clock
from tocsin.feed.frames import Ints

_SECOND = 1 << 30  # of a GPS stamp
_NATS = -log(1e9 / _SECOND)  # evidence of one stamp that a counter might not have had
_NATS_EACH, _NATS_ENOUGH = 3.0, 20.0
_ODD_LEAST, _ODD_SHARE = 3, 0.01  # stamps that GPS cannot have, before they are believed
_SPAN_S, _STAMPS = 3.0, 20  # of receipt, before its pace is believed
_SLOW, _FAST = 2e8, 8e8  # a second: a counter below, GPS above


class StampKind(StrEnum):
    """What the stamps of one receiver are."""

    UNKNOWN = "unknown"
    GPS = "gps"
    COUNTER = "counter"


class Evidence:
    """What the stamps so far say of themselves."""

    def __init__(self) -> None:
        self._count = self._odd = 0
        self._seconds: dict[int, int] = {}  # stamps in each, were they GPS time
        self._first: int | None = None  # stamp ...
        self._first_ns = 0  # ... and when it came
        self._pace = 0.0  # of stamps in a second of receipt, once it is known

    def take(self, stamp: Ints, t_ns: int | None = None) -> StampKind:
        """Return what stamps (N,) and those before them are.

        stamp  of frames that were heard, in order; none that multilateration made
        t_ns   when they were received; None for those of a file
        """
        if len(stamp):
            self._count += len(stamp)
            self._odd += int((~clock.is_gps(stamp)).sum())
            each, counts = np.unique(stamp >> 30, return_counts=True)
            for second, count in zip(each.tolist(), counts.tolist(), strict=True):
                self._seconds[second] = self._seconds.get(second, 0) + count
            if t_ns is not None:
                self._timed(int(np.median(stamp)), t_ns)
        return self._kind()

    def _timed(self, stamp: int, t_ns: int) -> None:
        if self._first is None:
            self._first, self._first_ns = stamp, t_ns
        elif t_ns - self._first_ns >= _SPAN_S * 1e9 and self._count >= _STAMPS:
            self._pace = (stamp - self._first) / ((t_ns - self._first_ns) / 1e9)

    def _kind(self) -> StampKind:
        if self._odd >= _ODD_LEAST and self._odd > _ODD_SHARE * self._count:
            return StampKind.COUNTER
        if self._odd:  # too few to tell damage from a counter
            return StampKind.UNKNOWN
        if 0 < self._pace < _SLOW:
            return StampKind.COUNTER
        if self._pace > _FAST:
            return StampKind.GPS
        newest = max(self._seconds, default=0)  # it may not have come to its end
        nats = sum(
            min(_NATS * count, _NATS_EACH)
            for second, count in self._seconds.items()
            if second != newest
        )
        return StampKind.GPS if nats >= _NATS_ENOUGH else StampKind.UNKNOWN

    def dump(self) -> dict[str, Any]:
        """Return everything that is remembered, as plain values."""
        return {**self.__dict__, "_seconds": [list(each) for each in self._seconds.items()]}

    def load(self, told: dict[str, Any]) -> None:
        """Remember what was dumped."""
        self.__dict__.update(told)
        self._seconds = {int(second): int(count) for second, count in told["_seconds"]}
