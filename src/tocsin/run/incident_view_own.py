"""The incident screen's data of aircraft that tell their own position.

A fix knows nothing of the fixes after it, so what was known at the time is what is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin import geo
from tocsin.dossier.data import DrawnTrack
from tocsin.incursion.boundary import put_together
from tocsin.incursion.instant import inside_at
from tocsin.incursion.outward import Limits
from tocsin.incursion.outward_samples import outward_m
from tocsin.run.incident_view_rows import CHANCES, DEGREES, METRES, Json, numbers, spaced
from tocsin.schema import DISTRUST, Floats, Outline
from tocsin.track.corridor import over_ground

MOST_TRACKS = 24
MOST_TIMES = 2400  # of a track
FEW_OUTLINES = 4  # with so few volumes every track is asked about every one
DATUMS = (("pressure", "h_pressure_m"), ("hae", "h_hae_m"), ("msl", "h_msl_m"))
Z_95 = 1.6448536269514722


def wanted(tracks: Sequence[DrawnTrack], findings: Mapping[str, Any]) -> list[DrawnTrack]:
    """Return the tracks that something was found of, in the order of the findings."""
    named = [
        row.get("track")
        for name in ("incursions", "not_established", "integrity", "unobserved")
        for row in findings.get(name, ())
    ]
    by_name = {track.track: track for track in tracks}
    found = [by_name[str(name)] for name in dict.fromkeys(named) if name in by_name]
    return (found or list(tracks[:1]))[:MOST_TRACKS]


@dataclass(frozen=True, slots=True, eq=False)
class Flown:
    """A path as it is shown: the trusted fixes, and points on the straight legs between them."""

    t_s: Floats
    lon_deg: Floats  # runs on past 180
    lat_deg: Floats
    sigma_m: Floats


def along(drawn: DrawnTrack) -> Flown:
    """Return the path of a track at `MOST_TIMES` times at most, each second where that allows.

    P(inside) bends where the path crosses a limit, also where that lies between two fixes.
    """
    good = np.flatnonzero(drawn.trusted)
    if not len(good):
        none = np.zeros(0)
        return Flown(none, none, none, none)
    t_s = drawn.t_s[good]
    step_s = max(1.0, float(t_s[-1] - t_s[0]) / MOST_TIMES * 2)
    grid = np.arange(np.ceil(t_s[0]), t_s[-1], step_s)
    fixes = t_s[spaced(len(t_s), MOST_TIMES // 2)]
    at = np.unique(np.concatenate([fixes, grid]))
    lon = np.unwrap(drawn.lon_deg[good], period=360.0)
    return Flown(
        at,
        np.interp(at, t_s, lon),
        np.interp(at, t_s, drawn.lat_deg[good]),
        np.interp(at, t_s, drawn.sigma_m[good]),
    )


def track_of(
    drawn: DrawnTrack, table: pa.Table, count: int | None, t0_s: float, max_gap_s: float
) -> Json:
    """Return one track as a row of `tracks`.

    table  the tracks of the run (schema TRACK), for heights
    """
    flown = along(drawn)
    every = np.flatnonzero(drawn.trusted)
    t_s = flown.t_s - t0_s
    course, speed = over_ground(t_s, flown.lon_deg, flown.lat_deg)
    row: Json = {
        "id": drawn.track,
        "kind": "own",
        "label": drawn.label,
        "witnesses": [],
        "samples": None,
        "aircraft_count": count,
        "aircraft_count_source": "",
        "t_s": numbers(t_s, 3),
        "lon_deg": numbers(geo.wrap_deg(flown.lon_deg), DEGREES),
        "lat_deg": numbers(flown.lat_deg, DEGREES),
        "course_deg": numbers(course, 1),
        "speed_mps": numbers(speed, 1),
        "observed": _observed(drawn.t_s[every] - t0_s, drawn.break_before[every], max_gap_s),
        "height": _height(drawn, flown.t_s, table),
    }
    sigma = flown.sigma_m
    if np.isfinite(sigma).any():
        row["ellipse"] = {
            "major_m": numbers(sigma, 1),
            "minor_m": numbers(sigma, 1),
            "bearing_deg": [0] * len(sigma),
        }
        row["corridor"] = {
            share: {"left_m": numbers(z * sigma, 1), "right_m": numbers(-z * sigma, 1)}
            for share, z in (("50", 0.6744898), ("95", 1.959964))
        }
    refused = np.flatnonzero(~drawn.trusted)
    refused = refused[spaced(len(refused), 400)]
    row["refused"] = {
        "t_s": numbers(drawn.t_s[refused] - t0_s, 3),
        "lon_deg": numbers(drawn.lon_deg[refused], DEGREES),
        "lat_deg": numbers(drawn.lat_deg[refused], DEGREES),
    }
    return row


def answers_of(
    drawn: DrawnTrack,
    outlines: Sequence[Outline],
    findings: Mapping[str, Any],
    limits: Limits | None,
) -> list[tuple[Outline, Json]]:
    """Return P(inside) and depth of one track in the volumes that matter to it.

    limits  from which edges depth is measured; None: from every one
    """
    flown = along(drawn)
    entered = {
        (row["volume"], row["hypothesis"])
        for row in findings["incursions"]
        if row["track"] == drawn.track
    }
    out = []
    for outline in outlines:
        volume = outline.volume
        if (volume.name, volume.hypothesis) not in entered and len(outlines) > FEW_OUTLINES:
            continue
        sigma = flown.sigma_m
        cov = np.einsum("k,ij->kij", sigma**2, np.eye(2))
        boundary = put_together([outline])
        p, signed = inside_at(flown.lon_deg, flown.lat_deg, cov, boundary, volume.sigma_m)
        spread = Z_95 * np.hypot(sigma, volume.sigma_m)
        deep = _deep(flown, signed, outline, limits)
        depth = {"q05": deep - spread, "q50": deep, "q95": deep + spread}
        told = {name: numbers(values, METRES) for name, values in depth.items()}
        out.append((outline, {"p": numbers(p, CHANCES), "depth_m": told}))
    return out


def _deep(flown: Flown, signed_m: Floats, outline: Outline, limits: Limits | None) -> Floats:
    """Return the depth over time: inside from the outward limit, outside as far as any edge."""
    limit = limits(outline) if limits is not None and (signed_m > 0).any() else None
    if limit is None:
        return signed_m
    at = flown.lon_deg[None], flown.lat_deg[None]
    far = outward_m(*at, signed_m[None], outline.volume.sigma_m, limit)
    return signed_m if far is None else np.where(signed_m > 0, far[0], signed_m)


def _observed(t_s: Floats, breaks: Any, max_gap_s: float) -> list[list[float]]:
    if not len(t_s):
        return []
    cut = np.flatnonzero((np.diff(t_s) > max_gap_s) | breaks[1:])
    begins = np.concatenate([[0], cut + 1])
    ends = np.concatenate([cut, [len(t_s) - 1]])
    return [
        [round(float(t_s[a]), 3), round(float(t_s[b]), 3)]
        for a, b in zip(begins, ends, strict=True)
    ]


def _height(drawn: DrawnTrack, at_s: Floats, table: pa.Table) -> Json:
    """Return the height in the datum in which most fixes have one."""
    names = table["track"].combine_chunks()
    code = names.dictionary.to_pylist().index(drawn.track)
    bits = table["flags"].to_numpy() & int(DISTRUST)
    mine = np.flatnonzero((names.indices.to_numpy() == code) & (bits == 0))
    t_s = table["t"].cast(pa.int64()).to_numpy(zero_copy_only=False)[mine] / 1e9
    series = {}
    for datum, column in DATUMS:
        h = table[column].to_numpy(zero_copy_only=False).astype(np.float64)[mine]
        known = np.isfinite(h)
        if known.any():
            series[datum] = (int(known.sum()), np.interp(at_s, t_s[known], h[known]))
    if not series:
        return {"datum": None, "reported": False, "q50_m": [None] * len(at_s)}
    datum = max(series, key=lambda name: series[name][0])
    return {"datum": datum, "reported": True, "q50_m": numbers(series[datum][1], METRES)}
