"""The joint posterior of one track: over height, mode sequences, biases and the path itself.

Each height that is possible (`branches`) gets its share of the samples.  A single radar tells next
to nothing of height; two that see the target from different sides tell some.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tocsin import geo
from tocsin.schema import Floats, Posterior, Sensor
from tocsin.track.again import Again
from tocsin.track.altitude import HeightPrior
from tocsin.track.branches import BiasPrior, Branches, SampleSettings, branches, weights
from tocsin.track.bridge import placed
from tocsin.track.plane import Plane
from tocsin.track.plots import Constant, Plots, constants, site
from tocsin.track.sample import backward


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
    tried = branches([plots], sensors, plane, height, biases, calibrated, rules)
    share = rng.multinomial(rules.samples, weights(tried)[0])
    x, mode, drawn = backward(tried.measured, tried.filtered, rules.modes, share, rng)
    grid = np.arange(np.ceil(plots.t_s[0]), np.floor(plots.t_s[-1]) + 1e-9, rules.step_s)
    lon, lat = np.empty((2, len(x), len(grid)))
    path = placed(plots.t_s, x, mode, grid, rules.modes, rng, plane, lon, lat)
    h = _heights(np.stack([np.interp(grid, plots.t_s, at) for at in tried.heights[0]]), share)
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
        bias_moves_deg=_moves(plots, tried, biases, plane, grid, path),
        witnesses=tuple(sorted({sensors[s].witness or s for s in dict.fromkeys(plots.sensor)})),
        given_biases=Again(track, plots, sensors, height, t0_ns, biases, rules, plane),
    )


def _heights(tried_m: Floats, share: NDArray[np.int64]) -> Floats:
    """Return the heights of samples, (M, G), given those that were tried, (H, G), and how often.

    A level one is kept as one number: written out, all of them would fill 8 M G bytes.
    """
    level = bool((tried_m == tried_m[:, :1]).all())
    h = np.repeat(tried_m[:, :1] if level else tried_m, share, axis=0)
    return np.broadcast_to(h, (len(h), tried_m.shape[1]))


def _moves(
    plots: Plots,
    tried: Branches,
    biases: tuple[Constant, ...],
    plane: Plane,
    grid_s: Floats,
    path_m: Floats,
) -> Floats:
    """Return `Posterior.bias_moves_deg`: what a sensor measures goes with its bias all the way.

    At the likeliest height; between the plots of a sensor along a straight line.
    """
    out = np.zeros((2, len(biases), len(grid_s)))
    design = tried.measured.design
    if design is None:
        return out
    likely = int(np.argmax(tried.filtered.log_likelihood))
    names, here = np.array(plots.sensor), plane.lonlat(path_m)
    for k, bias in enumerate(biases):
        own = (names == bias.sensor) & (plots.secondary == bias.secondary)
        own &= np.isfinite(plots.range_m)
        by_m = bias.sd * design[likely, own, :, k]
        along = [np.interp(grid_s, plots.t_s[own], by_m[:, axis]) for axis in range(2)]
        out[:, k] = np.subtract(plane.lonlat(path_m + np.stack(along, axis=-1)), here)
    out[0] = geo.wrap_deg(out[0])
    return out


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
