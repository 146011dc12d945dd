"""P(inside) of Gaussian positions, each for its own instant: a marginal, to first order.

With d the distance from the nearest piece of the boundary, positive inside, u the direction
towards it and C the covariance of the position,

    P = Phi(d / sigma),    sigma^2 = u' C u + sigma_b^2

with sigma_b the error of the line itself.  The line is taken as straight over the spread of the
position; near a corner the other side's share is missed, which is at most half of the smaller
tail.  Nothing is said of how the errors of one instant and the next hang together.
"""

from __future__ import annotations

import numpy as np

from tocsin import geo
from tocsin.incursion.boundary import Boundary
from tocsin.incursion.inside import inside
from tocsin.incursion.nearest import balls, foot, nearest
from tocsin.incursion.probability import normal_cdf
from tocsin.schema import Floats


def inside_at(
    lon_deg: Floats,
    lat_deg: Floats,
    cov_m2: Floats,
    boundary: Boundary,
    sigma_m: float,
    volume: int = 0,
) -> tuple[Floats, Floats]:
    """Return P(inside) and the signed distance in metres, (N,) each; NaN without a position.

    cov_m2   (N, 2, 2) east and north
    sigma_m  one-sigma error of the boundary itself
    """
    p, signed = np.full(len(lon_deg), np.nan), np.full(len(lon_deg), np.nan)
    fine = np.flatnonzero(np.isfinite(lon_deg) & np.isfinite(lat_deg))
    if not len(fine):
        return p, signed
    lon, lat = lon_deg[fine], lat_deg[fine]
    asked = np.full(len(fine), volume)
    _, piece = nearest(geo.ecef(lon, lat), asked, balls(boundary, asked[:1]), boundary)
    if piece.min() < 0:  # a volume of clipped edges only has no boundary to be near to
        return p, signed
    d, foot_lon, foot_lat = foot(lon, lat, piece, boundary)
    east = geo.wrap_deg(foot_lon - lon) * np.cos(np.radians(lat))
    north = foot_lat - lat
    long = np.hypot(east, north)
    u = np.stack([east, north], axis=1) / np.where(long > 0, long, 1.0)[:, None]
    at, which = inside(lon, lat, boundary)
    side = -np.ones(len(fine))
    side[at[which == volume]] = 1.0
    signed[fine] = side * d
    across = np.einsum("na,nab,nb->n", u, cov_m2[fine], u)
    sigma = np.sqrt(across + sigma_m**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(sigma > 0, signed[fine] / sigma, np.sign(signed[fine]) * np.inf)
    p[fine] = normal_cdf(z)
    return p, signed
