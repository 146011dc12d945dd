"""The compiled pass of a batch through the tracks (`round.c`), over the columns of `Tracks`."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tocsin.compiled import at, library
from tocsin.schema import Floats
from tocsin.watch.batch import Batch, Bytes, Ints
from tocsin.watch.tracks import EPOCH_NS, Tracks

_HERE = Path(__file__).parent
#: Of `Tracks`, in the order of `round.c`.
_COLUMNS: tuple[tuple[str, Any], ...] = (
    ("numbers", np.float64),
    ("counts", np.int64),
    ("codes", np.int8),
    *((name, np.float64) for name in ("late_t", "odd_t", "odd_lon", "odd_lat", "moved_at")),
    *((name, np.float64) for name in ("leapt_at", "other_at", "poor_at")),
)
_UPDATES: tuple[tuple[str, Any], ...] = (
    *((name, np.float64) for name in ("sigma_m", "ve_mps", "vn_mps", "h_m", "h_sigma_m")),
    ("vrate_mps", np.float64),
    *((name, np.int8) for name in ("kind", "answers", "plan", "grounded", "nacp", "nic")),
)
REASONS = ("late", "repeated", "unreachable")


class _Columns(ctypes.Structure):
    _fields_ = [(name, ctypes.c_void_p) for name, _ in (*_COLUMNS, ("waiting", None))]


class _Updates(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("row", "t_s", "lon_deg", "lat_deg")),
        *((name, ctypes.c_void_p) for name, _ in _UPDATES),
        ("count", ctypes.c_int64),
    ]


class _Now(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_double) for name in ("clock_s", "now_s", "accel_psd")),
        *((name, ctypes.c_int64) for name in ("witness", "other_kinds")),
    ]


class Round:
    """One batch after the other into the columns of tracks."""

    def __init__(self, tracks: Tracks, waiting: Any, code: ctypes.CDLL) -> None:
        self._fold, self._told, self._due = code.tocsin_fold, code.tocsin_told, code.tocsin_due
        self._find, self._addressed = code.tocsin_find, tracks.addressed
        self._fold.restype = self._due.restype = self._find.restype = ctypes.c_long
        self._affected = code.tocsin_affected
        self._told.restype = self._affected.restype = None
        held = [(getattr(tracks, name), kind) for name, kind in _COLUMNS] + [(waiting, np.int32)]
        for column, kind in held:
            if column.dtype != kind or not column.flags.c_contiguous:
                raise ValueError(f"a column of tracks is {column.dtype}, not {kind.__name__}")
        self._held = [column for column, _ in held]  # kept alive: they never move
        self._columns = _Columns(*map(at, self._held))

    def take(
        self,
        batch: Batch,
        row: Ints,
        t_s: Floats,
        order: Ints,
        after: Ints,
        *,
        clock_s: float,
        now_s: float,
        accel_psd: float,
        witness: int,
        other_kinds: int,
        whole: bool,
    ) -> tuple[Ints, dict[str, int]]:
        """Return the rows that moved, and what was not used, counted by reason.

        order   of the updates with a position: by row, time and place where a row comes twice
        after   of all whose row is known, by time
        whole   both are all updates, and each row comes once
        """
        held = [
            *(np.ascontiguousarray(each) for each in (row, t_s, batch.lon_deg, batch.lat_deg)),
            *(np.ascontiguousarray(getattr(batch, name), kind) for name, kind in _UPDATES),
        ]
        updates = _Updates(*map(at, held), len(row))
        now = _Now(clock_s, now_s, accel_psd, witness, other_kinds)
        here = ctypes.byref(self._columns), ctypes.byref(updates), ctypes.byref(now)
        rows, counts = np.empty(len(order), np.int64), np.zeros(len(REASONS), np.int64)
        order = _whole(order, np.int64)
        moved = self._fold(*here, *_sized(order), ctypes.c_int(whole), *_pointers(rows, counts))
        if not whole:
            self._told(*here, *_sized(_whole(after, np.int64)))
        return rows[:moved], dict(zip(REASONS, counts.tolist(), strict=True))

    def find(self, batch: Batch, now_s: float) -> tuple[Ints, Floats, Ints, bool] | None:
        """Return the row and time of every update, those with a position, and if each row is once.

        None where a key has no row yet, or is no address: that is for Python.
        """
        count, alone = len(batch), ctypes.c_int32()
        held = [
            *(_whole(each, np.int64) for each in (batch.key, batch.t_ns)),
            _whole(batch.lon_deg, np.float64),
        ]
        (row, placed), t_s = np.empty((2, count), np.int64), np.empty(count)
        found = self._find(
            *(ctypes.byref(self._columns), *_sized(self._addressed), *_pointers(*held)),
            *(ctypes.c_long(count), ctypes.c_int64(EPOCH_NS), ctypes.c_double(now_s)),
            *(*_pointers(row, t_s, placed), ctypes.byref(alone)),
        )
        return None if found < 0 else (row, t_s, placed[:found], bool(alone.value))

    def due(self, rows: Ints, clock_s: float, widest_m: float, recheck_s: Floats) -> Ints:
        """Return those of the rows of which something may have changed, in their order."""
        rows, out = _whole(rows, np.int64), np.empty(len(rows), np.int64)
        count = self._due(
            ctypes.byref(self._columns),
            *_sized(rows),
            ctypes.c_double(clock_s),
            ctypes.c_double(widest_m * widest_m),
            *_pointers(_whole(recheck_s, np.float64), out),
        )
        return out[:count]

    def affected(
        self, rows: Ints, clock_s: float, satellite_kinds: int, *, hits_only: bool
    ) -> Bytes:
        """Return 1 for rows that navigate by satellites, 3 where they are affected, else 0.

        With `hits_only` 3 or 0: most rows are then settled by one line of memory.
        """
        rows, out = _whole(rows, np.int64), np.empty(len(rows), np.int8)
        self._affected(
            ctypes.byref(self._columns),
            *_sized(rows),
            ctypes.c_double(clock_s),
            *(ctypes.c_int64(satellite_kinds), ctypes.c_int(hits_only)),
            *_pointers(out),
        )
        return out


def rounds(tracks: Tracks, waiting: Any) -> Round | None:
    """Return the compiled loop over batches; None where there is none."""
    code = library(_HERE / "round.c")
    return None if code is None else Round(tracks, waiting, code)


def _whole(values: Any, kind: Any) -> Any:
    """Return an array as the loops read it, itself where it is one already."""
    return np.ascontiguousarray(values, kind)


def _sized(values: Any) -> tuple[ctypes.c_void_p, ctypes.c_long]:
    return ctypes.c_void_p(at(values)), ctypes.c_long(len(values))


def _pointers(*values: Any) -> Sequence[ctypes.c_void_p]:
    return [ctypes.c_void_p(at(each)) for each in values]
