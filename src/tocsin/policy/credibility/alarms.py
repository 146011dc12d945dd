"""m credible alarms for n occasions (M. Dresher, RAND RM-2972-ARPA, 1962).

The violator may probe once, on any of n occasions, or never; the inspector may look on m of them.
Caught is +1 to the inspector, missed is -1, no probe is 0.  The value to the inspector is

    I(n, m) = -C(n-1, m) / sum over i = 0..m of C(n, i)

and solves I(n, m) = val [[1, I(n-1, m-1)], [-1, I(n-1, m)]] with I(n, 0) = -1 and I(n, m) = 0 for
m >= n: the rows are look and wait, the columns probe and pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import comb

from tocsin.policy.credibility.amounts import whole

SAYS = (
    "alarms that are few are worth something only because nobody knows when they will be used; "
    "each one more is worth less than the one before"
)
STOPS = (
    "one probe at most, a look always finds it, and a missed probe weighs as much as a caught one; "
    "an alarm here is a look with consequences, and its wear is not in the game"
)


@dataclass(frozen=True, slots=True)
class Alarms:
    occasions: int
    alarms: int
    value: float  # to the inspector, from -1 (always missed) to 0 (deterred)
    exact: Fraction
    look_now: float  # P(look) on the first occasion
    probe_now: float  # P(probe) on the first occasion
    says: str = SAYS
    stops: str = STOPS


def alarms(n: int, m: int) -> Alarms:
    """Return the value with n occasions left and m alarms, and how to play the first occasion."""
    whole(1, n=n)
    whole(0, m=m)
    exact = value(n, m)
    if m == 0:
        look, probe = Fraction(0), Fraction(1)
    elif m >= n:
        look, probe = Fraction(1), Fraction(0)
    else:
        spent, kept = value(n - 1, m - 1), value(n - 1, m)
        total = 2 + kept - spent
        look, probe = (1 + kept) / total, (kept - spent) / total
    return Alarms(n, m, float(exact), exact, float(look), float(probe))


def value(n: int, m: int) -> Fraction:
    """Return I(n, m) exactly, by the closed form."""
    if m >= n:
        return Fraction(0)
    return Fraction(-comb(n - 1, m), sum(comb(n, i) for i in range(m + 1)))


def by_recursion(n: int, m: int) -> Fraction:
    """Return I(n, m) exactly, by solving the stages one after the other."""
    rows = [Fraction(0)] * (m + 1)  # I(0, .)
    for k in range(1, n + 1):
        fresh = []
        for j in range(m + 1):
            if j == 0:
                fresh.append(Fraction(-1))
            elif j >= k:
                fresh.append(Fraction(0))
            else:
                spent, kept = rows[j - 1], rows[j]
                fresh.append((kept + spent) / (2 + kept - spent))
        rows = fresh
    return rows[m]
