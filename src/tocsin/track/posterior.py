"""The joint posterior of one track: over height, mode sequences, biases and the path itself.

Height, where nobody reports it, is a grid of equally likely values: for each the biases and the
path are linear and Gaussian given the modes, so each gets its own filter, and its likelihood is
its weight.  A single radar tells next to nothing of height; two that see the target from
different sides tell some.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from tocsin import geo
from tocsin.schema import Floats, Posterior, Sensor
from tocsin.track.altitude import HeightPrior
from tocsin.track.imm import Filtered, Measured, forward
from tocsin.track.models import STATE, Modes
from tocsin.track.plane import Plane
from tocsin.track.plots import Constant, Plots, constants, measure, rough_velocity, site
from tocsin.track.sample import backward, bridge

LEAST_SHARE = 0.02  # of a height prior that lies out of reach altogether: its lower end is kept


@dataclass(frozen=True, slots=True)
class SampleSettings:
    """How the posterior is drawn."""

    samples: int = 4000
    step_s: float = 1.0
    heights: int = 15  # grid points of an unreported height
    coast_s: float = 36.0  # three turns of a slow radar: longer without a plot is unobserved
    modes: Modes = field(default_factory=Modes)


@dataclass(frozen=True, slots=True, eq=False)
class BiasPrior:
    """What is known of the biases before this track, from calibration: a joint Gaussian."""

    names: tuple[str, ...]
    mean: Floats  # (B,)
    cov: Floats  # (B, B)


def posterior(
    track: str,
    plots: Plots,
    sensors: Mapping[str, Sensor],
    rng: Generator,
    *,
    height: HeightPrior,
    t0_ns: int,
    calibrated: BiasPrior | None = None,
    settings: SampleSettings | None = None,
) -> Posterior:
    """Return joint samples of a track on a grid of times.

    plots   their times count from t0_ns
    height  used where the plots report none

    Raises ValueError for fewer than three plots: that is no track.
    """
    rules = settings or SampleSettings()
    if len(plots.t_s) < 3:
        raise ValueError(f"track {track} has {len(plots.t_s)} plots; three make a track")
    plane = about(plots, sensors, height)
    biases = constants(plots, sensors)
    heights, measured, filtered = _branches(
        plots, sensors, plane, height, biases, calibrated, rules
    )
    share = rng.multinomial(rules.samples, _weights(filtered))
    x, mode = backward(measured, filtered, rules.modes, share, rng)
    grid = np.arange(np.ceil(plots.t_s[0]), np.floor(plots.t_s[-1]) + 1e-9, rules.step_s)
    xy = bridge(plots.t_s, x, mode, grid, rules.modes, rng)
    h = np.repeat(np.stack([np.interp(grid, plots.t_s, at) for at in heights]), share, axis=0)
    drawn = x[:, -1, STATE:]
    lon, lat = plane.lonlat(xy)
    sds = np.array([c.sd for c in biases])
    since = np.abs(grid[:, None] - plots.t_s[None]).min(axis=1) if len(grid) else np.zeros(0)
    return Posterior(
        track=track,
        t_ns=t0_ns + np.round(grid * 1e9).astype(np.int64),
        lon_deg=lon,
        lat_deg=lat,
        h_hae_m=h,
        observed=since <= rules.coast_s,
        bias_names=tuple(c.name for c in biases),
        bias_sigmas=drawn / sds if len(sds) else drawn,
        witnesses=tuple(sorted({sensors[s].witness or s for s in dict.fromkeys(plots.sensor)})),
    )


def _branches(
    plots: Plots,
    sensors: Mapping[str, Sensor],
    plane: Plane,
    height: HeightPrior,
    biases: tuple[Constant, ...],
    calibrated: BiasPrior | None,
    rules: SampleSettings,
) -> tuple[list[Floats], Measured, Filtered]:
    """Return the heights that are tried and, one track each, what the filter makes of them.

    An unreported height is tried on a coarse grid first, then on a fine one over the part of
    the prior that the first left possible.
    """

    def tried(heights: list[Floats]) -> tuple[Measured, Filtered]:
        parts = [_one(plots, sensors, plane, h, biases, calibrated) for h in heights]
        measured = _stacked(parts)
        return measured, forward(measured, rules.modes)

    known = np.isfinite(plots.h_hae_m)
    if known.any() or not np.isfinite(plots.range_m).any():
        h = np.interp(plots.t_s, plots.t_s[known], plots.h_hae_m[known]) if known.any() else None
        heights = [np.full(len(plots.t_s), height.median_m) if h is None else h]
        return heights, *tried(heights)
    most = reach_m(plots, sensors)
    low, high = 0.0, max(height.share_below(most), LEAST_SHARE)
    for _ in range(2):
        share = low + (np.arange(rules.heights) + 0.5) / rules.heights * (high - low)
        heights = [np.full(len(plots.t_s), min(h, most)) for h in height.at(share).tolist()]
        measured, filtered = tried(heights)
        likely = np.flatnonzero(_weights(filtered) > 1e-4)
        margin = (high - low) / rules.heights
        low = max(0.0, float(share[likely[0]]) - margin)
        high = min(1.0, float(share[likely[-1]]) + margin)
    return heights, measured, filtered


def reach_m(plots: Plots, sensors: Mapping[str, Sensor]) -> float:
    """Return the greatest height that every slant range can reach: a target may pass overhead."""
    slant = [
        max(0.97 * float(r) - 150.0, 0.0) + sensors[name].h_hae_m
        for name, r in zip(plots.sensor, plots.range_m, strict=True)
        if np.isfinite(r)
    ]
    return min(slant)


def _weights(filtered: Filtered) -> Floats:
    weight = np.exp(filtered.log_likelihood - filtered.log_likelihood.max())
    return np.asarray(weight / weight.sum())


def _stacked(parts: list[Measured]) -> Measured:
    """Return several readings of the same plots as several tracks."""
    first = parts[0]
    return Measured(
        np.concatenate([part.t_s for part in parts]),
        np.concatenate([part.z_m for part in parts]),
        np.concatenate([part.cov_m2 for part in parts]),
        None
        if first.design is None
        else np.concatenate([part.design for part in parts if part.design is not None]),
        first.prior_sd,
        first.prior_mean,
        first.prior_cov,
    )


def _one(
    plots: Plots,
    sensors: Mapping[str, Sensor],
    plane: Plane,
    h: Floats,
    biases: tuple[Constant, ...],
    calibrated: BiasPrior | None,
) -> Measured:
    still = np.zeros((len(plots.t_s), 2))
    raw = measure(plots, sensors, plane, h, (), still)
    velocity = rough_velocity(plots.t_s, raw.z_m[0])
    measured = measure(plots, sensors, plane, h, biases, velocity)
    return _with_prior(measured, biases, calibrated) if calibrated and biases else measured


def _with_prior(
    measured: Measured, biases: tuple[Constant, ...], calibrated: BiasPrior
) -> Measured:
    """Return the measurements with calibrated biases; what was not calibrated keeps its spread."""
    mean = np.zeros(len(biases))
    cov = np.diag([bias.sd**2 for bias in biases])
    at = [
        (k, calibrated.names.index(b.name))
        for k, b in enumerate(biases)
        if b.name in calibrated.names
    ]
    for k, i in at:
        mean[k] = calibrated.mean[i]
        for m, j in at:
            cov[k, m] = calibrated.cov[i, j]
    return Measured(
        measured.t_s,
        measured.z_m,
        measured.cov_m2,
        measured.design,
        measured.prior_sd,
        prior_mean=mean,
        prior_cov=cov,
    )


def about(plots: Plots, sensors: Mapping[str, Sensor], height: HeightPrior) -> Plane:
    """Return the plane about the middle plot."""
    k = len(plots.t_s) // 2
    if np.isfinite(plots.lon_deg[k]):
        return Plane(float(plots.lon_deg[k]), float(plots.lat_deg[k]))
    lon, lat = geo.from_polar(
        plots.range_m[k : k + 1],
        plots.azimuth_deg[k : k + 1],
        np.array([height.median_m]),
        site(sensors[plots.sensor[k]]),
    )
    return Plane(float(lon[0]), float(lat[0]))
