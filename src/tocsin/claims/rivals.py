"""Two rival claims weighed against each other: the Bayes factor with an encompassing prior.

Both claims are regions of one prior, so no prior within either has to be chosen
(Klugkist and Hoijtink, 2007):

    BF(a, b) = (P(a | data) / P(b | data)) / (P(a) / P(b))

each P a share of samples.  A region that no sample falls into has a mass below 1/M, not 0; the
factor is then a bound.  The prior is an argument without a default.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import log10

import numpy as np

from tocsin.claims.compatibility import Clouds
from tocsin.claims.evaluate import Evaluation, of_samples, worlds
from tocsin.claims.evidence import Evidence, Held
from tocsin.claims.tree import And, Bools, Node, leaves
from tocsin.claims.variants import STRETCHES, reach_m


@dataclass(frozen=True, slots=True)
class Factor:
    """How far the data favour claim a over claim b."""

    bans: float | None  # log10 of the Bayes factor; None where a mass cannot be told
    bound: str = ""  # ">" at least, "<" at most, "?" a mass of both sides is unknown
    why: str = ""

    def __str__(self) -> str:
        if self.bans is None or self.bound == "?":
            return self.why or "cannot be told from so few samples"
        words = {">": "more than ", "<": "less than "}.get(self.bound, "")
        return f"{words}10^{self.bans:.1f}"

    @property
    def turned(self) -> Factor:
        """Return the factor of claim b over claim a."""
        bound = {">": "<", "<": ">"}.get(self.bound, self.bound)
        return self if self.bans is None else Factor(-self.bans, bound, self.why)


def favoured(a: str, b: str, factors: Mapping[str, Factor]) -> str:
    """Return which of two claims the data favour, and by how much at least; "" if neither."""
    told = [one for one in factors.values() if one.bans is not None and one.bound != "?"]
    if len(told) < len(factors) or not told:
        return ""
    for first, second, each in ((a, b, told), (b, a, [one.turned for one in told])):
        if all((one.bans or 0.0) > 0 and one.bound != "<" for one in each):
            weakest = min(each, key=lambda one: one.bans or 0.0)
            return f"the data favour {first} over {second} by {weakest}, variants as the prior"
    return ""


def among_variants(a: Node, b: Node, clouds: Clouds) -> tuple[dict[str, Factor], str] | None:
    """Return the factor under each hypothesis and its prior in words, from flights tried already.

    The prior is that of `compatible`: the flight moved, turned and stretched, each as likely as
    another.  None where a claim is not about the flight, or there is nothing to vary.
    """
    here, prior = clouds.samples, clouds.varied
    both = And((a, b))
    if here is None or prior is None or not all(map(of_samples, leaves(both))):
        return None
    found = {}
    for world in worlds(both, here):
        masses = [
            _share(clouds.held(name, cloud, tree, world))
            for name, cloud in (("sample", here), ("variant", prior))
            for tree in (a, b)
        ]
        found[world.name] = _factor(masses)
    count = 0 if prior.posterior is None else len(prior.posterior.lon_deg)
    reach_km = reach_m(clouds.evidence) / 1e3
    moved = f"the flight moved up to {reach_km:.0f} km each way, turned, and stretched by "
    stretched = " or ".join(f"{x:g}" for x in STRETCHES)
    return found, f"{count:,} variants, each as likely as another: {moved}{stretched}"


def _share(yes: Bools) -> tuple[float, bool]:
    count = int(yes.sum())
    return (count or 1) / len(yes), count == 0


def bayes_factor(a: Node, b: Node, *, posterior: Evidence, prior: Evidence) -> dict[str, Factor]:
    """Return the Bayes factor of claim a over claim b under each hypothesis."""
    found = {}
    for world in worlds(And((a, b)), posterior):
        masses = [
            _mass(Evaluation(evidence, world).held(tree))
            for evidence in (posterior, prior)
            for tree in (a, b)
        ]
        found[world.name] = _factor(masses)
    return found


def _factor(masses: Sequence[tuple[float, bool] | None]) -> Factor:
    if None in masses:
        return Factor(None, why="not observed")
    (a, a_none), (b, b_none), (a0, a0_none), (b0, b0_none) = (m for m in masses if m is not None)
    # A mass bounded from above in the numerator makes the factor an upper bound, and so on.
    at_most, at_least = a_none or b0_none, b_none or a0_none
    bound = "?" if at_most and at_least else "<" if at_most else ">" if at_least else ""
    return Factor(log10(a * b0 / (b * a0)), bound)


def _mass(held: Held) -> tuple[float, bool] | None:
    """Return the share of samples, and whether it is only the bound 1/M."""
    if not held.known:
        return None
    count = int(np.sum(held.yes))
    return (count or 1) / held.known, count == 0
