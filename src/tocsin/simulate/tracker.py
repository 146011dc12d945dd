"""What a surveillance centre makes of plots: system tracks with correlated errors.

A Kalman filter with white acceleration in the azimuthal equidistant plane about the centre, fed
with the plots of all radars in the order of their stamps and read out at a fixed period:

    F = [1 dt; 0 1],   Q = q [dt^3/3 dt^2/2; dt^2/2 dt]   per axis,   q = a^2 times 1 s

The filter believes the radars to be without bias, as real ones do, and turns slant range into
place with the reported height or an assumed one.  So its errors are correlated in time and larger
than the accuracies that it states.  Plots are given to the right track: association is taken as
perfect.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.geo import WGS84
from tocsin.schema import Floats
from tocsin.simulate.geometry import to_geodetic
from tocsin.simulate.radar import CLUTTER, Plots, site_of
from tocsin.simulate.scenario import Met, Radar, Tracker
from tocsin.simulate.target import Target

SPEED_SD_MPS = 300.0  # of a track at its first plot
CORRELATION_S = 1.0  # turns an acceleration into the density of white noise


@dataclass(frozen=True, slots=True, eq=False)
class SystemTrack:
    """One update of one system track."""

    number: int
    target: int
    t_s: float  # time of applicability
    lon_deg: float
    lat_deg: float
    east_mps: float
    north_mps: float
    covariance: Floats  # (4, 4) of east, north, east velocity, north velocity, m and m/s
    pressure_m: float | None
    age_s: float  # of the last plot
    psr_age_s: float | None
    secondary_age_s: float | None
    plots: int  # how many went in
    sensors: int
    coasting: bool
    first: bool
    last: bool


@dataclass(slots=True)
class _State:
    """A track while it is kept."""

    number: int
    t_s: float
    x: Floats
    p: Floats
    plots: int = 1
    told: bool = False
    seen_s: float = 0.0
    psr_s: float | None = None
    secondary_s: float | None = None
    pressure_m: float | None = None

    def predicted(self, t_s: float, q: float) -> tuple[Floats, Floats]:
        dt = t_s - self.t_s
        f = np.eye(4)
        f[0, 2] = f[1, 3] = dt
        noise = np.zeros((4, 4))
        for k in (0, 1):
            noise[k, k], noise[k + 2, k + 2] = q * dt**3 / 3, q * dt
            noise[k, k + 2] = noise[k + 2, k] = q * dt**2 / 2
        return f @ self.x, f @ self.p @ f.T + noise


def follow(
    tracker: Tracker,
    radars: Sequence[Radar],
    plots: Sequence[Plots],
    targets: Sequence[Target],
    met: Met,
    length_s: float,
) -> list[SystemTrack]:
    """Return every update of every track in the order of time."""
    out: list[SystemTrack] = []
    births: list[tuple[float, int, list[SystemTrack]]] = []
    for index in range(len(targets)):
        fed = _fed(tracker, radars, plots, index, met)
        for updates in _lives(tracker, fed, index, length_s):
            births.append((updates[0].t_s, index, updates))
    for number, (_, _, updates) in enumerate(sorted(births, key=lambda b: b[:2]), 1):
        out += [_numbered(update, number) for update in updates]
    return sorted(out, key=lambda update: (update.t_s, update.number))


@dataclass(frozen=True, slots=True, eq=False)
class _Fed:
    """The plots of one target as a tracker takes them: places in its plane."""

    t_s: Floats  # (P,)
    xy_m: Floats  # (P, 2)
    r: Floats  # (P, 2, 2) covariance
    psr: NDArray[np.bool_]
    ssr: NDArray[np.bool_]
    pressure_m: Floats
    radar: NDArray[np.int64]


def _fed(
    tracker: Tracker, radars: Sequence[Radar], plots: Sequence[Plots], index: int, met: Met
) -> _Fed:
    parts = []
    for number, (radar, seen) in enumerate(zip(radars, plots, strict=True)):
        if tracker.radars and radar.id not in tracker.radars:
            continue
        rows = np.flatnonzero((seen.target == index) & (seen.target != CLUTTER))
        pressure = seen.pressure_m[rows]
        lift = met.pressure_altitude_m(met.geoid_m)  # at sea level
        h = np.where(np.isnan(pressure), tracker.assumed_h_m, pressure - lift) + met.geoid_m
        site = site_of(radar)
        range_m = np.maximum(seen.range_m[rows], 1.0)
        lon, lat, _ = to_geodetic(site.place(range_m, seen.azimuth_deg[rows], h))
        n = len(rows)
        azimuth, back, far = WGS84.inv(
            np.full(n, tracker.lon_deg), np.full(n, tracker.lat_deg), lon, lat
        )
        del back
        xy = np.stack([far * np.sin(np.radians(azimuth)), far * np.cos(np.radians(azimuth))], -1)
        across = range_m * np.radians(radar.azimuth_sigma_deg)
        # The beam's direction in the plane, by its azimuth at the radar: good to the meridian
        # convergence, which is small beside the shape of a plot's error.
        theta = np.radians(seen.azimuth_deg[rows])
        along_axis = np.stack([np.sin(theta), np.cos(theta)], -1)
        cross_axis = np.stack([np.cos(theta), -np.sin(theta)], -1)
        r = radar.range_sigma_m**2 * np.einsum("ki,kj->kij", along_axis, along_axis)
        r += (across**2)[:, None, None] * np.einsum("ki,kj->kij", cross_axis, cross_axis)
        parts.append(
            (seen.t_s[rows], xy, r, seen.psr[rows], seen.ssr[rows], pressure, np.full(n, number))
        )
    if not parts:
        none = np.zeros(0)
        flags = np.zeros(0, bool)
        return _Fed(
            none, np.zeros((0, 2)), np.zeros((0, 2, 2)), flags, flags, none, np.zeros(0, np.int64)
        )
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return _Fed(*(column[order] for column in columns))


def _lives(tracker: Tracker, fed: _Fed, index: int, length_s: float) -> list[list[SystemTrack]]:
    """Return the updates of each life of a target: it ends when no plot comes for `drop_s`."""
    q = tracker.acceleration_mps2**2 * CORRELATION_S
    lives: list[list[SystemTrack]] = []
    state: _State | None = None
    sensors: set[int] = set()
    upcoming = 0
    for tick in np.arange(0.0, length_s + 1e-9, tracker.update_s).tolist():
        while upcoming < len(fed.t_s) and fed.t_s[upcoming] <= tick:
            state = _updated(state, fed, upcoming, q)
            sensors.add(int(fed.radar[upcoming]))
            upcoming += 1
        if state is None or state.plots < 2:  # one plot has no velocity
            if state is not None and tick - state.seen_s > tracker.drop_s:
                state = None
            continue
        if not state.told:
            lives.append([])
        lost = tick - state.seen_s > tracker.drop_s
        lives[-1].append(_told(tracker, state, index, tick, q, len(sensors), lost))
        state.told = True
        if lost:
            state, sensors = None, set()
    return lives


def _updated(state: _State | None, fed: _Fed, k: int, q: float) -> _State:
    t, z, r = float(fed.t_s[k]), fed.xy_m[k], fed.r[k]
    if state is None:
        p = np.zeros((4, 4))
        p[:2, :2] = r
        p[2, 2] = p[3, 3] = SPEED_SD_MPS**2
        state = _State(0, t, np.concatenate([z, [0.0, 0.0]]), p)
    else:
        x, p = state.predicted(t, q)
        gain = p[:, :2] @ np.linalg.inv(p[:2, :2] + r)
        state.x = x + gain @ (z - x[:2])
        keep = np.eye(4)
        keep[:, :2] -= gain
        state.p = keep @ p @ keep.T + gain @ r @ gain.T  # Joseph's form stays symmetric
        state.t_s, state.plots = t, state.plots + 1
    state.seen_s = t
    if fed.psr[k]:
        state.psr_s = t
    if fed.ssr[k]:
        state.secondary_s = t
    if np.isfinite(fed.pressure_m[k]):
        state.pressure_m = float(fed.pressure_m[k])
    return state


def _told(
    tracker: Tracker, state: _State, index: int, t_s: float, q: float, sensors: int, lost: bool
) -> SystemTrack:
    x, p = state.predicted(t_s, q)
    azimuth = float(np.degrees(np.arctan2(x[0], x[1])))
    far = float(np.hypot(x[0], x[1]))
    lon, lat, back = WGS84.fwd(tracker.lon_deg, tracker.lat_deg, azimuth, far)
    # North of the plane against north of the place: the convergence of the meridians.
    turn = np.radians((back + 180.0) - azimuth)
    c, s = np.cos(turn), np.sin(turn)
    rotation = np.kron(np.eye(2), np.array([[c, s], [-s, c]]))
    local = rotation @ np.concatenate([[0.0, 0.0], x[2:]])
    return SystemTrack(
        number=state.number,
        target=index,
        t_s=t_s,
        lon_deg=float(lon),
        lat_deg=float(lat),
        east_mps=float(local[2]),
        north_mps=float(local[3]),
        covariance=rotation @ p @ rotation.T,
        pressure_m=state.pressure_m,
        age_s=t_s - state.seen_s,
        psr_age_s=None if state.psr_s is None else t_s - state.psr_s,
        secondary_age_s=None if state.secondary_s is None else t_s - state.secondary_s,
        plots=state.plots,
        sensors=sensors,
        coasting=t_s - state.seen_s > tracker.coast_s,
        first=not state.told,
        last=lost,
    )


def _numbered(update: SystemTrack, number: int) -> SystemTrack:
    from dataclasses import replace

    return replace(update, number=number)
