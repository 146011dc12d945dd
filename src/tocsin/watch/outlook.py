"""Where every track is, and where it may soon be: the newest P of each, and when it is asked again.

A future is looked at every `predict_s`; one that cannot come about (the limit is further than the
track gets) is left alone for half the time that this will stay so, a minute at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.schema.live import AlertKind, Interval
from tocsin.watch.batch import Bools, Ints
from tocsin.watch.flights import flights
from tocsin.watch.judge import Judge, Within
from tocsin.watch.soon import foresee
from tocsin.watch.tracks import VE, VN, VV, Tracks

PATIENCE_S = 60.0
CERTAIN = 0.5  # inside by this much: the question is no longer whether it comes


@dataclass(eq=False)
class Outlook:
    """The newest P of every track, by row."""

    capacity: int

    def __post_init__(self) -> None:
        n = self.capacity
        self.in_area = np.full(n, -1, np.int32)  # where P(inside) is highest, of those asked for
        self.p_in = np.zeros(n)  # NaN: cannot be told
        self.soon_area = np.full(n, -1, np.int32)
        self.p_soon = np.zeros(n)
        self.soon_at = np.full(n, -1e9)  # when that was found
        self.soon_due = np.full(n, -1e9)  # when it is to be found again
        self.eta_s: Floats = np.full((n, 3), np.nan)  # from `soon_at`; 5, 50, 95 %
        self.lost: NDArray[np.bool_] = np.zeros(n, bool)
        self.missed_by: dict[int, str] = {}  # which witness misses a lost track

    def clear(self, row: int) -> None:
        """Forget a row."""
        self.in_area[row] = self.soon_area[row] = -1
        self.p_in[row] = self.p_soon[row] = 0.0
        self.soon_at[row] = self.soon_due[row] = -1e9
        self.eta_s[row], self.lost[row] = np.nan, False
        self.missed_by.pop(row, None)

    def within(self, rows: Ints, found: Within, asked: Bools) -> None:
        """Take over where tracks are."""
        self.in_area[rows], self.p_in[rows] = -1, 0.0
        some = np.flatnonzero(asked[found.area] & ~(found.p < 1e-3))
        rank = some[np.argsort(np.nan_to_num(found.p[some], nan=1e-3), kind="stable")]
        self.in_area[found.row[rank]] = found.area[rank]  # the last one stands: the highest P
        self.p_in[found.row[rank]] = found.p[rank]


@dataclass(frozen=True, slots=True, eq=False)
class Coming:
    """Pairs of track and area whose future was looked at, (K,) each."""

    at: Ints  # which of the rows looked at
    row: Ints
    area: Ints
    p: Floats
    guessed: Bools
    look_ahead_s: float


class Prophet:
    """Looks ahead for tracks that are due."""

    def __init__(self, judge: Judge, tracks: Tracks, outlook: Outlook) -> None:
        self._judge, self._tracks, self._outlook = judge, tracks, outlook
        self.flights = flights(judge, tracks)
        rules = [rule for rule in judge.rules if AlertKind.PREDICTED in rule.kinds]
        self._spans = sorted({rule.look_ahead_s for rule in rules})
        self._areas = {
            span: np.array(
                [
                    any(r.look_ahead_s == span and r.watches(area) for r in rules)
                    for area in judge.areas
                ],
                bool,
            )
            for span in self._spans
        }
        self._seen: list[tuple[Ints, Ints, Floats]] = []  # rows, areas, times: looked at last

    def eta(self, row: int, area: int) -> Interval | None:
        """Return when a track enters an area, if the last look ahead saw that it may."""
        for rows, areas, eta_s in reversed(self._seen):
            for n in np.flatnonzero((rows == row) & (areas == area)).tolist():
                return Interval(*(round(float(x), 1) for x in eta_s[n]))
        return None

    def look(self, rows: Ints, found: Within, clock_s: float) -> Iterator[Coming]:
        """Look ahead for those of the rows that are due; `found` is where they are now."""
        self._seen.clear()
        o, settings = self._outlook, self._judge.settings
        if not self._spans:
            return
        due = np.flatnonzero(o.soon_due[rows] <= clock_s)
        if len(due) > settings.predictions:
            due = due[np.argsort(o.soon_due[rows[due]], kind="stable")[: settings.predictions]]
        if not len(due):
            return
        mine = np.zeros(len(rows), bool)
        mine[due] = True
        some = rows[due]
        m = self._tracks.motion[some].T
        pace = np.hypot(m[VE], m[VN]) + 3 * np.sqrt(m[VV])
        pace = np.maximum(pace, 30.0)
        free = found.rest_m[due] / pace - self._spans[-1]
        # What it may do on its own grows faster than its speed: 4 sigma of it at the longest span.
        longest = self._spans[-1]
        reach_mps = np.ones(len(rows))
        reach_mps[due] = pace + 4 * np.sqrt(settings.accel_psd * longest / 3)
        best = np.zeros(len(rows))
        area = np.full(len(rows), -1, np.int32)
        eta = np.full((len(rows), 3), np.nan)
        free_s = np.full(len(rows), np.inf)
        free_s[due] = np.maximum(free, 0.0)
        waiting = np.zeros(len(rows), bool)
        draws = settings.samplings
        for span in self._spans:
            k = np.flatnonzero(mine[found.at] & self._areas[span][found.area])
            p = np.full(len(k), np.nan)
            here = found.p[k] >= CERTAIN
            p[here] = 0.0
            # Further away than it gets, whichever way it flies: no path is looked at.
            spare_m = -found.d_m[k] - reach_mps[found.at[k]] * span
            np.minimum.at(free_s, found.at[k], np.maximum(spare_m / reach_mps[found.at[k]], 0.0))
            out_of_reach = spare_m > 0
            p[out_of_reach] = np.where(np.isnan(found.p[k[out_of_reach]]), np.nan, 0.0)
            ask = np.flatnonzero((found.p[k] < CERTAIN) & ~out_of_reach)
            pair = k[ask]
            ahead = foresee(
                self._judge,
                self._tracks,
                found.row[pair],
                found.area[pair],
                np.full(len(pair), span),
                clock_s,
                draws,
                self.flights,
            )
            draws -= int(ahead.drawn.sum())
            p[ask] = ahead.p
            at = found.at[pair]
            np.minimum.at(free_s, at, ahead.free_s)
            waiting[at[ahead.waits]] = True
            likely = np.flatnonzero(ahead.p >= 0.01)
            for n, row, value in zip(
                *(v.tolist() for v in (likely, at[likely], ahead.p[likely])), strict=True
            ):
                if value > best[row]:
                    best[row], area[row] = value, found.area[pair[n]]
                    eta[row] = ahead.eta_s[n]
            some = likely[~np.isnan(ahead.eta_s[likely, 0])]
            self._seen.append((found.row[pair[some]], found.area[pair[some]], ahead.eta_s[some]))
            told = np.ones(len(k), bool)
            told[ask[ahead.waits]] = False
            k, p = k[told], p[told]
            yield Coming(found.at[k], found.row[k], found.area[k], p, found.guessed[k], span)
        self._keep(rows, due, best, area, eta, free_s, waiting, clock_s)

    def _keep(
        self,
        rows: Ints,
        due: Ints,
        best: Floats,
        area: NDArray[np.int32],
        eta: Floats,
        free_s: Floats,
        waiting: Bools,
        clock_s: float,
    ) -> None:
        """Write down what was found; a track that still waits keeps its due time and its old P."""
        o = self._outlook
        done = due[~waiting[due]]
        r = rows[done]
        o.p_soon[r], o.soon_area[r], o.eta_s[r] = best[done], area[done], eta[done]
        o.soon_at[r] = clock_s
        calm = np.where(best[done] > 0, 0.0, free_s[done] / 2)
        o.soon_due[r] = clock_s + np.clip(calm, self._judge.settings.predict_s, PATIENCE_S)
