"""Stretches cut by the hours in which a volume is active; without hours it always is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from tocsin.incursion.passages import Stretches, joined
from tocsin.incursion.path import Path
from tocsin.schema import Floats, Volume


def cut_by_hours(path: Path, found: Stretches, volumes: Sequence[Volume]) -> Stretches:
    """Return the stretches as far as they lie in active hours.

    Going active and going inactive is a beginning and an end that the clock observes.
    """
    timed = [v for v, volume in enumerate(volumes) if volume.active]
    if not timed:
        return found
    parts = [found.take(~np.isin(found.volume, timed))]
    for v in timed:
        mine = found.take(found.volume == v)
        for begin, end in volumes[v].active:
            parts.append(_cut(path, mine, _seconds(begin, path), _seconds(end, path)))
    return joined(parts)


def _seconds(text: str, path: Path) -> float:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f'active time "{text}" has no zone; write it as 2026-01-31T06:00:00Z')
    return moment.timestamp() - path.t0_ns / 1e9


def _cut(path: Path, found: Stretches, begin_s: float, end_s: float) -> Stretches:
    t0, t1 = path.time(found.leg0, found.s0), path.time(found.leg1, found.s1)
    part = found.take((t1 >= begin_s) & (t0 <= end_s) & (begin_s < end_s))
    t0, t1 = path.time(part.leg0, part.s0), path.time(part.leg1, part.s1)
    leg0, s0, leg1, s1 = (part.leg0.copy(), part.s0.copy(), part.leg1.copy(), part.s1.copy())
    seen0, seen1 = part.seen0.copy(), part.seen1.copy()
    closing0, closing1 = part.closing0.copy(), part.closing1.copy()
    for k in np.flatnonzero(t0 < begin_s):
        leg0[k], s0[k] = _place(path, int(part.leg0[k]), int(part.leg1[k]), begin_s)
        seen0[k], closing0[k] = not part.lost[k], np.inf  # the clock has no error of position
    for k in np.flatnonzero(t1 > end_s):
        leg1[k], s1[k] = _place(path, int(part.leg0[k]), int(part.leg1[k]), end_s)
        seen1[k], closing1[k] = not part.lost[k], np.inf
    return Stretches(
        volume=part.volume,
        leg0=leg0,
        s0=s0,
        leg1=leg1,
        s1=s1,
        seen0=seen0,
        seen1=seen1,
        piece0=np.where(t0 < begin_s, -1, part.piece0),
        piece1=np.where(t1 > end_s, -1, part.piece1),
        closing0=closing0,
        closing1=closing1,
        by_height0=part.by_height0,
        by_height1=part.by_height1,
        lost=part.lost,
    )


def _place(path: Path, leg0: int, leg1: int, at_s: float) -> tuple[int, float]:
    t: Floats = path.t_s[leg0 : leg1 + 2]
    k = int(np.clip(np.searchsorted(t, at_s, side="right") - 1, 0, max(len(t) - 2, 0)))
    step = t[k + 1] - t[k] if len(t) > 1 else 0.0
    return leg0 + k, float(np.clip((at_s - t[k]) / step, 0, 1)) if step > 0 else 0.0
