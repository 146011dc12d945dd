"""How often to ring at an occasion when false rings wear the response out.

    probing      lambda(pi) = [b - F pi R]+ / kappa
    response     R = rho / (rho + phi nu pi)
    cost         d lambda(pi) + a nu pi

The cost is convex while probing lasts and rises once it has stopped, so the best probability is

    pi* = (rho / (phi nu)) (sqrt(F d / (kappa a nu)) - 1)

cut to [0, 1] and to the pi at which probing stops, b rho / (F rho - b phi nu) where that is above
0.  b enters only there.  With phi = 0 the cost is linear, and pi* is one of the ends.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt

from tocsin.errors import UsageError
from tocsin.policy.credibility.amounts import above_zero, finite

SAYS = (
    "the more a ring wears the response out, the rarer the best rings, and ringing at everything "
    "can leave more probing than ringing at a part"
)
STOPS = (
    "the adversary answers to the mean response, at once and in a straight line; wear is a steady "
    "state; nobody has measured F, kappa or phi"
)


@dataclass(frozen=True, slots=True)
class Commitment:
    pi: float  # the ring probability with the least cost
    probing: float  # lambda there, a year
    response: float  # R there
    cost: float
    interior: float  # pi* before it is cut; infinite where phi = 0 and ringing pays
    bound: str  # "interior", "never", "always" or "probing stops": what sets pi
    says: str = SAYS
    stops: str = STOPS


def commitment(
    F: float,
    b: float,
    kappa: float,
    d: float,
    a: float,
    nu: float,
    rho: float,
    phi: float,
) -> Commitment:
    """Return the ring probability with the least cost.

    F      loss to the adversary from a ring at full response
    b      what an unanswered probe is worth to it
    kappa  how slowly probing answers to its gain
    d, a   the alliance's cost of a probe and of a ring
    nu     occasions a year
    rho    recovery of the response, a year;  phi  share that one ring wears off, 0 to 1
    """
    above_zero(F=F, kappa=kappa, d=d, a=a, nu=nu, rho=rho)
    finite(b=b, phi=phi)
    if not 0 <= phi <= 1:
        raise UsageError(f"phi = {phi:g} is the share one ring wears off, from 0 to 1")
    if b < 0:
        raise UsageError(f"b = {b:g}: an adversary that loses by probing needs no bell")
    pull = F * d / (kappa * a * nu)  # gain over cost of the first ring
    if phi > 0:
        interior = rho / (phi * nu) * (sqrt(pull) - 1)
    else:
        interior = inf if pull > 1 else -inf if pull < 1 else 0.0
    room = F * rho - b * phi * nu
    ends = b * rho / room if room > 0 else inf  # probing stops here
    pi = max(0.0, min(interior, 1.0, ends))
    if interior <= 0 or pi == 0:
        bound = "never"
    elif pi == interior:
        bound = "interior"
    else:
        bound = "probing stops" if ends <= 1 else "always"
    response, probing, cost = at(pi, F, b, kappa, d, a, nu, rho, phi)
    return Commitment(pi, probing, response, cost, interior, bound)


def at(
    pi: float,
    F: float,
    b: float,
    kappa: float,
    d: float,
    a: float,
    nu: float,
    rho: float,
    phi: float,
) -> tuple[float, float, float]:
    """Return response, probing a year and cost at one ring probability."""
    response = rho / (rho + phi * nu * pi)
    probing = max(0.0, b - F * pi * response) / kappa
    return response, probing, d * probing + a * nu * pi
