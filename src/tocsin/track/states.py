"""Fixes of many tracks to smoothed states: place, velocity, their covariances, and turns.

Each track is cut where nobody saw it for too long and where what lies between is not known; each
piece is laid out in a plane about its own middle (`mercator`), smoothed with all others at once
(`batch`), and put back on the ellipsoid, velocities and covariances turned to east and north.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.track.batch import smooth_many
from tocsin.track.imm import Measured
from tocsin.track.mercator import Gridded, gridded, placed
from tocsin.track.models import Modes

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

WIDE_DEG = 60.0  # a piece that reaches further from its middle is not smoothed: its plane ends


@dataclass(frozen=True, slots=True)
class SmoothSettings:
    """How tracks are smoothed."""

    max_gap_s: float = 60.0  # a longer silence parts a track; nothing is put into it
    modes: Modes = field(default_factory=Modes)


@dataclass(frozen=True, slots=True, eq=False)
class Fixes:
    """Measured positions, sorted by track and time; times increase within a track."""

    track: Ints  # (N,) a number for each
    t_s: Floats  # (N,) from one moment for all
    lon_deg: Floats  # (N,)
    lat_deg: Floats  # (N,)
    cov_m2: Floats  # (N, 2, 2) east, north
    broken: Bools  # (N,) what lies before this fix is not known


@dataclass(frozen=True, slots=True, eq=False)
class States:
    """What the smoother makes of each fix; as it was measured where `smoothed` is False."""

    lon_deg: Floats  # (N,)
    lat_deg: Floats  # (N,)
    cov_m2: Floats  # (N, 2, 2) of the position, east and north
    velocity_mps: Floats  # (N, 2) east and north; NaN where not smoothed
    velocity_cov: Floats  # (N, 2, 2)
    turn_p: Floats  # (N,) probability that it turns; NaN where not smoothed
    segment: Ints  # (N,) number within its track, from 1
    smoothed: Bools  # (N,)


def smoothed(fixes: Fixes, settings: SmoothSettings | None = None) -> States:
    """Return the smoothed states, each given all fixes of its piece of track.

    A piece of one fix is left as it is: it says nothing of a velocity.
    """
    rules = settings or SmoothSettings()
    count = len(fixes.t_s)
    fresh = np.ones(count, np.bool_)
    silence_s = np.diff(fixes.t_s)
    fresh[1:] = np.diff(fixes.track) != 0
    track_begins = fresh.copy()
    fresh[1:] |= (silence_s > rules.max_gap_s) | fixes.broken[1:]
    piece = np.cumsum(fresh) - 1
    heads = np.flatnonzero(fresh)
    sizes = np.diff(np.append(heads, count))
    first = np.maximum.accumulate(np.where(track_begins, np.arange(count), 0))
    out = States(
        lon_deg=fixes.lon_deg.copy(),
        lat_deg=fixes.lat_deg.copy(),
        cov_m2=fixes.cov_m2.copy(),
        velocity_mps=np.full((count, 2), np.nan),
        velocity_cov=np.full((count, 2, 2), np.nan),
        turn_p=np.full(count, np.nan),
        segment=piece - piece[first] + 1 if count else piece,
        smoothed=np.zeros(count, np.bool_),
    )
    if not count:
        return out
    middle = heads + sizes // 2
    lon0 = np.repeat(fixes.lon_deg[middle], sizes)
    reach = np.abs((fixes.lon_deg - lon0 + 180.0) % 360.0 - 180.0)
    near = np.maximum.reduceat(reach, heads) < WIDE_DEG
    chosen = np.flatnonzero((sizes > 1) & near)
    rows = np.flatnonzero(np.isin(piece, chosen))
    if len(rows):
        y0 = np.repeat(_northing(fixes, middle), sizes)
        _smooth(fixes, out, rows, np.flatnonzero(fresh[rows]), lon0[rows], y0[rows], rules)
    return out


def _northing(fixes: Fixes, where: Ints) -> Floats:
    lon = fixes.lon_deg[where]
    return gridded(lon, fixes.lat_deg[where], lon).y_m


def _smooth(
    fixes: Fixes,
    out: States,
    rows: Ints,
    heads: Ints,
    lon0_deg: Floats,
    y0_m: Floats,
    rules: SmoothSettings,
) -> None:
    """Write the smoothed states of whole pieces to `out`."""
    grid = gridded(fixes.lon_deg[rows], fixes.lat_deg[rows], lon0_deg)
    z = np.stack([grid.x_m, grid.y_m - y0_m], axis=-1)
    turn = _turns(grid)
    cov = turn @ fixes.cov_m2[rows] @ np.swapaxes(turn, -1, -2)
    t_s = fixes.t_s[rows]
    ends = np.append(heads[1:], len(rows))
    pieces = [
        Measured(t_s[None, a:b], z[None, a:b], cov[None, a:b])
        for a, b in zip(heads.tolist(), ends.tolist(), strict=True)
    ]
    made = smooth_many(pieces, rules.modes)
    mean = np.concatenate([one.mean[0] for one in made])
    whole = np.concatenate([one.cov[0] for one in made])
    straight = [k for k, turn in enumerate(rules.modes.turn_deg_s) if turn == 0]
    lon, lat, there = placed(mean[:, 0], mean[:, 1] + y0_m, lon0_deg)
    back = np.linalg.inv(_turns(there))
    forth = np.swapaxes(back, -1, -2)
    out.lon_deg[rows], out.lat_deg[rows] = lon, lat
    out.cov_m2[rows] = back @ whole[:, :2, :2] @ forth
    out.velocity_mps[rows] = np.einsum("nij,nj->ni", back, mean[:, 2:])
    out.velocity_cov[rows] = back @ whole[:, 2:, 2:] @ forth
    weight = np.concatenate([one.weight[0] for one in made])
    out.turn_p[rows] = np.clip(1.0 - weight[:, straight].sum(axis=1), 0.0, 1.0)
    out.smoothed[rows] = True


def _turns(grid: Gridded) -> Floats:
    """Return what takes metres east and north to metres in the plane, (N, 2, 2)."""
    cos = grid.scale * np.cos(grid.convergence_rad)
    sin = grid.scale * np.sin(grid.convergence_rad)
    return np.stack([np.stack([cos, -sin], -1), np.stack([sin, cos], -1)], -2)
