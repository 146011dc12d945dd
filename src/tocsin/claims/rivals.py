"""Two rival claims weighed against each other: the Bayes factor with an encompassing prior.

Both claims are regions of one prior, so no prior within either has to be chosen
(Klugkist and Hoijtink, 2007):

    BF(a, b) = (P(a | data) / P(b | data)) / (P(a) / P(b))

each P a share of samples.  A region that no sample falls into has a mass below 1/M, not 0; the
factor is then a bound.  The prior is an argument without a default.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import log10

import numpy as np

from tocsin.claims.evaluate import Evaluation, worlds
from tocsin.claims.evidence import Evidence, Held
from tocsin.claims.tree import And, Node


@dataclass(frozen=True, slots=True)
class Factor:
    """How far the data favour claim a over claim b."""

    bans: float | None  # log10 of the Bayes factor; None where a mass cannot be told
    bound: str = ""  # ">" at least, "<" at most, "?" a mass of both sides is unknown
    why: str = ""


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


def _factor(masses: list[tuple[float, bool] | None]) -> Factor:
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
