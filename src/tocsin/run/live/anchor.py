"""The clock of a feed against that of the watch.

A feed whose newest time lies within `late_s` of its receipt is taken at its word.  One that does
not, a recording that somebody plays over a socket, or a receiver whose clock was never set, is
shifted as a whole, so that its newest record was received when it was: differences stay as they
are.  A clock that drifts ahead is shifted back.  A recording that is played faster than it was
made runs ahead for good: its differences are worth more than its distance from now, for speeds
come from them; so it is let go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tocsin.feed.frames import Ints
from tocsin.schema.live import rfc3339

AHEAD_NS = 2_000_000_000  # a clock may be this far ahead before it is not believed
FAST = 1e-2  # seconds gained a second: no quartz is as bad
NONE = -1  # no time


@dataclass(slots=True)
class Anchor:
    """What is known of one feed's clock."""

    late_ns: int
    shift_ns: int = 0  # what is added to its times
    last_ns: int = 0  # newest time, shifted
    since_ns: int = 0  # receipt when it was last shifted, or first heard
    fast: bool = False  # played faster than it was made
    said: str = ""

    def line(self, t_ns: Ints, receipt_ns: int) -> Ints:
        """Return times (N,) on the clock of the watch; NONE stays."""
        known = t_ns != NONE
        if not known.any():
            return t_ns
        newest = int(t_ns[known].max())
        self.since_ns = self.since_ns or receipt_ns
        lag_ns = receipt_ns - newest - self.shift_ns
        if lag_ns < -AHEAD_NS and not self.fast:
            self.fast = self.shift_ns != 0 and -lag_ns > FAST * (receipt_ns - self.since_ns)
            if not self.fast:
                self._shift(newest, receipt_ns)
        elif self.fast and newest + self.shift_ns < self.last_ns - self.late_ns:
            self._shift(newest, self.last_ns)  # played again from its beginning
        elif lag_ns > self.late_ns and (self.shift_ns or not self.last_ns):
            self._shift(newest, receipt_ns)
        shifted = np.where(known, t_ns + self.shift_ns, NONE)
        self.last_ns = max(self.last_ns, int(shifted[known].max()))
        return shifted

    def dump(self) -> dict[str, Any]:
        """Return everything that is remembered."""
        return {name: getattr(self, name) for name in self.__slots__}

    def load(self, told: dict[str, Any]) -> None:
        """Remember what was dumped."""
        for name, value in told.items():
            setattr(self, name, value)

    def _shift(self, newest: int, onto_ns: int) -> None:
        """Let the newest time be that of receipt, and say so."""
        off_s = (onto_ns - newest) / 1e9
        self.shift_ns, self.since_ns = onto_ns - newest, onto_ns
        self.said = (
            f"its clock says {rfc3339(newest)[:19]}Z, {abs(off_s):,.0f} s "
            f"{'behind' if off_s > 0 else 'ahead'}: its times are shifted by that"
        )
