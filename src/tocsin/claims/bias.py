"""The sensor bias that a claim would need: the number to lead with.

Returned is the smallest norm of the joint bias vector, in sigmas of its prior over all sensors,
for which P(test | bias, data) >= 0.5.  With g(b) the median margin of the samples under bias b,
that is the point of g(b) = 0 nearest to the origin, which structural reliability calls the
design point; it is found by their iteration

    b <- (grad g . b - g) grad g / |grad g|^2      (Hasofer and Lind 1974; Rackwitz, Fiessler 1978)

with distances measured anew at each step; where g has no slope, from rays along every bias and
along the biases that move the whole track.  Last, the norm is put right along its ray, with the
flight drawn again from its plots where that can be done (`confirm`).  The result is a local
minimum, so an upper bound on the norm: another bias could need less.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tocsin.claims.confirm import Begin, confirmed
from tocsin.claims.evaluate import Evaluation, of_samples, worlds
from tocsin.claims.evidence import Answer, Evidence, Held, World
from tocsin.claims.shifts import Shifts, thinned
from tocsin.claims.tree import Measure, Node, leaves
from tocsin.schema import Floats

#: Sigmas beyond which a bias is no longer worth a number: "more than 300".
LIMIT_SIGMA = 300.0
SAMPLES = 200  # the median margin of a Gaussian is then known to 9 % of its spread
TIMES = 150  # between which everything is taken as straight
TRUST_SIGMA = 4.0  # of one step of the iteration, or this share of the way there
TRUST = 0.25
EXACT_SIGMA = 20.0  # up to which a tenth is told

MOVING = ("speed", "path_length", "height")  # asks for positions themselves, not distances only

Margin = Callable[[Floats], float]
Margins = Callable[[Floats], Floats]  # of biases (G, B), (G,)
OfEvidence = Callable[[Evidence, int], Floats]  # of so many biases one after the other


@dataclass(frozen=True, slots=True)
class Need:
    """What bias a claim needs under one hypothesis."""

    sigma: float | None  # None: it needs none, or `why` says why there is no answer
    beyond: bool = False  # more than `sigma`
    p: float | None = None  # the posterior tail: P(test) at the biases the data allow
    parts: tuple[tuple[str, float], ...] = ()  # each bias in sigmas, the largest first
    why: str = ""
    p_there: float | None = None  # P(test) in the flight drawn again under these very biases

    def __str__(self) -> str:
        if self.sigma is None:
            return self.why
        if self.beyond:
            return f"more than {self.sigma:.0f} sigma, none nearer was found"
        named = ", ".join(f"{name} {value:+.1f}" for name, value in self.parts)
        # Of a few hundred flights, to a per cent of the bias: no more digits than that.
        size = f"{self.sigma:.1f} sigma" if self.sigma < EXACT_SIGMA else f"{self.sigma:.0f} sigma"
        return f"{size} ({named})" if named else size


def bias_needed(
    tree: Node,
    evidence: Evidence,
    *,
    by: str = "",
    answer: Answer | None = None,
    limit_sigma: float = LIMIT_SIGMA,
    samples: int = SAMPLES,
) -> dict[str, Need]:
    """Return what bias a test needs under each hypothesis; the same inputs give the same answer.

    answer  what `evaluate` said to the same test, where the caller has it already
    """
    needs: dict[str, Need] = {}
    found: Floats | None = None
    begin: list[Begin] = []
    for world in worlds(tree, evidence):
        # Rival limits lie close together: what one needs is where to begin with the next.
        held = answer.held[world.name] if answer else None
        needs[world.name], found = _needed(
            tree, evidence, world, by, held, limit_sigma, samples, found, begin
        )
    return needs


def least(needs: dict[str, Need]) -> Need | None:
    """Return the smallest need over the hypotheses; None where any of them needs no bias.

    What was counted on a flight drawn again goes before what was only lengthened like it.
    """
    if not needs or any(need.sigma is None for need in needs.values()):
        return None
    counted = [need for need in needs.values() if need.p_there is not None] or needs.values()
    return min(counted, key=lambda need: (need.beyond, need.sigma or 0.0))


def _needed(
    tree: Node,
    evidence: Evidence,
    world: World,
    by: str,
    held: Held | None,
    limit: float,
    samples: int,
    start: Floats | None,
    begin: list[Begin],
) -> tuple[Need, Floats | None]:
    """Return the need, and the point of bias space that is as far away."""
    posterior = evidence.posterior
    if posterior is None or not any(map(of_samples, leaves(tree))):
        return Need(None, why="rests on no position"), start
    held = held or Evaluation(evidence, world, by).held(tree)
    if held.known * 2 < len(held.yes):
        return Need(None, why="not observed"), start
    p = float(np.sum(held.yes)) / held.known
    if p >= 0.5:
        return Need(None, p=p, why="needs no bias"), start
    if not posterior.bias_sigmas.size:
        return Need(None, p=p, why="the samples carry no sensor bias"), start

    limits = {key: d for key, d in evidence.signed_distance_m.items() if key in _keys(world)}
    measures = [leaf for leaf in leaves(tree) if isinstance(leaf, Measure)]
    named = {leaf.of for leaf in measures}
    moving = any(leaf.quantity in MOVING for leaf in measures)
    places = {name: d for name, d in evidence.place_distance_m.items() if name in named}
    only = replace(evidence, signed_distance_m=limits, place_distance_m=places)
    shifts = Shifts(*thinned(only, posterior, TIMES), samples, positions=moving)

    def margins(given: Evidence, count: int) -> Floats:
        found = Evaluation(given, world, by).held(tree).margin
        return np.array([_median(one) for one in found.reshape(count, -1)])

    def search(there: Shifts, at: Floats) -> Floats | None:
        return _search(there, margins, limit, at)

    def weighing(there: Shifts) -> tuple[float, float]:
        found = Evaluation(there.exact(there.mean), world, by).held(tree)
        return _median(found.margin), float(np.sum(found.yes)) / max(found.known, 1)

    real = confirmed(shifts, search, weighing, begin, limit) if shifts.real else None
    if real is None:
        point = None if shifts.real else _search(shifts, margins, limit, start)
    else:
        point = real.bias
    if point is None:
        return Need(limit, beyond=True, p=p), start
    parts = sorted(zip(posterior.bias_names, point.tolist(), strict=True), key=lambda x: -abs(x[1]))
    shown = tuple((name, value) for name, value in parts if abs(value) >= 0.05)
    p_there = real.p if real else None
    return Need(float(np.linalg.norm(point)), p=p, parts=shown, p_there=p_there), point


def _keys(world: World) -> set[tuple[str, str]]:
    return set(world.hypothesis.items())


def _search(
    shifts: Shifts, margins: OfEvidence, limit: float, start: Floats | None
) -> Floats | None:
    def exact(bias: Floats) -> float:
        return float(margins(shifts.exact(bias), 1)[0])

    origin = np.zeros(len(shifts.mean))
    if exact(origin) >= 0:
        return origin
    begin = shifts.mean if start is None else start
    point = _design_point(shifts, margins, begin, limit)
    found = None if point is None else _on_its_ray(exact, point, limit)
    if found is not None:
        return found
    ray = _along_rays(shifts.coarse(), margins, limit)
    if ray is None:
        return None
    # The ray is good by itself; the iteration may come nearer, or be lost from there too.
    starts = (ray, _design_point(shifts, margins, ray, limit))
    ends = [_on_its_ray(exact, point, limit) for point in starts if point is not None]
    return min((end for end in ends if end is not None), key=np.linalg.norm, default=None)


def _about(shifts: Shifts, margins: OfEvidence, bias: Floats) -> Margins:
    """Return the median margins of biases, to first order around one."""
    line = shifts.near(bias)
    return lambda biases: margins(line(biases), len(biases))


def _design_point(
    shifts: Shifts, margins: OfEvidence, start: Floats, limit: float
) -> Floats | None:
    """Return the point of margin 0 nearest to the origin; None where the iteration is lost.

    A total within a narrow band has a kink on either side of it, over which the iteration can
    leap for ever: what it ends on is taken only if the test comes to hold right there.
    """
    b, held = start, None
    for turn in range(24):
        linear = _about(shifts, margins, b)
        g, slope = _slope(linear, b)
        if g >= 0 and (held is None or np.linalg.norm(b) < np.linalg.norm(held)):
            held = b
        steep = float(slope @ slope)
        if not np.isfinite(g) or not steep > 1e-12 * max(1.0, g * g):
            break
        step = (float(slope @ b) - g) / steep * slope - b
        size = float(np.linalg.norm(step))
        if size < 0.005 and linear(b * np.array([[1.0], [1.005], [1.02]])).max() >= 0:
            held = b
            break
        # Beyond a few sigmas another piece of the limit may be the nearest; half steps where
        # it swings.
        b = b + step * min(1.0, max(TRUST_SIGMA, TRUST * float(np.linalg.norm(b))) / size) * (
            1.0 if turn < 12 else 0.5
        )
        if np.linalg.norm(b) > 2 * limit:
            break
    return held


def _slope(margins: Margins, b: Floats, step: float = 0.05) -> tuple[float, Floats]:
    """Return the margin at a bias, and its slope by central differences."""
    steps = np.eye(len(b)) * step
    found = margins(np.concatenate([b[None], b + steps, b - steps]))
    up, down = np.split(found[1:], 2)
    return float(found[0]), (up - down) / (2 * step)


def _along_rays(shifts: Shifts, margins: OfEvidence, limit: float) -> Floats | None:
    """Return the nearest bias that satisfies the test along a fixed set of directions."""
    axes = np.eye(len(shifts.mean))
    nearest: Floats | None = None
    reach = limit
    # Those that move the whole track come first: what they need is where the others may stop.
    for way in np.concatenate([shifts.translations(), axes, -axes]):
        held = _along_ray(shifts, margins, way, reach)
        if held is not None:
            reach, nearest = held, held * way
    return nearest


def _along_ray(shifts: Shifts, margins: OfEvidence, way: Floats, reach: float) -> float | None:
    """Return the first length along one direction at which the test holds."""
    whole = 0.0
    before: list[tuple[float, float]] = []  # the last two lengths and their margins
    while whole < reach:
        linear = _about(shifts, margins, whole * way)
        stride = max(1.0, 0.2 * whole)  # far out a fifth is near enough to begin from
        lengths = whole + stride * np.array([0.25, 0.5, 0.75, 1.0])
        for r, g in zip(lengths.tolist(), linear(lengths[:, None] * way).tolist(), strict=True):
            if g >= 0:
                return r if r <= reach else None
            before = [*before[-2:], (r, g)]
            peak = len(before) == 3 and before[0][1] < before[1][1] > before[2][1]
            if peak:  # a band may be narrower than the steps: look between them
                closer = np.linspace(before[0][0], before[2][0], 33)
                holds = (linear(closer[:, None] * way) >= 0) & (closer <= reach)
                if holds.any():
                    return float(closer[np.argmax(holds)])
        whole += stride
    return None


def _on_its_ray(exact: Margin, point: Floats, limit: float) -> Floats | None:
    """Return the least multiple of a point that satisfies the test exactly, to 0.005 sigma."""
    size = float(np.linalg.norm(point))
    if size == 0:
        return point
    way = point / size
    low, high = 0.0, size
    # Small first, for a band is narrow; then shares of it: a ray found with few samples and far
    # out may be short by a good part.
    further = (size * share for share in (0.05, 0.1, 0.2, 0.4) if size * share > 2.0)
    for beyond in (0.0, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, *further):
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
