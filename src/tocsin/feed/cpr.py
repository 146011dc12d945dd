"""Compact position reporting: 17-bit latitude and longitude codes to degrees.

RTCA DO-260B, appendix A.1.7; ICAO Doc 9871, C.2.6.  With Nb = 17 bits, cell
index i (0 even, 1 odd) and D = 360 degrees (airborne) or 90 (surface):

    dlat_i = D / (60 - i)
    even and odd:  j = floor((59 YZ_0 - 60 YZ_1) / 2^17 + 1/2)
                   lat_i = dlat_i (mod(j, 60 - i) + YZ_i / 2^17)
    one and a reference lat_s:
                   j = floor(lat_s / dlat_i)
                     + floor(1/2 + mod(lat_s, dlat_i) / dlat_i - YZ_i / 2^17)

and the same for longitude with NL(lat) - i zones in place of 60 - i.  The error is half a cell:
2.5 m in latitude airborne, 0.6 m on the surface.  A pair is right if the aircraft moved less
than half the offset of the even and odd grids between the two, 3 NM airborne and 0.75 NM on
the surface; a reference is right within half a zone, 180 NM airborne and 45 NM on the surface.
"""

from __future__ import annotations

from bisect import bisect_right
from math import acos, cos, degrees, floor, pi, sqrt

import numpy as np

from tocsin.feed.frames import Bools, Ints
from tocsin.schema import Floats

NZ = 15  # latitude zones between equator and pole
SCALE = 131072.0  # 2^17
AIRBORNE_DEG, SURFACE_DEG = 360.0, 90.0
CELL_LAT_M = 6.0 / SCALE * 111_320.0  # 5.1 m: one airborne cell of latitude

#: Latitudes where the number of longitude zones drops from 59 to 58, ..., 3 to 2 and 2 to 1
#: (DO-260B, A.1.7.2 d).
NL_EDGES_DEG = [
    degrees(acos(sqrt((1 - cos(pi / (2 * NZ))) / (1 - cos(2 * pi / n))))) for n in range(59, 2, -1)
] + [87.0]
_EDGES = np.array(NL_EDGES_DEG)


def zones(lat_deg: Floats) -> Ints:
    """Return NL, the number of longitude zones (N,) at latitudes (N,): 59 at the equator, 1."""
    return 59 - np.searchsorted(_EDGES, np.abs(lat_deg), side="right")


def zones_at(lat_deg: float) -> int:
    """Return NL at one latitude."""
    return 59 - bisect_right(NL_EDGES_DEG, abs(lat_deg))


def from_pair(even: Ints, odd: Ints, newest_odd: Bools) -> tuple[Floats, Floats]:
    """Return airborne latitude and longitude (N,) of the newer frame of each pair, in degrees.

    even, odd    (N, 2) the codes YZ, XZ
    newest_odd   (N,)   which of the two the position is wanted for

    NaN where the two lie in different longitude bands, so that they make no pair.
    """
    y0, x0 = even[:, 0] / SCALE, even[:, 1] / SCALE
    y1, x1 = odd[:, 0] / SCALE, odd[:, 1] / SCALE
    j = np.floor(59 * y0 - 60 * y1 + 0.5)
    lat0 = _south(AIRBORNE_DEG / 60 * (np.mod(j, 60) + y0))
    lat1 = _south(AIRBORNE_DEG / 59 * (np.mod(j, 59) + y1))
    nl = zones(lat0)
    sound = (nl == zones(lat1)) & (np.abs(lat0) <= 90) & (np.abs(lat1) <= 90)
    m = np.floor(x0 * (nl - 1) - x1 * nl + 0.5)
    count = np.maximum(nl - newest_odd, 1)
    lon = 360.0 / count * (np.mod(m, count) + np.where(newest_odd, x1, x0))
    lat = np.where(newest_odd, lat1, lat0)
    return np.where(sound, lat, np.nan), np.where(sound, np.mod(lon + 180, 360) - 180, np.nan)


def _south(lat_deg: Floats) -> Floats:
    return np.where(lat_deg >= 270, lat_deg - 360, lat_deg)


def from_reference(
    y: int, x: int, odd: bool, near: tuple[float, float], span_deg: float = AIRBORNE_DEG
) -> tuple[float, float] | None:
    """Return the (lat_deg, lon_deg) with these codes nearest to `near`, or None off the Earth.

    span_deg   360 for airborne codes, 90 for surface codes
    """
    i = int(odd)
    dlat = span_deg / (60 - i)
    lat = _nearest(y / SCALE, dlat, near[0])
    if abs(lat) > 90:
        return None
    dlon = span_deg / max(zones_at(lat) - i, 1)
    lon = _nearest(x / SCALE, dlon, near[1])
    return lat, (lon + 180) % 360 - 180


def _nearest(fraction: float, step: float, near: float) -> float:
    # The standard's two terms in one: apart they jump a zone where `near` is just below nothing.
    zone = floor(0.5 + near / step - fraction)
    return step * (zone + fraction)


def surface_pair(
    even: tuple[int, int], odd: tuple[int, int], newest_odd: bool, near: tuple[float, float]
) -> tuple[float, float] | None:
    """Return the surface position of a pair that is nearest to `near`, in degrees.

    A pair leaves two latitudes and four longitudes (DO-260B, A.1.7); unlike one frame, it is
    not pulled towards the reference, so that a wrong reference shows by its distance.
    """
    y0, y1 = even[0] / SCALE, odd[0] / SCALE
    j = floor(59 * y0 - 60 * y1 + 0.5)
    lat0 = _hemisphere(SURFACE_DEG / 60 * (j % 60 + y0), near[0])
    lat1 = _hemisphere(SURFACE_DEG / 59 * (j % 59 + y1), near[0])
    nl = zones_at(lat0)
    if nl != zones_at(lat1):
        return None
    x0, x1 = even[1] / SCALE, odd[1] / SCALE
    m = floor(x0 * (nl - 1) - x1 * nl + 0.5)
    count = max(nl - newest_odd, 1)
    lon = SURFACE_DEG / count * (m % count + (x1 if newest_odd else x0))
    lon += 90 * round((near[1] - lon) / 90)
    return (lat1 if newest_odd else lat0), (lon + 180) % 360 - 180


def _hemisphere(north_deg: float, near_deg: float) -> float:
    """Return the nearer of the two latitudes, 90 degrees apart, of a surface pair."""
    return min(north_deg, north_deg - 90, key=lambda lat_deg: abs(lat_deg - near_deg))
