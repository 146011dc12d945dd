"""P(inside) at an instant, and what heights of different datums say of each other."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
import pytest

from tocsin.schema import Datum, Limit
from tocsin.units import FL_M, FT_M
from tocsin.watch.chance import Heights, level, phi
from tocsin.watch.settings import DATUMS, HeightPrior, WatchSettings


def heights(**known: float | None) -> np.ndarray:
    return np.array([[known.get(d.value, np.nan) for d in DATUMS]], np.float64)


def ask(
    settings: WatchSettings, lower: Limit | None, upper: Limit | None, h: np.ndarray, sigma: float
) -> tuple[float, bool]:
    p, guessed = Heights(settings).between(lower, upper, h, np.array([sigma]))
    return float(p[0]), bool(guessed[0])


def test_the_normal_distribution_agrees_with_pythons() -> None:
    z = np.linspace(-8, 8, 2001)
    truth = np.array([NormalDist().cdf(x) for x in z])
    assert np.abs(phi(z) - truth).max() < 1e-7
    assert (np.abs(phi(z) + phi(-z) - 1) < 1e-8).all()


def test_a_position_on_the_limit_is_inside_with_one_half() -> None:
    # 164.5 m at 100 m of error: Phi(1.645) = .95; the limit's own error counts like the position's.
    assert level(np.array([0.0]), np.array([1e4]), np.array([30.0]))[0] == pytest.approx(0.5)
    assert level(np.array([164.485]), np.array([1e4]), np.array([0.0]))[0] == pytest.approx(
        0.95, abs=1e-4
    )
    assert level(np.array([164.485]), np.array([6400.0]), np.array([60.0]))[0] == pytest.approx(
        0.95, abs=1e-4
    )


def test_a_flight_level_between_flight_levels_needs_no_pressure() -> None:
    low, high = Limit(95 * FL_M, Datum.PRESSURE), Limit(245 * FL_M, Datum.PRESSURE)
    p, guessed = ask(WatchSettings(), low, high, heights(pressure=100 * FL_M), 25.0)
    assert p > 0.999 and not guessed
    assert ask(WatchSettings(), low, high, heights(pressure=95 * FL_M), 25.0)[0] == pytest.approx(
        0.5, abs=1e-3
    )


def test_without_the_pressure_of_the_day_a_close_height_cannot_be_told() -> None:
    top = Limit(2500 * FT_M, Datum.MSL)
    p, _ = ask(WatchSettings(), None, top, heights(pressure=2400 * FT_M), 25.0)
    assert np.isnan(p)


def test_no_weather_on_record_brings_an_airliner_into_a_control_zone() -> None:
    top = Limit(2500 * FT_M, Datum.MSL)
    p, guessed = ask(WatchSettings(), None, top, heights(pressure=350 * FL_M), 25.0)
    assert p < 1e-6 and not guessed


def test_with_the_pressure_of_the_day_a_close_height_is_told() -> None:
    # 1003.25 hPa: 10 hPa low, some 83 m: 2,400 ft of pressure altitude are 2,128 ft.
    settings = WatchSettings(qnh_hpa=1003.25)
    top = Limit(2500 * FT_M, Datum.MSL)
    assert ask(settings, None, top, heights(pressure=2400 * FT_M), 25.0)[0] > 0.99
    assert ask(settings, top, None, heights(pressure=2400 * FT_M), 25.0)[0] < 0.01


def test_height_above_ground_needs_to_know_the_ground() -> None:
    top = Limit(300.0, Datum.AGL)
    assert np.isnan(ask(WatchSettings(), None, top, heights(msl=400.0), 10.0)[0])
    assert np.isnan(ask(WatchSettings(terrain_m=(0, 320)), None, top, heights(msl=400.0), 10.0)[0])
    assert ask(WatchSettings(terrain_m=(0, 320)), None, top, heights(msl=900.0), 10.0)[0] < 1e-6


def test_the_ellipsoid_is_brought_to_sea_level_by_the_geoid() -> None:
    top = Limit(1000.0, Datum.MSL)
    told = heights(hae=1010.0)
    assert np.isnan(ask(WatchSettings(), None, top, told, 2.0)[0])
    assert ask(WatchSettings(geoid_m=17.0), None, top, told, 2.0)[0] > 0.99
    assert ask(WatchSettings(geoid_m=5.0), None, top, told, 2.0)[0] < 0.03


def test_without_a_height_the_prior_speaks_and_it_is_said() -> None:
    settings = WatchSettings(height=HeightPrior(1000.0, 5000.0, 11000.0))
    p, guessed = ask(settings, Limit(5000.0, Datum.MSL), None, heights(), 25.0)
    assert p == pytest.approx(0.5) and guessed
    assert ask(settings, Limit(11_000.0, Datum.MSL), None, heights(), 25.0)[0] == pytest.approx(
        0.05, abs=1e-6
    )


def test_ground_and_unlimited_ask_for_no_height() -> None:
    free = (Limit(-np.inf, Datum.AGL), Limit(np.inf, Datum.MSL))
    assert ask(WatchSettings(), *free, heights(), 25.0) == (1.0, False)


def test_a_prior_out_of_order_is_refused() -> None:
    with pytest.raises(ValueError, match="q05 < median < q95"):
        HeightPrior(5000.0, 4000.0, 9000.0)
