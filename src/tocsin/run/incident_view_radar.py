"""The incident screen's data of tracks that only radar saw: fused track, plots, what was known.

Everything is on one clock, seconds after the view's `t0`.  The fused track is the mean of the
joint samples; a plot's residual is what the radar measured less what it would have measured of
the fused track, so a bias of the radar shows as residuals that lie to one side.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tocsin import geo
from tocsin.incursion.boundary import Boundary, put_together
from tocsin.incursion.instant import inside_at
from tocsin.run.evidence import Weighed
from tocsin.run.incident_view_rows import (
    CHANCES,
    DEGREES,
    METRES,
    Json,
    numbers,
    spaced,
    stretches,
)
from tocsin.run.radar import ANY_HEIGHT, DarkTrack
from tocsin.run.sensitivity import quantities
from tocsin.schema import Floats, Reading, Sensor
from tocsin.track.altitude import HeightPrior
from tocsin.track.corridor import SHARES, Corridor, axes_of, corridor, over_ground
from tocsin.track.coverage import visible
from tocsin.track.plots import site
from tocsin.track.scans import Scans, scans

MOST_TIMES = 2400  # of a track: every second of forty minutes
SOME = 16  # every so many samples are enough for quantiles that are drawn
HEIGHTS = (0.05, 0.25, 0.50, 0.75, 0.95)
COVERAGE_S = 5  # grid times between which coverage is asked
BINS = 48  # of a density
Radars = Sequence[tuple[Reading, Sensor]]


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What the plots of one track told at the time, if anything."""

    scans: Scans
    arrival_s: Floats  # (K,) when each plot was at hand, on the view's clock


def track_of(dark: DarkTrack, t0_ns: int, columns: slice, sensors: bool) -> tuple[Json, Corridor]:
    """Return the fused track as a row of `tracks`, and its corridor.

    sensors  whether what tells how well a sensor measures may be told
    """
    made = dark.posterior
    found = corridor(made, columns)
    t_s = (made.t_ns[columns] - t0_ns) / 1e9
    major, minor, bearing = axes_of(found.cov_m2)
    h = _heights(made.h_hae_m[:, columns])
    row: Json = {
        "id": made.track,
        "kind": "radar",
        "label": "",
        "witnesses": list(made.witnesses),
        "samples": len(made.lon_deg),
        "aircraft_count": made.aircraft_count,
        "aircraft_count_source": made.aircraft_count_source,
        "t_s": numbers(t_s, 3),
        "lon_deg": numbers(found.lon_deg, DEGREES),
        "lat_deg": numbers(found.lat_deg, DEGREES),
        "course_deg": numbers(found.course_deg, 1),
        "speed_mps": numbers(found.speed_mps, 1),
        "observed": stretches(t_s, made.observed[columns]),
        "height": {
            "datum": "hae",
            "reported": bool(np.isfinite(dark.plots.h_hae_m).any()),
            **{
                f"q{round(100 * share):02d}_m": numbers(values, METRES)
                for share, values in zip(HEIGHTS, h, strict=True)
            },
        },
    }
    if sensors:
        row["ellipse"] = {
            "major_m": numbers(major, 1),
            "minor_m": numbers(minor, 1),
            "bearing_deg": numbers(bearing, 0),
        }
        row["corridor"] = {
            f"{round(100 * share)}": {
                "left_m": numbers(found.left_m[share], 1),
                "right_m": numbers(found.right_m[share], 1),
            }
            for share in SHARES
        }
    return row, found


def _heights(h_hae_m: Floats) -> Floats:
    """Return the quantiles of the height over time, (5, K)."""
    if h_hae_m.size and (h_hae_m[::SOME] == h_hae_m[::SOME, :1]).all():  # nothing reported it
        alone = np.quantile(h_hae_m[:, 0], HEIGHTS)
        return np.repeat(alone[:, None], h_hae_m.shape[1], axis=1)
    return np.asarray(np.quantile(h_hae_m[::SOME], HEIGHTS, axis=0))


def answer_of(one: Weighed, columns: slice, sensors: bool) -> Json:
    """Return P(inside) and depth of one track in one volume, on the track's times.

    sensors  whether how sure the depth is may be told
    """
    signed = one.judged.signed_m[::SOME, columns]
    deep = np.where(signed > 0, one.judged.depth_m[::SOME, columns], signed)
    depth = np.quantile(deep, (0.05, 0.5, 0.95), axis=0)
    return {
        "p": numbers(one.judged.p_inside_t[columns], CHANCES),
        "depth_m": {
            name: numbers(values, METRES)
            for name, values in zip(("q05", "q50", "q95"), depth, strict=True)
            if sensors or name == "q50"
        },
    }


def densities(one: Weighed, t0_ns: int) -> dict[int, Json]:
    """Return by each episode's first grid index how entry and exit spread over time."""
    begin_s = (int(one.track.posterior.t_ns[0]) - t0_ns) / 1e9
    out = {}
    for episode in one.judged.episodes:
        values, _ = quantities(episode)
        out[episode.begin] = {
            end: told
            for end in ("entry", "exit")
            if (told := _density(values[end] + begin_s)) is not None
        }
    return out


def _density(at_s: Floats) -> Json | None:
    known = at_s[np.isfinite(at_s)]
    if len(known) < 50:
        return None
    low, high = np.quantile(known, (0.001, 0.999))
    share, edges = np.histogram(known, BINS, (float(low), float(max(high, low + 1e-3))))
    return {
        "from_s": round(float(edges[0]), 3),
        "step_s": round(float(edges[1] - edges[0]), 4),
        "share": numbers(share / len(known), 4),
    }


def plots_of(
    dark: DarkTrack, found: Corridor, columns: slice, radars: Radars, t0_ns: int
) -> list[Json]:
    """Return the plots of every radar as it measured them, beside the fused track."""
    made, plots = dark.posterior, dark.plots
    grid_s = (made.t_ns[columns] - t0_ns) / 1e9
    t_s = (dark.t0_ns - t0_ns) / 1e9 + plots.t_s
    lon = np.interp(t_s, grid_s, np.unwrap(found.lon_deg, period=360.0))
    lat = np.interp(t_s, grid_s, found.lat_deg)
    h = np.interp(t_s, grid_s, np.median(made.h_hae_m[::SOME, columns], axis=0))
    names = np.array(plots.sensor)
    out = []
    for name in sorted(set(plots.sensor)):
        mine = np.flatnonzero((names == name) & np.isfinite(plots.range_m))
        here = [(reading, sensor) for reading, sensor in radars if sensor.id == name]
        if not len(mine) or not here:
            continue
        sensor = here[0][1]
        number, arrival = _from_fixes(dark, mine, [reading for reading, _ in here])
        theta = plots.azimuth_deg[mine] + sensor.north_offset_deg
        plot_lon, plot_lat = geo.from_polar(plots.range_m[mine], theta, h[mine], site(sensor))
        rho0, theta0, _ = geo.to_polar(lon[mine], lat[mine], h[mine], site(sensor))
        off_m = plots.range_m[mine] - rho0
        off_deg = geo.wrap_deg(theta - theta0)
        told = np.isfinite(arrival)
        row: Json = {
            "sensor": name,
            "t_s": numbers(t_s[mine], 3),
            "range_m": numbers(plots.range_m[mine], METRES),
            "azimuth_deg": numbers(plots.azimuth_deg[mine], 3),
            "lon_deg": numbers(plot_lon, DEGREES),
            "lat_deg": numbers(plot_lat, DEGREES),
            "secondary": [int(x) for x in plots.secondary[mine]],
            "residual_range_m": numbers(off_m, 1),
            "residual_azimuth_deg": numbers(off_deg, 4),
            "residual_across_m": numbers(np.radians(off_deg) * rho0, 1),
            "range_sigmas": numbers(off_m / sensor.range_sigma_m, 2),
            "azimuth_sigmas": numbers(off_deg / sensor.azimuth_sigma_deg, 2),
            "track_number": [None if n < 0 else int(n) for n in number],
            "number_changes": _changes(t_s[mine], number),
            "arrival": "reception" if told.all() else "detection",
        }
        if told.all():
            row["arrival_s"] = numbers((arrival - t0_ns) / 1e9, 3)
        out.append(row)
    return out


def _from_fixes(
    dark: DarkTrack, mine: NDArray[np.int64], readings: Sequence[Reading]
) -> tuple[NDArray[np.int64], Floats]:
    """Return the radar's own track number (-1: none) and the time of reception (NaN: not told)."""
    number = np.full(len(mine), -1, np.int64)
    arrival = np.full(len(mine), np.nan)
    if dark.obs_id is None:
        return number, arrival
    for reading in readings:
        table = reading.fixes
        ids = table["obs_id"].to_numpy()
        order = np.argsort(ids)
        at = np.minimum(np.searchsorted(ids, dark.obs_id[mine], sorter=order), len(ids) - 1)
        row = order[at]
        hit = ids[row] == dark.obs_id[mine]
        if "track_no" in table.column_names:
            told = table["track_no"].cast(pa.int64()).fill_null(-1).to_numpy()
            number[hit] = told[row[hit]]
        if "t_reception" in table.column_names:
            ns = table["t_reception"].cast(pa.int64()).to_numpy(zero_copy_only=False)
            arrival[hit] = ns.astype(np.float64)[row[hit]]
    return number, arrival


def _changes(t_s: Floats, number: NDArray[np.int64]) -> list[Json]:
    at = np.flatnonzero(np.diff(number) != 0) + 1
    return [
        {
            "t_s": round(float(t_s[k]), 3),
            "from": None if number[k - 1] < 0 else int(number[k - 1]),
            "to": None if number[k] < 0 else int(number[k]),
        }
        for k in at
    ]


def known_of(
    dark: DarkTrack, sensors: Mapping[str, Sensor], height: HeightPrior | None, t0_ns: int
) -> tuple[Scans, Json]:
    """Return the filtered track, and it as a row: what each scan told when it came in."""
    found = scans(dark.plots, sensors, height or ANY_HEIGHT)
    major, minor, bearing = axes_of(found.cov_m2)
    t_s = (dark.t0_ns - t0_ns) / 1e9 + found.t_s
    course, _ = over_ground(found.t_s, found.lon_deg, found.lat_deg)
    return found, {
        "t_s": numbers(t_s, 3),
        "lon_deg": numbers(found.lon_deg, DEGREES),
        "lat_deg": numbers(found.lat_deg, DEGREES),
        "major_m": numbers(major, METRES),
        "minor_m": numbers(minor, METRES),
        "bearing_deg": numbers(bearing, 0),
        "course_deg": numbers(course, 1),
        "speed_mps": numbers(found.speed_mps, 1),
        "h_hae_m": numbers(found.h_hae_m, METRES),
    }


def known_p(
    found: Scans, one: Weighed, boundary: Boundary | None = None
) -> list[float | int | None]:
    """Return P(inside) at each scan by the scans so far."""
    limit = boundary or put_together([one.outline])
    p, _ = inside_at(found.lon_deg, found.lat_deg, found.cov_m2, limit, one.outline.volume.sigma_m)
    return numbers(p, CHANCES)


def coverage_of(
    dark: DarkTrack,
    found: Corridor,
    columns: slice,
    sensors: Sequence[Sensor],
    outages: Mapping[str, tuple[tuple[int, int], ...]],
    t0_ns: int,
) -> list[Json]:
    """Return for each sensor when it could have seen the target: yes, no, or cannot tell.

    It cannot be told where the answer hangs on the height within its 90 % interval.
    """
    made = dark.posterior
    t_s = (made.t_ns[columns] - t0_ns) / 1e9
    pick = slice(None, None, COVERAGE_S)
    h = np.quantile(made.h_hae_m[::SOME, columns][:, pick], (0.05, 0.95), axis=0)
    out = []
    for sensor in sensors:
        down = [((a - t0_ns) / 1e9, (b - t0_ns) / 1e9) for a, b in outages.get(sensor.id, ())]
        low, high = (
            visible(sensor, found.lon_deg[pick], found.lat_deg[pick], h_m, t_s[pick], down)
            for h_m in h
        )
        words = {"yes": low & high, "no": ~low & ~high, "cannot tell": low != high}
        told = [
            (begin, end, word)
            for word, yes in words.items()
            for begin, end in stretches(t_s[pick], yes)
        ]
        out.append({"sensor": sensor.id, "stretches": [list(row) for row in sorted(told)]})
    return out


def columns_of(dark: DarkTrack) -> slice:
    """Return which grid times of a track are shown."""
    return spaced(len(dark.posterior.t_ns), MOST_TIMES)
