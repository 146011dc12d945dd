"""How much silence on the radio weighs: who served the airspace it was silent in.

A flight information region is a service area, not sovereignty.  Where a state's own airspace lies
in a region that another state serves, an aircraft may rightly be in contact with that other unit,
and no contact with the sovereign's says little.  (About 320 km2 of Estonian airspace, Vaindloo
in it, is served by St Petersburg.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Weight(StrEnum):
    """How much an answer weighs towards a violation."""

    FULL = "full"
    PARTIAL = "partial"
    WEAK = "weak"
    NONE = "none"  # nothing was owed
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Weighed:
    """A weight with its reason."""

    weight: Weight
    why: str


@dataclass(frozen=True, slots=True)
class FirShare:
    """The share of the observed time inside that lies in one region, and who serves it."""

    fir: str
    served_by: str
    share: float  # 0..1


#: From this share on, silence weighs in full: below, a minute of ten may belong to a neighbour.
FULL_FROM = 0.95
#: Up to this share, the neighbour's unit is at least as likely to be the one to talk to.
WEAK_UP_TO = 0.5


def radio_weight(shares: Iterable[FirShare], sovereign: str) -> Weighed:
    """Return how much lack of contact with the sovereign's ATC weighs.

    shares  of the observed time inside; what they leave of 1 is served by nobody knows whom, and
            counts for nobody

    Raises ValueError for shares that are negative or add up to more than 1.
    """
    told = tuple(shares)
    total = sum(share.share for share in told)
    # A NaN compares false either way: asked for what must hold, it fails.
    if not all(0 <= share.share <= 1 for share in told) or not total <= 1 + 1e-6:
        raise ValueError(f"shares of time must lie in 0..1 and add up to at most 1, not {total}")
    given = [share for share in told if share.share > 0]
    if not given:
        return Weighed(Weight.UNKNOWN, "who serves the airspace there is not known")
    own = sum(share.share for share in given if share.served_by == sovereign)
    parts = ", ".join(
        f"{share.share:.0%} in {share.fir}, served by {share.served_by}"
        for share in sorted(given, key=lambda share: (-share.share, share.fir))
    )
    if total < 1 - 1e-6:
        parts += f", {1 - total:.0%} in no known region"
    if own >= FULL_FROM:
        return Weighed(Weight.FULL, f"of the time inside: {parts}")
    tail = f"a flight information region is not sovereignty; of the time inside: {parts}"
    return Weighed(Weight.WEAK if own <= WEAK_UP_TO else Weight.PARTIAL, tail)
