"""The outward limit of a volume: the parts of its limit from which depth is measured.

An edge shared with a neighbour counts only where the neighbour is the state whose aircraft it is
(METHODS 1): who crosses from the sea beside an ally's border is as deep as the sea is far, not as
the ally is near.  What is disputed counts or not by the same rule, and is named.

Where the rule cannot be applied every edge counts, and `why` says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.incursion.boundary import Boundary, of_pieces
from tocsin.incursion.facing import Facing
from tocsin.incursion.path import Ints
from tocsin.schema import Outline

NO_FLAG = "no flag is given for the aircraft, so every edge counts"
NO_NEIGHBOURS = "no neighbouring volume is at hand, so every edge counts"
ENCLOSED = "every edge is shared with another state than that of the flag, so every edge counts"


@dataclass(frozen=True, slots=True, eq=False)
class Outward:
    """The limit of one volume for one flag."""

    facing: Facing
    flag: str  # the state whose aircraft it is; "" where nobody says
    counts: NDArray[np.bool_]  # (P,) the parts of `facing` that depth is measured from
    why: str  # every edge counts; "" where the rule is applied

    @property
    def every(self) -> bool:
        """Return whether no edge is left out."""
        return bool(self.counts.all())

    def boundary(self, parts: Ints) -> Boundary:
        """Return some parts of the limit as the boundary of one volume, in the order given."""
        of = self.facing
        a = of.a_lon_deg[parts], of.a_lat_deg[parts]
        b = of.b_lon_deg[parts], of.b_lat_deg[parts]
        return of_pieces(a, b, np.zeros(len(parts), np.bool_), np.array([len(parts)]))

    @property
    def parts(self) -> Ints:
        """Return which parts of the limit count, in order."""
        return np.flatnonzero(self.counts)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Return the neighbours whose edges do not count."""
        met = np.unique(self.facing.beyond[~self.counts])
        return tuple(self.facing.names[k] for k in met.tolist() if k >= 0)

    def faced(self, part: int) -> Faced:
        """Return what a part of the limit is."""
        beyond = int(self.facing.beyond[part])
        return Faced(
            kind="shared" if beyond >= 0 else "open" if self.why != NO_NEIGHBOURS else "not known",
            neighbour=self.facing.names[beyond] if beyond >= 0 else "",
            disputed=bool(self.facing.disputed[part]),
        )


@dataclass(frozen=True, slots=True)
class Faced:
    """What one part of a limit is."""

    kind: str  # shared, open, not known
    neighbour: str = ""
    disputed: bool = False


#: The outward limit of an outline; None where nobody asks for it: every edge counts.
Limits = Callable[[Outline], Outward | None]


def outward(facing: Facing, flag: str) -> Outward:
    """Return the outward limit for the aircraft of a state, "" for one that nobody knows."""
    everything = np.ones(len(facing.beyond), np.bool_)
    if not facing.names or not flag:
        return Outward(facing, flag, everything, NO_FLAG if facing.names else NO_NEIGHBOURS)
    flagged = facing.names.index(flag) if flag in facing.names else -1
    counts = (facing.beyond == -1) | (facing.beyond == flagged)
    if not counts.any():
        return Outward(facing, flag, everything, ENCLOSED)
    return Outward(facing, flag, counts, "")
