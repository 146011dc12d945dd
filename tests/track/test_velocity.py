"""Reported velocity against the flown way, minute by minute."""

from __future__ import annotations

import numpy as np

from tests.track.lines import line, moving
from tocsin.track.limits import IntegritySettings
from tocsin.track.motion import legs
from tocsin.track.velocity import mismatched

RULES = IntegritySettings()
MINUTES = 20


def drawn_aside(at_mps: float, minutes: int, course_deg: float = 90.0) -> list[int]:
    """Return the minutes that are flagged when a track drifts north in minutes 8 and after."""
    t = np.arange(MINUTES * 60.0)
    north = np.clip(t - 480, 0, minutes * 60) * at_mps
    m = moving(line(t.tolist(), 220 * t, north.tolist(), gs=220.0, course=course_deg))
    leg = legs(m, RULES)
    found = mismatched(m, leg, np.zeros(len(t) - 1, np.bool_), RULES)
    return sorted({int(s // 60) for s in m.t_s[found]})


def test_a_track_drawn_aside_at_35_m_per_s_is_found_in_all_its_minutes() -> None:
    assert drawn_aside(35.0, 6) == [8, 9, 10, 11, 12, 13]


def test_two_minutes_may_be_a_turn_or_a_report_that_lags() -> None:
    assert drawn_aside(35.0, 2) == []


def test_what_a_report_may_be_wrong_by_is_no_contradiction() -> None:
    assert drawn_aside(10.0, 6) == []


def test_a_source_that_gives_the_heading_for_the_track_is_left_alone() -> None:
    assert drawn_aside(0.0, 0, course_deg=78.0) == []  # 12 degrees of crab all along: 46 m/s
