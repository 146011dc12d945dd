"""Which stretches of a track are not credible, as against merely not observed.

A jammed receiver or a repeated old position says nothing about where the aircraft was: that
is a gap.  A spoofed position, a leap or an impossible speed says something, and it is wrong:
that is drawn, crossed out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tocsin.dossier.axis import refused
from tocsin.dossier.data import Bools, DrawnTrack, Floats
from tocsin.dossier.format import epoch_s
from tocsin.dossier.sentences import Findings

#: Reasons for which there is no new position, rather than a wrong one.
SILENT = frozenset({"jammed", "stale", "duplicate", "position"})
LEAST_S = 30.0  # of refused fixes that no row of the findings explains
ROUNDING_S = 1e-3  # the findings' times have milliseconds

Stretches = Sequence[tuple[float, float]]


def not_credible(findings: Findings, track: DrawnTrack) -> list[tuple[float, float]]:
    """Return the stretches, in order of time, joined where they overlap.

    Without a row on the track's integrity, runs of refused fixes of half a minute count.
    """
    told = [x for x in findings.get("integrity", ()) if x.get("track") == track.track]
    rows = [x for x in told if str(x.get("reason")) not in SILENT]
    rows += [x for x in findings.get("not_established", ()) if x.get("track") == track.track]
    found = [stretch for x in rows if (stretch := _stretch(x))]
    if not found and not told:
        found = [(a, b) for a, b in refused(track) if b - a >= LEAST_S]
    joined: list[tuple[float, float]] = []
    for a, b in sorted(found):
        if joined and a <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(b, joined[-1][1]))
        else:
            joined.append((a, b))
    return joined


def crossed_out(track: DrawnTrack, stretches: Stretches) -> Bools:
    """Return which fixes (N,) are drawn as not credible: refused, with a position, in a stretch."""
    inside = np.zeros(len(track.t_s), dtype=bool)
    for a, b in stretches:
        inside |= (track.t_s >= a - ROUNDING_S) & (track.t_s <= b + ROUNDING_S)
    positioned = np.isfinite(track.lon_deg) & np.isfinite(track.lat_deg)
    return np.asarray(inside & ~track.trusted & positioned)


def positions(track: DrawnTrack, use: Bools) -> Floats:
    """Return the positions (M, 2) of the chosen fixes, longitude first, those that have one."""
    use = use & np.isfinite(track.lon_deg) & np.isfinite(track.lat_deg)
    return np.column_stack([track.lon_deg[use], track.lat_deg[use]])


def _stretch(x: Any) -> tuple[float, float] | None:
    a, b = x.get("from_utc"), x.get("to_utc")
    return (epoch_s(a), epoch_s(b)) if isinstance(a, str) and isinstance(b, str) else None
