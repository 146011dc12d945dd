"""The joint posterior of one track: over height, mode sequences, biases and the path itself.

Height, where nobody reports it, is a grid of equally likely values: for each the biases and the
path are linear and Gaussian given the modes, so each gets its own filter, and its likelihood is
its weight.  A single radar tells next to nothing of height; two that see the target from
different sides tell some.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tocsin import geo
from tocsin.schema import Floats, Posterior, Sensor
from tocsin.track.altitude import HeightPrior
from tocsin.track.imm import Filtered, Measured, forward
from tocsin.track.models import STATE, Modes
from tocsin.track.plane import Plane
from tocsin.track.plots import (
    Constant,
    Plots,
    constants,
    corrected,
    measure,
    rough_velocity,
    site,
)
from tocsin.track.sample import backward, bridge

FEWER_HEIGHTS = 9  # where a track is drawn again under biases that are supposed
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
        given_biases=_Given(
            track, plots, sensors, height, t0_ns, biases, rules, plane, heights, _weights(filtered)
        ),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Given:
    """The track again, if the biases of its sensors were known; the same every time it is asked.

    The plots are corrected by the biases, on the ellipsoid, and then filtered and drawn anew
    without any: heights and modes are weighed as those plots tell.
    """

    track: str
    plots: Plots
    sensors: Mapping[str, Sensor]
    height: HeightPrior
    t0_ns: int
    biases: tuple[Constant, ...]
    rules: SampleSettings
    plane: Plane
    heights: list[Floats]  # those that the plots as they are leave possible
    weights: Floats
    made: dict[tuple[bytes, bytes, int, bool], Posterior] = field(default_factory=dict)

    def __call__(
        self, bias_sigmas: Floats, t_ns: NDArray[np.int64], samples: int, settled: bool
    ) -> Posterior:
        key = bias_sigmas.tobytes(), t_ns.tobytes(), samples, settled
        if key not in self.made:
            self.made[key] = self._drawn(bias_sigmas, t_ns, samples, settled)
        return self.made[key]

    def _drawn(
        self, bias_sigmas: Floats, t_ns: NDArray[np.int64], samples: int, settled: bool
    ) -> Posterior:
        plots = corrected(self.plots, self.biases, bias_sigmas)
        rules = replace(self.rules, heights=min(self.rules.heights, FEWER_HEIGHTS))
        if settled:
            likely = np.flatnonzero(self.weights > 1e-3)
            heights, weights = [self.heights[k] for k in likely.tolist()], self.weights[likely]
            measured = _measured(plots, self.sensors, self.plane, heights, (), None)
            filtered = forward(measured, rules.modes)
        else:
            given = plots, self.sensors, self.plane, self.height, (), None, rules
            heights, measured, filtered = _branches(*given)
            weights = _weights(filtered)
        # Shares of the samples, not draws: what moves with the biases is not to leap.
        upto = np.floor(np.cumsum(weights / weights.sum()) * samples + 0.5).astype(np.int64)
        share = upto - np.append(0, upto[:-1])
        rng = np.random.default_rng(0)
        x, mode = backward(measured, filtered, rules.modes, share, rng)
        asked = (t_ns - self.t0_ns) / 1e9
        grid = np.clip(asked, plots.t_s[0], plots.t_s[-1])
        lon, lat = self.plane.lonlat(bridge(plots.t_s, x, mode, grid, rules.modes, rng))
        h = np.repeat(np.stack([np.interp(grid, plots.t_s, at) for at in heights]), share, axis=0)
        since = np.abs(asked[:, None] - self.plots.t_s[None]).min(axis=1)
        return Posterior(self.track, t_ns, lon, lat, h, observed=since <= rules.coast_s)


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
        measured = _measured(plots, sensors, plane, heights, biases, calibrated)
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


def _measured(
    plots: Plots,
    sensors: Mapping[str, Sensor],
    plane: Plane,
    heights: list[Floats],
    biases: tuple[Constant, ...],
    calibrated: BiasPrior | None,
) -> Measured:
    """Return the plots read at several heights, (K,) each, as several tracks."""
    tracks, count = len(heights), len(plots.t_s)
    h = np.concatenate(heights)
    columns = {
        name: np.tile(getattr(plots, name), tracks) for name in plots.__slots__ if name != "sensor"
    }
    every = replace(plots, sensor=plots.sensor * tracks, **columns)
    velocity = np.zeros((len(h), 2))
    if biases:  # a bias of time moves a plot along the flight
        raw = measure(every, sensors, plane, h, (), velocity).z_m.reshape(tracks, count, 2)
        velocity = rough_velocity(plots.t_s, raw).reshape(-1, 2)
    flat = measure(every, sensors, plane, h, biases, velocity)
    design = flat.design
    measured = Measured(
        np.tile(plots.t_s, (tracks, 1)),
        flat.z_m.reshape(tracks, count, 2),
        flat.cov_m2.reshape(tracks, count, 2, 2),
        None if design is None else design.reshape(tracks, count, 2, -1),
        flat.prior_sd,
    )
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
