"""`tocsin register list, show, history, count`: questions, as of any time."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tocsin.commands.options import Json
from tocsin.commands.register_options import (
    ActorOption,
    AsOf,
    Box,
    DomainOption,
    Incident,
    Include,
    RecordedAsOf,
    State,
    Store,
    Text,
    TlpOption,
    VerificationOption,
    Workflow,
    Year,
    filter_of,
    opened,
    put,
)
from tocsin.commands.telling import say

_GAPS = {"gap": "not covered", "differs": "reported otherwise", "partial": "covered in part"}


def add(app: typer.Typer) -> None:
    """Add the verbs that ask."""
    app.command("list")(list_incidents)
    for verb in (show, history, count):
        app.command()(verb)


def list_incidents(
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
        bool, typer.Option("--json", help="NDJSON: one object a line, with the whole incident.")
    ] = False,
) -> int:
    """List incidents in order of time; those a criterion cannot decide are marked with a ?."""
    from tocsin.run import register

    wanted = filter_of(state, domain, year, actor, verification, tlp, workflow, text, box, include)
    times = register.times_of(as_of, recorded_as_of)
    with opened(store) as found:
        for row in register.listed(found, wanted, times, limit):
            if as_json:
                put(row, line=True)
            else:
                typer.echo(_line(row))
    return 0


def show(
    incident: Incident,
    as_of: AsOf = None,
    recorded_as_of: RecordedAsOf = None,
    store: Store = None,
    as_json: Json = False,
) -> int:
    """Show one incident, with its signatures and every dissent."""
    from tocsin.run import register

    times = register.times_of(as_of, recorded_as_of)
    with opened(store) as found:
        answer = register.show(found, register.parse_link(incident), times)
    if as_json:
        put(answer)
        return 0
    for line in _page(answer):
        typer.echo(line)
    return 0


def history(incident: Incident, store: Store = None, as_json: Json = False) -> int:
    """Show who wrote what, when and why: every revision of an incident."""
    from tocsin.run import register

    name = register.parse_link(incident).incident
    with opened(store) as found:
        register.found(found, register.parse_link(name))
        rows = [register.revision_dict(revision) for revision in found.history(name)]
    if as_json:
        put({"id": name, "revisions": rows})
        return 0
    for row in rows:
        why = f": {row['reason']}" if row["reason"] else ""
        typer.echo(
            f"{row['link']} {row['recorded_at'][:19]}Z {row['action']} by {row['author']}, "
            f"{row['state']}, known on {row['known_on']}{why}"
        )
    return 0


def count(
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
    rows: Annotated[
        int, typer.Option(min=0, help="Name at most so many rows; `list` names all.")
    ] = 1000,
    as_of: AsOf = None,
    recorded_as_of: RecordedAsOf = None,
    store: Store = None,
    as_json: Json = False,
) -> int:
    """Count incidents, with every row the number rests on and all that could not decide."""
    from tocsin.run import register
    from tocsin.schema.moment import utc

    wanted = filter_of(state, domain, year, actor, verification, tlp, workflow, text, box, include)
    times = register.times_of(as_of, recorded_as_of)
    told = as_of or utc(register.now_ns())[:10]
    with opened(store) as found:
        answer = register.count(found, wanted, times, told, rows)
    if as_json:
        put(answer)
        return 0
    typer.echo(str(answer["count"]))
    for name, mark in (("rows", " "), ("undecided_rows", "?")):
        for row in answer[name]:
            say(f"{mark} {row['link']} {row['begin']} {row['what']}")
    if answer["undecided"]:
        say(f"undecided: {answer['undecided']}, marked ?")
    if answer["rows_left_out"]:
        say(f"{answer['rows_left_out']} more rows: see `register list`")
    for row in answer["excluded"]:
        say(f"not counted: {row['link']}, {row['why']}")
    for gap in answer["coverage_gaps"]:
        where = f"{gap['state'] or 'all'} {gap['domain'] or 'all'} {gap['period']}"
        say(f"{_GAPS[gap['kind']]}: {where}: {gap['why']}")
    return 0


def _line(row: dict[str, Any]) -> str:
    told = row["incident"]
    mark = " " if row["decided"] else "?"
    return (
        f"{mark} {row['link']} {told['when']['begin']} {'/'.join(told['states']) or '-'} "
        f"{told['domain']} {row['state']} {told['what']}"
    )


def _page(answer: dict[str, Any]) -> list[str]:
    told = answer["incident"]
    begin, end = told["when"]["begin"], told["when"]["end"]
    lines = [
        f"{answer['link']} TLP:{told['tlp']} {answer['state']}"
        f"{' SYNTHETIC' if told['synthetic'] else ''}",
        told["what"],
        f"{told['domain']}, {'/'.join(told['states']) or 'state unknown'}, "
        f"{begin} to {end}, {told['where']['text'] or 'place unknown'}",
    ]
    for actor in told["actors"]:
        lines.append(f"alleged: {actor['name']}, by {actor['by'] or 'not stated'}")
    for name in ("authorised", "transponder", "flight_plan", "radio", "response"):
        said = told[name]
        lines.append(f"{name}: {said['answer']}{' - ' + said['text'] if said['text'] else ''}")
    for said in told["statements"]:
        lines.append(f"{said['about']}: {said['by']} says {said['says']} ({said['grade']})")
    for source in told["sources"]:
        lines.append(
            f"source {source['grade']} {source['date']}: {source['title']} {source['url']}"
        )
    for mark in answer["signatures"]:
        lines.append(f"signed by {mark['by']} {mark['signed_at']} {mark['public_key']}")
    for said in answer["dissents"]:
        lines.append(f"DISSENT of {said['by']} from {said['dissent']}: {said['says']}")
    return [*lines, f"sha256 {answer['hash']}"]
