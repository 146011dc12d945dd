"""`tocsin register export`: incidents in other people's formats, redacted for an audience."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.commands.register_options import (
    ActorOption,
    AsOf,
    Box,
    DomainOption,
    Include,
    RecordedAsOf,
    State,
    Store,
    Text,
    TlpOption,
    VerificationOption,
    Workflow,
    Year,
    audience_of,
    filter_of,
    opened,
    put,
)
from tocsin.commands.telling import progress, say
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.register.exchange.formats import Format
    from tocsin.run.register_export import Exported

_MOST_TOLD = 10


def add(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(export)


def export(
    fmt: Annotated[
        str,
        typer.Option("--format", help="geojson, geoparquet, csv, stix, kml, cot or cloudevents."),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="The file; else standard output.")
    ] = None,
    audience: Annotated[
        str,
        typer.Option("--for", help="Who may read it: CLEAR, GREEN, AMBER, AMBER+STRICT or RED."),
    ] = "CLEAR",
    state: State = None,
    domain: DomainOption = None,
    year: Year = None,
    actor: ActorOption = None,
    verification: VerificationOption = None,
    tlp: TlpOption = None,
    workflow: Workflow = None,
    text: Text = None,
    box: Box = None,
    include: Include = None,
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many.")] = None,
    as_of: AsOf = None,
    recorded_as_of: RecordedAsOf = None,
    store: Store = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="NDJSON; with -o one line that says what was written."),
    ] = False,
) -> int:
    """Write incidents for an audience; what is marked stricter stays, and is only counted."""
    from tocsin.run import register, register_export

    form, mark = _format(fmt), audience_of(audience)
    if as_json and output is None and form.lines is None:
        raise UsageError(f"{form.name} has no lines of JSON", hint="add -o FILE, or leave --json")
    if output is None and not form.text and sys.stdout.isatty():
        raise UsageError(f"{form.name} is no text for a terminal", hint="add -o FILE")
    wanted = filter_of(state, domain, year, actor, verification, tlp, workflow, text, box, include)
    times = register.times_of(as_of, recorded_as_of)
    with opened(store) as found, progress() as tell:
        tell("collecting")
        done = register_export.export(
            found,
            wanted,
            times,
            form,
            mark,
            limit=limit,
            as_of=as_of,
            recorded_as_of=recorded_as_of,
        )
        tell(f"writing {form.name}")
        _write(done, form, output, as_json)
    _tell(done)
    return 0


def _write(done: Exported, form: Format, output: Path | None, as_json: bool) -> None:
    if output is None:
        if as_json and form.lines is not None:
            for line in form.lines(done.items, done.manifest):
                put(line, line=True)
        else:
            typer.echo(form.write(done.items, done.manifest), nl=False)
        return
    from tocsin.run.output import write_file

    data = form.write(done.items, done.manifest)
    write_file(output, data)
    beside = None
    if form.metadata is not None:  # the format itself has no room for it
        beside = output.with_name(f"{output.name}-metadata.json")
        write_file(beside, form.metadata(done.manifest, output.name))
    if as_json:
        put(_answer(done, form, output, beside, data), line=True)


def _answer(
    done: Exported, form: Format, output: Path, beside: Path | None, data: bytes
) -> dict[str, Any]:
    import hashlib

    return {
        "file": str(output),
        "metadata": str(beside) if beside else None,
        "format": form.name,
        "media_type": form.media_type,
        "sha256": hashlib.sha256(data).hexdigest(),
        "records": len(done.items),
        **done.manifest.told(),
        "excluded": done.excluded,
    }


def _tell(done: Exported) -> None:
    say(f"tocsin: {done.manifest.sentence}")
    for why, count in done.excluded.items():
        say(f"tocsin: {count} not counted and left out: {why} (--include {why})")
    for each in done.manifest.removed[:_MOST_TOLD]:
        say(f"tocsin: {each.id} {each.field}: removed, {each.why}")
    if len(done.manifest.removed) > _MOST_TOLD:
        rest = len(done.manifest.removed) - _MOST_TOLD
        say(f"tocsin: and {rest} more; the file lists them all")


def _format(word: str) -> Format:
    from tocsin.register.exchange.formats import FORMATS

    if word not in FORMATS:
        raise UsageError(f'--format "{word}" is unknown', hint=f"use {', '.join(FORMATS)}")
    return FORMATS[word]
