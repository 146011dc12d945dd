"""Fixes as arrays of position, time and speed, and the legs between them.

Positions are points on a sphere of the mean Earth radius: distances are wrong by up to 0.5 %,
which the limits allow for many times over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.track.limits import IntegritySettings, Reals

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]

MINUTE_NS = 60_000_000_000
ODD_MPS = 50.0
DENSE_S = 2.0  # where three legs last less, errors of place and time would pass for speed
MANY = 3  # fixes at which a speed is more than one odd report
PLANE_M = 50e3  # legs up to here are measured in the plane between their ends
EARTH_M = 6371008.8  # mean radius R1 of GRS 80 (Moritz 2000)


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """Fixes with time and position, sorted by track and time; NaN where nothing is reported."""

    row: Ints  # (N,) where the fix stands in the table
    track: NDArray[np.int32]  # (N,) code of the track
    t_s: Floats  # (N,) seconds since a whole minute of UTC
    lat_deg: Reals
    lon_deg: Reals
    h_m: Reals
    gs_mps: Reals
    track_deg: Reals
    sigma_m: Reals
    on_ground: Bools

    def take(self, keep: Bools | Ints) -> Motion:
        """Return the fixes that are kept, in order."""
        if keep.dtype == np.bool_ and keep.all():
            return self
        return Motion(*(getattr(self, name)[keep] for name in self.__slots__))

    def __len__(self) -> int:
        return len(self.row)


@dataclass(frozen=True, slots=True, eq=False)
class Legs:
    """The legs between neighbouring fixes, (N - 1,), and the speed of flight around each fix."""

    same: Bools  # both ends are of one track
    dt_s: Floats
    d_m: Reals
    east_m: Reals  # good to 1 % within 100 km
    north_m: Reals
    before_mps: Reals  # (N,) speed over the last legs up to a fix; NaN where there are none
    after_mps: Reals  # (N,) speed over the next legs from a fix
    span_s: Reals  # (N,) half the time those speeds are averaged over


def numbers(table: pa.Table, name: str) -> Reals:
    """Return a numeric column, null as NaN."""
    values: Reals = table.column(name).to_numpy()
    return values


def motion(table: pa.Table, t_ns: Ints, track: NDArray[np.int32], keep: Bools) -> Motion:
    """Return the kept rows of a table of tracks as arrays."""
    row = np.flatnonzero(keep)
    part = slice(None) if len(row) == len(keep) else row
    h_m = numbers(table, "h_pressure_m")
    for name in ("h_hae_m", "h_msl_m"):
        if table.column(name).null_count < len(table) and np.isnan(h_m).any():
            h_m = np.where(np.isnan(h_m), numbers(table, name), h_m)
    start = t_ns[row[0]] // MINUTE_NS * MINUTE_NS if len(row) else 0
    ground = table.column("on_ground").fill_null(False).to_numpy()
    return Motion(
        row=row,
        track=track[part],
        t_s=(t_ns[part] - start) / 1e9,
        lat_deg=numbers(table, "lat_deg")[part],
        lon_deg=numbers(table, "lon_deg")[part],
        h_m=h_m[part],
        gs_mps=_without_odd(numbers(table, "gs_mps")[part], track[part]),
        track_deg=numbers(table, "track_deg")[part],
        sigma_m=np.nan_to_num(numbers(table, "sigma_m")[part], nan=0.0),
        on_ground=ground[part],
    )


def _without_odd(gs_mps: Reals, track: NDArray[np.int32]) -> Reals:
    """Return reported speeds without those that stand alone against both neighbours.

    Receivers now and then write 0 for a speed that they did not hear.
    """
    step = np.abs(np.diff(gs_mps)) > ODD_MPS
    alone = np.flatnonzero(step[:-1] & step[1:] & (track[2:] == track[:-2])) + 1
    alone = alone[np.abs(gs_mps[alone + 1] - gs_mps[alone - 1]) <= ODD_MPS]
    if not len(alone):
        return gs_mps
    kept = gs_mps.copy()
    kept[alone] = np.nan
    return kept


def distance_m(lat0_deg: Reals, lon0_deg: Reals, lat1_deg: Reals, lon1_deg: Reals) -> Reals:
    """Return great-circle distances by the haversine formula, broadcast."""
    lat0, lat1 = np.radians(lat0_deg), np.radians(lat1_deg)
    half_lat = np.sin((lat1 - lat0) / 2)
    half_lon = np.sin(np.radians(lon1_deg - lon0_deg) / 2)
    hav = half_lat * half_lat + np.cos(lat0) * np.cos(lat1) * half_lon * half_lon
    d_m: Reals = 2 * EARTH_M * np.arcsin(np.sqrt(np.minimum(hav, 1.0)))
    return d_m


def plane_m(
    lat0_deg: Reals, lon0_deg: Reals, lat1_deg: Reals, lon1_deg: Reals
) -> tuple[Reals, Reals]:
    """Return metres east and north from point 0 to point 1, good to 1 % within 100 km."""
    east_deg = lon1_deg - lon0_deg
    east_deg -= 360.0 * np.rint(east_deg / 360.0)
    metre = np.radians(1.0) * EARTH_M
    scale = np.cos(np.radians((lat0_deg + lat1_deg) / 2)) * metre
    return east_deg * scale, (lat1_deg - lat0_deg) * metre


def track_starts(track: NDArray[np.int32]) -> NDArray[np.int32]:
    """Return for each fix the index of the first fix of its track, (N,)."""
    first = np.zeros(len(track), np.int32)
    first[1:] = np.where(track[1:] != track[:-1], np.arange(1, len(track), dtype=np.int32), 0)
    return np.maximum.accumulate(first)


def legs(m: Motion, settings: IntegritySettings) -> Legs:
    """Return the legs of the fixes; legs of other tracks, gaps and leaps give no speed."""
    count = len(m)
    same = m.track[1:] == m.track[:-1]
    dt_s = np.diff(m.t_s)
    east_m, north_m = plane_m(m.lat_deg[:-1], m.lon_deg[:-1], m.lat_deg[1:], m.lon_deg[1:])
    d_m: Reals = np.hypot(east_m, north_m)
    far = np.flatnonzero(d_m > PLANE_M)
    d_m[far] = distance_m(m.lat_deg[far], m.lon_deg[far], m.lat_deg[far + 1], m.lon_deg[far + 1])
    d_m, east_m, north_m = (v.astype(np.float32) for v in (d_m, east_m, north_m))
    usual = same & (dt_s <= settings.leg_s)
    leap_m = settings.fastest_mps * (dt_s + settings.time_error_s) + settings.position_error_m
    usual &= d_m <= leap_m
    path_m, time_s = np.zeros(count), np.zeros(count)
    np.cumsum(np.where(usual, d_m, 0.0), out=path_m[1:])
    np.cumsum(np.where(usual, dt_s, 0.0), out=time_s[1:])

    # A speed is never taken across a gap or a leap.
    here = np.arange(count, dtype=np.int32)
    runs = np.cumsum(np.r_[0, ~usual], dtype=np.int32)
    first = track_starts(runs)
    last = count - 1 - track_starts(runs[::-1])[::-1]
    low, high = np.maximum(here - 3, first), np.minimum(here + 3, last)
    back_s = (time_s - time_s[low]).astype(np.float32)
    back_m = (path_m - path_m[low]).astype(np.float32)
    ahead_s = (time_s[high] - time_s).astype(np.float32)
    ahead_m = (path_m[high] - path_m).astype(np.float32)
    dense = np.flatnonzero((back_s < DENSE_S) | (ahead_s < DENSE_S))
    dense = dense[first[dense] < last[dense]]
    if len(dense):
        low, high = _around(m, runs, first, last, dense)
        back_m[dense], back_s[dense] = _chord(m, low, dense)
        ahead_m[dense], ahead_s[dense] = _chord(m, dense, high)
    with np.errstate(invalid="ignore", divide="ignore"):  # 0 / 0: no leg, no speed
        return Legs(
            same,
            dt_s,
            d_m,
            east_m,
            north_m,
            before_mps=back_m / back_s,
            after_mps=ahead_m / ahead_s,
            span_s=np.maximum(back_s, ahead_s) / 2,
        )


def _around(
    m: Motion,
    runs: NDArray[np.int32],
    first: NDArray[np.int32],
    last: NDArray[np.int32],
    where: Ints,
) -> tuple[Ints, Ints]:
    """Return the fixes of the same run `DENSE_S` or more before and after some, or its ends."""
    t_ms = np.round((m.t_s - m.t_s.min()) * 1e3).astype(np.int64)
    key = runs.astype(np.int64) * (t_ms.max() + 1 + int(4e3 * DENSE_S)) + t_ms
    step = int(1e3 * DENSE_S)
    low = np.searchsorted(key, key[where] - step, side="right") - 1
    high = np.searchsorted(key, key[where] + step, side="left")
    return np.maximum(low, first[where]), np.minimum(high, last[where])


def _chord(m: Motion, a: Ints, b: Ints) -> tuple[Reals, Reals]:
    """Return metres and seconds from fixes a to fixes b."""
    d_m = distance_m(m.lat_deg[a], m.lon_deg[a], m.lat_deg[b], m.lon_deg[b])
    return d_m, m.t_s[b] - m.t_s[a]


def fast_mps(m: Motion, leg: Legs, where: Bools | None = None) -> Reals:
    """Return for each fix the third largest speed that its track held, (N,).

    where  count only the fixes of this mask

    -inf where a track has no three such speeds.
    """
    held = np.fmin(np.fmin(leg.before_mps, leg.after_mps), m.gs_mps)
    held = np.where(np.isnan(held), -np.inf, held)
    if where is not None:
        held[~where] = -np.inf
    heads = np.flatnonzero(track_starts(m.track) == np.arange(len(m)))
    return np.repeat(_third_largest(held, heads), np.diff(np.append(heads, len(m))))


def _third_largest(values: Reals, heads: Ints) -> Reals:
    """Return the third largest value of each run that starts at `heads`."""
    rest = values.copy()
    ends = np.append(heads[1:], len(values))
    top = np.maximum.reduceat(rest, heads)
    for _ in range(MANY - 1):
        where = np.repeat(top, ends - heads)
        position = np.where(rest == where, np.arange(len(rest)), len(rest))
        first = np.minimum.reduceat(position, heads)
        rest[first[first < len(rest)]] = -np.inf
        top = np.maximum.reduceat(rest, heads)
    return top
