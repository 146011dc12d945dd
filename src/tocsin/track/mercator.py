"""Transverse Mercator with a meridian of its own for every point: many small planes at once.

The series of Krueger in the third flattening n, to n^6 (Karney 2011, "Transverse Mercator with an
accuracy of a few nanometers", J. Geodesy 85, equations 7 to 12, 23 to 28, 35 and 36), four terms of
it: below a micrometre within 30 degrees of the meridian.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.geo import A_M, E2, F
from tocsin.schema import Floats

_N = F / (2 - F)
_E = float(np.sqrt(E2))
RADIUS_M = A_M / (1 + _N) * (1 + _N**2 / 4 + _N**4 / 64 + _N**6 / 256)
#: Coefficients of n^1 .. n^6 in alpha_j and in beta_j.
_ALPHA = (
    (1 / 2, -2 / 3, 5 / 16, 41 / 180, -127 / 288, 7891 / 37800),
    (0, 13 / 48, -3 / 5, 557 / 1440, 281 / 630, -1983433 / 1935360),
    (0, 0, 61 / 240, -103 / 140, 15061 / 26880, 167603 / 181440),
    (0, 0, 0, 49561 / 161280, -179 / 168, 6601661 / 7257600),
)
_BETA = (
    (1 / 2, -2 / 3, 37 / 96, -1 / 360, -81 / 512, 96199 / 604800),
    (0, 1 / 48, 1 / 15, -437 / 1440, 46 / 105, -1118711 / 3870720),
    (0, 0, 17 / 480, -37 / 840, -209 / 4480, 5569 / 90720),
    (0, 0, 0, 4397 / 161280, -11 / 504, -830251 / 7257600),
)
ALPHA, BETA = (
    tuple(sum(c * _N ** (k + 1) for k, c in enumerate(row)) for row in table)
    for table in (_ALPHA, _BETA)
)
_STEPS = 3  # Newton from the conformal latitude: 1e-16 after two


@dataclass(frozen=True, slots=True, eq=False)
class Gridded:
    """Points in their planes, and how the planes lie there."""

    x_m: Floats
    y_m: Floats  # from the equator
    convergence_rad: Floats  # bearing of the y axis, clockwise from north
    scale: Floats  # metres in the plane to one on the ellipsoid


def gridded(lon_deg: Floats, lat_deg: Floats, lon0_deg: Floats) -> Gridded:
    """Return points (N,) in the planes about the meridians lon0_deg, (N,)."""
    lon = np.radians((lon_deg - lon0_deg + 180.0) % 360.0 - 180.0)
    lat = np.radians(lat_deg)
    tau = np.tan(lat)
    conformal = _conformal(tau)
    cos = np.cos(lon)
    zeta = np.arctan2(conformal, cos) + 1j * np.arcsinh(np.sin(lon) / np.hypot(conformal, cos))
    moved, slope = zeta.copy(), np.ones_like(zeta)
    for j, alpha in enumerate(ALPHA, 1):
        moved += alpha * np.sin(2 * j * zeta)
        slope += 2 * j * alpha * np.cos(2 * j * zeta)
    turned, stretched = _grid(lon, tau, conformal, slope)
    return Gridded(RADIUS_M * moved.imag, RADIUS_M * moved.real, turned, stretched)


def placed(x_m: Floats, y_m: Floats, lon0_deg: Floats) -> tuple[Floats, Floats, Gridded]:
    """Return longitude and latitude (N,) of points in the planes, and how the planes lie there."""
    moved = np.asarray((y_m + 1j * x_m) / RADIUS_M, np.complex128)
    zeta, inverse = moved.copy(), np.ones(moved.shape, np.complex128)
    for j, beta in enumerate(BETA, 1):
        zeta -= beta * np.sin(2 * j * moved)
        inverse -= 2 * j * beta * np.cos(2 * j * moved)
    sinh, cos = np.sinh(zeta.imag), np.cos(zeta.real)
    lon = np.arctan2(sinh, cos)
    conformal = np.sin(zeta.real) / np.hypot(sinh, cos)
    tau = _tangent(conformal)
    slope: NDArray[np.complex128] = np.reciprocal(inverse)
    turned, stretched = _grid(lon, tau, conformal, slope)
    lon_deg = (np.degrees(lon) + lon0_deg + 180.0) % 360.0 - 180.0
    return lon_deg, np.degrees(np.arctan(tau)), Gridded(x_m, y_m, turned, stretched)


def _conformal(tau: Floats) -> Floats:
    """Return the tangent of the conformal latitude from that of the latitude."""
    sigma = np.sinh(_E * np.arctanh(_E * tau / np.hypot(1.0, tau)))
    return np.asarray(tau * np.hypot(1.0, sigma) - sigma * np.hypot(1.0, tau))


def _tangent(conformal: Floats) -> Floats:
    """Return the tangent of the latitude from that of the conformal latitude."""
    tau = conformal / (1 - E2)
    for _ in range(_STEPS):
        now = _conformal(tau)
        step = (conformal - now) / np.hypot(1.0, now)
        tau = tau + step * (1 + (1 - E2) * tau**2) / ((1 - E2) * np.hypot(1.0, tau))
    return np.asarray(tau)


def _grid(
    lon: Floats, tau: Floats, conformal: Floats, slope: NDArray[np.complex128]
) -> tuple[Floats, Floats]:
    """Return convergence and scale; `slope` is complex, d(xi + i eta) / d(xi' + i eta')."""
    turned = np.arctan2(np.sin(lon) * conformal, np.cos(lon) * np.hypot(1.0, conformal))
    secant = np.hypot(1.0, tau)
    stretched = np.sqrt(1 - E2 * (tau / secant) ** 2) * secant / np.hypot(conformal, np.cos(lon))
    # d zeta / d zeta' = p - i q turns by the angle of p + i q.
    return turned - np.angle(slope), stretched * np.abs(slope) * RADIUS_M / A_M
