"""Beliefs and the best rule over them: published optima, exact cases, grids, bad models."""

from __future__ import annotations

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize

from tocsin.errors import UsageError
from tocsin.policy.alarm import brownian
from tocsin.policy.alarm.belief import Grid, Line, Simplex, line
from tocsin.policy.alarm.pomdp import Model, reachable, solve
from tocsin.policy.alarm.prelude import Prelude, region
from tocsin.policy.alarm.shiryaev import weekly


def tiger() -> Model:
    """The tiger of Cassandra, Kaelbling and Littman (1994): listen, open left, open right."""
    stay, anew, deaf = np.eye(2), np.full((2, 2), 0.5), np.full((2, 2), 0.5)
    return Model(
        transition=np.array([stay, anew, anew]),
        likelihood=np.array([[[0.85, 0.15], [0.15, 0.85]], deaf, deaf]),
        cost=-np.array([[-1.0, -1.0], [-100.0, 10.0], [10.0, -100.0]]),
        ends=np.zeros(3, dtype=bool),
        discount=0.95,
    )


# --- published -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("c", "hazard", "gamma", "threshold"), [(1, 0.1, 0.5, 0.129563), (0.1, 0.1, 0.5, 0.801411)]
)
def test_the_root_of_peskir_and_shiryaev(
    c: float, hazard: float, gamma: float, threshold: float
) -> None:
    assert brownian.threshold(c, hazard, gamma) == pytest.approx(threshold, abs=5e-7)


def test_the_weekly_optimum() -> None:
    found = weekly(0.5, 1.5, 0.02, 0.05)
    assert round(found.threshold, 4) == 0.8073
    assert round(found.value_at_zero, 5) == 0.34889


def test_the_tiger_to_ten_places() -> None:
    model = tiger()
    start = np.array([0.5, 0.5])
    beliefs = reachable(model, start)
    found = solve(model, line(2, beliefs[:, 1]))
    assert -float(found.at(start)) == pytest.approx(19.3713683749, abs=6e-11)
    # Two hearings on one side suffice to open the other door.
    sure = np.array([0.85**2, 0.15**2]) / (0.85**2 + 0.15**2)
    assert [int(found.costs(b).argmin()) for b in (start, sure, sure[::-1])] == [0, 2, 1]


# --- independent routes ----------------------------------------------------------------------


@pytest.mark.parametrize("grid", [line(2_000), Simplex(2, 2_000)], ids=["line", "simplex"])
def test_any_grid_gives_the_tiger(grid: Grid) -> None:
    assert -float(solve(tiger(), grid).at(np.array([0.5, 0.5]))) == pytest.approx(
        19.3713683749, abs=1e-6
    )


def test_the_brownian_root_by_quadrature_of_the_formula_as_printed() -> None:
    c, hazard, gamma = 0.4, 0.3, 0.7

    def slope(a: float) -> float:
        def alpha(r: float) -> float:
            return hazard / gamma * (log(r / (1 - r)) - 1 / r)

        def inside(r: float) -> float:
            return exp(alpha(r) - alpha(a)) / (r * (1 - r) ** 2)

        return c / gamma * float(integrate.quad(inside, 1e-3, a, limit=200, epsabs=1e-12)[0])

    root = optimize.brentq(lambda a: slope(a) - 1, 0.01, 0.99)
    assert brownian.threshold(c, hazard, gamma) == pytest.approx(root, abs=1e-8)
    # The value from 0 solves the ordinary differential equation; its slope there is 0.
    assert brownian.value(1e-6, c, hazard, gamma) == pytest.approx(
        brownian.value(0, c, hazard, gamma), abs=1e-6
    )
    assert brownian.value(root + 0.1, c, hazard, gamma) == pytest.approx(0.9 - root, abs=1e-9)


def test_extreme_signals_keep_the_root_inside() -> None:
    for c, hazard, gamma in [(1e-6, 1e-4, 1e3), (1e3, 1e3, 1e-3), (1, 1e-9, 1e-9)]:
        assert 0 < brownian.threshold(c, hazard, gamma) < 1


def test_a_finer_grid_only_raises_the_cost() -> None:
    values = [weekly(0.5, 1.5, 0.02, 0.05, even).value_at_zero for even in (125, 250, 500)]
    assert values == sorted(values)
    assert values[-1] < 0.348892


def test_the_rule_simulated_costs_what_it_says() -> None:
    found = weekly(0.5, 1.5, 0.02, 0.05, 500)
    rng = np.random.default_rng(11)
    n, cost = 40_000, np.zeros(40_000)
    on, belief, alive = np.zeros(n, bool), np.zeros(n), np.ones(n, bool)
    while alive.any():
        rung = alive & (belief >= found.threshold)
        cost[rung & ~on] += 1
        alive &= ~rung
        cost[alive & on] += 0.05
        on |= rng.random(n) < 0.02
        x = rng.poisson(np.where(on, 1.5, 0.5))
        moved = belief + (1 - belief) * 0.02
        likely, unlikely = moved * 3.0**x * np.exp(-1.0), 1 - moved
        belief = np.where(alive, likely / (likely + unlikely), belief)
    assert abs(cost.mean() - found.value_at_zero) < 3 * cost.std() / n**0.5


def test_three_states_hold_the_two_state_rule_as_a_limit() -> None:
    """No prelude, ringing at probing free: the same problem on a triangle."""
    three = region(Prelude(0.5, 1.5, 1.6, 0.02, 0.0, 0.0, 0.05, 0.5), 40)
    two = weekly(0.5, 1.5, 0.02, 0.05, 40)
    assert three.value_at_noise == pytest.approx(
        float(two.solution.at(np.array([1.0, 0.0]))), abs=1e-6
    )


def test_a_likely_prelude_rings_where_likely_probing_does_not() -> None:
    found = region(Prelude(), 30)
    assert not found.rings(np.array([1.0, 0.0, 0.0]))
    assert not found.rings(np.array([0.3, 0.7, 0.0]))
    assert found.rings(np.array([0.3, 0.0, 0.7]))
    assert found.value_at_noise < 1


# --- properties ------------------------------------------------------------------------------


@given(
    st.lists(st.floats(0.0, 1.0), min_size=2, max_size=4).filter(lambda w: sum(w) > 1e-3),
    st.integers(1, 12),
)
def test_a_belief_is_the_mean_of_the_points_it_is_read_from(raw: list[float], steps: int) -> None:
    belief = np.array(raw) / sum(raw)
    grid = Simplex(len(raw), steps)
    index, weight = grid.weights(belief)
    assert weight.min() >= -1e-12
    assert weight.sum() == pytest.approx(1)
    np.testing.assert_allclose(weight @ grid.points[index], belief, atol=1e-12)
    # and every point of the grid is itself
    at, own = grid.weights(grid.points)
    np.testing.assert_allclose(
        np.einsum("nk,nks->ns", own, grid.points[at]), grid.points, atol=1e-12
    )


@given(st.floats(0, 1))
def test_a_line_reads_straight_lines_exactly(p: float) -> None:
    grid = Line(np.array([0.0, 0.2, 0.21, 1.0]))
    index, weight = grid.weights(np.array([1 - p, p]))
    assert weight @ (3 * grid.second[index] - 1) == pytest.approx(3 * p - 1, abs=1e-12)


# --- bad calls -------------------------------------------------------------------------------


def test_a_bad_model_is_one_sentence() -> None:
    good = tiger()
    with pytest.raises(UsageError, match="chances that sum to one"):
        Model(good.transition * 0.9, good.likelihood, good.cost, good.ends, 0.95)
    with pytest.raises(UsageError, match="discount must lie"):
        Model(good.transition, good.likelihood, good.cost, good.ends, 1.5)
    with pytest.raises(UsageError, match="some action must end"):
        Model(good.transition, good.likelihood, good.cost, good.ends)
    with pytest.raises(UsageError, match="a cost is not finite"):
        Model(good.transition, good.likelihood, good.cost * np.inf, good.ends, 0.95)
    with pytest.raises(UsageError, match="beliefs over 3 states"):
        solve(good, Simplex(3, 4))
    with pytest.raises(UsageError, match="too many beliefs"):
        Simplex(5, 500)


def test_beliefs_without_end_are_refused() -> None:
    model = weekly(0.5, 1.5, 0.02, 0.05, 50).solution.model
    with pytest.raises(UsageError, match="more than 50 beliefs can follow"):
        reachable(model, np.array([1.0, 0.0]), most=50)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: weekly(1.5, 0.5, 0.02, 0.05), "not above the quiet rate"),
        (lambda: weekly(0.5, 1.5, 0, 0.05), "neither of them"),
        (lambda: weekly(0.5, 1.5, 0.02, 0), "cost of delay c must be above 0"),
        (lambda: brownian.threshold(1, 0.1, 0), "without a signal"),
        (lambda: brownian.value(1.2, 1, 0.1, 0.5), "belief must lie from 0 to 1"),
    ],
)
def test_a_bad_rule_is_one_sentence(call: object, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        call()  # type: ignore[operator]
