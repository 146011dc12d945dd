"""Witnesses weighed together, each heard once.

Evidence is a log-likelihood ratio in bans (I. J. Good, Probability and the Weighing of Evidence,
1950): by how many powers of ten it is likelier if the claim is true than if it is false.  Bans of
independent witnesses add.  A witness heard again through another feed adds nothing, so what one
witness said is averaged before anything is added.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum, isfinite, log10
from statistics import fmean

from tocsin.claims.verdict import CERTAINTY, word
from tocsin.errors import UsageError
from tocsin.schema import Verdict

#: Far past any real evidence, and short of where 10 ** bans overflows.
_CAP_BANS = 300.0


@dataclass(frozen=True, slots=True)
class Statement:
    """What one witness adds to one claim."""

    witness: str  # the sensor or party behind it, not the feed that relayed it
    bans: float  # log10 of P(evidence | claim true) / P(evidence | claim false)

    def __post_init__(self) -> None:
        if not isfinite(self.bans):  # min() and max() pass a NaN on as the cap: "supported"
            raise UsageError(
                f"a statement of {self.witness!r} must be finite, not {self.bans} bans"
            )


@dataclass(frozen=True, slots=True)
class Weighed:
    verdict: Verdict
    p: float
    bans: Mapping[str, float]  # what each witness added


def weigh(
    statements: Iterable[Statement], *, prior: float, certainty: float = CERTAINTY
) -> Weighed:
    """Return what independent witnesses make of a claim.

    prior      P(claim) before any of them, strictly between 0 and 1.  It has no default: a prior
               that nobody chose is one that nobody can be asked about.
    certainty  P from which a claim is supported, and 1 - P up to which it is contradicted
    """
    if not 0 < prior < 1:
        raise UsageError(f"a prior lies between 0 and 1, not at {prior}: no evidence could move it")
    if not 0.5 < certainty < 1:
        raise UsageError(f"certainty lies between 0.5 and 1, not at {certainty}")
    heard: dict[str, list[float]] = {}
    for item in statements:
        heard.setdefault(item.witness, []).append(item.bans)
    bans = {witness: fmean(heard[witness]) for witness in sorted(heard)}
    odds_bans = fsum([log10(prior / (1 - prior)), *bans.values()])
    p = 1 / (1 + 10 ** -min(max(odds_bans, -_CAP_BANS), _CAP_BANS))
    return Weighed(word(p, certainty) if bans else Verdict.UNOBSERVED, p, bans)


def party(by: str) -> str:
    """Return who is behind a name: "Estonia, defence forces" speaks for "estonia"."""
    return by.partition(",")[0].strip().casefold()
