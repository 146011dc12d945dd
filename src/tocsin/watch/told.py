"""Tracks as rows for people: the columns of `schema.live.TRACK_COLUMNS`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.watch.batch import KINDS, Ints
from tocsin.watch.outlook import Outlook
from tocsin.watch.settings import DATUMS
from tocsin.watch.tracks import LAT, LON, PP, VE, VN, R, Tracks

Row = tuple[Any, ...]


class Rows(Sequence[Row]):
    """The rows of some tracks, made when they are read: read them before the next step."""

    def __init__(
        self,
        tracks: Tracks,
        outlook: Outlook,
        rows: Ints,
        areas: Sequence[str],
        clock_s: float,
        coast_s: float,
    ) -> None:
        self._tracks, self._outlook, self._rows, self._areas = tracks, outlook, rows, areas
        self._clock_s, self._coast_s = clock_s, coast_s
        self._made: list[Row] | None = None

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | Sequence[Row]:
        return self._all()[index]

    def __iter__(self) -> Iterator[Row]:
        return iter(self._all())

    def _all(self) -> list[Row]:
        if self._made is None:
            self._made = self._make()
        return self._made

    def _make(self) -> list[Row]:
        t, o, rows = self._tracks, self._outlook, self._rows
        m = t.motion[rows]
        age_s = plot_age_s(t, rows, self._clock_s)
        h_m, datum = height(t, rows)
        vrate = t.vrate_mps[rows]
        answers = t.answers(rows, self._clock_s)
        sources = t.sources(rows)
        gone_s = self._clock_s - t.placed_at[rows]
        p_in = o.p_in[rows]
        later = o.p_soon[rows] > np.nan_to_num(p_in)
        p_soon = np.where(later | np.isnan(p_in), np.where(later, o.p_soon[rows], np.nan), p_in)
        eta = np.maximum(o.eta_s[rows] - (self._clock_s - o.soon_at[rows])[:, None], 0.0)
        eta[~later] = np.nan
        area = np.where(later, o.soon_area[rows], o.in_area[rows])
        course = np.degrees(np.arctan2(m[:, VE], m[:, VN])) % 360.0
        columns = (
            [t.name[r] for r in rows],
            [t.callsign[r] for r in rows],
            [KINDS[k] if k >= 0 else None for k in t.kind[rows]],
            _plain(m[:, LON], 6),
            _plain(m[:, LAT], 6),
            _plain(h_m, 1),
            [DATUMS[d].value if d >= 0 else None for d in datum],
            _plain(np.hypot(m[:, VE], m[:, VN]), 1),
            _plain(course, 1),
            _plain(vrate, 2),
            _plain(np.sqrt(np.maximum(m[:, PP], m[:, R])), 1),
            _plain(age_s, 1),
            [None if a < 0 else bool(a) for a in answers],
            sources.tolist(),
            [self._areas[a] if a >= 0 else None for a in area],
            _plain(p_in, 4),
            _plain(p_soon, 4),
            _plain(eta[:, 0], 0),
            _plain(eta[:, 1], 0),
            _plain(eta[:, 2], 0),
            [
                "lost" if lost else "coasting" if gone > self._coast_s else "seen"
                for lost, gone in zip(o.lost[rows].tolist(), gone_s.tolist(), strict=True)
            ],
        )
        return list(zip(*columns, strict=True))


def plot_age_s(tracks: Tracks, rows: Ints, clock_s: float) -> Floats:
    """Return how old the newest position is: time since it came, and how late it came."""
    return np.asarray(clock_s - tracks.placed_at[rows] + tracks.lag_s[rows])


def height(tracks: Tracks, rows: Ints) -> tuple[Floats, NDArray[np.int8]]:
    """Return the height that is told, and the index of its datum; NaN and -1 where none is."""
    h = tracks.h_m[rows]
    known = ~np.isnan(h)
    datum = np.where(known.any(axis=1), known.argmax(axis=1), -1).astype(np.int8)
    return h[np.arange(len(rows)), np.maximum(datum, 0)], datum


def _plain(values: Floats, digits: int) -> list[float | None]:
    rounded = np.round(values, digits)
    if np.isnan(rounded).any():
        return [None if v != v else v for v in rounded.tolist()]
    out: list[float | None] = rounded.tolist()
    return out
