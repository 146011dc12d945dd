"""`tocsin register`: incidents, kept append-only.

Each `register_*` module adds its verbs to the group by `add(app)`.
"""

from __future__ import annotations

import typer

from tocsin.commands import (
    register_ask,
    register_audit,
    register_export,
    register_figure,
    register_import,
    register_keys,
    register_match,
    register_report,
    register_review,
    register_write,
)

app = typer.Typer(
    name="register",
    help="Incidents with sources, dissent and an audit trail.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for module in (
    register_write,
    register_import,
    register_ask,
    register_review,
    register_match,
    register_figure,
    register_report,
    register_export,
    register_audit,
):
    module.add(app)
app.add_typer(register_keys.app)
