"""Options that verbs of the register share, and what their text means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.register.query import Filter
    from tocsin.register.sql.store import SqlStore
    from tocsin.schema import Tlp

Store = Annotated[
    str | None,
    typer.Option(
        "--store", help="sqlite:///FILE or postgresql://…; else TOCSIN_STORE, then tocsin.toml."
    ),
]
By = Annotated[str, typer.Option("--by", help="Who does this: a person or a desk.")]
Incident = Annotated[str, typer.Argument(help="ID, or ID@REV for one revision.")]
AsOf = Annotated[
    str | None, typer.Option("--as-of", help="As the world could know it by then: 2025-09-19.")
]
RecordedAsOf = Annotated[
    str | None, typer.Option("--recorded-as-of", help="As this register held it by then.")
]
State = Annotated[str | None, typer.Option(help="Whose territory or airspace: EE.")]
DomainOption = Annotated[
    str | None, typer.Option(help="air, drone, missile, balloon, gnss, cyber, sea or land.")
]
Year = Annotated[str | None, typer.Option(help="When it began: 2025, 2025-09, 2025-09-19 or A/B.")]
ActorOption = Annotated[str | None, typer.Option(help="Who is alleged to have done it.")]
VerificationOption = Annotated[
    str | None,
    typer.Option(
        help="unverified, press, official, investigated, established, disputed or refuted."
    ),
]
TlpOption = Annotated[str | None, typer.Option(help="RED, AMBER+STRICT, AMBER, GREEN or CLEAR.")]
Workflow = Annotated[
    str | None, typer.Option(help="draft, reviewed, adjudicated, released or superseded.")
]
Text = Annotated[str | None, typer.Option(help="Words in what, place, notes or id.")]
Box = Annotated[
    str | None, typer.Option("--bbox", help="WEST,SOUTH,EAST,NORTH in degrees, WGS-84.")
]
Include = Annotated[
    list[str] | None,
    typer.Option(help="Count also: synthetic, control, superseded, undated. May be repeated."),
]


@contextmanager
def opened(store: str | None, *, create: bool = False) -> Iterator[SqlStore]:
    """Open the store a person named; where `create` is False it must be there."""
    from tocsin.register.sql import open_store
    from tocsin.run.register import store_url

    with open_store(store_url(store), create=create) as found:
        yield found


def filter_of(
    state: str | None,
    domain: str | None,
    year: str | None,
    actor: str | None,
    verification: str | None,
    tlp: str | None,
    workflow: str | None,
    text: str | None,
    box: str | None,
    include: list[str] | None,
) -> Filter:
    """Return the filter that options ask for; raise UsageError for a value that is none."""
    from tocsin.run.register_wanted import wanted_of

    return wanted_of(
        state=state,
        domain=domain,
        year=year,
        actor=actor,
        verification=verification,
        tlp=tlp,
        workflow=workflow,
        text=text,
        box=box,
        include=include or (),
    )


def audience_of(word: str) -> Tlp:
    """Return the TLP 2.0 label that --for names; raise UsageError for another word."""
    from tocsin.schema import Tlp

    plain = word.upper().removeprefix("TLP:")
    if plain not in {each.value for each in Tlp}:
        raise UsageError(
            f'--for "{word}" is no mark of TLP 2.0',
            hint=f"use {', '.join(each.value for each in reversed(Tlp))}",
        )
    return Tlp(plain)


def put(answer: dict[str, Any], *, line: bool = False) -> None:
    """Print one JSON object, on one line where it is one of many."""
    indent = None if line else 1
    typer.echo(json.dumps(answer, indent=indent, ensure_ascii=False, allow_nan=False))
