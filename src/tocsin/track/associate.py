"""Plots without an address to tracks: nearest neighbour within a gate, plots in order of time.

A track is begun by two plots that a flyable speed joins, confirmed by a third, and ended when
nothing fell into its gate for `COAST_S`.  A missed detection is an ordinary event, so a track
coasts through it.  A formation seen as one plot stays one track: who counts its aircraft says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.track.models import noise, transition

COAST_S = 60.0  # five turns of a slow radar without a plot
FASTEST_MPS = 900.0  # above a MiG-31 at Mach 2.8
GATE = 16.0  # squared Mahalanobis distance: one plot in 3,000 falls outside
LEAST_PLOTS = 5  # fewer make no track: three false plots in line do happen
DENSITY = 20.0  # m^2/s^3: a hard turn between two plots stays in the gate


@dataclass(slots=True, eq=False)
class _Open:
    rows: list[int]
    t_s: float
    mean: Floats
    cov: Floats


def associate(t_s: Floats, xy_m: Floats, cov_m2: Floats) -> NDArray[np.int64]:
    """Return the track number of each plot, -1 for plots that belong to none, (N,).

    t_s     (N,) ascending
    xy_m    (N, 2) in a plane
    cov_m2  (N, 2, 2) error of a plot, the biases between sensors included
    """
    if np.any(np.diff(t_s) < 0):
        raise ValueError("plots must come in order of time")
    if not np.isfinite(xy_m).all():
        raise ValueError("a plot has no position")
    label = np.full(len(t_s), -1, np.int64)
    live: list[_Open] = []
    done: list[_Open] = []
    for k in range(len(t_s)):
        done += [one for one in live if t_s[k] - one.t_s > COAST_S]
        live = [one for one in live if t_s[k] - one.t_s <= COAST_S]
        best, nearest = None, np.inf
        for one in live:
            distance = _distance(one, t_s[k], xy_m[k], cov_m2[k])
            # A confirmed track has the first call on a plot; of equals the nearest.
            rank = distance + (0.0 if len(one.rows) > 2 else GATE)
            if distance < GATE and rank < nearest:
                best, nearest = one, rank
        if best is None:
            live.append(_begun(k, t_s[k], xy_m[k], cov_m2[k]))
        else:
            _take(best, k, t_s[k], xy_m[k], cov_m2[k])
    number = 0
    for one in sorted(done + live, key=lambda one: one.rows[0]):
        if len(one.rows) >= LEAST_PLOTS:
            label[one.rows] = number
            number += 1
    return label


def _begun(k: int, t_s: float, xy: Floats, cov: Floats) -> _Open:
    p = np.zeros((4, 4))
    p[:2, :2] = cov
    p[2, 2] = p[3, 3] = (FASTEST_MPS / 2) ** 2
    return _Open([k], t_s, np.array([*xy, 0.0, 0.0]), p)


def _ahead(one: _Open, t_s: float) -> tuple[Floats, Floats]:
    dt = np.array(t_s - one.t_s)
    f = transition(dt, 0.0)
    return f @ one.mean, f @ one.cov @ f.T + noise(dt, DENSITY)


def _distance(one: _Open, t_s: float, xy: Floats, cov: Floats) -> float:
    mean, p = _ahead(one, t_s)
    gap = xy - mean[:2]
    return float(gap @ np.linalg.solve(p[:2, :2] + cov, gap))


def _take(one: _Open, k: int, t_s: float, xy: Floats, cov: Floats) -> None:
    mean, p = _ahead(one, t_s)
    gain = p[:, :2] @ np.linalg.inv(p[:2, :2] + cov)
    one.mean = mean + gain @ (xy - mean[:2])
    one.cov = p - gain @ p[:2]
    one.t_s = t_s
    one.rows.append(k)
