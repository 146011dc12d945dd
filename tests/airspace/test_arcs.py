from __future__ import annotations

import math

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic
from hypothesis import given
from hypothesis import strategies as st

from tocsin.airspace.arcs import MAX_ERROR_M, arc_between, arc_by_angles, circle
from tocsin.airspace.refused import Refused

EARTH = Geodesic.WGS84


def radius_m(centre: tuple[float, float], lon: float, lat: float) -> float:
    return float(EARTH.Inverse(centre[1], centre[0], lat, lon)["s12"])


@given(lon=st.floats(-180, 180), lat=st.floats(-80, 80), r=st.floats(1, 300_000))
def test_circle_and_its_chords_stay_within_the_error(lon: float, lat: float, r: float) -> None:
    x, y = circle((lon, lat), r)
    for i in range(0, len(x), max(1, len(x) // 12)):
        assert radius_m((lon, lat), x[i], y[i]) == pytest.approx(r, abs=1e-6)
        j = (i + 1) % len(x)
        line = EARTH.InverseLine(y[i], x[i], y[j], x[j])
        middle = line.Position(line.s13 / 2)
        sagitta = r - radius_m((lon, lat), middle["lon2"], middle["lat2"])
        assert 0 <= sagitta <= MAX_ERROR_M + 1e-6


def test_area_of_a_circle() -> None:
    """pi r^2 (1 - r^2 / 12 R^2) on a sphere; 10 km is flat to 2e-7, the polygon to 1e-5."""
    x, y = circle((26.36, 59.82), 10_000)
    polygon = EARTH.Polygon()
    for lon, lat in zip(x, y, strict=True):
        polygon.AddPoint(lat, lon)
    assert abs(polygon.Compute()[2]) == pytest.approx(math.pi * 1e8, rel=2e-5)


@pytest.mark.parametrize(
    ("clockwise", "through"),
    [(True, 90.0), (False, 270.0)],
)
def test_direction(clockwise: bool, through: float) -> None:
    x, y = arc_by_angles((10.0, 50.0), 5000, 0, 180, clockwise)
    half = len(x) // 2
    azimuth = EARTH.Inverse(50.0, 10.0, y[half], x[half])["azi1"] % 360
    assert azimuth == pytest.approx(through, abs=2)


def test_equal_bearings_are_a_full_turn() -> None:
    x, y = arc_by_angles((10.0, 50.0), 5000, 30, 30, True)
    assert (x[0], y[0]) == pytest.approx((x[-1], y[-1]))
    assert np.ptp(y) * 111_000 == pytest.approx(10_000, rel=0.01)


def test_listed_ends_are_kept_though_their_radii_differ() -> None:
    start, end = (7.29667, 52.49194), (7.06389, 52.43333)
    x, y, unequal = arc_between((7.2, 52.43333), start, end, False)
    assert (x[0], y[0]) == start
    assert (x[-1], y[-1]) == end
    radii = [radius_m((7.2, 52.43333), a, b) for a, b in zip(x, y, strict=True)]
    assert abs(radii[0] - radii[-1]) == pytest.approx(unequal)
    assert (np.diff(radii) * (radii[-1] - radii[0]) >= -1e-6).all()  # evenly, one way


@pytest.mark.parametrize("radius", [0.0, -3.0, 5e6, math.nan])
def test_no_radius_no_circle(radius: float) -> None:
    with pytest.raises(Refused, match="bad-arc"):
        circle((10.0, 50.0), radius)
