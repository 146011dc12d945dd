"""`tocsin register report`: a month of civil infringements by area, time, type and severity."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.options import Json
from tocsin.commands.register_options import AsOf, RecordedAsOf, Store, opened, put
from tocsin.commands.telling import say
from tocsin.errors import UsageError

HTML, PDF = (".html", ".htm"), ".pdf"


def add(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(report)


def report(
    year: Annotated[int, typer.Option(help="The year: 2025.")],
    month: Annotated[int | None, typer.Option(help="The month: 9; left out: the year.")] = None,
    state: Annotated[str | None, typer.Option(help="Whose airspace: EE; left out: all.")] = None,
    out: Annotated[
        list[Path] | None,
        typer.Option("-o", "--out", help="FILE.html or FILE.pdf, may be repeated."),
    ] = None,
    as_of: AsOf = None,
    recorded_as_of: RecordedAsOf = None,
    store: Store = None,
    as_json: Json = False,
) -> int:
    """Count civil infringements of a month by area, hour, class, cause and severity."""
    from tocsin.dossier import infringements
    from tocsin.register.report import as_json as plain
    from tocsin.run import register_report as pages
    from tocsin.run.output import write_file

    files = out or []
    for file in files:
        if file.suffix.lower() not in (*HTML, PDF):
            raise UsageError(f'-o "{file}" is no page', hint="use .html or .pdf")
    with opened(store) as found:
        made = pages.reported(found, year, month, state, as_of, recorded_as_of)
    for file in files:
        page = pages.page_of(made)
        made_of = (
            infringements.paper(page, pages.dated(made))
            if file.suffix.lower() == PDF
            else infringements.page(page).encode()
        )
        write_file(file, made_of)
        say(f"tocsin: wrote {file}")
    if as_json:
        put(plain(made))
        return 0
    typer.echo(
        f"{made.title}: {made.count}" + f", {made.undecided} undecided" * bool(made.undecided)
    )
    for table in made.tables:
        told = ", ".join(f"{value} {count}" for value, count in table.rows)
        typer.echo(f"{table.title}: {told}")
    for gap in made.coverage_gaps:
        say(f"not covered: {gap['state'] or 'all'} {gap['period']}: {gap['why']}")
    return 0
