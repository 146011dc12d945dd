"""Plots of one track as measurements in a plane, linear in position and in the sensors' biases.

A polar plot needs a height to become a position.  Given one, the position is found on the
ellipsoid, and its derivatives by range, azimuth, time and range scale are taken numerically:

    z = p + J c + noise,   c = (range bias, azimuth bias, time bias, ...) per sensor

Biases of primary and of secondary detections are separate constants: different receivers and,
for the secondary, the transponder's own delay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats, Sensor
from tocsin.track.imm import Measured
from tocsin.track.plane import Plane
from tocsin.track.polar import placed

TICK_S = 1e-3  # no two plots of a track share an instant


@dataclass(frozen=True, slots=True, eq=False)
class Plots:
    """Plots of one track in time order; either polar or placed, NaN for the other."""

    t_s: Floats  # (K,) strictly increasing
    sensor: tuple[str, ...]  # (K,) id of the sensor
    secondary: NDArray[np.bool_]  # (K,) the transponder answered
    range_m: Floats  # (K,)
    azimuth_deg: Floats  # (K,)
    lon_deg: Floats  # (K,)
    lat_deg: Floats  # (K,)
    sigma_m: Floats  # (K,) per axis, of placed plots; NaN: the sensor's own
    h_hae_m: Floats  # (K,) as reported; NaN where nothing is

    def take(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> Plots:
        """Return some of the plots, in their order."""
        index = np.flatnonzero(which) if which.dtype == np.bool_ else which
        return Plots(
            self.t_s[index],
            tuple(self.sensor[int(k)] for k in index),
            *(
                getattr(self, name)[index]
                for name in self.__slots__
                if name not in ("t_s", "sensor")
            ),
        )


@dataclass(frozen=True, slots=True)
class Constant:
    """One bias: of which sensor and kind, and its spread before any data."""

    sensor: str
    kind: str  # range, azimuth, time, scale, delay
    secondary: bool
    sd: float  # m, degrees, s, 1, m

    @property
    def name(self) -> str:
        return f"{self.sensor} {'secondary' if self.secondary else 'primary'} {self.kind}"


def constants(plots: Plots, sensors: Mapping[str, Sensor]) -> tuple[Constant, ...]:
    """Return the biases that bear on these plots, those with a spread only."""
    found: list[Constant] = []
    polar = np.isfinite(plots.range_m)
    kinds = sorted(
        {(s, bool(b)) for s, b, p in zip(plots.sensor, plots.secondary, polar, strict=True) if p}
    )
    for name, secondary in kinds:
        sensor = sensors[name]
        spreads = {
            "range": sensor.range_bias_sd_m,
            "azimuth": sensor.azimuth_bias_sd_deg,
            "time": sensor.time_bias_sd_s,
            "scale": sensor.range_scale_sd,
            "delay": sensor.transponder_delay_sd_m if secondary else 0.0,
        }
        found += [Constant(name, kind, secondary, sd) for kind, sd in spreads.items() if sd > 0]
    return tuple(found)


def corrected(plots: Plots, biases: Sequence[Constant], sigmas: Floats) -> Plots:
    """Return plots as they would be without biases of so many sigmas, (B,), in order of time."""
    t, rho, theta = plots.t_s.copy(), plots.range_m.copy(), plots.azimuth_deg.copy()
    names, polar = np.array(plots.sensor), np.isfinite(plots.range_m)
    for bias, sigma in zip(biases, sigmas.tolist(), strict=True):
        mine = polar & (names == bias.sensor) & (plots.secondary == bias.secondary)
        by = sigma * bias.sd
        if bias.kind == "azimuth":
            theta[mine] -= by
        elif bias.kind == "time":
            t[mine] -= by
        else:
            rho[mine] -= by * plots.range_m[mine] if bias.kind == "scale" else by
    moved = plots
    if np.any(np.diff(t) < 0):
        order = np.argsort(t, kind="stable")
        moved, t, rho, theta = plots.take(order), t[order], rho[order], theta[order]
    if np.any(np.diff(t) < TICK_S):  # times of two radars may come to fall together
        for k in range(1, len(t)):
            t[k] = max(t[k], t[k - 1] + TICK_S)
    return replace(moved, t_s=t, range_m=rho, azimuth_deg=theta)


def site(sensor: Sensor) -> tuple[float, float, float]:
    """Return where a radar stands; raise ValueError where nobody said."""
    if sensor.lat_deg is None or sensor.lon_deg is None:
        raise ValueError(
            f"sensor {sensor.id} measures range and azimuth, and its site is not given"
        )
    return sensor.lon_deg, sensor.lat_deg, sensor.h_hae_m


def measure(
    plots: Plots,
    sensors: Mapping[str, Sensor],
    plane: Plane,
    h_hae_m: Floats,
    biases: Sequence[Constant],
    velocity_mps: Floats,
) -> Measured:
    """Return plots as measurements of one track, or of T tracks that differ in height.

    h_hae_m       (K,) or (T, K) height above the ellipsoid at each plot
    velocity_mps  (..., K, 2) rough velocity, for what an error of time does

    Raises ValueError for a height that a slant range cannot reach.
    """
    h = np.atleast_2d(h_hae_m)
    names, polar = np.array(plots.sensor), np.isfinite(plots.range_m)
    radars = list(dict.fromkeys(names[polar].tolist()))
    of = np.full(len(names), -1)
    for number, name in enumerate(radars):
        of[polar & (names == name)] = number
    rows = [sensors[name] for name in radars]
    turned, range_sd, azimuth_sd = (
        np.array([getattr(row, field) for row in rows] + [0.0])[of]  # the last: of no radar
        for field in ("north_offset_deg", "range_sigma_m", "azimuth_sigma_deg")
    )
    z, by_range, by_azimuth = placed(
        plots.range_m, plots.azimuth_deg + turned, h, [site(row) for row in rows], of, plane
    )
    lost = polar & ~np.isfinite(z).all(axis=(0, 2))
    if lost.any():
        name = names[lost][0]
        worst = h[:, lost & (names == name)].max()
        raise ValueError(f"{name}: a height of {worst:.0f} m is out of reach of a slant range")
    along, round_ = by_range * range_sd[:, None], by_azimuth * azimuth_sd[:, None]
    cov = along[..., :, None] * along[..., None, :] + round_[..., :, None] * round_[..., None, :]
    other = np.flatnonzero(~polar)
    if len(other):
        z[:, other] = plane.xy(plots.lon_deg[other], plots.lat_deg[other])
        own = np.array([sensors[plots.sensor[k]].position_sigma_m for k in other])
        sigma = np.where(np.isfinite(plots.sigma_m[other]), plots.sigma_m[other], own)
        cov[:, other] = sigma[:, None, None] ** 2 * np.eye(2)
    design = np.zeros((*z.shape, len(biases)))
    effect = {
        "range": by_range,
        "delay": by_range,
        "azimuth": by_azimuth,
        "scale": by_range * plots.range_m[:, None],
        "time": -np.broadcast_to(velocity_mps, z.shape),
    }
    for c, bias in enumerate(biases):
        mine = polar & (names == bias.sensor) & (plots.secondary == bias.secondary)
        design[..., c][:, mine] = effect[bias.kind][:, mine]
    return Measured(
        t_s=np.broadcast_to(plots.t_s, h.shape),
        z_m=z,
        cov_m2=cov,
        design=design if biases else None,
        prior_sd=np.array([bias.sd for bias in biases]) if biases else None,
    )


def rough_velocity(t_s: Floats, z_m: Floats, span_s: float = 60.0) -> Floats:
    """Return velocity by a straight line fitted to the plots within `span_s`, (..., K, 2).

    z_m  (..., K, 2) at the times t_s, (K,)
    """
    near = (np.abs(t_s[:, None] - t_s) <= span_s).astype(np.float64)  # (K, K)
    middle = near @ t_s / near.sum(axis=1)
    dt = near * (t_s - middle[:, None])
    square = np.sum(dt * dt, axis=1)
    weight = dt / np.where(square > 0, square, 1.0)[:, None]  # a lone plot has no velocity
    return np.asarray(weight @ z_m)
