"""The command line: verbs of the trade, one line for an error, an exit code that means something.

Exit: 0 done, also with records quarantined; 1 error; 2 usage; 3 a source that yields nothing
usable, or with --strict any quarantine; 4 integrity; 10 a finding is present with --fail-on.
"""

from __future__ import annotations

import os
import sys
from functools import cache
from typing import Annotated, Any

import typer
from typer.main import get_command

# Sums over threads depend on how many there are: one, and a result is the same on any machine.
# It has to be said before numpy is loaded, by the commands below.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from tocsin.commands.assess import assess
from tocsin.commands.bell import app as bell
from tocsin.commands.demo import demo, doctor
from tocsin.commands.diff import diff
from tocsin.commands.dossier import dossier
from tocsin.commands.find import find
from tocsin.commands.judge import judge
from tocsin.commands.pattern import app as pattern
from tocsin.commands.read import read
from tocsin.commands.register import app as register
from tocsin.commands.run import run
from tocsin.commands.serve import serve
from tocsin.commands.simulate import simulate
from tocsin.commands.telling import fail, say
from tocsin.commands.track import track
from tocsin.commands.user import app as user
from tocsin.commands.verify import verify
from tocsin.commands.watch import watch
from tocsin.commands.why import why
from tocsin.errors import TocsinError

app = typer.Typer(
    name="tocsin",
    help="From radar plots and ADS-B to an airspace violation with stated certainty.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb in (
    run,
    read,
    find,
    track,
    judge,
    assess,
    dossier,
    why,
    diff,
    verify,
    simulate,
    watch,
    serve,
    demo,
    doctor,
):
    app.command()(verb)
app.add_typer(register)
app.add_typer(pattern)
app.add_typer(bell)
app.add_typer(user)


def main() -> None:
    """Run the command line; every expected error is one line and its exit code."""
    debug = "--debug" in sys.argv
    if debug:
        sys.argv.remove("--debug")
    try:
        code = command()(standalone_mode=False)
    except TocsinError as error:
        if debug:
            raise
        fail(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except KeyboardInterrupt:
        say("stopped")
        sys.exit(130)
    except typer.Abort:
        sys.exit(1)
    except _usage_errors() as error:
        error.show(file=sys.stderr)
        sys.exit(error.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


@cache
def command() -> Any:
    """Return the verbs as one command, built once a process: that takes longer than many a verb."""
    return get_command(app)


@app.callback(invoke_without_command=True)
def about(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the trace of an error.")] = False,
) -> None:
    """From radar plots and ADS-B to an airspace violation with stated certainty."""
    del debug  # taken out by `main`, wherever it stands on the line; here for the help
    if version:
        from tocsin import __version__

        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


def _usage_errors() -> type[Any]:
    """The base of the command-line library's own errors, wherever this version keeps it."""
    return next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")


if __name__ == "__main__":
    main()
