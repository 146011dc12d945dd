"""Rival explanations: each against direct integration, each winning on its own ground."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import scipy.special

from tocsin.pattern import periodic, wander
from tocsin.pattern.events import events
from tocsin.pattern.rivals import CHANGES, levels, one_change, rivals, trend


def test_one_change_by_quadrature() -> None:
    u = np.array([0.1, 0.3, 0.35, 0.8])
    tau = (np.arange(400_000) + 0.5) / 400_000
    k = np.searchsorted(u, tau)
    beta = scipy.special.beta(k + 1, len(u) - k + 1)
    direct = math.log(float(np.mean(beta / tau**k / (1 - tau) ** (len(u) - k))))
    assert one_change(u) == pytest.approx(direct, abs=1e-5)
    assert one_change(1 - u[::-1]) == pytest.approx(direct, abs=1e-5)
    assert math.isfinite(one_change(np.array([0.0, 0.2, 0.2, 1.0])))


def test_a_trend_by_quadrature() -> None:
    u = np.array([0.5, 0.7, 0.9, 0.95])
    b = (np.arange(4000) + 0.5) / 4000 * 12 - 6
    grid = (np.arange(2000) + 0.5) / 2000
    mean = np.exp(b[:, None] * grid).mean(axis=1)
    direct = math.log(float(np.mean(np.exp(b * u.sum()) / mean ** len(u))))
    assert trend(u) == pytest.approx(direct, abs=2e-3)


def test_levels_by_trying_every_division() -> None:
    u, cells, n = np.array([0.05, 0.1, 0.6, 0.61, 0.62, 0.9]), 6, 6
    counts = np.histogram(u, cells, (0.0, 1.0))[0]

    def piece(a: int, b: int) -> float:
        s = int(counts[a:b].sum())
        return math.lgamma(s + 1) - (s + 1) * math.log1p((b - a) * n / cells)

    total = 0.0
    for expected in CHANGES:
        turn = min(0.5, expected / (cells - 1))
        for r in range(cells):
            for cuts in itertools.combinations(range(1, cells), r):
                edges = [0, *cuts, cells]
                prior = turn**r * (1 - turn) ** (cells - 1 - r)
                logs = sum(piece(a, b) for a, b in itertools.pairwise(edges))
                total += prior * math.exp(logs - piece(0, cells)) / len(CHANGES)
    assert levels(u, cells) == pytest.approx(math.log(total), abs=1e-9)


def test_a_period_by_quadrature() -> None:
    """One frequency, several cycles: the mean over strengths and phases of von Mises shapes."""
    t = np.array([1.0, 11.0, 21.5, 30.7, 41.0, 92.0])
    one = events(t, 0.0, 100.0)
    phi = (np.arange(720) + 0.5) / 720 * 2 * math.pi
    pull = np.cos(2 * math.pi * t[:, None] / 10 - phi).sum(axis=0)
    each = [
        np.mean(np.exp(kappa * pull - len(t) * float(periodic.log_i0(np.array(kappa)))))
        for kappa in periodic.KAPPAS.tolist()
    ]
    direct = math.log(float(np.mean(each)))
    assert float(periodic._at(one, np.array([0.1]))[0]) == pytest.approx(direct, abs=1e-6)
    slow = periodic._slow(one, 0.1)  # the route for few cycles, on the same ground
    assert slow == pytest.approx(direct, abs=0.05)


def test_log_i0() -> None:
    x = np.array([0.0, 0.3, 5.0, 49.0, 51.0, 400.0, 5000.0])
    theirs = np.log(scipy.special.ive(0, x)) + x
    assert periodic.log_i0(x) == pytest.approx(theirs, abs=1e-6)


def test_each_wins_on_its_own_ground() -> None:
    rng = np.random.default_rng(1)
    grounds = {
        "a trend": np.sqrt(rng.random(80)) * 1000,
        "one change of rate": np.concatenate([rng.random(6) * 500, 500 + rng.random(60) * 500]),
        "several levels": np.concatenate(
            [rng.random(25) * 150 + 130, rng.random(30) * 100 + 400, rng.random(40) * 200 + 810]
        ),
        "a period": np.arange(30) * 33.0 + rng.normal(0, 2, 30) + 20,
    }
    for name, t in grounds.items():
        found = {r.name: r.log_bf for r in rivals(events(np.sort(t), 0.0, 1010.0), 60.0)}
        del found["a wandering rate"]  # which can be any of them
        assert found[name] == max(found.values()), (name, found)
        assert found[name] > 3
    even = rivals(events((np.arange(50) + rng.random(50)) * 20.0, 0.0, 1000.0), 60.0)
    assert max(r.log_bf for r in even[:3]) < 0


def test_the_stated_period_is_found_and_none_where_none_can_be_told() -> None:
    rng = np.random.default_rng(2)
    weekly = np.sort(np.arange(40) * 7.0 + rng.normal(0, 0.4, 40) + 3)
    found = periodic.periodicity(events(weekly, 0.0, 290.0), rng)
    assert found.period == pytest.approx(7.0) and found.p is not None and found.p <= 0.002
    even = periodic.periodicity(events(np.sort(rng.random(40) * 290), 0.0, 290.0), rng)
    assert even.p is not None and even.p > 0.01
    none = periodic.periodicity(events([0.1, 0.3, 1.4], 0.0, 1.5), rng)
    assert none.p is None and math.isnan(none.period)
    assert periodic.stated(events([1.0], 0.0, 100.0), resolution=1.0) == (
        7.0,
        14.0,
        28.0,
        29.530589,
        30.436875,
    )


def test_a_wandering_rate_by_monte_carlo() -> None:
    """The integral over the process by plain sampling; Laplace's method errs by some hundredths."""
    counts = np.array([1.0, 4.0, 7.0, 2.0])
    axes = wander._axes(4, 0.5)
    f = np.random.default_rng(0).normal(size=(400_000, axes.shape[1])) @ axes.T
    logs = f @ counts - counts.sum() * np.log(np.exp(f).mean(axis=1))
    direct = math.log(float(np.exp(logs).mean()))
    assert wander._laplace(counts, axes) == pytest.approx(direct, abs=0.06)


def test_a_wandering_rate_wins_where_nothing_else_was_named() -> None:
    rng = np.random.default_rng(3)
    t = np.sort(rng.random(4000) * 1000)
    swell = np.exp(1.5 * np.sin(t / 37) + 1.2 * np.cos(t / 91) - 2.7)
    kept = t[rng.random(4000) < 0.09 * swell]
    found = {r.name: r.log_bf for r in rivals(events(kept, 0.0, 1000.0), 60.0)}
    assert found["a wandering rate"] > 5
    assert wander.wandering((np.arange(60) + rng.random(60)) / 60, 0.02, 96) < 0
