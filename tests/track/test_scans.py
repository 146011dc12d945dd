"""What was known at each scan: nothing later enters, and it is as sure as its errors say."""

from __future__ import annotations

import numpy as np
import pytest

from tocsin import geo
from tocsin.schema import Floats, Sensor
from tocsin.track.altitude import HeightPrior
from tocsin.track.plots import Plots
from tocsin.track.scans import scans

SITE = Sensor(id="r", lat_deg=59.0, lon_deg=25.0, h_hae_m=50.0)
PRIOR = HeightPrior(5000.0, 1000.0, 11000.0)


def flight(count: int, h_m: float = 6000.0, seed: int = 2, told: bool = False) -> Plots:
    """Plots of a flight east, 60 km north of the radar, 200 m/s, a turn of 10 s."""
    rng = np.random.default_rng(seed)
    t: Floats = np.arange(count, dtype=np.float64) * 10.0
    lon, lat = 24.7 + 200.0 * t / 57_000.0, np.full(count, 59.54)
    rho, theta, _ = geo.to_polar(lon, lat, np.full(count, h_m), (25.0, 59.0, 50.0))
    none = np.full(count, np.nan)
    return Plots(
        t,
        ("r",) * count,
        np.zeros(count, bool),
        rho + rng.standard_normal(count) * SITE.range_sigma_m,
        theta + rng.standard_normal(count) * SITE.azimuth_sigma_deg,
        none,
        none,
        none,
        np.full(count, h_m) if told else none,
    )


def test_later_plots_change_nothing() -> None:
    plots = flight(40)
    early, late = (scans(plots.take(np.arange(n)), {"r": SITE}, PRIOR) for n in (15, 40))
    # The plane is laid about another plot, which moves a position by centimetres.
    assert late.lon_deg[:15] == pytest.approx(early.lon_deg, abs=2e-6)
    size = np.trace(early.cov_m2, axis1=1, axis2=2)[:, None, None]
    assert (np.abs(late.cov_m2[:15] - early.cov_m2) < 1e-3 * size).all()


def test_errors_are_as_large_as_said() -> None:
    inside = []
    for seed in range(40):
        found = scans(flight(25, seed=seed, told=True), {"r": SITE}, PRIOR)
        off = np.array(
            [
                (found.lon_deg - 24.7) * 57_000.0 - 200.0 * found.t_s,
                (found.lat_deg - 59.54) * 111_400,
            ]
        ).T[10:]
        square = np.einsum("ka,kab,kb->k", off, np.linalg.inv(found.cov_m2[10:]), off)
        inside.append(square < 5.99)  # the 95 % ellipse
    assert np.mean(inside) > 0.93
    assert found.speed_mps[-1] == pytest.approx(200.0, rel=0.1)


def test_a_height_that_is_not_yet_told_is_not_used() -> None:
    plots = flight(20, told=True)
    plots.h_hae_m[:12] = np.nan
    found = scans(plots, {"r": SITE}, PRIOR)
    assert found.h_hae_m[:12] == pytest.approx(np.full(12, PRIOR.median_m))
    assert found.h_hae_m[12:] == pytest.approx(np.full(8, 6000.0))


def test_no_plots_are_no_scan() -> None:
    with pytest.raises(ValueError, match="no plots"):
        scans(flight(0), {"r": SITE}, PRIOR)
