"""A track drawn again as if the biases of its sensors were known."""

from __future__ import annotations

import numpy as np

from tests.track.test_posterior import BIAS, FAST, PRIOR, SENSORS, flown, plotted
from tocsin.schema import Floats
from tocsin.track.plots import constants, corrected
from tocsin.track.posterior import posterior


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
        again = found.given_biases(biases, t_ns, 100, False)
        assert again.lon_deg.shape == (100, len(t_ns)) and not again.bias_sigmas.size
        lon, lat = flown(t_ns / 1e9)
        east = (again.lon_deg.mean(axis=0) - lon) * 111_400 * np.cos(np.radians(59.8))
        north = (again.lat_deg.mean(axis=0) - lat) * 111_400
        off_m[name] = float(np.sqrt(np.mean(east**2 + north**2)))
    assert off_m["true"] < 45 < off_m["none"] and off_m["true"] < off_m["twice"]
    once, more = (found.given_biases(true, t_ns, 50, True) for _ in range(2))
    assert np.array_equal(once.lat_deg, more.lat_deg)


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
