"""Biases of radars learned from traffic that tells its own position.

Each radar plot of an aircraft is held against that aircraft's own reported position at the same
time.  The difference is linear in the radar's biases and Gaussian, so the posterior is exact:

    r = J c + noise,   cov = (S^-1 + sum J' R^-1 J)^-1

A transponder's delay is the aircraft's own and is a nuisance per aircraft: calibration cannot
reveal that of another one.  Primary and secondary detections are calibrated apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.schema import Floats, Sensor
from tocsin.track.branches import BiasPrior
from tocsin.track.plane import Plane
from tocsin.track.plots import Plots, constants, measure, rough_velocity


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One co-operative aircraft: what the radars plotted, and what it said of itself."""

    plots: Plots  # with the reported height
    t_s: Floats  # (N,) times of its own positions
    lon_deg: Floats
    lat_deg: Floats
    sigma_m: float  # of its own positions, per axis


#: Errors of GNSS positions hang together for minutes: so many plots are worth one.
THINNING = 4.0
#: ADS-B says where it was up to 0.6 s before (DO-260B, uncompensated latency): one delay that all
#: radars are held against, and that they cannot tell from a clock error of their own.
LATENCY_SD_S = 0.3
MAX_GAP_S = 15.0  # own positions further apart are not interpolated between


def calibrate(pairs: Sequence[Pair], sensors: Mapping[str, Sensor]) -> BiasPrior | None:
    """Return the joint posterior of the biases; None where there is nothing to learn from."""
    names: dict[str, float] = {}
    for pair in pairs:
        for c in constants(pair.plots, sensors):
            if c.kind != "delay":
                names.setdefault(c.name, c.sd)
    delays = [
        (k, c)
        for k, pair in enumerate(pairs)
        for c in constants(pair.plots, sensors)
        if c.kind == "delay"
    ]
    order = list(names)
    size = len(order) + len(delays)
    if not order:
        return None
    sd = np.array([names[n] for n in order] + [c.sd for _, c in delays])
    precision, pull = np.diag(1 / sd**2), np.zeros(size)
    used = 0
    for k, pair in enumerate(pairs):
        plots = _covered(pair)
        if len(plots.t_s) < 3:
            continue
        biases = constants(plots, sensors)
        plane = Plane(float(np.mean(pair.lon_deg)), float(np.mean(pair.lat_deg)))
        own = plane.xy(pair.lon_deg, pair.lat_deg)
        truth = np.stack([np.interp(plots.t_s, pair.t_s, own[:, a]) for a in (0, 1)], axis=1)
        velocity = rough_velocity(plots.t_s, truth)
        made = measure(plots, sensors, plane, plots.h_hae_m, biases, velocity)
        if made.design is None:
            continue
        columns = [
            order.index(c.name) if c.kind != "delay" else len(order) + _delay(delays, k, c.name)
            for c in biases
        ]
        j = np.zeros((len(plots.t_s), 2, size))
        j[:, :, columns] = made.design[0]
        noise = made.cov_m2[0] + np.eye(2) * pair.sigma_m**2
        inverse = np.linalg.inv(noise) / THINNING
        r = made.z_m[0] - truth
        precision += np.einsum("kia,kij,kjb->ab", j, inverse, j)
        pull += np.einsum("kia,kij,kj->a", j, inverse, r)
        used += len(plots.t_s)
    if not used:
        return None
    cov = np.asarray(np.linalg.inv(precision), dtype=np.float64)
    mean = np.asarray(cov @ pull, dtype=np.float64)
    keep = len(order)
    clocks = [k for k, name in enumerate(order) if name.endswith(" time")]
    cov[np.ix_(clocks, clocks)] += LATENCY_SD_S**2
    return BiasPrior(tuple(order), mean[:keep], cov[:keep, :keep])


def _delay(delays: Sequence[tuple[int, object]], pair: int, name: str) -> int:
    for index, (k, constant) in enumerate(delays):
        if k == pair and getattr(constant, "name", "") == name:
            return index
    raise KeyError(name)


def _covered(pair: Pair) -> Plots:
    """Return the polar plots that lie between two own positions close in time."""
    after = np.searchsorted(pair.t_s, pair.plots.t_s)
    within = (after > 0) & (after < len(pair.t_s))
    at = np.clip(after, 1, max(len(pair.t_s) - 1, 1))
    gap = pair.t_s[at] - pair.t_s[at - 1] if len(pair.t_s) > 1 else np.full(len(at), np.inf)
    usable = within & (gap <= MAX_GAP_S) & np.isfinite(pair.plots.range_m)
    return pair.plots.take(usable & np.isfinite(pair.plots.h_hae_m))


def for_primary(learned: BiasPrior, sensors: Mapping[str, Sensor]) -> BiasPrior:
    """Return what secondary detections of a radar tell of its primary ones.

    Both share the antenna's encoder and the clock; between them lies the collimation error,
    whose spread is added.  Range chains are different receivers: that is in the spread too.
    """
    pick = [k for k, name in enumerate(learned.names) if " secondary " in name]
    names = tuple(learned.names[k].replace(" secondary ", " primary ") for k in pick)
    cov = learned.cov[np.ix_(pick, pick)].copy()
    for k, name in enumerate(names):
        sensor, _, kind = name.rsplit(" ", 2)
        spread = {
            "range": sensors[sensor].collimation_range_sd_m,
            "azimuth": sensors[sensor].collimation_azimuth_sd_deg,
        }.get(kind, 0.0)
        cov[k, k] += spread**2
    return BiasPrior(names, learned.mean[pick], cov)
