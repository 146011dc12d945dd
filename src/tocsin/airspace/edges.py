"""A ring as short geodesics that stay within a stated error of its true line.

Each edge type is a curve on the ellipsoid with a geodesic curvature k of at most

    geodesic, arc    0                        (the points of an arc lie on it already)
    rhumb            tan(lat) |sin(az)| / N   (Liouville's formula at constant azimuth)
    parallel         tan(lat) / N
    lonlat, clip     1.09 tan(lat) / N        (max over az of |sin az| (1 + cos^2 az))

with N >= a the prime vertical radius.  A piece of length L leaves the geodesic between its ends
by k L^2 / 8, so a segment no longer than S is cut into n = S sqrt(k / (8 max_error)) pieces, and
into no fewer than S / 50 km, where a great ellipse may stand for the geodesic.  S bounds the
length from above with the largest radius of curvature of the ellipsoid and the latitude nearest
the equator; a margin of 5 % on k covers what the first-order formula leaves out.

Longitude runs on across the antimeridian: from one vertex to the next it is the short way.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin import geo
from tocsin.schema import Edge, Floats, Outline, Ring, Volume

MAX_ERROR_M = 0.05

_POLAR_M = geo.A_M / (1 - geo.F)  # largest radius of curvature of the ellipsoid
_MARGIN = 1.05
_BEND = {
    Edge.GEODESIC: 0.0,
    Edge.ARC: 0.0,
    Edge.RHUMB: 1.0,
    Edge.PARALLEL: 1.0,
    Edge.LONLAT: 1.09,
    Edge.CLIP: 1.09,  # data is cut along meridians and parallels of a window
}
_CODES = {edge: code for code, edge in enumerate(_BEND)}
_BENDS = np.array(list(_BEND.values()))


@dataclass(frozen=True, slots=True, eq=False)
class Dense:
    """The pieces of one ring: piece i is the geodesic from vertex i to the next (last to first)."""

    lon_deg: Floats  # (K,) continuous along the ring, so it may run past 180
    lat_deg: Floats  # (K,)
    segment: NDArray[np.int64]  # (K,) which segment of the ring the piece is part of, ascending
    clip: NDArray[np.bool_]  # (K,) where the data ends


def densify(ring: Ring, max_error_m: float = MAX_ERROR_M) -> Dense:
    """Return a ring as geodesic pieces within `max_error_m` of its true line, none over 50 km."""
    if not max_error_m > 0:
        raise ValueError(f"a line cannot be drawn to within {max_error_m} m; use 0.05")
    code = _codes(ring.edges)
    lon, lat = ring.lon_deg, ring.lat_deg
    lon1, lat1 = np.roll(lon, -1), np.roll(lat, -1)
    dlon = geo.wrap_deg(lon1 - lon)
    count = _pieces(lat, lat1, dlon, _BENDS[code], max_error_m)
    clip = code == _CODES[Edge.CLIP]
    if (count == 1).all():  # the usual case of a large outline: nothing to do
        return Dense(lon, lat, np.arange(len(lon)), clip)

    segment = np.repeat(np.arange(len(lon)), count)
    step = np.arange(len(segment)) - np.repeat(np.cumsum(count) - count, count)
    fraction = step / count[segment]
    out_lon = lon[segment] + fraction * dlon[segment]
    out_lat = lat[segment] + fraction * (lat1 - lat)[segment]
    bends = code[segment]
    inner = step > 0
    straight = inner & (_BENDS[bends] == 0)
    if straight.any():
        _on_geodesic(out_lon, out_lat, straight, segment, fraction, (lon, lat, dlon, lat1))
    rhumb = inner & (bends == _CODES[Edge.RHUMB])
    if rhumb.any():
        s = segment[rhumb]
        share = _isometric_share(lat[s], lat1[s], fraction[rhumb])
        out_lon[rhumb] = lon[s] + share * dlon[s]
    return Dense(out_lon, out_lat, segment, clip[segment])


def outline(volume: Volume, max_error_m: float = MAX_ERROR_M) -> Outline:
    """Return all rings of a volume densified, one after the other."""
    parts = [densify(ring, max_error_m) for ring in volume.rings]
    sizes = [len(part.lon_deg) for part in parts]
    return Outline(
        volume=volume,
        lon_deg=np.concatenate([part.lon_deg for part in parts]),
        lat_deg=np.concatenate([part.lat_deg for part in parts]),
        ring=np.repeat(np.arange(len(parts)), sizes),
        segment=np.concatenate([part.segment for part in parts]),
        clip=np.concatenate([part.clip for part in parts]),
    )


def max_offset_m(ring: Ring) -> float:
    """Return how far the ring drawn with `lonlat` edges lies from the one with geodesics.

    Every segment is taken as either; arcs and cuts are left out.  Good to 1 %: it decides
    whether to warn.  At 60 N a segment of one degree along the parallel gives 105 m.
    """
    lon, lat = ring.lon_deg, ring.lat_deg
    lat1, dlon = np.roll(lat, -1), geo.wrap_deg(np.roll(lon, -1) - lon)
    open_choice = ~np.isin(_codes(ring.edges), [_CODES[Edge.ARC], _CODES[Edge.CLIP]])
    bend = np.where(open_choice, _curvature(lat, lat1, _BEND[Edge.LONLAT]), 0.0)
    bound = bend * _length(lat, lat1, dlon) ** 2 / 8
    worst = np.argsort(-bound)[:16]  # the bound is within a factor of three: enough to rank
    fraction = np.linspace(0, 1, 33)[1:-1]
    offsets = [_offset(lon[i], lat[i], dlon[i], lat1[i], fraction) for i in worst]
    return max(offsets, default=0.0)


def _offset(lon: float, lat: float, dlon: float, lat1: float, fraction: Floats) -> float:
    """Return the largest cross-track distance of the lonlat line from the geodesic."""
    n = len(fraction) + 1
    ends = (np.full(n, lon), np.full(n, lat))
    azimuth, _, s = geo.WGS84.inv(
        *ends, lon + np.append(fraction, 1.0) * dlon, lat + np.append(fraction, 1.0) * (lat1 - lat)
    )
    turn = np.radians(np.asarray(azimuth[:-1]) - azimuth[-1])
    across = np.sin(np.asarray(s[:-1]) / geo.R_MEAN_M) * np.sin(turn)
    return float(np.abs(np.arcsin(across)).max() * geo.R_MEAN_M)


def _codes(edges: tuple[Edge, ...]) -> NDArray[np.int64]:
    for edge, code in _CODES.items():
        if edges.count(edge) == len(edges):  # by identity: fast for 100,000 segments of one type
            return np.full(len(edges), code)
    return np.array([_CODES[edge] for edge in edges], dtype=np.int64)


def _pieces(
    lat0: Floats, lat1: Floats, dlon: Floats, bend: Floats, max_error_m: float
) -> NDArray[np.int64]:
    length = _length(lat0, lat1, dlon)
    curved = length * np.sqrt(_curvature(lat0, lat1, bend) * _MARGIN / (8 * max_error_m))
    return np.maximum(1, np.ceil(np.maximum(length / geo.PIECE_M, curved))).astype(np.int64)


def _curvature(lat0: Floats, lat1: Floats, bend: Floats | float) -> Floats:
    """Return an upper bound of geodesic curvature, 1/m, from the latitude nearest a pole."""
    return np.asarray(bend * np.tan(np.radians(np.maximum(np.abs(lat0), np.abs(lat1)))) / geo.A_M)


def _length(lat0: Floats, lat1: Floats, dlon: Floats) -> Floats:
    """Return an upper bound of the length of a segment of any type, metres."""
    low = np.where(lat0 * lat1 <= 0, 0.0, np.minimum(np.abs(lat0), np.abs(lat1)))
    east = np.cos(np.radians(low)) * np.radians(dlon)
    return np.asarray(_POLAR_M * np.hypot(east, np.radians(lat1 - lat0)))


def _on_geodesic(
    out_lon: Floats,
    out_lat: Floats,
    where: NDArray[np.bool_],
    segment: NDArray[np.int64],
    fraction: Floats,
    ends: tuple[Floats, Floats, Floats, Floats],
) -> None:
    """Fill the inner points of geodesic segments, at equal distances."""
    lon, lat, dlon, lat1 = ends
    long, of = np.unique(segment[where], return_inverse=True)
    azimuth, _, s = geo.WGS84.inv(lon[long], lat[long], lon[long] + dlon[long], lat1[long])
    x, y, _ = geo.WGS84.fwd(
        lon[long][of],
        lat[long][of],
        np.asarray(azimuth)[of],
        np.asarray(s)[of] * fraction[where],
    )
    start = lon[long][of]
    out_lon[where] = start + geo.wrap_deg(np.asarray(x) - start)
    out_lat[where] = y


def _isometric_share(lat0: Floats, lat1: Floats, fraction: Floats) -> Floats:
    """Return the share of the longitude at a fraction of the latitude along a loxodrome.

    Longitude is linear in isometric latitude (Snyder 1987, eq. 7-7).  Nearly along a parallel
    that quotient is lost to rounding, and the two shares differ by nothing that shows.
    """
    psi0, psi1 = _isometric(lat0), _isometric(lat1)
    psi = _isometric(lat0 + fraction * (lat1 - lat0))
    steep = np.abs(lat1 - lat0) > 1e-5
    safe = np.where(steep, psi1 - psi0, 1.0)
    return np.where(steep, (psi - psi0) / safe, fraction)


def _isometric(lat_deg: Floats) -> Floats:
    s, e = np.sin(np.radians(lat_deg)), np.sqrt(geo.E2)
    return np.asarray(np.arctanh(s) - e * np.arctanh(e * s))
