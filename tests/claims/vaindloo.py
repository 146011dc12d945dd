"""The sea limit of Estonia round Vaindloo, measured by shapely in a plane centred on the island."""

from __future__ import annotations

from functools import cache

import numpy as np
import shapely
from pyproj import Transformer

from tocsin.airspace.bundled import bundled_volumes
from tocsin.airspace.edges import outline
from tocsin.schema import Floats

VAINDLOO = (26.3611, 59.8169)  # lon, lat; facts/boundaries/vaindloo.geojson
EE = ("EE", "osm-2024")


@cache
def _plane() -> Transformer:
    lon, lat = VAINDLOO
    return Transformer.from_crs(
        "EPSG:4326", f"+proj=aeqd +lat_0={lat} +lon_0={lon}", always_xy=True
    )


@cache
def _area() -> shapely.Geometry:
    (estonia,) = bundled_volumes("sovereign", ["EE"])
    line = outline(estonia)
    near = shapely.box(-90_000, -90_000, 90_000, 90_000)
    rings = [line.ring == r for r in np.unique(line.ring)]
    whole = shapely.Polygon()
    for ring in rings:
        x, y = _plane().transform(line.lon_deg[ring], line.lat_deg[ring])
        whole = whole.symmetric_difference(shapely.Polygon(np.column_stack([x, y])))
    return whole.intersection(near)


@cache
def _limit() -> shapely.Geometry:
    limit = _area().boundary.intersection(shapely.box(-89_000, -89_000, 89_000, 89_000))
    shapely.prepare(limit)
    shapely.prepare(_area())
    return limit


def signed(lon: Floats, lat: Floats) -> dict[tuple[str, str], Floats]:
    """Return the same under its name."""
    return {EE: inland_m(lon, lat)}


def inland_m(lon: Floats, lat: Floats) -> Floats:
    """Return metres to Estonia's limit, positive inside; good to 1e-4 within 90 km."""
    x, y = _plane().transform(np.ravel(lon), np.ravel(lat))
    points = shapely.points(x, y)
    inside = shapely.contains(_area(), points)
    away = shapely.distance(points, _limit())
    return np.asarray(np.where(inside, away, -away).reshape(np.shape(lon)))
