"""Files to tracks: read, put together, and checked for what may be trusted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.errors import FeedError, SourceError
from tocsin.feed import met
from tocsin.feed.accuracy import position_sigma_m
from tocsin.feed.formats import read
from tocsin.feed.identity import times_ns
from tocsin.feed.merge import clock_offsets, merge
from tocsin.feed.source import ReadOptions
from tocsin.incursion.path import POLAR_DEG
from tocsin.run.left import any_plot, is_radar, not_placed, nothing_left
from tocsin.run.weather import Qnh, at
from tocsin.schema import FIX, TRACK, Distrust, Input, Reading, Refusal, Sensor
from tocsin.settings import FindSettings
from tocsin.track.assemble import assemble
from tocsin.track.integrity import check, from_trackers

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Spec:
    """One source as somebody named it."""

    path: str  # as written, which is what results show
    where: str  # where it really lies
    format: str = "auto"
    options: ReadOptions = field(default_factory=ReadOptions)
    sensor: Sensor | None = None  # its error model and, for a radar, its site
    use: str = "evidence"  # or "calibration": what it sees is no finding, but tells the biases


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Tracks, and what became of every record on the way to them."""

    inputs: tuple[Input, ...]
    refusals: tuple[Refusal, ...]
    tracks: pa.Table  # schema TRACK, untrusted rows flagged
    distrust: tuple[Distrust, ...]
    labels: dict[str, str]  # call sign of a track, where one was heard
    counts: dict[str, int]  # aircraft in a track, where a source says so
    notes: tuple[str, ...] = ()
    failures: tuple[SourceError, ...] = ()
    radars: tuple[tuple[Reading, Sensor], ...] = ()  # slant ranges, with the radar they come from
    co_operative: pa.Table | None = None  # tracks (schema TRACK) that only serve calibration


def quiet(_: str) -> None:
    """Say nothing."""


def read_all(specs: Sequence[Spec], say: Say = quiet) -> tuple[list[Reading], list[SourceError]]:
    """Return the readings of all sources that can be read, and the errors of those that cannot."""
    readings, failures = [], []
    for spec in specs:
        say(f"reading {spec.path}")
        try:
            reading = read(spec.where, spec.format, spec.options)
        except SourceError as error:
            failures.append(_as_written(error, spec))
            continue
        readings.append(_renamed(reading, spec))
    return readings, failures


def gather(
    specs: Sequence[Spec],
    settings: FindSettings,
    *,
    qnh: Qnh | None = None,
    window_ns: tuple[int, int] | None = None,
    say: Say = quiet,
) -> Gathered:
    """Return the checked tracks of all sources.

    qnh        turns pressure altitude into height above mean sea level where none is reported
    window_ns  fixes outside it are left out

    Raises the first SourceError where no source can be read, FeedError where nothing is left.
    """
    readings, failures = read_all(specs, say)
    if not readings:
        raise failures[0] if failures else FeedError("no source is given")
    by_path = {spec.path: spec for spec in specs}
    radars = tuple(
        (reading, sensor)
        for reading in readings
        if (sensor := by_path[reading.input.path].sensor) is not None
        and sensor.lat_deg is not None
        and is_radar(reading)
    )
    apart = {id(reading) for reading, _ in radars}
    calibrating = [r for r in readings if by_path[r.input.path].use == "calibration"]
    apart |= {id(reading) for reading in calibrating}
    placed = [reading for reading in readings if id(reading) not in apart]
    notes = [f"{r.input.path}: {note}" for r in readings for note in r.input.notes]
    notes += _clocks(placed)
    notes += [note for reading in placed if (note := not_placed(reading))]
    own = [reading for reading in calibrating if not is_radar(reading)]
    say("putting fixes in order")
    if not placed:
        empty = pa.table({f.name: pa.array([], f.type) for f in TRACK}, schema=TRACK)
        if not radars:
            raise FeedError("no source is evidence: all serve calibration only")
        if not any_plot(radars, window_ns):
            raise nothing_left([spec.path for spec in specs], readings, window_ns)
        return Gathered(
            inputs=tuple(reading.input for reading in readings),
            refusals=tuple(r for reading in readings for r in reading.refusals),
            tracks=empty,
            distrust=(),
            labels={},
            counts={},
            notes=tuple(dict.fromkeys(notes)),
            failures=tuple(failures),
            radars=radars,
            co_operative=_tracked(own, window_ns) if own else None,
        )
    fixes = merge(placed)
    if qnh is not None:
        fixes = _above_sea(fixes, qnh)
    _refuse_poles(fixes)
    sigma, basis = position_sigma_m(fixes)
    labels, counts = _labels(fixes), _counts(fixes)
    tracks = assemble(fixes, sigma, basis)
    if window_ns is not None:
        tracks = _within(tracks, window_ns)
    distrust: tuple[Distrust, ...] = ()
    if settings.integrity:
        say("testing the tracks against themselves")
        tracks, distrust = check(tracks, tracker_obs=from_trackers(fixes))
    if not tracks.num_rows and not any_plot(radars, window_ns):
        raise nothing_left([spec.path for spec in specs], readings, window_ns)
    return Gathered(
        inputs=tuple(reading.input for reading in readings),
        refusals=tuple(r for reading in readings for r in reading.refusals),
        tracks=tracks,
        distrust=distrust,
        labels=labels,
        counts=counts,
        notes=tuple(dict.fromkeys(notes)),
        failures=tuple(failures),
        radars=radars,
        co_operative=_tracked(own, window_ns) if own else None,
    )


def _tracked(readings: Sequence[Reading], window_ns: tuple[int, int] | None) -> pa.Table:
    """Return the checked tracks of readings; nothing is found in them."""
    fixes = merge(readings)
    tracks = assemble(fixes, *position_sigma_m(fixes))
    tracks, _ = check(tracks, tracker_obs=from_trackers(fixes))
    return tracks if window_ns is None else _within(tracks, window_ns)


def stacked(readings: Sequence[Reading]) -> pa.Table:
    """Return the fixes of several readings one after the other, columns as in the schema."""
    names = [n for n in FIX.names if any(n in r.fixes.column_names for r in readings)]
    schema = pa.schema([FIX.field(n) for n in names])
    parts = []
    for reading in readings:
        have = set(reading.fixes.column_names)
        columns = [
            reading.fixes[f.name] if f.name in have else pa.nulls(reading.fixes.num_rows, f.type)
            for f in schema
        ]
        parts.append(pa.table(columns, schema=schema))
    return pa.concat_tables(parts).unify_dictionaries()


def _renamed(reading: Reading, spec: Spec) -> Reading:
    """Return the reading under the path that was written: results must not tell where we ran."""
    return Reading(
        replace(reading.input, path=spec.path),
        reading.fixes,
        tuple(replace(r, path=spec.path) for r in reading.refusals),
    )


def _as_written(error: SourceError, spec: Spec) -> SourceError:
    if error.path != spec.where:
        return error
    return type(error)(error.problem, path=spec.path, place=error.place, hint=error.hint)


def _clocks(readings: Sequence[Reading]) -> list[str]:
    if len(readings) < 2:
        return []
    return [
        f"the clock of {o.source} stands {o.offset_s:+.2f} s (one sigma {o.sigma_s:.2f}) against "
        f"{o.reference}, by {o.fixes} fixes; it was not corrected"
        for o in clock_offsets(readings)
        if o.determined and abs(o.offset_s) > 2 * o.sigma_s
    ]


def _above_sea(fixes: pa.Table, qnh: Qnh) -> pa.Table:
    if "h_pressure_m" not in fixes.column_names:
        return fixes
    hpa = at(qnh, times_ns(fixes))
    made = met.msl_m(fixes["h_pressure_m"].to_numpy().astype(np.float64), hpa)
    column = pa.chunked_array([pa.array(made, from_pandas=True).cast(pa.float32())])
    if "h_msl_m" in fixes.column_names:
        return fixes.set_column(
            fixes.column_names.index("h_msl_m"), "h_msl_m", pc.coalesce(fixes["h_msl_m"], column)
        )
    return fixes.append_column(FIX.field("h_msl_m"), column)


def _within(tracks: pa.Table, window_ns: tuple[int, int]) -> pa.Table:
    ns = tracks["t"].cast(pa.int64())
    mask = pc.and_(pc.greater_equal(ns, window_ns[0]), pc.less_equal(ns, window_ns[1]))
    return tracks.filter(mask)


def _refuse_poles(fixes: pa.Table) -> None:
    """Raise FeedError where a fix lies at a pole: no side of a boundary can be told there."""
    lat = fixes["lat_deg"].to_numpy()
    with np.errstate(invalid="ignore"):
        polar = np.flatnonzero(np.abs(lat) > POLAR_DEG)
    if len(polar):
        track = fixes["track"][int(polar[0])].as_py()
        raise FeedError(
            f"{len(polar)} fixes lie beyond {POLAR_DEG} degrees; poles are not supported",
            path=f"track {track}",
            hint="leave them out",
        )


def _labels(fixes: pa.Table) -> dict[str, str]:
    """Return the call sign heard most often on each track."""
    if "callsign" not in fixes.column_names or fixes["callsign"].null_count == fixes.num_rows:
        return {}
    heard = pa.table(
        {
            "track": fixes["track"].cast(pa.string()),
            "callsign": pc.utf8_trim_whitespace(fixes["callsign"].cast(pa.string())),
        }
    )
    counted = heard.group_by(["track", "callsign"]).aggregate([([], "count_all")])
    counted = counted.sort_by(
        [("track", "ascending"), ("count_all", "ascending"), ("callsign", "descending")]
    )
    return {row["track"]: row["callsign"] for row in counted.to_pylist() if row["callsign"]}


def _counts(fixes: pa.Table) -> dict[str, int]:
    if "aircraft_count" not in fixes.column_names:
        return {}
    most = fixes.group_by("track").aggregate([("aircraft_count", "max")]).to_pylist()
    return {r["track"]: r["aircraft_count_max"] for r in most if r["aircraft_count_max"]}
