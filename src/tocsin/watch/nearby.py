"""The compiled look at places beside limits (`limits.c`), over the arrays of `Limits`."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.compiled import at, library
from tocsin.schema import Floats

if TYPE_CHECKING:
    from tocsin.watch.tracks import Tracks

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
_WITHIN: list[Any] = [
    *(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_long),
    *(ctypes.c_double, ctypes.c_double),
    *(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p),
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


class _Beside(ctypes.Structure):
    _fields_ = [
        ("record", ctypes.c_void_p),
        ("wide", ctypes.c_int64),
        *((name, ctypes.c_void_p) for name in ("moved_at", "jammed", "tall", "sigma_m")),
    ]


class Near(NamedTuple):
    """Pairs of track and area, (K,) each, and the tracks that were asked about, (N,)."""

    point: Ints
    row: Ints
    area: Ints
    d_m: Floats
    p: Floats  # by the outline alone
    clear_m: Floats
    rest_m: Floats
    talls: int  # pairs in which the height matters; with none, doubtful positions have no P
    lies: tuple[int, ...] | None = None  # where point, row, area and p begin, if it is known


class Nearby:
    """Asks the compiled code; None as an answer: squares are still to be made."""

    def __init__(self, code: ctypes.CDLL, limits: Any, areas: int) -> None:
        self._look, self._rough = code.tocsin_look, code.tocsin_rough
        self._within = code.tocsin_within
        self._distance, self._draw = code.tocsin_distance, code.tocsin_draw
        for each in (self._look, self._rough, self._distance, self._within, self._draw):
            each.restype = ctypes.c_long
        self._distance.argtypes, self._within.argtypes = _DISTANCE, _WITHIN
        self._of: tuple[Tracks, Any, _Beside] | None = None
        self._talls = ctypes.c_int64()
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
        self,
        tracks: Tracks,
        rows: Ints,
        sigma_m: Floats,
        tall: NDArray[np.bool_],
        widest_m: float,
        clock_s: float,
    ) -> Near | None:
        """Return pairs of tracks and areas, with P by the outline.

        sigma_m, tall   of every area: the error of its limit, and whether it has a floor or a top
        """
        n, rows = len(rows), np.ascontiguousarray(rows, np.int64)
        room = max(self._room, 8 * n)
        # One piece of memory for all: each that is asked for has its price.
        pairs, each = np.empty((7, room), np.int64), np.empty((2, n))
        first, step, clear = at(pairs), 8 * room, at(each)
        point, area, node, deep, share, row, how = (first + k * step for k in range(7))
        to = ctypes.byref(_Pairs(room, point, area, node, deep, how))
        given = self._fixed(tracks, sigma_m, tall), at(rows), n, widest_m, clock_s
        out = share, row, clear, clear + 8 * n, ctypes.byref(self._talls)
        count = self._within(ctypes.byref(self.squares()), to, *given, *out)
        if self._short(count, n):
            return None
        real = pairs.view(np.float64)
        whose = pairs[0, :count], pairs[5, :count], pairs[1, :count]
        d_m, p = real[3, :count], real[4, :count]
        lies = point, row, area, share
        return Near(*whose, d_m, p, each[0], each[1], self._talls.value, lies)

    def _fixed(self, tracks: Tracks, sigma_m: Floats, tall: NDArray[np.bool_]) -> Any:
        """Return where what never changes lies."""
        if self._of is None or self._of[0] is not tracks:
            held = tracks.record, tracks.moved_at, tracks.jammed, tall, sigma_m
            record, *others = map(at, held)
            self._of = tracks, held, _Beside(record, tracks.record.shape[1], *others)
        return ctypes.byref(self._of[2])

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
