"""P(inside) of one volume at each fix of a path: a marginal, from the signed distance."""

from __future__ import annotations

import numpy as np

from tocsin.incursion.boundary import Boundary
from tocsin.incursion.inside import inside
from tocsin.incursion.nearest import balls, nearest
from tocsin.incursion.path import Ints, Path
from tocsin.incursion.probability import normal_cdf
from tocsin.schema import Floats


def strip(path: Path, points: Ints, volume: int, boundary: Boundary, sigma_m: float) -> Floats:
    """Return P(inside) at some points of a path, (N,).

    sigma_m  one-sigma error of the boundary itself

    P = Phi(d / sigma), d the distance from the nearest boundary, positive inside.  The fixes'
    errors are taken as independent of the boundary's; nothing is said of how the errors of
    neighbouring fixes hang together.
    """
    if not len(points):
        return np.zeros(0)
    asked = np.full(len(points), volume)
    d, _ = nearest(path.xyz_m[points], asked, balls(boundary, asked[:1]), boundary)
    at, which = inside(path.lon_deg[points], path.lat_deg[points], boundary)
    signed = -d
    signed[at[which == volume]] *= -1.0
    sigma = np.hypot(path.sigma_m[points], sigma_m)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(sigma > 0, signed / sigma, np.sign(signed) * np.inf)
    return normal_cdf(z)
