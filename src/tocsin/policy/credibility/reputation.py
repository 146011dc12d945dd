"""When a weak defender fights so as to be thought strong (Kreps and Wilson, J. Econ. Theory 27,
1982).

n occasions are left, this one included.  The adversary gains b in (0, 1) by an unanswered probe and
1 - b is what it loses by an answered one; p is its belief that the defender is strong, and a strong
one always fights.  A weak one fights with probability

    1                                      if p >= b^(n-1)
    (1 - b^(n-1)) p / ((1 - p) b^(n-1))    otherwise

after which, having fought, it is believed strong with b^(n-1).  The adversary probes where p < b^n,
is indifferent at p = b^n, and refrains above.
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.errors import UsageError
from tocsin.policy.credibility.amounts import finite, whole

SAYS = (
    "with many occasions ahead a small doubt is enough to deter; a defender nobody doubts to be "
    "weak gains nothing by fighting on the last one, and fights more the more lie ahead"
)
STOPS = (
    "the adversary knows how many occasions are left, sees every answer, and believes as Bayes "
    "would; a reputation lost is lost for good; n, b and p are judgements"
)


@dataclass(frozen=True, slots=True)
class Stage:
    left: int  # occasions, this one included
    fights: float  # P(a weak defender fights a probe now)
    threshold: float  # b^n: the belief above which the adversary refrains
    adversary: str  # probes | indifferent | refrains
    after: float  # belief that it is strong, once it has fought


@dataclass(frozen=True, slots=True)
class Reputation:
    b: float
    p: float
    stages: tuple[Stage, ...]  # n = 1 first, each at the same belief p
    says: str = SAYS
    stops: str = STOPS


def reputation(b: float, p: float, n: int) -> Reputation:
    """Return the stages with 1..n occasions left, each at belief p.

    b in (0, 1), p in [0, 1).
    """
    finite(b=b, p=p)
    whole(1, n=n)
    if not 0 < b < 1:
        raise UsageError(f"b = {b:g}: the gain lies between 0 and 1, the loss is 1 - b")
    if not 0 <= p < 1:
        raise UsageError(
            f"p = {p:g}: a belief that leaves something to show lies from 0 to below 1"
        )
    return Reputation(b, p, tuple(_stage(b, p, k) for k in range(1, n + 1)))


def fights(b: float, p: float, n: int) -> float:
    """Return the probability that a weak defender fights with n occasions left."""
    wall = b ** (n - 1)
    if p >= wall and n > 1:
        return 1.0
    return (1 - wall) * p / ((1 - p) * wall)


def _stage(b: float, p: float, n: int) -> Stage:
    edge = b**n
    act = "probes" if p < edge else "indifferent" if p == edge else "refrains"
    return Stage(n, fights(b, p, n), edge, act, max(p, b ** (n - 1)) if p > 0 else 0.0)
