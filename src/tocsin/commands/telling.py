"""How the verbs speak: answers on stdout, everything for people on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from tocsin.errors import TocsinError

if TYPE_CHECKING:
    from tocsin.schema import Input, Refusal


def headlines(findings: dict[str, Any]) -> Iterator[str]:
    """Yield what a person wants to know at once; the dossier says it in full."""
    synthetic = " (SYNTHETIC)" if findings["synthetic"] else ""
    yield f"{findings['case']}{synthetic}: {len(findings['incursions'])} passages"
    for i in findings["incursions"]:
        entry = i["entry_utc"]["q50"] if i["entry_utc"] else "open"
        leave = i["exit_utc"]["q50"] if i["exit_utc"] else "open"
        yield f"  {i['track']} {i['volume']} ({i['hypothesis']}): in {entry}, out {leave}"
    for x in findings["not_established"]:
        yield f"  not established: {x['track']} {x['volume']} {x['from_utc']} to {x['to_utc']}"


def tell_inputs(inputs: tuple[Input, ...]) -> None:
    for done in inputs:
        if done.quarantined:
            reasons = ", ".join(f"{reason} {n}" for reason, n in done.reasons.items())
            say(
                f"tocsin: {done.path}: {done.quarantined} of {done.records} records "
                f"quarantined: {reasons}"
            )


def tell_refusals(refusals: tuple[Refusal, ...] | list[Refusal], most: int = 10) -> None:
    for refusal in refusals[:most]:
        say(f"tocsin: {refusal.path} {refusal.place}: {refusal.reason}: {refusal.detail}")
    if len(refusals) > most:
        say(f"tocsin: and {len(refusals) - most} more; --quarantine FILE keeps them all")


def say(text: str) -> None:
    typer.echo(text, err=True)


def fail(error: TocsinError) -> None:
    say(f"tocsin: {' '.join(str(error).split())}")


@contextmanager
def progress() -> Iterator[Callable[[str], None]]:
    """Show what is being done, on a terminal only; a pipe gets nothing."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("starting") as status:
        yield lambda text: status.update(text)
