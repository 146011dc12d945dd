"""Where a target was thought to be at each of its plots, by that plot and those before it.

A posterior knows what came later; whoever sat at the radar did not.  This is the forward filter
alone: heights that nobody reported are tried on a coarse grid and weighed by the plots so far,
and the sensors' biases have the spread that was known beforehand.  What is left is one Gaussian a
plot, the mixture over heights and modes collapsed to its mean and covariance.

Two things reach back a little: heights that *any* slant range of the track rules out are not
tried, and the plane is laid about the middle plot.  Neither moves a position by a metre.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tocsin import geo
from tocsin.schema import Floats, Sensor
from tocsin.track.altitude import HeightPrior
from tocsin.track.branches import reach_m
from tocsin.track.imm import forward
from tocsin.track.models import Modes
from tocsin.track.plane import Plane
from tocsin.track.plots import Plots, constants, measure
from tocsin.track.posterior import about

HEIGHTS = 5  # of the prior: the filter, not the grid, limits what is known so early
SPAN_S = 60.0  # over which the speed is guessed for what an error of time does


@dataclass(frozen=True, slots=True, eq=False)
class Scans:
    """What was known at each plot, at the time of that plot."""

    t_s: Floats  # (K,)
    lon_deg: Floats  # (K,)
    lat_deg: Floats  # (K,)
    cov_m2: Floats  # (K, 2, 2) east and north
    speed_mps: Floats  # (K,)
    h_hae_m: Floats  # (K,) mean over the heights that the plots so far allow


def scans(
    plots: Plots, sensors: Mapping[str, Sensor], height: HeightPrior, modes: Modes | None = None
) -> Scans:
    """Return the filtered state at each plot, oldest first.

    height  used where the plots report none

    Raises ValueError for no plot at all.
    """
    if not len(plots.t_s):
        raise ValueError("no plots: nothing was known")
    plane = about(plots, sensors, height)
    heights = _heights(plots, sensors, height)
    middle = heights[len(heights) // 2]
    still = measure(plots, sensors, plane, middle, (), np.zeros((len(plots.t_s), 2)))
    velocity = _velocity_so_far(plots.t_s, still.z_m[0])
    biases = constants(plots, sensors)
    all_heights = measure(plots, sensors, plane, np.stack(heights), biases, velocity)
    found = forward(all_heights, modes or Modes())
    odds = np.exp(found.so_far - found.so_far.max(axis=1, keepdims=True))
    weight = found.weight * (odds / odds.sum(axis=1, keepdims=True))[:, :, None]  # (K, T, R)
    mean = np.einsum("ktr,ktra->ka", weight, found.mean[..., :4])
    off = found.mean[..., :2] - mean[:, None, None, :2]
    cov = np.einsum("ktr,ktrab->kab", weight, found.cov[..., :2, :2])
    cov += np.einsum("ktr,ktra,ktrb->kab", weight, off, off)
    lon, lat = plane.lonlat(mean[:, :2])
    return Scans(
        t_s=plots.t_s,
        lon_deg=lon,
        lat_deg=lat,
        cov_m2=_true_north(cov, lon, lat, plane),
        speed_mps=np.hypot(mean[:, 2], mean[:, 3]),
        h_hae_m=np.einsum("ktr,tk->k", weight, np.stack(heights)),
    )


def _heights(plots: Plots, sensors: Mapping[str, Sensor], prior: HeightPrior) -> list[Floats]:
    """Return the heights to try, each (K,): the last one reported, else a grid over the prior."""
    count = len(plots.t_s)
    known = np.isfinite(plots.h_hae_m)
    if known.any():
        last = np.maximum.accumulate(np.where(known, np.arange(count), -1))
        return [np.where(last >= 0, plots.h_hae_m[np.maximum(last, 0)], prior.median_m)]
    if not np.isfinite(plots.range_m).any():
        return [np.full(count, prior.median_m)]
    most = reach_m(plots, sensors)
    share = (np.arange(HEIGHTS) + 0.5) / HEIGHTS * max(prior.share_below(most), 0.02)
    return [np.full(count, min(h, most)) for h in prior.at(share).tolist()]


def _true_north(cov_m2: Floats, lon_deg: Floats, lat_deg: Floats, plane: Plane) -> Floats:
    """Return covariances of the plane turned to east and north, by the meridians' convergence."""
    turn = np.radians(geo.wrap_deg(lon_deg - plane.lon_deg)) * np.sin(np.radians(lat_deg))
    c, s = np.cos(turn), np.sin(turn)
    r = np.stack([np.stack([c, s], axis=-1), np.stack([-s, c], axis=-1)], axis=-2)
    return np.asarray(r @ cov_m2 @ np.swapaxes(r, -1, -2))


def _velocity_so_far(t_s: Floats, z_m: Floats) -> Floats:
    """Return velocity by a straight line through the plots of the last minute, (K, 2)."""
    out = np.zeros_like(z_m)
    for k, t in enumerate(t_s):
        recent = slice(int(np.searchsorted(t_s, t - SPAN_S)), k + 1)
        dt = t_s[recent] - t_s[recent].mean()
        square = float(dt @ dt)
        if square > 0:
            out[k] = dt @ z_m[recent] / square
    return out
