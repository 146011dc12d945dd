"""Which fixes of a table of tracks may support a finding, and why the others may not.

The steps, each in its own module: copies of old positions (`stale`), single fixes aside
(`jumps.outliers`), legs that no aircraft flies (`jumps.strain`), fixes too slow for
their height (`envelope`) or against their own reported velocity (`velocity`); then the
tracks with any of these are cut into consistent stretches (`stretches`) and the false ones
are told from the true (`choose`, `judge`); last, silences of positions (`jammed`).

Positions that a tracker puts out (system tracks of CAT062 and their like) are not what an aircraft
says: a tracker coasts, swaps two targets, corrects itself.  Its leaps are no evidence of spoofing
and its silences none of jamming; they are refused all the same, under a name of their own.

Limits of the method: a false track that is smooth, plausible for its aircraft and agrees with
the velocity it reports is not seen from kinematics alone; nor is an error below about 100 m
plus what 1.5 s of flight explain.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tocsin.schema import DISTRUST, TRACK, Distrust, Flag
from tocsin.track.jammed import silences
from tocsin.track.judge import Ruling, judge
from tocsin.track.jumps import outliers
from tocsin.track.limits import IntegritySettings
from tocsin.track.marks import Flags, mark, marked
from tocsin.track.motion import Bools, Ints, Legs, Motion, legs, motion
from tocsin.track.report import intervals
from tocsin.track.stale import repeated

PASSES = 3  # an outlier can hide another one beside it
TRACKER = "track"  # the `source_kind` of what a tracker puts out


def trusted(flags: pa.ChunkedArray | pa.Array | Flags) -> Bools:
    """Return which rows carry no bit of `schema.DISTRUST`, (N,)."""
    bits = flags if isinstance(flags, np.ndarray) else np.asarray(flags)
    return ~marked(bits.astype(np.uint32, copy=False), DISTRUST)


def from_trackers(fixes: pa.Table) -> NDArray[np.uint64]:
    """Return the `obs_id` of the fixes whose `source_kind` says that a tracker put them out."""
    kind = fixes.column("source_kind").cast(pa.string())
    mine = fixes.column("obs_id").filter(pc.equal(kind, TRACKER))
    found: NDArray[np.uint64] = mine.to_numpy().astype(np.uint64, copy=False)
    return found


def check(
    tracks: pa.Table,
    settings: IntegritySettings | None = None,
    *,
    tracker_obs: NDArray[np.uint64] | None = None,
) -> tuple[pa.Table, tuple[Distrust, ...]]:
    """Return the table with `flags` and `break_before` set, and the distrusted intervals.

    tracks       a table in `schema.TRACK`, sorted by track and time, as `assemble` leaves it;
                 flags and breaks that it carries stay
    tracker_obs  `obs_id` of the rows that a tracker put out (`from_trackers`); none when None

    `break_before` is set where a trusted fix follows a false stretch: what happened between
    is not known.  Single copies, duplicates and rows without position have their flag but
    are no interval (`report`).  Raises ValueError for a table in another schema.
    """
    if not tracks.schema.equals(TRACK):
        raise ValueError("integrity works on a table in schema.TRACK; see track.assemble")
    rules = settings or IntegritySettings()
    tracks = tracks.combine_chunks()
    words = tracks.column("track").combine_chunks()
    code = words.indices.to_numpy().astype(np.int32, copy=False)
    stamps = tracks.column("t").combine_chunks()
    timed = ~np.asarray(stamps.is_null())
    t_ns = stamps.cast(pa.int64()).fill_null(0).to_numpy()
    flags = tracks.column("flags").to_numpy().astype(np.uint32)
    given = flags.copy()
    ruling = Ruling(flags, tracks.column("break_before").to_numpy().copy())

    m = motion(tracks, t_ns, code, trusted(flags) & timed)
    if len(m) > 1:
        mark(flags, m.row[repeated(m, rules)], Flag.STALE)
        m, leg = _without_outliers(m.take(trusted(flags[m.row])), flags, rules)
        judge(m, leg, ruling, rules)
    ground = tracks.column("on_ground").fill_null(False).to_numpy()
    _aftermath(code, t_ns, timed, ground, flags, rules)
    if tracker_obs is not None and len(tracker_obs):
        mine = np.isin(tracks.column("obs_id").to_numpy(), tracker_obs)
        _told_of_a_tracker(mine, given, flags)
    names = words.dictionary.to_pylist()
    told = intervals(names, code, t_ns, timed, flags, ruling.remarks)
    tracks = _set(tracks, "flags", flags)
    return _set(tracks, "break_before", ruling.broken), told


def _set(table: pa.Table, name: str, values: NDArray[np.generic]) -> pa.Table:
    place = table.schema.get_field_index(name)
    return table.set_column(place, TRACK.field(name), pa.array(values, TRACK.field(name).type))


def _without_outliers(m: Motion, flags: Flags, rules: IntegritySettings) -> tuple[Motion, Legs]:
    """Flag single fixes aside and return the rest; only their tracks are passed over again."""
    seen, leg = m, legs(m, rules)
    aside = outliers(seen, leg, rules)
    if not aside.any():
        return m, leg
    for _ in range(PASSES):
        mark(flags, seen.row[aside], Flag.TELEPORT)
        seen = seen.take(np.isin(seen.track, np.unique(seen.track[aside])) & ~aside)
        aside = outliers(seen, legs(seen, rules), rules)
        if not aside.any():
            break
    m = m.take(trusted(flags[m.row]))
    return m, legs(m, rules)


def _told_of_a_tracker(mine: Bools, given: Flags, flags: Flags) -> None:
    """Rename what was found in the rows of a tracker; what they carried before stays."""
    leap = mine & marked(flags & ~given, Flag.SPOOFED | Flag.TELEPORT)
    accusing = np.uint32(Flag.SPOOFED | Flag.TELEPORT | Flag.JAMMED)
    flags[mine] &= ~accusing | given[mine]
    mark(flags, leap, Flag.TRACKER_JUMP)


def _aftermath(
    code: NDArray[np.int32],
    t_ns: Ints,
    timed: Bools,
    ground: Bools,
    flags: Flags,
    rules: IntegritySettings,
) -> None:
    """Give copies and silences the reason of what came before them."""
    copy = marked(flags, Flag.STALE | Flag.POSITION | Flag.DUPLICATE)
    fresh = timed & ~copy
    if marked(flags, Flag.SPOOFED).any():
        source = np.maximum.accumulate(np.where(fresh, np.arange(len(flags)), -1))
        behind = (source >= 0) & copy & timed
        behind &= (code[source] == code) & marked(flags[source], Flag.SPOOFED)
        mark(flags, behind, Flag.SPOOFED)
    quiet = silences(code, t_ns, timed, fresh, ground, rules)
    mark(flags, quiet & ~marked(flags, Flag.SPOOFED), Flag.JAMMED)
