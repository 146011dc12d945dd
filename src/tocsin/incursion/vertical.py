"""Stretches cut by vertical limits: height is linear along a leg, a limit has a datum.

A height that was not reported in the datum of the limit leaves the question open: such a part
is *lost*, neither inside nor outside.  A limit that is the ground, or none, asks for no height.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tocsin.incursion.passages import Stretches, joined
from tocsin.incursion.path import Ints, Path
from tocsin.schema import Datum, Floats, Limit, Volume


def cut_by_height(path: Path, found: Stretches, volumes: Sequence[Volume]) -> Stretches:
    """Return the stretches as far as they lie between the vertical limits of their volume."""
    limited = [
        v for v, volume in enumerate(volumes) if _binds(volume.lower) or _binds(volume.upper)
    ]
    if not limited:
        return found
    parts = [found.take(~np.isin(found.volume, limited))]
    for v in limited:
        mine = found.take(found.volume == v)
        if len(mine.volume):
            parts.append(_cut(path, mine, volumes[v]))
    return joined(parts)


def _binds(limit: Limit | None) -> bool:
    return limit is not None and bool(np.isfinite(limit.h_m))


def _cut(path: Path, found: Stretches, volume: Volume) -> Stretches:
    owner, leg, begin, end = _legs_of(found)
    low, high, unknown = begin.copy(), end.copy(), np.zeros(len(leg), bool)
    for limit, sign in ((volume.lower, 1.0), (volume.upper, -1.0)):
        if limit is None or not _binds(limit):
            continue
        h0, h1 = _heights(path, leg, end, limit.datum)
        above0, above1 = sign * (h0 - limit.h_m), sign * (h1 - limit.h_m)  # >= 0 is allowed
        unread = ~(np.isfinite(above0) & np.isfinite(above1))
        unknown |= unread
        with np.errstate(invalid="ignore", divide="ignore"):
            root = above0 / (above0 - above1)
        rising = ~unread & (above1 > above0)
        falling = ~unread & (above1 < above0)
        never = ~unread & (above0 < 0) & (above1 < 0)
        cut_low = rising & (above0 < 0) & ~never
        low[cut_low] = np.maximum(low[cut_low], root[cut_low])
        cut_high = falling & (above1 < 0) & ~never
        high[cut_high] = np.minimum(high[cut_high], root[cut_high])
        level_out = ~unread & (above0 == above1) & (above0 < 0)
        high[never | level_out] = -1.0
    kept = np.flatnonzero((high > low) | ((high == low) & (begin == end)))
    return _merge(
        path,
        found,
        owner[kept],
        leg[kept],
        low[kept],
        high[kept],
        begin[kept],
        end[kept],
        unknown[kept],
    )


def _legs_of(found: Stretches) -> tuple[Ints, Ints, Floats, Floats]:
    """Return (stretch, leg, from, to) for every leg or part of one in the stretches."""
    last = np.where((found.s1 == 0) & (found.leg1 > found.leg0), found.leg1 - 1, found.leg1)
    n = last - found.leg0 + 1
    owner = np.repeat(np.arange(len(n)), n)
    leg = found.leg0[owner] + np.arange(len(owner)) - np.repeat(np.cumsum(n) - n, n)
    begin = np.where(leg == found.leg0[owner], found.s0[owner], 0.0)
    end = np.where(leg == found.leg1[owner], found.s1[owner], 1.0)
    return owner, leg, begin, end


def _heights(path: Path, leg: Ints, end: Floats, datum: Datum) -> tuple[Floats, Floats]:
    height = path.height_m.get(datum)
    if height is None:  # above ground level: no terrain is known here
        return np.full(len(leg), np.nan), np.full(len(leg), np.nan)
    after = np.where(end > 0, np.minimum(leg + 1, len(height) - 1), leg)
    return height[leg], height[after]


def _merge(
    path: Path,
    found: Stretches,
    owner: Ints,
    leg: Ints,
    low: Floats,
    high: Floats,
    begin: Floats,
    end: Floats,
    lost: NDArray[np.bool_],
) -> Stretches:
    """Put leg parts together where one goes on in the next."""
    if not len(owner):
        return found.take(np.zeros(0, np.int64))
    follows = (
        (owner[1:] == owner[:-1])
        & (leg[1:] == leg[:-1] + 1)
        & (high[:-1] == 1.0)
        & (low[1:] == 0.0)
    )
    same = follows & (lost[1:] == lost[:-1])
    first = np.flatnonzero(np.concatenate([[True], ~same]))
    last = np.append(first[1:], len(owner)) - 1
    mine = owner[first]
    at_begin = (leg[first] == found.leg0[mine]) & (low[first] == begin[first])
    at_end = (leg[last] >= found.leg1[mine] - (found.s1[mine] == 0)) & (high[last] == end[last])
    touched0 = np.concatenate([[False], follows])[first]  # the part before is of the other kind
    touched1 = np.concatenate([follows, [False]])[last]
    by_height0 = ~at_begin & ~touched0
    by_height1 = ~at_end & ~touched1
    is_lost = lost[first]
    rise = _rise(path, leg, np.concatenate([first, last]))
    return Stretches(
        volume=found.volume[mine],
        leg0=leg[first],
        s0=low[first],
        leg1=leg[last],
        s1=high[last],
        seen0=np.where(at_begin, found.seen0[mine], by_height0) & ~is_lost,
        seen1=np.where(at_end, found.seen1[mine], by_height1) & ~is_lost,
        piece0=np.where(at_begin, found.piece0[mine], -1),
        piece1=np.where(at_end, found.piece1[mine], -1),
        closing0=np.where(by_height0, rise[: len(first)], found.closing0[mine]),
        closing1=np.where(by_height1, rise[len(first) :], found.closing1[mine]),
        by_height0=by_height0 | (at_begin & found.by_height0[mine]),
        by_height1=by_height1 | (at_end & found.by_height1[mine]),
        lost=is_lost,
    )


def _rise(path: Path, leg: Ints, index: Ints) -> Floats:
    """Return how many metres of height the leg covers, by the height that is reported."""
    rise = np.full(len(index), np.nan)
    for height in path.height_m.values():
        k = leg[index]
        step = np.abs(height[np.minimum(k + 1, len(height) - 1)] - height[k])
        rise = np.where(np.isnan(rise), step, rise)
    return rise
