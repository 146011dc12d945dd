"""Clusters in space and time, each with the chance that nothing more than chance made it.

`cluster_poisson` asks whether cases pile up against the people at risk (Kulldorff 1997, 2001),
`cluster_events` whether events pile up where-and-when together (Kulldorff et al. 2005).  The p of
the most likely cluster is exact over replicates and already pays for having looked everywhere;
that of a secondary one, which shares no place with a likelier, is held against the same maxima
and so errs on the side of caution.  Where no cluster is found the answer says which would have
been: the smallest detectable.  A p from a Gumbel distribution fitted to the maxima (Abrams,
Kulldorff and Kleinman 2010) is an extrapolation, and is named as such.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from tocsin.pattern import scan_power
from tocsin.pattern.montecarlo import MonteCarlo
from tocsin.pattern.scan_answer import Cluster, Scan
from tocsin.pattern.scan_permutation import Located, grid, permutation_cylinders, shuffled
from tocsin.pattern.scan_poisson import (
    MANY,
    Counts,
    expected_cases,
    poisson_cylinders,
    poisson_replicates,
)
from tocsin.pattern.scan_statistic import Cylinders, maxima, surface
from tocsin.pattern.scan_zones import Zones
from tocsin.pattern.words import LEAST, NoClaim, too_few
from tocsin.schema import Floats

MOST_SECONDARY = 5
UNREMARKABLE = 0.5  # a secondary cluster that chance beats half the time is not worth a line


def cluster_poisson(
    counts: Counts,
    distance_km: Floats,
    *,
    rng: np.random.Generator,
    replicates: int = 999,
    most_times: int | None = None,
    share: float = 0.5,
    spatial: bool = False,
    notes: Sequence[str] = (),
) -> Scan | NoClaim:
    """Return the clusters of cases against people at risk.

    distance_km  (P, P) between the places of `counts`
    most_times   longest window in steps of time; None: half the period, rounded down
    share        of the mean population that a circle may hold at most
    spatial      only windows over the whole period: where, not when
    """
    kinds = len(counts.cases)
    method = "Kulldorff's scan statistic, Poisson" + (
        f", adjusted for {kinds} kinds of people" if kinds > 1 else ""
    )
    total = int(counts.cases.sum())
    barred = _barred(total, len(counts.places), len(counts.times) if not spatial else 2)
    if barred:
        return barred
    expected = expected_cases(counts)
    longest = max(1, len(counts.times) // 2) if most_times is None else most_times
    cylinders, zones = poisson_cylinders(
        counts, expected, distance_km, most_times=longest, share=share, spatial=spatial
    )
    told = [*notes]
    if not spatial:
        told.append(f"windows of 1 to {min(longest, len(counts.times))} of {len(counts.times)}")
    told.append(f"circles hold at most {share:g} of the mean population")
    if len(counts.places) > MANY:
        told.append(f"there are {len(counts.places)} places: circles grow by a tenth at a time")
    if not len(zones):
        why = f"every place holds more than {share:g} of the people: there is nothing to compare"
        return NoClaim(total, why)
    draws = poisson_replicates(expected, total, replicates, rng)
    return _answer(
        counts.observed,
        cylinders,
        zones,
        distance_km,
        counts.places,
        lambda _, first, last: (counts.times[first], counts.times[last]),
        draws,
        method,
        told,
    )


def cluster_events(
    events: Located,
    distance_km: Floats,
    *,
    rng: np.random.Generator,
    label: Callable[[int], str] = str,
    names: Sequence[str] = (),
    replicates: int = 999,
    longest: int | None = None,
    radius_km: float = np.inf,
    share: float = 0.5,
    notes: Sequence[str] = (),
    units: str = "units of time",
) -> Scan | NoClaim:
    """Return the clusters of events by the space-time permutation scan.

    label    what a unit of time is called: a date
    units    what many of them are called: days
    longest  window in units of time; None: half the period from first to last event
    """
    method = "space-time permutation scan"
    total, days = len(events.place), len(np.unique(events.day))
    barred = _barred(total, len(events.lon_deg), days)
    if barred:
        return barred
    period = int(events.day.max() - events.day.min()) + 1
    longest = max(1, period // 2) if longest is None else longest
    cylinders, zones, times, index, thinned = permutation_cylinders(
        events,
        distance_km,
        longest=longest,
        radius_km=radius_km,
        share=share,
        replicates=replicates,
    )
    told = [
        *notes,
        *thinned,
        f"windows of at most {longest} of {period} {units}",
        f"circles hold at most {share:g} of the events",
        "steady differences between places, and between times, are no cluster here",
        "reporting that began in different places at different times makes such clusters too",
    ]
    if not len(zones):
        why = f"every place holds more than {share:g} of the events: there is nothing to compare"
        return NoClaim(total, why)
    observed = grid(events.place, index, len(events.lon_deg), len(times))
    draws = shuffled(events.place, index, (len(events.lon_deg), len(times)), replicates, rng)
    places = tuple(names) or tuple(
        f"{lat:.3f}, {lon:.3f}" for lon, lat in zip(events.lon_deg, events.lat_deg, strict=True)
    )

    def named(zone: int, first: int, last: int) -> tuple[str, str]:
        within = zones.member[zone][events.place] & (index >= first) & (index <= last)
        days = events.day[within]  # of the events inside: a step of time may be many days
        return label(int(days.min())), label(int(days.max()))

    return _answer(
        observed,
        cylinders,
        zones,
        distance_km,
        places,
        named,
        draws,
        method,
        told,
        shuffled_times=True,
    )


def gumbel_p(value: float, sample: Floats) -> float | None:
    """Return P(maximum >= value) by a Gumbel distribution with the moments of the sample."""
    if len(sample) < 50 or not sample.std() > 0:
        return None
    scale = float(sample.std(ddof=1)) * math.sqrt(6) / math.pi
    place = float(sample.mean()) - np.euler_gamma * scale
    return float(-np.expm1(-np.exp(-(value - place) / scale)))


def _barred(cases: int, places: int, times: int) -> NoClaim | None:
    if cases < LEAST:
        return too_few(cases)
    if places < 2:
        return NoClaim(cases, f"all {cases} are at one place: no cluster in space can be told")
    if times < 2:
        return NoClaim(cases, f"all {cases} fall on one day: no cluster in time can be told")
    return None


def _answer(
    observed: NDArray[np.int64],
    cylinders: Cylinders,
    zones: Zones,
    distance_km: Floats,
    places: Sequence[str],
    label: Callable[[int, int, int], tuple[str, str]],
    draws: Iterable[NDArray[np.int64]],
    method: str,
    notes: Sequence[str],
    *,
    shuffled_times: bool = False,
) -> Scan:
    total = cylinders.total
    chance = maxima(draws, cylinders)
    table = surface(observed, cylinders)
    found = _non_overlapping(table, cylinders)
    clusters: list[Cluster] = []
    for length, zone, start in found:
        k = [w for w, _ in cylinders.windows].index(length)
        count, expected, value = (float(part[zone, start]) for part in table[k])
        first = int(cylinders.windows[k][1][start])
        centre = int(zones.centre[zone])
        inside = np.flatnonzero(zones.member[zone])
        order = inside[np.lexsort((inside != centre, distance_km[centre][inside]))]
        rest = total - count
        p = MonteCarlo(int(np.sum(chance >= value - 1e-9)), len(chance)) if len(chance) else None
        if clusters and p is not None and p.p > UNREMARKABLE:
            break
        clusters.append(
            Cluster(
                places[centre],
                tuple(places[j] for j in order),
                float(zones.radius_km[zone]),
                *label(zone, first, first + length - 1),
                int(count),
                expected,
                math.inf if not rest else (count / expected) / (rest / (total - expected)),
                value,
                p,
                gumbel_p(value, chance),
            )
        )
    threshold = scan_power.critical(chance)
    flat = np.concatenate([part[1].ravel() for part in table])
    most = _most(observed, cylinders) if shuffled_times else None
    seen = [] if threshold is None else scan_power.detectable(flat, total, threshold, most)
    return Scan(
        method,
        total,
        tuple(clusters),
        threshold,
        tuple(seen),
        len(chance),
        cylinders.count,
        tuple(notes),
    )


def _most(observed: NDArray[np.int64], cylinders: Cylinders) -> Floats:
    """Return how many cases each cylinder can hold where both margins are fixed."""
    in_zone = cylinders.member.astype(np.float64) @ observed.sum(axis=1)
    in_time = np.concatenate([[0], np.cumsum(observed.sum(axis=0))])
    parts = [
        np.minimum(in_zone[:, None], in_time[starts + length] - in_time[starts]).ravel()
        for length, starts in cylinders.windows
    ]
    return np.concatenate(parts)


def _non_overlapping(
    table: list[tuple[NDArray[np.int64], Floats, Floats]], cylinders: Cylinders
) -> list[tuple[int, int, int]]:
    """Return (length, zone, start) of the likeliest cylinders, no two of which share a place."""
    by_zone = np.stack([value.max(axis=1) for _, _, value in table])  # (lengths, Z)
    best = by_zone.max(axis=0)
    out: list[tuple[int, int, int]] = []
    free = np.ones(len(best), dtype=bool)
    while len(out) < MOST_SECONDARY + 1 and free.any():
        zone = int(np.argmax(np.where(free, best, -1.0)))
        if best[zone] <= 0:
            break
        k = int(np.argmax(by_zone[:, zone]))
        start = int(np.argmax(table[k][2][zone]))
        out.append((cylinders.windows[k][0], zone, start))
        free &= ~(cylinders.member @ cylinders.member[zone])
    return out
