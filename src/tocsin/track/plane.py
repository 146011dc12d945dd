"""A plane to filter in: transverse Mercator about a place, exact both ways.

It is conformal, so an error ellipse keeps its shape.  Within 300 km of the middle lengths are
true to 1.1e-3 and geodesics are straight to a few metres, which the process noise covers;
positions go in and out exactly, so nothing accumulates.  Very many come out by a series
(`conformal`), to a thousandth of a millimetre.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from pyproj import Transformer

from tocsin.schema import Floats
from tocsin.track import conformal

MANY = 20_000  # numbers: with so many a series pays


@dataclass(frozen=True, slots=True)
class Plane:
    """The plane about one place."""

    lon_deg: float
    lat_deg: float
    _to: Transformer = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        there = f"+proj=tmerc +lon_0={self.lon_deg!r} +lat_0={self.lat_deg!r} +ellps=WGS84 +units=m"
        made = Transformer.from_crs("EPSG:4326", there, always_xy=True)
        object.__setattr__(self, "_to", made)

    def xy(self, lon_deg: Floats, lat_deg: Floats) -> Floats:
        """Return east and north in metres, (..., 2)."""
        x, y = self._to.transform(np.asarray(lon_deg), np.asarray(lat_deg))
        return np.stack([x, y], axis=-1)

    def lonlat(self, xy_m: Floats) -> tuple[Floats, Floats]:
        """Return longitude and latitude of points, (..., 2) to (...)."""
        if xy_m.size > MANY:
            found = conformal.lonlat(xy_m, self._exactly)
            if found is not None:
                return found
        return self._exactly(xy_m)

    def _exactly(self, xy_m: Floats) -> tuple[Floats, Floats]:
        lon, lat = self._to.transform(xy_m[..., 0], xy_m[..., 1], direction="INVERSE")
        return np.asarray(lon), np.asarray(lat)
