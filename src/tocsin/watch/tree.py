"""The squares about the limits of areas: which there are, and what each of them keeps.

The Earth is cut into squares of 1 degree of latitude by 2 of longitude, each into 4 x 4, and
those again, and again: 111, 28, 7 and 1.7 km high.  A square whose middle is further from an area's
limit than its corners are from its middle, and `SURE_M` more, lies on one side as a whole; only the
others are divided, and each keeps the pieces of the limit that may be nearest to a place in it.

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
from tocsin.watch.squares import DEGREE_M, around, circle_about, half_diagonal_m, index_of, joined

Ints = NDArray[np.int64]

SURE_M = 1_000.0
FAR_M = 100_000.0  # an area further from a largest square than this is not looked at there
STEPS_DEG = (1.0, 0.25, 0.0625, 0.015625)
ROWS, COLUMNS = 180, 180  # of the largest squares
PLAIN, DIVIDED, LEAF = 0, 1, 2
NONE = -1
UNMADE, NOTHING = -1, -2  # of `_below`
NODES = 5  # a side of a square, of the places that `Limits.rough` goes between


class Tree:
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
        self._root = np.full(ROWS * COLUMNS, NONE, np.int64)
        self._table = np.zeros((0, len(areas)), np.int64)  # first node of every area, or none
        self._rest_m = np.zeros(0)
        # Nodes: one a square and an area.
        self.count = 0
        self.area = np.zeros(0, np.int64)
        self._middle = np.zeros((0, 4))  # longitude, latitude, distance: in one line of memory
        self._below = np.zeros(0, np.int64)  # the first of its sixteen, or UNMADE, or NOTHING
        self.level = np.zeros(0, np.int8)
        self.state = np.zeros(0, np.int8)
        # Of every node, the pieces that may be nearest in it: `_n` from `_start` on in `_flat`.
        self._start, self._n = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._flat, self._used = np.zeros(1024, np.int64), 0
        self._grid = np.zeros(0, np.int64)  # of every node: which of `_drawn` it is, or none yet
        self._drawn: NDArray[np.float32] = np.zeros((0, NODES, NODES), np.float32)
        self._drawings = np.zeros(1, np.int64)  # how many of them there are
        self.moved = 0  # how often arrays were replaced by larger ones
        self._cells: list[int] | None = None  # of largest squares, to be prepared
        self._prepared = 0  # nodes before this one are divided as far as they go

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

    def nodes(self, lon_deg: Floats, lat_deg: Floats, area: Ints) -> Ints:
        """Return the smallest square of each place for its area, (N,); -1 where it is far away."""
        root = self._roots(lon_deg, lat_deg)  # before the table, which it may replace
        node = self._table[root, area]
        for level in range(1, len(STEPS_DEG)):
            deep = np.flatnonzero((node >= 0) & (self.state[node] == DIVIDED))
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

    def warm(self, most: int = 50_000) -> int:
        """Make the squares around every limit, about so many; return how many there are.

        For a start that does not stumble over squares that are still to be made.
        """
        if self._cells is None:
            lines = ((area.a_lon_deg, area.a_lat_deg) for area in self._areas)
            # And where they come from that come near: those have nothing in them.
            self._cells = around(lines, self._far_m + DEGREE_M)[::-1]
        while self._cells and self.count < most:
            cell = self._cells.pop()
            if self._root[cell] < 0:
                self._open(cell)
        while self._prepared < self.count < most:
            if self._below[self._prepared] == UNMADE:
                self._divide(self._prepared)
            self._prepared += 1
        return self.count

    def _drawable(self, count: int) -> None:
        """Have room for so many squares of `_drawn`; memory that is not used stays unmade."""
        if count > len(self._drawn):
            more = np.zeros((max(count, 1024, 2 * len(self._drawn)), NODES, NODES), np.float32)
            made = int(self._drawings[0])
            more[:made] = self._drawn[:made]
            self._drawn = more
            self.moved += 1

    def _roots(self, lon_deg: Floats, lat_deg: Floats) -> Ints:
        if np.isnan(lon_deg).any() or np.isnan(lat_deg).any():
            raise ValueError("a track has no place")
        cell = index_of(lat_deg + 90.0, 1.0, ROWS) * COLUMNS + index_of(
            lon_deg + 180.0, 2.0, COLUMNS
        )
        root = self._root[cell]
        if len(root) and root.min() < 0:
            for each in np.unique(cell[root < 0]):
                self._open(int(each))
            root = self._root[cell]
        return np.asarray(root)

    def _open(self, cell: int) -> None:
        """Make a largest square: a node for every area that is not far from it."""
        i, j = divmod(cell, COLUMNS)
        lon, lat = 2.0 * j - 179.0, i - 89.5
        row = np.full(len(self._areas), NONE, np.int64)
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
        self.moved += 1

    def _divide(self, parent: int) -> None:
        """Make the sixteen squares that a square is divided into."""
        level = int(self.level[parent]) + 1
        step, k = STEPS_DEG[level], np.arange(4) - 1.5
        lat = np.repeat(self.lat_deg[parent] + step * k, 4)
        lon = np.tile(self.lon_deg[parent] + 2 * step * k, 4)
        pieces = self._pieces(parent)
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
            self.state[node] = PLAIN if plain else LEAF if leaf else DIVIDED
            self._below[node] = NOTHING if plain or leaf else UNMADE
            # 2 %: what the plane may be off at the range of a largest square.
            reach_m = (d[k] + 2 * half_m if true.any() else half_m) * 1.02
            mine = pieces[each_m[k] <= reach_m]
            need = self._used + len(mine)
            if need > len(self._flat):
                more = np.zeros(max(len(self._flat), need), np.int64)
                self._flat = np.concatenate([self._flat, more])
                self.moved += 1
            self._flat[self._used : need] = mine
            self._start[node], self._n[node] = self._used, len(mine)
            self._used = need
        return new

    def _pieces(self, node: int) -> Ints:
        """Return the pieces of the limit that may be nearest to a place in a square."""
        return self._flat[self._start[node] : self._start[node] + self._n[node]]

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
        self._grid = np.concatenate([self._grid, np.full(more, NONE, np.int64)])
        self.moved += 1
