"""Reports are carried forward only, within one aircraft, and only while young."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tocsin.feed.carry import Order, filled, last_report

rows = st.lists(st.tuples(st.integers(0, 3), st.floats(0, 100), st.booleans()), max_size=40)


@given(rows, st.floats(0, 50))
def test_agrees_with_a_search_by_hand(
    given_rows: list[tuple[int, float, bool]], limit: float
) -> None:
    aircraft = np.array([r[0] for r in given_rows], np.int64)
    clock = np.array([r[1] for r in given_rows], np.float64)
    said = np.array([r[2] for r in given_rows], np.bool_)
    source, age = last_report(Order.of(aircraft, clock), said, limit)
    for i, (who, when, _) in enumerate(given_rows):
        earlier = [
            (t, j)
            for j, (a, t, s) in enumerate(given_rows)
            if a == who and s and (t, j) <= (when, i)
        ]
        best = max(earlier) if earlier else None
        if best is None or when - best[0] > limit:
            assert source[i] == -1
            assert np.isnan(age[i])
        else:
            assert source[i] == best[1]
            assert age[i] == when - best[0]


def test_without_a_clock_a_row_has_only_its_own() -> None:
    order = Order.of(np.zeros(3, np.int64), np.full(3, np.nan))
    source, age = last_report(order, np.array([True, False, True]), np.inf)
    assert source.tolist() == [0, -1, 2]
    assert filled(np.array([5.0, 6.0, 7.0]), source)[[0, 2]].tolist() == [5.0, 7.0]
    assert age[0] == 0.0
