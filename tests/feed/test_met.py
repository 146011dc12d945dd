"""Pressure altitude and height above mean sea level."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import FeedError
from tocsin.feed import met, qnhtable


@pytest.mark.parametrize(
    ("hpa", "metres"),
    [  # ICAO Doc 7488 / US Standard Atmosphere 1976, geopotential metres
        (1013.25, 0.0),
        (850.0, 1457.0),
        (700.0, 3012.0),
        (500.0, 5574.0),
        (300.0, 9164.0),
        (226.32, 11000.0),
        (200.0, 11784.0),
        (100.0, 16180.0),
    ],
)
def test_standard_levels(hpa: float, metres: float) -> None:
    assert float(met.standard_height_m(hpa)) == pytest.approx(metres, abs=1.0)


def test_pressure_at_standard_heights() -> None:
    # Doc 7488 table: 5000 m 540.20 hPa, 10000 m 264.36 hPa, 15000 m 120.45 hPa
    wanted = [540.20, 264.36, 120.45]
    assert met.standard_pressure_hpa(np.array([5e3, 1e4, 1.5e4])) == pytest.approx(wanted, abs=0.02)


def test_one_hectopascal_is_27_to_30_feet_near_the_sea() -> None:
    step_ft = float(met.msl_m(0.0, 1014.25) - met.msl_m(0.0, 1013.25)) / 0.3048
    assert 27.0 < step_ft < 30.0


def test_high_pressure_means_higher_than_the_flight_level() -> None:
    assert float(met.msl_m(1000.0, 1040.0)) == pytest.approx(1000 + 220.6, abs=1.5)
    assert float(met.msl_m(1000.0, 1013.25)) == pytest.approx(1000.0, abs=1e-9)


@given(st.floats(-500, 19_000), st.floats(870, 1084))
def test_there_and_back(h_m: float, qnh_hpa: float) -> None:
    assert float(met.pressure_m(met.msl_m(h_m, qnh_hpa), qnh_hpa)) == pytest.approx(h_m, abs=1e-6)
    assert float(met.standard_height_m(met.standard_pressure_hpa(h_m))) == pytest.approx(
        h_m, abs=1e-6
    )


def test_inches_for_hectopascals_are_refused() -> None:
    with pytest.raises(ValueError, match="inches are not hPa"):
        met.msl_m(1000.0, 29.92)


def test_metar() -> None:
    report = met.metar("METAR EETN 190650Z 24008KT 9999 FEW020 14/10 Q1013 NOSIG RMK A2992=")
    assert report == met.Metar("EETN", 19, 6, 50, 1013.0)
    assert met.metar("KJFK 190651Z 18008KT 10SM CLR 20/15 A2992").qnh_hpa == pytest.approx(
        1013.2, abs=0.05
    )
    assert met.metar("EETN 190650Z AUTO Q////").qnh_hpa is None
    with pytest.raises(ValueError, match="no METAR"):
        met.metar("hello")


def test_qnh_series_between_and_beyond_reports() -> None:
    series = qnhtable.qnh_series(
        "time,qnh_hpa\n2025-09-19T07:00:00Z,1012\n2025-09-19T06:00:00Z,1010\n"
    )
    hour = 3600 * 10**9
    at = series.at(np.array([series.t_ns[0] + hour // 2, series.t_ns[1] + 4 * hour]))
    assert at[0] == pytest.approx(1011.0)
    assert np.isnan(at[1])


def test_a_wrong_qnh_names_its_line() -> None:
    with pytest.raises(FeedError, match=r"line 3.*29\.92"):
        qnhtable.qnh_series("time,qnh_hpa\n2025-09-19T07:00:00Z,1012\n2025-09-19T08:00:00Z,29.92\n")
    with pytest.raises(FeedError, match="line 2"):
        qnhtable.qnh_series("time,qnh_hpa\n2025-09-19T07:00:00,1012\n")
