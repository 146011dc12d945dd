"""`tocsin pattern`: is it a pattern, or is it chance, or can nobody tell."""

from __future__ import annotations

import typer

from tocsin.commands import pattern_space, pattern_time

app = typer.Typer(
    name="pattern",
    help="Is it a pattern? Each answer has intervals, and may be that none is possible.",
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
pattern_time.add(app)
pattern_space.add(app)
