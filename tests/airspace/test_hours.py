from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.airspace.hours import EARLIEST, LATEST, parse_interval, union
from tocsin.airspace.refused import Refused


def test_open_ends_are_moments_that_nanoseconds_can_count() -> None:
    assert parse_interval("NONE", "2025-02-02T12:00Z") == (EARLIEST, "2025-02-02T12:00:00Z")
    assert parse_interval("2025-03-03T11:00Z", "none") == ("2025-03-03T11:00:00Z", LATEST)
    for text in (EARLIEST, LATEST):
        assert abs(datetime.fromisoformat(text).timestamp() * 1e9) < 2**63


def test_other_zones_become_utc() -> None:
    begin, _ = parse_interval("2025-09-19T09:58+03:00", "2025-09-19T10:10+03:00")
    assert begin == "2025-09-19T06:58:00Z"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("NONE", "NONE"),
        ("2025-01-02T14:00Z", "2025-01-01T15:00Z"),
        ("2025-01-02T14:00Z", "2025-01-02T14:00Z"),
        ("2025-01-02T14:00", "2025-01-03T14:00"),  # naive: whose clock?
        ("2025-01-02", "2025-01-03"),
        ("2025-13-02T14:00Z", "NONE"),
        ("2025-01-02T25:00Z", "NONE"),
        ("MON-FRI", "NONE"),
    ],
)
def test_what_is_no_interval(start: str, end: str) -> None:
    with pytest.raises(Refused, match="bad-activation"):
        parse_interval(start, end)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 9)), max_size=8), st.integers(0, 60))
def test_union_holds_the_same_moments_and_does_not_overlap(
    spans: list[tuple[int, int]], hour: int
) -> None:
    def text(h: float) -> str:
        moment = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(hours=h)
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ")

    given_hours = [(text(a), text(a + n)) for a, n in spans]
    merged = union(given_hours)
    at = text(hour + 0.5)
    assert any(a <= at < b for a, b in merged) == any(a <= at < b for a, b in given_hours)
    assert all(first[1] < second[0] for first, second in pairwise(merged))
