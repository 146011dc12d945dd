"""Plots read at a few heights serve all heights between."""

from __future__ import annotations

import numpy as np
import pytest

from tests.track.test_posterior import PRIOR, SENSORS, plotted
from tocsin.schema import Floats
from tocsin.track.heights import FAR, read
from tocsin.track.imm import Measured
from tocsin.track.plots import measure
from tocsin.track.posterior import about

PLOTS = plotted(np.random.default_rng(1), secondary=False, height_m=6500.0, told=False)
NEAREST_M = float(PLOTS.range_m.min())


def directly(heights: Floats) -> Measured:
    """Read them one height at a time."""
    found = [
        measure(PLOTS, SENSORS, about(PLOTS, SENSORS, PRIOR), h, (), np.zeros((len(h), 2)))
        for h in heights[0]
    ]
    z, cov = (np.concatenate([getattr(one, n) for one in found]) for n in ("z_m", "cov_m2"))
    return Measured(np.tile(PLOTS.t_s, (len(found), 1)), z, cov)


@pytest.mark.parametrize("share", [0.2, 0.6, 0.99])
def test_between_the_nodes_it_is_what_the_plots_say(share: float) -> None:
    high = share * NEAREST_M / FAR
    known = read([PLOTS], 0.0, high, directly)
    assert known is not None
    heights = np.linspace(0, high, 11)[None]
    wanted = directly(np.repeat(heights[:, :, None], len(PLOTS.t_s), axis=2))
    got = known.at(heights)
    assert np.abs(got.z_m - wanted.z_m).max() < 0.2
    np.testing.assert_allclose(got.cov_m2, wanted.cov_m2, rtol=2e-3, atol=0.5)
    assert np.array_equal(got.t_s, wanted.t_s)


def test_what_passes_overhead_is_read_directly() -> None:
    assert read([PLOTS], 0.0, 1.01 * NEAREST_M / FAR, directly) is None
