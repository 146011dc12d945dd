"""Will it be inside soon?  P(inside at some time within the look-ahead), and when.

The track flies on with its velocity, both as uncertain as the filter says, under white
acceleration of density q:

    e(t) = e0 + ev t + sqrt(q / 3) t^1.5 a,    (e0, ev) ~ N(0, [[PP, PV], [PV, VV]]),  a ~ N(0, 1)

per axis, which has the variance sigma(t)^2 of the motion model at every time and nearly its
correlation (the model's own between t and 2 t is .88, here 1).  One draw is one whole flight: P is
the share of flights that are inside at *some* time, never a product over times.  The limit's error
is one shift a flight; a height is drawn with the flight, from its report and rate of climb or from
the prior.

Where the limit is straight on the scale of sigma, only the error across it counts, and as it grows
with sigma(t) a flight is inside at some time if it is inside when z = d / sigma is greatest:

    P = Phi(max z),    first inside when z(t) = -u,  u = Phi^-1(1 - q P) for the quantile q

Where it bends (a corner, an island, a narrow area) or has a height, flights are drawn: `DRAWS` of
`TIMES` times within the span in which it can happen.
"""

from __future__ import annotations

from dataclasses import dataclass
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

ALONG = 12  # times of the flight without errors
DRAWS = 64  # flights
TIMES = 16
NEVER = -4.5  # sigmas
SURELY = 3.5
FLAT = 0.15  # a limit that bends less than this within a sigma, in sigmas, is straight
LEAST = 0.02  # P from which times are told
CLIMB_SIGMA_MPS = 2.5
_Q = 1.6448536269514722


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
    return np.concatenate([drawn, -drawn])


_Z = _draws()
_SHARES = (np.argsort(np.argsort(_Z[:, 6])) + 0.5) / DRAWS  # the same spread, for the prior


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """What lies ahead of tracks, one row a track and an area."""

    p: Floats  # NaN: not drawn yet, or the height cannot be compared
    eta_s: Floats  # (K, 3) 5, 50 and 95 %, where it enters; NaN where it does not, or is inside
    drawn: Bools  # P comes from flights that were drawn
    waits: Bools  # it should be drawn, and was not for want of room
    free_s: Floats  # for so long P stays 0, whatever it does


def foresee(
    judge: Judge,
    tracks: Tracks,
    row: Ints,
    area: Ints,
    horizon_s: Floats,
    clock_s: float,
    most_drawn: int,
) -> Ahead:
    """Return P and times of entry for tracks and areas (K,), drawing at most so many."""
    m = tracks.motion[row].T
    q = judge.settings.accel_psd
    limit_m = judge.sigma_m[area]
    t = np.linspace(0.0, 1.0, ALONG + 1)[:, None] * horizon_s  # (times, K)
    at = plane.place(m[LON], m[LAT])
    lon, lat = plane.away(at, m[VE] * t, m[VN] * t)
    beside = np.broadcast_to(area, t.shape).ravel()
    d = judge.limits.rough(lon.ravel(), lat.ravel(), beside).reshape(t.shape)
    base = np.maximum(m[PP], m[R])
    variance = base + 2 * t * m[PV] + t * t * m[VV] + (q / 3) * t**3
    sigma = np.sqrt(variance + limit_m**2)
    z = d / sigma
    top = z.max(axis=0)
    speed = np.hypot(m[VE], m[VN])
    step_m = speed * horizon_s / ALONG
    # Between two times it may come nearer by half a step, and pass over what is small.
    nearest = ((d + step_m / 2) / sigma).max(axis=0)
    p = np.where(nearest < NEVER, 0.0, chance.phi(top))
    eta = np.full((len(row), 3), np.nan)
    open_k = np.flatnonzero(nearest >= NEVER)
    bent = np.zeros(len(row), bool)
    bent[open_k] = judge.tall[area[open_k]]
    some = open_k[(top[open_k] < SURELY) & ~bent[open_k]]
    if len(some):
        off_m = _bend(judge, m[:, some], area[some], t, d, z, some)
        bent[some] = off_m > FLAT * np.take_along_axis(sigma, z.argmax(axis=0)[None], 0)[0, some]
        # What lies between two times is not seen as long as it is smaller than a step.
        between = (nearest[some] > 0) & (top[some] < 0) & (step_m[some] > sigma[0, some])
        bent[some] |= between & (z.argmax(axis=0)[some] < ALONG)
    for k in np.flatnonzero(~bent & (p >= LEAST) & (z[0] < 0)).tolist():
        eta[k] = _entry(z[:, k], t[:, k], float(p[k]))
    draw = np.flatnonzero(bent)
    asked, left = draw[:most_drawn], draw[most_drawn:]
    drawn, waits = np.zeros(len(row), bool), np.zeros(len(row), bool)
    drawn[asked], waits[left] = True, True
    p[left] = np.nan
    if len(asked):
        reach = (d[:, asked] + step_m[asked]) / sigma[:, asked] > NEVER
        first, last = reach.argmax(axis=0), ALONG - reach[::-1].argmax(axis=0)
        slot = horizon_s[asked] / ALONG
        begin = np.maximum(first - 1, 0) * slot
        end = np.minimum(last + 1, ALONG) * slot
        p[asked], eta[asked] = _drawn(judge, tracks, row[asked], area[asked], begin, end, clock_s)
    pace = np.maximum(speed + 3 * np.sqrt(m[VV]), 30.0)
    free = (-d[0] - 5 * sigma[-1]) / pace - horizon_s
    return Ahead(p, eta, drawn, waits, np.maximum(free, 0.0))


def _bend(judge: Judge, m: Floats, area: Ints, t: Floats, d: Floats, z: Floats, k: Ints) -> Floats:
    """Return how far the limit bends within a sigma of where the flight comes closest, (K,)."""
    best = z[:, k].argmax(axis=0)
    here = (best, k)
    sigma = np.abs(d[here] / np.where(z[here] == 0, 1.0, z[here]))
    sigma = np.where(sigma > 0, sigma, 1.0)
    x, y = m[VE] * t[here], m[VN] * t[here]
    at = plane.place(m[LON], m[LAT])
    around = [
        judge.limits.rough(*plane.away(at, x + east * sigma, y + north * sigma), area)
        for east, north in ((1, 0), (-1, 0), (0, 1), (0, -1))
    ]
    middle = d[here]
    across = np.abs(around[0] + around[1] - 2 * middle) / 2
    along = np.abs(around[2] + around[3] - 2 * middle) / 2
    return np.asarray(np.maximum(across, along))


def _entry(z: Floats, t_s: Floats, p: float) -> list[float]:
    """Return the 5, 50 and 95 % times of entry of those flights that enter."""
    rising = np.maximum.accumulate(z)
    out = []
    for share in (0.05, 0.5, 0.95):
        level = -NormalDist().inv_cdf(min(max(1.0 - share * p, 1e-12), 1 - 1e-12))
        out.append(_first(rising, t_s, level))
    return out


def _first(z: Floats, t_s: Floats, level: float) -> float:
    """Return when z first rises to a level, between the times at which it is known."""
    above = np.flatnonzero(z >= level)
    if not len(above):
        return float(t_s[-1])
    k = int(above[0])
    if k == 0:
        return 0.0
    share = (level - z[k - 1]) / (z[k] - z[k - 1])
    return float(t_s[k - 1] + share * (t_s[k] - t_s[k - 1]))


def _drawn(
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
    z = _Z[:, :, None, None]
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
        margin = _margin(judge, tracks, int(row[k]), judge.areas[area[k]], t[:, k], clock_s)
        if margin is None:
            unknown[k] = True
        else:
            d[:, :, k] = np.minimum(d[:, :, k], margin)
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


def _margin(
    judge: Judge, tracks: Tracks, row: int, area: Area, t_s: Floats, clock_s: float
) -> NDArray[np.float64] | None:
    """Return how far drawn flights (draws, times) are within the vertical limits; None: untold."""
    h_m, sigma_m = judge.height_of(tracks, np.array([row]), clock_s)
    rate = tracks.vrate_mps[row]
    climb = (0.0 if np.isnan(rate) else float(rate)) + CLIMB_SIGMA_MPS * _Z[:, 7:8]
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
            h = middle + wide * _Z[:, 6:7] + climb * t_s
        out = np.minimum(out, sign * (h - limit.h_m))
    return out
