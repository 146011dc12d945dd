"""The compiled pass of a batch through the tracks (`round.c`), over the columns of `Tracks`."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from tocsin.compiled import at, library
from tocsin.schema import Floats
from tocsin.watch.batch import Batch, Bytes, Ints
from tocsin.watch.tracks import EPOCH_NS, Tracks

_HERE = Path(__file__).parent
#: Of `Tracks`, in the order of `round.c`.
_COLUMNS: tuple[tuple[str, Any], ...] = (
    ("record", np.float64),
    *((name, np.float64) for name in ("late_t", "odd_t", "odd_lon", "odd_lat", "moved_at")),
    *((name, np.float64) for name in ("leapt_at", "other_at", "poor_at")),
    ("suspect", np.uint8),
    ("stamp", np.int32),
)
#: Of `Batch`, after whose an update is and when and where it was made.
_UPDATES: tuple[tuple[str, Any], ...] = (
    *((name, np.float64) for name in ("sigma_m", "ve_mps", "vn_mps", "h_m", "h_sigma_m")),
    ("vrate_mps", np.float64),
    *((name, np.int8) for name in ("kind", "answers", "plan", "grounded", "nacp", "nic")),
)
_ELSEWHERE = ("recheck_s",)  # of the engine
_MOST_STAMPS = 2**31 - 1
_AT, _COUNT, _CODE = ctypes.c_void_p, ctypes.c_long, ctypes.c_int32
_FIND: list[Any] = [
    *(_AT, _AT, ctypes.c_int64, _AT, _AT, _AT, _COUNT, ctypes.c_int64, ctypes.c_double, _CODE),
    *(_AT, _AT, _AT, _AT),
]
_FOLD: list[Any] = [_AT, _AT, _AT, _AT, _COUNT, ctypes.c_int, _AT, _AT, _AT]
REASONS = ("late", "repeated", "unreachable")


class _Columns(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name in (*(n for n, _ in _COLUMNS), *_ELSEWHERE)]


class _Updates(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("row", "t_s", "lon_deg", "lat_deg")),
        *((name, ctypes.c_void_p) for name, _ in _UPDATES),
        ("count", ctypes.c_int64),
    ]


class _Now(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_double) for name in ("clock_s", "now_s", "accel_psd", "widest_m2")),
        ("soonest_s", ctypes.c_double),
        *((name, ctypes.c_int64) for name in ("witness", "turn", "other_kinds")),
    ]


class Taken(NamedTuple):
    """What a batch did to the tracks."""

    rows: Ints  # that moved
    due: Ints  # of these: something may have changed against the areas
    counts: dict[str, int]  # what was not used, by reason


class Whose(NamedTuple):
    """Updates (N,) whose tracks are all known."""

    row: Ints
    t_s: Floats  # of the observation
    placed: Ints  # which have a position
    alone: bool  # each track comes once


class Round:
    """One batch after the other into the columns of tracks."""

    def __init__(self, tracks: Tracks, recheck_s: Floats, code: ctypes.CDLL) -> None:
        self._fold, self._told = code.tocsin_fold, code.tocsin_told
        self._find, self._addressed = code.tocsin_find, tracks.addressed
        self._fold.restype = self._find.restype = ctypes.c_long
        self._find.argtypes, self._fold.argtypes = _FIND, _FOLD
        self._affected, self._tracks = code.tocsin_affected, tracks
        self._told.restype = self._affected.restype = None
        held = [(getattr(tracks, name), kind) for name, kind in _COLUMNS]
        held += [(recheck_s, np.float64)]
        for column, kind in held:
            if column.dtype != kind or not column.flags.c_contiguous:
                raise ValueError(f"a column of tracks is {column.dtype}, not {kind.__name__}")
        self._held = [column for column, _ in held]  # kept alive: they never move
        self._columns = _Columns(*map(at, self._held))
        self._here = ctypes.byref(self._columns)
        self._book = at(self._addressed), len(self._addressed)
        self._stamp = 0
        self._soonest_s = float(recheck_s.min())
        self._room(8192)

    def _room(self, count: int) -> None:
        """Make what every batch writes to; fresh memory for each costs more than the writing."""
        self._row, self._placed, self._due = np.empty((3, count), np.int64)
        self._t_s = np.empty(count)
        self._counts = np.zeros(len(REASONS) + 1, np.int64)
        self._alone = ctypes.c_int32()
        self._found = *map(at, (self._row, self._t_s, self._placed)), ctypes.byref(self._alone)
        self._told_of = at(self._due), at(self._counts)

    def take(
        self,
        batch: Batch,
        whose: Whose,
        order: Ints,
        after: Ints,
        *,
        clock_s: float,
        now_s: float,
        accel_psd: float,
        widest_m: float,
        witness: int,
        other_kinds: int,
    ) -> Taken:
        """Fold a batch into the tracks.

        order   of the updates with a position: by row, time and place where a row comes twice
        after   of all whose row is known, by time
        """
        whole = whose.alone and len(order) == len(whose.row)  # both are all updates
        held = [
            *(_whole(whose.row, np.int64), _whole(whose.t_s, np.float64)),
            *(_whole(batch.lon_deg, np.float64), _whole(batch.lat_deg, np.float64)),
            *(np.ascontiguousarray(getattr(batch, name), kind) for name, kind in _UPDATES),
        ]
        updates = ctypes.byref(_Updates(*map(at, held), len(whose.row)))
        turn = self._tracks.turns
        widest_m2, soonest_s = widest_m * widest_m, self._soonest_s
        now = _Now(clock_s, now_s, accel_psd, widest_m2, soonest_s, witness, turn, other_kinds)
        given = self._here, updates, ctypes.byref(now)
        if len(order) > len(self._row):
            self._room(2 * len(order))
        rows, order = np.empty(len(order), np.int64), _whole(order, np.int64)
        self._counts[:] = 0
        moved = self._fold(*given, at(order), len(order), whole, at(rows), *self._told_of)
        if not whole:
            after = _whole(after, np.int64)
            asked = map(ctypes.c_void_p, self._told_of)
            self._told(*given, *_sized(after), *_sized(rows[:moved]), *asked)
        *told, due = self._counts.tolist()
        unused = dict(zip(REASONS, told, strict=True)) if any(told) else {}
        return Taken(rows[:moved], self._due[:due], unused)

    def find(self, batch: Batch, now_s: float) -> Whose | None:
        """Return whose the updates are; None where a key has no row yet, or is no address.

        The arrays are written to again by the next call.
        """
        count = len(batch)
        if count > len(self._row):
            self._room(2 * count)
        key, t_ns = _whole(batch.key, np.int64), _whole(batch.t_ns, np.int64)
        lon_deg = _whole(batch.lon_deg, np.float64)
        self._stamp = self._stamp + 1 if self._stamp < _MOST_STAMPS else 1
        found = self._find(
            *(self._here, *self._book, at(key), at(t_ns), at(lon_deg)),
            *(count, EPOCH_NS, now_s, self._stamp, *self._found),
        )
        if found < 0:
            return None
        alone = self._alone.value == 1
        return Whose(self._row[:count], self._t_s[:count], self._placed[:found], alone)

    def affected(self, rows: Ints, clock_s: float, satellite_kinds: int) -> Bytes:
        """Return 1 for rows that navigate by satellites, 3 where they are affected, else 0."""
        rows, out = _whole(rows, np.int64), np.empty(len(rows), np.int8)
        self._affected(
            *(self._here, *_sized(rows), ctypes.c_double(clock_s)),
            *(ctypes.c_int64(satellite_kinds), *_pointers(out)),
        )
        return out


def rounds(tracks: Tracks, recheck_s: Floats) -> Round | None:
    """Return the compiled loop over batches; None where there is none."""
    code = library(_HERE / "round.c")
    return None if code is None else Round(tracks, recheck_s, code)


def _whole(values: Any, kind: Any) -> Any:
    """Return an array as the loops read it, itself where it is one already."""
    return np.ascontiguousarray(values, kind)


def _sized(values: Any) -> tuple[ctypes.c_void_p, ctypes.c_long]:
    return ctypes.c_void_p(at(values)), ctypes.c_long(len(values))


def _pointers(*values: Any) -> Sequence[ctypes.c_void_p]:
    return [ctypes.c_void_p(at(each)) for each in values]
