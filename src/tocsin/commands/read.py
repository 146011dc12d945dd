"""`tocsin read`: any source to fixes, with what was refused and why."""

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
    Operators,
    Reference,
    Strict,
    specs_of,
)
from tocsin.commands.telling import (
    fail,
    progress,
    tell_refusals,
)
from tocsin.errors import SourceError, UsageError


def read(
    sources: Annotated[list[str] | None, typer.Argument(help="Files to read.")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Write the fixes as Parquet.")
    ] = None,
    fmt: Format = "auto",
    day: Day = None,
    mapping: Mapping = None,
    reference: Reference = None,
    assume_utc: AssumeUtc = False,
    edition: Edition = None,
    operators: Operators = False,
    formats: Annotated[bool, typer.Option("--formats", help="List the formats.")] = False,
    quarantine: Annotated[
        Path | None, typer.Option(help="Write refused records there, one JSON object a line.")
    ] = None,
    strict: Strict = False,
    as_json: Json = False,
) -> int:
    """Read any source to fixes, and say what was refused and why."""
    from tocsin.run.findings import input_row
    from tocsin.run.output import write_file
    from tocsin.run.sources import read_all, stacked

    if formats:
        return list_formats(as_json)
    if not sources:
        raise UsageError("no source is given", hint="tocsin read FILE..., or tocsin read --formats")
    specs = specs_of(sources, fmt, day, mapping, reference, assume_utc, edition, operators)
    with progress() as say:
        readings, failures = read_all(specs, say)
    for failure in failures:
        fail(failure)
    refusals = [refusal for reading in readings for refusal in reading.refusals]
    fixes = sum(reading.fixes.num_rows for reading in readings)
    if readings and out is not None:
        from tocsin.run.results import parquet

        write_file(out, parquet(stacked(readings)))
    if quarantine is not None:
        from tocsin.run.results import quarantine as lines

        write_file(quarantine, lines(tuple(refusals)))
    if as_json:
        rows = [input_row(reading.input) for reading in readings]
        typer.echo(json.dumps({"inputs": rows, "fixes": fixes}, indent=1, ensure_ascii=False))
    else:
        for reading in readings:
            done = reading.input
            typer.echo(
                f"{done.path}: {done.format}, {done.records} records = {done.decoded} decoded + "
                f"{done.quarantined} quarantined, {reading.fixes.num_rows} fixes"
            )
            for note in done.notes:
                typer.echo(f"  {note}")
    tell_refusals(refusals)
    if failures or (not fixes and any(not reading.input.decoded for reading in readings)):
        return SourceError.exit_code
    return QUARANTINED if strict and refusals else 0


def list_formats(as_json: bool) -> int:
    from tocsin.feed.formats import FORMATS

    if as_json:
        typer.echo(json.dumps([{"name": f.name, "title": f.title} for f in FORMATS], indent=1))
    else:
        for form in FORMATS:
            typer.echo(f"{form.name:16} {form.title}")
    return 0
