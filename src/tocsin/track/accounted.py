"""Plots without an address that an aircraft known by its address accounts for.

A primary radar plots the airliner as well as the intruder, and a secondary radar misses a reply now
and then.  Such plots must not make a second aircraft.  An aircraft accounts for a plot where it was
at that time, within the errors of both, and for one plot of a sensor in each of its turns at most:
for none where it answered that sensor in the same turn, and the nearest where there are several.
So whoever flies beside it is still plotted on his own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin import geo
from tocsin.schema import Floats, Sensor
from tocsin.track.associate import DENSITY, GATE, LEAST_PLOTS
from tocsin.track.calibrate import LATENCY_SD_S
from tocsin.track.plots import site

Ints = NDArray[np.int64]

HEIGHTS_APART_M = 1000.0  # of a plot and an aircraft that are not the same
UNKNOWN_H = (6000.0, 4000.0)  # height and sigma of an aircraft that tells none
H_SD_M = 300.0  # of one that does: a pressure altitude is no height above the ellipsoid
SHARE = 0.9  # of a track's plots are accounted for, where others account for the track


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Where an aircraft was that an address names."""

    name: str
    judged: bool  # a finding of its own may come of it; else it leaves no other out
    t_s: Floats  # (N,) ascending
    lon_deg: Floats
    lat_deg: Floats
    h_hae_m: Floats  # NaN where not told
    sigma_m: Floats  # per axis
    apart: NDArray[np.bool_]  # (N,) nothing is known between this and the one before
    gap_s: float  # positions further apart are not interpolated between
    sensor: str | None = None  # the places are plots of this one, which it alone is held against
    answered: Mapping[str, Floats] | None = None  # when a sensor had its address, ascending


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Plots (K,) without an address, in order of time."""

    t_s: Floats
    sensor: tuple[str, ...]
    secondary: NDArray[np.bool_]
    range_m: Floats
    azimuth_deg: Floats
    h_hae_m: Floats  # NaN where not reported


def accounted(
    seen: Seen, known: Sequence[Known], sensors: Mapping[str, Sensor]
) -> tuple[Ints, Floats]:
    """Return which aircraft accounts for each plot, -1 for none, and how far off it was (K,), m."""
    found: list[tuple[float, float, int, int]] = []
    names = np.array(seen.sensor)
    for sensor in dict.fromkeys(seen.sensor):
        mine = np.flatnonzero(names == sensor)
        for which, one in enumerate(known):
            if one.sensor in (None, sensor) and len(one.t_s) > 1:
                k, d2, off_m = _near(seen, mine, one, sensors[sensor])
                found += zip(d2.tolist(), off_m.tolist(), k.tolist(), [which] * len(k), strict=True)
    turns = _turns(seen, names, known, found, sensors)
    who, off = np.full(len(names), -1, np.int64), np.full(len(names), np.nan)
    taken: dict[tuple[str, str], list[float]] = defaultdict(list)
    for _, metres, plot, which in sorted(found):
        one, sensor, t = known[which], seen.sensor[plot], float(seen.t_s[plot])
        half = turns[sensor] / 2
        slots = taken[one.name, sensor]
        had = _answered(one, sensor, t, half) or any(abs(t - s) < half for s in slots)
        if who[plot] < 0 and not had:
            who[plot], off[plot] = which, metres
            slots.append(t)
    return who, off


def accounted_parts(
    parts: Sequence[Seen], known: Sequence[Known], sensors: Mapping[str, Sensor]
) -> tuple[list[Ints], list[Floats]]:
    """Return the same for the plots of several tracks, among which each turn is shared out."""
    t_s = np.concatenate([part.t_s for part in parts])
    order = np.argsort(t_s, kind="stable")
    names = [name for part in parts for name in part.sensor]
    columns = [
        np.concatenate([getattr(part, name) for part in parts])[order]
        for name in ("secondary", "range_m", "azimuth_deg", "h_hae_m")
    ]
    whole = Seen(t_s[order], tuple(names[k] for k in order.tolist()), *columns)
    who, off_m = accounted(whole, known, sensors)
    back = np.argsort(order)
    ends = np.cumsum([len(part.t_s) for part in parts])[:-1]
    return np.split(who[back], ends), np.split(off_m[back], ends)


def is_another(who: Ints, known: Sequence[Known]) -> bool:
    """Return whether the plots of a track, in order of time, are of an aircraft of their own.

    So are those that only an aircraft accounts for which is not judged itself: nobody would be.
    """
    judged = np.array([one.judged for one in known] + [False])  # the last: of nobody
    free = ~judged[who]
    if np.mean(free) > 1 - SHARE:
        return True
    edges = np.flatnonzero(np.diff(np.concatenate([[False], free, [False]]).astype(np.int8)))
    return bool((edges[1::2] - edges[::2] >= LEAST_PLOTS).any())


def _near(seen: Seen, mine: Ints, one: Known, sensor: Sensor) -> tuple[Ints, Floats, Floats]:
    """Return the plots in whose gate an aircraft was, squared distance in sigmas, and metres."""
    t = seen.t_s[mine]
    after = np.clip(np.searchsorted(one.t_s, t), 1, len(one.t_s) - 1)
    begin, end = one.t_s[after - 1], one.t_s[after]
    span = end - begin
    usable = (t >= begin) & (t <= end) & (span <= one.gap_s) & (span > 0) & ~one.apart[after]
    mine, after = mine[usable], after[usable]
    if not len(mine):
        none = np.zeros(0)
        return mine, none, none
    t, begin, span = t[usable], begin[usable], span[usable]
    share = (t - begin) / span
    lon0, lat0, h0 = (getattr(one, n)[after - 1] for n in ("lon_deg", "lat_deg", "h_hae_m"))
    east = geo.wrap_deg(one.lon_deg[after] - lon0)
    lon, lat = lon0 + share * east, lat0 + share * (one.lat_deg[after] - lat0)
    h = h0 + share * (one.h_hae_m[after] - h0)
    step_m = geo.distance_m(lon0, lat0, one.lon_deg[after], one.lat_deg[after])

    told, plot_h = np.isfinite(h), seen.h_hae_m[mine]
    apart = told & np.isfinite(plot_h) & (np.abs(h - plot_h) > HEIGHTS_APART_M)
    at_h = np.where(told, h, np.where(np.isfinite(plot_h), plot_h, UNKNOWN_H[0]))
    h_sd = np.where(told | np.isfinite(plot_h), H_SD_M, UNKNOWN_H[1])
    rho, theta, _ = geo.to_polar(lon, lat, at_h, site(sensor))
    along: Floats = seen.range_m[mine] - rho
    across = np.radians(
        geo.wrap_deg(seen.azimuth_deg[mine] + sensor.north_offset_deg - theta)
    ) * np.maximum(rho, 1.0)

    # White acceleration between two places whose velocities are known; here they are not: twice.
    a_s, b_s = t - begin, span - (t - begin)
    common: Floats = 4 * DENSITY * a_s**3 * b_s**3 / (3 * span**3)
    sigma: Floats = np.maximum(one.sigma_m[after], one.sigma_m[after - 1])
    by_h = h_sd * np.abs(at_h - sensor.h_hae_m) / np.maximum(rho, 1000.0)
    range_var, turn_deg = _errors(sensor, rho, seen.secondary[mine], same=one.sensor is not None)
    if one.sensor is None:
        late_m = step_m / span * _hypot(sensor.time_bias_sd_s, LATENCY_SD_S)
        common = common + sigma**2 + late_m**2
    d2 = along**2 / (range_var + by_h**2 + common)
    d2 = d2 + across**2 / ((rho * np.radians(turn_deg)) ** 2 + common)
    gated = (d2 < GATE) & ~apart
    return mine[gated], d2[gated], np.hypot(along, across)[gated]


def _errors(
    sensor: Sensor, range_m: Floats, secondary: NDArray[np.bool_], *, same: bool
) -> tuple[Floats, float]:
    """Return the variance of a range, m^2, and the sigma of an azimuth, degrees, of plots.

    same  against other plots of the same antenna: what it is wrong by, it is wrong by both times
    """
    delay_m = sensor.transponder_delay_sd_m
    if same:
        constant = 2 * sensor.range_sigma_m**2 + sensor.collimation_range_sd_m**2 + delay_m**2
        turn = sensor.azimuth_sigma_deg * 2**0.5, sensor.collimation_azimuth_sd_deg
        return np.full(len(range_m), constant), _hypot(*turn)
    out = np.where(secondary, delay_m**2, 0.0) + (sensor.range_scale_sd * range_m) ** 2
    out = out + sensor.range_sigma_m**2 + sensor.range_bias_sd_m**2
    return out, _hypot(sensor.azimuth_sigma_deg, sensor.azimuth_bias_sd_deg)


def _hypot(a: float, b: float) -> float:
    return float(np.hypot(a, b))


def _answered(one: Known, sensor: str, t_s: float, half_s: float) -> bool:
    """Return whether a sensor had the aircraft's address within half a turn."""
    told = None if one.answered is None else one.answered.get(sensor)
    if told is None or not len(told):
        return False
    k = int(np.searchsorted(told, t_s))
    return bool(np.min(np.abs(told[max(k - 1, 0) : k + 1] - t_s)) < half_s)


def _turns(
    seen: Seen,
    names: NDArray[np.str_],
    known: Sequence[Known],
    found: Sequence[tuple[float, float, int, int]],
    sensors: Mapping[str, Sensor],
) -> dict[str, float]:
    """Return how long each sensor takes for a turn: as its plots show, else as it is said to."""
    out: dict[str, float] = {}
    by_pair: dict[tuple[str, int], list[float]] = defaultdict(list)
    for _, _, k, a in found:
        by_pair[seen.sensor[k], a].append(float(seen.t_s[k]))
    for sensor in dict.fromkeys(names.tolist()):
        told = [one.answered[sensor] for one in known if one.answered and sensor in one.answered]
        runs = told or [np.sort(times) for (name, _), times in by_pair.items() if name == sensor]
        steps = np.concatenate([np.diff(run) for run in runs] or [np.zeros(0)])
        steps = steps[steps > 1.0]
        usual = float(np.median(steps)) if len(steps) else sensors[sensor].rotation_s
        out[sensor] = min(usual, 2 * sensors[sensor].rotation_s)
    return out
