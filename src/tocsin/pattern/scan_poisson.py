"""Cases expected in each place and time, from people at risk: indirect standardisation.

With people n_kst of kind k (age and sex, say) in place s and year t, and C_k cases of that kind,

    e_st = sum_k C_k n_kst / sum_st n_kst

so that each kind of people has its own rate, the same everywhere (Kulldorff et al. 1998, Am J
Public Health 88:1377).  Without kinds this is C n_st / N.  People counted in some years only are
interpolated linearly between them and held at the first and last count outside, per kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.pattern.scan_statistic import Cylinders, windows_up_to
from tocsin.pattern.scan_zones import Zones, circles, growing
from tocsin.schema import Floats

MANY = 300  # places: above, circles grow by a tenth at a time
_BATCH = 100  # replicates drawn at a time


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Cases and people on a full grid of kinds, places and equal steps of time."""

    places: tuple[str, ...]
    times: tuple[str, ...]  # labels of the steps, "1985"
    cases: NDArray[np.int64]  # (K, P, T)
    people: Floats  # (K, P, T)

    @property
    def observed(self) -> NDArray[np.int64]:
        return np.asarray(self.cases.sum(axis=0))

    @property
    def population(self) -> Floats:
        """Mean number of people of each place over time, (P,)."""
        return np.asarray(self.people.sum(axis=0).mean(axis=1))


def expected_cases(counts: Counts) -> Floats:
    """Return e_st, (P, T); a kind of people that has cases but nobody at risk is a ValueError."""
    people = counts.people.sum(axis=(1, 2))
    cases = counts.cases.sum(axis=(1, 2))
    if np.any((cases > 0) & (people <= 0)):
        raise ValueError("a kind of people has cases and no people at risk")
    rate = np.divide(cases, people, out=np.zeros(len(people)), where=people > 0)
    return np.asarray(np.einsum("k,kpt->pt", rate, counts.people))


def poisson_cylinders(
    counts: Counts,
    expected: Floats,
    distance_km: Floats,
    *,
    most_times: int,
    share: float = 0.5,
    spatial: bool = False,
) -> tuple[Cylinders, Zones]:
    """Return all cylinders: circles of at most a share of the mean population, short windows.

    spatial  only windows over the whole period
    """
    sizes = growing(len(counts.places), 0.1) if len(counts.places) > MANY else None
    zones = circles(distance_km, counts.population, share=share, sizes=sizes)
    times = len(counts.times)
    windows = ((times, np.arange(1)),) if spatial else windows_up_to(times, most_times)
    of_zone = zones.member.astype(np.float64) @ expected
    return Cylinders(zones.member, of_zone, windows, int(counts.cases.sum())), zones


def poisson_replicates(
    expected: Floats, total: int, replicates: int, rng: np.random.Generator
) -> Iterator[NDArray[np.int64]]:
    """Yield data sets of `total` cases spread as expected, in batches (R, P, T)."""
    share = (expected / expected.sum()).ravel()
    for first in range(0, replicates, _BATCH):
        size = min(_BATCH, replicates - first)
        yield rng.multinomial(total, share, size=size).reshape(size, *expected.shape)
