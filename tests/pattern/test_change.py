"""A change of rate: the coal-mining disasters, and an exact enumeration."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.errors import UsageError
from tocsin.pattern import change_words
from tocsin.pattern.bins import bins, counted
from tocsin.pattern.change import Change, change, ends, log_marginal, mixture_quantile, most_likely
from tocsin.pattern.events import Floats, Unit, events
from tocsin.pattern.figures.change import changed, turned
from tocsin.pattern.special import gamma_quantile
from tocsin.pattern.turn import Turn, posterior, turn
from tocsin.pattern.words import NoClaim


@pytest.fixture(scope="module")
def disasters(shared: Path) -> Floats:
    path = shared / "data" / "patterns" / "coal_disasters_dates.csv"
    return np.asarray(pl.read_csv(path)["date"].to_numpy())


@pytest.mark.data
def test_coal_mining_disasters(disasters: Floats) -> None:
    """METHODS section 4: 191 events in 112 years; k = 41 (1891), 3.0976, .9014, 69.988, 28.942."""
    seen = events(disasters, 1851.0, 1963.0, unit=Unit.YEAR, calendar=True)
    cut = bins(seen, "year")
    answer = change([counted(seen, cut)], cut.exposure, edges=cut.edges, labels=cut.labels)
    assert isinstance(answer, Change)
    assert (answer.n, len(answer.labels)) == (191, 112)
    assert (answer.k, answer.labels[answer.k - 1]) == (41, "1891")
    assert answer.rates == pytest.approx((3.0976, 0.9014), abs=5e-5)
    assert round(answer.two_log_lr, 3) == 69.988
    assert round(answer.log_bf, 3) == 28.942
    assert answer.k_interval == (36, 46)
    assert change_words.verdict(answer) == change_words.SHIFT
    said = "\n".join(change_words.words(answer))
    assert "most likely after 1891" in said and "1886 to 1896" in said
    chart = changed(answer, Unit.YEAR, calendar=True)
    assert chart == changed(answer, Unit.YEAR, calendar=True)
    assert "time (calendar years)" in chart and "incidents a year" in chart


@pytest.mark.data
def test_the_times_of_the_disasters_say_the_same(disasters: Floats) -> None:
    answer = turn([events(disasters, 1851.0, 1963.0, unit=Unit.YEAR, calendar=True)])
    assert isinstance(answer, Turn)
    assert 1889 < answer.at.median < 1892 and 1886 < answer.at.low < answer.at.high < 1898
    assert answer.log_bf == pytest.approx(29.7, abs=0.2)
    assert answer.posterior.sum() == pytest.approx(1.0)
    assert turned(answer) == turned(answer)


def test_a_hand_worked_case() -> None:
    """Two bins, 3 and 0 in one year each, Gamma(1, 1): m(S, T) = S! / (1 + T)^(1 + S)."""
    answer = change([np.array([5.0, 0.0])], np.ones(2))
    assert isinstance(answer, Change)
    by_hand = math.log((120 / 2**6) * (1 / 2) / (120 / 3**6))
    assert answer.log_bf == pytest.approx(by_hand)
    assert answer.k == 1 and answer.rates == (5.0, 0.0)
    assert answer.two_log_lr == pytest.approx(2 * (5 * math.log(5) - 5 * math.log(2.5)))


@given(
    st.lists(st.integers(0, 6), min_size=3, max_size=12).filter(lambda c: sum(c) >= 5),
    st.floats(0.2, 4.0),
    st.floats(0.2, 4.0),
    st.data(),
)
def test_the_factor_is_the_ratio_of_integrals(
    counts: list[int], shape: float, rate: float, data: st.DataObject
) -> None:
    t = np.array(
        data.draw(st.lists(st.floats(0.2, 2.0), min_size=len(counts), max_size=len(counts)))
    )
    y = np.array(counts, dtype=np.float64)
    answer = change([y], t, shape=shape, rate=rate)
    assert isinstance(answer, Change)

    def m(s: float, e: float) -> float:
        return float(log_marginal(np.array([s]), np.array([e]), shape, rate)[0])

    logs = [m(y[:k].sum(), t[:k].sum()) + m(y[k:].sum(), t[k:].sum()) for k in range(1, len(y))]
    alone = m(y.sum(), t.sum())
    factor = math.log(sum(math.exp(x - alone) for x in logs) / len(logs))
    assert answer.log_bf == pytest.approx(factor, abs=1e-9)
    assert answer.posterior.sum() == pytest.approx(1.0)
    assert answer.before.low <= answer.before.median <= answer.before.high


@given(st.lists(st.integers(0, 5), min_size=4, max_size=10).filter(lambda c: sum(c) >= 5))
def test_time_turned_round_mirrors_the_answer(counts: list[int]) -> None:
    y, t = np.array(counts, dtype=np.float64), np.ones(len(counts))
    there, back = change([y], t), change([y[::-1]], t)
    assert isinstance(there, Change) and isinstance(back, Change)
    assert there.posterior == pytest.approx(back.posterior[::-1])
    assert there.log_bf == pytest.approx(back.log_bf)
    assert there.before.median == pytest.approx(back.after.median, rel=1e-6)


def test_many_narrow_bins_are_the_times_themselves() -> None:
    rng = np.random.default_rng(5)
    t = np.sort(np.concatenate([rng.random(8) * 10, 10 + rng.random(25) * 10]))
    grid = np.linspace(0.0, 20.0, 4001)
    answer = change([np.histogram(t, grid)[0].astype(float)], np.diff(grid), level=0.9)
    exact = turn([events(t * 365.25, 0.0, 20 * 365.25)], rate=1.0, level=0.9)
    assert isinstance(answer, Change) and isinstance(exact, Turn)
    assert exact.log_bf == pytest.approx(answer.log_bf, abs=0.01)
    low, high = answer.k_interval
    assert exact.at.low / 365.25 == pytest.approx(grid[low], abs=0.02)
    assert exact.at.high / 365.25 == pytest.approx(grid[high], abs=0.02)
    for name in ("low", "median", "high"):
        assert getattr(exact.after, name) == pytest.approx(getattr(answer.after, name), rel=0.01)


def test_gaps_are_no_exposure() -> None:
    t = [float(x) for x in range(10, 100, 10)] + [float(x) for x in range(310, 400, 10)]
    watched = turn([events(t, 0.0, 400.0, gaps=((100.0, 300.0),))])
    blind = turn([events(t, 0.0, 400.0)])
    assert isinstance(watched, Turn) and isinstance(blind, Turn)
    assert watched.log_bf < blind.log_bf
    assert change_words.verdict(watched) != change_words.SHIFT


def test_a_bin_that_nobody_watched_is_named() -> None:
    answer = change([np.array([2.0, 0.0, 1.0, 3.0])], np.array([1.0, 0.0, 1.0, 1.0]))
    assert isinstance(answer, Change)
    assert any("nobody watched in 2" in line for line in change_words.words(answer))
    json.dumps(change_words.as_json(answer), allow_nan=False)


def test_draws_are_pooled_as_a_mixture() -> None:
    one, other = np.array([3.0, 3.0, 0.0, 0.0]), np.array([3.0, 2.0, 1.0, 0.0])
    both = change([one, other], np.ones(4))
    alone = [change([y], np.ones(4)) for y in (one, other)]
    assert isinstance(both, Change) and all(isinstance(x, Change) for x in alone)
    middle = (alone[0].posterior + alone[1].posterior) / 2  # type: ignore[union-attr]
    assert both.posterior == pytest.approx(middle)


def test_what_carries_no_claim_is_a_value() -> None:
    assert isinstance(change([np.array([2.0, 2.0])], np.ones(2)), NoClaim)
    assert isinstance(change([np.array([9.0])], np.ones(1)), NoClaim)
    one_day = turn([events([5.1, 5.2, 5.3, 5.4, 5.5], 0.0, 100.0)])
    assert isinstance(one_day, NoClaim) and "one day" in one_day.words[0]


@pytest.mark.parametrize(
    ("counts", "exposure"),
    [
        ([3.0, 3.0], [1.0, 0.0]),
        ([3.0, 3.0], [1.0]),
        ([3.0, -1.0], [1.0, 1.0]),
        ([5.0, 5.0], [1.0, math.nan]),
    ],
)
def test_impossible_records_are_refused(counts: list[float], exposure: list[float]) -> None:
    with pytest.raises(UsageError):
        change([np.array(counts)], np.array(exposure))


def test_small_pieces() -> None:
    assert ends(np.array([0.01, 0.02, 0.94, 0.03]), 0.95) == (2, 4)
    assert most_likely(np.array([0.0, 0.0, 4.0]), np.ones(3))[0] == 2
    one = np.array([1.0])
    assert mixture_quantile(0.3, one, np.array([4.0]), np.array([2.0])) == pytest.approx(
        gamma_quantile(0.3, 4.0, 2.0), rel=1e-7
    )
    u, w, _, log_bf = posterior(np.array([0.5]), 1.0, 1.0, 1.0, np.linspace(0, 1, 11))
    assert w.sum() == pytest.approx(1.0) and math.isfinite(log_bf) and len(u) == len(w)


@pytest.mark.data
@pytest.mark.parametrize(
    ("shape", "rate", "log_bf", "interval"),
    [
        (1.0, 1.0, 28.942248, (36, 46)),
        (2.0, 1.0, 29.451828, (36, 46)),
        (0.5, 0.5, 28.921780, (36, 46)),
        (4.0, 2.0, 29.162871, (36, 46)),
        (1.0, 0.1, 28.732858, (36, 46)),
        (10.0, 5.0, 27.809024, (36, 46)),
    ],
)
def test_the_disasters_under_other_priors(
    disasters: Floats, shape: float, rate: float, log_bf: float, interval: tuple[int, int]
) -> None:
    """By direct summation over the 111 changes, each term from ln-gamma; six places."""
    seen = events(disasters, 1851.0, 1963.0, unit=Unit.YEAR, calendar=True)
    cut = bins(seen, "year")
    answer = change([counted(seen, cut)], cut.exposure, shape=shape, rate=rate)
    assert isinstance(answer, Change)
    assert answer.log_bf == pytest.approx(log_bf, abs=1e-6)
    assert answer.k_interval == interval and answer.k == 41


def test_a_change_that_another_prior_turns_into_none_is_weak_evidence() -> None:
    """Eight in the last of twelve years after one a year, under a prior made for it."""
    counts = np.array([1.0] * 11 + [8.0])
    answer = change([counts], np.ones(12), rate=0.15)
    assert isinstance(answer, Change)
    own = 12 / 19  # years per incident: a prior with mean 19 / 12 a year
    assert answer.other_rates == pytest.approx((own / 4, own * 4))
    again = [change([counts], np.ones(12), rate=b) for b in answer.other_rates]
    bfs = [each.log_bf for each in again if isinstance(each, Change)]
    assert answer.log_bf_span == pytest.approx((min(bfs), max(bfs)))
    assert answer.log_bf > 4 and min(bfs) < 0
    assert change_words.verdict(answer) == change_words.HANGS
    said = "\n".join(change_words.words(answer))
    assert "with a mean of 4 (0.158 years) and 1/4 (2.53 years) times the record's own" in said
    sure = change([np.array([1.0] * 10 + [10.0] * 5)], np.ones(15))
    assert isinstance(sure, Change) and change_words.verdict(sure) == change_words.SHIFT
