"""The sensor bias that a claim would need: the number to lead with.

Returned is the smallest norm of the joint bias vector, in sigmas of its prior over all sensors,
for which P(test | bias, data) >= 0.5.  With g(b) the median margin of the samples under bias b,
that is the point of g(b) = 0 nearest to the origin (`designpoint`), with distances measured anew
at each step; where g has no slope, it is begun from rays along every bias and along the biases
that move the whole track.  Last, the norm is put right along its ray, with the
flight drawn again from its plots where that can be done (`confirm`).  The result is a local
minimum, so an upper bound on the norm: another bias could need less.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from tocsin.claims.confirm import confirmed
from tocsin.claims.designpoint import Line, design_point
from tocsin.claims.evaluate import Evaluation, of_samples, worlds
from tocsin.claims.evidence import Answer, Evidence, Held, World
from tocsin.claims.shifts import Shifts, thinned
from tocsin.claims.tree import Measure, Node, leaves
from tocsin.schema import Floats, Posterior

#: Sigmas beyond which a bias is no longer worth a number: "more than 300".
LIMIT_SIGMA = 300.0
SAMPLES = 200  # the median margin of a Gaussian is then known to 9 % of its spread
FEWER = 60  # on the way there
TIMES = 150  # between which everything is taken as straight
EXACT_SIGMA = 8.0  # up to which a tenth is told: beyond, a drawn flight hangs on last digits

MOVING = ("speed", "path_length", "height")  # asks for positions themselves, not distances only

Margin = Callable[[Floats], float]
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
    study: Shifts | None = None,
    limit_sigma: float = LIMIT_SIGMA,
) -> dict[str, Need]:
    """Return what bias a test needs under each hypothesis; the same inputs give the same answer.

    answer  what `evaluate` said to the same test, where the caller has it already
    study   what `study_of` says of the evidence, likewise
    """
    posterior = evidence.posterior
    if study is None and posterior is not None and posterior.bias_sigmas.size:
        study = study_of(evidence, posterior)
    study = study and study.afresh()
    needs: dict[str, Need] = {}
    found: Floats | None = None
    for world in worlds(tree, evidence):
        # Rival limits lie close together: what one needs is where to begin with the next.
        held = answer.held[world.name] if answer else None
        needs[world.name], found = _needed(
            tree, evidence, world, by, held, limit_sigma, study, found
        )
    return needs


def study_of(evidence: Evidence, posterior: Posterior) -> Shifts:
    """Return how the flight moves with the biases, for any test."""
    return Shifts(*thinned(evidence, posterior, TIMES), SAMPLES)


def least(needs: dict[str, Need]) -> Need | None:
    """Return the smallest need over the hypotheses; None where any of them needs no bias.

    What was counted on a flight drawn again goes before what straight lines say.
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
    study: Shifts | None,
    start: Floats | None,
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
    if study is None:
        return Need(None, p=p, why="the samples carry no sensor bias"), start

    limits = {key: d for key, d in evidence.signed_distance_m.items() if key in _keys(world)}
    measures = [leaf for leaf in leaves(tree) if isinstance(leaf, Measure)]
    named = {leaf.of for leaf in measures}
    # Depth from an outward limit is measured where the flight is, and not told by its distance.
    asks = (*MOVING, "depth") if evidence.outward else MOVING
    moving = any(leaf.quantity in asks for leaf in measures)
    places = {name: d for name, d in evidence.place_distance_m.items() if name in named}
    only = replace(evidence, signed_distance_m=limits, place_distance_m=places)
    shifts = study.only(only, positions=moving)

    def margins(given: Evidence, count: int) -> Floats:
        found = Evaluation(given, world, by).held(tree).margin
        return _medians(found.reshape(count, -1))

    def weighing(bias: Floats) -> tuple[float, float]:
        found = Evaluation(shifts.drawn(bias[None]), world, by).held(tree)
        p = float(np.sum(found.yes)) / max(found.known, 1)
        return float(_medians(found.margin[None])[0]), p

    def lines() -> Floats | None:
        return _search(shifts, margins, limit, shifts.mean)

    def together() -> Floats | None:
        """Return the biases by which each sensor alone would satisfy the test."""
        total: Floats = np.zeros_like(shifts.mean)
        for which in shifts.sensors():
            found = _search(shifts.alone(which), margins, limit, None)
            if found is None:
                return None
            total = total + found
        return total

    def alike() -> Floats | None:
        """Return the biases by which all sensors would be off alike, so that it is satisfied."""
        agreeing, ways = shifts.agreeing()
        return _along_rays(agreeing.fewer(), margins, limit, ways)

    if shifts.real:
        ways = (together, alike, lines) if len(shifts.sensors()) > 1 else (lines,)
        real = confirmed(ways, weighing, start, limit)
        point = real.bias if real else None
    else:
        real, point = None, _search(shifts, margins, limit, start)
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
    """Return the nearest bias that satisfies the test, by straight lines.

    start  where to begin; None: nobody knows, so all around
    """

    def exact(bias: Floats) -> float:
        return float(margins(shifts.exact(bias), 1)[0])

    origin = np.zeros(len(shifts.mean))
    if exact(origin) >= 0:
        return origin

    few = shifts.fewer(FEWER, TIMES, rough=False)

    def descent(start: Floats) -> Floats | None:
        return design_point(
            lambda bias: _line(few, margins, bias),
            lambda biases: margins(few.moved_to(biases), len(biases)),
            start,
            limit,
        )

    ends: list[Floats | None] = []
    if start is None:
        ray = _along_rays(shifts.fewer(), margins, limit)
        if ray is not None:
            # Good by itself; the iteration may come nearer, or be lost.
            points = [ray, descent(ray)]
            ends = [_on_its_ray(exact, point, limit) for point in points if point is not None]
    if not any(end is not None for end in ends):
        point = descent(shifts.mean if start is None else start)
        ends = [None if point is None else _on_its_ray(exact, point, limit)]
    if start is not None and ends[0] is None:
        return _search(shifts, margins, limit, None)
    held = [end for end in ends if end is not None]
    return min(held, key=lambda end: float(np.linalg.norm(end)), default=None)


def _line(shifts: Shifts, margins: OfEvidence, bias: Floats, step: float = 0.05) -> Line:
    """Return the median margin about one bias, by central differences in what moves the flight."""
    near = shifts.near(bias)
    moving = np.flatnonzero(shifts.moving())
    steps = step * np.eye(len(bias))[moving]
    found = margins(
        near(np.concatenate([bias[None], bias + steps, bias - steps])), 1 + 2 * len(steps)
    )
    up, down = np.split(found[1:], 2)
    slope = np.zeros_like(bias)
    slope[moving] = (up - down) / (2 * step)
    return Line(bias, float(found[0]), slope)


def _along_rays(
    shifts: Shifts, margins: OfEvidence, limit: float, ways: Floats | None = None
) -> Floats | None:
    """Return the nearest bias that satisfies the test along a fixed set of directions.

    All of them are followed together, so that the first that comes to hold is the nearest.
    """
    if ways is None:
        axes = np.eye(len(shifts.mean))[shifts.moving()]
        ways = np.concatenate([shifts.translations(), axes, -axes, shifts.circles()])
    reached = 0.0
    before = np.zeros((0, len(ways)))  # margins at the last two lengths
    lengths: list[float] = []
    while reached < limit:
        stride = max(1.0, 0.2 * reached)  # far out a tenth is near enough to begin from
        for share in (0.5, 1.0) if reached >= 4.0 else (0.25, 0.5, 0.75, 1.0):
            length = reached + stride * share
            g = margins(shifts.moved_to(length * ways), len(ways))
            lengths.append(length)
            before = np.concatenate([before[-2:], g[None]])
            closest = _nearest_held(shifts, margins, ways, lengths[-3:], before)
            if closest is not None:
                return closest if float(np.linalg.norm(closest)) <= limit else None
        reached += stride
    return None


def _nearest_held(
    shifts: Shifts, margins: OfEvidence, ways: Floats, lengths: list[float], g: Floats
) -> Floats | None:
    """Return the nearest of what holds at the last of three lengths, or between them at a peak.

    A band may be narrower than the steps: where a margin rose and fell, it is looked at closer.
    """
    found: list[Floats] = []
    if len(g) == 3:
        for k in np.flatnonzero((g[0] < g[1]) & (g[1] > g[2]) & (g[1] < 0)).tolist():
            closer = np.linspace(lengths[0], lengths[2], 33)
            holds = margins(shifts.moved_to(closer[:, None] * ways[k]), len(closer)) >= 0
            if holds.any():
                found.append(float(closer[np.argmax(holds)]) * ways[k])
    found += [lengths[-1] * ways[k] for k in np.flatnonzero(g[-1] >= 0).tolist()]
    return min(found, key=lambda b: float(np.linalg.norm(b)), default=None)


def _on_its_ray(exact: Margin, point: Floats, limit: float) -> Floats | None:
    """Return the least multiple of a point that satisfies the test, to 0.005 sigma or 0.1 %."""
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
    while high - low > max(0.01, 0.002 * size):
        middle = (low + high) / 2
        low, high = (low, middle) if exact(middle * way) >= 0 else (middle, high)
    found = (low + high) / 2
    return found * way if found <= limit else None


def _medians(margins: Floats) -> Floats:
    """Return the median of each row, (G, S) to (G,), of what is known; NaN where nothing is."""
    known = margins.shape[1] - np.isnan(margins).sum(axis=1)
    # Of what is sorted, NaN last, not np.median: between -inf and inf that would be NaN.
    return np.asarray(np.sort(margins, axis=1)[np.arange(len(margins)), known // 2 - (known == 0)])
