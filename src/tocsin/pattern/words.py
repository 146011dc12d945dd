"""How numbers are said: chances never as 0 or 100 %, intervals always, verdicts in plain words.

Words of estimative probability follow ICD 203 (US Intelligence Community Directive 203, 2015,
annex, table of likelihood terms).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

LEAST = 5  # incidents; below it no pattern claim is possible
NO_CLAIM = "no pattern claim is possible"

#: ICD 203: upper ends of the bands in per cent, and their words.
_LIKELIHOOD = (
    (5, "almost no chance"),
    (20, "very unlikely"),
    (45, "unlikely"),
    (55, "roughly even chance"),
    (80, "likely"),
    (95, "very likely"),
)


@dataclass(frozen=True, slots=True)
class NoClaim:
    """The answer where the record cannot carry one: a value of its own kind, and no error."""

    n: int  # incidents that were there
    why: str

    @property
    def words(self) -> tuple[str, ...]:
        return (f"{NO_CLAIM}: {self.why}",)

    def as_json(self) -> dict[str, Any]:
        return {"verdict": NO_CLAIM, "n": self.n, "why": self.why, "words": list(self.words)}


def too_few(n: int) -> NoClaim:
    """Return the answer for fewer than five incidents."""
    count = f"{n} incident{'' if n == 1 else 's'}" if n else "no incident"
    return NoClaim(n, f"{count}, and fewer than {LEAST} carry none")


def percent(p: float, least: float = 0.01) -> str:
    """Return a chance in per cent; never 0 % and never 100 %."""
    if p < least:
        return f"<{least * 100:g} %"
    if p > 1 - least:
        return f">{(1 - least) * 100:g} %"
    return f"{p * 100:.0f} %"


def chance(p: float, least: float = 1e-4) -> str:
    """Return a p-value to what can be read from it: "0.071", "<0.0001"."""
    if p < least:
        return f"<{least:g}"
    return f"{min(p, 0.999):.4f}" if p < 0.1 else f"{min(p, 0.99):.2f}"


def likelihood(p: float) -> str:
    """Return the ICD 203 word for a probability."""
    return next((word for top, word in _LIKELIHOOD if p * 100 < top), "almost certain")


def interval(lo: float, hi: float) -> str:
    """Return "lo to hi" with three significant digits."""
    return f"{value(lo)} to {value(hi)}"


def value(x: float) -> str:
    """Return a number with three significant digits, no exponent between 0.001 and a million."""
    if not math.isfinite(x):
        return "unbounded" if x > 0 else "undefined"
    if x and not 1e-3 <= abs(x) < 1e6:
        return f"{x:.2g}"
    places = 0 if not x else max(0, 2 - math.floor(math.log10(abs(x))))
    text = f"{x:.{min(places, 5)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def odds(log_bf: float) -> str:
    """Return a Bayes factor in words: "25 times likelier with", capped at a million."""
    factor = math.exp(min(abs(log_bf), 13.8))
    return f"more than {1e6:,.0f}" if abs(log_bf) >= 13.8 else value(float(f"{factor:.2g}"))
