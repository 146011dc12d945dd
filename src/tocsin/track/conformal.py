"""The way back from a transverse Mercator plane, for millions of points: a series in x + iy.

The plane is conformal, so longitude and isometric latitude

    psi = artanh(sin lat) - e artanh(e sin lat)

make one analytic function, longitude + i psi, of x + iy.  Its Taylor series about the middle of
the points comes from values on a circle around them (Cauchy's formula, by a Fourier transform);
latitude is a polynomial in psi.  What is left off is measured, not assumed: where the last terms
or the polynomial are not below `EXACT_RAD`, there is no series (points too far apart, or near a
pole).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from tocsin.schema import Floats

ECCENTRICITY = 0.0818191908426215  # of WGS-84, whose flattening is 1 / 298.257223563
EXACT_RAD = 1e-13  # a thousandth of a millimetre
TERMS = 16
CIRCLE = 64  # values on it
AT_ONCE = 8192  # points: as many as stay in the cache
Way = Callable[[Floats], tuple[Floats, Floats]]


def isometric(lat_rad: Floats) -> Floats:
    """Return isometric latitudes."""
    sin = np.sin(lat_rad)
    return np.arctanh(sin) - ECCENTRICITY * np.arctanh(ECCENTRICITY * sin)


def lonlat(xy_m: Floats, exact: Way) -> tuple[Floats, Floats] | None:
    """Return longitude and latitude in degrees of points (..., 2), or None for no series.

    exact  gives both for points (..., 2) and is asked at some eighty places
    """
    low, high = (np.array([f(xy_m[..., 0]), f(xy_m[..., 1])]) for f in (np.min, np.max))
    middle, radius = complex(*(low + high) / 2), float(np.hypot(*(high - low))) / 2
    if not 0 < radius < 2e6:
        return None
    ring = middle + radius * np.exp(2j * np.pi * np.arange(CIRCLE) / CIRCLE)
    lon, lat = exact(np.stack([ring.real, ring.imag], axis=-1))
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()) or np.ptp(lon) > 180:
        return None
    terms = np.fft.fft(np.radians(lon) + 1j * isometric(np.radians(lat))) / CIRCLE
    if np.abs(terms[TERMS : CIRCLE // 2]).max() > EXACT_RAD:
        return None
    latitude = _latitude(np.radians(float(lat.min())), np.radians(float(lat.max())))
    if latitude is None:
        return None
    made, of, half = latitude
    flat = xy_m.reshape(-1, 2)
    out = np.empty((2, len(flat)))
    for k in range(0, len(flat), AT_ONCE):
        part = flat[k : k + AT_ONCE]
        both = _horner(terms[:TERMS], (part[:, 0] + 1j * part[:, 1] - middle) / radius)
        out[0, k : k + AT_ONCE] = both.real
        out[1, k : k + AT_ONCE] = _horner(made, (both.imag - of) / half)
    np.degrees(out, out=out)
    return out[0].reshape(xy_m.shape[:-1]), out[1].reshape(xy_m.shape[:-1])


def _latitude(low_rad: float, high_rad: float) -> tuple[Floats, float, float] | None:
    """Return latitude as a polynomial in (psi - middle) / half, or None where none is exact."""
    psi = isometric(np.array([low_rad, high_rad]))
    middle, half = float(psi.mean()), float(psi[1] - psi[0]) / 2
    nodes: Floats = np.linspace(low_rad, high_rad, CIRCLE, dtype=np.float64)
    at = (isometric(nodes) - middle) / half
    fitted = chebyshev.chebfit(at, nodes, TERMS)
    made = np.asarray(chebyshev.cheb2poly(fitted), np.float64)
    if np.abs(_horner(made, at) - nodes).max() > EXACT_RAD:
        return None
    return made, middle, half


Numbers = TypeVar("Numbers", NDArray[np.float64], NDArray[np.complex128])


def _horner(terms: Numbers, x: Numbers) -> Numbers:
    out = np.full_like(x, terms[-1])
    for term in terms[-2::-1]:
        out *= x
        out += term
    return out
