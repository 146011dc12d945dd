"""Ring or ignore, against probe or refrain.

              probe        refrain        (alliance, adversary)
    ring     -d_r, -f      -a, 0
    ignore   -d_i, +b       0, 0

The only equilibrium, where all costs are above 0 and d_i > d_r, is mixed: each side's rate is what
leaves the *other* indifferent (Avenhaus, von Stengel and Zamir, Handbook of Game Theory 3, 2002):

    P(ring) = b / (b + f)        P(probe) = a / (a + d_i - d_r)
"""

from __future__ import annotations

from dataclasses import dataclass

from tocsin.errors import UsageError
from tocsin.policy.credibility.amounts import above_zero, finite

SAYS = (
    "each side's rate is set by the other side's payoffs: making ringing dearer for the alliance "
    "(a) raises probing, not ringing; making a rung probe dearer for the adversary (f) lowers "
    "ringing, not probing; narrowing what an ignored probe costs (d_i - d_r) raises probing"
)
STOPS = (
    "one occasion, both sides know all payoffs, nobody learns, and a ring is always heard at full "
    "strength; payoffs are judgements, and the rates are no forecast"
)


@dataclass(frozen=True, slots=True)
class Inspection:
    ring: float  # P(ring) of the alliance
    probe: float  # P(probe) of the adversary
    mixed: bool  # False: one side has a best act whatever the other does
    alliance_value: float
    adversary_value: float
    says: str = SAYS
    stops: str = STOPS


def inspection(b: float, f: float, a: float, d_r: float, d_i: float) -> Inspection:
    """Return the equilibrium.

    b    gain of an ignored probe to the adversary, above 0
    f    loss of a probe that was rung, above 0
    a    cost of ringing at nothing, above 0
    d_r  loss of the alliance from a probe that was rung, 0 or more
    d_i  loss of the alliance from a probe that was ignored

    Raises UsageError for costs of zero or below.  Where d_i <= d_r, ringing mends nothing and the
    equilibrium is pure: ignore, and be probed.
    """
    above_zero(b=b, f=f, a=a)
    finite(d_r=d_r, d_i=d_i)
    if d_r < 0 or d_i < 0:
        raise UsageError(f"d_r = {d_r:g} and d_i = {d_i:g}: a probe that helps is no probe")
    if d_i <= d_r:
        said = "ringing does not lessen the loss of a probe, so it is never worth its cost"
        return Inspection(0.0, 1.0, False, -d_i, b, said)
    ring, probe = b / (b + f), a / (a + d_i - d_r)
    return Inspection(ring, probe, True, -probe * d_i, 0.0)
