"""How the verbs speak: answers on stdout, everything for people on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

from tocsin.errors import ClaimError, TocsinError

if TYPE_CHECKING:
    from tocsin.schema import Input, Refusal


WIDTH = 120  # of a table that goes into a file or a pipe


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
    """Say an error in one line; of a claim also where in its test, and the nearest form."""
    say(f"tocsin: {' '.join(str(error).split())}")
    if isinstance(error, ClaimError):
        for line in pointed(error):
            say(line)


def pointed(error: ClaimError) -> Iterator[str]:
    """Yield the test with a caret under the wrong character, and under it the nearest form."""
    begin = error.test.rfind("\n", 0, error.at) + 1  # a test over several lines: the one line
    shown, _, _ = error.test[begin:].partition("\n")
    # A tab is a tab wide in both lines, so that the caret stands under its character.
    room = "".join(c if c == "\t" else " " for c in shown[: error.at - begin])
    yield f"  {shown}"
    yield f"  {room}^"
    if error.nearest:
        yield f"  {error.nearest}"


def _bias(claim: dict[str, Any]) -> str:
    if claim["bias_needed_sigma"] is None:
        return "-"
    beyond = "more than " if claim["bias_needed_beyond"] else ""
    return f"{beyond}{claim['bias_needed_sigma']:.1f} sigma"


def tell_judged(answer: dict[str, Any]) -> None:
    """Print the claims and their compatibility as tables, as wide as the terminal."""
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, markup=False)
    synthetic = " (SYNTHETIC)" if answer["synthetic"] else ""
    console.print(f"{answer['case']}{synthetic}: {len(answer['claims'])} claims")
    if not answer["claims"]:
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("claim", "by", "test", "verdict", "P", "bias needed"):
        table.add_column(name, overflow="fold")
    for claim in answer["claims"]:
        chances = {text for text in claim["p_text"].values() if text}
        told = chances.pop() if len(chances) == 1 else "; ".join(
            f"{name} {text}" for name, text in claim["p_text"].items() if text
        )  # fmt: skip
        table.add_row(
            claim["id"],
            claim["by"],
            claim["test"],
            claim["verdict"],
            told or "-",
            _bias(claim),
        )
    console.print(table)
    for claim in answer["claims"]:
        console.print(f"{claim['id']}: {claim['why']}.")
        if claim["changes_if"]:
            console.print(f"    {claim['changes_if']}")
    words = {True: "compatible", False: "not compatible", None: "cannot tell"}
    if answer["compatibility"]:
        console.print()
    for pair in answer["compatibility"]:
        console.print(f"{pair['a']} and {pair['b']}: {words[pair['compatible']]}. {pair['why']}")


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
