"""`tocsin find`: every passage of every track through every volume."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.options import (
    PRESENT,
    QUARANTINED,
    AssumeUtc,
    Day,
    EdgeOption,
    Edition,
    FailOn,
    Format,
    Json,
    Mapping,
    MaxGap,
    NoIntegrity,
    Reference,
    Sources,
    Strict,
    airspace_of,
    fail_on_of,
    gap_of,
    specs_of,
)
from tocsin.commands.telling import (
    fail,
    progress,
    say,
    tell_inputs,
    tell_refusals,
)
from tocsin.errors import SourceError


def find(
    sources: Sources,
    airspace: Annotated[
        list[str],
        typer.Option(help="GeoJSON or OpenAIR, or bundled:sovereign/DK,SE. May be repeated."),
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Parquet, CSV, GeoJSON or KML, by suffix.")
    ] = None,
    edge: Annotated[
        EdgeOption | None, typer.Option(help="How every straight boundary segment runs.")
    ] = None,
    flag: Annotated[
        str,
        typer.Option(help="State whose aircraft it is: depth is then from the outward limit."),
    ] = "",
    max_gap: MaxGap = 60.0,
    no_integrity: NoIntegrity = False,
    qnh: Annotated[
        float | None, typer.Option(help="QNH in hPa, for limits above sea level.")
    ] = None,
    fmt: Format = "auto",
    day: Day = None,
    mapping: Mapping = None,
    reference: Reference = None,
    assume_utc: AssumeUtc = False,
    edition: Edition = None,
    fail_on: FailOn = None,
    strict: Strict = False,
    as_json: Json = False,
) -> int:
    """Find every passage of every track through every volume: the fast path."""
    from tocsin.incursion.find import find as passages
    from tocsin.run import airspaces
    from tocsin.run.doubt import left_out
    from tocsin.run.events import check_suffix, rows_of, write_events
    from tocsin.run.findings import distrust_row, input_row
    from tocsin.run.outward import OutwardLimits, with_edges
    from tocsin.run.sources import gather
    from tocsin.run.whose import flag_of
    from tocsin.settings import FindSettings

    if out is not None:
        check_suffix(out)
    fail_on = fail_on_of(fail_on)
    settings = FindSettings(max_gap_s=gap_of(max_gap), integrity=not no_integrity)
    specs = specs_of(sources, fmt, day, mapping, reference, assume_utc, edition)
    with progress() as doing:
        airspace_read = airspaces.load([airspace_of(path, edge) for path in airspace], doing)
        flag = flag_of(flag, {volume.name for volume in airspace_read.volumes})
        gathered = gather(specs, settings, qnh=qnh, say=doing)
        doing("looking for passages")
        outlines = airspace_read.outlines(gathered.tracks, settings.max_error_m)
        limits = OutwardLimits(airspace_read.volumes, flag, settings.max_error_m) if flag else None
        found = passages(gathered.tracks, outlines, max_gap_s=settings.max_gap_s, limits=limits)
    table = with_edges(found) if flag else found.table
    if out is not None:
        write_events(table, out)
    for failure in gathered.failures:
        fail(failure)
    tell_inputs(gathered.inputs)
    tell_refusals(airspace_read.refusals)
    for note in (*airspace_read.notes, *(limits.said(outlines) if limits else ())):
        say(f"tocsin: {note}")
    for stretch in gathered.distrust if not as_json else ():
        row = distrust_row(stretch)
        say(
            f"tocsin: not to be trusted: {row['track']} {row['from_utc']} to {row['to_utc']}: "
            f"{row['reason']}, {row['detail']}"
        )
    if as_json:
        answer = {
            "inputs": [input_row(done) for done in gathered.inputs],
            "airspace": list(airspace_read.about),
            "passages": rows_of(table),
            "integrity": [distrust_row(stretch) for stretch in gathered.distrust],
            "left_out": left_out(gathered.tracks, outlines, settings.max_gap_s),
        }
        typer.echo(json.dumps(answer, indent=1, ensure_ascii=False, allow_nan=False))
    elif out is None:
        from tocsin.run.events import encode

        typer.echo(encode(table, ".csv").decode(), nl=False)
    else:
        typer.echo(f"{table.num_rows} passages, {len(gathered.distrust)} distrusted stretches")
    if gathered.failures:
        return SourceError.exit_code
    if strict and (any(d.quarantined for d in gathered.inputs) or airspace_read.refusals):
        return QUARANTINED
    present = {"incursion": table.num_rows, "distrust": len(gathered.distrust)}
    return PRESENT if fail_on and present[fail_on] else 0
