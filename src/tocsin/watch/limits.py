"""Signed distance of many places from the limits of many areas, positive inside.

The Earth is cut into squares of 1 degree of latitude by 2 of longitude, each into 4 x 4, and
those again, and again: 111, 28, 7 and 1.7 km high.  A square whose middle is further from an area's
limit than its corners are from its middle, and `SURE_M` more, lies on one side as a whole; only the
others are divided, and each keeps the pieces of the limit that may be nearest to a place in it.
In the smallest the distance is measured to these few, and the side is that of the middle, changed
with every piece that the way from the middle crosses.

Squares are made when a place falls into one.  They hold nothing but what the areas say: a place
has the same distance whatever was asked before.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.watch import plane
from tocsin.watch.area import Area
from tocsin.watch.nearby import BY_PIECES, FAR, Found, nearby
from tocsin.watch.squares import Seen, circle_about, half_diagonal_m, index_of, joined

Ints = NDArray[np.int64]

SURE_M = 1_000.0
FAR_M = 100_000.0  # an area further from a largest square than this is not looked at there
STEPS_DEG = (1.0, 0.25, 0.0625, 0.015625)
_ROWS, _COLUMNS = 180, 180  # of the largest squares
_PLAIN, _DIVIDED, _LEAF = 0, 1, 2
_NONE = -1
_UNMADE, _NOTHING = -1, -2  # of `_below`
_CELLS = 4  # a side of a square, for `rough`
_NODES = _CELLS + 1
_ENOUGH = 200  # pieces, for a distance of many kilometres
_STEPS = np.array(STEPS_DEG)


class Limits:
    """The squares of a set of areas."""

    def __init__(self, areas: Sequence[Area], far_m: float = FAR_M) -> None:
        self._areas, self._far_m = tuple(areas), far_m
        sizes = [len(area.a_lon_deg) for area in areas]
        self._first = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        self._a_lon = joined([a.a_lon_deg for a in areas])
        self._a_lat = joined([a.a_lat_deg for a in areas])
        self._b_lon = joined([a.b_lon_deg for a in areas])
        self._b_lat = joined([a.b_lat_deg for a in areas])
        self._clip = joined([a.clip for a in areas]).astype(bool)
        round_about = [circle_about(area) for area in areas]
        self._centre_lon = np.array([each[0] for each in round_about])
        self._centre_lat = np.array([each[1] for each in round_about])
        self._radius_m = np.array([each[2] for each in round_about])
        self._root = np.full(_ROWS * _COLUMNS, _NONE, np.int64)
        self._table = np.zeros((0, len(areas)), np.int64)  # first node of every area, or none
        self._rest_m = np.zeros(0)
        # Nodes: one a square and an area.
        self.count = 0
        self.area = np.zeros(0, np.int64)
        self._middle = np.zeros((0, 4))  # longitude, latitude, distance: in one line of memory
        self._below = np.zeros(0, np.int64)  # the first of its sixteen, or _UNMADE, or _NOTHING
        self.level = np.zeros(0, np.int8)
        self.state = np.zeros(0, np.int8)
        self._pieces: list[Ints] = []  # of every node: those that may be nearest in it
        self._start, self._n = np.zeros(0, np.int64), np.zeros(0, np.int64)  # of leaves in _flat
        self._flat, self._used = np.zeros(1024, np.int64), 0
        self._grid = np.zeros(0, np.int64)  # of every node: which of `_drawn` it is, or none yet
        self._drawn, self._drawings = np.zeros((0, _NODES, _NODES), np.float32), 0
        self._nearby = nearby(self, len(self._areas))

    @property
    def lon_deg(self) -> Floats:
        """Return the middle of every node."""
        return self._middle[:, 0]

    @property
    def lat_deg(self) -> Floats:
        """Return the middle of every node."""
        return self._middle[:, 1]

    @property
    def d_m(self) -> Floats:
        """Return how far the middle of every node is from the limit, positive inside."""
        return self._middle[:, 2]

    def look(self, lon_deg: Floats, lat_deg: Floats, need_m: Floats) -> Seen:
        """Return the areas that places (N,) are in or not far from, and how deep.

        need_m  (N,) a limit nearer than this is measured exactly
        """
        told = None if self._nearby is None else self._nearby.look(lon_deg, lat_deg, need_m)
        if told is not None:
            found, rest_m = told
            self._by_pieces(found, lon_deg, lat_deg)
            return Seen(found.point, found.area, found.d_m, found.how > 0, rest_m)
        root = self._roots(lon_deg, lat_deg)
        point, area = np.nonzero(self._table[root] >= 0)
        node = self.nodes(lon_deg[point], lat_deg[point], area)
        at = plane.place(lon_deg, lat_deg).take(point)
        d_m, exact = self.distances(at, node, need_m[point])
        return Seen(point, area, d_m, exact, self._rest_m[root])

    def within(
        self, numbers: Floats, rows: Ints, sigma_m: Floats, widest_m: float
    ) -> tuple[Found, Floats, Floats, Floats] | None:
        """Return `Nearby.within`, or None where it is to be found a column at a time."""
        told = (
            None if self._nearby is None else self._nearby.within(numbers, rows, sigma_m, widest_m)
        )
        # Rare: a position hardly known, in a square whose pieces are in Python.
        return None if told is None or (told[0].how == BY_PIECES).any() else told

    def _by_pieces(self, found: Found, lon_deg: Floats, lat_deg: Floats) -> None:
        """Measure what the compiled look could not."""
        for k in np.flatnonzero(found.how == BY_PIECES).tolist():
            node, here = int(found.node[k]), slice(found.point[k], found.point[k] + 1)
            m = self.measured(lon_deg[here], lat_deg[here], self._pieces[node])
            found.d_m[k] = np.copysign(m[0], self.d_m[node])

    def distance_m(self, lon_deg: float, lat_deg: float, area: int) -> float:
        """Return the signed distance of a place from an area's limit; NaN where it is not near."""
        lon, lat = np.array([lon_deg]), np.array([lat_deg])
        told = None if self._nearby is None else self._nearby.distance(lon_deg, lat_deg, area)
        if told is not None:
            how, node, d_m = told
            if how == FAR:
                return float("nan")
            if how != BY_PIECES:
                return d_m
            m = self.measured(lon, lat, self._pieces[node])
            return float(np.copysign(m[0], self.d_m[node]))
        nodes = self.nodes(lon, lat, np.array([area]))
        if nodes[0] < 0:
            return float("nan")
        found, _ = self.distances(plane.place(lon, lat), nodes, np.array([np.inf]))
        return float(found[0])

    def nodes(self, lon_deg: Floats, lat_deg: Floats, area: Ints) -> Ints:
        """Return the smallest square of each place for its area, (N,); -1 where it is far away."""
        root = self._roots(lon_deg, lat_deg)  # before the table, which it may replace
        node = self._table[root, area]
        for level in range(1, len(STEPS_DEG)):
            deep = np.flatnonzero((node >= 0) & (self.state[node] == _DIVIDED))
            if not len(deep):
                break
            step = STEPS_DEG[level]
            i = index_of(lat_deg[deep] + 90.0, step, int(180 / step))
            j = index_of(lon_deg[deep] + 180.0, 2 * step, int(180 / step))
            which = (i & 3) * 4 + (j & 3)
            parent = node[deep]
            first = self._below[parent]
            if first.min() < 0:
                for each in np.unique(parent[first < 0]).tolist():
                    self._divide(each)
                first = self._below[parent]
            node[deep] = first + which
        return node

    def distances(
        self, at: plane.Place, node: Ints, need_m: Floats
    ) -> tuple[Floats, NDArray[np.bool_]]:
        """Return the signed distance of places (N,) in their squares, and where it is exact.

        Elsewhere it is a lower bound, and not below `need_m`.
        """
        qx, qy = plane.xy(at, self.lon_deg[node], self.lat_deg[node])
        middle_m = self.d_m[node]
        least_m = np.abs(middle_m) - np.hypot(qx, qy) * 1.02
        d = np.copysign(np.maximum(least_m, 0.0), middle_m)
        near = least_m < need_m
        leaf = self.state[node] == _LEAF
        for k in np.flatnonzero(near & ~leaf):  # few: positions that are hardly known
            here = slice(k, k + 1)
            m = self.measured(at.lon_deg[here], at.lat_deg[here], self._pieces[int(node[k])])
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
        told = None if self._nearby is None else self._nearby.rough(lon_deg, lat_deg, area)
        if told is not None:
            return told
        node = self.nodes(lon_deg, lat_deg, area)
        grid = self._grid[node]
        missing = np.flatnonzero((grid < 0) & (node >= 0))
        if len(missing):
            self._draw(np.unique(node[missing]).tolist())
            if self._nearby is not None:
                return self.rough(lon_deg, lat_deg, area)
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
        at = grid * (_NODES * _NODES) + i * _NODES + j
        flat = self._drawn.reshape(-1)
        south = flat[at] * (1 - fx) + flat[at + 1] * fx
        north = flat[at + _NODES] * (1 - fx) + flat[at + _NODES + 1] * fx
        return np.where(node >= 0, south * (1 - fy) + north * fy, -FAR_M)

    def _draw(self, nodes: Sequence[int]) -> None:
        """Measure the points that `rough` interpolates between."""
        need = self._drawings + len(nodes)
        if need > len(self._drawn):
            more = np.zeros((max(need, 64, 2 * len(self._drawn)), _NODES, _NODES), np.float32)
            more[: self._drawings] = self._drawn[: self._drawings]
            self._drawn = more
        for node in nodes:
            pieces = self._pieces[node]
            if self.state[node] != _LEAF and len(pieces) > _ENOUGH:
                pieces = pieces[:: len(pieces) // _ENOUGH]  # far from all: some tell as much as all
            out = self._drawn[self._drawings]
            if self._nearby is not None:
                self._nearby.draw(node, pieces, out)
            else:
                out[:] = self._by_hand(node, pieces)
            self._grid[node] = self._drawings
            self._drawings += 1

    def _by_hand(self, node: int, pieces: Ints) -> Floats:
        """Return the distances at the points of a square, rows from the south."""
        step, k = STEPS_DEG[int(self.level[node])], np.arange(_NODES) / _CELLS - 0.5
        lon = np.tile(self.lon_deg[node] + 2 * step * k, _NODES)
        lat = np.clip(np.repeat(self.lat_deg[node] + step * k, _NODES), -90.0, 90.0)
        within = np.full(len(lon), self.d_m[node] > 0)
        if self.state[node] == _LEAF:
            at = plane.place(lon[:, None], lat[:, None])
            qx, qy = plane.xy(at, self.lon_deg[node], self.lat_deg[node])
            over = plane.crossed(*self._ends(at, pieces), qx, qy)
            within = within ^ (over.sum(axis=1) % 2 == 1)
        d = self.measured(lon, lat, pieces)
        return np.where(within, d, -d).reshape(_NODES, _NODES)

    def warm(self, most: int = 50_000) -> int:
        """Make the squares around every limit, about so many; return how many there are.

        For a start that does not stumble over squares that are still to be made.
        """
        for area in self._areas:
            self._roots(area.a_lon_deg, area.a_lat_deg)
        for lon, lat in zip(self._centre_lon, self._centre_lat, strict=True):
            self._roots(np.array([lon]), np.array([lat]))
        k = 0
        while k < self.count < most:
            if self._below[k] == _UNMADE:
                self._divide(k)
            k += 1
        return self.count

    def measured(self, lon_deg: Floats, lat_deg: Floats, pieces: Ints) -> Floats:
        """Return distances in metres, without side, of places (N,) from the nearest of pieces."""
        pieces = pieces[~self._clip[pieces]]
        if not len(pieces):
            return np.full(len(lon_deg), FAR_M)
        at = plane.place(lon_deg[:, None], lat_deg[:, None])
        return np.asarray(np.sqrt(plane.squared_m2(*self._ends(at, pieces)).min(axis=1)))

    def _roots(self, lon_deg: Floats, lat_deg: Floats) -> Ints:
        if np.isnan(lon_deg).any() or np.isnan(lat_deg).any():
            raise ValueError("a track has no place")
        cell = index_of(lat_deg + 90.0, 1.0, _ROWS) * _COLUMNS + index_of(
            lon_deg + 180.0, 2.0, _COLUMNS
        )
        root = self._root[cell]
        if len(root) and root.min() < 0:
            for each in np.unique(cell[root < 0]):
                self._open(int(each))
            root = self._root[cell]
        return np.asarray(root)

    def _open(self, cell: int) -> None:
        """Make a largest square: a node for every area that is not far from it."""
        i, j = divmod(cell, _COLUMNS)
        lon, lat = 2.0 * j - 179.0, i - 89.5
        row = np.full(len(self._areas), _NONE, np.int64)
        half_m = half_diagonal_m(lat, STEPS_DEG[0])
        at = plane.place(np.array([lon]), np.array([lat]))
        x, y = plane.xy(at, self._centre_lon, self._centre_lat)
        away_m = 0.98 * np.hypot(x, y) - self._radius_m - half_m
        far = away_m > self._far_m
        rest_m = float(away_m[far].min(initial=np.inf))
        for v in np.flatnonzero(~far).tolist():
            pieces = np.arange(self._first[v], self._first[v + 1])
            if not len(pieces):
                continue
            ax, ay, bx, by = self._ends(at, pieces)
            near_m = float(np.sqrt(plane.squared_m2(ax, ay, bx, by).min()))
            within = bool(plane.ray(ax, ay, bx, by).sum() % 2)
            if not within and near_m * 0.98 > half_m + self._far_m:
                rest_m = min(rest_m, near_m * 0.98 - half_m)
                continue
            inside = np.array([within])
            row[v] = self._make(v, at, 0, pieces, inside)[0]
        self._root[cell] = len(self._table)
        self._table = np.concatenate([self._table, row[None]])
        self._rest_m = np.append(self._rest_m, rest_m)

    def _divide(self, parent: int) -> None:
        """Make the sixteen squares that a square is divided into."""
        level = int(self.level[parent]) + 1
        step, k = STEPS_DEG[level], np.arange(4) - 1.5
        lat = np.repeat(self.lat_deg[parent] + step * k, 4)
        lon = np.tile(self.lon_deg[parent] + 2 * step * k, 4)
        pieces = self._pieces[parent]
        at = plane.place(lon[:, None], lat[:, None])
        qx, qy = plane.xy(at, self.lon_deg[parent], self.lat_deg[parent])
        over = plane.crossed(*self._ends(at, pieces), qx, qy).sum(axis=1) % 2 == 1
        within = over ^ bool(self.d_m[parent] > 0)
        area = int(self.area[parent])
        self._below[parent] = self._make(area, at, level, pieces, within)[0]

    def _make(
        self,
        area: int,
        at: plane.Place,
        level: int,
        pieces: Ints,
        within: NDArray[np.bool_],
    ) -> Ints:
        """Return new nodes about places (S, 1), each with the pieces that matter to it."""
        count = len(within)
        while self.count + count > len(self.area):
            self._grow()
        new = np.arange(self.count, self.count + count)
        self.count += count
        lon, lat = at.lon_deg.ravel(), at.lat_deg.ravel()
        each_m = np.sqrt(plane.squared_m2(*self._ends(at, pieces))).reshape(count, -1)
        true = ~self._clip[pieces]
        d = each_m[:, true].min(axis=1) if true.any() else np.full(count, FAR_M)
        self.area[new], self.lon_deg[new], self.lat_deg[new] = area, lon, lat
        self.level[new] = level
        self.d_m[new] = np.where(within, 1, -1) * np.maximum(d, 1e-3)
        leaf = level == len(STEPS_DEG) - 1
        for k, node in enumerate(new.tolist()):
            half_m = half_diagonal_m(float(lat[k]), STEPS_DEG[level])
            plain = float(each_m[k].min()) > half_m + SURE_M
            self.state[node] = _PLAIN if plain else _LEAF if leaf else _DIVIDED
            self._below[node] = _NOTHING if plain or leaf else _UNMADE
            # 2 %: what the plane may be off at the range of a largest square.
            reach_m = (d[k] + 2 * half_m if true.any() else half_m) * 1.02
            mine = pieces[each_m[k] <= reach_m]
            self._pieces.append(mine)
            if self.state[node] == _LEAF:
                need = self._used + len(mine)
                if need > len(self._flat):
                    more = np.zeros(max(len(self._flat), need), np.int64)
                    self._flat = np.concatenate([self._flat, more])
                self._flat[self._used : need] = mine
                self._start[node], self._n[node] = self._used, len(mine)
                self._used = need
        return new

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

    def _ends(self, at: plane.Place, piece: Ints) -> tuple[Floats, Floats, Floats, Floats]:
        return plane.ends(
            at, self._a_lon[piece], self._a_lat[piece], self._b_lon[piece], self._b_lat[piece]
        )

    def _grow(self) -> None:
        more = max(256, len(self.area))
        for name in ("area", "_middle", "_below", "level", "state", "_start", "_n"):
            held = getattr(self, name)
            room = np.zeros((more, *held.shape[1:]), held.dtype)
            setattr(self, name, np.concatenate([held, room]))
        self._grid = np.concatenate([self._grid, np.full(more, _NONE, np.int64)])
