"""`tocsin register report`: a month of civil infringements by area, time, type and severity."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.options import Json
from tocsin.commands.register_options import AsOf, RecordedAsOf, Store, opened, put
from tocsin.commands.telling import say
from tocsin.errors import UsageError


def add(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(report)


def report(
    year: Annotated[int, typer.Option(help="The year: 2025.")],
    month: Annotated[int | None, typer.Option(help="The month: 9; left out: the year.")] = None,
    state: Annotated[str | None, typer.Option(help="Whose airspace: EE; left out: all.")] = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help="The page, FILE.html.")] = None,
    as_of: AsOf = None,
    recorded_as_of: RecordedAsOf = None,
    store: Store = None,
    as_json: Json = False,
) -> int:
    """Count civil infringements of a month by area, hour, class, cause and severity."""
    from tocsin.register.report import as_json as plain
    from tocsin.register.report_page import page
    from tocsin.run.output import write_file
    from tocsin.run.register_report import reported

    if out is not None and out.suffix not in (".html", ".htm"):
        raise UsageError(f'-o "{out}" is no page', hint="name a file that ends in .html")
    with opened(store) as found:
        made = reported(found, year, month, state, as_of, recorded_as_of)
    if out is not None:
        write_file(out, page(made).encode())
        say(f"tocsin: wrote {out}")
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
