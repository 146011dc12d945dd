"""A plane to filter in: transverse Mercator about a place, exact both ways.

It is conformal, so an error ellipse keeps its shape.  Within 300 km of the middle lengths are
true to 1.1e-3 and geodesics are straight to a few metres, which the process noise covers;
positions go in and out exactly, so nothing accumulates.  Very many come out by a series
(`conformal`), to a thousandth of a millimetre.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from pyproj import Transformer

from tocsin.schema import Floats
from tocsin.track import conformal

MANY = 20_000  # numbers: with so many a series pays
NEAREST_M, FARTHEST_M = 25_000.0, 2e6  # of a series: one serves all points that lie no further out


@dataclass(frozen=True, slots=True)
class Plane:
    """The plane about one place."""

    lon_deg: float
    lat_deg: float
    _to: Transformer = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # As a pipeline, which says all: to look two reference systems up takes 27 ms a plane.
        made = Transformer.from_pipeline(
            "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=tmerc "
            f"+lon_0={self.lon_deg!r} +lat_0={self.lat_deg!r} +ellps=WGS84"
        )
        object.__setattr__(self, "_to", made)

    def xy(self, lon_deg: Floats, lat_deg: Floats) -> Floats:
        """Return east and north in metres, (..., 2)."""
        x, y = self._to.transform(np.asarray(lon_deg), np.asarray(lat_deg))
        return np.stack([x, y], axis=-1)

    def lonlat(self, xy_m: Floats) -> tuple[Floats, Floats]:
        """Return longitude and latitude of points, (..., 2) to (...)."""
        if xy_m.size <= MANY or xy_m.ndim < 2:
            return self.exactly(xy_m)
        lon, lat = np.empty(xy_m.shape[:-1]), np.empty(xy_m.shape[:-1])
        flat = xy_m.reshape(-1, xy_m.shape[-2], 2)
        self.into(flat, lon.reshape(flat.shape[:2]), lat.reshape(flat.shape[:2]))
        return lon, lat

    def into(self, xy_m: Floats, lon_deg: Floats, lat_deg: Floats) -> None:
        """Fill longitude and latitude, (M, K), of very many points, (M, K, 2)."""
        reach_m = float(np.hypot(*(max(-one.min(), one.max()) for one in np.moveaxis(xy_m, -1, 0))))
        of = None
        if reach_m < FARTHEST_M:
            steps = np.ceil(np.log2(max(reach_m / NEAREST_M, 1.0)))
            of = _series(self, float(NEAREST_M * 2**steps))
        if of is None:
            lon_deg[:], lat_deg[:] = self.exactly(xy_m)
        else:
            conformal.lonlat(xy_m, of, lon_deg, lat_deg)

    def exactly(self, xy_m: Floats) -> tuple[Floats, Floats]:
        """Return the same as `lonlat`, point by point and without a series."""
        lon, lat = self._to.transform(xy_m[..., 0], xy_m[..., 1], direction="INVERSE")
        return np.asarray(lon), np.asarray(lat)


@lru_cache(maxsize=256)
def _series(plane: Plane, radius_m: float) -> conformal.Series | None:
    return conformal.series(radius_m, plane.exactly)
