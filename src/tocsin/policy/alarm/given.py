"""Numbers that a caller gives, checked: what is no number, no rate or no fraction is refused.

Every refusal is a UsageError of one sentence: the name, the value, the rule, what to do.
"""

from __future__ import annotations

from fractions import Fraction
from math import isfinite, ulp

from tocsin.errors import UsageError

Given = Fraction | float | int | str

#: A CUSUM with k = p/q has q lattice points to a count.  Ten thousand take about a second; a
#: finer k is nobody's choice but the tail of an irrational number.
LARGEST_DENOMINATOR = 10_000


def number(name: str, value: Given) -> float:
    """Return a finite number; text may be a decimal or a fraction such as 9/20."""
    try:
        out = float(Fraction(value)) if isinstance(value, str) else float(value)
    except (ValueError, OverflowError, ZeroDivisionError):
        raise UsageError(f'{name} "{value}" is no number', hint="write 0.25 or 1/4") from None
    if not isfinite(out):
        raise UsageError(f"{name} {value} is not finite", hint="write 0.25 or 1/4")
    return out


def positive(name: str, value: Given, why: str = "") -> float:
    """Return a finite number above zero."""
    out = number(name, value)
    if not out > 0:
        raise UsageError(f"{name} must be above 0, not {value}", hint=why)
    return out


def at_least_zero(name: str, value: Given, why: str = "") -> float:
    """Return a finite number that is zero or more."""
    out = number(name, value)
    if out < 0:
        raise UsageError(f"{name} must be 0 or more, not {value}", hint=why)
    return out


def share(name: str, value: Given, *, open_ends: bool = False) -> float:
    """Return a number from 0 to 1; with `open_ends` strictly between them."""
    out = number(name, value)
    if not 0 <= out <= 1 or (open_ends and out in (0.0, 1.0)):
        between = "between 0 and 1, neither of them" if open_ends else "from 0 to 1"
        raise UsageError(f"{name} must lie {between}, not {value}")
    return out


def fraction(name: str, value: Given) -> Fraction:
    """Return the value as the fraction it was written as.

    A float stands for its shortest decimal (0.45 is 9/20), or for the fraction with a small
    denominator that it is the nearest float of (0.3333333333333333 is 1/3).
    """
    out = number(name, value)
    written = Fraction(value) if isinstance(value, Fraction | int | str) else Fraction(repr(out))
    if written.denominator > LARGEST_DENOMINATOR:
        near = written.limit_denominator(LARGEST_DENOMINATOR)
        if abs(float(near) - out) <= 2 * ulp(out):
            return near
    return written


def on_lattice(name: str, value: Given) -> Fraction:
    """Return a fraction whose denominator a lattice can carry, or refuse with its neighbours."""
    out = fraction(name, value)
    if out.denominator > LARGEST_DENOMINATOR:
        below = Fraction(int(out * 1000 // 1), 1000)
        raise UsageError(
            f"{name} {value} is no fraction with a denominator up to {LARGEST_DENOMINATOR}, "
            "so no finite linear system is exact for it",
            hint=f"ask for {below} and {below + Fraction(1, 1000)}: the answer lies between theirs",
        )
    return out
