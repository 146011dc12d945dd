"""Run lengths of CUSUM charts: published tables, independent routes, properties, bad calls."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, lcm

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate
from scipy.stats import norm, poisson

from tocsin.errors import UsageError
from tocsin.policy.alarm import runlength
from tocsin.policy.alarm.cusum import normal_cusum, poisson_cusum, run_length
from tocsin.policy.alarm.lattice import Lattice
from tocsin.schema import Floats

MUS = (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5)


def dense(rate: float, k: Fraction, h: Fraction, start: Fraction, upper: bool) -> Floats:
    """The same chain written out state by state with scipy's Poisson: an independent route."""
    unit = lcm(k.denominator, start.denominator)
    top, drop = ceil(h * unit), int(k * unit)
    p = np.zeros((top, top))
    for s in range(top):
        for x in range(int(rate + 20 * rate**0.5 + (top + drop) / unit + 40)):
            to = max(0, s + unit * x - drop if upper else s - unit * x + drop)
            if to < top:
                p[s, to] += poisson.pmf(x, rate)
    return p


# --- published -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "k", "h", "head_start", "printed", "exact"),
    [  # Lucas (1985), Technometrics 27; the exact values to the digits computed elsewhere
        ("0.25", "0.25", 10, 0, "438", 438.125),
        ("0.25", "0.25", 10, 5, "333", 333.125),
        ("1.88", 2, 6, 0, "37.2", None),
        ("3.2", 2, 6, 0, "5.49", None),
    ],
)
def test_the_poisson_values_of_lucas(
    rate: str, k: str, h: int, head_start: int, printed: str, exact: float | None
) -> None:
    arl = poisson_cusum(k, h, head_start).arl(rate)
    assert f"{arl:.{len(printed.replace('.', ''))}g}" == printed
    if exact is not None:
        assert arl == pytest.approx(exact, abs=5e-4)


def test_normal_run_lengths_to_eight_places() -> None:
    """Brook and Evans (1972) print 117.59 and 3.75; the rest computed two ways elsewhere."""
    chart = normal_cusum(0.5, 3)
    wanted = {
        0: 117.59570423,
        0.5: 17.35051657,
        1: 6.40390889,
        1.5: 3.74910841,
        2: 2.67969195,
    }
    for mu, arl in wanted.items():
        assert chart.arl(mu) == pytest.approx(arl, abs=6e-9)
    assert normal_cusum(0.5, 4).arl(0) == pytest.approx(335.36757763, abs=6e-9)


def test_the_two_sided_table_of_lucas_and_crosier() -> None:
    printed = (168, 74.2, 26.6, 13.3, 8.38, 4.75, 3.34, 2.62, 2.19, 1.71, 1.31)
    for mu, text in zip(MUS, printed, strict=True):
        assert float(f"{normal_cusum(0.5, 4).two_sided(mu).arl:.3g}") == text


# --- independent routes ----------------------------------------------------------------------


@pytest.mark.parametrize("upper", [True, False])
@pytest.mark.parametrize(
    ("rate", "k", "h", "start"),
    [
        (0.25, "1/4", "10", "0"),
        (0.8, "9/20", "13/4", "0"),
        (2.3, "12/7", "31/5", "7/3"),
        (1.7, "5/4", "1/2", "0"),
        (1.7, "5/4", "1/3", "1/7"),  # everything below one count: empty classes
        (11.0, "10", "9", "9/2"),
    ],
)
def test_the_cycle_of_classes_is_the_whole_system(
    rate: float, k: str, h: str, start: str, upper: bool
) -> None:
    chain = poisson_cusum(k, h, start, upper=upper).under(rate)
    p = dense(rate, Fraction(k), Fraction(h), Fraction(start), upper)
    rest = np.eye(len(p)) - p
    mean = np.linalg.solve(rest, np.ones(len(p)))
    half = np.linalg.solve(rest, mean)
    got, sd = runlength.spread(chain)
    at = chain.start
    assert got == pytest.approx(mean[at], rel=1e-11)
    assert sd == pytest.approx((2 * half[at] - mean[at] - mean[at] ** 2) ** 0.5, rel=1e-10)
    np.testing.assert_allclose(chain.advance(np.eye(chain.size)), p, atol=1e-14)
    np.testing.assert_allclose(chain.leave, 1 - p.sum(axis=1), atol=1e-13)
    killed = np.linalg.solve(np.eye(len(p)) - 0.9 * p, np.ones(len(p)))
    assert chain.solve(np.ones(chain.size), 0.9)[at] == pytest.approx(killed[at], rel=1e-12)


def test_the_integral_equation_holds_where_no_node_lies() -> None:
    mu, k, h = 0.3, 0.4, 2.5

    def ahead(s: float) -> float:
        return normal_cusum(k, h, s).arl(mu) if s > 0 else normal_cusum(k, h).arl(mu)

    for s in (0.0, 0.37, 1.9):
        inside, _ = integrate.quad(lambda t, s=s: norm.pdf(t - s + k - mu) * ahead(t), 0, h)
        right = 1 + norm.cdf(k - mu - s) * ahead(0.0) + inside
        assert ahead(s) == pytest.approx(right, rel=1e-9)


@pytest.mark.parametrize(
    ("mu", "k", "h", "start"),
    [(0.0, 0.5, 2.0, 1.0), (0.0, 0.5, 2.0, 1.9), (0.3, 0.2, 3.0, 2.8), (0.3, 0.0, 2.0, 1.5)],
)
def test_two_sides_with_a_head_start_agree_with_simulation(
    mu: float, k: float, h: float, start: float
) -> None:
    """From a quarter to nearly all of h: past h/2 + k one side can ring before the other is 0."""
    rng = np.random.default_rng(7)
    runs = two_sided_runs(mu, k, h, start, 60_000, rng)
    error = runs.std() / len(runs) ** 0.5
    assert abs(normal_cusum(k, h, start).two_sided(mu).arl - runs.mean()) < 3 * error


def two_sided_runs(
    mu: float, k: float, h: float, start: float, count: int, rng: np.random.Generator
) -> Floats:
    rise, fall, runs = np.full(count, start), np.full(count, start), np.zeros(count)
    alive, n = np.arange(count), 0
    while len(alive):
        n += 1
        x = rng.normal(mu, 1, len(alive))
        rise, fall = np.maximum(0, rise + x - k), np.maximum(0, fall - x - k)
        rung = (rise >= h) | (fall >= h)
        runs[alive[rung]] = n
        alive, rise, fall = alive[~rung], rise[~rung], fall[~rung]
    return runs


def test_without_a_head_start_the_sides_add_as_rates() -> None:
    chart = normal_cusum(0.3, 2.2)
    both = chart.two_sided(0.4)
    assert both.arl == pytest.approx(1 / (1 / chart.arl(0.4) + 1 / chart.arl(-0.4)), rel=1e-13)


def test_the_law_of_the_run_length_is_that_of_matrix_powers() -> None:
    chain = poisson_cusum("9/20", "13/4", "1").under(0.8)
    p = dense(0.8, Fraction(9, 20), Fraction(13, 4), Fraction(1), True)
    alive = [float(np.linalg.matrix_power(p, n)[chain.start].sum()) for n in range(61)]
    np.testing.assert_allclose(runlength.within(chain, 60), 1 - np.array(alive[1:]), atol=1e-13)
    law = runlength.law(chain)
    late = 1 - float(np.linalg.matrix_power(p, 700)[chain.start].sum())
    assert law.within(700) == pytest.approx(late, rel=1e-12)
    for q in (0.05, 0.5, 0.95):
        n = law.quantile(q)
        assert law.within(n - 1) < q <= law.within(n)


def test_quantiles_of_a_rare_alarm_come_from_the_geometric_tail() -> None:
    chain = poisson_cusum("9/4", "17/2", "1/2").under(0.1)
    mean, sd = runlength.spread(chain)
    assert mean == pytest.approx(2.98106e18, rel=1e-5)
    assert sd == pytest.approx(mean, rel=1e-3)
    assert runlength.law(chain).quantile(0.5) == pytest.approx(mean * np.log(2), rel=1e-6)


def test_a_change_after_a_long_time_by_left_vectors() -> None:
    """`after_change` against visits by a left solve, `after_quiet` against the eigenvector."""
    chart = poisson_cusum("1/2", "3")
    noise, campaign = chart.under(0.3), chart.under(1.0)
    p = noise.advance(np.eye(noise.size))
    ahead = campaign.solve(np.ones(campaign.size))
    visits = np.linalg.solve(np.eye(len(p)) - p.T, np.eye(len(p))[0])
    wanted = visits @ ahead / visits.sum()
    assert runlength.after_change(noise, campaign) == pytest.approx(wanted, rel=1e-12)
    values, vectors = np.linalg.eig(p.T)
    settled = np.real(vectors[:, np.argmax(values.real)])
    wanted = settled @ ahead / settled.sum()
    assert runlength.after_quiet(noise, campaign) == pytest.approx(wanted, rel=1e-9)


def test_an_onset_at_equal_chance_each_week_by_summing_weeks() -> None:
    chart = poisson_cusum("1/2", "3", "1")
    noise, campaign = chart.under(0.3), chart.under(1.0)
    p, chance = noise.advance(np.eye(noise.size)), 0.05
    ahead = campaign.solve(np.ones(campaign.size))
    mass, caught, run = np.eye(noise.size)[noise.start], 0.0, 0.0
    for _ in range(900):
        caught += chance * mass.sum()
        run += chance * mass @ ahead
        mass = (1 - chance) * mass @ p
    seen = runlength.onset(noise, campaign, chance)
    assert seen.p_caught == pytest.approx(caught, rel=1e-12)
    assert seen.p_false == pytest.approx(1 - caught, rel=1e-11)
    assert seen.run == pytest.approx(run, rel=1e-12)


# --- properties ------------------------------------------------------------------------------

rates = st.floats(0.05, 4.0)
ks = st.fractions(Fraction(1, 10), 3, max_denominator=24)
hs = st.fractions(Fraction(1, 4), 8, max_denominator=24)


@given(rate=rates, k=ks, h=hs, more=st.fractions(0, 2, max_denominator=24))
def test_a_higher_bar_a_higher_k_a_rarer_count_never_ring_sooner(
    rate: float, k: Fraction, h: Fraction, more: Fraction
) -> None:
    arl = poisson_cusum(k, h).arl(rate)
    slack = 1 + 1e-9
    assert poisson_cusum(k, h + more).arl(rate) * slack >= arl >= 1
    assert poisson_cusum(k + more, h).arl(rate) * slack >= arl
    assert poisson_cusum(k, h).arl(rate + float(more)) <= arl * slack


@given(rate=rates, k=ks, h=hs, share=st.fractions(0, Fraction(9, 10), max_denominator=10))
def test_a_head_start_never_rings_later(
    rate: float, k: Fraction, h: Fraction, share: Fraction
) -> None:
    fresh = poisson_cusum(k, h).arl(rate)
    assert poisson_cusum(k, h, h * share).arl(rate) <= fresh * (1 + 1e-9)


@given(k=ks, h=hs)
def test_h_counts_only_up_to_the_lattice(k: Fraction, h: Fraction) -> None:
    up = Fraction(ceil(h * k.denominator), k.denominator)
    assert poisson_cusum(k, h).arl(0.7) == poisson_cusum(k, up).arl(0.7)


def test_a_float_stands_for_the_decimal_it_prints() -> None:
    assert poisson_cusum(0.45, 3.25) == poisson_cusum("9/20", "13/4")
    assert poisson_cusum(1 / 3, 2 / 3).k == Fraction(1, 3)


def test_a_small_h_rings_at_the_first_count_above_k() -> None:
    """By hand: h below any step above k, so N is geometric with P(X >= 2) = 1 - 2/e at rate 1."""
    assert poisson_cusum("3/2", "1/2").arl(1) == pytest.approx(1 / (1 - 2 / np.e), rel=1e-14)


def test_the_law_of_a_run_that_has_a_sure_end() -> None:
    short = run_length(poisson_cusum(1, "1/2").under(30.0))
    assert (short.q05, short.q50, short.q95) == (1, 1, 1)


def test_a_fine_lattice_is_solved_too() -> None:
    """k in ten-thousandths: 100,000 values of S; between its neighbours in hundredths."""
    chart = poisson_cusum("0.4327", 10)
    assert isinstance(chart.under(0.2), Lattice)
    low, high = (poisson_cusum(k, 10).arl(0.2) for k in ("0.43", "0.44"))
    assert low < chart.arl(0.2) < high


# --- bad calls -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("k", "h", "start", "rate", "said"),
    [
        (1, 2, 0, 0, "the rate must be above 0, not 0"),
        (1, 2, 0, -1, "the rate must be above 0, not -1"),
        (1, 2, 0, float("nan"), "the rate nan is not finite"),
        (1, 2, 0, "often", '"often" is no number'),
        (1, 0, 0, 1, "h must be above 0, not 0"),
        (1, -2, 0, 1, "h must be above 0, not -2"),
        (0, 2, 0, 1, "k must be above 0, not 0"),
        (2**0.5, 2, 0, 1, "no finite linear system is exact for it"),
        ("0.12345678", 2, 0, 1, "ask for 123/1000 and 31/250"),
        (1, 2, 2, 1, "the head start 2 is not below h 2"),
        (1, 2, -1, 1, "the head start must be 0 or more"),
        (1, 5000, 0, 1, "more than are solved here"),
        (3, 900, 0, 0.01, "this rule never rings"),
    ],
)
def test_a_bad_poisson_call_is_one_sentence(
    k: float, h: float, start: float, rate: float, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        poisson_cusum(k, h, start).arl(rate)


@pytest.mark.parametrize(
    ("k", "h", "start", "mu", "said"),
    [
        (0.5, 0, 0, 0, "h must be above 0"),
        (float("nan"), 3, 0, 0, "k nan is not finite"),
        (0.5, 4, 4, 0, "the head start 4 is not below h 4"),
        (0.5, 60, 0, 0, "more than 50 standard deviations"),
        (0.5, 4, 0, float("inf"), "mu inf is not finite"),
        (2, 40, 0, -12, "this rule never rings"),
    ],
)
def test_a_bad_normal_call_is_one_sentence(
    k: float, h: float, start: float, mu: float, said: str
) -> None:
    with pytest.raises(UsageError, match=said):
        normal_cusum(k, h, start).arl(mu)


def test_two_sides_that_climb_at_once_are_refused() -> None:
    with pytest.raises(UsageError, match="would both climb at once"):
        normal_cusum(-0.1, 3).two_sided(0)
