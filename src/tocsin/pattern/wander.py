"""A rate that wanders on its own: the marginal likelihood of a smooth random driver.

The logarithm of the rate is a Gaussian process on cells of watched time with Matern's covariance
of smoothness 3/2; given the number of incidents N, with counts n_b and f the process in the cells,

    ln L = sum_b n_b f_b - N ln(mean_b exp f_b)

which a constant f leaves at 0.  The process is integrated out by Laplace's method in its own
principal axes (Rasmussen and Williams, Gaussian Processes for Machine Learning, 2006, 3.4; Moller
et al., Scand. J. Statist. 25, 1998, for the Cox process), over a few spreads and lengths.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from tocsin.pattern.events import Floats

SPREADS = (0.5, 1.0, 2.0)  # of the logarithm of the rate
LENGTHS = 4  # from the shortest to half the window, evenly in the logarithm
_KEPT = 1e-4  # of the largest axis: what is smaller bends the rate by nothing that counts


def wandering(u: Floats, shortest: float, cells: int) -> float:
    """Return ln of the Bayes factor of a wandering rate against a constant one.

    u         (N,) times in 0..1 of the watched time
    shortest  correlation length, as a share of the window, down to which the rate may wander
    cells     of the grid; no length is shorter than two of them
    """
    counts = np.histogram(u, cells, (0.0, 1.0))[0].astype(np.float64)
    low = min(max(shortest, 2.0 / cells), 0.5)
    logs = [
        _laplace(counts, spread * _axes(cells, round(length, 6)))
        for length in np.geomspace(low, 0.5, LENGTHS).tolist()
        for spread in SPREADS
    ]
    return float(np.logaddexp.reduce(logs) - math.log(len(logs)))


@lru_cache(maxsize=64)
def _axes(cells: int, length: float) -> Floats:
    """Return the principal axes of the process with spread 1, (cells, R), each by its deviation."""
    at = (np.arange(cells) + 0.5) / cells
    far = math.sqrt(3.0) * np.abs(at[:, None] - at) / length
    values, vectors = np.linalg.eigh((1 + far) * np.exp(-far))
    kept = values > _KEPT * values[-1]
    return np.asarray(vectors[:, kept] * np.sqrt(values[kept]))


def _laplace(counts: Floats, axes: Floats) -> float:
    """Return ln of the integral over the coordinates z ~ N(0, 1) of the process axes @ z."""
    total = counts.sum()
    z = np.zeros(axes.shape[1])
    value, share = _joint(z, counts, axes)
    for _ in range(50):
        slope = axes.T @ (counts - total * share) - z
        step = np.linalg.solve(_bend(total, share, axes), slope)
        while True:
            fresh, mass = _joint(z + step, counts, axes)
            if fresh >= value - 1e-9:
                break
            step = step / 2
        z, gained, value, share = z + step, fresh - value, fresh, mass
        if gained < 1e-4:  # far below what Laplace leaves out
            break
    return value - 0.5 * float(np.linalg.slogdet(_bend(total, share, axes))[1])


def _joint(z: Floats, counts: Floats, axes: Floats) -> tuple[float, Floats]:
    """Return ln of likelihood times prior, and the share of the rate in each cell."""
    f = axes @ z
    top = float(f.max())
    mass = np.exp(f - top)
    log_mean = top + math.log(float(mass.mean()))
    value = float(counts @ f) - float(counts.sum()) * log_mean - 0.5 * float(z @ z)
    return value, np.asarray(mass / mass.sum())


def _bend(total: float, share: Floats, axes: Floats) -> Floats:
    """Return minus the second derivatives by z: never below the identity."""
    mean = axes.T @ share
    spread = (axes.T * share) @ axes - np.outer(mean, mean)
    return np.asarray(np.eye(axes.shape[1]) + total * spread)
