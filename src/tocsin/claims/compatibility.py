"""Whether claims can all be true of one flight: asked before any of them is judged.

Claims are compatible if one flight satisfies them all.  It is looked for first among the samples,
then in whatever samples of a prior are given, last among variants of the flight: moved, turned
and stretched.  Facts, counts and the register are free here: the question is what could be true,
not what is.  One flight found is proof; none found among flights that satisfy each claim alone is
an answer of "not compatible" that says how many were tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise, product

import numpy as np

from tocsin import geo
from tocsin.claims.evaluate import Evaluation, of_samples, worlds
from tocsin.claims.evidence import Evidence, World
from tocsin.claims.tree import And, Bools, Fact, Measure, Node, Register, leaves, volumes
from tocsin.claims.variants import variants
from tocsin.schema import Floats

NOTHING_SHARED = "nothing in one excludes the other"

#: What a report may say of each fact; a claim that needs anything else cannot be true.
_VALUES = {"transponder": ("on", "off")}


@dataclass(frozen=True, slots=True)
class Compatibility:
    """`compatible` is None where it cannot be told."""

    compatible: bool | None
    why: str


class Clouds:
    """The flights that claims are tried on: one of a kind for all questions of a case.

    prior   further samples to look among: wider than the posterior's, measured like them
    """

    def __init__(self, evidence: Evidence, prior: Sequence[Evidence] = ()) -> None:
        self.evidence = evidence
        self.prior = prior
        self._held: dict[tuple[object, ...], Bools] = {}

    @cached_property
    def samples(self) -> Evidence | None:
        return _whole(self.evidence)

    @cached_property
    def varied(self) -> Evidence | None:
        posterior = self.evidence.posterior
        if posterior is None or not self.evidence.signed_distance:
            return None
        return variants(self.evidence, posterior)

    def held(self, name: str, cloud: Evidence, tree: Node, world: World) -> Bools:
        """Return which flights of a cloud satisfy a test; asked once for all pairs it is in."""
        every = tuple(leaves(tree))
        named = set(volumes(tree))
        facts = {leaf.question for leaf in every if isinstance(leaf, Fact)}
        key = (
            name,
            tree,
            tuple(sorted((v, h) for v, h in world.hypothesis.items() if v in named)),
            tuple(sorted((k, v) for k, v in (world.facts or {}).items() if k in facts)),
            tuple(sorted((world.counts or {}).items())) if _counts(every) else (),
        )
        if key not in self._held:
            self._held[key] = Evaluation(cloud, world).held(tree).yes
        return self._held[key]

    def fit(self, node: Node) -> Iterator[tuple[str, Evidence]]:
        """Yield what each cloud is called, and the cloud; the likeliest to hold a flight first."""
        if not any(map(of_samples, leaves(node))):
            yield "supposed", Evidence(window_ns=self.evidence.window_ns)
            return
        if self.samples is not None:
            yield "sample", self.samples
        for given in map(_whole, self.prior):
            if given is not None:
                yield "prior sample", given
        if self.varied is not None:
            yield "variant", self.varied


def _whole(given: Evidence) -> Evidence | None:
    """Return the evidence as a world, not as what was seen of it: no time is unobserved."""
    if given.posterior is None:
        return None
    every = np.ones(len(given.posterior.t_ns), np.bool_)
    return replace(given, posterior=replace(given.posterior, observed=every))


def compatible(trees: Sequence[Node], among: Evidence | Clouds) -> Compatibility:
    """Return whether some flight satisfies all of the tests, and how that is known."""
    clouds = among if isinstance(among, Clouds) else Clouds(among)
    groups = _apart(trees)
    answers = [_together(group, clouds) for group in groups]
    if len(groups) == len(trees) > 1 and all(each.compatible for each in answers):
        return Compatibility(True, NOTHING_SHARED)  # each is about another thing
    order = (False, None, True)  # one that excludes the other decides, then one that cannot be told
    return min(answers, key=lambda each: order.index(each.compatible))


def _apart(trees: Sequence[Node]) -> list[list[Node]]:
    """Return the tests in groups that have nothing in common, those on the flight first.

    Each fact or count that is supposed doubles or trebles the worlds to be tried; apart they add.
    """
    groups: list[tuple[set[str], list[Node]]] = []
    for tree in trees:
        every = tuple(leaves(tree))
        mine = {"a flight"} if any(map(of_samples, every)) else set()
        mine |= {name for leaf in every if (name := _supposes(leaf))}
        shared = [group for group in groups if group[0] & mine]
        names = mine.union(*(group[0] for group in shared))
        kept = [one for group in shared for one in group[1]]
        groups = [group for group in groups if group not in shared]
        groups.append((names, [*kept, tree]))
    groups.sort(key=lambda group: "a flight" not in group[0])
    return [group for _, group in groups]


def _supposes(leaf: Node) -> str:
    """Return the name of what a leaf leaves free, "" for what a flight decides."""
    if isinstance(leaf, Fact):
        return leaf.question
    if isinstance(leaf, Register):
        return leaf.query
    counted = isinstance(leaf, Measure) and leaf.quantity == "aircraft_count"
    return "aircraft_count" if counted else ""


def _together(trees: Sequence[Node], clouds: Clouds) -> Compatibility:
    both = And(tuple(trees))
    alone = np.zeros(len(trees), np.int64)
    tried = 0
    geometry = "; ".join(ring_facts(both, clouds.evidence))
    for kind_of, cloud in clouds.fit(both):
        joint, size = 0, 0
        for world in worlds(both, cloud):
            held = np.zeros((len(trees), _samples(cloud)), np.bool_)
            together = np.zeros(_samples(cloud), np.bool_)
            for supposed in _supposed(world, both):
                each = np.stack([clouds.held(kind_of, cloud, tree, supposed) for tree in trees])
                held |= each
                together |= each.all(axis=0)
            alone += held.sum(axis=1)
            joint = max(joint, int(together.sum()))
            size = _samples(cloud)
        tried += size
        if joint:
            return Compatibility(True, _joined(_found(kind_of, joint, size), geometry))
    if not tried:
        return Compatibility(None, "no track to try them on")
    if not alone.all():
        names = " and ".join(f'"{trees[i]}"' for i in np.flatnonzero(alone == 0).tolist())
        return Compatibility(None, f"none of {tried} flights tried satisfies {names} even alone")
    why = f"each holds for some of {tried} flights tried, and for none of them all"
    return Compatibility(False, _joined(why, geometry))


def ring_facts(node: Node, evidence: Evidence) -> Iterator[str]:
    """Yield, for each distance from a place, where the points at that distance lie.

    "more than 3 km from the island" sounds like the open sea; whether it is, is geometry.
    """
    asked = [
        leaf for leaf in leaves(node) if isinstance(leaf, Measure) and leaf.quantity == "distance"
    ]
    for leaf in dict.fromkeys(asked):
        if leaf.of not in evidence.places:
            continue
        lon, lat = circle(*evidence.places[leaf.of], leaf.bound.amount.si)
        measuring = evidence.exact_distance or evidence.signed_distance
        for volume in volumes(node):
            every = [
                measure(lon, lat) for (name, _), measure in measuring.items() if name == volume
            ]
            if every:
                low, high = min(d.min() for d in every), max(d.max() for d in every)
                yield _ring(leaf, volume, float(low), float(high))


def circle(lon0: float, lat0: float, radius_m: float, points: int = 720) -> tuple[Floats, Floats]:
    """Return points at one geodesic distance from a place."""
    azimuth = np.arange(points) * (360.0 / points)
    start = np.full(points, lon0), np.full(points, lat0)
    lon, lat, _ = geo.WGS84.fwd(*start, azimuth, np.full(points, radius_m))
    return np.asarray(lon), np.asarray(lat)


def _ring(leaf: Measure, volume: str, low_m: float, high_m: float) -> str:
    point = f"every point {leaf.bound.amount} from {leaf.of} lies"
    if low_m > 0:
        return f"{point} {low_m / 1e3:.1f} to {high_m / 1e3:.1f} km inside {volume}"
    if high_m < 0:
        return f"{point} {-high_m / 1e3:.1f} to {-low_m / 1e3:.1f} km outside {volume}"
    return (
        f"points {leaf.bound.amount} from {leaf.of} lie from {-low_m / 1e3:.1f} km outside "
        f"to {high_m / 1e3:.1f} km inside {volume}"
    )


def _supposed(world: World, node: Node) -> Iterator[World]:
    """Yield the world with every combination of facts and counts that the tests could turn on."""
    every = tuple(leaves(node))
    facts: dict[str, dict[str, None]] = {}
    asked: dict[str, set[float]] = {}
    for leaf in every:
        if isinstance(leaf, Fact):
            facts.setdefault(leaf.question, {}).update(dict.fromkeys(_answers(leaf)))
        elif isinstance(leaf, Register | Measure) and (name := _supposes(leaf)):
            n = leaf.bound.amount.si
            asked.setdefault(name, set()).update(max(n + d, 0.0) for d in (-1, 0, 1))
    for values in product(*facts.values()):
        for counts in product(*map(_with_middles, asked.values())):
            yield replace(
                world,
                facts=dict(zip(facts, values, strict=True)),
                counts=dict(zip(asked, counts, strict=True)),
            )


def _with_middles(numbers: set[float]) -> list[float]:
    """Return numbers in order; of those that are no counts also what lies between two."""
    whole = sorted(numbers)
    if all(number.is_integer() for number in whole):
        return whole
    return sorted({*whole, *((a + b) / 2 for a, b in pairwise(whole))})


def _counts(every: Sequence[Node]) -> bool:
    return any(
        isinstance(leaf, Register)
        or (isinstance(leaf, Measure) and leaf.quantity == "aircraft_count")
        for leaf in every
    )


def _answers(fact: Fact) -> tuple[str, ...]:
    """Return what a fact may be; of one that may be anything, what is claimed and else."""
    if fact.question != fact.quantity:
        return (fact.value, f"not {fact.value}")
    return _VALUES.get(fact.quantity, ("yes", "no"))


def _samples(evidence: Evidence) -> int:
    return 1 if evidence.posterior is None else len(evidence.posterior.lon_deg)


def _found(kind_of: str, joint: int, size: int) -> str:
    if kind_of == "supposed":
        return NOTHING_SHARED
    plural = "" if size == 1 else "s"
    if kind_of == "variant":
        return f"all hold together for {joint} of {size} variants of the flight"
    return f"all hold together in {joint} of {size} {kind_of}{plural}"


def _joined(why: str, geometry: str) -> str:
    return f"{why}; {geometry}" if geometry else why
