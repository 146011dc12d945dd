"""Times in which an aircraft is heard but says nothing new about where it is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tocsin.track.limits import IntegritySettings
from tocsin.track.motion import Bools, Ints

HEARD = 3  # rows without a position that make a silence of positions ...
HEARD_S = 15.0  # ... and how often they come at least: else it is not heard, but out of reach


def silences(
    track: NDArray[np.int32],
    t_ns: Ints,
    timed: Bools,
    fresh: Bools,
    on_ground: Bools,
    settings: IntegritySettings,
) -> Bools:
    """Return the rows heard in a silence of positions, (N,).

    track  (N,) codes, sorted; t_ns (N,) sorted within a track; timed (N,) has a time
    fresh  (N,) brings a position of its own, true or false; on_ground (N,)

    A silence runs from one new position to the next of the same track, `silent_s` or longer,
    with at least `HEARD` rows in it and one in `HEARD_S`, and four times the usual spacing of
    positions in that track.  Before the first and after the last position nothing is claimed:
    that is where coverage begins and ends.  Nor on the ground: who stands there says little.
    """
    quiet = np.zeros(len(track), np.bool_)
    new = np.flatnonzero(fresh)
    if len(new) < 2:
        return quiet
    between = np.diff(new) - 1
    gap_s = np.diff(t_ns[new]) / 1e9
    same = track[new[1:]] == track[new[:-1]]
    flying = ~(on_ground[new[1:]] | on_ground[new[:-1]])
    long = np.flatnonzero(
        same
        & flying
        & (between >= np.maximum(HEARD, gap_s / HEARD_S))
        & (gap_s >= settings.silent_s)
    )
    if not len(long):
        return quiet
    heads = np.flatnonzero(np.r_[True, ~same])
    ends = np.append(heads[1:] - 1, len(same))
    seen_s = (t_ns[new[ends]] - t_ns[new[heads]]) / 1e9
    usual_s = seen_s / np.maximum(ends - heads, 1)
    # The mean is pulled up by the very silences: it serves as a generous usual spacing.
    mine = np.searchsorted(heads, long, side="right") - 1
    long = long[gap_s[long] >= 4 * np.minimum(usual_s[mine], settings.silent_s)]
    edge = np.zeros(len(track) + 1, np.int8)
    edge[new[long] + 1] += 1
    edge[new[long + 1]] -= 1
    quiet = np.cumsum(edge[:-1], dtype=np.int32) > 0
    found: Bools = quiet & timed
    return found
