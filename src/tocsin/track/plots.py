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

from tocsin import geo
from tocsin.schema import Floats, Sensor
from tocsin.track.imm import Measured
from tocsin.track.plane import Plane

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
    order = np.argsort(t, kind="stable")
    t = t[order]
    for k in range(1, len(t)):  # times of two radars may come to fall together
        t[k] = max(t[k], t[k - 1] + TICK_S)
    moved = plots.take(order)
    return replace(moved, t_s=t, range_m=rho[order], azimuth_deg=theta[order])


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
    """Return plots as measurements of one track, T = 1.

    h_hae_m       (K,) height above the ellipsoid at each plot
    velocity_mps  (K, 2) rough velocity, for what an error of time does

    Raises ValueError for a height that a slant range cannot reach.
    """
    count = len(plots.t_s)
    z, cov = np.empty((count, 2)), np.zeros((count, 2, 2))
    design = np.zeros((count, 2, len(biases)))
    names = np.array(plots.sensor)
    polar = np.isfinite(plots.range_m)
    placed = np.flatnonzero(~polar)
    if len(placed):
        z[placed] = plane.xy(plots.lon_deg[placed], plots.lat_deg[placed])
        own = np.array([sensors[plots.sensor[k]].position_sigma_m for k in placed])
        sigma = np.where(np.isfinite(plots.sigma_m[placed]), plots.sigma_m[placed], own)
        cov[placed, 0, 0] = cov[placed, 1, 1] = sigma**2
    for name in dict.fromkeys(names[polar]):
        k = np.flatnonzero(polar & (names == name))
        sensor = sensors[str(name)]
        rho, theta = plots.range_m[k], plots.azimuth_deg[k] + sensor.north_offset_deg
        h = h_hae_m[k]

        # Beside each plot one a little further and one a little round: how it moves with both.
        near = np.stack([rho, rho + 50.0, rho]), np.stack([theta, theta, theta + 0.02])
        place = plane.xy(*geo.from_polar(*near, np.broadcast_to(h, near[0].shape), site(sensor)))
        z[k] = place[0]
        if not np.isfinite(z[k]).all():
            raise ValueError(
                f"{name}: a height of {h.max():.0f} m is out of reach of a slant range"
            )
        by_range, by_azimuth = (place[1] - z[k]) / 50.0, (place[2] - z[k]) / 0.02
        cov[k] = (
            by_range[:, :, None] * by_range[:, None, :] * sensor.range_sigma_m**2
            + by_azimuth[:, :, None] * by_azimuth[:, None, :] * sensor.azimuth_sigma_deg**2
        )
        effect = {
            "range": by_range,
            "delay": by_range,
            "azimuth": by_azimuth,
            "scale": by_range * rho[:, None],
            "time": -velocity_mps[k],
        }
        for c, bias in enumerate(biases):
            if bias.sensor == name:
                mine = plots.secondary[k] == bias.secondary
                design[k, :, c] = np.where(mine[:, None], effect[bias.kind], 0.0)
    return Measured(
        t_s=plots.t_s[None],
        z_m=z[None],
        cov_m2=cov[None],
        design=design[None] if biases else None,
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
