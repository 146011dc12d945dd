"""How many states a second the smoother gives, beside its peers in the same run.

    python benchmarks/smoother.py [--tracks 1000] [--peers 5] [--out out/bench]

tocsin twice where its smoother was compiled: that way, and in numpy.

The flights of METHODS section 2: fixes every 4 s with 100 m of noise per axis, straights and
turns.  100 tracks of 1,000 fixes, then `--tracks` of them.  One core: numpy is pinned to one
thread.  A state is one fix through everything that the contender does, forward and back.  Each
is timed on data in memory, the best of some runs: by the clock, and by the processor's time,
which is what the clock would say if nobody else wanted the core.

The peers are loops in Python over one track at a time, so a few tracks tell their speed.
filterpy has an IMM filter and no smoother for it; its smoother (RTS) takes one Kalman filter, and
so does Stone Soup's, which has no IMM but among particles.  Theirs is constant velocity then, with
the noise density that serves these flights best (`CV_DENSITY`).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the flights are those of the tests

from tests.track.workload import SIGMA_M, STEP_S, measured, workload  # noqa: E402

from tocsin.schema import Floats  # noqa: E402
from tocsin.track import batch_native  # noqa: E402
from tocsin.track.batch import smooth_many  # noqa: E402
from tocsin.track.imm import Measured, forward, smooth  # noqa: E402
from tocsin.track.models import Modes, noise, switching, transition  # noqa: E402

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
FIXES = 1000
SKIPPED = 10  # fixes at the begin of a track, of which METHODS takes no error
SCALAR_TRACKS = 100
SPEED_SD_MPS = 300.0
CV_DENSITY = 7.0  # of 2, 5, 7, 10, 15 and 20 the one with the smallest error
Way = Callable[[Floats], Floats]


def batched(z: Floats) -> Floats:
    """Give positions (T, K, 2) by the batched route."""
    return smooth_many([measured(z)], Modes())[0].mean[..., :2]


def in_numpy(z: Floats) -> Floats:
    """Give positions by the batched route in numpy, compiled or not."""
    with patch.object(batch_native, "usable", lambda modes: False):
        return batched(z)


def scalar(z: Floats) -> Floats:
    """Give positions by `imm`, which knows biases too and pays for it."""
    seen, modes = measured(z), Modes()
    return smooth(seen, forward(seen, modes), modes).mean[..., :2]


def _begun(seen: Measured, t: int) -> tuple[Floats, Floats]:
    """Return the state after the first fix, the same for all contenders."""
    cov = np.diag([SIGMA_M**2, SIGMA_M**2, SPEED_SD_MPS**2, SPEED_SD_MPS**2])
    return np.array([*seen.z_m[t, 0], 0.0, 0.0]), cov


def filterpy_imm(z: Floats) -> Floats:
    """Give positions by filterpy's IMM with the same three modes: forward only."""
    from filterpy.kalman import IMMEstimator, KalmanFilter

    seen, modes = measured(z), Modes()
    dt = np.array(STEP_S)
    out = z.copy()
    for t in range(len(z)):
        filters = []
        for turn, density in zip(modes.turn_deg_s, modes.density, strict=True):
            one = KalmanFilter(dim_x=4, dim_z=2)
            one.x, one.P = _begun(seen, t)
            one.F, one.Q = transition(dt, turn), noise(dt, density)
            one.H, one.R = np.eye(2, 4), np.eye(2) * SIGMA_M**2
            filters.append(one)
        imm = IMMEstimator(filters, modes.start(), switching(dt, modes))
        for k in range(1, z.shape[1]):
            imm.predict()
            imm.update(z[t, k])
            out[t, k] = imm.x[:2]
    return out


def filterpy_rts(z: Floats) -> Floats:
    """Give positions by filterpy's Kalman filter and RTS smoother, constant velocity."""
    from filterpy.kalman import KalmanFilter

    seen, dt = measured(z), np.array(STEP_S)
    out = z.copy()
    for t in range(len(z)):
        one = KalmanFilter(dim_x=4, dim_z=2)
        one.x, one.P = _begun(seen, t)
        one.F, one.Q = transition(dt, 0.0), noise(dt, CV_DENSITY)
        one.H, one.R = np.eye(2, 4), np.eye(2) * SIGMA_M**2
        mean, cov, _, _ = one.batch_filter(z[t, 1:])
        out[t, 1:] = one.rts_smoother(mean, cov)[0][:, :2]
    return out


def stone_soup(z: Floats) -> Floats:
    """Give positions by Stone Soup's Kalman predictor, updater and smoother, constant velocity."""
    from stonesoup.models.measurement.linear import LinearGaussian
    from stonesoup.models.transition.linear import (
        CombinedLinearGaussianTransitionModel,
        ConstantVelocity,
    )
    from stonesoup.predictor.kalman import KalmanPredictor
    from stonesoup.smoother.kalman import KalmanSmoother
    from stonesoup.types.detection import Detection
    from stonesoup.types.hypothesis import SingleHypothesis
    from stonesoup.types.state import GaussianState
    from stonesoup.types.track import Track
    from stonesoup.updater.kalman import KalmanUpdater

    motion = CombinedLinearGaussianTransitionModel([ConstantVelocity(CV_DENSITY)] * 2)
    sensor = LinearGaussian(4, [0, 2], np.eye(2) * SIGMA_M**2)
    predictor, updater = KalmanPredictor(motion), KalmanUpdater(sensor)
    smoother = KalmanSmoother(motion)
    start, out = datetime(2025, 1, 1, tzinfo=UTC), z.copy()
    for t in range(len(z)):
        spread = np.diag([SIGMA_M**2, SPEED_SD_MPS**2] * 2)
        state = GaussianState([z[t, 0, 0], 0.0, z[t, 0, 1], 0.0], spread, timestamp=start)
        track = Track([state])
        for k in range(1, z.shape[1]):
            at = start + timedelta(seconds=k * STEP_S)
            seen = Detection(z[t, k], timestamp=at, measurement_model=sensor)
            guess = predictor.predict(track[-1], timestamp=at)
            track.append(updater.update(SingleHypothesis(guess, seen)))
        for k, state in enumerate(smoother.smooth(track)):
            out[t, k] = state.state_vector[[0, 2], 0]
    return out


#: What has to be installed for a contender to take part.
NEEDS = {filterpy_imm: "filterpy", filterpy_rts: "filterpy", stone_soup: "stonesoup"}


def installed(way: Way) -> bool:
    """Return whether a contender can run here."""
    return way not in NEEDS or importlib.util.find_spec(NEEDS[way]) is not None


def rmse(xy: Floats, truth: Floats) -> float:
    """Return the two-dimensional error."""
    return float(np.sqrt(np.mean(np.sum((xy - truth)[:, SKIPPED:] ** 2, axis=-1))))


def timed(way: Way, z: Floats, runs: int) -> tuple[Floats, float, float]:
    """Return what a contender gives and the least seconds by the clock and of the processor."""
    wall, used = [], []
    for _ in range(runs):
        begin, spent = time.perf_counter(), time.process_time()
        out = way(z)
        wall.append(time.perf_counter() - begin)
        used.append(time.process_time() - spent)
    return out, min(wall), min(used)


def main() -> None:
    """Run all, print the table and keep it as JSON."""
    parser = argparse.ArgumentParser(description="time the smoother beside its peers")
    parser.add_argument("--tracks", type=int, default=1000, metavar="N", help="of 1,000 fixes each")
    parser.add_argument("--peers", type=int, default=5, metavar="N", help="tracks for the peers")
    parser.add_argument("--runs", type=int, default=3, metavar="N", help="the best of so many")
    parser.add_argument("--out", type=Path, default=Path("out/bench"), metavar="DIR")
    options = parser.parse_args()
    rng = np.random.default_rng(11)
    truth = workload(max(options.tracks, SCALAR_TRACKS), FIXES, rng)
    z = truth + rng.normal(0, SIGMA_M, truth.shape)
    contenders: list[tuple[str, Way, int, str]] = [
        ("tocsin, numpy", in_numpy, SCALAR_TRACKS, "IMM of 3 modes and smoother"),
        ("tocsin, numpy", in_numpy, options.tracks, "the same"),
        ("tocsin, one block", scalar, SCALAR_TRACKS, "the same; can carry sensor biases"),
        ("filterpy IMM", filterpy_imm, options.peers, "IMM of the same modes, forward only"),
        ("filterpy RTS", filterpy_rts, options.peers, "constant velocity, and smoother"),
        ("Stone Soup", stone_soup, options.peers, "constant velocity, and smoother"),
    ]
    if batch_native.library() is not None:
        compiled = ("tocsin, compiled", batched, options.tracks, "the same")
        contenders[:0] = [("tocsin, compiled", batched, SCALAR_TRACKS, "the same"), compiled]
    for name, way, *_ in contenders:
        if not installed(way):
            print(f"{name} is not installed, so it is left out: `make bench` installs it")
    contenders = [one for one in contenders if installed(one[1])]
    few = rmse(batched(z[: options.peers]), truth[: options.peers])
    print(f"raw {rmse(z, truth):.1f} m; one thread; the best of {options.runs} runs")
    print(f"{'':18} {'tracks':>6} {'states/s':>9} {'by CPU':>9} {'RMSE':>7}")
    result: list[dict[str, Any]] = []
    for name, way, tracks, what in contenders:
        out, wall_s, used_s = timed(way, z[:tracks], options.runs)
        states = tracks * FIXES
        error_m = rmse(out, truth[:tracks])
        speed, by_cpu = states / wall_s, states / used_s
        print(f"{name:18} {tracks:6} {speed:9,.0f} {by_cpu:9,.0f} {error_m:5.1f} m  {what}")
        result.append(
            {
                "name": name,
                "does": what,
                "tracks": tracks,
                "states_per_s": round(speed),
                "states_per_cpu_s": round(by_cpu),
                "rmse_m": round(error_m, 2),
            }
        )
    print(f"tocsin on the peers' {options.peers} tracks: {few:.1f} m")
    best = max(row["states_per_cpu_s"] for row in result if row["name"].startswith("tocsin"))
    for row in result:
        if not row["name"].startswith("tocsin"):
            print(
                f"tocsin does {best / row['states_per_cpu_s']:,.0f} times as many as {row['name']}"
            )
    options.out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(result, indent=1) + "\n"
    (options.out / "smoother.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if any(os.environ.get(name) != value for name, value in ONE_THREAD.items()):
        # Libraries read this when they are loaded, so it has to be there before Python starts.
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **ONE_THREAD})  # noqa: S606
    main()
