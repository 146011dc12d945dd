"""How long the joint posterior of a dark target takes: 4,000 trajectories of 12 minutes.

    python benchmarks/posterior.py [--samples 4000] [--out out/bench]

A primary-only target that nobody's height report helps, plotted every 12 s by one radar, then
every 12 s and 10 s by two, their biases to be found with the path; trajectories at 1 s steps.
Fifteen heights are filtered twice, then sampled backwards, bridged, and put on the ellipsoid.
One core, the best of some runs, by the clock and by the processor's time.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np

from tocsin import geo
from tocsin.schema import Floats, Posterior, Sensor
from tocsin.track.altitude import HeightPrior
from tocsin.track.branches import SampleSettings
from tocsin.track.plots import Plots, site
from tocsin.track.posterior import posterior

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
LENGTH_S = 720.0
HEIGHT_M = 6500.0
PRIOR = HeightPrior(5000.0, 1000.0, 11000.0)
RADARS = (
    Sensor("A", lat_deg=59.39, lon_deg=24.83, h_hae_m=60.0),
    Sensor("B", lat_deg=59.35, lon_deg=26.9, h_hae_m=80.0, rotation_s=10.0),
)
SEED = 7


def flown(t_s: Floats) -> tuple[Floats, Floats]:
    """Return longitude and latitude of the flight: westward over the Gulf of Finland."""
    return 26.9 - 1.9 * t_s / 780.0, 59.85 - 0.03 * np.sin(t_s / 780.0 * np.pi)


def plotted(rng: np.random.Generator, sensors: tuple[Sensor, ...]) -> Plots:
    """Return what the radars plot, one in ten turns missed, with a bias each."""
    rows: list[tuple[float, str, float, float]] = []
    for one in sensors:
        t = np.arange(rng.uniform(0, one.rotation_s), LENGTH_S, one.rotation_s)
        t = t[rng.random(len(t)) < one.detection_probability]
        lon, lat = flown(t)
        rho, theta, _ = geo.to_polar(lon, lat, np.full(len(t), HEIGHT_M), site(one))
        rho += rng.normal(0, one.range_bias_sd_m) + rng.normal(0, one.range_sigma_m, len(t))
        theta += rng.normal(0, one.azimuth_bias_sd_deg)
        theta += rng.normal(0, one.azimuth_sigma_deg, len(t))
        rows += [
            (float(a), one.id, float(b), float(c)) for a, b, c in zip(t, rho, theta, strict=True)
        ]
    t_s, names, ranges, azimuths = zip(*sorted(rows), strict=True)
    none = np.full(len(rows), np.nan)
    primary = np.zeros(len(rows), np.bool_)
    return Plots(
        np.array(t_s), names, primary, np.array(ranges), np.array(azimuths), none, none, none, none
    )


def spread(made: Posterior) -> tuple[float, float]:
    """Return the mean one-sigma spread in metres, and the mean error in those sigmas."""
    lon, lat = flown(made.t_ns / 1e9)
    north = (made.lat_deg - lat) * 111_400
    east = (made.lon_deg - lon) * 111_400 * np.cos(np.radians(59.8))
    sigma = np.hypot(north.std(axis=0), east.std(axis=0))
    off = np.hypot(north.mean(axis=0), east.mean(axis=0))
    return float(sigma.mean()), float((off / sigma).mean())


def main() -> None:
    """Sample both cases, print a line each and keep them as JSON."""
    parser = argparse.ArgumentParser(description="time the joint posterior of a dark target")
    parser.add_argument("--samples", type=int, default=4000, metavar="N")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="the best of so many")
    parser.add_argument("--out", type=Path, default=Path("out/bench"), metavar="DIR")
    options = parser.parse_args()
    result = []
    for count in (1, 2):
        sensors = RADARS[:count]
        plots = plotted(np.random.default_rng(SEED), sensors)
        wall, used = [], []
        for _ in range(options.runs):
            begin, spent = time.perf_counter(), time.process_time()
            made = posterior(
                "dark-1",
                plots,
                {one.id: one for one in sensors},
                np.random.default_rng(SEED),
                height=PRIOR,
                t0_ns=0,
                settings=SampleSettings(samples=options.samples),
            )
            wall.append(time.perf_counter() - begin)
            used.append(time.process_time() - spent)
        sigma_m, off = spread(made)
        print(
            f"{count} radar{'s' if count > 1 else ' '} {len(plots.t_s):4} plots, "
            f"{made.lon_deg.shape[0]:,} trajectories of {made.lon_deg.shape[1]} steps: "
            f"{min(wall):.2f} s, by CPU {min(used):.2f} s; "
            f"one sigma {sigma_m:.0f} m, the truth {off:.1f} of it off"
        )
        result.append(
            {
                "radars": count,
                "plots": len(plots.t_s),
                "samples": options.samples,
                "wall_s": round(min(wall), 3),
                "cpu_s": round(min(used), 3),
                "sigma_m": round(sigma_m, 1),
            }
        )
    options.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=1) + "\n"
    (options.out / "posterior.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if any(os.environ.get(name) != value for name, value in ONE_THREAD.items()):
        # Libraries read this when they are loaded, so it has to be there before Python starts.
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ONE_THREAD})  # noqa: S606
    main()
