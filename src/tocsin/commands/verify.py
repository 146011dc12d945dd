"""`tocsin verify`: a bundle's bytes, its signature, and every number computed again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.commands.options import Json
from tocsin.commands.telling import progress, say
from tocsin.errors import IntegrityError

if TYPE_CHECKING:
    from tocsin.run.verify import Verdict


def verify(
    bundle: Annotated[Path, typer.Argument(help="bundle.zip of a run.")],
    trust: Annotated[
        list[str] | None,
        typer.Option(
            help="A public key, or a file with one: who must have signed. May be repeated."
        ),
    ] = None,
    inputs: Annotated[
        Path | None,
        typer.Option(help="Where withheld inputs lie: the full bundle, or the case's folder."),
    ] = None,
    as_json: Json = False,
) -> int:
    """Check a bundle's hashes and signature, compute every number again, say what differs."""
    from tocsin.run.output import dumps
    from tocsin.run.verify import verify as verified

    try:
        with progress() as saying:
            verdict = verified(bundle, trust or (), inputs, saying)
    except IntegrityError as error:
        if as_json:
            typer.echo(dumps(_refused(bundle, error)), nl=False)
        raise
    if as_json:
        typer.echo(dumps(_object(verdict)), nl=False)
    verdict.refuse()
    if not as_json:
        for line in _lines(verdict):
            typer.echo(line)
    for note in verdict.notes:
        say(f"tocsin: {note}")
    return 0


def _object(verdict: Verdict) -> dict[str, Any]:
    return {
        "bundle": verdict.bundle,
        "case": verdict.case,
        "ok": verdict.ok,
        "files": verdict.files,
        "bytes": verdict.bytes,
        "signature": {
            "state": "valid" if verdict.signer else "unsigned",
            "signer": verdict.signer or None,
            "trusted": verdict.trusted,
        },
        "fields": verdict.fields,
        "rounded": verdict.rounded,
        "compared": list(verdict.compared),
        "not_compared": list(verdict.not_compared),
        "not_rederived": list(verdict.not_rederived),
        "withheld": list(verdict.withheld),
        "differences": [
            {"at": one.at, "bundle": one.old, "computed": one.new} for one in verdict.differs
        ],
        "differing_files": list(verdict.differing_files),
        "notes": list(verdict.notes),
    }


def _refused(bundle: Path, error: IntegrityError) -> dict[str, Any]:
    return {
        "bundle": str(bundle),
        "ok": False,
        "file": error.place or None,
        "problem": error.problem,
    }


def _lines(verdict: Verdict) -> list[str]:
    """Return what a person is told of a bundle that holds."""
    if verdict.signer:
        whose = " (trusted)" if verdict.trusted else ""
        signed = f"signed by {verdict.signer}{whose}"
    else:
        signed = "unsigned: its hashes hold, nobody vouches for them"
    lines = [
        f"{verdict.bundle}: {verdict.case}, {verdict.files} files, {verdict.bytes:,} bytes",
        f"  signature   {signed}",
        "  hashes      all hold",
    ]
    if verdict.withheld:
        count = len(verdict.withheld)
        many = count > 1
        told = (
            "inputs are withheld, their hashes stand"
            if many
            else "input is withheld, its hash stands"
        )
        lines.append(f"  numbers     not computed again: {count} {told} in the bundle")
        for row in verdict.withheld:
            mark = row.get("sha256") or row.get("mark", "")
            lines.append(f"    {row['path']}  {mark}  {row.get('withheld', '')}")
        them = "them" if many else "it"
        lines.append(f"  rests on {them}: {', '.join(verdict.not_rederived)}")
        lines.append(f"  with {them} (--inputs) every number can be computed again")
        return lines
    lines.append(f"  numbers     computed again: all {verdict.fields} fields of the findings agree")
    if verdict.rounded:
        lines.append(f"              {verdict.rounded} of them but for rounding")
    lines.append(f"  files       {len(verdict.compared)} made again, byte for byte the same")
    if verdict.not_compared:
        lines.append(f"              not compared: {', '.join(verdict.not_compared)}")
    return lines
