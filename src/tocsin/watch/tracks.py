"""All tracks as columns: one row an aircraft, a bounded number of rows.

What an update reads and writes stands in one record a track (numbers, counts, codes), so that it
touches four lines of memory and not thirty; a fifth has what most updates leave alone.  `motion`
and the columns that are named are views of it; what is seldom needed has arrays of its own.  Two
clocks: `T` is the time of the observation, in seconds from `EPOCH_NS`; all other times are seconds
of the watch's own clock, which never runs backwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.watch.batch import FOREIGN, NAMED, Batch, Bools, Bytes, Ints

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
_MOTION = 13
#: After them one number each, in the order of `motion.h`.
NUMBERS = (
    *("heard_at", "placed_at", "lag_s", "answered_at", "h_sigma_m", "vrate_mps"),
    *("judged_at", "judged_lon", "judged_lat", "judged_wide", "clear_m"),
)
_, PLACED_AT, LAG_S, _ANSWERED_AT, H_SIGMA_M = range(_MOTION, _MOTION + 5)
#: Counts, and codes of a byte each; then heights and their times by datum, that of the pressure
#: last in the fourth line and the others in the fifth, with the counts that are seldom needed.
_COUNTS = {"by_now": 24, "by_ever": 25, "bare": 26, "sound": 27, "by_then": 38, "scratch": 39}
_TURN_AND_WAITING, _CODES = 28, 29  # two counts in one; eight codes
CODES = ("kind", "plan", "grounded", "leaps", "lates")
HEIGHTS, _H_AT = slice(30, 38, 2), slice(31, 38, 2)
_WIDE, _LINE = 40, 8
_ADDRESSES = 1 << 25
NEVER = -1e9  # on the watch's clock
WITNESSES = 62  # more are told together as the last one
MOVED_S = 30.0  # a track that was begun anew elsewhere is doubted so long
ANSWERS_S, BARE = 60.0, 3  # it takes part so long after an answer; not, after so many plots alone
TURN_S = 15.0  # a witness counts for one to two of these


@dataclass(eq=False)
class Tracks:
    """The rows; `row_of` finds them by key."""

    capacity: int
    motion: Floats = field(init=False)
    key: Ints = field(init=False)
    used: Bools = field(init=False)
    heard_at: Floats = field(init=False)  # anything
    placed_at: Floats = field(init=False)  # a position
    lag_s: Floats = field(init=False)  # of that position: when it came less its own time
    answered_at: Floats = field(init=False)  # a transponder took part
    h_m: Floats = field(init=False)  # (rows, 4) by `settings.DATUMS`
    h_at: Floats = field(init=False)
    h_sigma_m: Floats = field(init=False)
    vrate_mps: Floats = field(init=False)
    judged_at: Floats = field(init=False)  # held against the areas (later: where it can wait) ...
    judged_lon: Floats = field(init=False)  # ... there ...
    judged_lat: Floats = field(init=False)
    judged_wide: Floats = field(init=False)  # (metres in a degree of longitude there, at most)
    clear_m: Floats = field(init=False)  # ... and nothing changes before it has gone so far
    by_now: Ints = field(init=False)  # witnesses of the turn it is of, one bit each ...
    by_then: Ints = field(init=False)  # ... of the turn before that ...
    #: ... and which that is: brought on when it is next told of.
    turn_of: NDArray[np.int32] = field(init=False)
    waiting: NDArray[np.int32] = field(init=False)  # of `hold`: slots that wait, look again soon
    by_ever: Ints = field(init=False)
    bare: Ints = field(init=False)  # seen by primary radar alone, so often in a row
    sound: Ints = field(init=False)  # reports of a good navigation
    scratch: Ints = field(init=False)
    kind: Bytes = field(init=False)  # of source, of the last position
    plan: Bytes = field(init=False)
    grounded: Bytes = field(init=False)
    leaps: Bytes = field(init=False)  # positions out of reach in a row, consistent among themselves
    lates: Bytes = field(init=False)

    def __post_init__(self) -> None:
        n = self.capacity
        record = np.zeros(n * _WIDE + _LINE)
        first = -(record.ctypes.data // 8) % _LINE  # records begin where lines of memory do
        self.record = record[first : first + n * _WIDE].reshape(n, _WIDE)
        self.motion = self.record[:, :_MOTION]
        self.h_m, self.h_at = self.record[:, HEIGHTS], self.record[:, _H_AT]
        for k, name in enumerate(NUMBERS, _MOTION):
            setattr(self, name, self.record[:, k])
        for name, k in _COUNTS.items():
            setattr(self, name, self.record.view(np.int64)[:, k])
        pairs = self.record.view(np.int32)[:, 2 * _TURN_AND_WAITING : 2 * _CODES]
        self.turn_of, self.waiting = pairs[:, 0], pairs[:, 1]
        for k, name in enumerate(CODES, 8 * _CODES):
            setattr(self, name, self.record.view(np.int8)[:, k])
        for column in (self.heard_at, self.placed_at, self.answered_at, self.judged_at, self.h_at):
            column[:] = NEVER
        for column in (self.h_m, self.h_sigma_m, self.vrate_mps):
            column[:] = np.nan
        for code in (self.kind, self.plan, self.grounded):
            code[:] = -1
        self.key = np.full(n, -1, np.int64)
        self.used = np.zeros(n, bool)
        self.late_t = np.zeros(n)  # time of the last position that came too late
        self.odd_t = np.zeros(n)  # the last position that could not be reached
        self.odd_lon, self.odd_lat = np.zeros(n), np.zeros(n)
        self.poor_at = np.full(n, NEVER)  # navigation reported as lost
        self.leapt_at = np.full(n, NEVER)  # a position that could not be reached
        self.other_at = np.full(n, NEVER)  # seen by something that needs no satellites
        self.moved_at = np.full(n, NEVER)  # the track was begun anew elsewhere
        self.jammed = np.zeros(n, bool)  # its position is doubtful: see `gnss`
        self.suspect = np.zeros(n, np.uint8)  # its navigation may be affected: looked at closer
        self.stamp = np.zeros(n, np.int32)  # of the compiled pass: the last batch that told of it
        self.callsign: list[str | None] = [None] * n
        self.type: list[str | None] = [None] * n
        self.name: list[str] = [""] * n
        self.witnesses: list[str] = []
        self.turn_at, self.turns = 0.0, 0
        self.free = list(range(n - 1, -1, -1))
        #: By address: row + 1, or 0; pages without use stay unmade.
        self.addressed: NDArray[np.int32] = np.zeros(_ADDRESSES, np.int32)
        self._named: dict[int, int] = {}

    def __len__(self) -> int:
        return self.capacity - len(self.free)

    def rows(self) -> Ints:
        """Return the rows in use, ascending."""
        return np.flatnonzero(self.used)

    def row_of(self, key: Ints) -> Ints:
        """Return the rows of keys (N,); -1 where there is none."""
        plain = (key >= 0) & (key < _ADDRESSES)
        row = self.addressed[np.where(plain, key, 0)].astype(np.int64) - 1
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
            self.addressed[key] = row + 1
        return row

    def close(self, row: int) -> None:
        """Forget a track; its row is as new."""
        key = int(self.key[row])
        if key >= NAMED:
            self._named.pop(key, None)
        else:
            self.addressed[key] = 0
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
        self.turn_of[row] = self.turns
        self.jammed[row], self.suspect[row] = False, 0
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
        self.used[rows], self.turn_of[rows], self.suspect[rows] = True, self.turns, 1
        self.free[:] = free
        for k, row in enumerate(rows.tolist()):
            self.name[row], self.callsign[row], self.type[row] = names[k], callsigns[k], types[k]
            key = int(self.key[row])
            if key >= NAMED:
                self._named[key] = row
            else:
                self.addressed[key] = row + 1

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
        """Let the witnesses of long ago go, of each track when it is told of or asked about."""
        if clock_s - self.turn_at >= TURN_S:
            self.turns += 2 if clock_s - self.turn_at >= 2 * TURN_S else 1
            self.turn_at = clock_s

    def brought_on(self, rows: Ints) -> None:
        """Bring the witnesses of rows to this turn."""
        behind = self.turns - self.turn_of[rows]
        if behind.any():
            self.by_then[rows] = np.where(
                behind > 1, 0, np.where(behind == 1, self.by_now[rows], self.by_then[rows])
            )
            self.by_now[rows] = np.where(behind > 0, 0, self.by_now[rows])
            self.turn_of[rows] = self.turns

    def doubtful(self, rows: Ints, clock_s: float) -> Bools:
        """Return whose position is no evidence: jammed, or just begun anew elsewhere."""
        return np.asarray(self.jammed[rows] | (clock_s - self.moved_at[rows] <= MOVED_S))

    def is_doubtful(self, row: int, clock_s: float) -> bool:
        """Return whether one position is no evidence."""
        return bool(self.jammed[row]) or clock_s - float(self.moved_at[row]) <= MOVED_S

    def sources(self, rows: Ints) -> NDArray[np.int64]:
        """Return how many witnesses saw each of some rows of late."""
        self.brought_on(rows)
        return np.asarray(np.bitwise_count(self.by_now[rows] | self.by_then[rows]), np.int64)

    def address(self, row: int) -> int | None:
        """Return the ICAO address of a track, or None where it has none."""
        key = int(self.key[row])
        return key if key < FOREIGN else None

    def answers(self, rows: Ints, clock_s: float) -> NDArray[np.int8]:
        """Return whether aircraft take part: 1 yes, 0 no, -1 cannot be told.

        Yes for a minute after the last answer; no from the third primary plot without one.
        """
        yes = clock_s - self.answered_at[rows] <= ANSWERS_S
        no = ~yes & (self.bare[rows] >= BARE)
        return np.where(yes, 1, np.where(no, 0, -1)).astype(np.int8)


def name_of(key: int, batch: Batch) -> str:
    """Return the name of a key as people read it."""
    if key >= NAMED:
        return batch.names[key]
    return f"{key:06x}" if key < FOREIGN else f"~{key - FOREIGN:06x}"


def sources_of(record: Floats, turns: int) -> int:
    """Return how many witnesses saw the track of a record of late, at a turn."""
    counts = record.view(np.int64)
    behind = turns - int(record.view(np.int32)[2 * _TURN_AND_WAITING])
    seen = int(counts[_COUNTS["by_now"]]) if behind < 2 else 0
    return (seen if behind else seen | int(counts[_COUNTS["by_then"]])).bit_count()


def answer_of(record: Floats, clock_s: float) -> int:
    """Return whether the aircraft of a record takes part, as `answers` does."""
    if clock_s - float(record[_ANSWERED_AT]) <= ANSWERS_S:
        return 1
    return 0 if record.view(np.int64)[_COUNTS["bare"]] >= BARE else -1


def plan_of(record: Floats) -> int:
    """Return whether a flight plan is known of the aircraft of a record, as `plan` says."""
    return int(record.view(np.int8)[8 * _CODES + CODES.index("plan")])
