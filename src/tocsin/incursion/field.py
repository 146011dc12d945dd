"""Signed distance from a boundary for millions of points: exact where it bends, linear between.

Positions fall into tiles of `TILE` x `TILE` cells.  A tile that some point needs is filled from
the coarse to the fine: the corners, the middle and the middles of the sides of a square are
measured exactly, and where a plane through the corners tells the other five to within `error_m`
the square is filled by interpolation; else its quarters are asked the same, down to one cell.

Two things could hide from the five tests.  A stretch of boundary inside the square cannot: a
square is split wherever the limit may pass through it, for distance changes no faster than the
position does.  A ridge (points as near to one piece as to another) can only cut off a corner,
and then lowers that corner: what is interpolated is off by at most twice `error_m`.  In a single
cell the error is spacing^2 / 8r near a corner of the limit seen from r away; across a ridge half
a cell, where only the depth and never the side depends on it.
"""

from __future__ import annotations

import ctypes
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from tocsin import geo
from tocsin.incursion import distance_native
from tocsin.incursion.boundary import Boundary
from tocsin.incursion.inside import sides, within
from tocsin.incursion.nearest import balls, nearest
from tocsin.incursion.path import Ints
from tocsin.schema import Floats

SPACING_M = 50.0
ERROR_M = 1.0
TILE = 32  # cells a side; a power of two
MOST_TILES = 4_000_000  # of the map; 3,200 km square at the usual spacing
MOST_FILLED = 200_000  # 870 MB
_BITS = TILE.bit_length() - 1
_NODES = TILE + 1
_AT_ONCE = 32_768  # positions: what fits in cache


def signed_distance_m(
    lon_deg: Floats, lat_deg: Floats, volume: int, boundary: Boundary, spacing_m: float = SPACING_M
) -> Floats:
    """Return the distance from a volume's boundary in metres, positive inside, in the shape given.

    Raises ValueError for a position that is not finite.
    """
    if not np.size(lon_deg):
        return np.zeros(np.shape(lon_deg))
    origin = float(np.ravel(lon_deg)[0]), float(np.ravel(lat_deg)[0])
    return Field(*origin, volume, boundary, spacing_m=spacing_m)(lon_deg, lat_deg)


class Field:
    """The same for one volume asked again and again: a tile is filled once.

    lon0_deg, lat0_deg   about where it is asked
    spacing_m            of the finest nodes
    error_m              of what is interpolated from coarser ones
    sided                False: a distance without a side, of a line that need not close
    """

    def __init__(
        self,
        lon0_deg: float,
        lat0_deg: float,
        volume: int,
        boundary: Boundary,
        *,
        spacing_m: float = SPACING_M,
        error_m: float = ERROR_M,
        sided: bool = True,
    ) -> None:
        self._volume, self._boundary = volume, boundary
        self._balls = balls(boundary, np.array([volume]))
        self._sides = sides(boundary, volume) if sided else None
        self.spacing_m, self._error_m = spacing_m, error_m
        self._lon0, self._lat0 = lon0_deg, lat0_deg
        self._dlat = float(np.degrees(spacing_m / geo.R_MEAN_M))
        self._dlon = self._dlat / float(np.cos(np.radians(lat0_deg)))
        self._filling = Lock()
        self._low_i = self._low_j = 0
        self._slot = np.full((0, 0), -1, np.int64)  # which of `_values` a tile is; -1: none yet
        self._values = np.zeros((0, _NODES, _NODES), np.float32)

    def __getstate__(self) -> dict[str, object]:
        return {name: value for name, value in vars(self).items() if name != "_filling"}

    def __setstate__(self, state: dict[str, object]) -> None:
        vars(self).update(state, _filling=Lock())

    def __call__(self, lon_deg: Floats, lat_deg: Floats) -> Floats:
        """Return the distance from the boundary in metres, positive inside, in the shape given.

        Raises ValueError for a position that is not finite, or too far from the others.
        """
        lon, lat = np.ravel(lon_deg), np.ravel(lat_deg)
        lib = distance_native.library()
        out = np.empty(len(lon))
        with self._filling:  # a tile that one thread adds moves them all
            for start in range(0, len(lon), _AT_ONCE):
                some = slice(start, start + _AT_ONCE)
                if lib is None:
                    out[some] = self._look(lon[some], lat[some])
                else:
                    self._swiftly(lib, lon[some], lat[some], out[some])
        return out.reshape(np.shape(lon_deg))

    def _swiftly(self, lib: ctypes.CDLL, lon: Floats, lat: Floats, out: Floats) -> None:
        """Fill `out` with the same by the compiled loop, which stops where it lacks a tile."""
        lon, lat = np.ascontiguousarray(lon, np.float64), np.ascontiguousarray(lat, np.float64)
        frame = self._lon0, self._lat0, self._dlon, self._dlat
        missing = np.zeros(self._slot.size, np.bool_)
        while len(lon):
            map_ = self._slot, self._values, self._low_i, self._low_j
            state = distance_native.look(lib, lon, lat, frame, map_, out, missing)
            if state == distance_native.DONE:
                return
            if state == distance_native.MISSING:
                self._fill(np.flatnonzero(missing))
                continue
            tile_i, tile_j, *_ = self._tiles(lon, lat)
            self._reach(tile_i, tile_j)
            missing = np.zeros(self._slot.size, np.bool_)

    def _tiles(self, lon: Floats, lat: Floats) -> tuple[Ints, Ints, Ints, Ints, Floats, Floats]:
        """Return in which tile and cell positions lie, and where in the cell."""
        if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
            raise ValueError("a sample has no position")
        x = geo.wrap_deg(lon - self._lon0) * (1 / self._dlon)
        y = (lat - self._lat0) * (1 / self._dlat)
        whole_x, whole_y = np.floor(x), np.floor(y)
        i, j = whole_x.astype(np.int64), whole_y.astype(np.int64)
        return i >> _BITS, j >> _BITS, i, j, x - whole_x, y - whole_y

    def _look(self, lon: Floats, lat: Floats) -> Floats:
        tile_i, tile_j, i, j, fx, fy = self._tiles(lon, lat)
        self._reach(tile_i, tile_j)
        tile_i -= self._low_i
        tile_j -= self._low_j
        tile_j *= self._slot.shape[1]
        tile_j += tile_i
        slot = self._slot.reshape(-1)[tile_j]
        if slot.min() < 0:
            self._fill(tile_j[slot < 0])
            slot = self._slot.reshape(-1)[tile_j]
        at = (slot * _NODES + (j & (TILE - 1))) * _NODES + (i & (TILE - 1))
        flat = self._values.reshape(-1)
        south, east = flat[at], flat[at + 1]
        south = south + (east - south) * fx
        north, east = flat[at + _NODES], flat[at + _NODES + 1]
        north = north + (east - north) * fx
        return np.asarray(south + (north - south) * fy)

    def _reach(self, tile_i: Ints, tile_j: Ints) -> None:
        """Widen the map of tiles so that it holds those asked for."""
        high, wide = self._slot.shape
        west, east = int(tile_i.min()), int(tile_i.max())
        south, north = int(tile_j.min()), int(tile_j.max())
        if wide:
            if (
                west >= self._low_i
                and east < self._low_i + wide
                and south >= self._low_j
                and north < self._low_j + high
            ):
                return
            west, east = min(west, self._low_i), max(east, self._low_i + wide - 1)
            south, north = min(south, self._low_j), max(north, self._low_j + high - 1)
        size = (north - south + 1) * (east - west + 1)
        if size > MOST_TILES:
            raise ValueError(f"samples spread over {size:.2g} tiles; judge shorter tracks")
        slot = np.full((north - south + 1, east - west + 1), -1, np.int64)
        j, i = self._low_j - south, self._low_i - west
        slot[j : j + high, i : i + wide] = self._slot
        self._slot, self._low_i, self._low_j = slot, west, south

    def _fill(self, key: Ints) -> None:
        """Compute tiles by their places in the map; a tile may be named often."""
        wide = self._slot.shape[1]
        key = np.unique(key)
        have = len(self._values)
        if have + len(key) > MOST_FILLED:
            raise ValueError(f"samples touch {have + len(key)} tiles; judge shorter tracks")
        self._slot.reshape(-1)[key] = have + np.arange(len(key))
        new = np.full((len(key), _NODES, _NODES), np.nan, np.float32)
        i0, j0 = (key % wide + self._low_i) * TILE, (key // wide + self._low_j) * TILE
        tile = np.arange(len(key))
        corner = np.zeros(len(key), np.int64)
        self._measure(new, i0, j0, tile, corner, corner, np.array([(0, 0), (0, 2), (2, 0), (2, 2)]))
        squares, step = (tile, corner, corner), TILE
        while step > 1 and len(squares[0]):
            squares = self._divide(new, i0, j0, *squares, step // 2)
            step //= 2
        self._values = np.concatenate([self._values, new])

    def _divide(
        self, new: NDArray[np.float32], i0: Ints, j0: Ints, tile: Ints, a: Ints, b: Ints, half: int
    ) -> tuple[Ints, Ints, Ints]:
        """Fill the squares that are told by interpolation; return the quarters of the others.

        a, b   first column and row of each square in its tile; its side is twice `half` cells
        """
        between = np.array([(1, 1), (0, 1), (1, 0), (1, 2), (2, 1)])
        self._measure(new, i0, j0, tile, a, b, between, half)
        nodes = new[
            tile[:, None, None],
            (b[:, None] + np.array([0, 1, 2]) * half)[:, :, None],
            (a[:, None] + np.array([0, 1, 2]) * half)[:, None, :],
        ].astype(np.float64)
        ends = nodes[:, ::2, ::2]
        told = np.empty_like(nodes)
        told[:, ::2, ::2] = ends
        told[:, 1, ::2] = ends.mean(axis=1)
        told[:, ::2, 1] = ends.mean(axis=2)
        told[:, 1, 1] = ends.mean(axis=(1, 2))
        off = np.abs(nodes - told).max(axis=(1, 2))
        # No point of a square is further from one of its nine nodes than half a quarter's
        # diagonal, and no nearer to the limit than the node is, less that.
        lat = np.radians(self._lat0 + (j0[tile] + b + half) * self._dlat)
        wide = self.spacing_m * np.cos(lat) / np.cos(np.radians(self._lat0)) * 1.01
        reach = half * np.hypot(self.spacing_m, wide) / 2
        clear = np.abs(nodes).min(axis=(1, 2)) > reach
        done = clear & (off <= self._error_m)
        if done.any():
            _interpolate(new, tile[done], a[done], b[done], nodes[done], half)
        rest = ~done
        tile, a, b = tile[rest], a[rest], b[rest]
        return (
            np.tile(tile, 4),
            np.concatenate([a, a + half, a, a + half]),
            np.concatenate([b, b, b + half, b + half]),
        )

    def _measure(
        self,
        new: NDArray[np.float32],
        i0: Ints,
        j0: Ints,
        tile: Ints,
        a: Ints,
        b: Ints,
        places: Ints,
        half: int = TILE // 2,
    ) -> None:
        """Set the nodes of squares exactly; neighbours share a node, which is asked once."""
        column = (a[:, None] + places[:, 1] * half).ravel()
        row = (b[:, None] + places[:, 0] * half).ravel()
        which = np.repeat(tile, len(places))
        i, j = i0[which] + column, j0[which] + row
        low_i, low_j = i.min(), j.min()
        wide = int(i.max() - low_i) + 1
        key, back = np.unique((j - low_j) * wide + (i - low_i), return_inverse=True)
        lon = self._lon0 + (key % wide + low_i) * self._dlon
        lat = self._lat0 + (key // wide + low_j) * self._dlat
        new[which, row, column] = self.exact(lon, lat)[back].astype(np.float32)

    def exact(self, lon: Floats, lat: Floats) -> Floats:
        """Return the same for a few positions (N,), measured and not interpolated."""
        asked = np.full(len(lon), self._volume)
        xyz = geo.ecef(lon, lat)
        d, _ = nearest(xyz, asked, self._balls, self._boundary)
        if self._sides is None:
            return d
        return np.where(within(lon, lat, xyz, self._sides), d, -d)


def _interpolate(
    new: NDArray[np.float32], tile: Ints, a: Ints, b: Ints, nodes: Floats, half: int
) -> None:
    """Fill squares of side 2 `half` from their nine nodes, quarter by quarter."""
    share = np.arange(half + 1) / half
    for row in (0, 1):
        for column in (0, 1):
            corners = nodes[:, row : row + 2, column : column + 2]
            south = corners[:, 0, 0, None] * (1 - share) + corners[:, 0, 1, None] * share
            north = corners[:, 1, 0, None] * (1 - share) + corners[:, 1, 1, None] * share
            filled = south[:, None, :] * (1 - share)[:, None] + north[:, None, :] * share[:, None]
            steps = np.arange(half + 1)
            new[
                tile[:, None, None],
                (b[:, None] + row * half + steps)[:, :, None],
                (a[:, None] + column * half + steps)[:, None, :],
            ] = filled
