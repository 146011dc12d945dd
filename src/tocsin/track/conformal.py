"""The way back from a transverse Mercator plane, for millions of points: a series in x + iy.

The plane is conformal, so longitude and isometric latitude

    psi = artanh(sin lat) - e artanh(e sin lat)

make one analytic function, longitude + i psi, of x + iy.  Its Taylor series about the middle of
the plane comes from values on a circle around it (Cauchy's formula, by a Fourier transform);
latitude is a polynomial in psi.  What is left off is measured, not assumed: where the last terms
or the polynomial are not below `EXACT_RAD`, there is no series (points too far out, or near a
pole); below `NOTHING_RAD` a term is rounding.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.polynomial import chebyshev
from numpy.typing import NDArray

from tocsin import compiled
from tocsin.compiled import at
from tocsin.schema import Floats

SOURCE = Path(__file__).with_name("conformal.c")
ECCENTRICITY = 0.0818191908426215  # of WGS-84, whose flattening is 1 / 298.257223563
EXACT_RAD = 1e-13  # a thousandth of a millimetre
NOTHING_RAD = 3e-15  # twenty nanometres
TERMS = 24  # at most
CIRCLE = 64  # values on it
AT_ONCE = 8192  # points: as many as stay in the cache
Way = Callable[[Floats], tuple[Floats, Floats]]


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Longitude and latitude of points no further than `radius_m` from the middle of a plane."""

    radius_m: float
    terms: NDArray[np.complex128]  # of (x + iy) / radius
    latitude: Floats  # of (psi - middle) / half
    middle: float
    half: float


def isometric(lat_rad: Floats) -> Floats:
    """Return isometric latitudes."""
    sin = np.sin(lat_rad)
    return np.arctanh(sin) - ECCENTRICITY * np.arctanh(ECCENTRICITY * sin)


def geodetic(isometric_rad: Floats) -> Floats:
    """Return latitudes of isometric latitudes: a fixed point, two digits nearer each time.

    What they are on a sphere is off by e^2 sin cos at most, and every turn leaves e^2 of that.
    """
    sin = np.tanh(isometric_rad)
    for _ in range(8):
        sin = np.tanh(isometric_rad + ECCENTRICITY * np.arctanh(ECCENTRICITY * sin))
    return np.asarray(np.arcsin(sin))


def series(radius_m: float, exact: Way) -> Series | None:
    """Return the series of a plane, or None where there is none so far out.

    exact  gives longitude and latitude in degrees of points (..., 2); asked at `CIRCLE` places
    """
    ring = radius_m * np.exp(2j * np.pi * np.arange(CIRCLE) / CIRCLE)
    lon, lat = exact(np.stack([ring.real, ring.imag], axis=-1))
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()) or np.ptp(lon) > 180:
        return None
    terms = np.fft.fft(np.radians(lon) + 1j * isometric(np.radians(lat))) / CIRCLE
    if np.abs(terms[TERMS : CIRCLE // 2]).max() > EXACT_RAD:
        return None
    low, high = np.radians(float(lat.min())), np.radians(float(lat.max()))
    middle, half = (float(f(isometric(np.array([low, high])))) for f in (np.mean, np.ptp))
    half /= 2
    nodes: Floats = np.linspace(low, high, CIRCLE, dtype=np.float64)
    where = (isometric(nodes) - middle) / half
    for degree in range(4, TERMS):
        roots = chebyshev.chebpts1(degree + 1)
        fitted = chebyshev.chebfit(roots, geodetic(middle + half * roots), degree)
        latitude = np.asarray(chebyshev.cheb2poly(fitted), np.float64)
        off = np.abs(_horner(latitude, where) - nodes).max()
        if off < NOTHING_RAD:
            break
    if off > EXACT_RAD:
        return None
    return Series(radius_m, _counting(terms[:TERMS]), latitude, middle, half)


@cache
def library() -> ctypes.CDLL | None:
    """Return what was compiled; None where there is none."""
    found = compiled.library(SOURCE)
    if found is None or ctypes.sizeof(ctypes.c_long) != 8:
        return None
    count, number, here = ctypes.c_long, ctypes.c_double, ctypes.c_void_p
    points: list[Any] = [count, count, here]
    terms: list[Any] = [count, here, here, number, count, here, number, number]
    found.tocsin_lonlat.argtypes = [*points, *terms, here, here, count]
    found.tocsin_lonlat.restype = None
    return found


def lonlat(xy_m: Floats, of: Series, lon_deg: Floats, lat_deg: Floats) -> None:
    """Fill longitude and latitude in degrees, (M, K), of points (M, K, 2) within the radius."""
    lib = library()
    wide = lon_deg.strides[0] // lon_deg.itemsize
    if lib is not None and lon_deg.strides == lat_deg.strides and xy_m.flags.c_contiguous:
        real, imaginary = of.terms.real.copy(), of.terms.imag.copy()
        lib.tocsin_lonlat(
            *xy_m.shape[:2],
            at(xy_m),
            len(real),
            *map(at, (real, imaginary)),
            1 / of.radius_m,
            len(of.latitude) - 1,
            at(of.latitude),
            of.middle,
            of.half,
            lon_deg.ctypes.data,
            lat_deg.ctypes.data,
            wide,
        )
        return
    rows = max(1, AT_ONCE // max(1, xy_m.shape[1]))
    for k in range(0, len(xy_m), rows):
        part = xy_m[k : k + rows]
        z = (part[..., 0] + 1j * part[..., 1]) / of.radius_m
        both = _horner(of.terms, np.asarray(z, np.complex128))
        lon_deg[k : k + rows] = np.degrees(both.real)
        lat_deg[k : k + rows] = np.degrees(_horner(of.latitude, (both.imag - of.middle) / of.half))


Numbers = TypeVar("Numbers", NDArray[np.float64], NDArray[np.complex128])


def _counting(terms: Numbers) -> Numbers:
    """Return terms up to the last that is more than rounding."""
    return terms[: int(np.flatnonzero(np.abs(terms) > NOTHING_RAD)[-1]) + 1]


def _horner(terms: Numbers, x: Numbers) -> Numbers:
    out = np.full_like(x, terms[-1])
    for term in terms[-2::-1]:
        out *= x
        out += term
    return out
