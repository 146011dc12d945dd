"""Is it remarkable that it happened there again?  Only beside the traffic that passes there.

Beside a narrow international corridor incidents fall close together by chance alone.  If a share q
of the background traffic passes within r of a place, each further incident falls there with
chance q, and k or more of n do with P(X >= k), X ~ Binomial(n, q).  Without a background that P is
not known, and the answer says so; what can be given is the tipping share: the largest q for which
the repetition would still be unusual at .05.  The place is taken from the first incident, so only
the others count.  Whether *any* place would show as many is a question of its own, answered by
drawing n + 1 incidents from the background traffic.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tocsin.errors import UsageError
from tocsin.geo import WGS84
from tocsin.pattern.montecarlo import MonteCarlo
from tocsin.pattern.scan_zones import geodesic_km
from tocsin.pattern.special import beta_quantile, binomial_tail
from tocsin.pattern.words import LEAST, chance, percent
from tocsin.schema import Floats

LEVEL = 0.05
_MOST_POINTS = 2000  # of background, for draws of a whole record


@dataclass(frozen=True, slots=True)
class Background:
    """The share of all traffic that passes within the radius, as an interval, with its source."""

    share: tuple[float, float]
    source: str

    def __post_init__(self) -> None:
        lo, hi = self.share
        if not (0 <= lo <= hi <= 1 and hi > 0):
            raise UsageError(
                f"a share of traffic lies in an interval between 0 and 1, not {lo} to {hi}"
            )


@dataclass(frozen=True, slots=True)
class Recurrence:
    """How often incidents came back to one place."""

    radius_km: float
    within: tuple[int, int]  # of the others: surely, and possibly, within the radius
    others: int  # incidents with a place, the first left out
    background: Background | None
    p: tuple[float, float] | None  # of so many or more by chance, over shares and counts
    tipping_share: float | None  # unusual at .05 only if at most this share passes there
    anywhere: MonteCarlo | None  # whether some place of a chance record would show as many

    @property
    def words(self) -> tuple[str, ...]:
        return tuple(_words(self))

    def as_json(self) -> dict[str, Any]:
        there = self.background
        return {
            "radius_km": self.radius_km,
            "within": list(self.within),
            "others": self.others,
            "background": None
            if there is None
            else {"share": list(there.share), "source": there.source},
            "p": None if self.p is None else list(self.p),
            "tipping_share": self.tipping_share,
            "anywhere": None if self.anywhere is None else self.anywhere.as_json(),
            "words": list(self.words),
        }


def recurrence(
    place_deg: tuple[float, float],
    others_deg: Floats,
    sigma_km: Floats,
    *,
    radius_km: float,
    background: Background | None = None,
    anywhere: MonteCarlo | None = None,
) -> Recurrence:
    """Return how remarkable it is that others fell near a place.

    place_deg   (lon, lat) of the incident that is asked about
    others_deg  (N, 2) of all others; sigma_km (N,) how far each place may be off
    """
    if not radius_km > 0:
        raise UsageError(f"a radius lies above 0, not at {radius_km} km")
    n = len(others_deg)
    away = _from(place_deg, others_deg)
    surely = int(np.sum(away + sigma_km <= radius_km))
    possibly = int(np.sum(away - sigma_km <= radius_km))
    p = None
    if background is not None:
        lo, hi = background.share
        p = (binomial_tail(possibly, n, lo), binomial_tail(surely, n, hi))
    middle = int(np.sum(away <= radius_km))
    tipping = beta_quantile(LEVEL, middle, n - middle + 1) if middle else None
    return Recurrence(radius_km, (surely, possibly), n, background, p, tipping, anywhere)


def background_near(
    place_deg: tuple[float, float],
    traffic_deg: Floats,
    flights: Floats,
    *,
    radius_km: float,
    source: str,
) -> Background:
    """Return the share of traffic near a place, with its exact 90 % interval.

    traffic_deg  (M, 2) of places where flights were counted; flights (M,) how many, once each
    """
    total = float(flights.sum())
    if not total > 0:
        raise UsageError("the background holds no flights", hint="give a count above 0 somewhere")
    near = float(flights[_from(place_deg, traffic_deg) <= radius_km].sum())
    low = beta_quantile(0.05, near, total - near + 1) if near > 0 else 0.0
    high = beta_quantile(0.95, near + 1, total - near) if near < total else 1.0
    return Background((low, high), source)


def anywhere(
    record_deg: Floats,
    traffic_deg: Floats,
    flights: Floats,
    *,
    radius_km: float,
    rng: np.random.Generator,
    replicates: int = 999,
) -> MonteCarlo:
    """Return how often a record of the same size, drawn from the traffic, piles up as much.

    The statistic is the largest number of others within the radius of any incident.
    """
    if len(traffic_deg) > _MOST_POINTS:  # keep the weights: points are drawn by them
        pick = rng.choice(len(flights), _MOST_POINTS, p=flights / flights.sum())
        traffic_deg, flights = traffic_deg[pick], np.ones(_MOST_POINTS)
    near = geodesic_km(traffic_deg[:, 0], traffic_deg[:, 1]) <= radius_km
    seen = int((geodesic_km(record_deg[:, 0], record_deg[:, 1]) <= radius_km).sum(axis=1).max())
    share = flights / flights.sum()
    exceed = 0
    for _ in range(replicates):
        count = rng.multinomial(len(record_deg), share)
        exceed += int((near @ count)[count > 0].max()) >= seen
    return MonteCarlo(exceed, replicates)


def _from(place_deg: tuple[float, float], others_deg: Floats) -> Floats:
    n = len(others_deg)
    if not n:
        return np.zeros(0)
    lon, lat = np.full(n, place_deg[0]), np.full(n, place_deg[1])
    _, _, metres = WGS84.inv(lon, lat, others_deg[:, 0], others_deg[:, 1])
    return np.asarray(metres) / 1000.0


def _words(one: Recurrence) -> Iterator[str]:
    surely, possibly = one.within
    count = f"{surely}" if surely == possibly else f"{surely} to {possibly}"
    yield f"{count} of {one.others} other incidents lie within {one.radius_km:g} km."
    if one.others + 1 < LEAST:
        yield f"With {one.others + 1} incidents no pattern claim is possible."
        return
    if one.background is None or one.p is None:
        yield (
            "No background is given: whether that is more than the traffic there explains is not "
            "known."
        )
        if one.tipping_share:
            yield (
                "It would be unusual (.05) only if at most "
                f"{percent(one.tipping_share)} of all traffic passes there."
            )
        return
    lo, hi = one.p
    share = " to ".join(percent(x) for x in one.background.share)
    yield (
        f"With {share} of the traffic passing there ({one.background.source}), so many or more "
        f"come by chance with p {chance(lo)} to {chance(hi)}."
    )
    if hi > LEVEL:
        unsure = "may be" if lo <= LEVEL else "is"
        yield f"That {unsure} no more than the traffic would bring: cannot tell."
    if one.anywhere is not None:
        yield f"As many about some place, wherever it be: {one.anywhere.said()}."
    if not math.isclose(lo, hi, rel_tol=0.5):
        yield "The range comes from the share of traffic and from places that are not well known."
