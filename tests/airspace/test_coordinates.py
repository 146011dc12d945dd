from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.airspace.coordinates import parse_place, write_place
from tocsin.airspace.refused import Refused

NARVA = (10.0 + 40 / 60, 54.0 + 25 / 60 + 30 / 3600)


@pytest.mark.parametrize(
    "text",
    [
        "54:25:30 N 010:40:00 E",
        "54:25:30N 010:40:00E",
        " 54:25.5 N   010:40.0 E ",
        "54.425 N 10.6666666666667 E",
        "542530N 0104000E",
        "542530.00N 0104000.00E",
        "5425.5N 01040E",
        "N54:25:30 E010:40:00",
        "54°25'30\"N 010°40'00\"E",
        "54 25 30 N, 010 40 00 E",
        "54:25:30 n 010:40:00 e",
    ],
)
def test_ways_to_write_one_place(text: str) -> None:
    assert parse_place(text) == pytest.approx(NARVA, abs=1e-9)


def test_hemispheres() -> None:
    assert parse_place("33:30:00 S 070:45:00 W") == (-70.75, -33.5)


@pytest.mark.parametrize(
    "text",
    [
        "45:49:51 N 008:42:",
        "45:49:51 N",
        "",
        "42:60:57 N 000:30:00 W",  # sixty minutes: a rounding, or a slip of the pen?
        "42:00:60 N 001:00:00 W",
        "91:00:00 N 000:00:00 E",
        "45:00:00 N 181:00:00 E",
        "45:00:00 008:00:00",
        "45.5:30:00 N 008:00:00 E",
        "45:00:00:00 N 008:00:00 E",
        "4500000N 0080000E",
        "008:00:00 E 45:00:00 N",
        "north 8",
    ],
)
def test_what_is_no_place(text: str) -> None:
    with pytest.raises(Refused, match="bad-coordinate"):
        parse_place(text)


@given(st.floats(-180, 180), st.floats(-90, 90))
def test_written_places_read_back(lon: float, lat: float) -> None:
    assert parse_place(write_place((lon, lat))) == pytest.approx((lon, lat), abs=1e-12)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        lon, lat = parse_place(text)
    except Refused:
        return
    assert abs(lon) <= 180 and abs(lat) <= 90
