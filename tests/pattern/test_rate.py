"""Is this year above the years before: METHODS' numbers, and what looking costs."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.pattern import rate_words
from tocsin.pattern.events import Unit, events
from tocsin.pattern.figures.rate import run_chart
from tocsin.pattern.passage import latest, passage
from tocsin.pattern.periods import Period, periods
from tocsin.pattern.rate import Rate, binomial_p, detectable, needed, rate, ratio, ratio_cdf
from tocsin.pattern.words import NO_CLAIM, NoClaim

#: Estonia, yearly counts as sources give them; 2016 is 7 or 10, the others are not reported.
YEARS = (
    Period("2024", 0, 1.0),
    Period("2023", 0, 1.0),
    Period("2022", 3, 1.0),
    Period("2021", 5, 1.0),
    *(Period(str(year), 0, 0.0, reported=False) for year in (2020, 2019, 2018, 2017)),
    Period("2016", 7, 1.0, high=10),
)
NOW = Period("2025", 4, 262 / 365)  # through 19 September


def test_the_fourth_in_a_full_year_and_by_19_september() -> None:
    """METHODS section 4: .0706 and, with .718 of the year, .0295 (computed)."""
    assert round(binomial_p(3, 3.0, 4, 1.0), 4) == 0.0706
    assert round(binomial_p(3, 3.0, 4, 0.718), 4) == 0.0295
    assert round(binomial_p(3, 3.0, 4, NOW.exposure), 4) == 0.0295


@pytest.mark.parametrize(("before", "least"), [(3, 5), (6, 7), (12, 10)])
def test_minimal_counts_of_a_full_year(before: int, least: int) -> None:
    """METHODS section 4: baseline 3 in 3 years needs 5, 6 needs 7, 12 needs 10."""
    assert needed(before, 3.0) == least


@given(st.integers(0, 30), st.floats(0.5, 12.0), st.integers(0, 12), st.floats(0.1, 1.0))
def test_p_grows_with_exposure_and_falls_with_the_count(
    y0: int, e0: float, y1: int, e1: float
) -> None:
    p = binomial_p(y0, e0, y1, e1)
    assert binomial_p(y0, e0, y1 + 1, e1) <= p + 1e-12
    assert binomial_p(y0, e0, y1, e1 * 1.5) >= p - 1e-12
    assert binomial_p(y0, e0 * 3, y1, e1 * 3) == pytest.approx(p, abs=1e-12)


@given(st.integers(0, 20), st.floats(0.5, 10.0), st.integers(1, 10), st.floats(0.1, 1.0))
def test_looking_once_costs_nothing_and_looking_more_never_helps(
    y0: int, e0: float, y1: int, e1: float
) -> None:
    p = binomial_p(y0, e0, y1, e1)
    to_date, to_the_end = passage(p, y0, e0, e1), passage(p, y0, e0, 1.0)
    assert p - 1e-9 <= to_date <= to_the_end + 1e-9
    assert latest(p, y1, y0, e0) == pytest.approx(e1, rel=1e-6)


def test_the_corrected_p_agrees_with_simulation() -> None:
    rng = np.random.default_rng(4)
    y0, e0, repeats = 3, 3.0, 60_000
    p = binomial_p(y0, e0, 4, NOW.exposure)
    rates = rng.gamma(y0 + 1, 1 / e0, repeats)
    came = np.cumsum(rng.exponential(1.0, (repeats, 30)) / rates[:, None], axis=1)
    by = np.array([latest(p, k, y0, e0) for k in range(1, 31)])
    for horizon in (NOW.exposure, 1.0):
        found = (came <= np.minimum(by, horizon)).any(axis=1).mean()
        assert passage(p, y0, e0, horizon) == pytest.approx(float(found), abs=0.0045)


def test_the_ratio_agrees_with_two_gammas() -> None:
    rng = np.random.default_rng(7)
    draws = rng.gamma(4.5, 1 / 0.718, 400_000) / rng.gamma(3.5, 1 / 3.0, 400_000)
    for q in (0.05, 0.5, 0.95):
        assert ratio(3, 3.0, 4, 0.718, q) == pytest.approx(float(np.quantile(draws, q)), rel=0.02)
    assert ratio_cdf(ratio(3, 3.0, 4, 0.718, 0.3), 3, 3.0, 4, 0.718) == pytest.approx(0.3)


def test_a_detectable_rate_is_found_with_its_chance() -> None:
    rng = np.random.default_rng(1)
    counts = rng.poisson(detectable(6, 3.0), 100_000)
    assert (counts >= needed(6, 3.0)).mean() == pytest.approx(0.8, abs=0.01)


def test_the_fourth_this_year_is_weak_evidence() -> None:
    answer = rate([(NOW, YEARS)])
    assert isinstance(answer, Rate)
    rows = {(row.label, row.unreported): row for row in answer.baselines}
    assert rows["2024", ""].p is None  # 0 + 4 incidents carry no claim
    three = rows["2022 to 2024", ""]
    assert three.p is not None and round(three.p, 4) == 0.0295
    assert three.p_full_year is not None and round(three.p_full_year, 4) == 0.0706
    assert three.p_looked is not None and round(three.p_looked, 4) == 0.0848
    left, quiet = rows["2016 to 2024", "left out"], rows["2016 to 2024", "counted as quiet"]
    assert (left.e0, quiet.e0) == (5.0, 9.0)
    assert left.p is not None and quiet.p is not None and quiet.p < left.p
    assert left.y0 == (15, 18)
    assert rate_words.verdict(answer).startswith("weak evidence")
    said = "\n".join(rate_words.words(answer))
    assert "2017, 2018, 2019, 2020" in said and NO_CLAIM in said
    json.dumps(rate_words.as_json(answer), allow_nan=False)


def test_fewer_than_five_and_nothing_before_are_values() -> None:
    few = rate([(Period("2025", 2, 0.5), (Period("2024", 2, 1.0),))])
    assert isinstance(few, NoClaim) and few.words[0].startswith(NO_CLAIM)
    assert isinstance(rate([(NOW, ())]), NoClaim)


def test_a_rate_of_zero_before_is_told_without_a_ratio() -> None:
    answer = rate([(Period("2025", 6, 1.0), (Period("2024", 0, 1.0),))])
    assert isinstance(answer, Rate)
    (row,) = answer.baselines
    assert row.ratio is not None and all(math.isfinite(x) for x in row.ratio)
    assert any("no ratio can be named" in line for line in rate_words.words(answer))


def test_draws_that_differ_are_pooled() -> None:
    lower = (Period("2025", 3, NOW.exposure), YEARS[:3])
    both, high, low = (
        rate(sets) for sets in ([(NOW, YEARS[:3]), lower], [(NOW, YEARS[:3])], [lower])
    )
    assert isinstance(both, Rate) and isinstance(high, Rate) and isinstance(low, Rate)
    p, p_high, p_low = (answer.baselines[-1].p for answer in (both, high, low))
    assert p is not None and p_high is not None and p_low is not None
    assert p == pytest.approx((p_high + p_low) / 2)
    assert both.count == (3, 4)


def test_years_are_cut_at_the_calendar_and_at_gaps() -> None:
    day = {
        year: (np.datetime64(f"{year}-01-01") - np.datetime64("1970-01-01")).astype(int)
        for year in range(2021, 2026)
    }
    seen = events(
        [day[2022] + 10.0, day[2023] + 5.0, day[2024] + 365.0, day[2025] + 3.0],
        float(day[2022]),
        float(day[2025]) + 100,
        gaps=((float(day[2023]) + 100, float(day[2023]) + 173),),
        calendar=True,
    )
    current, before = periods(seen, float(day[2025]) + 73)
    assert (current.label, current.count) == ("2025", 1)
    assert current.exposure == pytest.approx(0.2)
    assert [(p.label, p.count) for p in before] == [("2024", 1), ("2023", 1), ("2022", 1)]
    assert [p.exposure for p in before] == pytest.approx([1.0, 0.8, 1.0])


def test_years_of_a_clock_of_its_own_are_counted_back() -> None:
    seen = events([1.0, 400.0, 800.0, 1000.0], 0.0, 1100.0, unit=Unit.DAY)
    current, before = periods(seen, 1100.0)
    assert current.count == 2 and current.exposure == pytest.approx(1.0)
    assert [p.count for p in before] == [1, 0]  # day 1 is older than three years


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: binomial_p(3, 0.0, 4, 1.0),
        lambda: binomial_p(-1, 1.0, 4, 1.0),
        lambda: Period("2024", 2, 0.0),
        lambda: Period("2024", 5, 1.0, high=4),
        lambda: Period("2024", 1, 1.5),
    ],
)
def test_what_has_no_meaning_is_refused(wrong) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError):
        wrong()


def test_the_run_chart_shows_what_nobody_reported() -> None:
    answer = rate([(NOW, YEARS)])
    assert isinstance(answer, Rate)
    chart = run_chart(answer)
    assert chart == run_chart(answer)
    assert "nobody reported: not the same as none" in chart
    assert "incidents a year" in chart and "watched (%)" in chart


def test_the_reporting_that_would_explain_an_increase_is_named() -> None:
    """By hand: p of 4 in .718 against 3 in 3 years is .05 where .718 f / (3 + .718 f) is."""
    answer = rate([(NOW, YEARS[:3])], spans=(3,))
    assert isinstance(answer, Rate)
    factor = rate_words.reporting(answer)
    assert factor is not None
    assert binomial_p(3, 3.0, 4, NOW.exposure * factor) == pytest.approx(0.05, abs=1e-9)
    assert any(f"if {factor:.2f} times as large a share" in say for say in rate_words.words(answer))
    assert rate_words.as_json(answer)["reporting_factor"] == factor
    quiet = rate([(Period("2025", 2, 0.7), YEARS[:5])], spans=(5,))
    assert isinstance(quiet, Rate) and rate_words.reporting(quiet) is None
