"""`tocsin run`: a case to findings and a dossier."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tocsin.commands.arrow import without_pandas
from tocsin.commands.options import (
    PRESENT,
    QUARANTINED,
    FailOn,
    Json,
    MaxGap,
    NoIntegrity,
    RegisterStore,
    Strict,
    fail_on_of,
    gap_of,
)
from tocsin.commands.telling import (
    fail,
    headlines,
    progress,
    tell_inputs,
)
from tocsin.errors import SourceError

KeyFile = Annotated[
    Path | None,
    typer.Option("--key", help="Sign the bundle with this private key (register key new)."),
]
Redact = Annotated[
    str | None,
    typer.Option(
        "--redact", help="Leave out what may not leave under this TLP label: GREEN, CLEAR, ..."
    ),
]


def run(
    case: Annotated[str, typer.Argument(help="The case file (TOML).")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Directory for the results.")],
    max_gap: MaxGap = 60.0,
    no_integrity: NoIntegrity = False,
    store: RegisterStore = None,
    key: KeyFile = None,
    redact: Redact = None,
    fail_on: FailOn = None,
    strict: Strict = False,
    as_json: Json = False,
) -> int:
    """Run a case: sources, airspace, reports and claims to findings and a dossier."""
    from tocsin.run.aside import Aside, processes
    from tocsin.run.loading import loading
    from tocsin.settings import FindSettings

    fail_on = fail_on_of(fail_on)
    settings = FindSettings(max_gap_s=gap_of(max_gap), integrity=not no_integrity)
    with progress() as say, Aside(processes() - 1) as aside:
        # Loaded while those beside this process load what they need.
        with loading():
            without_pandas()
            from tocsin.register.sign import load_key
            from tocsin.run.bundle import Seal
            from tocsin.run.flow import run_case
            from tocsin.run.output import dumps
            from tocsin.run.redact import target

        if key is not None:
            load_key(key)  # a key that cannot sign is said now, not when all is computed
        seal = Seal(key, target(redact))
        done = run_case(case, out, settings, say, seal, store=store, aside=aside)
    findings = done.findings
    for failure in done.gathered.failures:
        fail(failure)
    tell_inputs(done.gathered.inputs)
    if as_json:
        typer.echo(dumps(findings), nl=False)
    else:
        for line in headlines(findings):
            typer.echo(line)
        typer.echo(str(done.directory / "dossier.html"))
    if done.gathered.failures:
        return SourceError.exit_code
    if strict and any(done.quarantined for done in done.gathered.inputs):
        return QUARANTINED
    listed = {"incursion": "incursions", "distrust": "integrity"}.get(fail_on or "")
    return PRESENT if listed and findings[listed] else 0
