from __future__ import annotations

import math

import pytest

from tocsin.airspace.datum import check_order, parse_limit, parse_limit_value
from tocsin.airspace.refused import Refused
from tocsin.schema import Datum, Limit


@pytest.mark.parametrize(
    ("text", "h_m", "datum"),
    [
        ("FL195", 5943.6, Datum.PRESSURE),  # 19,500 ft of 0.3048 m
        ("FL 80", 2438.4, Datum.PRESSURE),
        ("fl245", 7467.6, Datum.PRESSURE),
        ("2500 ft AMSL", 762.0, Datum.MSL),
        ("2500FT MSL", 762.0, Datum.MSL),
        ("4000ft AMSL", 1219.2, Datum.MSL),
        ("1607.611551ft AMSL", 490.0, Datum.MSL),
        ("600 m HAE", 600.0, Datum.HAE),
        ("3000m AMSL", 3000.0, Datum.MSL),
        ("1000 ft AGL", 304.8, Datum.AGL),
        ("1000ft GND", 304.8, Datum.AGL),
        ("-50 ft AMSL", -15.24, Datum.MSL),
        ("GND", -math.inf, Datum.AGL),
        ("sfc", -math.inf, Datum.AGL),
        ("UNL", math.inf, Datum.MSL),
        ("Unlimited", math.inf, Datum.MSL),
    ],
)
def test_words_of_charts(text: str, h_m: float, datum: Datum) -> None:
    limit = parse_limit(text)
    assert limit.h_m == pytest.approx(h_m, abs=1e-6)
    assert (limit.datum, limit.text) == (datum, text)


@pytest.mark.parametrize("text", ["2500", "2500 ft", "600 m", "0"])
def test_height_without_datum_is_refused(text: str) -> None:
    with pytest.raises(Refused, match="limit-without-datum"):
        parse_limit(text)


def test_openair_has_a_datum_for_bare_heights() -> None:
    assert parse_limit("2500", Datum.MSL) == Limit(762.0, Datum.MSL, "2500")


@pytest.mark.parametrize(
    "text",
    ["FL", "FL35O", "FLxx", "", "about 2000 ft", "2000 ft QFE", "1e9 m HAE", "9999999 ft MSL"],
)
def test_what_is_no_limit(text: str) -> None:
    with pytest.raises(Refused, match="bad-limit"):
        parse_limit(text)


@pytest.mark.parametrize(
    ("value", "h_m", "datum"),
    [
        ({"value": 600, "unit": "m", "datum": "hae"}, 600.0, Datum.HAE),
        ({"value": 195, "unit": "FL"}, 5943.6, Datum.PRESSURE),
        ({"value": 1000, "unit": "ft", "datum": "AGL"}, 304.8, Datum.AGL),
        ({"value": 1000, "unit": "ft", "datum": "pressure"}, 304.8, Datum.PRESSURE),
        ({"value": 0, "unit": "FT", "referenceDatum": "GND"}, -math.inf, Datum.AGL),
        ("FL100", 3048.0, Datum.PRESSURE),
    ],
)
def test_geojson_values(value: object, h_m: float, datum: Datum) -> None:
    limit = parse_limit_value(value)
    assert limit is not None
    assert limit.h_m == pytest.approx(h_m)
    assert limit.datum is datum


def test_nothing_stated_is_no_limit() -> None:
    assert parse_limit_value(None) is None


@pytest.mark.parametrize(
    "value",
    [2500, 2500.0, {"value": 600, "unit": "m"}, math.nan],
)
def test_numbers_do_not_say_from_where(value: object) -> None:
    with pytest.raises(Refused, match="limit-without-datum"):
        parse_limit_value(value)


@pytest.mark.parametrize(
    "value",
    [True, [], {}, {"value": "600", "unit": "m", "datum": "hae"}, {"value": 6, "unit": "yd"},
     {"value": 6, "unit": "m", "datum": "QFE"}, {"value": math.nan, "unit": "m", "datum": "hae"}],
)  # fmt: skip
def test_values_that_are_no_limits(value: object) -> None:
    with pytest.raises(Refused, match="bad-limit"):
        parse_limit_value(value)


@pytest.mark.parametrize(
    ("lower", "upper"),
    [("FL999", "FL240"), ("FL100", "FL100"), ("3000 m AMSL", "9000 ft AMSL"), ("GND", "GND"),
     ("UNL", "FL100")],
)  # fmt: skip
def test_reversed_limits_are_refused(lower: str, upper: str) -> None:
    with pytest.raises(Refused, match="limits-reversed"):
        check_order(parse_limit(lower), parse_limit(upper))


@pytest.mark.parametrize(
    ("lower", "upper"),
    [("GND", "FL100"), ("FL180", "35000 ft AMSL"), ("2000 ft AGL", "1000 ft AMSL"), ("GND", "UNL")],
)
def test_limits_of_different_datums_cannot_be_compared(lower: str, upper: str) -> None:
    check_order(parse_limit(lower), parse_limit(upper))
    check_order(None, parse_limit(upper))
