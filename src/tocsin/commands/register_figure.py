"""`tocsin register figure`: statistics by edition, polls by question, never one picked for you."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.commands.options import Json
from tocsin.commands.register_options import Store, opened, put
from tocsin.commands.telling import say, tell_refusals
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.schema import Refusal


def add(app: typer.Typer) -> None:
    """Add the verb."""
    app.command()(figure)


def figure(
    entity: Annotated[str, typer.Argument(help="ISO 3166-1 alpha-3 code, or a name: EST.")],
    metric: Annotated[
        str,
        typer.Argument(help="defence_pct_gdp, poll, pledge, …, or words of the metric."),
    ],
    year: Annotated[str, typer.Option(help="The year it is about: 2025.")] = "",
    edition: Annotated[str, typer.Option(help='Only that edition: "August 2025".')] = "",
    store: Store = None,
    as_json: Json = False,
) -> int:
    """Give every figure on record, with its edition or question; conflicts are named.

    Without a register the figures that ship with tocsin are read.
    """
    from tocsin.register.statistics import FIGURE, Figure, answer, chosen
    from tocsin.run.register import store_url
    from tocsin.run.register_import import bundled_figures

    try:
        where = store_url(store)
    except UsageError:  # none is named anywhere
        where = None
    refused: list[Refusal] = []
    if where is None:
        figures, refused = bundled_figures()
    else:
        with opened(where) as found:
            figures = [Figure(**record.body) for record in found.records(FIGURE)]
    rows = chosen(figures, entity, metric, year, edition)
    if not rows:
        known = sorted({each.kind for each in figures if each.entity == entity.upper()})
        hint = f"of {entity} there are {', '.join(known)}" if known else "nothing is known of it"
        if not figures:
            hint = "the register holds no figures: import --bundled"
        raise UsageError(f'no figure "{metric}" of {entity} {year}'.rstrip(), hint=hint)
    tell_refusals([each for each in refused if each.detail.startswith(f"{rows[0].entity} ")])
    told = {"entity": entity, "metric": metric, "year": year or None, **answer(rows)}
    if as_json:
        put(told)
        return 0
    for row in told["figures"]:
        typer.echo(_line(row))
    for row in told["checks"]:
        typer.echo(f"check: {row['metric']} ({row['status'] or 'no status'}; {row['notes']})")
    for conflict in told["conflicts"]:
        say(f"conflict: {conflict['entity']} {conflict['year']}: {conflict['says']}")
    return 0


def _line(row: dict[str, Any]) -> str:
    value = "not published" if row["value"] is None else f"{row['value']:g} {row['unit']}"
    of = f"{row['edition']} edition" if row["edition"] else row["metric"]
    of = f"given at {row['edition']}" if row["kind"] == "pledge" else of
    many = f", n {row['sample_n']}" if row["sample_n"] else ""
    many = many or (", n not stated" if row["kind"] == "poll" else "")
    return (
        f"{row['entity']} {row['year']} {row['kind']}: {value}, {of}{many}, {row['status']}; "
        f"{row['source_title']} ({row['source_date']})"
    )
