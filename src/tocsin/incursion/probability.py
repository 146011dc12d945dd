"""How sure: errors of fix and boundary carried over to time, depth and P(inside).

Each is a *marginal*: the error of one instant, Gaussian, fix and boundary independent.  No
marginal is multiplied or summed over time; a joint posterior over the whole track is another
matter and is not made here.  P(ever inside) is bounded from below by its greatest marginal.
"""

from __future__ import annotations

import numpy as np

from tocsin.incursion.path import Ints, Path
from tocsin.schema import Floats

#: One-sigma error of a height that comes without its own: 25 ft steps and a static error of
#: about 15 m; ICAO Doc 9574 allows 25 m altimetry system error (mean plus 3 sigma 75 m).
HEIGHT_SIGMA_M = 25.0


def normal_cdf(z: Floats) -> Floats:
    """Return the standard normal distribution function, by erfc, to 1e-15."""
    from math import erfc

    return np.array([0.5 * erfc(-x / np.sqrt(2.0)) for x in np.atleast_1d(z)])


def sigma_at(path: Path, leg: Ints, s: Floats) -> Floats:
    """Return the one-sigma position error a fraction `s` along legs, fixes independent."""
    a = path.sigma_m[leg]
    b = path.sigma_m[np.minimum(leg + 1, len(path.sigma_m) - 1)]
    b = np.where(s > 0, b, a)
    return np.hypot((1 - s) * a, s * b)


def crossing_sigma_s(
    path: Path, leg: Ints, s: Floats, closing_m: Floats, limit_sigma_m: Floats
) -> Floats:
    """Return the one-sigma error of a crossing time: error of distance over closing speed."""
    after = np.minimum(leg + 1, len(path.t_s) - 1)
    leg_s = path.t_s[after] - path.t_s[leg]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(closing_m > 0, limit_sigma_m * leg_s / closing_m, np.inf))
