"""`tocsin judge`: what each side says, tested, and nothing written."""

from __future__ import annotations

from typing import Annotated

import typer

from tocsin.commands.options import (
    QUARANTINED,
    Json,
    MaxGap,
    NoIntegrity,
    RegisterStore,
    Strict,
    gap_of,
)
from tocsin.commands.telling import fail, progress, tell_inputs, tell_judged
from tocsin.errors import SourceError


def judge(
    case: Annotated[str, typer.Argument(help="The case file (TOML).")],
    max_gap: MaxGap = 60.0,
    no_integrity: NoIntegrity = False,
    store: RegisterStore = None,
    strict: Strict = False,
    as_json: Json = False,
) -> int:
    """Test the claims of a case, and whether they can be true together; nothing is written."""
    from tocsin.run.judge import judge_case
    from tocsin.run.output import dumps
    from tocsin.settings import FindSettings

    settings = FindSettings(max_gap_s=gap_of(max_gap), integrity=not no_integrity)
    with progress() as say:
        answer, gathered = judge_case(case, settings, say, store)
    for failure in gathered.failures:
        fail(failure)
    tell_inputs(gathered.inputs)
    if as_json:
        typer.echo(dumps(answer), nl=False)
    else:
        tell_judged(answer)
    if gathered.failures:
        return SourceError.exit_code
    if strict and any(done.quarantined for done in gathered.inputs):
        return QUARANTINED
    return 0
