"""Where something was, as far as a source says: a name, and an area it lies in for sure."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, isfinite, radians

from tocsin.errors import IncidentError

Box = tuple[float, float, float, float]  # west, south, east, north, in degrees

# The shortest degree of latitude on WGS-84, at the equator: a box from it is never too small.
_DEGREE_M = 110_574.0


@dataclass(frozen=True, slots=True)
class Where:
    """A place: words, a point with a radius it lies within, or an outline it lies within.

    A point without a radius is a point whose error nobody stated; it supports no statement
    about being inside anything, and a filter by area leaves it undecided.
    """

    text: str = ""
    lat_deg: float | None = None
    lon_deg: float | None = None
    radius_m: float | None = None
    outline_deg: tuple[tuple[float, float], ...] = ()  # (lon, lat), the first not repeated

    def __post_init__(self) -> None:
        if (self.lat_deg is None) != (self.lon_deg is None):
            raise IncidentError("a point has a latitude and a longitude")
        if self.radius_m is not None and (self.lat_deg is None or not 0 <= self.radius_m < 2.1e7):
            raise IncidentError(f"radius_m {self.radius_m} needs a point, and is 0 m or more")
        if 0 < len(self.outline_deg) < 3:
            raise IncidentError("an outline has three corners or more")
        point = ((self.lon_deg, self.lat_deg),) if self.lat_deg is not None else ()
        for lon, lat in (*point, *self.outline_deg):
            if lon is None or lat is None or not (abs(lat) <= 90 and -180 <= lon <= 180):
                raise IncidentError(
                    f"latitude {lat}, longitude {lon} is not on Earth", hint="use degrees, WGS-84"
                )
            if not (isfinite(lon) and isfinite(lat)):
                raise IncidentError("a coordinate is not a number")

    @property
    def box(self) -> Box | None:
        """A box that surely holds the place; None where the source does not bound it.

        A box that would pass the antimeridian or a pole spans all longitudes instead.
        """
        if self.outline_deg:
            lons, lats = zip(*self.outline_deg, strict=True)
            if max(lons) - min(lons) > 180:  # the short way round passes the antimeridian
                return (-180.0, min(lats), 180.0, max(lats))
            return (min(lons), min(lats), max(lons), max(lats))
        if self.lat_deg is None or self.lon_deg is None or self.radius_m is None:
            return None
        half = self.radius_m / _DEGREE_M
        south, north = max(-90.0, self.lat_deg - half), min(90.0, self.lat_deg + half)
        widest = max(abs(south), abs(north))
        wide = half / cos(radians(widest)) if widest < 89.9 else 360.0
        west, east = self.lon_deg - wide, self.lon_deg + wide
        if west < -180 or east > 180:
            west, east = -180.0, 180.0
        return (west, south, east, north)


NOWHERE = Where()
