"""The stretches that support no finding, as intervals with a reason and a sentence."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Distrust, Flag
from tocsin.track.marks import Flags
from tocsin.track.motion import Bools, Ints

#: Flags in the order in which one of them names the reason.
REASONS: tuple[tuple[Flag, str, str], ...] = (
    (Flag.SPOOFED, "spoofed", "self-consistent positions that the rest of the track contradicts"),
    (
        Flag.TRACKER_JUMP,
        "tracker-jump",
        "no aircraft flies here from the fixes before and after: the tracker corrected itself or "
        "went on with the plots of another target",
    ),
    (Flag.JAMMED, "jammed", "heard, but without a new or a usable position"),
    (Flag.TELEPORT, "teleport", "no aircraft flies here from the fixes before and after"),
    (Flag.ENVELOPE, "envelope", "too slow for this height and for this aircraft"),
    (Flag.SPEED, "speed", "displacement and reported velocity contradict each other"),
    (Flag.TIME_JUMP, "time-jump", "the time runs back or leaps"),
    (Flag.BAD_RANGE, "bad-range", "further from its receiver than radio reaches"),
    (Flag.STALE, "stale", "an old position repeated under a new time"),
    (Flag.DUPLICATE, "duplicate", "a second fix at the same time"),
    (Flag.POSITION, "position", "no time, no position, or none on this Earth"),
)
#: A lone copy or a row without position is the daily bread of a receiver: only runs are told.
DAILY = Flag.STALE | Flag.DUPLICATE | Flag.POSITION
DAILY_NS = 30_000_000_000
JOIN_NS = 60_000_000_000


def intervals(
    names: list[str],
    track: NDArray[np.int32],
    t_ns: Ints,
    timed: Bools,
    flags: Flags,
    remarks: dict[int, str],
) -> tuple[Distrust, ...]:
    """Return the distrusted intervals in the order of the table.

    names    the tracks by code
    remarks  more about the interval that holds a row, by row

    Runs of one reason in one track are joined over less than a minute.  Copies, duplicates and
    rows without position are told when they last half a minute with nothing else between.
    """
    reason = np.full(len(flags), -1, np.int8)
    for k in range(len(REASONS) - 1, -1, -1):
        reason[(flags & int(REASONS[k][0])) != 0] = k
    daily_from = min(k for k, (bit, _, _) in enumerate(REASONS) if bit & DAILY)
    bad = np.flatnonzero((reason >= 0) & timed)
    if not len(bad):
        return ()
    step = np.flatnonzero(
        (reason[bad][1:] != reason[bad][:-1])
        | (track[bad][1:] != track[bad][:-1])
        | (np.diff(t_ns[bad]) > JOIN_NS)
        | ((np.diff(bad) > 1) & (reason[bad][1:] >= daily_from))
    )
    begin = np.concatenate([[0], step + 1])
    end = np.concatenate([step, [len(bad) - 1]])
    told = (reason[bad[begin]] < daily_from) | (t_ns[bad[end]] - t_ns[bad[begin]] >= DAILY_NS)
    noted = np.array(sorted(remarks), np.int64)
    found = []
    for a, b in zip(begin[told], end[told], strict=True):
        low, high = int(bad[a]), int(bad[b])
        _, word, sentence = REASONS[reason[low]]
        near = noted[np.searchsorted(noted, low) : np.searchsorted(noted, high, side="right")]
        said = dict.fromkeys(remarks[int(k)] for k in near)
        found.append(
            Distrust(
                track=names[track[low]],
                from_ns=int(t_ns[low]),
                to_ns=int(t_ns[high]),
                reason=word,
                detail="; ".join([sentence, *said]),
                fixes=int(b - a + 1),
            )
        )
    return tuple(found)
