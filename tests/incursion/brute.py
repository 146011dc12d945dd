"""A slow, independent solver of passages: geodesics by Karney, lines in the gnomonic plane.

In the ellipsoidal gnomonic projection (Karney 2013, section 8) a geodesic through the centre is
straight and one near it is straight to third order.  Two geodesics are intersected by projecting
all four ends, intersecting straight lines, and moving the centre to the intersection until it
stays.  Nothing here is shared with the engine under test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from geographiclib.geodesic import Geodesic
from numpy.typing import NDArray
from pyproj import Geod

Points = list[tuple[float, float]]  # (lon_deg, lat_deg)

_G = Geodesic.WGS84
_GEOD = Geod(ellps="WGS84")


def gnomonic(lon0: float, lat0: float, lon: float, lat: float) -> tuple[float, float]:
    """Return x, y of a point in the gnomonic plane about (lon0, lat0)."""
    line = _G.Inverse(
        lat0,
        lon0,
        lat,
        lon,
        Geodesic.AZIMUTH | Geodesic.REDUCEDLENGTH | Geodesic.GEODESICSCALE | Geodesic.DISTANCE,
    )
    if line["M12"] <= 0:
        raise ValueError("beyond the horizon of the projection")
    rho = line["m12"] / line["M12"]
    azimuth = np.radians(line["azi1"])
    return float(rho * np.sin(azimuth)), float(rho * np.cos(azimuth))


def unproject(lon0: float, lat0: float, x: float, y: float) -> tuple[float, float]:
    """Return the point of gnomonic coordinates, by Newton's method on the distance."""
    rho, azimuth = float(np.hypot(x, y)), float(np.degrees(np.arctan2(x, y)))
    s = 6.37e6 * float(np.arctan(rho / 6.37e6))
    line = _G.Line(lat0, lon0, azimuth, Geodesic.ALL)
    for _ in range(12):
        at = line.Position(
            s,
            Geodesic.REDUCEDLENGTH
            | Geodesic.GEODESICSCALE
            | Geodesic.LATITUDE
            | Geodesic.LONGITUDE,
        )
        step = (at["m12"] / at["M12"] - rho) * at["M12"] ** 2
        s -= step
        if abs(step) < 1e-9:
            break
    at = line.Position(s)
    return at["lon2"], at["lat2"]


def intersect(
    p: tuple[float, float], q: tuple[float, float], a: tuple[float, float], b: tuple[float, float]
) -> tuple[float, float, float, float, float] | None:
    """Return (s, u, lon, lat, sine) where the geodesic p-q meets a-b, or None.

    s and u are fractions by length along either; sine is that of the angle between them.
    """
    lon0, lat0 = (p[0] + ((q[0] - p[0] + 180) % 360 - 180) / 2), (p[1] + q[1]) / 2
    point = (lon0, lat0)
    for _ in range(6):
        pp, qq, aa, bb = (np.array(gnomonic(*point, *end)) for end in (p, q, a, b))
        leg, edge = qq - pp, bb - aa
        det = leg[0] * edge[1] - leg[1] * edge[0]
        if abs(det) < 1e-9 * np.hypot(*leg) * np.hypot(*edge):
            return None
        s = ((aa - pp)[0] * edge[1] - (aa - pp)[1] * edge[0]) / det
        u = ((aa - pp)[0] * leg[1] - (aa - pp)[1] * leg[0]) / det
        if not (-0.5 < s < 1.5 and -0.5 < u < 1.5):
            return None
        sine = abs(float(det)) / float(np.hypot(*leg) * np.hypot(*edge))
        x, y = pp + s * leg
        new = unproject(*point, float(x), float(y))
        moved = _GEOD.inv(*point, *new)[2]
        point = new
        if moved < 1e-6:
            break
    along = _GEOD.inv(*p, *point)[2] / _GEOD.inv(*p, *q)[2]
    on_edge = _GEOD.inv(*a, *point)[2] / _GEOD.inv(*a, *b)[2]
    beyond_leg = s < 0
    beyond_edge = u < 0
    return (-along if beyond_leg else along, -on_edge if beyond_edge else on_edge, *point, sine)


def contains(rings: list[Points], point: tuple[float, float]) -> bool:
    """Return whether a point is inside, even-odd, in the gnomonic plane about the point."""
    odd = False
    for ring in rings:
        plane = [gnomonic(*point, *vertex) for vertex in ring]
        for (x0, y0), (x1, y1) in zip(plane, [*plane[1:], plane[0]], strict=True):
            # A geodesic is straight here only near the centre: the test is exact for the ray
            # along y = 0 in the limit of short edges, so edges are cut before (see `cut`).
            if (y0 > 0) != (y1 > 0) and x0 + (0 - y0) / (y1 - y0) * (x1 - x0) > 0:
                odd = not odd
    return odd


def cut(ring: Points, longest_m: float = 2000.0) -> Points:
    """Return the ring with its geodesic edges cut into short ones."""
    out: Points = []
    for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
        out.append(a)
        length = _GEOD.inv(*a, *b)[2]
        n = int(length // longest_m)
        if n:
            out.extend((lon, lat) for lon, lat in _GEOD.npts(*a, *b, n))
    return out


@dataclass(frozen=True)
class Found:
    """One passage of the slow solver; times in seconds, None where open."""

    entry_s: float | None
    exit_s: float | None
    entry: tuple[float, float] | None
    exit: tuple[float, float] | None


def passages(times: list[float], track: Points, rings: list[Points]) -> tuple[list[Found], float]:
    """Return passages of one unbroken track, and how near to a tie the nearest case came, in m.

    The margin is the least distance of a crossing from the end of its leg or edge, and small
    where a leg grazes an edge.
    """
    events: list[tuple[float, tuple[float, float]]] = []
    margin = np.inf
    for i in range(len(track) - 1):
        p, q = track[i], track[i + 1]
        leg_m = _GEOD.inv(*p, *q)[2]
        for ring in rings:
            for a, b in zip(ring, [*ring[1:], ring[0]], strict=True):
                edge_m = _GEOD.inv(*a, *b)[2]
                middle = _GEOD.inv(*p, *a)[2]
                if middle > leg_m + edge_m + 1000:
                    continue
                meet = intersect(p, q, a, b)
                if meet is None:
                    continue
                s, u, lon, lat, sine = meet
                off = min(abs(s), abs(s - 1)) * leg_m
                off_edge = min(abs(u), abs(u - 1)) * edge_m
                inside_leg, inside_edge = 0 <= s <= 1, 0 <= u <= 1
                if (inside_leg or off < 50) and (inside_edge or off_edge < 50):
                    margin = min(
                        margin, off if inside_edge else np.inf, off_edge if inside_leg else np.inf
                    )
                if inside_leg and inside_edge:
                    margin = min(margin, 100 * sine)  # below 0.3 degrees 2 mm are a metre
                    events.append((times[i] + s * (times[i + 1] - times[i]), (lon, lat)))
    events.sort()
    state = contains([cut(ring) for ring in rings], track[0])
    out: list[Found] = []
    entry: tuple[float, tuple[float, float]] | None = None  # None while inside: open
    for at in events:
        if state:
            out.append(
                Found(entry[0] if entry else None, at[0], entry[1] if entry else None, at[1])
            )
            entry = None
        else:
            entry = at
        state = not state
    if state:
        began = entry or (None, None)
        out.append(Found(began[0], None, began[1], None))
    return out, float(margin)


def depth_m(points: NDArray[np.float64], rings: list[Points], step_m: float) -> float:
    """Return the greatest distance from the boundary over points (N, 2), by brute force."""
    dense = np.array([vertex for ring in rings for vertex in cut(ring, step_m)])
    best = 0.0
    for lon, lat in points:
        _, _, d = _GEOD.inv(
            np.full(len(dense), lon), np.full(len(dense), lat), dense[:, 0], dense[:, 1]
        )
        best = max(best, float(np.min(d)))
    return best
