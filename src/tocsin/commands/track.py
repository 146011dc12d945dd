"""`tocsin track`: fixes of any source to smoothed tracks with covariances."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.options import (
    QUARANTINED,
    AssumeUtc,
    Day,
    Edition,
    Format,
    Json,
    Mapping,
    MaxGap,
    NoIntegrity,
    Reference,
    Sources,
    Strict,
    gap_of,
    specs_of,
)
from tocsin.commands.telling import fail, progress, say, tell_inputs, tell_refusals
from tocsin.errors import SourceError, UsageError


def track(
    sources: Sources,
    out: Annotated[Path, typer.Option("-o", "--out", help="Write the tracks as Parquet.")],
    sensor: Annotated[
        list[Path] | None,
        typer.Option(help="TOML with a radar's site and errors. May be repeated."),
    ] = None,
    max_gap: MaxGap = 60.0,
    no_integrity: NoIntegrity = False,
    fmt: Format = "auto",
    day: Day = None,
    mapping: Mapping = None,
    reference: Reference = None,
    assume_utc: AssumeUtc = False,
    edition: Edition = None,
    strict: Strict = False,
    as_json: Json = False,
) -> int:
    """Smooth the fixes of any sources to tracks with velocities and covariances."""
    from tocsin.run.findings import distrust_row, input_row
    from tocsin.run.output import write_file
    from tocsin.run.sensorfile import with_sensors
    from tocsin.run.tracks import parquet
    from tocsin.run.tracks import track as smooth
    from tocsin.settings import FindSettings

    if out.suffix.lower() != ".parquet":
        raise UsageError(
            f'"{out.suffix}" names no format', path=str(out), hint="tracks are .parquet"
        )
    settings = FindSettings(max_gap_s=gap_of(max_gap), integrity=not no_integrity)
    specs = specs_of(sources, fmt, day, mapping, reference, assume_utc, edition)
    specs = with_sensors(specs, sensor or [])
    with progress() as show:
        done = smooth(specs, settings, show)
    write_file(out, parquet(done.table))
    for failure in done.failures:
        fail(failure)
    tell_inputs(done.inputs)
    tell_refusals(done.refusals)
    for note in done.notes if not as_json else ():
        say(f"tocsin: {note}")
    for stretch in done.distrust if not as_json else ():
        row = distrust_row(stretch)
        say(
            f"tocsin: not to be trusted: {row['track']} {row['from_utc']} to {row['to_utc']}: "
            f"{row['reason']}, {row['detail']}"
        )
    if as_json:
        answer = {
            "inputs": [input_row(one) for one in done.inputs],
            "tracks": done.tracks,
            "states": done.states,
            "output": str(out),
        }
        typer.echo(json.dumps(answer, indent=1, ensure_ascii=False, allow_nan=False))
    else:
        typer.echo(f"{done.tracks} tracks, {done.states} smoothed states -> {out}")
    if done.failures:
        return SourceError.exit_code
    return QUARANTINED if strict and any(one.quarantined for one in done.inputs) else 0
