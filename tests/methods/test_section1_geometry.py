"""METHODS section 1, geometry and law: its numbers, and those of facts/claims-2025-09-19.

Marked [C] there: computed.  Here they are computed again from the boundaries that ship.  Numbers
that other tests hold already are listed in docs/reference/methods-numbers.md.
"""

from __future__ import annotations

import inspect

import numpy as np
import pytest
import shapely
from geographiclib.geodesic import Geodesic
from pyproj import Geod, Transformer

from tests.methods.gulf import (
    AMARI,
    TALLINN,
    TO_PLANE,
    VAINDLOO,
    area,
    around,
    collection,
    fir_line,
    inside_m,
    points,
    russian_served,
)
from tocsin.airspace.bundled import bundled_volumes
from tocsin.airspace.edges import MAX_ERROR_M, densify
from tocsin.geo import R_MEAN_M, WGS84, distance_m
from tocsin.units import KT_MPS, NM_M

IN_THE_GULF = 12  # points of the 1996 line before it leaves the Gulf for the open sea


def apart_m(a: tuple[float, float], b: tuple[float, float]) -> float:
    return float(distance_m(*(np.array([v]) for v in (*a, *b)))[0])


# --- the island and the corridor ----------------------------------------------------------------


def test_vaindloo_is_11_85_km_from_the_limit_by_the_engine() -> None:
    """Facts: 11.85 km; by Karney's geodesics 11,834.5 m (tests/airspace/test_bundled.py)."""
    (got,) = inside_m("EE", np.array([VAINDLOO[0]]), np.array([VAINDLOO[1]]))
    assert got == pytest.approx(11_834.5, abs=2.0)
    assert got == pytest.approx(11_850, abs=20)


def test_every_point_3_km_from_vaindloo_is_8_8_to_14_4_km_inside() -> None:
    """METHODS section 3: 8.8 to 14.4 km."""
    depth = inside_m("EE", *around(VAINDLOO, 3_000.0, np.arange(0.0, 360.0, 2.0)))
    assert depth.min() / 1e3 == pytest.approx(8.8, abs=0.05)
    assert depth.max() / 1e3 == pytest.approx(14.4, abs=0.05)


def test_how_far_from_the_island_one_is_outside() -> None:
    """Facts: in the northern half-circle 11.9 km (NE, NNW) to 19 km (W)."""
    bearings = np.arange(-90.0, 91.0, 5.0)
    far = np.arange(11_000.0, 20_000.0, 50.0)
    out_at = []
    for bearing in bearings:
        lon, lat, _ = WGS84.fwd(
            np.full(len(far), VAINDLOO[0]), np.full(len(far), VAINDLOO[1]),
            np.full(len(far), bearing), far,
        )  # fmt: skip
        x, y = TO_PLANE.transform(lon, lat)
        outside = ~shapely.contains_xy(area("EE"), x, y)
        out_at.append(far[np.argmax(outside)] / 1e3)
    told = dict(zip(bearings.tolist(), out_at, strict=True))
    assert told[45.0] == pytest.approx(11.9, abs=0.1)  # NE
    assert told[-15.0] == pytest.approx(11.9, abs=0.1)  # NNW
    assert told[-90.0] == pytest.approx(19.0, abs=0.1)  # W
    assert min(out_at) > 11.8 and max(out_at) < 19.0


def test_both_coasts_hold_back_and_leave_a_corridor() -> None:
    """METHODS: 2.7-8.8 NM from the EEZ line.  Facts: Estonia 2.7-6.6 NM, Finland 3.1-8.8 NM.

    Measured at points 1 to 12, which lie in the Gulf: Estonia reaches 6.50 NM, not 6.6.
    """
    lon, lat = np.array(points("eez-est-fin-1996")[:IN_THE_GULF]).T
    estonia, finland = -inside_m("EE", lon, lat) / NM_M, -inside_m("FI", lon, lat) / NM_M
    assert (estonia.min(), estonia.max()) == pytest.approx((2.69, 6.50), abs=0.02)
    assert (finland.min(), finland.max()) == pytest.approx((3.06, 8.75), abs=0.02)
    assert max(estonia.max(), finland.max()) < 12


def test_the_limit_is_up_to_12_nautical_miles_and_no_buffer_of_the_coast() -> None:
    """North of Vaindloo, Estonia's own land, the limit is 6.4 NM away, not 12."""
    lon, lat = around(VAINDLOO, 12 * NM_M, np.array([0.0]))
    assert inside_m("EE", lon, lat)[0] < -5 * NM_M


# --- who gives the service ----------------------------------------------------------------------


def test_vaindloo_lies_about_1_km_inside_the_st_petersburg_fir() -> None:
    """METHODS: about 1 km.  By the AIP's points, joined by geodesics, 781 m."""
    island = shapely.Point(TO_PLANE.transform(*VAINDLOO))
    assert russian_served().contains(island)
    assert fir_line().distance(island) == pytest.approx(781, abs=5)
    assert inside_m("EE", np.array([VAINDLOO[0]]), np.array([VAINDLOO[1]]))[0] > 0
    assert inside_m("RU", np.array([VAINDLOO[0]]), np.array([VAINDLOO[1]]))[0] < 0


def test_some_320_km2_of_estonian_airspace_are_russian_served() -> None:
    """METHODS: some 320 km2 (there, near the island).  318.5; with the strip at Narva Bay 369."""
    parts = shapely.get_parts(area("EE").intersection(russian_served()))
    island = shapely.Point(TO_PLANE.transform(*VAINDLOO))
    here = [part for part in parts if part.contains(island)]
    assert [part.area / 1e6 for part in here] == pytest.approx([318.5], abs=0.5)
    assert sum(part.area for part in parts) / 1e6 == pytest.approx(368.6, abs=0.5)


def test_the_overlap_of_rival_limits_lies_between_26_58_and_26_9_east() -> None:
    """168 km2 (tests/airspace/test_bundled.py), and where."""
    both = area("EE").intersection(area("RU"))
    large = max(shapely.get_parts(both), key=lambda part: part.area)
    assert large.area / 1e6 == pytest.approx(168, abs=0.5)
    x, y = shapely.get_coordinates(large).T
    lon, _ = TO_PLANE.transform(x, y, direction="INVERSE")
    assert (lon.min(), lon.max()) == pytest.approx((26.58, 26.9), abs=0.02)
    assert lon.min() > VAINDLOO[0]  # east of the island


# --- distances that statements use --------------------------------------------------------------


def test_distances_between_the_places_of_the_statements() -> None:
    """Facts: Amari to Vaindloo 137 km; Vaindloo to Tallinn 100 km; Tallinn to the limit 32 km."""
    assert apart_m(AMARI, VAINDLOO) / 1e3 == pytest.approx(137, abs=0.5)
    assert apart_m(VAINDLOO, TALLINN) / 1e3 == pytest.approx(100, abs=0.5)
    (limit_m,) = inside_m("EE", np.array([TALLINN[0]]), np.array([TALLINN[1]]))
    assert limit_m / 1e3 == pytest.approx(32.4, abs=0.1)
    # 10 km of depth come to about 22 km of the centre at best: 20 km needs more.
    assert limit_m / 1e3 - 10 == pytest.approx(22.4, abs=0.1)


def test_speeds_and_lengths_of_the_statements() -> None:
    """Facts: 100 km in 12 min are 500 km/h (270 kt); 5 NM are 9.26 km, five miles may be 8.0."""
    speed_mps = 100_000 / 720
    assert speed_mps * 3.6 == pytest.approx(500)
    assert speed_mps / KT_MPS == pytest.approx(270, abs=0.1)
    assert pytest.approx(9_260) == 5 * NM_M
    assert pytest.approx(8_047, abs=1) == 5 * 1_609.344  # the statute mile, 5,280 ft


def test_sk_42_moves_the_estonian_points_by_about_130_m() -> None:
    """Facts: about 120 m.  By PROJ's transformation of EPSG:4284, 129 to 133 m."""
    to_wgs84 = Transformer.from_crs("EPSG:4284", "EPSG:4326", always_xy=True)
    moved = []
    for feature in collection("est-limit-points")["features"]:
        lon, lat = feature["geometry"]["coordinates"]
        as_sk42 = to_wgs84.transform(lon, lat)
        told = feature["properties"]
        assert as_sk42 == pytest.approx((told["lon_if_sk42"], told["lat_if_sk42"]), abs=2e-6)
        moved.append(apart_m((lon, lat), as_sk42))
    assert len(moved) == 24
    assert 128 < min(moved) < max(moved) < 133


def test_the_usual_error_of_a_limit() -> None:
    """METHODS: 30-200 m is usual.  What ships states its own; treaty points are better."""
    (estonia,) = bundled_volumes("sovereign", ["EE"])
    candidates = collection("est-limit-points")["metadata"]["sigma_m"]
    fir = collection("fir-gof")["metadata"]["sigma_m"]
    assert all(30 <= sigma <= 200 for sigma in (estonia.sigma_m, candidates, fir))
    # 0.1 arc-minute: the step is 185 m from north to south and 93 m from east to west at 60 N.
    step_m = Geodesic.WGS84.Inverse(59.8, 26.0, 59.8 + 0.1 / 60, 26.0)["s12"]
    assert step_m == pytest.approx(185, abs=1)
    assert Geodesic.WGS84.Inverse(59.8, 26, 59.8, 26 + 0.1 / 60)["s12"] == pytest.approx(93, abs=1)


# --- lines on the ellipsoid ---------------------------------------------------------------------


def test_a_sphere_instead_of_the_ellipsoid_costs_18_m() -> None:
    """METHODS: at 60 N, for the edge of 10 degrees, in the place of its middle."""
    sphere = Geod(a=R_MEAN_M, b=R_MEAN_M)
    middle = []
    for earth in (WGS84, sphere):
        azimuth, _, length = earth.inv(20.0, 60.0, 30.0, 60.0)
        lon, lat, _ = earth.fwd(20.0, 60.0, azimuth, length / 2)
        middle.append((lon, lat))
    assert apart_m(*middle) == pytest.approx(17.7, abs=0.1)


def test_lines_are_drawn_within_half_a_metre_unless_asked_otherwise() -> None:
    """METHODS: densify with a stated error bound, at most 0.5 m (held by test_edges)."""
    assert MAX_ERROR_M <= 0.5
    assert inspect.signature(densify).parameters["max_error_m"].default == MAX_ERROR_M


def test_finnish_points_1_to_7_are_joined_by_loxodromes() -> None:
    """METHODS: Finnish EEZ points 1-7 say loxodrome; the line of 1996 says geodesic."""
    assert len(points("eez-fin-2004")) == 7
    edges = collection("eez-fin-2004")["features"][0]["properties"]["edge"]
    assert edges == ["rhumb"] * 6
    assert len(points("eez-est-fin-1996")) == 17
    assert set(collection("eez-est-fin-1996")["features"][0]["properties"]["edge"]) == {"geodesic"}
