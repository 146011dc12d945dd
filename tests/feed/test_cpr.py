"""Positions from CPR codes: published examples first, then an independent encoder."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.feed.squitters import encode, longitude_zones

from tocsin.feed import cpr

# J. Sun, The 1090 Megahertz Riddle (2nd ed., 2021), chapter 5: frames
# 8D40621D58C382D690C8AC2863A7 (even) and 8D40621D58C386435CC412692AD6 (odd).
EVEN, ODD = (93000, 51372), (74158, 50194)


@pytest.mark.parametrize(
    ("newest_odd", "lat", "lon"), [(False, 52.2572, 3.91937), (True, 52.26578, 3.93891)]
)
def test_the_pair_of_the_riddle(newest_odd: bool, lat: float, lon: float) -> None:
    found = cpr.from_pair(np.array([EVEN]), np.array([ODD]), np.array([newest_odd]))
    assert found[0][0] == pytest.approx(lat, abs=1e-5)
    assert found[1][0] == pytest.approx(lon, abs=1e-5)


def test_one_frame_of_the_riddle_near_a_reference() -> None:
    # The same book, 5.3: reference 52.258, 3.918.
    place = cpr.from_reference(*EVEN, False, (52.258, 3.918))
    assert place == pytest.approx((52.25720, 3.91937), abs=1e-5)


def test_the_surface_pair_of_the_riddle() -> None:
    # The same book, 6.2: 8C4841753AAB238733C8CD4020B1 (even) and 8C4841753A9A153237AEF0F275BE
    # (odd, the newer), reference 51.990, 4.375.
    even = _codes("8C4841753AAB238733C8CD4020B1")
    odd = _codes("8C4841753A9A153237AEF0F275BE")
    place = cpr.surface_pair(even, odd, True, (51.990, 4.375))
    assert place == pytest.approx((52.320561, 4.735735), abs=1e-6)
    alone = cpr.from_reference(*odd, True, (51.990, 4.375), cpr.SURFACE_DEG)
    assert alone == pytest.approx((52.320561, 4.735735), abs=1e-6)


def _codes(frame: str) -> tuple[int, int]:
    me = int(frame[8:22], 16)
    return me >> 17 & 0x1FFFF, me & 0x1FFFF


@pytest.mark.parametrize(
    ("lat_deg", "above"),
    # DO-260B, A.1.7.2 d, table of transition latitudes: NL up to there.
    [(10.47047130, 59), (14.82817437, 58), (36.85025108, 48), (59.95459277, 30), (86.53536998, 3)],
)
def test_zone_edges_of_the_standard(lat_deg: float, above: int) -> None:
    assert cpr.zones_at(lat_deg - 1e-7) == above
    assert cpr.zones_at(-lat_deg - 1e-7) == above - 1
    assert list(cpr.zones(np.array([lat_deg - 1e-7, lat_deg + 1e-7]))) == [above, above - 1]


def test_zones_at_equator_and_poles() -> None:
    assert [cpr.zones_at(lat) for lat in (0.0, 86.9, 87.1, 90.0)] == [59, 2, 1, 1]


latitudes = st.floats(-89.5, 89.5)
longitudes = st.floats(-180, 179.999)


@given(latitudes)
def test_zones_agree_with_the_closed_form(lat_deg: float) -> None:
    if min(abs(abs(lat_deg) - edge) for edge in cpr.NL_EDGES_DEG) > 1e-9:
        assert cpr.zones_at(lat_deg) == longitude_zones(lat_deg)


@given(latitudes, longitudes)
def test_a_pair_gives_back_what_was_encoded(lat: float, lon: float) -> None:
    even, odd = encode(lat, lon, False), encode(lat, lon, True)
    found_lat, found_lon = cpr.from_pair(
        np.array([even, even]), np.array([odd, odd]), np.array([False, True])
    )
    if np.isnan(found_lat).any():  # a zone edge runs between the two roundings
        near = min(abs(abs(lat) - edge) for edge in cpr.NL_EDGES_DEG)
        assert near < 1e-4
        return
    _within_a_cell(lat, lon, found_lat[0], found_lon[0], 0)
    _within_a_cell(lat, lon, found_lat[1], found_lon[1], 1)


@given(latitudes, longitudes, st.booleans(), st.floats(-1, 1), st.floats(-1, 1))
def test_one_frame_and_a_reference_give_back_what_was_encoded(
    lat: float, lon: float, odd: bool, north: float, east: float
) -> None:
    near = (max(-90.0, min(90.0, lat + 2.9 * north)), lon + 2.9 * east)
    place = cpr.from_reference(*encode(lat, lon, odd), odd, near)
    assert place is not None
    if min(abs(abs(lat) - edge) for edge in cpr.NL_EDGES_DEG) < 1e-4:
        return  # a zone edge runs between the latitude and its rounding
    _within_a_cell(lat, lon, *place, int(odd))


def test_a_reference_a_hair_below_nothing_is_not_a_zone_away() -> None:
    for hair in (-5e-324, -1e-300, -1e-16):
        assert cpr.from_reference(0, 0, False, (hair, hair)) == (0.0, 0.0)


@given(st.floats(-80, 80), longitudes, st.booleans(), st.floats(-1, 1))
def test_a_surface_pair_gives_back_what_was_encoded(
    lat: float, lon: float, odd: bool, away: float
) -> None:
    near = (lat + 0.7 * away if abs(lat) > 0.8 else lat, lon + 30 * away)
    codes = encode(lat, lon, False, 90.0), encode(lat, lon, True, 90.0)
    place = cpr.surface_pair(*codes, odd, near)
    if place is None:
        assert min(abs(abs(lat) - edge) for edge in cpr.NL_EDGES_DEG) < 1e-4
        return
    assert abs(place[0] - lat) < 1.525 / cpr.SCALE
    assert abs((place[1] - lon + 180) % 360 - 180) < 90 / cpr.SCALE


def _within_a_cell(lat: float, lon: float, found_lat: float, found_lon: float, odd: int) -> None:
    assert abs(found_lat - lat) <= 360 / (60 - odd) / cpr.SCALE / 2 + 1e-9
    width = 360 / max(longitude_zones(found_lat) - odd, 1) / cpr.SCALE
    assert abs((found_lon - lon + 180) % 360 - 180) <= width / 2 + 1e-9


def test_off_the_earth_is_no_place() -> None:
    assert cpr.from_reference(13107, 0, False, (89.9, 0.0)) is None
    assert math.isclose(cpr.CELL_LAT_M, 5.096, abs_tol=0.01)
