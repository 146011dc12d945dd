"""What a self-exciting model needs of the incidents of several states, once per memory.

For each state its own incidents' and the other states' sums of exp(-beta (t - t_j)) at each of its
incidents (`hawkes.excitation`), and the share of all offspring that falls into watched time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.pattern.branching import Ints
from tocsin.pattern.events import Events, Floats
from tocsin.pattern.hawkes import Gaps, excitation, offspring


@dataclass(frozen=True, slots=True, eq=False)
class Streams:
    """Incidents of S states in one window, merged; (N,) sorted times."""

    t: Floats
    state: Ints
    count: int  # S
    begin: float
    end: float
    exposure: float
    gaps: Gaps = ()

    @property
    def numbers(self) -> Ints:
        """How many incidents each state has, (S,)."""
        return np.bincount(self.state, minlength=self.count).astype(np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Excited:
    """Sums at each incident for one beta."""

    beta: float
    own: Floats  # (N,) over earlier incidents of the same state
    cross: Floats  # (N,) of the others
    offspring: float  # K: of one incident, the expected offspring seen, summed, if n were 1


def streams(events: Events, names: Sequence[str] = ()) -> Streams:
    """Return certain incidents as streams; a state of `names` may have none."""
    states = list(names) or list(events.states)
    index = {name: k for k, name in enumerate(states)}
    where = np.array([index[s] for s in events.state], dtype=np.int64)
    window = (events.begin, events.end, events.exposure, events.gaps)
    return Streams(events.t, where, max(1, len(states)), *window)


def excited(data: Streams, beta: float) -> Excited:
    """Return the sums for one beta."""
    (every,) = excitation(data.t, beta)
    (k,) = offspring(data.t, beta, data.begin, data.end, data.gaps)
    if data.count == 1:
        return Excited(beta, every, np.zeros(len(every)), k)
    own = np.zeros(len(data.t))
    for s in range(data.count):
        mine = np.flatnonzero(data.state == s)
        own[mine] = excitation(data.t[mine], beta)[0]
    return Excited(beta, own, np.maximum(every - own, 0.0), k)
