"""Recall, precision and calibration of `register match` on the labelled set; and the fit of it.

    python -m benchmarks.register_matching [SEEDS]

Odd seeds fit the two numbers of `match` (SLOPE, OFFSET), even seeds are measured with the numbers
that the module holds.  Natural pairs of the shipped list are in both: they are all two incidents.
"""

from __future__ import annotations

import math
import sys
from collections import Counter
from itertools import pairwise

import numpy as np
from scipy.optimize import minimize
from tests.register.labelled import Pair, labelled

from tocsin.register.match import OFFSET, PROPOSED, SLOPE, compare, word_weights
from tocsin.run.register_import import bundled_incidents

BINS = (0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.98, 1.0)


def scored(seeds: range) -> tuple[list[Pair], np.ndarray]:
    """Return the pairs of some seeds with their bans; listed pairs are taken once."""
    by = word_weights(bundled_incidents())
    pairs = [p for n, s in enumerate(seeds) for p in labelled(s) if p.kind != "listed" or n == 0]
    chances = np.array([compare(p.a, p.b, by).chance for p in pairs])
    return pairs, (np.log10(chances / (1 - chances)) - OFFSET) / SLOPE


def fitted(bans: np.ndarray, one: np.ndarray) -> tuple[float, float]:
    """Return slope and offset that make the labels likeliest (Platt scaling)."""

    def loss(x: np.ndarray) -> float:
        z = math.log(10) * (x[0] * bans + x[1])
        return float(np.mean(np.logaddexp(0, z) - one * z))

    best = minimize(loss, np.array([SLOPE, OFFSET]), method="Nelder-Mead")
    return float(best.x[0]), float(best.x[1])


def main() -> None:
    seeds = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    pairs, bans = scored(range(1, seeds, 2))
    one = np.array([p.one for p in pairs])
    slope, offset = fitted(bans, one)
    print(f"fit on odd seeds: SLOPE {slope:.2f} OFFSET {offset:.2f}")
    pairs, bans = scored(range(0, seeds, 2))
    one = np.array([p.one for p in pairs])
    chance = 1 / (1 + 10 ** -np.clip(SLOPE * bans + OFFSET, -30, 30))
    said = chance >= PROPOSED
    kinds = Counter(p.kind for p in pairs)
    print(f"{len(pairs)} pairs, {one.sum()} of them one incident: {dict(kinds)}")
    print(f"recall {(said & one).sum() / one.sum():.3f}")
    print(f"precision {(said & one).sum() / said.sum():.3f}")
    for kind in kinds:
        of = np.array([p.kind == kind for p in pairs])
        print(f"  {kind}: proposed {said[of].mean():.3f} of {of.sum()}")
    for low, high in pairwise(BINS):
        inside = (chance >= low) & (chance < high)
        if inside.any():
            print(
                f"  chance {low:.2f}-{high:.2f}: {inside.sum()} pairs, "
                f"mean {chance[inside].mean():.3f}, one {one[inside].mean():.3f}"
            )


if __name__ == "__main__":
    main()
