"""A track drawn again as if the biases of its sensors were known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.track.test_posterior import BIAS, FAST, PRIOR, SENSORS, flown, plotted
from tocsin.schema import Floats
from tocsin.track.branches import branches, weights
from tocsin.track.plots import constants, corrected
from tocsin.track.posterior import about, posterior


def true_sigmas(names: tuple[str, ...], sds: Floats) -> Floats:
    kinds = {"range": 0, "azimuth": 1, "time": 2}
    # A plot that tells where the target was `time` later is stamped too early.
    sign = {"range": 1.0, "azimuth": 1.0, "time": -1.0}
    values = [sign[n.split()[-1]] * BIAS[n.split()[0]][kinds[n.split()[-1]]] for n in names]
    return np.array(values) / sds


def test_under_its_true_biases_it_is_where_it_was() -> None:
    rng = np.random.default_rng(3)
    plots = plotted(rng, secondary=False, height_m=6500.0, told=True)
    found = posterior("one", plots, SENSORS, rng, height=PRIOR, t0_ns=0, settings=FAST)
    assert found.given_biases is not None
    sds = np.array([bias.sd for bias in constants(plots, SENSORS)])
    true = true_sigmas(found.bias_names, sds)
    t_ns = found.t_ns[::10]
    off_m = {}
    for name, biases in (("true", true), ("none", 0 * true), ("twice", 2 * true)):
        again = found.given_biases(biases[None], t_ns, 100)
        assert again.lon_deg.shape == (100, len(t_ns)) and not again.bias_sigmas.size
        lon, lat = flown(t_ns / 1e9)
        east = (again.lon_deg.mean(axis=0) - lon) * 111_400 * np.cos(np.radians(59.8))
        north = (again.lat_deg.mean(axis=0) - lat) * 111_400
        off_m[name] = float(np.sqrt(np.mean(east**2 + north**2)))
    assert off_m["true"] < 45 < off_m["none"] and off_m["true"] < off_m["twice"]
    both = found.given_biases(np.stack([true, 0 * true]), t_ns, 50)
    once, more = (found.given_biases(one[None], t_ns, 50) for one in (true, 0 * true))
    np.testing.assert_allclose(both.lat_deg[:50], once.lat_deg, atol=1e-9)
    np.testing.assert_allclose(both.lat_deg[50:], more.lat_deg, atol=1e-9)


@pytest.mark.parametrize("sigma", [0.0, 8.0, 25.0])
def test_a_grid_of_heights_is_as_fine_as_the_plots_ask(sigma: float) -> None:
    """Two radars set against each other leave one height; a grid that misses it leaps by sigmas."""
    rng = np.random.default_rng(5)
    plots = plotted(rng, secondary=False, height_m=6500.0, told=False)
    found = posterior("one", plots, SENSORS, rng, height=PRIOR, t0_ns=0, settings=FAST)
    t_ns, plane = found.t_ns[::20], about(plots, SENSORS, PRIOR)
    kinds = [name.endswith("azimuth") for name in found.bias_names]
    biases = np.array(sigma * np.cumprod(np.where(kinds, -1.0, 1.0)) * kinds, np.float64)
    assert found.given_biases is not None
    drawn = []
    for heights in (5, 40):
        rules = replace(FAST, heights=heights)
        args = plots, SENSORS, plane, PRIOR, (), None, rules
        moved = corrected(plots, constants(plots, SENSORS), biases)
        tried = branches([moved], *args[1:], evenly=False)
        weight = weights(tried)[0]
        drawn.append(float(weight @ tried.heights[0, :, 0]))
    again = found.given_biases(biases[None], t_ns, 200)
    assert drawn[0] == pytest.approx(drawn[1], rel=0.03, abs=60)
    assert float(np.mean(again.h_hae_m)) == pytest.approx(drawn[1], rel=0.05, abs=120)


def test_what_a_bias_moves_is_what_its_plots_move_by() -> None:
    """A sensor alone goes all the way with its bias, by the difference of two drawn flights."""
    rng = np.random.default_rng(4)
    plots = plotted(rng, secondary=False, height_m=6500.0, told=True)
    plots = plots.take(np.array(plots.sensor) == plots.sensor[0])
    found = posterior("one", plots, SENSORS, rng, height=PRIOR, t0_ns=0, settings=FAST)
    assert found.given_biases is not None
    names = found.bias_names
    for k, name in enumerate(names):
        one = 2.0 * np.eye(len(names))[k]
        both = found.given_biases(np.stack([one, 0 * one]), found.t_ns[10:-10], 100)
        for axis, told in enumerate((both.lon_deg, both.lat_deg)):
            moved = (told[:100] - told[100:]).mean(axis=0)
            wanted = -2.0 * found.bias_moves_deg[axis, k, 10:-10]
            scale = float(np.abs(found.bias_moves_deg[:, k]).max())
            assert np.median(np.abs(moved - wanted)) < 0.25 * scale, name


def test_correcting_takes_away_what_was_put_on() -> None:
    plots = plotted(np.random.default_rng(2), secondary=False, height_m=6500.0, told=True)
    biases = constants(plots, SENSORS)
    sigmas = np.linspace(-2, 2, len(biases))
    there = corrected(plots, biases, sigmas)
    assert np.all(np.diff(there.t_s) > 0) and len(there.t_s) == len(plots.t_s)
    back = corrected(there, biases, -sigmas)
    assert back.sensor == plots.sensor
    np.testing.assert_allclose(back.range_m, plots.range_m, atol=1e-6)
    np.testing.assert_allclose(back.azimuth_deg, plots.azimuth_deg, atol=1e-9)
    np.testing.assert_allclose(back.t_s, plots.t_s, atol=2e-3)
