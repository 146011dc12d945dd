"""How deep every passage went by the outward limit of its volume, and to which edge.

Inside or not, entry, exit and P(inside) rest on every edge; depth alone leaves edges out.  Where
none is left out the search over every edge has the answer already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from tocsin import geo
from tocsin.incursion.boundary import Boundary
from tocsin.incursion.depth import Deepest, deepest
from tocsin.incursion.nearest import balls, foot, nearest
from tocsin.incursion.outward import Faced, Limits, Outward
from tocsin.incursion.passages import Stretches
from tocsin.incursion.path import Ints, Path
from tocsin.schema import Floats, Outline


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The deepest point of every passage, and the nearest point of the limit from there."""

    every: Deepest  # by every edge
    deep: Deepest  # by the edges that count
    limit_lon_deg: Floats  # (P,) of `deep`; NaN where there is no limit
    limit_lat_deg: Floats
    segment: Ints  # (P,) the listed segment it lies on; -1 where there is none
    faced: tuple[Faced | None, ...]  # what lies beyond it; None where nobody asked
    faced_every: tuple[Faced | None, ...]  # and beyond the nearest of every edge
    limits: dict[int, Outward]  # by the outline, of those that anything passed through


def measured(
    path: Path,
    found: Stretches,
    group: Ints,
    boundary: Boundary,
    outlines: Sequence[Outline],
    limits: Limits | None,
) -> Measured:
    """Return how deep passages went.

    group   (S,) which passage each stretch belongs to, ascending
    limits  asked once for each volume that anything passed through
    """
    every = _of_passages(deepest(path, found, boundary), found.lost, group)
    volume = found.volume[np.flatnonzero(np.diff(group, prepend=-1) != 0)]
    count = len(volume)
    lon, lat = np.full(count, np.nan), np.full(count, np.nan)
    segment = np.full(count, -1)
    known = np.isfinite(every.depth_m)
    if known.any():
        piece = every.piece[known]
        at = every.lon_deg[known], every.lat_deg[known]
        _, lon[known], lat[known] = foot(*at, piece, boundary)
        offset = piece - boundary.first[volume[known]]
        segment[known] = [
            int(outlines[v].segment[k]) for v, k in zip(volume[known], offset, strict=True)
        ]
    faced: list[Faced | None] = [None] * count
    faced_every, deep, asked = list(faced), every, {}
    for v in np.unique(volume[known]).tolist() if limits is not None else ():
        outward = limits(outlines[v]) if limits is not None else None
        if outward is None:
            continue
        asked[v] = outward
        mine = np.flatnonzero((volume == v) & known)
        part, _, _ = _nearest_part(every, mine, outward, np.arange(len(outward.counts)))
        for k, one in zip(mine.tolist(), part.tolist(), strict=True):
            faced[k] = faced_every[k] = outward.faced(one)
        if outward.every:
            continue
        deep = _by_parts(path, found, group, v, outward, deep)
        part, lon[mine], lat[mine] = _nearest_part(deep, mine, outward, outward.parts)
        segment[mine] = outlines[v].segment[outward.facing.piece[part]]
        for k, one in zip(mine.tolist(), part.tolist(), strict=True):
            faced[k] = outward.faced(one)
    return Measured(every, deep, lon, lat, segment, tuple(faced), tuple(faced_every), asked)


def _by_parts(
    path: Path, found: Stretches, group: Ints, volume: int, outward: Outward, deep: Deepest
) -> Deepest:
    """Return the deepest points with those of one volume measured from the edges that count."""
    own = np.flatnonzero(found.volume == volume)
    some = found.take(own)
    none = np.full(len(own), -1, np.int64)  # an edge that was crossed may be one left out
    some = replace(some, volume=np.zeros(len(own), np.int64), piece0=none, piece1=none.copy())
    passage, own_group = np.unique(group[own], return_inverse=True)
    line = outward.boundary(outward.parts)
    again = _of_passages(deepest(path, some, line), some.lost, own_group)
    columns = {field.name: getattr(deep, field.name).copy() for field in fields(deep)}
    for name, column in columns.items():
        column[passage] = getattr(again, name)
    return Deepest(**columns)


def _nearest_part(
    deep: Deepest, some: Ints, outward: Outward, parts: Ints
) -> tuple[Ints, Floats, Floats]:
    """Return which of some parts of the limit is nearest to deepest points, and where."""
    line = outward.boundary(parts)
    lon, lat = deep.lon_deg[some], deep.lat_deg[some]
    asked = np.zeros(len(some), np.int64)
    _, piece = nearest(geo.ecef(lon, lat), asked, balls(line, asked[:1]), line)
    _, foot_lon, foot_lat = foot(lon, lat, piece, line)
    return parts[piece], foot_lon, foot_lat


def _of_passages(deep: Deepest, lost: NDArray[np.bool_], group: Ints) -> Deepest:
    """Return the deepest point of each passage from those of its stretches."""
    depth = np.where(lost | ~np.isfinite(deep.depth_m), -np.inf, deep.depth_m)
    order = np.lexsort((-depth, group))
    lead = order[np.flatnonzero(np.diff(group[order], prepend=-1) != 0)]
    return Deepest(
        np.where(np.isfinite(depth[lead]), depth[lead], np.nan),
        deep.piece[lead],
        deep.leg[lead],
        deep.s[lead],
        deep.lon_deg[lead],
        deep.lat_deg[lead],
    )
