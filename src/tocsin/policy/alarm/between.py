"""A k or a head start that no lattice carries, answered from the two fractions beside it.

A run length never falls as k grows and never grows with the head start, so the answer lies
between those of the neighbours in a Farey sequence (Hardy and Wright, The Theory of Numbers,
chapter 3).  Both charts ring on the same counts until some n steps have passed since S was 0, with
n about their denominators; that is so rare that ten digits or more are the same.
"""

from __future__ import annotations

from fractions import Fraction

from tocsin.errors import UsageError
from tocsin.policy.alarm.cusum import PoissonCusum, poisson_cusum
from tocsin.policy.alarm.given import (
    LARGEST_DENOMINATOR,
    Given,
    at_least_zero,
    fraction,
    on_lattice,
    positive,
)

ONE, BOTH = 3_000, 300  # largest denominator where one, and where both are off the lattice


def charts(
    k: Given, h: Given, head_start: Given = 0, *, upper: bool = True
) -> tuple[PoissonCusum, PoissonCusum]:
    """Return the charts that ring no later and no sooner than the one asked for.

    They are one and the same where k and the head start are fractions with a denominator up to
    `LARGEST_DENOMINATOR`.
    """
    positive("k", k, "k lies between the quiet rate and the rate to be heard")
    at_least_zero("the head start", head_start)
    exact = fraction("k", k), fraction("the head start", head_start)
    if exact[1] >= fraction("h", h):
        poisson_cusum(1, h, exact[1].limit_denominator(1))  # refuses it in its own words
    off = [each.denominator > LARGEST_DENOMINATOR for each in exact]
    most = BOTH if all(off) else ONE
    low, high = (
        neighbours(each, most) if odd else (each, each)
        for each, odd in zip(exact, off, strict=True)
    )
    if low[0] == 0:  # nothing between 0 and k: no neighbour to answer from
        on_lattice("k", k)
    early, late = (low[0], high[1]), (low[1], high[0])
    if not upper:  # S climbs by k: a larger one rings sooner
        early, late = (low[1], high[1]), (low[0], high[0])
    return tuple(  # type: ignore[return-value]
        poisson_cusum(each_k, h, start, upper=upper) for each_k, start in (early, late)
    )


def neighbours(x: Fraction, most: int) -> tuple[Fraction, Fraction]:
    """Return the fractions next below and next above x with denominators up to `most`.

    r/s is next above p/q where r q - p s = 1 with the largest such s.
    """
    near = x.limit_denominator(most)
    if near == x:
        return near, near
    p, q = near.numerator, near.denominator
    side = 1 if near < x else -1
    s = pow(-side * p, -1, q) if q > 1 else 0
    s += q * ((most - s) // q)
    other = Fraction((side + p * s) // q, s)
    return (near, other) if side > 0 else (other, near)


def agree(early: float, late: float) -> float:
    """Return one run length for both; refuses those that differ by more than 1e-6 of it."""
    if late - early > 1e-6 * early:
        raise UsageError(
            f"the run length lies between {early:.10g} and {late:.10g}: k or the head start is "
            "on no lattice",
            hint="round them to fractions such as 0.4427",
        )
    return (early + late) / 2
