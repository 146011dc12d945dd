"""Several readings as one table of fixes: sorted, the same observation counted once.

Two receivers hear one squitter, and two feeds relay one receiver; counted twice, it would look like
two witnesses.  `merge` flags the copies `Flag.DUPLICATE` and keeps them, so that counts still add
up.  Clocks of sources differ: `clock_offsets` measures by how much and only reports it.  Shifting
times is a decision about evidence and belongs in the case file, where it can be seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tocsin.feed.identity import assign_tracks, times_ns, who
from tocsin.feed.parse import NAT, NS, unroll_midnight
from tocsin.schema import DISTRUST, FIX, Flag, Floats, Reading

__all__ = ["ClockOffset", "assign_tracks", "clock_offsets", "merge", "unroll_midnight"]

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: Copies of one squitter arrive within this: receivers keep time to a few tenths of a second, and
#: networks stamp within one.
DUPLICATE_S = 1.0
#: And say the same place within this: the step of an airborne CPR position is 5 m, of five
#: decimals 1 m.  At 1 s and 20 m an aircraft faster than 20 m/s cannot be its own copy.
DUPLICATE_M = 20.0

M_PER_DEG = 111_320.0  # of latitude; 0.6 % off at worst, in a tolerance of 20 m


def merge(
    readings: Sequence[Reading],
    *,
    duplicate_s: float = DUPLICATE_S,
    duplicate_m: float = DUPLICATE_M,
) -> pa.Table:
    """Return the fixes of all readings as one table with `track` filled, sorted by track and time.

    A row is a duplicate where another of the same aircraft has the very same time and position, or
    where a source of higher rank has one within duplicate_s and duplicate_m.  Rank is the order of
    the readings: what stands first is kept, so name the best source first.  Within one source only
    exact copies count, for an aircraft that hovers is not its own copy.

    Raises ValueError for no readings at all.
    """
    if not readings:
        raise ValueError("nothing to merge: give at least one reading")
    table, source = _concatenated([reading.fixes for reading in readings])
    code, _ = who(table)
    t_ns = times_ns(table)
    if not _sorted(code, t_ns):
        order = np.lexsort((source, t_ns, code))
        table, source = table.take(pa.array(order)), source[order]
        code, t_ns = code[order], t_ns[order]
    copies = _exact(table, code, t_ns) | _relayed(
        table, code, t_ns, source, duplicate_s, duplicate_m
    )
    if copies.any():
        table = _flagged(table, copies)
    table = assign_tracks(table)
    return _by_track(table, t_ns)


@dataclass(frozen=True, slots=True)
class ClockOffset:
    """By how much the clock of `source` runs ahead of that of `reference`."""

    source: str
    reference: str
    offset_s: float  # positive: source stamps the same event later
    sigma_s: float  # standard error of offset_s, from the spread about the median
    fixes: int
    determined: bool  # enough fixes, and a small enough error, to act on


#: Fixes slower than this tell little about time: 50 m of error at 30 m/s is 1.7 s.
OFFSET_MIN_MPS = 30.0
OFFSET_MIN_FIXES = 20
OFFSET_MAX_S = 30.0  # larger differences are another hour or another day, not a clock
OFFSET_MAX_GAP_S = 20.0  # the reference is interpolated over no longer leg than this
OFFSET_ACROSS_M = 300.0  # further off the reference's track it is not the same motion
OFFSET_SIGMA_S = 0.25  # above, an offset is reported but not "determined"


def clock_offsets(readings: Sequence[Reading]) -> tuple[ClockOffset, ...]:
    """Return the clock offset of every pair of readings that saw the same moving aircraft.

    Each fix of one is compared with the motion of the other: the time by which the other must be
    moved for it to pass there is the along-track difference over the speed.  The offset is the
    median over fixes, its error 1.2533 times the standard error of a mean, with the spread
    from the median absolute deviation.  It is reported, never applied.
    """
    found = []
    for a, b in combinations(range(len(readings)), 2):
        shift_s = _shifts(readings[a].fixes, readings[b].fixes)
        if len(shift_s) < 2:
            continue
        offset_s = float(np.median(shift_s))
        spread_s = 1.4826 * float(np.median(np.abs(shift_s - offset_s)))
        sigma_s = 1.2533 * spread_s / float(np.sqrt(len(shift_s)))
        determined = len(shift_s) >= OFFSET_MIN_FIXES and sigma_s <= OFFSET_SIGMA_S
        found.append(
            ClockOffset(
                readings[b].input.path,
                readings[a].input.path,
                offset_s,
                sigma_s,
                len(shift_s),
                determined,
            )
        )
    return tuple(found)


def _concatenated(tables: Sequence[pa.Table]) -> tuple[pa.Table, Ints]:
    """Return all rows under all columns, and the rank of the source of each row, (N,).

    One file may carry several sources (a merged recording): they rank by name within it.
    """
    ranks, start = [], 0
    for table in tables:
        if "source_id" in table.column_names:
            names = pc.cast(table["source_id"].unify_dictionaries(), pa.string())
            coded = names.combine_chunks().dictionary_encode()
            words = coded.dictionary.to_pylist()
            order = np.argsort(np.argsort(words)) if len(words) > 1 else np.zeros(len(words), int)
            index = coded.indices.fill_null(len(words)).to_numpy()
            ranks.append(start + np.append(order, len(words))[index].astype(np.int64))
            start += len(words) + 1
        else:
            ranks.append(np.full(table.num_rows, start, np.int64))
            start += 1
    joined = (
        tables[0]
        if len(tables) == 1
        else pa.concat_tables(tables, promote_options="default").unify_dictionaries()
    )
    joined = joined.combine_chunks()
    joined = joined.select([name for name in FIX.names if name in joined.column_names])
    return joined, np.concatenate(ranks)


def _sorted(code: Ints, t_ns: Ints) -> bool:
    step = np.diff(code)
    return bool(np.all((step > 0) | ((step == 0) & (np.diff(t_ns) >= 0))))


def _positions(table: pa.Table) -> tuple[Floats, Floats]:
    return table["lat_deg"].to_numpy(), table["lon_deg"].to_numpy()


def _exact(table: pa.Table, code: Ints, t_ns: Ints) -> Bools:
    """Return rows that repeat an earlier row of the same aircraft, time and position, (N,)."""
    copies = np.zeros(len(code), np.bool_)
    tied = (np.diff(code) == 0) & (np.diff(t_ns) == 0) & (t_ns[1:] != NAT)
    if not tied.any():
        return copies
    lat, lon = _positions(table)
    part = np.flatnonzero(np.r_[tied, False] | np.r_[False, tied])
    order = part[np.lexsort((part, lon[part], lat[part], t_ns[part], code[part]))]
    before, after = order[:-1], order[1:]
    same = (code[before] == code[after]) & (t_ns[before] == t_ns[after])
    same &= (lat[before] == lat[after]) & (lon[before] == lon[after])
    copies[after[same]] = True
    return copies


def _relayed(
    table: pa.Table, code: Ints, t_ns: Ints, source: Ints, within_s: float, within_m: float
) -> Bools:
    """Return rows that a source of higher rank has too, (N,); rows are sorted by code and time."""
    copies = np.zeros(len(code), np.bool_)
    if len(code) < 2 or source.min() == source.max():
        return copies
    lat, lon = _positions(table)
    usable = ~np.isnan(lat) & (t_ns != NAT)
    if "flags" in table.column_names:  # a distrusted fix is no reason to drop a good one
        flags = pc.fill_null(table["flags"], 0).to_numpy()
        usable &= (flags & int(DISTRUST)) == 0
    width_ns = int(within_s * NS)
    for step in range(1, len(code)):
        near = (code[step:] == code[:-step]) & (t_ns[step:] - t_ns[:-step] <= width_ns)
        near &= (t_ns[:-step] != NAT)  # fmt: skip
        if not near.any():  # sorted: no wider step can be nearer in time
            break
        pair = np.flatnonzero(
            near & usable[step:] & usable[:-step] & (source[step:] != source[:-step])
        )
        first, second = pair, pair + step
        apart_m = np.hypot(
            (lat[second] - lat[first]) * M_PER_DEG,
            _turn(lon[second] - lon[first]) * M_PER_DEG * np.cos(np.radians(lat[first])),
        )
        first, second = first[apart_m <= within_m], second[apart_m <= within_m]
        copies[np.where(source[first] < source[second], second, first)] = True
    return copies


def _turn(degrees: Floats) -> Floats:
    """Return differences of longitude the short way round, -180..180."""
    return (degrees + 180.0) % 360.0 - 180.0


def _flagged(table: pa.Table, copies: Bools) -> pa.Table:
    bits = pa.array(np.where(copies, int(Flag.DUPLICATE), 0), pa.uint32())
    if "flags" in table.column_names:
        bits = pc.bit_wise_or(pc.fill_null(table["flags"], 0), bits)
        return table.set_column(table.column_names.index("flags"), FIX.field("flags"), bits)
    columns = {name: table[name] for name in table.column_names} | {"flags": bits}
    fields = [FIX.field(name) for name in FIX.names if name in columns]
    return pa.table([columns[f.name] for f in fields], schema=pa.schema(fields))


def _by_track(table: pa.Table, t_ns: Ints) -> pa.Table:
    coded = table["track"].unify_dictionaries().combine_chunks()
    if isinstance(coded, pa.ChunkedArray):
        if not coded.num_chunks:
            return table
        coded = coded.chunk(0)
    rank = np.argsort(np.argsort(np.array(coded.dictionary.to_pylist(), dtype=object)))
    code = rank[coded.indices.to_numpy()].astype(np.int64)
    if _sorted(code, t_ns):
        return table
    return table.take(pa.array(np.lexsort((np.arange(len(code)), t_ns, code))))


def _shifts(reference: pa.Table, other: pa.Table) -> Floats:
    """Return by how much each fix of `other` is stamped later than the reference's motion."""
    both = pa.concat_tables([reference, other], promote_options="default").unify_dictionaries()
    code, _ = who(_nameless(both.combine_chunks()))
    split = reference.num_rows
    shared = np.intersect1d(code[:split], code[split:])
    shifts = [_shift_of(reference, other, code[:split] == c, code[split:] == c) for c in shared]
    return np.concatenate(shifts) if shifts else np.array([])


def _nameless(table: pa.Table) -> pa.Table:
    """Return the table under one source name: two files are no reason to be two aircraft."""
    return table.drop_columns(["source_id"]) if "source_id" in table.column_names else table


def _shift_of(reference: pa.Table, other: pa.Table, of_a: Bools, of_b: Bools) -> Floats:
    ta, xa, ya = _motion(reference, of_a)
    tb, xb, yb = _motion(other, of_b)
    if len(ta) < 2 or not len(tb):
        return np.array([])
    base = ta[0]
    sa, sb = (ta - base) / NS, (tb - base) / NS
    shift = np.zeros(len(sb))
    good = np.ones(len(sb), np.bool_)
    for _ in range(
        4
    ):  # Newton: the motion is nearly straight over the shift, four steps are plenty
        at = sb - shift
        leg = np.clip(np.searchsorted(sa, at, side="right") - 1, 0, len(sa) - 2)
        span = sa[leg + 1] - sa[leg]
        vx, vy = (xa[leg + 1] - xa[leg]) / span, (ya[leg + 1] - ya[leg]) / span
        scale = M_PER_DEG * np.cos(np.radians(ya[leg]))
        east, north = vx * scale, vy * M_PER_DEG
        speed2 = east**2 + north**2
        dx = (xb - (xa[leg] + vx * (at - sa[leg]))) * scale
        dy = (yb - (ya[leg] + vy * (at - sa[leg]))) * M_PER_DEG
        good = (span <= OFFSET_MAX_GAP_S) & (speed2 >= OFFSET_MIN_MPS**2)
        good &= (at >= sa[0]) & (at <= sa[-1])
        ahead = np.where(good, (dx * east + dy * north) / np.where(good, speed2, 1.0), 0.0)
        # A fix that lies ahead of the motion at its time was stamped too early.
        shift = np.clip(shift - ahead, -OFFSET_MAX_S, OFFSET_MAX_S)
    across = np.abs(dx * north - dy * east) / np.sqrt(np.where(good, speed2, 1.0))
    good &= (across <= OFFSET_ACROSS_M) & (np.abs(shift) < OFFSET_MAX_S)
    return np.asarray(shift[good])


def _motion(table: pa.Table, rows: Bools) -> tuple[Ints, Floats, Floats]:
    """Return times, longitudes (unwrapped) and latitudes of trusted fixes, one per time."""
    lat, lon = _positions(table)
    t_ns = times_ns(table)
    rows = rows & ~np.isnan(lat) & (t_ns != NAT)
    if "flags" in table.column_names:
        rows &= (pc.fill_null(table["flags"], 0).to_numpy() & int(DISTRUST)) == 0
    times, first = np.unique(t_ns[rows], return_index=True)
    return times, np.unwrap(lon[rows][first], period=360.0), lat[rows][first]
