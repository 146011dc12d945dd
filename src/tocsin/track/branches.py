"""Heights that a track may have had: each a track of its own, weighed by what the plots tell.

Given a height, and the modes, the biases and the path are linear and Gaussian: each height has a
filter of its own, and its prior times its likelihood is its weight.  Where nobody reports a
height, values that are equally likely are tried, then as many over that part of the prior which
the first left possible.  Two radars under biases that set them against each other may agree on
one height only, and far out in the prior: so, until several are possible or they are 0.05 of the
prior's spread apart, finer and finer ones.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from tocsin.schema import Floats, Sensor
from tocsin.track.altitude import HeightPrior
from tocsin.track.heights import Read, read
from tocsin.track.imm import Filtered, Measured, forward, together
from tocsin.track.models import Modes
from tocsin.track.plane import Plane
from tocsin.track.plots import Constant, Plots, measure, rough_velocity

PASSES = 5  # at most
LIKELY = 1e-4
TELLING = 5  # heights that are to be possible in the end
FARTHEST_Z = 3.0  # spreads of the prior: one in 700 is beyond either of them
FINEST_Z = 0.05  # of it, or 100 m as priors go: what a track is moved by that does not count
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


@dataclass(frozen=True, slots=True, eq=False)
class Branches:
    """The heights (G, H, K) of G sets of plots, and what the filter makes of them, G H tracks."""

    heights: Floats
    measured: Measured
    filtered: Filtered
    log_prior: Floats  # (G, H) up to a constant


def branches(
    every: Sequence[Plots],
    sensors: Mapping[str, Sensor],
    plane: Plane,
    height: HeightPrior,
    biases: tuple[Constant, ...],
    calibrated: BiasPrior | None,
    rules: SampleSettings,
    *,
    evenly: bool = True,
) -> Branches:
    """Return the heights that are tried of several sets of as many plots, and their filters.

    evenly  whether to begin by equal shares of the prior, or all over its spread at once, as where
            the plots may point far out of it
    """
    sets = len(every)

    def measured_at(heights: Floats) -> Measured:
        return _measured(every, sensors, plane, heights, biases, calibrated)

    def tried(heights: Floats, log_prior: Floats) -> Branches:
        measured = known.at(heights[:, :, 0]) if known else measured_at(heights)
        measured = measured if evenly else _settled(measured)
        return Branches(heights, measured, forward(measured, rules.modes), log_prior)

    first = every[0]
    known: Read | None = None
    if np.isfinite(first.h_hae_m).any() or not np.isfinite(first.range_m).any():
        heights = np.stack([_reported(plots, height) for plots in every])[:, None]
        return tried(heights, np.zeros((sets, 1)))
    most = np.array([reach_m(plots, sensors) for plots in every])

    def at(z: Floats) -> Branches:
        level = np.minimum(height.at_z(z), most[:, None])
        log_prior = np.zeros(z.shape) if even else -0.5 * z * z
        return tried(np.repeat(level[:, :, None], len(first.t_s), axis=2), log_prior)

    even = evenly
    count = rules.heights
    low = np.zeros(sets) if even else np.full(sets, -FARTHEST_Z)
    high = np.clip(height.z_of(most), -FARTHEST_Z + 1.0, FARTHEST_Z)
    if even:
        high = np.maximum([height.share_below(one) for one in most.tolist()], LEAST_SHARE)
    if not evenly and not biases:
        ends = height.at_z(np.array([-FARTHEST_Z, FARTHEST_Z])).tolist()
        known = read(every, ends[0], min(ends[1], float(most.max())), measured_at)
    seen = np.zeros((2, sets, 0))  # what was tried, and its log weight
    steps = np.arange(1, count + 1) / (count + 1)
    for turn in range(PASSES):
        if even:
            share = low[:, None] + (np.arange(count) + 0.5) / count * (high - low)[:, None]
            z = height.z_at(share)
        else:
            z = low[:, None] + steps * (high - low)[:, None]
        found = at(z)
        likely = weights(found) > LIKELY
        clear = likely.sum(axis=1) >= TELLING
        if turn and np.all(clear | (not even and (high - low) <= FINEST_Z * count)):
            break
        told = found.filtered.log_likelihood.reshape(z.shape) - 0.5 * z * z
        seen = np.concatenate([seen, np.stack([z, told])], axis=2)
        if even and not turn:
            margin = (high - low) / count
            begin, end = likely.argmax(axis=1), count - 1 - likely[:, ::-1].argmax(axis=1)
            rows = np.arange(sets)
            low = np.maximum(0.0, share[rows, begin] - margin)
            high = np.minimum(1.0, share[rows, end] + margin)
        else:
            even = False
            low, high = np.array([_about(*seen[:, g]) for g in range(sets)]).T
    return found


def weights(tried: Branches) -> Floats:
    """Return how likely each height is, (G, H)."""
    told = tried.filtered.log_likelihood.reshape(tried.log_prior.shape) + tried.log_prior
    weight = np.exp(told - told.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def _about(z: Floats, told: Floats) -> tuple[float, float]:
    """Return the nearest that are not possible on both sides of those that are."""
    order = np.argsort(z)
    z, told = z[order], told[order]
    likely = np.flatnonzero(told > told.max() + np.log(LIKELY))
    below, above = int(likely[0]) - 1, int(likely[-1]) + 1
    low = float(z[below]) if below >= 0 else min(-FARTHEST_Z, float(z[0]))
    high = float(z[above]) if above < len(z) else max(FARTHEST_Z, float(z[-1]))
    return low, high


def reach_m(plots: Plots, sensors: Mapping[str, Sensor]) -> float:
    """Return the greatest height that every slant range can reach: a target may pass overhead."""
    polar = np.isfinite(plots.range_m)
    site_m = np.array([sensors[name].h_hae_m for name in plots.sensor])[polar]
    return float(np.min(np.maximum(0.97 * plots.range_m[polar] - 150.0, 0.0) + site_m))


def _reported(plots: Plots, height: HeightPrior) -> Floats:
    known = np.isfinite(plots.h_hae_m)
    if not known.any():
        return np.full(len(plots.t_s), height.median_m)
    return np.interp(plots.t_s, plots.t_s[known], plots.h_hae_m[known])


def _measured(
    every: Sequence[Plots],
    sensors: Mapping[str, Sensor],
    plane: Plane,
    heights: Floats,
    biases: tuple[Constant, ...],
    calibrated: BiasPrior | None,
) -> Measured:
    """Return sets of plots read at several heights, (G, H, K), as so many tracks."""
    parts = []
    for plots, h in zip(every, heights, strict=True):
        velocity = np.zeros((len(plots.t_s), 2))
        if biases:  # a bias of time moves a plot along the flight
            raw = measure(plots, sensors, plane, h, (), velocity)
            velocity = rough_velocity(plots.t_s, raw.z_m)
        parts.append(measure(plots, sensors, plane, h, biases, velocity))
    measured = together(parts)
    return _with_prior(measured, biases, calibrated) if calibrated and biases else measured


def _settled(measured: Measured) -> Measured:
    """Return positions to a millimetre and covariances to 26 bits.

    Filters of plots that contradict each other by many sigmas take the last digit of a sine for
    another flight.  Two processors do not agree on that digit; on these they do.
    """
    part, power = np.frexp(measured.cov_m2)
    cov = np.ldexp(np.round(part * 2.0**26) / 2.0**26, power)
    return replace(measured, z_m=np.round(measured.z_m, 3), cov_m2=cov)


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
    return replace(measured, prior_mean=mean, prior_cov=cov)
