"""The Gulf of Finland from the boundaries that ship, by the engine and, for areas, by shapely."""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer

from tocsin import geo
from tocsin.airspace.bundled import bundled, bundled_volumes
from tocsin.airspace.edges import outline
from tocsin.geo import WGS84
from tocsin.incursion.boundary import Boundary, put_together
from tocsin.incursion.inside import inside
from tocsin.incursion.nearest import balls, nearest
from tocsin.schema import Floats

VAINDLOO = (26.361111, 59.816944)  # 59 49 01 N 26 21 40 E, as shipped
AMARI = (24.2086, 59.2603)  # reference point of EEEI: 59 15 37 N 24 12 31 E
TALLINN = (24.7536, 59.4370)  # the centre: Raekoja plats

_PLANE = f"+proj=laea +lat_0={VAINDLOO[1]} +lon_0={VAINDLOO[0]}"  # equal areas
TO_PLANE = Transformer.from_crs("EPSG:4326", _PLANE, always_xy=True)


@cache
def _limit(state: str) -> Boundary:
    (volume,) = bundled_volumes("sovereign", [state])
    return put_together([outline(volume)])


def inside_m(state: str, lon: Floats, lat: Floats) -> Floats:
    """Return metres to a state's limit (N,), positive inside, by the engine under test."""
    line = _limit(state)
    asked = np.zeros(len(lon), np.int64)
    away_m, _ = nearest(geo.ecef(lon, lat), asked, balls(line, asked[:1]), line)
    signed = -away_m
    signed[inside(lon, lat, line)[0]] *= -1.0
    return signed


def around(centre: tuple[float, float], far_m: float, bearings: Floats) -> tuple[Floats, Floats]:
    """Return the points at one distance from a place."""
    n = len(bearings)
    lon, lat, _ = WGS84.fwd(
        np.full(n, centre[0]), np.full(n, centre[1]), bearings, np.full(n, far_m)
    )
    return np.asarray(lon), np.asarray(lat)


@cache
def area(state: str) -> shapely.Geometry:
    """Return what a state holds between 22 E and 32 E north of 57 N, in the plane."""
    (volume,) = bundled_volumes("sovereign", [state])
    line = outline(volume)
    whole = shapely.Polygon()
    for number in np.unique(line.ring):
        mine = line.ring == number
        ring = shapely.Polygon(np.column_stack([line.lon_deg[mine], line.lat_deg[mine]]))
        whole = whole.symmetric_difference(shapely.clip_by_rect(ring, 22.0, 57.0, 32.0, 62.0))

    def project(at: Floats) -> Floats:
        return np.column_stack(TO_PLANE.transform(*at.T))

    return shapely.transform(whole, project)


def points(name: str) -> list[tuple[float, float]]:
    """Return the points of a shipped line, in its order."""
    return [(x, y) for x, y in collection(name)["features"][0]["geometry"]["coordinates"]]


def collection(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bundled(name))
    return found


@cache
def fir_line() -> shapely.LineString:
    """Return the line of Helsinki and Tallinn FIR against St Petersburg FIR, geodesic pieces."""
    at: list[tuple[float, float]] = []
    ends = points("fir-gof")
    for a, b in pairwise(ends):
        at += [a, *WGS84.npts(*a, *b, 200)]
    lon, lat = np.array([*at, ends[-1]]).T
    return shapely.LineString(np.column_stack(TO_PLANE.transform(lon, lat)))


@cache
def russian_served() -> shapely.Geometry:
    """Return the side of that line on which St Petersburg gives the service."""
    east = TO_PLANE.transform([30.0, 30.0], [59.4716667, 60.2])
    ring = [*fir_line().coords, *zip(*east, strict=True)]
    return shapely.make_valid(shapely.Polygon(ring))
