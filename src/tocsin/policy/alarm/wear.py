"""The law of response strength, long after the start: P(R > r) on a grid.

Across any level r as much probability climbs by recovery as falls by rings.  With G = P(R > r)
and b = nu / rho that balance reads

    -(1 - r) G'(r) = b (G(r) - G(r / (1 - phi))),   G = C (1 - r)^b  where r > 1 - phi,

because nobody falls into the topmost stretch.  Each stretch ((1-phi)^(j+1), (1-phi)^j) follows
from the one above; C is what makes G(0) = 1.  No closed form is known below the top stretch.

The error is about 1e-6 (linear interpolation on a grid, squared).  C is 1 over the product of
what is divided off on the way down and grows like (1 - E R)^-b: where it would eat the digits,
the law is refused; its moments (`fatigue`) stay exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log

import numpy as np

from tocsin.errors import UsageError
from tocsin.policy.alarm.fatigue import Fatigue
from tocsin.schema import Floats

MOST, LEAST = 1500, 60  # points on a stretch, the wide one at phi = 1 and the narrow at 0
FLOOR = 1e-9  # of R: below it nothing is resolved
WORST = 1e8  # of C: digits lost in G


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """P(R > r) at increasing r, and the density beside it."""

    r: Floats  # (N,)
    above: Floats  # (N,) P(R > r)
    density: Floats  # (N,)

    def at_most(self, r: Floats | float) -> Floats:
        """Return P(R <= r)."""
        return np.asarray(1 - np.interp(r, self.r, self.above))

    def quantile(self, p: float) -> float:
        """Return r with P(R <= r) = p."""
        return float(np.interp(p, 1 - self.above, self.r))


def law(model: Fatigue) -> Law:
    """Return the law of R; refuses phi = 0 and nu = 0, where R is 1 and has no density."""
    keep, b = 1 - model.loss, model.false_per_year / model.recovery_per_year
    if model.loss == 0 or b == 0:
        raise UsageError("R is 1 for good: nothing wears it", hint="give phi and a rate above 0")
    if keep == 0:
        r = np.linspace(0, 1, MOST)
        return Law(r, (1 - r) ** b, b * (1 - r) ** np.maximum(b - 1, 0) if b >= 1 else _steep(r, b))
    # From the top of a stretch down, dense at the top where (1-r)^b may be steep; the same
    # relative places on every stretch, so that r / (1 - phi) is a point of the stretch above.
    down = np.linspace(0, 1, LEAST + round((MOST - LEAST) * model.loss)) ** max(
        2.0, min(6.0, 2 / b)
    )
    place = 1 - (1 - keep) * down
    stretches = max(2, ceil(log(FLOOR) / log(keep)))
    rows = [place]
    higher = (1 - place) ** b
    values = [higher]
    edge = higher[-1] / (1 - keep) ** b  # G (1-r)^-b, carried down; 1 times C so far
    for j in range(1, stretches):
        r = place * keep**j
        power = (1 - r) ** -b
        # int G_up b (1-u)^(-b-1) du, with G_up linear between points and the rest exact
        steps = 0.5 * (higher[1:] + higher[:-1]) * (power[:-1] - power[1:])
        scaled = edge - np.concatenate([[0.0], np.cumsum(steps)])
        higher = scaled / power
        edge = float(scaled[-1])
        rows.append(r)
        values.append(higher)
        if edge < 1 / WORST:
            raise _lost(b)
    r, above = np.concatenate(rows)[::-1], np.concatenate(values)[::-1] / edge
    above = np.minimum.accumulate(np.clip(above, 0.0, 1.0))
    keep_one = np.concatenate([[True], np.diff(r) > 0])
    r, above = r[keep_one], above[keep_one]
    from_above = np.interp(r / keep, r, above, right=0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        density = np.where(r < 1, b * (above - from_above) / (1 - r), 0.0 if b > 1 else np.inf)
    return Law(r, above, density)


def _steep(r: Floats, b: float) -> Floats:
    with np.errstate(divide="ignore"):
        return np.asarray(b * (1 - r) ** (b - 1))


def _lost(b: float) -> UsageError:
    return UsageError(
        f"with {b:g} false rings to a recovery time the law of R cannot be had to six digits",
        hint="its mean and spread are exact all the same",
    )
