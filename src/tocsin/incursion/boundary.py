"""All outlines together as one list of boundary pieces, each a short great ellipse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin import geo
from tocsin.incursion.path import Ints
from tocsin.schema import Floats, Outline


@dataclass(frozen=True, slots=True, eq=False)
class Boundary:
    """Pieces of all volumes one after the other; piece k runs from point a to point b."""

    a_lon_deg: Floats  # (K,)
    a_lat_deg: Floats  # (K,)
    b_lon_deg: Floats  # (K,) unwrapped: within 180 degrees of a_lon_deg
    b_lat_deg: Floats  # (K,)
    a_m: Floats  # (K, 3) geocentric
    b_m: Floats  # (K, 3)
    normal: Floats  # (K, 3) unit normal of the upright plane through the piece
    middle_m: Floats  # (K, 3) between a and b
    half_m: Floats  # (K,) half the length, and a hair for the bulge
    volume: Ints  # (K,) index of the outline
    clip: NDArray[np.bool_]  # (K,)
    first: Ints  # (V + 1,) where the pieces of each volume begin


def put_together(outlines: Sequence[Outline]) -> Boundary:
    """Return the boundary of all outlines, in their order."""
    nexts, start = [], 0
    for outline in outlines:
        count = len(outline.lon_deg)
        after = np.arange(1, count + 1)
        ends = np.flatnonzero(np.diff(outline.ring, append=-1) != 0)  # last piece of every ring
        begins = np.concatenate([[0], ends[:-1] + 1])
        after[ends] = begins
        nexts.append(after + start)
        start += count
    b = np.concatenate(nexts) if nexts else np.zeros(0, np.int64)
    lon = _joined([o.lon_deg for o in outlines])
    lat = _joined([o.lat_deg for o in outlines])
    sizes = np.array([len(o.lon_deg) for o in outlines], dtype=np.int64)
    clip = _joined([o.clip for o in outlines]).astype(bool)
    return of_pieces((lon, lat), (lon[b], lat[b]), clip, sizes)


def of_pieces(
    a: tuple[Floats, Floats], b: tuple[Floats, Floats], clip: NDArray[np.bool_], sizes: Ints
) -> Boundary:
    """Return a boundary of pieces that need not close.

    a, b   longitude and latitude of their ends, (K,) each
    sizes  (V,) how many of them are of each volume, one volume after the other
    """
    (lon, lat), (b_lon, b_lat) = a, b
    a_m, b_m = geo.ecef(lon, lat), geo.ecef(b_lon, b_lat)
    # Upright on the ellipsoid, not through the centre: a plane that leans by the 0.19 degrees
    # between the two would put a point 100 km away off by 2.6 m.
    upright = (a_m + b_m) * np.array([1.0, 1.0, 1.0 / (1.0 - geo.E2)])
    normal = geo.cross(upright, b_m - a_m)
    length = np.sqrt(geo.dot(normal, normal))
    half = np.sqrt(geo.dot(b_m - a_m, b_m - a_m)) / 2
    return Boundary(
        a_lon_deg=lon,
        a_lat_deg=lat,
        b_lon_deg=lon + geo.wrap_deg(b_lon - lon),
        b_lat_deg=b_lat,
        a_m=a_m,
        b_m=b_m,
        normal=normal / np.where(length > 0, length, 1.0)[:, None],
        middle_m=(a_m + b_m) / 2,
        half_m=half + half**2 / (2 * geo.R_MEAN_M) + 1e-3,
        volume=np.repeat(np.arange(len(sizes)), sizes),
        clip=clip,
        first=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
    )


def _joined(parts: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.zeros(0)
