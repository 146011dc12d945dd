"""The p of a test by replicates: never 0 or 1, and with the bound that M replicates allow.

The data counts as one of the M + 1 sets (Dwass, Ann. Math. Statist. 28, 1957), so a p of .05 is
exceeded by chance at most once in twenty, whatever M.  A share of M replicates tells nothing below
1/M: where none was as extreme, the 95 % bound of the share is 3/M (the rule of three).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

_Z = 1.6448536269514722  # the normal quantile of .95


@dataclass(frozen=True, slots=True)
class MonteCarlo:
    """What M replicates say; `exceed` of them were at least as extreme as the data."""

    exceed: int
    replicates: int

    @property
    def p(self) -> float:
        return (self.exceed + 1) / (self.replicates + 1)

    @property
    def upper(self) -> float:
        """The 95 % upper bound of the share: 3/M where none was as extreme, else Wilson's."""
        m = self.replicates
        if not self.exceed:
            return min(1.0, 3 / m)
        share = self.exceed / m
        middle = share + _Z * _Z / (2 * m)
        half = _Z * math.sqrt(share * (1 - share) / m + _Z * _Z / (4 * m * m))
        return min(1.0, (middle + half) / (1 + _Z * _Z / m))

    def __str__(self) -> str:
        if not self.exceed:
            return f"<1/{self.replicates}"
        if self.exceed == self.replicates:
            return ">.99" if self.replicates >= 100 else "near 1"
        return f"{self.p:.3f}" if self.p >= 0.01 else f"{self.p:.2g}"

    def said(self) -> str:
        """Return "p = 0.031", or "p <1/999 (at most .003)"."""
        if not self.exceed:
            return f"p {self} (at most {self.upper:.2g})"
        text = str(self)
        return f"p = {text}" if text[0].isdigit() else f"p {text}"

    def as_json(self) -> dict[str, Any]:
        return {
            "p": self.p,
            "text": str(self),
            "upper": self.upper,
            "exceed": self.exceed,
            "replicates": self.replicates,
        }
