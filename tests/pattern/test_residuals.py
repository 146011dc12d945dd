"""Time rescaling: exponential under the truth, and a bootstrap that rejects what is wrong."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from tocsin.pattern.branching import simulate
from tocsin.pattern.events import events
from tocsin.pattern.grid import BETA_DAYS
from tocsin.pattern.hawkes import offspring
from tocsin.pattern.residuals import Model, _distance, fitted, rescaled
from tocsin.pattern.streams import streams


def test_residuals_of_the_truth_are_exponential() -> None:
    t, where = simulate(np.random.default_rng(1), [0.2, 0.1], 0.3, 0.8, 4000.0, n_cross=0.2)
    data = streams(events(t, 0.0, 4000.0, state=tuple("AB"[k] for k in where)))
    found = rescaled(data, Model((0.2, 0.1), 0.5, 0.4, 0.8))
    assert scipy.stats.kstest(found, "expon").pvalue > 0.01
    wrong = rescaled(data, Model((0.35, 0.2), 0.0, 0.0, 0.8))
    assert scipy.stats.kstest(wrong, "expon").pvalue < 1e-6


def test_the_integrated_rate_is_what_the_likelihood_takes_off() -> None:
    t = np.array([2.0, 3.0, 3.5, 12.0, 19.0])
    gaps = ((5.0, 9.0),)
    data = streams(events(t, 0.0, 20.0, gaps=gaps))
    found = rescaled(data, Model((0.3,), 0.6, 0.0, 0.7))
    (k,) = offspring(t[:-1], 0.7, 0.0, 19.0, gaps)
    assert found.sum() == pytest.approx(0.3 * 15.0 + 0.6 * k)


def test_the_distance_is_kolmogorovs() -> None:
    r = np.random.default_rng(2).exponential(1.0, 40)
    assert _distance(r) == pytest.approx(scipy.stats.kstest(r, "expon").statistic)


def test_a_series_of_the_model_is_not_rejected_and_a_regular_one_is() -> None:
    rng = np.random.default_rng(3)
    t, _ = simulate(rng, [0.04], 0.5, 0.4, 1000.0)
    one = events(t, 0.0, 1000.0)
    good = fitted(one, streams(one), BETA_DAYS, rng, replicates=99)
    assert good.p > 0.05
    assert (good.band[0] <= good.band[1]).all()
    two = events([k * 10.0 + 1 for k in range(60)], 0.0, 601.0)
    assert fitted(two, streams(two), BETA_DAYS, rng, replicates=99).p <= 0.02
