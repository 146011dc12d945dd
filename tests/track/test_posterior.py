"""The joint posterior of a primary-only target seen by two radars, against the truth."""

from __future__ import annotations

import numpy as np
import pytest

from tocsin import geo
from tocsin.schema import Floats, Sensor
from tocsin.track.altitude import HeightPrior
from tocsin.track.associate import associate
from tocsin.track.branches import SampleSettings
from tocsin.track.calibrate import Pair, calibrate
from tocsin.track.coverage import horizon_m, share_seen
from tocsin.track.plots import Plots, site
from tocsin.track.posterior import posterior

SENSORS = {
    "A": Sensor("A", lat_deg=59.39, lon_deg=24.83, h_hae_m=60.0),
    "B": Sensor("B", lat_deg=59.35, lon_deg=26.9, h_hae_m=80.0, rotation_s=10.0),
}
BIAS = {"A": (40.0, 0.07, 0.15), "B": (-50.0, -0.05, -0.1)}  # m, degrees, s
PRIOR = HeightPrior(5000.0, 1000.0, 11000.0)
FAST = SampleSettings(samples=600, heights=9)


def flown(t: Floats) -> tuple[Floats, Floats]:
    return 26.9 - 1.9 * t / 780.0, 59.85 - 0.03 * np.sin(t / 780.0 * 3.14)


def plotted(
    rng: np.random.Generator,
    *,
    secondary: bool,
    height_m: float,
    told: bool,
    length_s: float = 600.0,
) -> Plots:
    rows = []
    for sensor in SENSORS.values():
        t = np.arange(rng.uniform(0, sensor.rotation_s), length_s, sensor.rotation_s)
        t = t[rng.random(len(t)) < 0.9]
        range_m, azimuth, time = BIAS[sensor.id]
        lon, lat = flown(t + time)
        rho, theta, _ = geo.to_polar(lon, lat, np.full(len(t), height_m), site(sensor))
        rho = rho + range_m + rng.normal(0, 60, len(t))
        theta = theta + azimuth + rng.normal(0, 0.08, len(t))
        rows += [(*row, sensor.id) for row in zip(t, rho, theta, strict=True)]
    rows.sort()
    count = len(rows)
    none = np.full(count, np.nan)
    return Plots(
        np.array([r[0] for r in rows]),
        tuple(r[3] for r in rows),
        np.full(count, secondary),
        np.array([r[1] for r in rows]),
        np.array([r[2] for r in rows]),
        none,
        none,
        none,
        np.full(count, height_m if told else np.nan),
    )


def test_a_primary_target_with_no_height_is_where_the_samples_say() -> None:
    rng = np.random.default_rng(3)
    plots = plotted(rng, secondary=False, height_m=6500.0, told=False)
    found = posterior("dark-1", plots, SENSORS, rng, height=PRIOR, t0_ns=0, settings=FAST)
    lon, lat = flown(found.t_ns / 1e9)
    north = (found.lat_deg - lat) * 111_400
    east = (found.lon_deg - lon) * 111_400 * np.cos(np.radians(59.8))
    z = np.concatenate([north.mean(0) / north.std(0), east.mean(0) / east.std(0)])
    assert np.abs(z).max() < 4.0 and np.sqrt(np.mean(z**2)) < 2.0
    assert 20 < north.std(0).mean() < 120
    low, high = np.quantile(found.h_hae_m[:, 0], [0.01, 0.99])
    assert low - 500 < 6500 < high + 500 and high - low < 4000  # two radars tell some of it
    assert found.witnesses == ("A", "B") and found.observed.all()


def test_one_radar_learns_little_of_a_height_and_says_so() -> None:
    rng = np.random.default_rng(4)
    plots = plotted(rng, secondary=False, height_m=6500.0, told=False, length_s=240.0)
    alone = plots.take(np.array([s == "A" for s in plots.sensor]))
    found = posterior("dark-1", alone, SENSORS, rng, height=PRIOR, t0_ns=0, settings=FAST)
    low, high = np.quantile(found.h_hae_m[:, 0], [0.05, 0.95])
    assert high - low > 5000


def test_calibration_on_co_operative_traffic_finds_the_biases() -> None:
    rng = np.random.default_rng(5)
    pairs = []
    for _ in range(4):
        plots = plotted(rng, secondary=False, height_m=9000.0, told=True)
        t = np.arange(-5.0, 610.0, 1.0)
        lon, lat = flown(t)
        pairs.append(Pair(plots, t, lon, lat, 5.0))
    learned = calibrate(pairs, SENSORS)
    assert learned is not None
    sd = np.sqrt(np.diagonal(learned.cov))
    for name, mean, sigma in zip(learned.names, learned.mean, sd, strict=True):
        sensor, _, kind = name.split()
        true = BIAS[sensor][("range", "azimuth", "time").index(kind)]
        assert abs(mean - true) < 4 * sigma, name
    azimuth = sd[[k for k, n in enumerate(learned.names) if "azimuth" in n]]
    assert (azimuth < 0.05).all()  # a tenth of a degree before


def test_nothing_to_learn_from_is_none() -> None:
    assert calibrate([], SENSORS) is None


def test_fewer_than_three_plots_are_no_track() -> None:
    rng = np.random.default_rng(6)
    plots = plotted(rng, secondary=False, height_m=6500.0, told=False)
    with pytest.raises(ValueError, match="three make a track"):
        posterior("x", plots.take(np.array([0, 1])), SENSORS, rng, height=PRIOR, t0_ns=0)


def test_a_height_prior_meets_its_three_points() -> None:
    got = PRIOR.at(np.array([0.05, 0.5, 0.95]))
    assert got == pytest.approx([1000.0, 5000.0, 11000.0], abs=1e-6)
    with pytest.raises(ValueError, match="q05 < median < q95"):
        HeightPrior(1.0, 2.0, 3.0)


def test_two_crossing_targets_and_clutter_are_told_apart() -> None:
    rng = np.random.default_rng(8)
    t = np.sort(np.concatenate([np.arange(0, 600, 12.0), np.arange(1, 600, 12.0)]))
    which = (np.arange(len(t)) % 2).astype(int)
    east = np.where(which == 0, -60_000 + 200 * t, 60_000 - 210 * t)
    north = np.where(which == 0, 8_000 + 0 * t, -8_000 + 0 * t)
    xy = np.stack([east, north], 1) + rng.normal(0, 80, (len(t), 2))
    false_t = rng.uniform(0, 600, 25)
    false_xy = rng.uniform(-80_000, 80_000, (25, 2))
    order = np.argsort(np.concatenate([t, false_t]), kind="stable")
    all_xy = np.concatenate([xy, false_xy])[order]
    truth = np.concatenate([which, np.full(25, -1)])[order]
    label = associate(
        np.concatenate([t, false_t])[order],
        all_xy,
        np.broadcast_to(np.eye(2) * 100.0**2, (len(order), 2, 2)),
    )
    for target in (0, 1):
        given = label[truth == target]
        assert np.mean(given == np.bincount(given[given >= 0]).argmax()) > 0.95
    assert np.mean(label[truth == -1] == -1) > 0.8
    assert label.max() == 1


def test_the_radar_horizon_of_the_4_3_earth() -> None:
    """d[km] = 4.12 (sqrt(h1[m]) + sqrt(h2[m])): the rule of thumb of every radar handbook."""
    assert float(horizon_m(60.0, 300.0)) == pytest.approx(4120 * (60**0.5 + 300**0.5), rel=0.002)
    lon, lat = np.full(2, 26.36), np.full(2, 59.82)
    shares = share_seen(SENSORS, lon, lat, np.array([100.0, 6000.0]))
    assert shares["A"] == 0.5 and shares["B"] == 1.0 and shares["any"] == 1.0
