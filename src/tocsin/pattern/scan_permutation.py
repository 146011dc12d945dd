"""Space-time permutation: clusters of events where nobody counted the population.

Times are shuffled among the events, so every place keeps its number of events and every day too;
only *where-and-when together* is tested (Kulldorff et al. 2005, PLoS Medicine 2:e59).  In a
cylinder of circle s and window w, c_s c_w / C events are expected.  A place that is always busy
and a year that is busy everywhere are no cluster: background traffic that is steady falls out.
A window begins and ends on a day with an event: the others hold the same events and are longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.pattern.scan_statistic import Cylinders
from tocsin.pattern.scan_zones import Zones, circles, growing
from tocsin.schema import Floats

Ints = NDArray[np.int64]

#: Cylinders times replicates looked at before anything is thinned: some ten seconds.
BUDGET = 1.0e9
#: What is thinned, and how far: (steps of time at most, growth of circles; 0 for every circle).
THINNING = ((10**9, 0.0), (64, 0.0), (64, 0.15), (32, 0.15), (32, 0.5), (16, 0.5), (8, 1.0))
_BATCH = 50


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """Events by place and time."""

    lon_deg: Floats  # (P,) of distinct places
    lat_deg: Floats
    place: Ints  # (N,) index of each event's place
    day: Ints  # (N,) whole units of time, days or years, in any order

    @property
    def bins(self) -> tuple[Ints, Ints]:
        """The distinct times (T,) and the index of each event's (N,)."""
        found, index = np.unique(self.day, return_inverse=True)
        return np.asarray(found), np.asarray(index)


def permutation_cylinders(
    events: Located,
    distance_km: Floats,
    *,
    longest: int,
    radius_km: float = np.inf,
    share: float = 0.5,
    replicates: int = 999,
) -> tuple[Cylinders, Zones, Ints, Ints, list[str]]:
    """Return cylinders, their circles, the distinct times, each event's time, and what was thinned.

    longest  units of time a window may span, its first and last day counted
    share    of all events that a circle may hold at most
    """
    weight = np.bincount(events.place, minlength=len(events.lon_deg)).astype(np.float64)
    period = int(events.day.max() - events.day.min()) + 1
    for most_times, growth in THINNING:
        width = 1
        times, index = events.bins
        while len(times) > most_times:
            width *= 2
            times, index = np.unique(events.day // width * width, return_inverse=True)
        sizes = growing(len(weight), growth) if growth else None
        zones = circles(distance_km, weight, share=share, radius_km=radius_km, sizes=sizes)
        windows = _windows(times, longest)
        count = len(zones) * sum(len(starts) for _, starts in windows)
        if count * replicates <= BUDGET:
            break
    notes = []
    if width > 1:
        notes.append(
            f"there are too many windows to try them all: times are taken in steps of {width} of "
            f"{period} units"
        )
    if sizes is not None:
        notes.append(
            f"there are {len(weight)} places: circles grow by {growth:.0%} at a time, "
            f"{len(zones)} in all"
        )
    in_time = np.bincount(index, minlength=len(times)).astype(np.float64)
    total = len(events.place)
    expected = np.outer(zones.member.astype(np.float64) @ weight, in_time) / total
    cylinders = Cylinders(zones.member, expected, windows, total)
    return cylinders, zones, np.asarray(times), np.asarray(index), notes


def grid(place: Ints, index: Ints, places: int, times: int) -> Ints:
    """Return counts (P, T) of events."""
    flat = np.bincount(place * times + index, minlength=places * times)
    return np.asarray(flat.reshape(places, times))


def shuffled(
    place: Ints, index: Ints, shape: tuple[int, int], replicates: int, rng: np.random.Generator
) -> Iterator[Ints]:
    """Yield data sets with the times shuffled among the events, in batches (R, P, T)."""
    places, times = shape
    for first in range(0, replicates, _BATCH):
        size = min(_BATCH, replicates - first)
        moved = rng.permuted(np.tile(index, (size, 1)), axis=1)
        cell = (np.arange(size)[:, None] * places + place) * times + moved
        flat = np.bincount(cell.ravel(), minlength=size * places * times)
        yield flat.reshape(size, places, times)


def _windows(times: Ints, longest: int) -> tuple[tuple[int, Ints], ...]:
    out = []
    for w in range(1, len(times) + 1):
        starts = np.arange(len(times) - w + 1)
        starts = starts[times[starts + w - 1] - times[starts] + 1 <= longest]
        if not len(starts):
            break
        out.append((w, starts))
    return tuple(out)
