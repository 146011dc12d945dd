"""The compiled look at places beside limits (`limits.c`), over the arrays of `Limits`."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.compiled import at, library
from tocsin.schema import Floats

Ints = NDArray[np.int64]

#: What `limits.c` reads, in its order; `areas` is a number among them.
_ARRAYS: tuple[tuple[str, Any], ...] = (
    *((name, np.int64) for name in ("_root", "_table")),
    ("_rest_m", np.float64),
    ("areas", None),
    ("_middle", np.float64),
    ("_below", np.int64),
    *((name, np.int8) for name in ("level", "state")),
    *((name, np.int64) for name in ("_start", "_n", "_flat")),
    *((name, np.float64) for name in ("_a_lon", "_a_lat", "_b_lon", "_b_lat")),
    ("_clip", np.bool_),
    ("_grid", np.int64),
    ("_drawn", np.float32),
    ("_drawings", np.int64),
    ("room", None),
)
_DISTANCE: list[Any] = [
    *(ctypes.c_void_p, ctypes.c_double, ctypes.c_double, ctypes.c_int64),
    ctypes.c_void_p,
]
_FAR = 3  # of `how`: the area is not near


class Squares(ctypes.Structure):
    _fields_ = [
        (name, ctypes.c_int64 if kind is None else ctypes.c_void_p) for name, kind in _ARRAYS
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Pairs of place and area, (K,) each."""

    point: Ints
    area: Ints
    node: Ints  # the square
    d_m: Floats
    how: NDArray[np.uint8]  # what the distance is worth: 0 a lower bound, 1 exact

    @property
    def exact(self) -> NDArray[np.bool_]:
        """Return where the distance is no lower bound."""
        return self.how > 0

    def first(self, count: int) -> Found:
        """Return the first of them."""
        return Found(
            self.point[:count],
            self.area[:count],
            self.node[:count],
            self.d_m[:count],
            self.how[:count],
        )


class _Pairs(ctypes.Structure):
    _fields_ = [
        ("room", ctypes.c_long),
        *((name, ctypes.c_void_p) for name in ("point", "area", "node", "d_m", "how")),
    ]

    def point_at(self, found: Found) -> None:
        self.room = len(found.point)
        for name in ("point", "area", "node", "d_m", "how"):
            setattr(self, name, at(getattr(found, name)))


class Nearby:
    """Asks the compiled code; None as an answer: squares are still to be made."""

    def __init__(self, code: ctypes.CDLL, limits: Any, areas: int) -> None:
        self._look, self._rough = code.tocsin_look, code.tocsin_rough
        self._within = code.tocsin_within
        self._distance, self._draw = code.tocsin_distance, code.tocsin_draw
        for each in (self._look, self._rough, self._distance, self._within, self._draw):
            each.restype = ctypes.c_long
        self._distance.argtypes = _DISTANCE
        self._limits, self._areas = limits, areas
        self._squares = Squares()
        self._held: list[Any] = []
        self._seen = -1  # `moved` of the limits when it was looked where their arrays lie
        self._room = 1024

    def look(self, lon_deg: Floats, lat_deg: Floats, need_m: Floats) -> tuple[Found, Floats] | None:
        """Return the pairs, and the rest of every point."""
        n = len(lon_deg)
        given = [np.ascontiguousarray(each, np.float64) for each in (lon_deg, lat_deg, need_m)]
        found, pairs, rest_m = self._pairs(n), _Pairs(), np.empty(n)
        pairs.point_at(found)
        count = self._look(
            ctypes.byref(self.squares()),
            ctypes.byref(pairs),
            ctypes.c_long(n),
            *(ctypes.c_void_p(at(each)) for each in (*given, rest_m)),
        )
        return None if self._short(count, n) else (found.first(count), rest_m)

    def within(
        self, record: Floats, rows: Ints, sigma_m: Floats, widest_m: float
    ) -> tuple[Found, Floats, Floats, Floats] | None:
        """Return pairs of tracks and areas, P by the outline alone, clear and rest of each track.

        record   of `Tracks`, all rows
        """
        n = len(rows)
        rows, sigma_m = np.ascontiguousarray(rows, np.int64), np.ascontiguousarray(sigma_m)
        found, pairs = self._pairs(n), _Pairs()
        pairs.point_at(found)
        p, (clear_m, rest_m) = np.empty(len(found.point)), np.empty((2, n))
        count = self._within(
            ctypes.byref(self.squares()),
            ctypes.byref(pairs),
            ctypes.c_void_p(at(record)),
            ctypes.c_long(record.shape[1]),
            ctypes.c_void_p(at(rows)),
            ctypes.c_long(n),
            ctypes.c_void_p(at(sigma_m)),
            ctypes.c_double(widest_m),
            *(ctypes.c_void_p(at(each)) for each in (p, clear_m, rest_m)),
        )
        return None if self._short(count, n) else (found.first(count), p[:count], clear_m, rest_m)

    def _pairs(self, n: int) -> Found:
        room = max(self._room, 8 * n)
        point, area, node = np.empty((3, room), np.int64)
        return Found(point, area, node, np.empty(room), np.empty(room, np.uint8))

    def _short(self, count: int, n: int) -> bool:
        """Return whether squares were missing, or room, of which there is more the next time."""
        if count >= 0:
            return False
        self._room = min(2 * max(self._room, 8 * n), self._areas * n + 1024)
        return True

    def distance(self, lon_deg: float, lat_deg: float, area: int) -> float | None:
        """Return the distance of one place from one area; NaN where that is not near."""
        d_m = ctypes.c_double(math.nan)
        squares, out = ctypes.byref(self.squares()), ctypes.byref(d_m)
        how = self._distance(squares, lon_deg, lat_deg, area, out)
        return None if how < 0 else math.nan if how == _FAR else d_m.value

    def rough(self, lon_deg: Floats, lat_deg: Floats, area: Ints) -> Floats | None:
        """Return interpolated distances of places (N,) from areas (N,)."""
        given = [np.ascontiguousarray(each, np.float64) for each in (lon_deg, lat_deg)]
        given.append(np.ascontiguousarray(area, np.int64))
        d_m = np.empty(len(lon_deg))
        done = self._rough(
            ctypes.byref(self.squares()),
            ctypes.c_long(len(lon_deg)),
            *(ctypes.c_void_p(at(each)) for each in (*given, d_m)),
        )
        return None if done < 0 else d_m

    def draw(self, first: int, last: int) -> None:
        """Draw the squares from one on and before another; there must be room."""
        self._draw(ctypes.byref(self.squares()), ctypes.c_int64(first), ctypes.c_int64(last))

    def squares(self) -> Squares:
        """Return where the arrays lie; they grow, and are others then."""
        if self._seen != self._limits.moved:
            self._seen = self._limits.moved
            self._held = []  # kept alive while the code may read them
            self._squares.areas, self._squares.room = self._areas, len(self._limits._drawn)
            for name, kind in _ARRAYS:
                if kind is None:
                    continue
                array = getattr(self._limits, name)
                if array.dtype != kind:
                    raise ValueError(f"{name} of the limits is {array.dtype}")
                self._held.append(array)
                setattr(self._squares, name, at(array) if array.size else None)
        return self._squares


def nearby(limits: Any, areas: int) -> Nearby | None:
    """Return the compiled look; None where there is none."""
    code = library(Path(__file__).parent / "limits.c")
    return None if code is None else Nearby(code, limits, areas)
