"""An incursion from joint samples: whether, when, how long, how deep, and what it hangs on.

Each sample is a whole trajectory with its own sensor biases and its own shift of the boundary:
one shift per trajectory and hypothesis, for a limit's error (datum, chart, rounded coordinates)
moves the whole line, not each fix.  Every quantity is computed sample by sample; what is printed
are quantiles over samples, given that the sample is inside at all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tocsin.incursion.stays import Stays, stays
from tocsin.schema import Floats, Posterior

QUANTILES = (0.05, 0.5, 0.95)
EPISODE_P = 0.05  # an episode is an unbroken time in which P(inside) is above this
JOIN_S = 30.0  # episodes closer than this are one: a dip of noise is no exit


@dataclass(frozen=True, slots=True, eq=False)
class Episode:
    """One stay inside, as far as it can be told from another."""

    p_inside: float  # P(ever inside during the episode)
    begin: int  # grid indices of the window
    end: int
    entry_s: Floats | None  # (3,) quantiles on the clock of the grid; None: not observed
    exit_s: Floats | None
    duration_s: Floats  # (3,)
    depth_m: Floats  # (3,) from the outward limit
    path_m: Floats  # (3,)
    coverage: float
    shares: dict[str, float]  # of the variance of the time inside
    stays: Stays  # sample by sample
    every_depth_m: Floats | None = None  # (3,) by every edge, where that may differ


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One track against one volume under one hypothesis."""

    signed_m: Floats  # (M, K) distance from the shifted boundary, positive inside
    shift_m: Floats  # (M,)
    p_inside_t: Floats  # (K,) marginal, NaN where unobserved
    p_ever: float
    episodes: tuple[Episode, ...]
    outward_m: Floats | None = None  # (M, K) from the shifted outward limit; None: as `signed_m`

    @property
    def depth_m(self) -> Floats:
        """Return how deep each sample is wherever it is inside, (M, K)."""
        return self.signed_m if self.outward_m is None else self.outward_m


def judge(
    posterior: Posterior,
    signed_m: Floats,
    sigma_m: float,
    rng: Generator,
    outward_m: Floats | None = None,
    *,
    in_place: bool = False,
) -> Judged:
    """Return what the samples say of one volume.

    signed_m  (M, K) distance of every sample from the unshifted boundary, positive inside
    sigma_m   one-sigma error of the boundary
    outward_m (M, K) distance from the unshifted outward limit where inside; None: as `signed_m`
    in_place  whether both may be overwritten: they are as large as all samples
    """
    shift = rng.standard_normal(len(signed_m)) * sigma_m
    given = [signed_m] if outward_m is None else [signed_m, outward_m]
    signed, *more = (np.add(each, shift[:, None], out=each if in_place else None) for each in given)
    far = more[0] if more else None
    seen = posterior.observed
    inside = (signed > 0) & seen
    p_t = np.where(seen, inside.mean(axis=0), np.nan)
    t_s = (posterior.t_ns - posterior.t_ns[0]) / 1e9
    episodes = tuple(
        _episode(posterior, t_s, signed, far, shift, begin, end)
        for begin, end in _windows(p_t, t_s, inside)
    )
    return Judged(signed, shift, p_t, float(inside.any(axis=1).mean()), episodes, far)


def _windows(p_t: Floats, t_s: Floats, inside: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the index windows of episodes; unobserved time between two does not part them."""
    likely = np.flatnonzero(np.nan_to_num(p_t) > EPISODE_P)
    if not len(likely):
        return []
    parts = np.split(likely, np.flatnonzero(np.diff(t_s[likely]) > JOIN_S) + 1)
    windows = [(int(part[0]), int(part[-1])) for part in parts]
    # Widened to where no sample is inside, so that no sample is cut short by the window.
    out: list[tuple[int, int]] = []
    some: NDArray[np.bool_] = np.asarray(inside.any(axis=0))
    for k, (begin, end) in enumerate(windows):
        floor = out[-1][1] + 1 if out else 0
        ceiling = windows[k + 1][0] - 1 if k + 1 < len(windows) else len(t_s) - 1
        while begin > floor and some[begin]:
            begin -= 1
        while end < ceiling and some[end]:
            end += 1
        out.append((begin, end))
    return out


def _episode(
    posterior: Posterior,
    t_s: Floats,
    signed: Floats,
    far: Floats | None,
    shift: Floats,
    begin: int,
    end: int,
) -> Episode:
    seen = posterior.observed
    at = posterior.lon_deg, posterior.lat_deg
    found = stays(signed, far, *at, seen, t_s, (begin, end))
    ever = found.ever
    return Episode(
        p_inside=float(ever.mean()),
        begin=begin,
        end=end,
        entry_s=None if np.isnan(found.entry_s).any() else _quantiles(found.entry_s),
        exit_s=None if np.isnan(found.exit_s).any() else _quantiles(found.exit_s),
        duration_s=_quantiles(found.duration_s),
        depth_m=_quantiles(found.depth_m),
        path_m=_quantiles(found.path_m),
        coverage=float(seen[begin : end + 1].mean()),
        shares=_shares(found.duration_s, posterior, ever, shift),
        stays=found,
        every_depth_m=None if far is None else _quantiles(found.every_m),
    )


def _quantiles(values: Floats) -> Floats:
    if not len(values):
        return np.full(3, np.nan)
    return np.asarray(np.quantile(values, QUANTILES))


def _shares(
    value: Floats, posterior: Posterior, ever: NDArray[np.bool_], shift: Floats
) -> dict[str, float]:
    """Return how much of the variance each cause explains, by linear regression, in order.

    Causes are the boundary's shift, the unknown height and the sensors' biases; what they do
    not explain is noise and manoeuvre.
    """
    total = float(np.var(value))
    if len(value) < 50 or total <= 0:
        return {}
    causes = {
        "boundary": shift[ever][:, None],
        "height": posterior.h_hae_m[ever, :1],
        "bias": posterior.bias_sigmas[ever] if posterior.bias_sigmas.size else None,
    }
    shares, columns, left = {}, [np.ones((len(value), 1))], total
    for name, column in causes.items():
        if column is None or not np.ptp(column, axis=0).any():
            shares[name] = 0.0
            continue
        columns.append(column)
        design = np.concatenate(columns, axis=1)
        fitted = design @ np.linalg.lstsq(design, value, rcond=None)[0]
        now = float(np.var(value - fitted))
        shares[name] = max(left - now, 0.0) / total
        left = min(left, now)
    shares["noise"] = left / total
    return {name: round(share, 4) for name, share in shares.items()}
