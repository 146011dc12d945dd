"""P(inside) at one instant, from signed distance, errors, and heights between limits.

Level: the position's error along the normal of the limit and the limit's own error are Gaussian
and independent, so P = Phi(d / sqrt(sigma_position^2 + sigma_limit^2)); beside a corner the limit
counts as straight, which is off by as much as the limit bends within one sigma.  Height: the
share of the height's distribution between the limits.  The two are independent at an instant
and are multiplied; instants never are.  NaN is "cannot tell", a value of its own.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Datum, Floats, Limit
from tocsin.watch.settings import DATUMS, WatchSettings

Bools = NDArray[np.bool_]

_Z95 = 1.6448536269514722
#: Sea-level pressure ever measured lies between 870 hPa (typhoon Tip, 1979) and 1085 hPa (WMO
#: archive of extremes), and 27 ft a hPa hold near the ground; cold and warm air move a pressure
#: altitude by up to 15 % of the height on top.
_HPA_M = 8.3
_PRESSURE_M = (-1_200.0, 600.0)  # true altitude less pressure altitude, from the pressure alone
_TEMPERATURE = 0.15
_GEOID_M = (-107.0, 86.0)  # EGM2008, lowest and highest
_SAME = 0.02  # a P that any weather on record moves by less is told

#: Abramowitz and Stegun 7.1.26: erf to 1.5e-7.
_P = 0.3275911
_A = (0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429)


def phi(z: Floats) -> Floats:
    """Return the standard normal distribution function, to 1e-7."""
    x = np.abs(z) * 0.7071067811865476
    t = 1.0 / (1.0 + _P * x)
    poly = t * (_A[0] + t * (_A[1] + t * (_A[2] + t * (_A[3] + t * _A[4]))))
    tail = 0.5 * poly * np.exp(-x * x)
    return np.where(z < 0, tail, 1.0 - tail)


def level(d_m: Floats, variance_m2: Floats, limit_sigma_m: Floats) -> Floats:
    """Return P(inside the outline) from signed distances."""
    return phi(d_m / np.sqrt(variance_m2 + limit_sigma_m * limit_sigma_m))


def binds(limit: Limit | None) -> bool:
    """Return whether a limit asks for a height at all; the ground and "unlimited" do not."""
    return limit is not None and bool(np.isfinite(limit.h_m))


class Heights:
    """What is known of heights that are measured from different things."""

    def __init__(self, settings: WatchSettings) -> None:
        self._settings = settings
        prior = settings.height
        self._below = (prior.median_m - prior.q05_m) / _Z95
        self._above = (prior.q95_m - prior.median_m) / _Z95

    def between(
        self,
        lower: Limit | None,
        upper: Limit | None,
        h_m: Floats,
        sigma_m: Floats,
    ) -> tuple[Floats, Bools]:
        """Return P(between the limits) of heights (N, 4) by `DATUMS`, and where it is the prior's.

        NaN where a height is told but its datum cannot be converted to the limit's.
        """
        count = len(h_m)
        out: Floats = np.ones(count)
        guessed: Bools = np.zeros(count, bool)
        for limit, sign in ((lower, 1.0), (upper, -1.0)):
            if limit is None or not binds(limit):
                continue
            above, by_prior = self._above_limit(limit, h_m, sigma_m)
            # P(above lower) + P(below upper) - 1 for one height between two limits.
            out = out + (above if sign > 0 else 1.0 - above) - 1.0
            guessed = np.asarray(guessed | by_prior)
        return np.asarray(np.clip(out, 0.0, 1.0)), guessed

    def _above_limit(self, limit: Limit, h_m: Floats, sigma_m: Floats) -> tuple[Floats, Bools]:
        best = np.full(len(h_m), np.nan)
        want = DATUMS.index(limit.datum)
        silent = np.isnan(h_m).all(axis=1)
        for have in sorted(range(4), key=lambda k: (k != want, k == 3, k)):
            open_rows = np.isnan(best) & ~np.isnan(h_m[:, have])
            if not open_rows.any():
                continue
            h = h_m[open_rows, have]
            low, high, extra = self.offset_m(DATUMS[have], limit.datum, h)
            sigma = np.hypot(sigma_m[open_rows], extra)
            p_low = phi((h + low - limit.h_m) / sigma)
            p_high = phi((h + high - limit.h_m) / sigma)
            best[open_rows] = np.where(p_high - p_low <= _SAME, (p_low + p_high) / 2, np.nan)
        if silent.any():
            best[silent] = self._prior_above(limit)
        return best, np.asarray(silent)

    def offset_m(self, have: Datum, want: Datum, h_m: Floats) -> tuple[Floats, Floats, float]:
        """Return what to add to a height to measure it from `want`: least, most, and its sigma.

        Known to a sigma where the settings say the pressure, the geoid; else only within bounds.
        """
        zero = np.zeros(np.shape(h_m))
        if have == want:
            return zero, zero, 0.0
        a_low, a_high, a_sigma = self._to_msl(have, h_m)
        # Towards `want` the same bounds count the other way round.
        b_low, b_high, b_sigma = self._to_msl(want, h_m)
        return a_low - b_high, a_high - b_low, float(np.hypot(a_sigma, b_sigma))

    def _to_msl(self, have: Datum, h_m: Floats) -> tuple[Floats, Floats, float]:
        s = self._settings
        zero = np.zeros(np.shape(h_m))
        if have == Datum.MSL:
            return zero, zero, 0.0
        if have == Datum.HAE:
            if s.geoid_m is not None:
                return zero - s.geoid_m, zero - s.geoid_m, s.geoid_sigma_m
            return zero - _GEOID_M[1], zero - _GEOID_M[0], 0.0
        if have == Datum.AGL:
            return zero + s.terrain_m[0], zero + s.terrain_m[1], 0.0
        if s.qnh_hpa is None:
            lean = _TEMPERATURE * np.abs(h_m)
            return _PRESSURE_M[0] - lean, _PRESSURE_M[1] + lean, 0.0
        shift = (s.qnh_hpa - 1013.25) * _HPA_M
        return zero + shift, zero + shift, float(s.qnh_sigma_hpa * _HPA_M)

    def _prior_above(self, limit: Limit) -> float:
        """Return the prior's P(above a limit); the limit's datum is taken as sea level's.

        The prior is kilometres wide: what separates the datums does not show beside it.
        """
        h = limit.h_m
        if limit.datum == Datum.AGL:
            h += (
                max(self._settings.terrain_m[0], 0.0) + min(self._settings.terrain_m[1], 500.0)
            ) / 2
        off = h - self._settings.height.median_m
        return 1.0 - NormalDist().cdf(off / (self._below if off < 0 else self._above))

    def prior_at(self, share: Floats) -> Floats:
        """Return the heights below which these shares of the prior lie, above sea level."""
        z = np.array([NormalDist().inv_cdf(float(each)) for each in share])
        wide = np.where(z < 0, self._below, self._above)
        return np.maximum(self._settings.height.median_m + z * wide, 0.0)
