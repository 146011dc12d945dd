"""The command line: verbs of the trade, one line for an error, an exit code that means something.

Exit: 0 done, also with records quarantined; 1 error; 2 usage; 3 a source that yields nothing
usable, or with --strict any quarantine; 4 integrity; 10 a finding is present with --fail-on.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Annotated, Any

import typer
from typer.main import get_command

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

VERBS = (
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
)
GROUPS = (register, pattern, bell, user)


def main() -> None:
    """Run the command line; every expected error is one line and its exit code."""
    debug = "--debug" in sys.argv
    if debug:
        sys.argv.remove("--debug")
    try:
        code = command(_verb(sys.argv[1:2]))(standalone_mode=False)
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


def _verb(words: list[str]) -> str:
    """Return the verb that a line begins with; "" where it begins with anything else."""
    return words[0] if words and words[0] in {verb.__name__ for verb in VERBS} else ""


@cache
def command(verb: str = "") -> Any:
    """Return all verbs as one command, or one of them alone: to build sixty takes a tenth of a
    second, which is longer than many a verb."""
    return get_command(_app(verb) if verb else app)


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


def _app(verb: str = "") -> typer.Typer:
    """Return the verbs, or one of them."""
    out = typer.Typer(
        name="tocsin",
        help="From radar plots and ADS-B to an airspace violation with stated certainty.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    out.callback(invoke_without_command=True)(about)
    for each in VERBS:
        if verb in ("", each.__name__):
            out.command()(each)
    for group in () if verb else GROUPS:
        out.add_typer(group)
    return out


app = _app()

if __name__ == "__main__":
    main()
