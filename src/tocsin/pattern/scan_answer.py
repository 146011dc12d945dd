"""What a scan says: its clusters, the smallest that it could have found, in words and as JSON."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from tocsin.pattern.montecarlo import MonteCarlo
from tocsin.pattern.scan_power import LEVEL, Detectable


@dataclass(frozen=True, slots=True)
class Cluster:
    """One cylinder with more cases than expected."""

    centre: str
    places: tuple[str, ...]  # by distance from the centre, itself first
    radius_km: float
    first: str  # label of the first step of time inside
    last: str
    cases: int
    expected: float
    relative_risk: float  # inside against outside
    llr: float
    p: MonteCarlo | None  # None: too few replicates were asked for
    p_gumbel: float | None

    @property
    def nearest(self) -> int:
        """How many places besides the centre."""
        return len(self.places) - 1

    def as_json(self) -> dict[str, Any]:
        return {
            "centre": self.centre,
            "places": list(self.places),
            "nearest": self.nearest,
            "radius_km": self.radius_km,
            "first": self.first,
            "last": self.last,
            "cases": self.cases,
            "expected": self.expected,
            "relative_risk": self.relative_risk if math.isfinite(self.relative_risk) else None,
            "llr": self.llr,
            "p": None if self.p is None else self.p.p,
            "p_text": None if self.p is None else str(self.p),
            "monte_carlo": None if self.p is None else self.p.as_json(),
            "p_gumbel": self.p_gumbel,
        }


@dataclass(frozen=True, slots=True)
class Scan:
    """What a scan says; `words` in the order in which a person would ask."""

    method: str
    cases: int
    clusters: tuple[Cluster, ...]  # the most likely first, none sharing a place with another
    critical_llr: float | None  # to be exceeded for p <= .05; None: too few replicates
    detectable: tuple[Detectable, ...]
    replicates: int
    cylinders: int
    notes: tuple[str, ...]

    @property
    def established(self) -> bool:
        """Whether the most likely cluster is more than chance at .05."""
        return any(one.p is not None and one.p.p <= LEVEL for one in self.clusters[:1])

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(_words(self))

    def as_json(self) -> dict[str, Any]:
        return {
            "verdict": "cluster" if self.established else "no cluster established",
            "method": self.method,
            "cases": self.cases,
            "most_likely": self.clusters[0].as_json() if self.clusters else None,
            "clusters": [one.as_json() for one in self.clusters],
            "critical_llr": self.critical_llr,
            "smallest_detectable": [asdict(one) for one in self.detectable],
            "replicates": self.replicates,
            "cylinders": self.cylinders,
            "words": list(self.words),
            "notes": list(self.notes),
        }


def _words(scan: Scan) -> Iterator[str]:
    if not scan.clusters:
        yield "Nowhere are there more cases than expected."
    for rank, one in enumerate(scan.clusters):
        others = f" and its {one.nearest} nearest" if one.nearest > 1 else " and its nearest"
        about = one.centre + others * bool(one.nearest)
        when = one.first if one.first == one.last else f"{one.first} to {one.last}"
        what = f"{about}, {when}: {one.cases} cases where {one.expected:.4g} are expected"
        chance = "not known without replicates" if one.p is None else one.p.said()
        if rank:
            yield f"Also {what} ({chance}, held against the likeliest of each replicate)."
        elif scan.established:
            yield f"A cluster stands out. {what}; chance alone does as much with {chance}."
        else:
            yield f"No cluster is established. The likeliest: {what}; {chance}."
    if scan.critical_llr is not None and not scan.detectable:
        yield "No cluster, however close together, could have reached .05 with so few cases."
    for least in scan.detectable[:1]:
        yield (
            f"The smallest cluster that could have reached .05 is {least.cases} cases where "
            f"{least.expected:.2g} are expected; a smaller one would not have been seen."
        )
    for last in scan.detectable[1:][-1:]:
        risk = last.relative_risk_power
        often = (
            f"; a relative risk of {risk:.2g} would have been found four times in five"
            if risk is not None
            else ""
        )
        yield f"Where {last.expected:.3g} are expected, {last.cases} cases were needed{often}."
