"""A track cut into the runs that are drawn alike: outside, inside, unobserved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np

from tocsin.dossier.data import Bools, DrawnPassage, DrawnTrack, Floats
from tocsin.dossier.plane import Plane


class Kind(StrEnum):
    """How a leg was flown, as far as anyone saw."""

    OUTSIDE = "outside"
    INSIDE = "inside"
    UNOBSERVED = "unobserved"


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Consecutive legs of one kind."""

    kind: Kind
    t_s: Floats  # (K,)
    xy_m: Floats  # (K, 2)
    sigma_m: Floats  # (K,)


def runs(
    track: DrawnTrack, passages: Sequence[DrawnPassage], plane: Plane, max_gap_s: float
) -> list[Run]:
    """Return the runs of the trusted fixes; crossings become vertices, so colours meet there."""
    use = track.trusted & np.isfinite(track.lon_deg) & np.isfinite(track.lat_deg)
    t_s = track.t_s[use]
    if len(t_s) < 2:
        return []
    xy_m = plane.xy(track.lon_deg[use], track.lat_deg[use])
    sigma_m = track.sigma_m[use]
    gap = (np.diff(t_s) > max_gap_s) | _broken(track, use)

    crossing_t_s, crossing_xy_m = _crossings(passages, plane)
    leg = np.searchsorted(t_s, crossing_t_s)
    seen = (leg > 0) & (leg < len(t_s))
    crossing_t_s, crossing_xy_m, leg = crossing_t_s[seen], crossing_xy_m[seen], leg[seen]
    t_s = np.insert(t_s, leg, crossing_t_s)
    xy_m = np.insert(xy_m, leg, crossing_xy_m, axis=0)
    sigma_m = np.insert(sigma_m, leg, sigma_m[leg - 1])
    gap = np.insert(gap, leg - 1, gap[leg - 1])

    middle_s = (t_s[:-1] + t_s[1:]) / 2
    inside = np.zeros(len(middle_s), dtype=bool)
    for passage in passages:
        inside |= (middle_s >= passage.from_s) & (middle_s <= passage.to_s)
    code = np.where(gap, 2, np.where(inside, 1, 0))
    cuts = np.concatenate([[0], np.flatnonzero(np.diff(code)) + 1, [len(code)]])
    kinds = (Kind.OUTSIDE, Kind.INSIDE, Kind.UNOBSERVED)
    return [
        Run(kinds[code[a]], t_s[a : b + 1], xy_m[a : b + 1], sigma_m[a : b + 1])
        for a, b in pairwise(cuts.tolist())
    ]


def observed(flown: Sequence[Run]) -> list[Run]:
    """Return the stretches between what was unobserved, inside and outside joined."""
    stretches: list[list[Run]] = [[]]
    for run in flown:
        if run.kind is Kind.UNOBSERVED:
            stretches.append([])
        else:
            stretches[-1].append(run)
    return [
        Run(
            Kind.OUTSIDE,
            np.concatenate([run.t_s for run in some]),
            np.vstack([run.xy_m for run in some]),
            np.concatenate([run.sigma_m for run in some]),
        )
        for some in stretches
        if some
    ]


def _broken(track: DrawnTrack, use: Bools) -> Bools:
    """Return, per leg between used fixes, whether a fix since then says the leg is not flown."""
    so_far = np.cumsum(track.break_before)[use]
    return np.asarray(np.diff(so_far) > 0)


def _crossings(passages: Sequence[DrawnPassage], plane: Plane) -> tuple[Floats, Floats]:
    found = []
    for passage in passages:
        if passage.entry_observed:
            found.append((passage.from_s, passage.entry_lon_deg, passage.entry_lat_deg))
        if passage.exit_observed:
            found.append((passage.to_s, passage.exit_lon_deg, passage.exit_lat_deg))
    table = np.asarray(sorted(found), dtype=np.float64).reshape(-1, 3)
    table = table[np.isfinite(table).all(axis=1)]
    return table[:, 0], plane.xy(table[:, 1], table[:, 2])
