"""The sensor bias that a claim would need: the number to lead with.

Returned is the smallest norm of the joint bias vector, in sigmas of its prior over all sensors,
for which P(test | bias, data) >= 0.5.  With g(b) the median margin of the samples under bias b,
that is the point of g(b) = 0 nearest to the origin, which structural reliability calls the
design point; it is found by their iteration

    b <- (grad g . b - g) grad g / |grad g|^2      (Hasofer and Lind 1974; Rackwitz, Fiessler 1978)

on g to first order, measured anew around each result; where g has no slope, from rays along every
bias and along the biases that move the whole track.  Last, the norm is put right along its ray
with distances measured exactly.  The result is a local minimum, so an upper bound on the norm:
another bias could need less.  Its sampling error is that of a median: 1.25 / sqrt(200) of the
spread that the biases leave.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tocsin.claims.evaluate import Evaluation, of_samples, worlds
from tocsin.claims.evidence import Evidence, World
from tocsin.claims.shifts import Shifts
from tocsin.claims.tree import Node, leaves
from tocsin.schema import Floats

#: Sigmas beyond which a bias is no longer worth a number: "more than 30".
LIMIT_SIGMA = 30.0
SAMPLES = 200  # the median margin of a Gaussian is then known to 9 % of its spread
SAMPLES_OF_RAYS = 40  # rays only find where to begin

Margin = Callable[[Floats], float]


@dataclass(frozen=True, slots=True)
class Need:
    """What bias a claim needs under one hypothesis."""

    sigma: float | None  # None: it needs none, or `why` says why there is no answer
    beyond: bool = False  # more than `sigma`
    p: float | None = None  # the posterior tail: P(test) at the biases the data allow
    parts: tuple[tuple[str, float], ...] = ()  # each bias in sigmas, the largest first
    why: str = ""

    def __str__(self) -> str:
        if self.sigma is None:
            return self.why
        if self.beyond:
            return f"more than {self.sigma:.0f} sigma, none nearer was found"
        named = ", ".join(f"{name} {value:+.1f}" for name, value in self.parts)
        return f"{self.sigma:.1f} sigma ({named})" if named else f"{self.sigma:.1f} sigma"


def bias_needed(
    tree: Node,
    evidence: Evidence,
    *,
    by: str = "",
    limit_sigma: float = LIMIT_SIGMA,
    samples: int = SAMPLES,
) -> dict[str, Need]:
    """Return what bias a test needs under each hypothesis; the same inputs give the same answer."""
    return {
        world.name: _needed(tree, evidence, world, by, limit_sigma, samples)
        for world in worlds(tree, evidence)
    }


def least(needs: dict[str, Need]) -> Need | None:
    """Return the smallest need over the hypotheses; None where any of them needs no bias."""
    if not needs or any(need.sigma is None for need in needs.values()):
        return None
    return min(needs.values(), key=lambda need: (need.beyond, need.sigma or 0.0))


def _needed(
    tree: Node, evidence: Evidence, world: World, by: str, limit: float, samples: int
) -> Need:
    posterior = evidence.posterior
    if posterior is None or not any(map(of_samples, leaves(tree))):
        return Need(None, why="rests on no position")
    held = Evaluation(evidence, world, by).held(tree)
    if held.known * 2 < len(held.yes):
        return Need(None, why="not observed")
    p = float(np.sum(held.yes)) / held.known
    if p >= 0.5:
        return Need(None, p=p, why="needs no bias")
    if not posterior.bias_sigmas.size:
        return Need(None, p=p, why="the samples carry no sensor bias")

    keys = {key: d for key, d in evidence.signed_distance_m.items() if key in _keys(world)}
    only = replace(evidence, signed_distance_m=keys)
    shifts = Shifts(only, posterior, samples)
    coarse = Shifts(only, posterior, SAMPLES_OF_RAYS)

    def margin(given: Evidence) -> float:
        return _median(Evaluation(given, world, by).held(tree).margin)

    point = _search(shifts, coarse, margin, limit)
    if point is None:
        return Need(limit, beyond=True, p=p)
    parts = sorted(zip(posterior.bias_names, point.tolist(), strict=True), key=lambda x: -abs(x[1]))
    shown = tuple((name, value) for name, value in parts if abs(value) >= 0.05)
    return Need(float(np.linalg.norm(point)), p=p, parts=shown)


def _keys(world: World) -> set[tuple[str, str]]:
    return set(world.hypothesis.items())


def _search(
    shifts: Shifts, coarse: Shifts, margin: Callable[[Evidence], float], limit: float
) -> Floats | None:
    origin = np.zeros(len(shifts.mean))

    def exact(bias: Floats) -> float:
        return margin(shifts.exact(bias))

    if exact(origin) >= 0:
        return origin
    start, found = shifts.mean, None
    for turn in range(6):
        line = shifts.near(start)

        def linear(bias: Floats, line: Callable[[Floats], Evidence] = line) -> float:
            return margin(line(bias))

        point = _design_point(linear, start, limit)
        if point is None and turn == 0:
            point = _from_a_ray(linear, coarse, margin, limit)
        if point is None:
            break
        found = point
        if np.linalg.norm(point - start) < 0.02:
            break
        start = point
    return None if found is None else _on_its_ray(exact, found, limit)


def _from_a_ray(
    linear: Margin, coarse: Shifts, margin: Callable[[Evidence], float], limit: float
) -> Floats | None:
    """Return a point found along rays, and from there the nearest to the origin."""
    line = coarse.near(coarse.mean)
    ray = _along_rays(lambda bias: margin(line(bias)), coarse, limit)
    if ray is None:
        return None
    point = _design_point(linear, ray, limit)
    return ray if point is None or np.linalg.norm(point) > np.linalg.norm(ray) else point


def _design_point(margin: Margin, start: Floats, limit: float) -> Floats | None:
    """Return the point of margin 0 nearest to the origin; None where the iteration is lost.

    A total within a narrow band has a kink on either side of it, over which the iteration can
    leap for ever: what it ends on is taken only if the test comes to hold right there.
    """
    b = start
    for turn in range(30):
        g, slope = margin(b), _slope(margin, b)
        steep = float(slope @ slope)
        if not np.isfinite(g) or not steep > 1e-12 * max(1.0, g * g):
            return None
        wanted = (float(slope @ b) - g) / steep * slope
        size = float(np.linalg.norm(wanted))
        if size > 2 * limit:
            wanted *= 2 * limit / size
        done = np.linalg.norm(wanted - b) < 1e-3
        b = b + (wanted - b) * (1.0 if turn < 10 else 0.5)  # half steps where it swings
        if done:
            break
    if np.linalg.norm(b) > 1.5 * limit:
        return None
    return b if max(margin(b * share) for share in (1.0, 1.005, 1.02)) >= 0 else None


def _slope(margin: Margin, b: Floats, step: float = 0.05) -> Floats:
    steps = np.eye(len(b)) * step
    return np.array([(margin(b + one) - margin(b - one)) / (2 * step) for one in steps])


def _along_rays(margin: Margin, shifts: Shifts, limit: float) -> Floats | None:
    """Return the nearest bias that satisfies the test along a fixed set of directions."""
    axes = np.eye(len(shifts.mean))
    nearest: Floats | None = None
    reach = limit
    for way in np.concatenate([axes, -axes, shifts.translations()]):
        for r in np.arange(0.25, reach + 0.125, 0.25):
            if margin(r * way) >= 0:
                nearest, reach = r * way, float(r)
                break
    return nearest


def _on_its_ray(exact: Margin, point: Floats, limit: float) -> Floats | None:
    """Return the least multiple of a point that satisfies the test exactly, to 0.005 sigma."""
    size = float(np.linalg.norm(point))
    if size == 0:
        return point
    way = point / size
    low, high = 0.0, size
    for beyond in (0.0, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0):  # small first: a band is narrow
        high = size + beyond
        if exact(high * way) >= 0:
            break
        low = high
    else:
        return None
    for share in (0.98, 0.9):  # close in from below before halving what is left
        if low < share * size and exact(share * size * way) < 0:
            low = share * size
            break
    while high - low > 0.01:
        middle = (low + high) / 2
        low, high = (low, middle) if exact(middle * way) >= 0 else (middle, high)
    found = (low + high) / 2
    return found * way if found <= limit else None


def _median(margin: Floats) -> float:
    known = margin[~np.isnan(margin)]
    if not len(known):
        return float("nan")
    # Of a sorted copy, not np.median: between -inf and inf that would be NaN.
    return float(np.sort(known)[len(known) // 2])
