"""Every passage of every track through every volume, one row each.

A passage is all that can be told apart: stretches inside that meet at a gap, with the aircraft
inside before and inside after, are one passage with a share of it unobserved.  An end that
nobody saw is open: its time is null, never guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tocsin import geo
from tocsin.incursion.active import cut_by_hours
from tocsin.incursion.boundary import Boundary, put_together
from tocsin.incursion.depth import Deepest, lengths
from tocsin.incursion.measured import Measured, measured
from tocsin.incursion.outward import Faced, Limits, Outward
from tocsin.incursion.passages import Stretches, stretches
from tocsin.incursion.path import Ints, Path, lay_out
from tocsin.incursion.probability import HEIGHT_SIGMA_M, crossing_sigma_s, normal_cdf, sigma_at
from tocsin.incursion.vertical import cut_by_height
from tocsin.schema import PASSAGE, Floats, Outline

#: What a dossier needs of a passage beyond the columns of `find`.
DETAIL: pa.Schema = pa.schema(
    [
        ("outline", pa.int64()),  # index of the outline among those given
        ("from_t", pa.timestamp("us", tz="UTC")),  # first and last moment observed inside
        ("to_t", pa.timestamp("us", tz="UTC")),
        ("sigma_entry_s", pa.float64()),
        ("sigma_exit_s", pa.float64()),
        ("path_inside_m", pa.float64()),
        ("coverage", pa.float64()),  # observed share of the passage
        ("deepest_t", pa.timestamp("us", tz="UTC")),
        ("deepest_lon", pa.float64()),
        ("deepest_lat", pa.float64()),
        ("limit_lon", pa.float64()),  # the nearest point of the boundary there
        ("limit_lat", pa.float64()),
        ("limit_segment", pa.int64()),  # and the listed segment that it lies on
        ("limit_kind", pa.string()),  # shared, open, not known; null where nobody asked
        ("limit_neighbour", pa.string()),  # whose airspace lies beyond it
        ("limit_disputed", pa.bool_()),
        ("every_depth_m", pa.float64()),  # by every edge, where that differs
        ("every_kind", pa.string()),  # the same of the nearest of every edge
        ("every_neighbour", pa.string()),
    ]
)

SAME_M = 1.0  # a depth by the outward limit and one by every edge that differ by less are the same


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """What `find` answers, and what it rests on."""

    table: pa.Table  # schema PASSAGE
    detail: pa.Table  # schema DETAIL, row for row
    path: Path
    boundary: Boundary
    limits: Mapping[int, Outward]  # outward limits by the outline; none where nobody asked


def find(
    tracks: pa.Table,
    outlines: Sequence[Outline],
    *,
    max_gap_s: float,
    limits: Limits | None = None,
) -> Passages:
    """Return every passage of tracks (schema TRACK) through the outlines.

    max_gap_s  a longer leg is a gap: nothing in it is observed
    limits     the outward limit of an outline, from which depth is measured; None: every edge

    Raises ValueError for tracks out of order, without position, or at a pole.
    """
    path = lay_out(tracks, max_gap_s=max_gap_s)
    boundary = put_together(outlines)
    volumes = [outline.volume for outline in outlines]
    found = stretches(path, boundary)
    found = cut_by_hours(path, cut_by_height(path, found, volumes), volumes)
    group, first, last = _passages(path, found)
    table, detail, asked = _tables(path, boundary, outlines, found, (group, first, last), limits)
    begin = path.time(found.leg0[first], found.s0[first])
    order = np.lexsort((found.volume[first], begin, path.track[found.leg0[first]]))
    table, detail = (rows.take(pa.array(order)) for rows in (table, detail))
    return Passages(table, detail, path, boundary, asked)


def _passages(path: Path, found: Stretches) -> tuple[Ints, Ints, Ints]:
    """Return the passage of each stretch, and the first and last stretch of each passage."""
    if not len(found.volume):
        none = np.zeros(0, np.int64)
        return none, none, none
    before, after = slice(None, -1), slice(1, None)
    open_ends = ~found.seen1[before] & ~found.seen0[after]
    same = (found.volume[after] == found.volume[before]) & (
        path.track[found.leg0[after]] == path.track[found.leg0[before]]
    )
    run_end = np.append(np.flatnonzero(np.diff(path.run)), len(path.run) - 1)
    run_begin = np.append(0, run_end[:-1] + 1)
    numbers = path.run - path.run[0]
    x1 = found.leg1 + found.s1
    x0 = found.leg0 + found.s0
    end_run, begin_run = numbers[np.floor(x1).astype(np.int64)[before]], numbers[found.leg0[after]]
    over_gap = (
        (begin_run == end_run + 1)
        & (x1[before] == run_end[end_run])
        & (x0[after] == run_begin[begin_run])
    )
    in_run = (begin_run == end_run) & (x1[before] == x0[after])
    goes_on = same & open_ends & (over_gap | in_run)
    group = np.concatenate([[0], np.cumsum(~goes_on)])
    first = np.flatnonzero(np.diff(group, prepend=-1) != 0)
    return group, first, np.append(first[1:], len(group)) - 1


def _tables(
    path: Path,
    boundary: Boundary,
    outlines: Sequence[Outline],
    found: Stretches,
    passages: tuple[Ints, Ints, Ints],
    limits: Limits | None,
) -> tuple[pa.Table, pa.Table, Mapping[int, Outward]]:
    group, first, last = passages
    count = len(first)
    line_sigma = np.array([outline.volume.sigma_m for outline in outlines], dtype=np.float64)
    volume = found.volume[first]
    leg0, s0, leg1, s1 = found.leg0[first], found.s0[first], found.leg1[last], found.s1[last]
    t0, t1 = path.time(leg0, s0), path.time(leg1, s1)
    seen0, seen1 = found.seen0[first], found.seen1[last]
    lon0, lat0 = geo.lonlat(path.at(leg0, s0)) if count else (np.zeros(0), np.zeros(0))
    lon1, lat1 = geo.lonlat(path.at(leg1, s1)) if count else (np.zeros(0), np.zeros(0))

    observed_s = np.where(
        found.lost, 0.0, path.time(found.leg1, found.s1) - path.time(found.leg0, found.s0)
    )
    observed = np.bincount(group, observed_s, count)
    inside_m = np.bincount(group, np.where(found.lost, 0.0, lengths(path, found)), count)
    fixes = np.bincount(group, np.where(found.lost, 0, _fixes(path, found)), count).astype(np.int64)
    with np.errstate(invalid="ignore", divide="ignore"):
        # A single fix inside has no duration: what was there to observe was observed.
        coverage = np.where(t1 > t0, np.minimum(observed / (t1 - t0), 1.0), 1.0)
    told = np.bincount(group, ~found.lost, count) > 0
    coverage[~told] = 0.0

    by = measured(path, found, group, boundary, outlines, limits)
    deep, every = by.deep, by.every
    known = np.isfinite(every.depth_m) & told
    sigma_depth = _depth_sigma(path, deep, known, line_sigma[volume])
    p_inside = _p_inside(every, known, _depth_sigma(path, every, known, line_sigma[volume]))
    p_inside[told & ~np.isfinite(every.depth_m)] = np.nan  # a volume that is nothing but clips

    entry_sigma = _end_sigma(path, line_sigma[volume], leg0, s0, found, first, begin=True)
    exit_sigma = _end_sigma(path, line_sigma[volume], leg1, s1, found, last, begin=False)
    entry_sigma[~seen0], exit_sigma[~seen1] = np.nan, np.nan

    names = np.array(path.names, dtype=object)
    columns = {
        "track": pa.array(names[path.track[leg0]], pa.string()),
        "volume": _text([o.volume.name for o in outlines], volume),
        "layer": _text([o.volume.layer for o in outlines], volume),
        "hypothesis": _text([o.volume.hypothesis for o in outlines], volume),
        "entry_t": _times(path, t0, seen0),
        "exit_t": _times(path, t1, seen1),
        "entry_lon": _where(lon0, seen0),
        "entry_lat": _where(lat0, seen0),
        "exit_lon": _where(lon1, seen1),
        "exit_lat": _where(lat1, seen1),
        "entry_observed": pa.array(seen0),
        "exit_observed": pa.array(seen1),
        "duration_s": pa.array(t1 - t0),
        "max_depth_m": _where(deep.depth_m, known),
        "sigma_t_s": _finite(np.fmax(entry_sigma, exit_sigma)),
        "sigma_depth_m": _finite(sigma_depth),
        "fixes_inside": pa.array(fixes),
        "p_inside": _finite(p_inside),
    }
    deepest_s = path.time(deep.leg, deep.s)
    detail = {
        "outline": pa.array(volume),
        "from_t": _times(path, t0, np.ones(count, bool)),
        "to_t": _times(path, t1, np.ones(count, bool)),
        "sigma_entry_s": _finite(entry_sigma),
        "sigma_exit_s": _finite(exit_sigma),
        "path_inside_m": pa.array(inside_m),
        "coverage": pa.array(coverage),
        "deepest_t": _times(path, deepest_s, known),
        "deepest_lon": _where(deep.lon_deg, known),
        "deepest_lat": _where(deep.lat_deg, known),
        "limit_lon": _finite(by.limit_lon_deg),
        "limit_lat": _finite(by.limit_lat_deg),
        "limit_segment": pa.array(by.segment, mask=by.segment < 0),
        **_edges(by),
    }
    return pa.table(columns, schema=PASSAGE), pa.table(detail, schema=DETAIL), by.limits


def _edges(by: Measured) -> dict[str, pa.Array]:
    """Return the columns on which edge the depth is measured from."""
    with np.errstate(invalid="ignore"):
        differs = by.deep.depth_m - by.every.depth_m > SAME_M
    return {
        **_faced("limit", by.faced),
        "every_depth_m": _where(by.every.depth_m, differs),
        **{k: v for k, v in _faced("every", by.faced_every).items() if k != "every_disputed"},
    }


def _faced(name: str, edges: Sequence[Faced | None]) -> dict[str, pa.Array]:
    return {
        f"{name}_kind": pa.array([one and one.kind for one in edges], pa.string()),
        f"{name}_neighbour": pa.array(
            [one.neighbour or None if one else None for one in edges], pa.string()
        ),
        f"{name}_disputed": pa.array([one and one.disputed for one in edges], pa.bool_()),
    }


def _depth_sigma(path: Path, deep: Deepest, known: NDArray[np.bool_], line_sigma: Floats) -> Floats:
    """Return the one-sigma error of the depth of each passage, NaN where there is none."""
    out = np.full(len(known), np.nan)
    out[known] = np.hypot(sigma_at(path, deep.leg[known], deep.s[known]), line_sigma[known])
    return out


def _p_inside(deep: Deepest, known: NDArray[np.bool_], sigma_m: Floats) -> Floats:
    out = np.full(len(known), np.nan)
    out[known & (sigma_m == 0)] = 1.0
    fuzzy = known & (sigma_m > 0)
    out[fuzzy] = normal_cdf(deep.depth_m[fuzzy] / sigma_m[fuzzy])
    return out


def _end_sigma(
    path: Path, line_sigma: Floats, leg: Ints, s: Floats, found: Stretches, at: Ints, *, begin: bool
) -> Floats:
    """Return the one-sigma error of the time of one end of each passage."""
    by_height = (found.by_height0 if begin else found.by_height1)[at]
    closing = (found.closing0 if begin else found.closing1)[at]
    limit = np.where(by_height, HEIGHT_SIGMA_M, np.hypot(sigma_at(path, leg, s), line_sigma))
    return crossing_sigma_s(path, leg, s, closing, limit)


def _fixes(path: Path, found: Stretches) -> Ints:
    """Return how many fixes lie in each stretch, ends included."""
    upto = np.concatenate([[0], np.cumsum(path.is_fix)])
    first = np.ceil(found.leg0 + found.s0).astype(np.int64)
    last = np.floor(found.leg1 + found.s1).astype(np.int64)
    return np.asarray(
        np.where(last >= first, upto[np.maximum(last, first - 1) + 1] - upto[first], 0)
    )


def _times(path: Path, t_s: Floats, known: NDArray[np.bool_]) -> pa.Array:
    us = np.round(np.where(known, t_s, 0.0) * 1e6).astype(np.int64) + round(path.t0_ns / 1000)
    return pa.array(us, pa.int64(), mask=~known).cast(pa.timestamp("us", tz="UTC"))


def _text(names: Sequence[str], index: Ints) -> pa.Array:
    return pa.array(np.array(names, dtype=object)[index] if len(index) else [], pa.string())


def _where(values: Floats, known: NDArray[np.bool_]) -> pa.Array:
    return pa.array(np.asarray(values, dtype=np.float64), mask=~known)


def _finite(values: Floats) -> pa.Array:
    return _where(values, np.isfinite(values))
