"""The limits hold what aircraft are known to do, and the worked numbers of their docstrings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.track.limits import IntegritySettings, furthest_m, slowest_mps

RULES = IntegritySettings()


def test_no_aircraft_in_service_is_too_fast() -> None:
    # MiG-25 and MiG-31: Mach 2.83, 3,000 km/h (Gunston, "The Osprey Encyclopedia of Russian
    # Aircraft 1875-1995"); ISA speed of sound above 11 km 295.07 m/s (ICAO Doc 7488).
    assert RULES.fastest_mps > 2.83 * 295.07
    assert RULES.fastest_mps > 3000 / 3.6 + 60  # in a jet stream of 60 m/s


def test_distance_under_a_trapezium_of_speed_by_hand() -> None:
    # From 100 m/s at 10 m/s2 to 200 m/s in 10 s and back: mean 150 m/s over 20 s.
    assert furthest_m(np.array([20.0]), np.array([100.0]), RULES) == pytest.approx([3000.0])
    # To 900 m/s takes 80 s (40 km), back as long, and 40 s at the top: 36 km.
    assert furthest_m(np.array([200.0]), np.array([100.0]), RULES) == pytest.approx([116_000.0])


@given(st.floats(0, 5000), st.floats(0, 1200))
def test_distance_agrees_with_summing_speed_step_by_step(dt_s: float, speed: float) -> None:
    t = np.linspace(0, dt_s, 20_001)
    start = min(speed, RULES.fastest_mps)
    fast = np.minimum(start + RULES.along_mps2 * np.minimum(t, dt_s - t), RULES.fastest_mps)
    summed = float(np.sum((fast[1:] + fast[:-1]) / 2 * np.diff(t)))
    got = furthest_m(np.array([dt_s]), np.array([speed]), RULES)[0]
    assert got == pytest.approx(summed, rel=1e-4, abs=1e-3)


@pytest.mark.parametrize(
    ("what", "fast", "slow", "h_m"),
    [
        ("glider in a mountain wave at 9.5 km, standing over the ground", 60, 0, 9_500),
        ("stratospheric balloon", 45, 3, 12_000),
        ("MQ-9 against 60 m/s of wind and with it", 140, 20, 8_000),
        ("airliner against a jet stream of 90 m/s", 330, 130, 11_500),
        ("turboprop in a hold against the wind", 160, 60, 7_600),
        ("helicopter in a hover", 80, 0, 2_500),
        ("jet on its final approach into 25 m/s of wind", 250, 38, 400),
    ],
)
def test_aircraft_that_are_slow_for_a_reason_have_no_floor_above_them(
    what: str, fast: float, slow: float, h_m: float
) -> None:
    assert slow >= slowest_mps(np.array([fast]), np.array([h_m]))[0], what


def test_a_jet_cannot_fly_51_knots_at_38000_feet() -> None:
    # Between stretches of 480 kt and 440 kt (THY9BP, 17 September 2024, over Lviv).
    floor = slowest_mps(np.array([247.0]), np.array([11_582.0]))[0]
    assert floor == pytest.approx(0.7 * (247 - 60) - 60)
    assert floor > 51 * 1852 / 3600
