"""`tocsin why`: from an id in a dossier to the bytes it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.commands.options import Json

if TYPE_CHECKING:
    from tocsin.run.why import Node

Where = Annotated[Path, typer.Argument(help="The directory of a run, or its bundle.zip.")]


def why(
    identity: Annotated[
        str, typer.Argument(metavar="ID", help="Of a passage, a claim, a pair a+b, or a statement.")
    ],
    where: Where = Path(),
    as_json: Json = False,
) -> int:
    """Walk from an id to inputs (hash, place in the file), settings and program."""
    from tocsin.run.bundleread import open_results
    from tocsin.run.output import dumps
    from tocsin.run.why import why as walked

    node = walked(open_results(where), identity)
    if as_json:
        typer.echo(dumps(node.as_json()), nl=False)
        return 0
    typer.echo(node.what)
    for line in _facts(node):
        typer.echo(f"  {line}")
    for line in _tree(node, ""):
        typer.echo(line)
    return 0


def _tree(node: Node, before: str) -> Iterator[str]:
    for number, child in enumerate(node.rests_on, 1):
        last = number == len(node.rests_on)
        yield f"{before}{'└─ ' if last else '├─ '}{child.what}"
        yield from _tree(child, before + ("   " if last else "│  "))


def _facts(node: Node) -> Iterator[str]:
    """Yield what was found, one line a number: of the first node only, the tree says the rest."""
    for name, value in node.facts.items():
        if isinstance(value, dict) and "q50" in value:
            ends = f" ({value['q05']} to {value['q95']})" if value.get("q05") is not None else ""
            yield f"{name}: {value['q50']}{ends}"
        elif isinstance(value, str | int | float) and value != "" and name not in ("id", "text"):
            yield f"{name}: {value}"
