"""`tocsin dossier`: one incident of a register as a page, in HTML, PDF or plain text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from tocsin.commands.options import Json
from tocsin.commands.register_options import (
    AsOf,
    Incident,
    RecordedAsOf,
    Store,
    audience_of,
    opened,
    put,
)
from tocsin.commands.telling import say
from tocsin.errors import UsageError

HTML, PDF = (".html", ".htm"), ".pdf"


def dossier(
    incident: Incident,
    out: Annotated[
        list[Path] | None,
        typer.Option(
            "-o",
            "--out",
            help="FILE.html or FILE.pdf, may be repeated; or a folder, for both. Else plain text.",
        ),
    ] = None,
    audience: Annotated[
        str | None,
        typer.Option(
            "--for",
            help="Who may read it: CLEAR, GREEN, AMBER, AMBER+STRICT or RED. Left out: whole, "
            "under its own mark.",
        ),
    ] = None,
    as_of: AsOf = None,
    recorded_as_of: RecordedAsOf = None,
    store: Store = None,
    as_json: Json = False,
) -> int:
    """Print one incident of the register: what is said, by whom, dissent, sources, revisions."""
    files = [file for path in out or () for file in _files(path)]
    from tocsin.dossier import incident as pages
    from tocsin.run import register, register_dossier

    mark = audience_of(audience) if audience is not None else None
    times = register.times_of(as_of, recorded_as_of)
    with opened(store) as held:
        told = register_dossier.given(
            held,
            register.parse_link(incident),
            times,
            mark,
            as_of=as_of or "",
            recorded_as_of=recorded_as_of or "",
        )
    made = pages.document(told)
    for file in files:
        _write(file, made, told)
    if as_json:
        put({key: value for key, value in told.items() if key != "tlp_colour"})
    elif not files:
        typer.echo(pages.text(made), nl=False)
    return 0


def _files(path: Path) -> list[Path]:
    """Return the pages that a -o means: one file, or both in a folder."""
    if path.suffix.lower() in (*HTML, PDF):
        return [path]
    if path.suffix or (path.exists() and not path.is_dir()):
        raise UsageError(f'-o "{path}" is no page', hint="use .html, .pdf, or a folder for both")
    return [path / "dossier.html", path / "dossier.pdf"]


def _write(file: Path, made: dict[str, Any], told: dict[str, Any]) -> None:
    from tocsin.dossier import incident as pages
    from tocsin.run.output import write_file
    from tocsin.run.register_dossier import dated

    as_pdf = file.suffix.lower() == PDF
    write_file(file, pages.paper(made, dated(told)) if as_pdf else pages.page(made).encode())
    say(f"tocsin: wrote {file}")
