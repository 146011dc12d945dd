"""`tocsin register key`: private keys, and the list of those one trusts."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.options import Json
from tocsin.commands.register_options import put

app = typer.Typer(
    name="key",
    help="Keys for signing, and whose signatures count.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
TrustFile = Annotated[
    Path | None, typer.Option("--trust", help="The list; else trust.json of the user's settings.")
]


@app.command()
def new(
    file: Annotated[Path, typer.Argument(help="A new file for the private key.")],
    as_json: Json = False,
) -> int:
    """Make an ed25519 key that only its owner can read; print the public half."""
    from tocsin.register.sign import new_key

    public = new_key(file)
    put({"key": str(file), "public_key": public}) if as_json else typer.echo(public)
    return 0


@app.command()
def trust(
    key: Annotated[str, typer.Argument(help="A public key, or a file with one.")],
    name: Annotated[str, typer.Option(help="Whose it is.")],
    listed: TrustFile = None,
    as_json: Json = False,
) -> int:
    """Trust a public key from now on."""
    from tocsin.run.audit import trust_key

    path, public = trust_key(key, name, listed)
    put({"trust": str(path), "public_key": public, "name": name}) if as_json else typer.echo(
        f"{public} of {name} is trusted in {path}"
    )
    return 0


@app.command()
def rotate(
    old: Annotated[Path, typer.Argument(help="The private key that has served.")],
    new: Annotated[Path, typer.Argument(help="A new file for its successor.")],
    listed: TrustFile = None,
    as_json: Json = False,
) -> int:
    """Replace a key: the old one vouches for the new one and counts no longer from now on."""
    from tocsin.run.audit import rotate_key

    path, public = rotate_key(old, new, listed)
    put({"trust": str(path), "public_key": public}) if as_json else typer.echo(public)
    return 0
