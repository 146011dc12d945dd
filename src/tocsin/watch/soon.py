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

from tocsin.schema import Floats
from tocsin.watch import chance, plane
from tocsin.watch.batch import Bools, Ints
from tocsin.watch.drawn import DRAWS, NORMAL, TIMES, drawn, margin
from tocsin.watch.flights import Flights
from tocsin.watch.judge import Judge
from tocsin.watch.tracks import LAT, LON, PP, PV, VE, VN, VV, R, Tracks

ALONG = 12  # times of the flight without errors
NEVER = -4.5  # sigmas
SURELY = 3.5
FLAT = 0.15  # a limit that bends less than this within a sigma, in sigmas, is straight
LEAST = 0.02  # P from which times are told


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
    flights: Flights | None = None,
) -> Ahead:
    """Return P and times of entry for tracks and areas (K,), drawing at most so many.

    flights   the compiled way, of the same judge and tracks
    """
    told = None
    if flights is not None and len(row):
        told = _compiled(flights, judge, tracks, row, area, horizon_s, clock_s, most_drawn)
    return told or _in_numpy(judge, tracks, row, area, horizon_s, clock_s, most_drawn)


def _compiled(
    flights: Flights,
    judge: Judge,
    tracks: Tracks,
    row: Ints,
    area: Ints,
    horizon_s: Floats,
    clock_s: float,
    most_drawn: int,
) -> Ahead | None:
    """Return the same from compiled loops; None where squares are still to be made."""
    paths = flights.ahead(row, area, horizon_s)
    if paths is None:
        return None
    draw = np.flatnonzero(paths.bent)
    asked, left = draw[:most_drawn], draw[most_drawn:]
    by_draws, waits = np.zeros(len(row), bool), np.zeros(len(row), bool)
    by_draws[asked], waits[left] = True, True
    paths.p[left] = np.nan
    if len(asked):
        margin_m, unknown = None, []
        for n in np.flatnonzero(judge.tall[area[asked]]).tolist():
            k = asked[n]
            t_s = paths.begin_s[k] + np.linspace(0.0, 1.0, TIMES) * (
                paths.end_s[k] - paths.begin_s[k]
            )
            told = margin(judge, tracks, int(row[k]), judge.areas[area[k]], t_s, clock_s)
            if margin_m is None:
                margin_m = np.full((len(asked), DRAWS, TIMES), np.inf)
            if told is None:
                unknown.append(k)
            else:
                margin_m[n] = told
        if not flights.drawn(row, area, horizon_s, asked, paths, NORMAL, margin_m):
            return None
        paths.p[unknown] = np.nan
    return Ahead(paths.p, paths.eta_s, by_draws, waits, paths.free_s)


def _in_numpy(
    judge: Judge,
    tracks: Tracks,
    row: Ints,
    area: Ints,
    horizon_s: Floats,
    clock_s: float,
    most_drawn: int,
) -> Ahead:
    m = tracks.motion[row].T
    q = judge.settings.accel_psd
    limit_m = judge.sigma_m[area]
    t = np.linspace(0.0, 1.0, ALONG + 1)[:, None] * horizon_s  # (times, K)
    at = plane.place(m[LON], m[LAT])
    lon, lat = plane.away(at, m[VE] * t, m[VN] * t)
    beside = np.broadcast_to(area, t.shape).ravel()
    d = judge.limits.rough(lon.ravel(), lat.ravel(), beside).reshape(t.shape)
    base = np.maximum(m[PP], m[R])
    variance = base + 2 * t * m[PV] + t * t * m[VV] + (q / 3) * (t * t * t)
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
    by_draws, waits = np.zeros(len(row), bool), np.zeros(len(row), bool)
    by_draws[asked], waits[left] = True, True
    p[left] = np.nan
    if len(asked):
        reach = (d[:, asked] + step_m[asked]) / sigma[:, asked] > NEVER
        first, last = reach.argmax(axis=0), ALONG - reach[::-1].argmax(axis=0)
        slot = horizon_s[asked] / ALONG
        begin = np.maximum(first - 1, 0) * slot
        end = np.minimum(last + 1, ALONG) * slot
        p[asked], eta[asked] = drawn(judge, tracks, row[asked], area[asked], begin, end, clock_s)
    pace = np.maximum(speed + 3 * np.sqrt(m[VV]), 30.0)
    free = (-d[0] - 5 * sigma[-1]) / pace - horizon_s
    return Ahead(p, eta, by_draws, waits, np.maximum(free, 0.0))


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
