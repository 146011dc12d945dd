"""Expected reward before absorption, without a single subtraction.

x = g + A x for a chain with transitions A among transient states, absorption e and reward g per
visit.  Elimination after Grassmann, Taksar and Heyman (Operations Research 33, 1985): the pivot
1 - A[i, i] is summed from what leaves i, so every digit survives however rare absorption is.
A run length of 1e12 has twelve good digits where Gauss would leave four.
"""

from __future__ import annotations

import numpy as np

from tocsin.errors import UsageError
from tocsin.schema import Floats

PANEL = 24  # states taken out together


def absorb(among: Floats, leave: Floats, reward: Floats) -> Floats:
    """Return the expected reward from each state, in the shape of `reward`.

    among   (n, n)  chances from state (row) to state, all >= 0; the diagonal is not read
    leave   (n,)    chances of absorption, computed as such and not as one minus a sum
    reward  (n,) or (n, R)  per visit, >= 0; R rewards share one elimination
    """
    a, e, g = among.copy(), leave.copy(), reward.astype(np.float64)
    n = len(e)
    pivot = np.empty(n)
    for top in range(n, 1, -PANEL):
        _eliminate(a, e, g, pivot, max(top - PANEL, 1), top)
    if e[0] == 0.0 or not np.all(g[0] < 1e300 * e[0]):
        raise _never()
    x = np.empty_like(g)
    x[0] = g[0] / e[0]
    for i in range(1, n):
        x[i] = (g[i] + a[i, :i] @ x[:i]) / pivot[i]
    return x


def _eliminate(a: Floats, e: Floats, g: Floats, pivot: Floats, low: int, top: int) -> None:
    """Take the states low..top - 1 out of the chain, the last first.

    What they add to the states below `low` is one product of matrices at the end: the same sums
    of terms that are not negative, and several times as fast as one row after the other.
    """
    backs = np.zeros((low, top - low))
    for i in range(top - 1, low - 1, -1):
        pivot[i] = a[i, :i].sum() + e[i]
        if pivot[i] == 0.0:
            raise _never()
        back = a[:i, i] / pivot[i]
        a[low:i, :i] += np.multiply.outer(back[low:], a[i, :i])
        a[:low, low:i] += np.multiply.outer(back[:low], a[i, low:i])
        backs[:, i - low] = back[:low]
        e[:i] += back * e[i]
        g[:i] += np.multiply.outer(back, g[i])
    a[:low, :low] += backs @ a[low:top, :low]


def _never() -> UsageError:
    return UsageError(
        "the mean run length is beyond 1e300: this rule never rings",
        hint="lower h, or raise the rate",
    )
