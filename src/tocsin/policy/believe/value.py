"""What it would be worth to know: the truth about the campaign, and each number of a position.

With p and the cost C of a false ring known, learning whether a campaign runs is worth
min(p R, (1 - p) C): it saves the false ring where one would ring, and the delay where one would
not.  Over a box this has a least and a most, both in closed form, because it rises with C and with
p up to p* and falls beyond.

Learning one *number* of a position is worth something only where it could change the advice.  The
expectation needs weights over the box; they are uniform and independent, a convention, and the
integrals are by Gauss and Legendre with 64 nodes.

All results are in units of c_d D; times `Stakes.unit` they are in units of cost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from tocsin.policy.believe.model import COORDINATES, Stakes, false_cost
from tocsin.policy.believe.position import Interval, Position
from tocsin.schema import Floats

NODES = 64


@dataclass(frozen=True, slots=True)
class Worth:
    """Value of perfect information to one party, in units of c_d D."""

    campaign: Interval  # of knowing whether a campaign runs: least and most over the box
    number: dict[str, float]  # of knowing one number of the position, the others as uncertain

    @property
    def most_worth(self) -> str | None:
        """The number most worth learning; None where none could change the advice."""
        name = max(self.number, key=lambda key: self.number[key])
        return name if self.number[name] > 1e-12 else None


def worth(position: Position, stakes: Stakes) -> Worth:
    """Return what perfect information is worth to a position."""
    return Worth(_campaign(position, stakes), _numbers(position, stakes))


def _campaign(position: Position, stakes: Stakes) -> Interval:
    strength = stakes.strength
    low, high = position.prior
    cheap, dear = position.best, position.worst  # corners of the cost of a false ring
    least_cost = float(false_cost(cheap.phi, cheap.cost_ratio, cheap.recovery, stakes))
    most_cost = float(false_cost(dear.phi, dear.cost_ratio, dear.recovery, stakes))

    def at(p: float, cost: float) -> float:
        return min(p * strength, (1 - p) * cost)

    peak = most_cost / (strength + most_cost)
    least = min(at(low, least_cost), at(high, least_cost))
    return least, at(min(max(peak, low), high), most_cost)


def _numbers(position: Position, stakes: Stakes) -> dict[str, float]:
    nodes: dict[str, Floats] = {}
    weights: dict[str, Floats] = {}
    x, w = np.polynomial.legendre.leggauss(NODES)
    for name, (low, high) in position.box.items():
        wide = high > low
        nodes[name] = (low + high) / 2 + (high - low) / 2 * x if wide else np.array([low])
        weights[name] = w / 2 if wide else np.array([1.0])
    lost = false_cost(nodes["phi"][:, None], 0.0, nodes["recovery"][None, :], stakes)
    wear = float(weights["phi"] @ lost @ weights["recovery"])
    mean: dict[str, Any] = {name: float(weights[name] @ nodes[name]) for name in COORDINATES}

    def expected(p: Any, ratio: Any, worn: Any) -> Any:
        return p * stakes.strength - (1 - p) * (ratio + worn)

    flat = max(0.0, float(expected(mean["prior"], mean["cost_ratio"], wear)))
    given = {
        "prior": expected(nodes["prior"], mean["cost_ratio"], wear),
        "phi": expected(mean["prior"], mean["cost_ratio"], lost @ weights["recovery"]),
        "cost_ratio": expected(mean["prior"], nodes["cost_ratio"], wear),
        "recovery": expected(mean["prior"], mean["cost_ratio"], weights["phi"] @ lost),
    }
    out = {}
    for name in COORDINATES:
        low, high = position.box[name]
        out[name] = (
            _rounded(_positive(given[name], nodes[name], weights[name], low, high) - flat)
            if high > low
            else 0.0
        )
    return out


def _rounded(difference: float) -> float:
    """Return a value of information, which is never below 0; what is left of rounding is 0."""
    return difference if difference > 1e-12 else 0.0


def _positive(values: Floats, nodes: Floats, weights: Floats, low: float, high: float) -> float:
    """Return the mean of max(0, g) over [low, high] from g at the nodes.

    g is smooth and monotone but max(0, g) has a corner, which no quadrature likes: the part above
    0 is integrated by itself, with g interpolated through the nodes.
    """
    if (values > 0).all():
        return float(weights @ values)
    if not (values > 0).any():
        return 0.0
    fit = np.polynomial.Chebyshev.fit(nodes, values, min(24, len(nodes) - 1), domain=[low, high])
    found = np.atleast_1d(np.asarray(fit.roots(), dtype=complex))
    real = found.real[(np.abs(found.imag) < 1e-9) & (found.real >= low) & (found.real <= high)]
    roots = [float(each) for each in real]
    if not roots:
        return float(weights @ np.maximum(values, 0.0))
    turn = roots[0]
    whole = fit.integ()
    begin, end = (turn, high) if values[-1] > 0 else (low, turn)
    return float((whole(end) - whole(begin)) / (high - low))
