"""The four games against published and independently computed values (METHODS, section 6)."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from tocsin.errors import UsageError
from tocsin.policy.credibility import alarms, commitment, inspection, reputation
from tocsin.policy.credibility.alarms import by_recursion, value
from tocsin.policy.credibility.commitment import at
from tocsin.policy.credibility.reputation import fights

amounts = st.floats(0.05, 20)


def equilibria(row: Any, column: Any) -> list[tuple[Any, Any]]:
    """Return every equilibrium of a bimatrix game by support enumeration."""
    m, n = row.shape
    found = []
    for size in range(1, min(m, n) + 1):
        for i in combinations(range(m), size):
            for j in combinations(range(n), size):
                x, y = np.zeros(m), np.zeros(n)
                system = np.zeros((size + 1, size + 1))
                system[:size, size] = -1
                system[size, :size] = 1
                target = np.r_[np.zeros(size), 1.0]
                system[:size, :size] = row[np.ix_(i, j)]
                if abs(np.linalg.det(system)) < 1e-12:
                    continue
                y[list(j)] = np.linalg.solve(system, target)[:size]
                system[:size, :size] = column[np.ix_(i, j)].T
                if abs(np.linalg.det(system)) < 1e-12:
                    continue
                x[list(i)] = np.linalg.solve(system, target)[:size]
                best = (row @ y).max() <= x @ row @ y + 1e-9
                best &= (x @ column).max() <= x @ column @ y + 1e-9
                if best and (x >= -1e-12).all() and (y >= -1e-12).all():
                    found.append((x, y))
    return found


def test_inspection_as_computed() -> None:
    """b=1, f=3, a=2, d_r=3, d_i=10 -> (.25, 2/9)."""
    found = inspection(1, 3, 2, 3, 10)
    assert found.ring == 0.25
    assert found.probe == pytest.approx(2 / 9, rel=1e-15)
    assert found.says and found.stops


@given(amounts, amounts, amounts, amounts, amounts)
def test_inspection_is_the_only_equilibrium(
    b: float, f: float, a: float, d_r: float, more: float
) -> None:
    found = inspection(b, f, a, d_r, d_r + more)
    alliance = np.array([[-d_r, -a], [-(d_r + more), 0.0]])
    adversary = np.array([[-f, 0.0], [b, 0.0]])
    ((x, y),) = equilibria(alliance, adversary)
    assert x[0] == pytest.approx(found.ring, abs=1e-9)
    assert y[0] == pytest.approx(found.probe, abs=1e-9)
    assert x @ alliance @ y == pytest.approx(found.alliance_value, abs=1e-7)
    assert x @ adversary @ y == pytest.approx(found.adversary_value, abs=1e-7)


def test_dearer_rings_raise_probing_and_not_ringing() -> None:
    cheap, dear = inspection(1, 3, 2, 3, 10), inspection(1, 3, 4, 3, 10)
    assert dear.ring == cheap.ring and dear.probe > cheap.probe


def test_ringing_that_mends_nothing_is_never_worth_it() -> None:
    found = inspection(1, 3, 2, 5, 5)
    assert (found.ring, found.probe, found.mixed) == (0.0, 1.0, False)


@pytest.mark.parametrize("bad", [(0, 3, 2, 3, 10), (1, -3, 2, 3, 10), (1, 3, 0, 3, 10)])
def test_costs_of_zero_or_below_are_a_sentence(bad: tuple[float, ...]) -> None:
    with pytest.raises(UsageError, match="not above 0"):
        inspection(*bad)
    with pytest.raises(UsageError, match="no finite number"):
        inspection(1, 3, 2, float("nan"), 10)
    with pytest.raises(UsageError, match="no probe"):
        inspection(1, 3, 2, -1, 10)


@pytest.mark.parametrize(
    ("n", "m", "exact"),
    [
        (1, 0, Fraction(-1)),
        (1, 1, Fraction(0)),
        (2, 1, Fraction(-1, 3)),
        (3, 1, Fraction(-2, 4)),
        (3, 2, Fraction(-1, 7)),
        (5, 2, Fraction(-6, 16)),
    ],
)
def test_alarms_as_published(n: int, m: int, exact: Fraction) -> None:
    """Dresher 1962: I(n, m) = -C(n-1, m) / sum over i <= m of C(n, i)."""
    assert alarms(n, m).exact == exact


def test_the_closed_form_solves_the_recursion() -> None:
    assert all(value(n, m) == by_recursion(n, m) for n in range(1, 25) for m in range(27))


def test_the_first_occasion_is_an_equilibrium_of_its_stage() -> None:
    for n in range(2, 12):
        for m in range(1, n):
            found = alarms(n, m)
            stage = np.array([[1.0, value(n - 1, m - 1)], [-1.0, value(n - 1, m)]], dtype=float)
            look = np.array([found.look_now, 1 - found.look_now])
            probe = np.array([found.probe_now, 1 - found.probe_now])
            assert look @ stage == pytest.approx([found.value] * 2)
            assert stage @ probe == pytest.approx([found.value] * 2)


def test_each_alarm_more_is_worth_less() -> None:
    for n in range(1, 41):
        worth = [value(n, m) for m in range(n + 1)]
        gains = [b - a for a, b in pairwise(worth)]
        assert gains == sorted(gains, reverse=True)


def test_counts_below_their_least_are_a_sentence() -> None:
    for n, m in ((0, 0), (3, -1)):
        with pytest.raises(UsageError, match="is below"):
            alarms(n, m)
    assert alarms(3, 9).value == 0


WORKED = {"F": 4, "b": 2, "kappa": 0.5, "d": 1, "a": 0.8, "nu": 3, "rho": 0.35, "phi": 0.3}


def test_commitment_as_computed() -> None:
    found = commitment(**WORKED)
    assert round(found.pi, 6) == 0.321122 and found.bound == "interior"


def test_without_wear_the_end_is_best() -> None:
    found = commitment(**WORKED | {"phi": 0})
    assert (found.pi, found.bound, found.probing) == (0.5, "probing stops", 0.0)
    assert commitment(**WORKED | {"phi": 0, "a": 3}).bound == "never"
    assert commitment(**WORKED | {"phi": 0, "b": 9}).bound == "always"


def test_no_gain_by_probing_needs_no_ring() -> None:
    assert commitment(**WORKED | {"b": 0}).pi == 0


@given(
    st.fixed_dictionaries(
        {name: st.floats(0.05, 8) for name in ("F", "b", "kappa", "d", "a", "nu", "rho")}
        | {"phi": st.floats(0, 1)}
    )
)
def test_no_other_ring_probability_costs_less(given_: dict[str, float]) -> None:
    found = commitment(**given_)
    grid = np.linspace(0, 1, 401)
    costs = np.array([at(float(pi), **given_)[2] for pi in grid])
    assert found.cost <= costs.min() + 1e-9
    near = grid[costs.argmin()]
    fine = minimize_scalar(
        lambda pi: at(pi, **given_)[2], bounds=(max(0, near - 5e-3), min(1, near + 5e-3))
    )
    assert found.cost <= fine.fun + 1e-9


@pytest.mark.parametrize(
    ("name", "bad"), [("a", 0), ("kappa", -1), ("nu", 0), ("rho", 0), ("phi", 1.5), ("b", -1)]
)
def test_what_makes_no_commitment_is_a_sentence(name: str, bad: float) -> None:
    with pytest.raises(UsageError):
        commitment(**WORKED | {name: bad})


def test_reputation_as_published() -> None:
    """Kreps and Wilson 1982: b .5, p .1, n = 1..6."""
    found = reputation(0.5, 0.1, 6)
    assert [round(stage.fights, 4) for stage in found.stages] == [0, 0.1111, 0.3333, 0.7778, 1, 1]


def test_having_fought_the_belief_is_what_bayes_gives() -> None:
    for n in range(2, 5):
        stage = reputation(0.5, 0.1, n).stages[-1]
        bayes = 0.1 / (0.1 + 0.9 * stage.fights)
        assert stage.after == pytest.approx(bayes)


@given(st.floats(0.05, 0.95), st.floats(0, 0.99), st.integers(1, 400))
def test_a_weak_defender_fights_no_less_the_more_lie_ahead(b: float, p: float, n: int) -> None:
    assert 0 <= fights(b, p, n) <= fights(b, p, n + 1) <= 1
    assert fights(b, p, 1) == 0


def test_the_adversary_probes_below_its_threshold() -> None:
    stages = reputation(0.5, 0.125, 4).stages
    assert [s.adversary for s in stages] == ["probes", "probes", "indifferent", "refrains"]


@pytest.mark.parametrize(("b", "p", "n"), [(0, 0.1, 3), (1, 0.1, 3), (0.5, 1, 3), (0.5, 0.1, 0)])
def test_what_makes_no_reputation_is_a_sentence(b: float, p: float, n: int) -> None:
    with pytest.raises(UsageError):
        reputation(b, p, n)
