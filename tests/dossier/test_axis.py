"""The Zulu axis, and which stretches of time get a close view."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tests.dossier.case import T0
from tocsin.dossier import DrawnTrack
from tocsin.dossier.axis import gaps, refused, ticks, windows


@given(st.floats(0, 4e9), st.floats(1, 1e8))
def test_ticks_are_few_and_within(start_s: float, long_s: float) -> None:
    at, labels = ticks(start_s, start_s + long_s)
    assert len(at) == len(labels) <= 9
    assert all(start_s - 1e-6 <= t <= start_s + long_s + 1e-6 for t in at)


def test_midnight_carries_the_date() -> None:
    _, labels = ticks(T0, T0 + 86400)
    assert "27\u00a0Nov" in labels
    assert "12:00" in labels


def test_a_short_stay_in_a_long_flight_gets_a_close_view() -> None:
    whole, near = windows((0.0, 10_000.0), [5000.0, 5052.0])
    assert whole == (0.0, 10_000.0)
    assert near == (4970.0, 5082.0)


def test_a_stay_of_most_of_the_flight_needs_none() -> None:
    assert windows((0.0, 100.0), [10.0, 90.0]) == [(0.0, 100.0)]


def test_gaps_and_refused_stretches(track: DrawnTrack) -> None:
    # Refused fixes are no observation: the gap runs from the last credible fix to the next.
    assert gaps(track, 60.0) == [(T0 + 1336, T0 + 2540)]
    assert refused(track) == [(T0 + 1340, T0 + 1896)]


def test_a_break_on_a_refused_fix_still_breaks_the_leg() -> None:
    t_s = np.arange(4.0)
    no = np.zeros(4, dtype=bool)
    trusted, broken = np.array([True, False, True, True]), np.array([False, True, False, False])
    track = DrawnTrack("x", t_s, t_s, t_s, t_s, t_s, trusted, broken)
    assert gaps(track, 60.0) == [(0.0, 2.0)]
    assert gaps(DrawnTrack("x", t_s, t_s, t_s, t_s, t_s, ~no, no), 60.0) == []
