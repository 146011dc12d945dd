"""The response timeline: bounds from uncertain times, and nothing where nothing is known."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.context.logs import STEPS
from tocsin.context.moments import MINUTE_NS, parse_ns, utc_ns
from tocsin.context.timeline import timeline
from tocsin.schema import Report

T0 = utc_ns(datetime(2025, 9, 19, 6, 0, tzinfo=UTC))


def step(
    name: str, t_min: float | None, until_min: float | None = None, by: str = "NATO", who: str = ""
) -> Report:
    def at(minute: float | None) -> int | None:
        return None if minute is None else T0 + round(minute * MINUTE_NS)

    return Report("response", at(t_min), at(until_min), step=name, by=by, subject=who)


def test_a_morning_by_hand() -> None:
    """Detected 06:40, scrambled between 06:42 and 06:44, airborne 06:50, out at 07:10 or 07:11."""
    line = timeline(
        [
            step("out", 70, by="Estonia, defence forces"),
            step("out", 71, by="UN briefer"),
            step("detected", 40),
            step("scrambled", 42, 44),
            step("airborne", 50),
            Report("radio", T0, text="no step of the response"),
        ]
    )
    assert [(b.first, b.then, b.min_s, b.max_s) for b in line.between] == [
        ("detected", "scrambled", 120.0, 240.0),
        ("scrambled", "airborne", 360.0, 480.0),
    ]
    assert line.missing == ("intercepted", "escorted")
    out = line.step("out")
    assert out is not None
    assert out.by == ("Estonia, defence forces", "UN briefer")  # rival words widen the bounds
    whole = line.from_to("detected", "out")
    assert whole is not None
    assert (whole.min_s, whole.max_s) == (1800.0, 1860.0)
    assert line.from_to("detected", "intercepted") is None
    assert line.violations == ()


def test_two_pairs_are_two_events_and_the_first_counts() -> None:
    line = timeline(
        [
            step("airborne", 50, 52, who="F/A-18, Finland"),
            step("airborne", 51, 58, who="F-35, Italy"),
        ]
    )
    first = line.step("airborne")
    assert first is not None
    assert first.earliest_ns == T0 + 50 * MINUTE_NS
    assert first.latest_ns == T0 + 52 * MINUTE_NS


def test_a_certain_violation_of_the_order_is_said() -> None:
    line = timeline([step("scrambled", 42), step("airborne", 30, 35)])
    assert line.violations == (
        "airborne (2025-09-19T06:35:00Z at the latest) comes before "
        "scrambled (2025-09-19T06:42:00Z at the earliest)",
    )
    assert line.between[0].max_s == -420.0
    assert timeline([step("scrambled", 42), step("airborne", 30, 43)]).violations == ()


def test_a_step_without_a_time_has_no_interval() -> None:
    line = timeline([step("detected", None), step("scrambled", 42)])
    assert line.between == ()
    assert line.missing == ("airborne", "intercepted", "escorted", "out")
    by_then = timeline([step("detected", None, 41), step("scrambled", 42)])
    assert [(b.min_s, b.max_s) for b in by_then.between] == [(60.0, None)]
    with pytest.raises(ValueError, match="no step"):
        line.from_to("detected", "landed")


def test_an_empty_log_is_all_missing() -> None:
    assert timeline([]).missing == STEPS
    assert parse_ns("2025-09-19T06:00Z") == T0


TIMES = st.lists(
    st.tuples(st.sampled_from(STEPS), st.integers(0, 600), st.integers(0, 60)), max_size=8
)


@given(TIMES)
def test_order_of_the_log_and_saying_it_twice_change_nothing(
    given_steps: list[tuple[str, int, int]],
) -> None:
    rows = [step(name, t, t + more) for name, t, more in given_steps]
    a, b = timeline(rows), timeline([*reversed(rows), *rows])
    assert (a.between, a.missing, a.violations) == (b.between, b.missing, b.violations)


@given(TIMES)
def test_the_true_times_lie_in_the_bounds(given_steps: list[tuple[str, int, int]]) -> None:
    once = {name: (t, more) for name, t, more in given_steps}
    line = timeline([step(name, t, t + more) for name, (t, more) in once.items()])
    for pair in line.between:
        (a, ea), (b, eb) = once[pair.first], once[pair.then]
        assert pair.min_s is not None
        assert pair.max_s is not None
        for true_a, true_b in ((a, b), (a + ea, b + eb), (a, b + eb), (a + ea, b)):
            assert pair.min_s <= (true_b - true_a) * 60 <= pair.max_s
