"""A scenario file to a directory of synthetic recordings, with the true passages beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.errors import CaseError, UsageError
from tocsin.incursion.find import find
from tocsin.run import airspaces
from tocsin.run.airspaces import BUNDLED, AirspaceSpec
from tocsin.run.output import write_directory
from tocsin.run.outward import OutwardLimits
from tocsin.run.sources import Say, quiet
from tocsin.run.whose import flag_of
from tocsin.schema import TRACK, Edge
from tocsin.simulate.reading import parse
from tocsin.simulate.scenario import Aircraft, Airspace, Scenario
from tocsin.simulate.simulate import TRUTH, Simulated, simulate
from tocsin.simulate.target import Target
from tocsin.simulate.truth import RESERVED, Rows, utc

STEP_S = 1.0  # between the points by which a true path is tested; 0.05 m of sag in a 1 g turn
MAX_ERROR_M = 0.05  # of the boundary's densified line
FILES = "files"  # the key of truth.json by which a directory is known as ours


@dataclass(frozen=True, slots=True, eq=False)
class Made:
    """What a simulation made, and where it lies."""

    scenario: Scenario
    simulated: Simulated
    directory: Path
    files: tuple[str, ...]


def simulate_file(
    path: str | Path, directory: Path, seed: int | None = None, say: Say = quiet
) -> Made:
    """Simulate a scenario file into a directory, whole or not at all.

    seed  stands over that of the file

    Raises CaseError or AirspaceError for what cannot be read, UsageError for a directory that
    holds anything but an earlier simulation.
    """
    text = _text(path)
    scenario = parse(text, str(path))
    own_seed = scenario.seed if seed is None else seed
    say("flying")
    done = made(scenario, own_seed, Path(path).parent, say)
    say("writing")
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in done.files.items()}
    told = {
        **done.truth,
        "scenario_sha256": hashlib.sha256(text.encode()).hexdigest(),
        FILES: {name: digests[name] for name in sorted(digests) if name != TRUTH},
    }
    files = {**done.files, TRUTH: (json.dumps(told, allow_nan=False) + "\n").encode()}
    write_directory(directory, files, ours)
    return Made(scenario, done, directory, tuple(sorted(files)))


def made(scenario: Scenario, seed: int, folder: Path, say: Say = quiet) -> Simulated:
    """Return a simulation with the true passages through the scenario's volumes.

    folder  what the paths of airspace files are relative to
    """
    if seed < 0:
        raise CaseError(f"seed = {seed} is negative", path=scenario.path, place="[scenario]")
    known = airspaces.load([_spec(space, folder, scenario.path) for space in scenario.airspaces])
    for aircraft in scenario.aircraft:
        _flag(aircraft, scenario.path, known)

    def passages(targets: Sequence[Target]) -> dict[str, Rows]:
        say("looking for the true passages")
        return _passages(scenario, known, targets)

    return simulate(scenario, np.random.default_rng(seed), passages)


def summary(done: Made) -> dict[str, Any]:
    """Return what a person or a program wants to know of a simulation."""
    told = done.simulated.truth
    return {
        "scenario": told["scenario"],
        "synthetic": True,
        "seed": told["seed"],
        "directory": str(done.directory),
        "files": list(done.files),
        "aircraft_count": told["aircraft_count"],
        "passages": {
            volume: told[volume] for volume in sorted({*told} - {*RESERVED}) if told[volume]
        },
    }


def _passages(
    scenario: Scenario, known: airspaces.Airspaces, targets: Sequence[Target]
) -> dict[str, Rows]:
    volumes = [volume.name for volume in known.volumes]
    rows: dict[str, dict[str, list[dict[str, Any]]]] = {
        target.aircraft.id: {name: [] for name in volumes} for target in targets
    }
    by_flag: dict[str, list[Target]] = {}
    for target in targets:
        by_flag.setdefault(_flag(target.aircraft, scenario.path, known), []).append(target)
    for flag, mine in by_flag.items():
        tracks = _tracks(scenario, mine)
        if tracks.num_rows and volumes:
            _add(rows, tracks, known, flag)
    return {name: dict(each) for name, each in rows.items()}


def _add(
    rows: dict[str, dict[str, list[dict[str, Any]]]],
    tracks: pa.Table,
    known: airspaces.Airspaces,
    flag: str,
) -> None:
    """Add the true passages of the aircraft of one state, depth as a case would measure it."""
    limits = OutwardLimits(known.volumes, flag, MAX_ERROR_M) if flag else None
    outlines = known.outlines(tracks, MAX_ERROR_M)
    found = find(tracks, outlines, max_gap_s=10 * STEP_S, limits=limits)
    for row, detail in zip(found.table.to_pylist(), found.detail.to_pylist(), strict=True):
        rows[row["track"]][row["volume"]].append(
            {
                "entry_utc": _when(row["entry_t"]),
                "exit_utc": _when(row["exit_t"]),
                "duration_s": row["duration_s"],
                "max_depth_m": row["max_depth_m"],
                "path_inside_m": detail["path_inside_m"],
                "hypothesis": row["hypothesis"],
            }
        )


def _flag(aircraft: Aircraft, path: str, known: airspaces.Airspaces) -> str:
    try:
        return flag_of(aircraft.flag, {volume.name for volume in known.volumes})
    except UsageError as error:
        place = f"[[aircraft]] {aircraft.id}"
        raise CaseError(error.problem, path=path, place=place, hint=error.hint) from None


def _tracks(scenario: Scenario, targets: Sequence[Target]) -> pa.Table:
    """Return the true paths within the scenario as a table of tracks, no error anywhere."""
    columns: dict[str, list[Any]] = {name: [] for name in TRACK.names}
    for target in targets:
        begin = max(0.0, float(target.flown.t_s[0]))
        end = min(scenario.length_s, float(target.flown.t_s[-1]))
        if end <= begin:
            continue
        t = np.unique(np.append(np.arange(begin, end, STEP_S), end))
        lon, lat, h = target.flown.geodetic(t)
        columns["track"] += [target.aircraft.id] * len(t)
        columns["t"] += (scenario.start_ns + np.rint(t * 1e9).astype(np.int64)).tolist()
        columns["lon_deg"] += lon.tolist()
        columns["lat_deg"] += lat.tolist()
        columns["h_hae_m"] += h.tolist()
        columns["h_msl_m"] += (h - scenario.met.geoid_m).tolist()
        columns["h_pressure_m"] += target.pressure_m(t).tolist()
    count = len(columns["track"])
    columns |= {
        "sigma_m": [0.0] * count,
        "flags": [0] * count,
        "break_before": [False] * count,
        "obs_id": list(range(count)),
    }
    arrays = []
    for field in TRACK:
        values = columns[field.name] or [None] * count
        kind = pa.string() if pa.types.is_dictionary(field.type) else field.type
        kind = pa.int64() if pa.types.is_timestamp(field.type) else kind
        array = pa.array(values, kind)
        if pa.types.is_dictionary(field.type):
            array = array.dictionary_encode()
        arrays.append(array.cast(field.type))
    return pa.table(arrays, schema=TRACK)


def ours(target: Path) -> bool:
    """Return whether a directory is empty or holds nothing but an earlier simulation."""
    if not target.is_dir():
        return False
    names = {entry.name for entry in target.iterdir()}
    if not names:
        return True
    if TRUTH not in names:
        return False
    try:
        root = json.loads((target / TRUTH).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError):
        return False
    listed = root.get(FILES) if isinstance(root, dict) else None
    return isinstance(listed, dict) and names <= {*listed, TRUTH}


def _spec(space: Airspace, folder: Path, path: str) -> AirspaceSpec:
    if space.edge and space.edge not in set(Edge):
        raise CaseError(
            f'edge "{space.edge}" does not exist',
            path=path,
            place="[[airspace]]",
            hint=f"use {', '.join(Edge)}",
        )
    return AirspaceSpec(
        path=space.path,
        where=space.path if space.path.startswith(BUNDLED) else str(folder / space.path),
        volume=space.volume,
        layer=space.layer,
        hypothesis=space.hypothesis,
        default_edge=Edge(space.edge) if space.edge else None,
    )


def _text(path: str | Path) -> str:
    where = Path(path)
    if where.is_dir():
        raise CaseError("is a directory", path=str(path), hint="name the TOML file in it")
    try:
        return where.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise CaseError("no such file", path=str(path)) from None
    except UnicodeDecodeError as error:
        raise CaseError(f"is not TOML: {error}", path=str(path)) from error


def _when(moment: Any) -> str | None:
    return None if moment is None else utc(round(moment.timestamp() * 1e6) * 1000, 0.0)
