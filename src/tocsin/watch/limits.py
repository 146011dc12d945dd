"""Signed distance of many places from the limits of many areas, positive inside.

In the smallest squares of the tree (`tree.py`) the distance is measured to the few pieces of the
limit that may be nearest, and the side is that of the middle, changed with every piece that the way
from the middle crosses.  In the others the distance of the middle tells enough.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.watch import plane
from tocsin.watch.area import Area
from tocsin.watch.nearby import Near, Squares, nearby
from tocsin.watch.squares import Seen
from tocsin.watch.tracks import LAT, LON, Tracks
from tocsin.watch.tree import FAR_M, LEAF, NODES, STEPS_DEG, Ints, Tree

_CELLS = NODES - 1  # a side of a square, for `rough`
_ENOUGH = 200  # pieces, for a distance of many kilometres
_STEPS = np.array(STEPS_DEG)


class Limits(Tree):
    """What is asked of the squares of a set of areas."""

    def __init__(self, areas: Sequence[Area], far_m: float = FAR_M) -> None:
        super().__init__(areas, far_m)
        self._nearby = nearby(self, len(self._areas))
        self._drawn_to = 0  # squares before this one are drawn

    def prepare(self, most: int, *, drawn: bool) -> int:
        """Make the squares around every limit, about so many; return how many there are.

        drawn   what `rough` goes between in them too, where it is compiled
        """
        count = self.warm(most)
        if drawn and self._nearby is not None and self._drawn_to < count:
            self._drawable(count)
            self._nearby.draw(self._drawn_to, count)
            self._drawn_to = count
        return count

    def look(self, lon_deg: Floats, lat_deg: Floats, need_m: Floats) -> Seen:
        """Return the areas that places (N,) are in or not far from, and how deep.

        need_m  (N,) a limit nearer than this is measured exactly
        """
        told = None if self._nearby is None else self._nearby.look(lon_deg, lat_deg, need_m)
        if told is not None:
            found, rest_m = told
            return Seen(found.point, found.area, found.d_m, found.exact, rest_m)
        root = self._roots(lon_deg, lat_deg)
        point, area = np.nonzero(self._table[root] >= 0)
        node = self.nodes(lon_deg[point], lat_deg[point], area)
        at = plane.place(lon_deg, lat_deg).take(point)
        d_m, exact = self.distances(at, node, need_m[point])
        return Seen(point, area, d_m, exact, self._rest_m[root])

    def within(
        self,
        tracks: Tracks,
        rows: Ints,
        sigma_m: Floats,
        tall: NDArray[np.bool_],
        widest_m: float,
        clock_s: float,
    ) -> Near | None:
        """Return `Nearby.within`, or None where it is to be found a column at a time."""
        if self._nearby is None:
            return None
        given = tracks, rows, sigma_m, tall, widest_m, clock_s
        told = self._nearby.within(*given)
        if told is None:  # squares that nobody came to before: nearly always of the largest
            lon_deg, lat_deg = tracks.motion[rows, LON], tracks.motion[rows, LAT]
            self._roots(lon_deg, lat_deg)
            told = self._nearby.within(*given)
        if told is None:
            root = self._roots(lon_deg, lat_deg)
            point, area = np.nonzero(self._table[root] >= 0)
            self.nodes(lon_deg[point], lat_deg[point], area)
            told = self._nearby.within(*given)
        return told

    def distance_m(self, lon_deg: float, lat_deg: float, area: int) -> float:
        """Return the signed distance of a place from an area's limit; NaN where it is not near."""
        told = None if self._nearby is None else self._nearby.distance(lon_deg, lat_deg, area)
        if told is not None:
            return told
        lon, lat = np.array([lon_deg]), np.array([lat_deg])
        nodes = self.nodes(lon, lat, np.array([area]))
        if nodes[0] < 0:
            return float("nan")
        found, _ = self.distances(plane.place(lon, lat), nodes, np.array([np.inf]))
        return float(found[0])

    def distances(
        self, at: plane.Place, node: Ints, need_m: Floats
    ) -> tuple[Floats, NDArray[np.bool_]]:
        """Return the signed distance of places (N,) in their squares, and where it is exact.

        Elsewhere it is a lower bound, and not below `need_m`.
        """
        qx, qy = plane.xy(at, self.lon_deg[node], self.lat_deg[node])
        middle_m = self.d_m[node]
        least_m = np.abs(middle_m) - np.sqrt(qx * qx + qy * qy) * 1.02
        d = np.copysign(np.maximum(least_m, 0.0), middle_m)
        near = least_m < need_m
        leaf = self.state[node] == LEAF
        for k in np.flatnonzero(near & ~leaf):  # few: positions that are hardly known
            here = slice(k, k + 1)
            m = self.measured(at.lon_deg[here], at.lat_deg[here], self._pieces(int(node[k])))
            d[k] = np.copysign(m[0], middle_m[k])
        some = np.flatnonzero(near & leaf)
        if len(some):
            d[some] = self._measured(at.take(some), node[some], qx[some], qy[some])
        return d, near

    def rough(self, lon_deg: Floats, lat_deg: Floats, area: Ints) -> Floats:
        """Return the signed distance of places (N,) from areas (N,), for what lies ahead.

        Interpolated between points 435 m apart beside the limit, 1.7 km and more away from it: off
        by a tenth of a spacing where the limit bends.  An area that is far away is at -FAR_M.
        """
        if self._nearby is not None:
            while (told := self._nearby.rough(lon_deg, lat_deg, area)) is None:
                # Squares that nobody came to before, or no room to draw in.
                self.nodes(lon_deg, lat_deg, area)
                self._drawable(int(self._drawings[0]) + 1 + len(area))
            return told
        node = self.nodes(lon_deg, lat_deg, area)
        grid = self._grid[node]
        missing = np.flatnonzero((grid < 0) & (node >= 0))
        if len(missing):
            self._draw(np.unique(node[missing]).tolist())
            grid = self._grid[node]
        level = self.level[node]
        high = _STEPS[level]
        x = (lon_deg - self.lon_deg[node]) / (2 * high) + 0.5
        y = (lat_deg - self.lat_deg[node]) / high + 0.5
        x, y = np.clip(x, 0, 1) * _CELLS, np.clip(y, 0, 1) * _CELLS
        i, j = (
            np.minimum(y.astype(np.int64), _CELLS - 1),
            np.minimum(x.astype(np.int64), _CELLS - 1),
        )
        fy, fx = y - i, x - j
        at = grid * (NODES * NODES) + i * NODES + j
        flat = self._drawn.reshape(-1)
        south = flat[at] * (1 - fx) + flat[at + 1] * fx
        north = flat[at + NODES] * (1 - fx) + flat[at + NODES + 1] * fx
        return np.where(node >= 0, south * (1 - fy) + north * fy, -FAR_M)

    def squares(self, places: int) -> Squares | None:
        """Return where compiled code finds the squares, with room to draw those of so many places.

        None where it goes in numpy.
        """
        if self._nearby is None:
            return None
        self._drawable(int(self._drawings[0]) + places)
        return self._nearby.squares()

    def _draw(self, nodes: Sequence[int]) -> None:
        """Measure the points that `rough` interpolates between."""
        self._drawable(int(self._drawings[0]) + len(nodes))
        for node in nodes:
            pieces, n = self._pieces(node), int(self._drawings[0])
            if self.state[node] != LEAF and len(pieces) > _ENOUGH:
                pieces = pieces[:: len(pieces) // _ENOUGH]  # far from all: some tell as much as all
            self._drawn[n] = self._by_hand(node, pieces)
            self._grid[node] = n
            self._drawings[0] = n + 1

    def _by_hand(self, node: int, pieces: Ints) -> Floats:
        """Return the distances at the points of a square, rows from the south."""
        step, k = STEPS_DEG[int(self.level[node])], np.arange(NODES) / _CELLS - 0.5
        lon = np.tile(self.lon_deg[node] + 2 * step * k, NODES)
        lat = np.clip(np.repeat(self.lat_deg[node] + step * k, NODES), -90.0, 90.0)
        within = np.full(len(lon), self.d_m[node] > 0)
        if self.state[node] == LEAF:
            at = plane.place(lon[:, None], lat[:, None])
            qx, qy = plane.xy(at, self.lon_deg[node], self.lat_deg[node])
            over = plane.crossed(*self._ends(at, pieces), qx, qy)
            within = within ^ (over.sum(axis=1) % 2 == 1)
        d = self.measured(lon, lat, pieces)
        return np.where(within, d, -d).reshape(NODES, NODES)

    def measured(self, lon_deg: Floats, lat_deg: Floats, pieces: Ints) -> Floats:
        """Return distances in metres, without side, of places (N,) from the nearest of pieces."""
        pieces = pieces[~self._clip[pieces]]
        if not len(pieces):
            return np.full(len(lon_deg), FAR_M)
        at = plane.place(lon_deg[:, None], lat_deg[:, None])
        return np.asarray(np.sqrt(plane.squared_m2(*self._ends(at, pieces)).min(axis=1)))

    def _measured(self, at: plane.Place, node: Ints, qx: Floats, qy: Floats) -> Floats:
        n = self._n[node]
        owner = np.repeat(np.arange(len(node)), n)
        first = np.cumsum(n) - n
        piece = self._flat[self._start[node][owner] + np.arange(len(owner)) - first[owner]]
        ax, ay, bx, by = self._ends(at.take(owner), piece)
        each = plane.squared_m2(ax, ay, bx, by)
        if self._clip.any():
            each = np.where(self._clip[piece], FAR_M**2, each)
        over = plane.crossed(ax, ay, bx, by, qx[owner], qy[owner])
        d = np.sqrt(np.minimum.reduceat(each, first))
        odd = np.add.reduceat(over.astype(np.int64), first) % 2 == 1
        return np.where((self.d_m[node] > 0) ^ odd, d, -d)
