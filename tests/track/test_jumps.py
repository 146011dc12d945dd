"""Single fixes aside and legs that no aircraft flies, against the hardest true flights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.track.lines import line, moving
from tocsin.track.jumps import leaps, outliers, own_reach_m, strain
from tocsin.track.limits import IntegritySettings
from tocsin.track.motion import legs

RULES = IntegritySettings()


def test_one_fix_400_m_aside_is_found_and_only_that_one() -> None:
    north = np.zeros(9)
    north[4] = 400.0
    m = moving(line(range(9), np.arange(9) * 240.0, north))
    assert np.flatnonzero(outliers(m, legs(m, RULES), RULES)).tolist() == [4]


@given(
    speed=st.floats(150, 830),
    spacing=st.sampled_from([1.0, 4.0, 12.0]),
    turn_g=st.floats(0, 5),
    phase=st.floats(0, 6),
)
def test_a_fighter_in_a_5_g_turn_is_never_aside_and_breaks_no_leg(
    speed: float, spacing: float, turn_g: float, phase: float
) -> None:
    rate = turn_g * 9.81 / speed
    t = np.arange(30) * spacing
    angle = phase + rate * t
    if rate > 1e-6:
        east, north = np.sin(angle) * speed / rate, -np.cos(angle) * speed / rate
    else:
        east, north = speed * t, 0 * t
    m = moving(line(t.tolist(), east.tolist(), north.tolist()))
    leg = legs(m, RULES)
    assert not outliers(m, leg, RULES).any()
    assert not (strain(m, leg, RULES) > 1).any()


@given(st.lists(st.floats(-0.5, 0.5), min_size=20, max_size=20), st.floats(0, 833))
def test_rounded_times_break_no_leg(late: list[float], speed: float) -> None:
    east = [speed * (k + late[k]) for k in range(20)]
    m = moving(line(range(20), east, gs=speed))
    leg = legs(m, RULES)
    assert not (strain(m, leg, RULES) > 1).any()
    assert not leaps(m, leg, RULES).any()
    assert not outliers(m, leg, RULES).any()


def test_a_stretch_30_km_aside_breaks_the_legs_into_and_out_of_it() -> None:
    north = np.where((np.arange(40) >= 15) & (np.arange(40) < 25), 30e3, 0.0)
    m = moving(line(range(40), np.arange(40) * 240.0, north))
    assert np.flatnonzero(strain(m, legs(m, RULES), RULES) > 1).tolist() == [14, 24]


def test_the_way_out_of_the_spoofed_stretch_over_lviv_cannot_be_flown() -> None:
    # 564 km in 626 s, mean 901 m/s, from a reported 35 m/s to a reported 225 m/s.
    t = [0, 10, 20, 646, 656, 666]
    east = [0, 350, 700, 564_700, 566_950, 569_200]
    gs = [35.0, 35.0, 35.0, 225.0, 225.0, 225.0]
    m = moving(line(t, east, gs=gs))
    assert np.flatnonzero(strain(m, legs(m, RULES), RULES) > 1).tolist() == [2]


def test_speed_that_drops_from_240_to_26_in_a_second_leaps() -> None:
    east = np.cumsum(np.r_[np.full(20, 240.0), np.full(20, 26.0)])
    gs = [240.0] * 20 + [26.0] * 20
    m = moving(line(range(40), east.tolist(), gs=gs))
    assert leaps(m, legs(m, RULES), RULES)[19]


def test_a_helicopter_is_not_taken_for_a_jet_in_a_silence() -> None:
    reach = own_reach_m(np.array([600.0, 600.0, 30.0]), np.array([70.0, 240.0, 70.0]))
    assert reach == pytest.approx([600 * 190.0, np.inf, np.inf])
