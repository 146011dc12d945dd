"""The compiled filter and sampler draw what numpy draws, to rounding."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.track.test_posterior import PRIOR, SENSORS, plotted
from tocsin.schema import Posterior
from tocsin.track import bridge, conformal, polar, sample_native
from tocsin.track.branches import SampleSettings
from tocsin.track.models import Modes
from tocsin.track.posterior import posterior

SETTINGS = SampleSettings(samples=300, heights=5)


NEVER = Modes((0.0, 1.5, -1.5), (0.05, 5.0, 5.0), (1e300, 70.0, 70.0))
FOUR = Modes((0.0, 1.0, -1.0, 2.0), (0.05, 1.0, 1.0, 5.0), (300.0, 60.0, 60.0, 20.0))


def drawn(told: bool, modes: Modes) -> Posterior:
    plots = plotted(
        np.random.default_rng(3), secondary=told, height_m=6500.0, told=told, length_s=300.0
    )
    rng, rules = np.random.default_rng(5), replace(SETTINGS, modes=modes)
    return posterior("one", plots, SENSORS, rng, height=PRIOR, t0_ns=0, settings=rules)


@pytest.mark.parametrize("told", [True, False])
@pytest.mark.parametrize("modes", [Modes(), Modes((0.0,), (0.5,), (60.0,)), NEVER, FOUR])
def test_compiled_and_numpy_draw_the_same(
    monkeypatch: pytest.MonkeyPatch, told: bool, modes: Modes
) -> None:
    if sample_native.library() is None:
        if "native" in os.environ.get("TOCSIN_REQUIRE", "").split(","):
            pytest.fail("the sampler was not compiled")
        pytest.skip("no compiler was at hand at install")
    compiled = drawn(told, modes)
    for loops in (bridge, conformal, polar, sample_native):
        monkeypatch.setattr(loops, "library", lambda: None)
    plain = drawn(told, modes)
    for name in ("lon_deg", "lat_deg", "h_hae_m", "bias_sigmas"):
        one, other = getattr(compiled, name), getattr(plain, name)
        np.testing.assert_allclose(one, other, rtol=0, atol=1e-9)
    again = drawn(told, modes)
    assert np.array_equal(again.lon_deg, plain.lon_deg)  # the same seed, the same bytes


def test_more_modes_than_it_takes_go_the_other_way() -> None:
    many = Modes((0.0, 1.0, -1.0, 2.0, -2.0), (1.0,) * 5, (60.0,) * 5)
    assert sample_native.usable(many, 0) is None
    assert sample_native.usable(Modes(), 40) is None
    assert Path(sample_native.SOURCE).is_file()
