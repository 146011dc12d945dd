"""`tocsin bell`: should it ring?  A group of verbs; each part of it registers its own.

To add a verb, write it in a module `bell_*.py` of its own and name it in VERBS.  What does the
work is imported inside a verb, so that the group costs nothing until it is asked.
"""

from __future__ import annotations

import typer

from tocsin.commands import bell_believe
from tocsin.commands.bell_alarm import arl, curve, optimum
from tocsin.commands.bell_report import report

VERBS = (arl, curve, optimum, report)

app = typer.Typer(
    name="bell",
    help="Should the bell ring?  Rules, what they cost, and what one must believe for them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for verb in VERBS:
    app.command()(verb)
bell_believe.add(app)
