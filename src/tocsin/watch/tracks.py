"""All tracks as columns: one row an aircraft, a bounded number of rows.

What moves stands in one matrix (`motion`, columns named below), so that a batch is gathered and
scattered in one go; the rest are columns of their own.  Two clocks: `T` is the time of the
observation, in seconds from `EPOCH_NS`; all other times are seconds of the watch's own clock,
which never runs backwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.watch.batch import FOREIGN, NAMED, Batch, Bools, Ints

EPOCH_NS = 1_577_836_800_000_000_000  # 2020-01-01: leaves 60 ns of resolution for the century

# Columns of `motion`: what every position reads and writes.
(
    T,  # of the last position used
    LON,  # degrees
    LAT,
    VE,  # m/s
    VN,
    PP,  # variance of position, per axis, m2
    PV,  # covariance of position and velocity, m2/s
    VV,  # variance of velocity, m2/s2
    R,  # variance of the last position by itself, m2
    FLON,  # the last position as it was told
    FLAT,
    GAP,  # usual time between positions, s
    COUNT,  # positions used
) = range(13)
_WIDE = 13
_ADDRESSES = 1 << 25
NEVER = -1e9  # on the watch's clock
WITNESSES = 62  # more are told together as the last one
MOVED_S = 30.0  # a track that was begun anew elsewhere is doubted so long
TURN_S = 15.0  # a witness counts for one to two of these


@dataclass(eq=False)
class Tracks:
    """The rows; `row_of` finds them by key."""

    capacity: int
    motion: Floats = field(init=False)
    key: Ints = field(init=False)
    used: Bools = field(init=False)

    def __post_init__(self) -> None:
        n = self.capacity
        self.motion = np.zeros((n, _WIDE))
        self.key = np.full(n, -1, np.int64)
        self.used = np.zeros(n, bool)
        self.heard_at = np.full(n, NEVER)  # anything
        self.placed_at = np.full(n, NEVER)  # a position
        self.lag_s = np.zeros(n)  # of that position: when it came less its own time
        self.judged_at = np.full(n, NEVER)  # held against the areas ...
        self.judged_lon, self.judged_lat = np.zeros(n), np.zeros(n)  # ... there ...
        self.judged_wide = np.zeros(n)  # (metres in a degree of longitude there, at most)
        self.clear_m = np.zeros(n)  # ... and nothing changes before it has gone so far
        self.late_t = np.zeros(n)  # time of the last position that came too late
        self.odd_t = np.zeros(n)  # the last position that could not be reached
        self.odd_lon, self.odd_lat = np.zeros(n), np.zeros(n)
        self.scratch = np.zeros(n, np.int64)
        self.h_m = np.full((n, 4), np.nan)  # by `settings.DATUMS`
        self.h_at = np.full((n, 4), NEVER)
        self.h_sigma_m = np.full(n, np.nan)
        self.vrate_mps = np.full(n, np.nan)
        self.kind = np.full(n, -1, np.int8)  # of source, of the last position
        self.answered_at = np.full(n, NEVER)  # a transponder took part
        self.bare = np.zeros(n, np.int64)  # seen by primary radar alone, so often in a row
        self.plan = np.full(n, -1, np.int8)
        self.grounded = np.full(n, -1, np.int8)
        self.sound = np.zeros(n, np.int64)  # reports of a good navigation
        self.poor_at = np.full(n, NEVER)  # navigation reported as lost
        self.leapt_at = np.full(n, NEVER)  # a position that could not be reached
        self.leaps = np.zeros(n, np.int8)  # in a row, consistent among themselves
        self.lates = np.zeros(n, np.int8)
        self.other_at = np.full(n, NEVER)  # seen by something that needs no satellites
        self.by_now = np.zeros(n, np.int64)  # witnesses of this turn, one bit each
        self.by_then = np.zeros(n, np.int64)
        self.by_ever = np.zeros(n, np.int64)
        self.moved_at = np.full(n, NEVER)  # the track was begun anew elsewhere
        self.jammed = np.zeros(n, bool)  # its position is doubtful: see `gnss`
        self.callsign: list[str | None] = [None] * n
        self.type: list[str | None] = [None] * n
        self.name: list[str] = [""] * n
        self.witnesses: list[str] = []
        self.turn_at = 0.0
        self.free = list(range(n - 1, -1, -1))
        self._address = np.zeros(_ADDRESSES, np.int32)  # row + 1; pages without use stay unmade
        self._named: dict[int, int] = {}

    def __len__(self) -> int:
        return self.capacity - len(self.free)

    def rows(self) -> Ints:
        """Return the rows in use, ascending."""
        return np.flatnonzero(self.used)

    def row_of(self, key: Ints) -> Ints:
        """Return the rows of keys (N,); -1 where there is none."""
        plain = (key >= 0) & (key < _ADDRESSES)
        row = self._address[np.where(plain, key, 0)].astype(np.int64) - 1
        row[~plain] = -1
        for k in np.flatnonzero(key >= NAMED):
            row[k] = self._named.get(int(key[k]), -1)
        return row

    def open(self, key: int, name: str) -> int:
        """Return a new row for a key; there must be a free one (see `oldest`)."""
        row = self.free.pop()
        self.used[row], self.key[row] = True, key
        self.name[row] = name
        if key >= NAMED:
            self._named[key] = row
        else:
            self._address[key] = row + 1
        return row

    def close(self, row: int) -> None:
        """Forget a track; its row is as new."""
        key = int(self.key[row])
        if key >= NAMED:
            self._named.pop(key, None)
        else:
            self._address[key] = 0
        self.motion[row] = 0.0
        self.key[row], self.used[row] = -1, False
        self.h_m[row], self.h_at[row] = np.nan, NEVER
        self.h_sigma_m[row] = self.vrate_mps[row] = np.nan
        self.kind[row] = self.plan[row] = self.grounded[row] = -1
        self.clear_m[row] = self.late_t[row] = self.odd_t[row] = 0.0
        for column in (
            self.heard_at,
            self.placed_at,
            self.judged_at,
            self.answered_at,
            self.poor_at,
            self.leapt_at,
            self.moved_at,
            self.other_at,
        ):
            column[row] = NEVER
        for count in (
            self.bare,
            self.sound,
            self.leaps,
            self.lates,
            self.by_now,
            self.by_then,
            self.by_ever,
        ):
            count[row] = 0
        self.jammed[row] = False
        self.callsign[row] = self.type[row] = None
        self.name[row] = ""
        self.free.append(row)

    def adopt(
        self,
        rows: Ints,
        names: list[str],
        callsigns: list[str | None],
        types: list[str | None],
        free: list[int],
    ) -> None:
        """Take rows into use whose columns are filled, as a checkpoint has them."""
        self.used[rows] = True
        self.free[:] = free
        for k, row in enumerate(rows.tolist()):
            self.name[row], self.callsign[row], self.type[row] = names[k], callsigns[k], types[k]
            key = int(self.key[row])
            if key >= NAMED:
                self._named[key] = row
            else:
                self._address[key] = row + 1

    def oldest(self, count: int) -> Ints:
        """Return the rows not heard for longest, the longest first."""
        rows = self.rows()
        order = np.lexsort((rows, self.heard_at[rows]))
        return np.asarray(rows[order[:count]])

    def witness(self, name: str) -> int:
        """Return the bit of a witness."""
        if name not in self.witnesses:
            if len(self.witnesses) >= WITNESSES:
                return 1 << (WITNESSES - 1)
            self.witnesses.append(name)
        return 1 << self.witnesses.index(name)

    def turn(self, clock_s: float) -> None:
        """Let the witnesses of long ago go."""
        if clock_s - self.turn_at >= 2 * TURN_S:
            self.by_then[:] = 0
            self.by_now[:] = 0
            self.turn_at = clock_s
        elif clock_s - self.turn_at >= TURN_S:
            self.by_then[:] = self.by_now
            self.by_now[:] = 0
            self.turn_at = clock_s

    def doubtful(self, rows: Ints, clock_s: float) -> Bools:
        """Return whose position is no evidence: jammed, or just begun anew elsewhere."""
        return np.asarray(self.jammed[rows] | (clock_s - self.moved_at[rows] <= MOVED_S))

    def sources(self, rows: Ints) -> NDArray[np.int64]:
        """Return how many witnesses saw each of some rows of late."""
        return np.asarray(np.bitwise_count(self.by_now[rows] | self.by_then[rows]), np.int64)

    def address(self, row: int) -> int | None:
        """Return the ICAO address of a track, or None where it has none."""
        key = int(self.key[row])
        return key if key < FOREIGN else None

    def answers(self, rows: Ints, clock_s: float) -> NDArray[np.int8]:
        """Return whether aircraft take part: 1 yes, 0 no, -1 cannot be told.

        Yes for a minute after the last answer; no from the third primary plot without one.
        """
        yes = clock_s - self.answered_at[rows] <= 60.0
        no = ~yes & (self.bare[rows] >= 3)
        return np.where(yes, 1, np.where(no, 0, -1)).astype(np.int8)


def name_of(key: int, batch: Batch) -> str:
    """Return the name of a key as people read it."""
    if key >= NAMED:
        return batch.names[key]
    return f"{key:06x}" if key < FOREIGN else f"~{key - FOREIGN:06x}"
