"""`tocsin serve`: the API and the pages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.commands.telling import say
from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.api.held import Held


def serve(
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0: any.")] = 8080,
    store: Annotated[
        str | None,
        typer.Option("--store", help="The register: sqlite:///FILE or postgresql://…"),
    ] = None,
    accounts: Annotated[
        Path | None,
        typer.Option(help="The file of users; else beside the register, else the user's own."),
    ] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Show the reference case; no password, read-only.")
    ] = False,
    watch: Annotated[
        Path | None, typer.Option("--watch", help="Run this watch and show it (TOML).")
    ] = None,
    cases: Annotated[
        Path | None, typer.Option("--cases", help="A folder of directories that `run -o` wrote.")
    ] = None,
    allow_host: Annotated[
        list[str] | None,
        typer.Option("--allow-host", help="A name that leads here. May be repeated."),
    ] = None,
    behind_proxy: Annotated[
        bool,
        typer.Option(
            "--behind-proxy",
            help="A proxy on this machine brings TLS; its X-Forwarded-For is believed.",
        ),
    ] = False,
) -> int:
    """Serve the register, the cases and the watch to browsers and programs."""
    needed()
    from tocsin.api.accounts.place import accounts_path, named_store
    from tocsin.api.server import serve as run
    from tocsin.api.serving import Serving

    if demo and (store is not None or accounts is not None):
        raise UsageError("--demo shows what ships with tocsin", hint="leave out --store")
    for name, path, there in (
        ("--watch", watch, watch is None or watch.is_file()),
        ("--cases", cases, cases is None or cases.is_dir()),
    ):
        if not there:
            raise UsageError(f'{name} "{path}" is not there')
    url = None if demo else (store or named_store())
    serving = Serving(
        host=host,
        port=port,
        store=url,
        accounts=None if demo else accounts_path(accounts, url),
        demo=demo,
        watch=watch,
        cases=cases,
        hosts=tuple(name.lower() for name in allow_host or ()),
        proxy=behind_proxy,
    )

    def ready(address: str, held: Held) -> None:
        say(f"tocsin: {address}")
        if demo:
            say("tocsin: demo: no password, read-only; what it shows is SYNTHETIC or published")
        elif held.accounts is not None:
            from tocsin.api.accounts import people

            if not people.can_sign_in(held.accounts):
                say("tocsin: nobody can sign in yet: tocsin user add NAME --role admin")

    run(serving, ready, lambda text: say(f"tocsin: {text}"))
    return 0


def needed() -> None:
    """Raise UsageError where the parts of the server are not installed."""
    try:
        import argon2  # noqa: F401
        import fastapi  # noqa: F401
        import uvicorn  # noqa: F401
    except ModuleNotFoundError as error:
        raise UsageError(
            f"this needs {error.name}, which is not installed", hint="pip install 'tocsin[serve]'"
        ) from None
