"""`tocsin register import, consultations`: what ships with tocsin, and files of one's own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.commands.options import Json, Strict
from tocsin.commands.register_options import Store, opened, put
from tocsin.commands.telling import say, tell_inputs, tell_refusals
from tocsin.errors import SourceError, UsageError

if TYPE_CHECKING:
    from tocsin.run.register_import import Imported


def add(app: typer.Typer) -> None:
    """Add the verbs."""
    app.command("import")(import_incidents)
    app.command()(consultations)


def import_incidents(
    files: Annotated[
        list[Path] | None, typer.Argument(help="CSV, JSON (also lines), GeoJSON, STIX, GeoParquet.")
    ] = None,
    bundled: Annotated[
        bool, typer.Option("--bundled", help="The register that ships with tocsin.")
    ] = False,
    by: Annotated[str | None, typer.Option("--by", help="Who does this; needed for files.")] = None,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    update: Annotated[
        bool,
        typer.Option("--update", help="Revise what is there with other content; else it is left."),
    ] = False,
    quarantine: Annotated[
        Path | None, typer.Option(help="Write every refused record there, as lines of JSON.")
    ] = None,
    strict: Strict = False,
    store: Store = None,
    as_json: Json = False,
) -> int:
    """Import incidents; a second time changes nothing. Bad records are set aside with reasons."""
    from tocsin.run.register_import import BY, import_bundled, import_files

    if bundled == bool(files):
        raise UsageError("nothing to import", hint="give --bundled, or files")
    if files and not by:
        raise UsageError("nobody imports these", hint="add --by NAME")
    with opened(store, create=True) as found, _bar() as tell:
        if files:
            done = import_files(found, files, by or "", reason=reason, update=update, tell=tell)
        else:
            done = import_bundled(found, by or BY, update=update, tell=tell)
    if quarantine is not None:
        from tocsin.run.output import write_file

        write_file(quarantine, _lines(done))
    tell_inputs(done.inputs)
    tell_refusals(done.refusals)
    for name in done.differing[:10]:
        say(f"tocsin: {name} is there with other content and was left; --update revises it")
    if len(done.differing) > 10:
        say(f"tocsin: and {len(done.differing) - 10} more")
    if as_json:
        put(_answer(done))
    else:
        typer.echo(_told(done))
    return SourceError.exit_code if strict and done.refusals else 0


def consultations(
    invoked: Annotated[
        str | None, typer.Option(help="yes, no, or not found: nobody showed that none was made.")
    ] = None,
    store: Store = None,
    as_json: Annotated[bool, typer.Option("--json", help="NDJSON: one object a line.")] = False,
) -> int:
    """List requests for consultations under Article 4, and cases known for having none."""
    from tocsin.register.consulted import CONSULTATION

    if invoked not in (None, "yes", "no", "not found"):
        raise UsageError(f'--invoked "{invoked}" is unknown', hint="use yes, no or not found")
    with opened(store) as found:
        rows = [record.body for record in found.records(CONSULTATION)]
    for row in sorted(rows, key=lambda row: str(row["date"])):
        if invoked not in (None, row["invoked"]):
            continue
        if as_json:
            put(row, line=True)
        else:
            about = f" ({row['incident']})" if row["incident"] else ""
            states = "/".join(row["states"])
            typer.echo(
                f"{row['id']} {row['date']} {states} {row['invoked']}: {row['trigger']}{about}"
            )
    return 0


def _answer(done: Imported) -> dict[str, Any]:
    from tocsin.run.findings import input_row

    return {
        "changed": done.changed,
        "added": list(done.added),
        "revised": list(done.revised),
        "unchanged": done.unchanged,
        "differing": list(done.differing),
        "records": done.notes,
        "records_unchanged": done.notes_unchanged,
        "inputs": [input_row(each) for each in done.inputs],
    }


def _told(done: Imported) -> str:
    if not done.changed:
        held = done.unchanged + done.notes_unchanged
        left = f", {len(done.differing)} left as they are" if done.differing else ""
        return f"nothing changed: {held} are there already{left}"
    many = "incident" if len(done.added) == 1 else "incidents"
    parts = [f"{len(done.added)} {many} added"]
    if done.revised:
        parts.append(f"{len(done.revised)} revised")
    if done.unchanged:
        parts.append(f"{done.unchanged} unchanged")
    parts += [f"{count} {kind} records" for kind, count in done.notes.items()]
    return ", ".join(parts)


def _lines(done: Imported) -> bytes:
    import json
    from dataclasses import asdict

    rows = (json.dumps(asdict(each), ensure_ascii=False) for each in done.refusals)
    return "".join(f"{row}\n" for row in rows).encode()


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None] | None]:
    """Show how far it is, on a terminal only."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("importing", total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
