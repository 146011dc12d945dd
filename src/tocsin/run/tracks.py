"""`tocsin track`: fixes of any sources to smoothed tracks with covariances."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tocsin.errors import FeedError, SourceError
from tocsin.feed.accuracy import position_sigma_m
from tocsin.feed.identity import times_ns
from tocsin.feed.merge import merge
from tocsin.run import laid
from tocsin.run.laid import HEIGHTS, Laid
from tocsin.run.left import is_radar
from tocsin.run.sources import Say, Spec, quiet, read_all
from tocsin.schema import FIX, WORD, Distrust, Floats, Input, Reading, Refusal
from tocsin.settings import FindSettings
from tocsin.track.assemble import assemble
from tocsin.track.integrity import check, from_trackers, trusted
from tocsin.track.states import Fixes, SmoothSettings, States, smoothed

#: A tracker's output is its own smoothing of the same plots: what it says now it has said before.
#: Its positions count as one in so many seconds.
TRACKER_S = 30.0

#: One row a fix.
STATES: pa.Schema = pa.schema(
    [
        ("t", pa.timestamp("us", tz="UTC")),
        ("track", WORD),
        ("segment", pa.int32()),
        ("lon_deg", pa.float64()),
        ("lat_deg", pa.float64()),
        ("ve_mps", pa.float64()),
        ("vn_mps", pa.float64()),
        ("c_ee_m2", pa.float64()),
        ("c_en_m2", pa.float64()),
        ("c_nn_m2", pa.float64()),
        ("sigma_ve_mps", pa.float64()),
        ("sigma_vn_mps", pa.float64()),
        ("turn_p", pa.float32()),
        *((name, pa.float32()) for name in HEIGHTS),
        ("source_kind", WORD),
        ("flags", pa.uint32()),
        ("smoothed", pa.bool_()),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Tracked:
    """Smoothed tracks, and what became of every record on the way to them."""

    inputs: tuple[Input, ...]
    refusals: tuple[Refusal, ...]
    table: pa.Table  # schema STATES
    distrust: tuple[Distrust, ...]
    notes: tuple[str, ...]
    failures: tuple[SourceError, ...]

    @property
    def tracks(self) -> int:
        return len(pc.unique(self.table["track"].cast(pa.string())))

    @property
    def states(self) -> int:
        """How many rows are smoothed."""
        return int(pc.sum(self.table["smoothed"]).as_py() or 0)


def track(specs: Sequence[Spec], settings: FindSettings, say: Say = quiet) -> Tracked:
    """Return the smoothed tracks of all sources.

    Raises the first SourceError where no source can be read, FeedError where nothing is left.
    """
    readings, failures = read_all(specs, say)
    if not readings:
        raise failures[0] if failures else FeedError("no source is given")
    sensors = {spec.path: spec.sensor for spec in specs}
    radars, others = [], []
    for reading in readings:
        sensor = sensors[reading.input.path]
        if sensor is not None and is_radar(reading):
            radars.append((reading, sensor))
        else:
            others.append(reading)
    say("putting fixes in order")
    parts: list[Laid] = []
    distrust: tuple[Distrust, ...] = ()
    lost = first = 0
    if others:
        found, distrust, lost, first = _placed(others, settings, say)
        parts.append(found)
    if radars:
        plots, alone = laid.polar(radars, first + 1)
        parts.append(plots)
        lost += alone
    fixes = laid.together(parts)
    if not len(fixes.t_ns):
        raise FeedError(
            "no fix with a time and a position is left",
            path=", ".join(spec.path for spec in specs),
            hint="see the reasons with: tocsin read SOURCE; a radar may need --sensor FILE",
        )
    say("smoothing")
    notes = [f"{r.input.path}: {note}" for r in readings for note in r.input.notes]
    if lost:
        notes.append(f"{lost} radar plots belong to no track and are left out")
    return Tracked(
        inputs=tuple(reading.input for reading in readings),
        refusals=tuple(r for reading in readings for r in reading.refusals),
        table=_table(fixes, settings.max_gap_s),
        distrust=distrust,
        notes=tuple(dict.fromkeys(notes)),
        failures=tuple(failures),
    )


def parquet(table: pa.Table) -> bytes:
    """Return a table as the bytes of a Parquet file, the same for the same table."""
    out = io.BytesIO()
    pq.write_table(table, out, compression="zstd")
    return out.getvalue()


def _placed(
    readings: Sequence[Reading], settings: FindSettings, say: Say
) -> tuple[Laid, tuple[Distrust, ...], int, int]:
    """Return fixes that have a place, what of them is not to be trusted, and of plots without a
    name how many belong to no track and how many tracks they make."""
    linked, lost, made = [], 0, 0
    for reading in readings:
        reading, alone, more = _linked(reading, made)
        linked.append(reading)
        lost, made = lost + alone, made + more
    fixes = merge(linked)
    tracks = assemble(fixes, *position_sigma_m(fixes))
    distrust: tuple[Distrust, ...] = ()
    if settings.integrity:
        say("testing the tracks against themselves")
        tracks, distrust = check(tracks, tracker_obs=from_trackers(fixes))
    there = pc.and_(pc.is_valid(tracks["t"]), pc.is_finite(tracks["lon_deg"]).fill_null(False))
    tracks = tracks.filter(pc.and_(there, pc.is_finite(tracks["lat_deg"]).fill_null(False)))
    kind = _of(fixes, tracks["obs_id"], "source_kind")
    flags = tracks["flags"].to_numpy()
    count = tracks.num_rows
    found = Laid(
        laid.words(tracks["track"]),
        tracks["t"].cast(pa.int64()).to_numpy(),
        tracks["lon_deg"].to_numpy(),
        tracks["lat_deg"].to_numpy(),
        _covariance(fixes, tracks, kind),
        np.zeros((count, 2, 2)),
        np.zeros(count),
        flags.astype(np.uint32),
        trusted(flags),
        tracks["break_before"].to_numpy(),
        kind,
        laid.heights_of(tracks),
    )
    return found, distrust, lost, made


def _linked(reading: Reading, first: int) -> tuple[Reading, int, int]:
    """Return a reading whose plots without a name have got one, those of no track left out."""
    table = reading.fixes
    alone = laid.loose(table)
    if not alone.any():
        return reading, 0, 0
    where = np.flatnonzero(alone)
    mine = table.take(pa.array(where))
    sigma, _ = position_sigma_m(mine)
    number = laid.linked(
        times_ns(mine),
        mine["lon_deg"].to_numpy(),
        mine["lat_deg"].to_numpy(),
        sigma.astype(np.float64),
    )
    given = (
        table["track"].cast(pa.string()).to_pylist()
        if "track" in table.column_names
        else [None] * table.num_rows
    )
    for row, name in zip(where.tolist(), laid.named(number, first + 1), strict=True):
        given[row] = name
    column = pa.array(given, pa.string()).dictionary_encode().cast(FIX.field("track").type)
    if "track" in table.column_names:
        table = table.set_column(table.column_names.index("track"), "track", column)
    else:
        table = table.append_column("track", column)
    kept = np.ones(table.num_rows, np.bool_)
    kept[where[number < 0]] = False
    rest = Reading(reading.input, table.filter(pa.array(kept)), reading.refusals)
    return rest, int(np.count_nonzero(number < 0)), int(number.max(initial=-1)) + 1


def _of(fixes: pa.Table, obs_id: pa.ChunkedArray, name: str) -> NDArray[np.object_]:
    """Return a column of words of the fixes for the rows of tracks."""
    return laid.words(fixes[name].take(pa.array(_rows(fixes, obs_id))))


def _rows(fixes: pa.Table, obs_id: pa.ChunkedArray) -> NDArray[np.int64]:
    have, want = fixes["obs_id"].to_numpy(), obs_id.to_numpy()
    order = np.argsort(have, kind="stable")
    return np.asarray(order[np.searchsorted(have[order], want)])


def _covariance(fixes: pa.Table, tracks: pa.Table, kind: NDArray[np.object_]) -> Floats:
    """Return the covariance of each fix: as reported, else its sigma on both axes."""
    sigma = tracks["sigma_m"].to_numpy().astype(np.float64)
    out: Floats = np.einsum("n,ij->nij", sigma**2, np.eye(2))
    names = ("pos_cov_ee", "pos_cov_en", "pos_cov_nn")
    if all(name in fixes.column_names for name in names):
        rows = pa.array(_rows(fixes, tracks["obs_id"]))
        ee, en, nn = (fixes[name].take(rows).cast(pa.float64()).to_numpy() for name in names)
        en = np.where(np.isnan(en), 0.0, en)
        with np.errstate(invalid="ignore"):
            fine = np.flatnonzero((ee > 0) & (nn > 0) & (ee * nn > en**2))
        out[fine] = np.stack([ee, en, en, nn], axis=-1)[fine].reshape(-1, 2, 2)
    mine = kind == "track"
    if mine.any():
        out[mine] *= _repeats(tracks, mine)[:, None, None]
    return out


def _repeats(tracks: pa.Table, mine: NDArray[np.bool_]) -> Floats:
    """Return for rows of a tracker in how many of them it says the same, from its pace."""
    t_s = tracks["t"].cast(pa.int64()).to_numpy() / 1e9
    code = tracks["track"].combine_chunks().indices.to_numpy()
    pace = np.diff(t_s, prepend=np.nan)
    pace[1:][np.diff(code) != 0] = np.nan
    pace = np.clip(np.where(np.isfinite(pace), pace, TRACKER_S), 1.0, TRACKER_S)
    return np.asarray((TRACKER_S / pace)[mine])


def _table(fixes: Laid, max_gap_s: float) -> pa.Table:
    """Return the smoothed states as a table, in the order of the fixes."""
    _, code = np.unique(fixes.track.astype(np.str_), return_inverse=True)
    use = np.flatnonzero(fixes.trusted)
    use = use[_rising(code[use], fixes.t_ns[use])]
    t0 = int(fixes.t_ns.min())
    made = smoothed(
        Fixes(
            code[use],
            (fixes.t_ns[use] - t0) / 1e9,
            fixes.lon_deg[use],
            fixes.lat_deg[use],
            fixes.cov_m2[use],
            fixes.broken[use],
        ),
        SmoothSettings(max_gap_s=max_gap_s),
    )
    lon, lat = fixes.lon_deg.copy(), fixes.lat_deg.copy()
    cov = fixes.cov_m2 + fixes.common_m2
    lon[use], lat[use] = made.lon_deg, made.lat_deg
    cov[use] = made.cov_m2 + fixes.common_m2[use] + _by_clock(made, fixes.clock_sd_s[use])
    columns = {
        "t": pa.array(fixes.t_ns // 1000, pa.timestamp("us", tz="UTC")),
        "track": pa.array(fixes.track, pa.string()).dictionary_encode(),
        "segment": _wide(made.segment.astype(np.float64), use, len(lon)),
        "lon_deg": lon,
        "lat_deg": lat,
        "ve_mps": _wide(made.velocity_mps[:, 0], use, len(lon)),
        "vn_mps": _wide(made.velocity_mps[:, 1], use, len(lon)),
        "c_ee_m2": cov[:, 0, 0],
        "c_en_m2": cov[:, 0, 1],
        "c_nn_m2": cov[:, 1, 1],
        "sigma_ve_mps": _wide(np.sqrt(made.velocity_cov[:, 0, 0]), use, len(lon)),
        "sigma_vn_mps": _wide(np.sqrt(made.velocity_cov[:, 1, 1]), use, len(lon)),
        "turn_p": _wide(made.turn_p, use, len(lon)),
        **{name: fixes.heights_m[:, k] for k, name in enumerate(HEIGHTS)},
        "source_kind": pa.array(fixes.kind, pa.string()).dictionary_encode(),
        "flags": fixes.flags,
        "smoothed": _wide(made.smoothed.astype(np.float64), use, len(lon), 0.0).astype(np.bool_),
    }
    return pa.table(
        [
            column.cast(field.type)
            if isinstance(column, pa.Array)
            else pa.array(column, from_pandas=True).cast(field.type)
            for field, column in zip(STATES, (columns[name] for name in STATES.names), strict=True)
        ],
        schema=STATES,
    )


def _rising(code: NDArray[np.int64], t_ns: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which rows are later than the one before them on their track: two of one instant
    would be joined by no motion at all."""
    out = np.ones(len(code), np.bool_)
    out[1:] = (np.diff(code) != 0) | (np.diff(t_ns) > 0)
    return out


def _by_clock(made: States, sd_s: Floats) -> Floats:
    """Return what a sensor's clock does to positions: it moves them along the way."""
    v = np.nan_to_num(made.velocity_mps)
    return np.asarray(v[:, :, None] * v[:, None, :] * (sd_s**2)[:, None, None])


def _wide(values: Floats, where: NDArray[np.int64], count: int, rest: float = np.nan) -> Floats:
    out = np.full(count, rest)
    out[where] = values
    return out
