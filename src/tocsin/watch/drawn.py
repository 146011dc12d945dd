"""Flights that are drawn: P and times of entry where the limit bends, or has a height.

`DRAWS` flights of `TIMES` times within the span in which it can happen; the errors of one flight
are the same all along it (see soon.py).
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.watch import chance, plane
from tocsin.watch.area import Area
from tocsin.watch.batch import Bools, Ints
from tocsin.watch.judge import Judge
from tocsin.watch.settings import DATUMS
from tocsin.watch.tracks import LAT, LON, PP, PV, VE, VN, VV, R, Tracks

DRAWS = 64  # flights
TIMES = 16
CLIMB_SIGMA_MPS = 2.5


def _draws() -> Floats:
    """Return normal numbers (DRAWS, 8) spread evenly: Halton's sequence, mirrored."""
    normal = NormalDist()
    half = DRAWS // 2
    columns = []
    for base in (2, 3, 5, 7, 11, 13, 17, 19):
        column = []
        for n in range(20, 20 + half):  # the first points of the large bases lie on a line
            share, part, k = 0.0, 1.0, n
            while k:
                part /= base
                share += part * (k % base)
                k //= base
            column.append(normal.inv_cdf(share))
        scaled = np.array(column)
        columns.append(scaled / np.sqrt(np.mean(scaled**2)))
    drawn = np.array(columns).T
    return np.ascontiguousarray(np.concatenate([drawn, -drawn]))


NORMAL = _draws()
_SHARES = (np.argsort(np.argsort(NORMAL[:, 6])) + 0.5) / DRAWS  # the same spread, for the prior


def drawn(
    judge: Judge,
    tracks: Tracks,
    row: Ints,
    area: Ints,
    begin_s: Floats,
    end_s: Floats,
    clock_s: float,
) -> tuple[Floats, Floats]:
    """Return P and the times of entry (K, 3) of drawn flights, within a span of time each."""
    m = tracks.motion[row].T[:, None, None, :]  # (columns, draws, times, K)
    q = judge.settings.accel_psd
    t = begin_s + np.linspace(0.0, 1.0, TIMES)[:, None] * (end_s - begin_s)  # (times, K)
    z = NORMAL[:, :, None, None]
    base = np.maximum(m[PP], m[R])
    root = np.sqrt(base)
    lean = m[PV] / root
    rest = np.sqrt(np.maximum(m[VV] - lean * lean, 0.0))
    blown = np.sqrt(q / 3) * t**1.5
    x = m[VE] * t + root * z[:, 0] + (lean * z[:, 0] + rest * z[:, 2]) * t + blown * z[:, 4]
    y = m[VN] * t + root * z[:, 1] + (lean * z[:, 1] + rest * z[:, 3]) * t + blown * z[:, 5]
    lon, lat = plane.away(plane.place(m[LON], m[LAT]), x, y)
    beside = np.broadcast_to(area, x.shape).ravel()
    d = judge.limits.rough(lon.ravel(), lat.ravel(), beside).reshape(x.shape)
    d += judge.sigma_m[area] * z[:, 7]  # the limit is where it is, all along one flight
    unknown = np.zeros(len(row), bool)
    for k in np.flatnonzero(judge.tall[area]).tolist():
        within_m = margin(judge, tracks, int(row[k]), judge.areas[area[k]], t[:, k], clock_s)
        if within_m is None:
            unknown[k] = True
        else:
            d[:, :, k] = np.minimum(d[:, :, k], within_m)
    inside = d >= 0
    best = _peak(d)
    entered = inside.any(axis=1) | (best >= 0)
    p = entered.mean(axis=0)
    eta = np.full((len(row), 3), np.nan)
    when = _when(d, inside, t)
    for k in range(len(row)):
        hits = entered[:, k] & ~inside[:, 0, k]
        if hits.any() and hits.sum() >= entered[:, k].sum() / 2:
            eta[k] = np.quantile(when[hits, k], (0.05, 0.5, 0.95))
    return np.where(unknown, np.nan, p), eta


def _peak(d: Floats) -> Floats:
    """Return the greatest d of each flight (draws, K), also between times: a parabola's top."""
    k = np.clip(d.argmax(axis=1), 1, TIMES - 2)[:, None, :]
    a, b, c = (np.take_along_axis(d, k + step, axis=1)[:, 0] for step in (-1, 0, 1))
    bend = a - 2 * b + c
    with np.errstate(divide="ignore", invalid="ignore"):
        top = b - (c - a) ** 2 / (8 * bend)
    fair = (bend < 0) & (np.abs(c - a) < -2 * bend)
    return np.asarray(np.maximum(d.max(axis=1), np.where(fair, top, -np.inf)))


def _when(d: Floats, inside: Bools, t_s: Floats) -> Floats:
    """Return when each flight (draws, K) is first inside; at its peak if only between times."""
    k = np.where(inside.any(axis=1), inside.argmax(axis=1), d.argmax(axis=1))
    before = np.maximum(k - 1, 0)
    d1 = np.take_along_axis(d, k[:, None], axis=1)[:, 0]
    d0 = np.take_along_axis(d, before[:, None], axis=1)[:, 0]
    t1, t0 = np.take_along_axis(t_s, k, axis=0), np.take_along_axis(t_s, before, axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(d1 > d0, np.clip(-d0 / (d1 - d0), 0.0, 1.0), 1.0)
    return np.asarray(t0 + share * (t1 - t0))


def margin(
    judge: Judge, tracks: Tracks, row: int, area: Area, t_s: Floats, clock_s: float
) -> NDArray[np.float64] | None:
    """Return how far drawn flights (draws, times) are within the vertical limits; None: untold."""
    h_m, sigma_m = judge.height_of(tracks, np.array([row]), clock_s)
    rate = tracks.vrate_mps[row]
    climb = (0.0 if np.isnan(rate) else float(rate)) + CLIMB_SIGMA_MPS * NORMAL[:, 7:8]
    out = np.full((DRAWS, len(t_s)), np.inf)
    for limit, sign in ((area.lower, 1.0), (area.upper, -1.0)):
        if limit is None or not chance.binds(limit):
            continue
        told = ~np.isnan(h_m[0])
        if not told.any():
            h = judge.heights.prior_at(_SHARES)[:, None] + 0 * t_s
        else:
            have = DATUMS.index(limit.datum)
            have = have if told[have] else int(np.flatnonzero(told)[0])
            low, high, extra = judge.heights.offset_m(DATUMS[have], limit.datum, h_m[:, have])
            if high[0] - low[0] > 1.0:
                ends = (h_m[0, have] + low[0] - limit.h_m, h_m[0, have] + high[0] - limit.h_m)
                if ends[0] < 0 < ends[1]:
                    return None
            middle = h_m[0, have] + (low[0] + high[0]) / 2
            wide = float(np.hypot(sigma_m[0], extra))
            h = middle + wide * NORMAL[:, 6:7] + climb * t_s
        out = np.minimum(out, sign * (h - limit.h_m))
    return out
