from __future__ import annotations

import math

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod, Proj

from tocsin.airspace.edges import densify, max_offset_m, outline
from tocsin.schema import Edge, Floats, Ring, Volume

EARTH = Geodesic.WGS84
WGS84 = Geod(ellps="WGS84")
MERCATOR = Proj(proj="merc", ellps="WGS84")  # loxodromes are straight in it, on the ellipsoid too


def strip(lon0: float, lat0: float, lon1: float, lat1: float, edge: Edge) -> Ring:
    """A triangle whose first segment is the one under test."""
    lon, lat = np.array([lon0, lon1, lon0]), np.array([lat0, lat1, lat0 - 5.0])
    return Ring(lon, lat, (edge, Edge.GEODESIC, Edge.GEODESIC))


def true_line(ring: Ring, count: int) -> tuple[Floats, Floats]:
    """Points of the first segment by another route: PROJ for loxodromes, Karney for geodesics."""
    lon, lat, edge = ring.lon_deg[:2], ring.lat_deg[:2], ring.edges[0]
    f = np.linspace(0, 1, count)
    if edge is Edge.RHUMB:
        x, y = MERCATOR(lon - lon[0], lat)  # about its own meridian: Mercator ends at 180
        x, y = MERCATOR(x[0] + f * (x[1] - x[0]), y[0] + f * (y[1] - y[0]), inverse=True)
        return np.asarray(x) + lon[0], np.asarray(y)
    if edge is Edge.GEODESIC:
        line = EARTH.InverseLine(lat[0], lon[0], lat[1], lon[1])
        at = [line.Position(s * line.s13) for s in f]
        return np.array([p["lon2"] for p in at]), np.array([p["lat2"] for p in at])
    return lon[0] + f * (lon[1] - lon[0]), lat[0] + f * (lat[1] - lat[0])


def cross_track_m(lon: Floats, lat: Floats, x: Floats, y: Floats) -> Floats:
    """Distance of points from a chain of geodesics, piece by piece, to first order in curvature."""
    best = np.full(len(x), np.inf)
    for i in range(len(lon) - 1):
        ends = np.full(len(x), lon[i]), np.full(len(x), lat[i])
        az, _, s = WGS84.inv(*ends, x, y)
        az0, _, length = WGS84.inv(lon[i], lat[i], lon[i + 1], lat[i + 1])
        turn = np.radians(np.asarray(az) - az0)
        along = np.asarray(s) * np.cos(turn)
        across = np.abs(np.asarray(s) * np.sin(turn))
        beside = (along >= -0.01) & (along <= length + 0.01)
        best = np.where(beside, np.minimum(best, across), best)
    return best


# METHODS section 1: at 60 N the middle of an east-west edge lies this far from its lon/lat line.
@pytest.mark.parametrize(("degrees", "offset_m"), [(1, 105), (5, 2.64e3), (10, 10.5e3)])
def test_offset_of_a_parallel_from_its_geodesic(degrees: float, offset_m: float) -> None:
    ring = strip(20.0, 60.0, 20.0 + degrees, 60.0, Edge.LONLAT)
    short = Ring(ring.lon_deg[:2], ring.lat_deg[:2], ring.edges[:2])
    assert max_offset_m(short) == pytest.approx(offset_m, rel=0.01)


@given(
    lon=st.floats(-179, 179),
    lat=st.floats(-75, 75),
    dlon=st.floats(-8, 8),
    dlat=st.floats(-6, 6),
    edge=st.sampled_from([Edge.GEODESIC, Edge.RHUMB, Edge.LONLAT, Edge.CLIP]),
    error_m=st.sampled_from([0.05, 0.5]),
)
def test_true_line_lies_within_the_stated_error(
    lon: float, lat: float, dlon: float, dlat: float, edge: Edge, error_m: float
) -> None:
    ring = strip(lon, lat, lon + dlon, lat + dlat, edge)
    dense = densify(ring, error_m)
    first = np.append(np.flatnonzero(dense.segment == 0), np.flatnonzero(dense.segment == 1)[0])
    x, y = true_line(ring, 41)
    x = lon + (np.asarray(x) - lon + 180) % 360 - 180
    off = cross_track_m(dense.lon_deg[first], dense.lat_deg[first], x, np.asarray(y))
    assert off.max() <= error_m + 1e-3


@given(lat=st.floats(-85, 85), dlon=st.floats(0.01, 20))
def test_parallel_keeps_its_latitude(lat: float, dlon: float) -> None:
    dense = densify(strip(10.0, lat, 10.0 + dlon, lat, Edge.PARALLEL), 0.05)
    assert (dense.lat_deg[dense.segment == 0] == lat).all()
    off = cross_track_m(
        dense.lon_deg[:2],
        dense.lat_deg[:2],
        np.array([dense.lon_deg[:2].mean()]),
        np.array([lat]),
    )
    assert off[0] <= 0.05 + 1e-3


@given(
    lon=st.floats(-180, 180),
    lat=st.floats(-80, 80),
    dlon=st.floats(-60, 60),
    lat1=st.floats(-80, 80),
    edge=st.sampled_from(list(Edge)),
)
def test_no_piece_is_longer_than_50_km_and_the_listed_points_stay(
    lon: float, lat: float, dlon: float, lat1: float, edge: Edge
) -> None:
    ring = strip(lon, lat, lon + dlon, lat1, edge)
    dense = densify(ring, 0.5)
    _, _, s = WGS84.inv(
        dense.lon_deg, dense.lat_deg, np.roll(dense.lon_deg, -1), np.roll(dense.lat_deg, -1)
    )
    assert np.max(s) <= 50_000 * 1.0001
    first = [int(np.flatnonzero(dense.segment == k)[0]) for k in range(3)]
    assert (dense.lon_deg[first] == ring.lon_deg).all()
    assert (dense.lat_deg[first] == ring.lat_deg).all()
    assert (np.diff(dense.segment) >= 0).all()


def test_short_geodesics_are_left_alone() -> None:
    angle = np.linspace(0, 2 * np.pi, 5000, endpoint=False)
    ring = Ring(25 + np.cos(angle), 59 + np.sin(angle), (Edge.GEODESIC,) * 5000)
    dense = densify(ring)
    assert dense.lon_deg is ring.lon_deg
    assert not dense.clip.any()


def test_across_the_antimeridian_the_short_way() -> None:
    lon, lat = np.array([179.0, -179.0, 180.0]), np.array([60.0, 60.0, 58.0])
    dense = densify(Ring(lon, lat, (Edge.LONLAT,) * 3))
    inner = dense.lon_deg[dense.segment == 0]
    assert inner.min() >= 179 and inner.max() < 181  # never by way of Greenwich


def test_clip_marks_every_piece_of_its_segment() -> None:
    ring = Ring(
        np.array([10.0, 14.0, 12.0]), np.array([43.0, 43.0, 45.0]),
        (Edge.CLIP, Edge.GEODESIC, Edge.RHUMB),
    )  # fmt: skip
    dense = densify(ring)
    assert (dense.clip == (dense.segment == 0)).all()
    assert (dense.lat_deg[dense.segment == 0] == 43.0).all()  # data is cut along the parallel


def test_outline_keeps_rings_apart() -> None:
    one = strip(20.0, 60.0, 25.0, 60.0, Edge.RHUMB)
    two = strip(30.0, 50.0, 30.1, 50.0, Edge.GEODESIC)
    whole = outline(Volume("V", (one, two)))
    assert (np.diff(whole.ring) >= 0).all()
    sizes = [len(densify(ring).lon_deg) for ring in (one, two)]
    assert np.bincount(whole.ring).tolist() == sizes
    assert len(whole.lon_deg) == len(whole.lat_deg) == len(whole.clip) == sum(sizes)


@pytest.mark.parametrize("error_m", [0.0, -1.0, math.nan])
def test_no_error_is_no_error_bound(error_m: float) -> None:
    with pytest.raises(ValueError, match="cannot be drawn"):
        densify(strip(20.0, 60.0, 21.0, 60.0, Edge.RHUMB), error_m)
