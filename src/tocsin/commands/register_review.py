"""`tocsin register review, sign, dissent`: what people think of an incident."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.options import Json
from tocsin.commands.register_options import By, Incident, Store, opened, put
from tocsin.errors import UsageError

Key = Annotated[Path, typer.Option("--key", help="The private key, from `register key new`.")]


def add(app: typer.Typer) -> None:
    """Add the verbs of review."""
    for verb in (review, sign, dissent):
        app.command()(verb)


def review(
    incident: Incident,
    by: By,
    approve: Annotated[bool, typer.Option("--approve", help="draft to reviewed")] = False,
    adjudicate: Annotated[
        bool, typer.Option("--adjudicate", help="reviewed to adjudicated")
    ] = False,
    release: Annotated[bool, typer.Option("--release", help="adjudicated to released")] = False,
    send_back: Annotated[
        bool, typer.Option("--return", help="back to draft, with a reason")
    ] = False,
    reopen: Annotated[bool, typer.Option("--reopen", help="to draft again, with a reason")] = False,
    supersede: Annotated[
        bool, typer.Option("--supersede", help="keep but count no more, with a reason")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    store: Store = None,
    as_json: Json = False,
) -> int:
    """Take one step; whoever wrote an incident cannot approve, adjudicate or release it.

    With ID@REV the step is refused unless that revision is still the newest.
    """
    from tocsin.register.workflow import Action
    from tocsin.run import register

    asked = {
        Action.APPROVE: approve,
        Action.ADJUDICATE: adjudicate,
        Action.RELEASE: release,
        Action.RETURN: send_back,
        Action.REOPEN: reopen,
        Action.SUPERSEDE: supersede,
    }
    steps = [action for action, wanted in asked.items() if wanted]
    if len(steps) != 1:
        names = ", ".join(f"--{action.value}" for action in asked)
        raise UsageError("a review is one step", hint=f"give one of {names}")
    with opened(store) as found:
        link = register.parse_link(incident)
        revision = register.review(found, link, steps[0], by, reason)
    if as_json:
        put(register.revision_dict(revision))
    else:
        typer.echo(f"{revision.link} {revision.state}")
    return 0


def sign(incident: Incident, key: Key, by: By, store: Store = None, as_json: Json = False) -> int:
    """Sign a revision with ed25519: its content, and through its hash all before it."""
    from tocsin.run import register

    with opened(store) as found:
        record = register.sign(found, register.parse_link(incident), key, by)
    if as_json:
        put({"subject": record.subject, **record.body})
    else:
        typer.echo(f"{record.subject} signed by {record.body['by']}")
    return 0


def dissent(
    incident: Incident,
    key: Key,
    by: By,
    says: Annotated[str, typer.Option(help="What is wrong with it.")],
    finding: Annotated[str, typer.Option(help="The finding it is about; else all of it.")] = "",
    store: Store = None,
    as_json: Json = False,
) -> int:
    """Record a signed dissent; it is shown wherever the incident is."""
    from tocsin.run import register

    with opened(store) as found:
        link = register.parse_link(incident)
        record = register.dissent(found, link, key, by, says, finding)
    if as_json:
        put({"subject": record.subject, **record.body})
    else:
        typer.echo(f"{record.subject}: dissent of {record.body['by']} recorded")
    return 0
