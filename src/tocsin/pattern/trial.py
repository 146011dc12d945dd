"""One record held against what its own gaps, shuffled, give under a ratio that is supposed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.pattern.montecarlo import MonteCarlo
from tocsin.pattern.placebo import Trigger, after_exposure, laid_out, log_ratio, stretched
from tocsin.schema import Floats

_SAME = 1e-12  # statistics of equal counts and times differ by rounding


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """A record, the rule by which its responses came, and the shuffles it is held against."""

    t: Floats  # (N,) sorted
    responses: Floats
    begin: float
    end: float
    window: float
    rule: Trigger
    order: NDArray[np.int64]  # (M, N + 1) the same shuffles for every ratio

    @property
    def statistic(self) -> float:
        """ln of the rate after responses over the rate elsewhere."""
        seen, exposed = after_exposure(self.t, self.responses, self.begin, self.end, self.window)
        whole = np.array(self.end - self.begin)
        return float(log_ratio(np.array(float(seen)), np.array(exposed), len(self.t), whole))

    def simulated(self, ratio: float, *, base: float | None = None) -> Floats:
        """Return the statistic of the records that had a response, at most (M,).

        ratio  what the rate is multiplied by after responses; the gaps are stretched as if it
               held in the record, or as if `base` did
        """
        true = ratio if base is None else base
        gaps = stretched(self.t, self.responses, self.begin, self.end, self.window, true)
        laid = laid_out(gaps[self.order], self.begin, self.window, self.rule, ratio)
        whole = laid.end - self.begin
        found = log_ratio(laid.after.astype(np.float64), laid.exposed, len(self.t), whole)
        return found[np.isfinite(found)]


def shuffles(n: int, replicates: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return orders of the n + 1 gaps of n events, (replicates, n + 1)."""
    return np.argsort(rng.random((replicates, n + 1)), axis=1)


def two_sided_p(sample: Floats, data: float) -> MonteCarlo:
    """Return twice the smaller tail, the data counted in: 2 (k + 1) / (M + 1)."""
    below, above = int(np.sum(sample <= data + _SAME)), int(np.sum(sample >= data - _SAME))
    return MonteCarlo(min(2 * min(below, above) + 1, len(sample)), len(sample))


def mid_share(sample: Floats, data: float) -> float:
    """Return P(statistic < data) + P(=)/2; NaN where hardly any record had a response."""
    if len(sample) < 20:
        return float("nan")
    less, same = np.mean(sample < data - _SAME), np.mean(np.abs(sample - data) <= _SAME)
    return float(less + same / 2)
