"""The flights of METHODS section 2, which tests and benchmarks smooth: straights and turns."""

from __future__ import annotations

import math

import numpy as np

from tocsin.schema import Floats
from tocsin.track.imm import Measured

STEP_S, SIGMA_M = 4.0, 100.0


def workload(tracks: int, count: int, rng: np.random.Generator) -> Floats:
    """Fly the workload of METHODS section 2: straights and turns at 120 to 240 m/s."""
    out = np.zeros((tracks, count, 2))
    for k in range(tracks):
        v, heading, x = rng.uniform(120, 240), rng.uniform(0, 2 * np.pi), np.zeros(2)
        turning = False
        path: list[Floats] = []
        while len(path) < count:
            steps = rng.integers(6, 30) if turning else rng.integers(40, 140)
            w = np.radians(rng.uniform(1.2, 1.8)) * rng.choice([-1, 1]) if turning else 0.0
            for _ in range(int(steps)):
                path.append(x.copy())
                if w:
                    after = heading + w * STEP_S
                    ahead = [
                        math.sin(after) - math.sin(heading),
                        math.cos(heading) - math.cos(after),
                    ]
                    x, heading = x + v / w * np.array(ahead), after
                else:
                    x = x + v * STEP_S * np.array([math.cos(heading), math.sin(heading)])
            turning = not turning
        out[k] = path[:count]
    return out


def measured(z: Floats, sigma_m: float = SIGMA_M) -> Measured:
    tracks, count = z.shape[:2]
    return Measured(
        np.tile(np.arange(count) * STEP_S, (tracks, 1)),
        z,
        np.broadcast_to(np.eye(2) * sigma_m**2, (tracks, count, 2, 2)).copy(),
    )
