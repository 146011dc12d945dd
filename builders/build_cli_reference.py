"""Write docs/reference/cli.md from the command line's own declarations.

    python builders/build_cli_reference.py           writes the page
    python builders/build_cli_reference.py --check   says whether the page is up to date (exit 1)

It reads the typer declarations (`registered_commands` and the annotations of the functions), not
the printed help, which changes with the terminal and with the version of typer.
"""

from __future__ import annotations

import inspect
import sys
import types
import typing
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path

import typer
from typer.models import ArgumentInfo, OptionInfo, ParameterInfo

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "cli.md"
HEAD = """\
# Command line

Every verb and option of `tocsin`. This page is generated from the program by
`builders/build_cli_reference.py`; a test fails where the two differ. What the verbs write is
described under [findings.json](findings.md) and [the find table](find-table.md), and what they
return under [exit codes](exit-codes.md).
"""


def page(app: typer.Typer) -> str:
    """Return the whole page as Markdown."""
    return "\n".join([HEAD, *_verbs(app, "tocsin")]).rstrip() + "\n"


def _verbs(app: typer.Typer, prefix: str) -> Iterator[str]:
    if app.registered_callback and app.registered_callback.callback:
        yield f"## {prefix}\n"
        yield from _describe(app.registered_callback.callback, f"{prefix} [OPTIONS] VERB ...")
    for command in app.registered_commands:
        if command.callback is None or command.hidden:
            continue
        verb = command.name or command.callback.__name__.strip("_").replace("_", "-")
        yield f"## {prefix} {verb}\n"
        yield from _describe(command.callback, f"{prefix} {verb}", command.help or "")
    for group in app.registered_groups:
        if group.typer_instance is not None and not group.hidden:
            name = group.name or group.typer_instance.info.name
            yield from _verbs(group.typer_instance, f"{prefix} {name}")


def _describe(verb: Callable[..., object], usage: str, text: str = "") -> Iterator[str]:
    parameters = list(_parameters(verb))
    arguments = [shown for info, shown, _ in parameters if isinstance(info, ArgumentInfo)]
    options = " [OPTIONS]" if len(arguments) < len(parameters) and "[OPTIONS]" not in usage else ""
    yield inspect.cleandoc(text or verb.__doc__ or "").replace("\f", "").replace("\b", "").strip()
    yield f"\n```text\n{' '.join([usage + options, *arguments])}\n```\n"
    if parameters:
        yield "| | |\n|---|---|"
        yield from (f"| `{_cell(shown)}` | {_cell(about)} |" for _, shown, about in parameters)
        yield ""


def _parameters(verb: Callable[..., object]) -> Iterator[tuple[ParameterInfo, str, str]]:
    """Yield each parameter's declaration, how it is written, and what it means."""
    hints = typing.get_type_hints(verb, include_extras=True)
    for name, parameter in inspect.signature(verb).parameters.items():
        annotated = getattr(hints[name], "__metadata__", ())
        kind = typing.get_args(hints[name])[0] if annotated else hints[name]
        default, infos = parameter.default, [m for m in annotated if isinstance(m, ParameterInfo)]
        if isinstance(default, ParameterInfo):
            infos, default = [default], default.default
        if kind is typer.Context or not infos or infos[0].hidden:
            continue
        info = infos[0]
        shown = _option(name, kind, info) if isinstance(info, OptionInfo) else _argument(name, kind)
        about = " ".join((info.help or "").split())
        if default in (inspect.Parameter.empty, ...):
            about += " Required." if isinstance(info, OptionInfo) else ""
        elif default not in (None, False, [], ()):
            value = default.value if isinstance(default, Enum) else default
            about += f" Default: `{value}`."
        yield info, shown, about.strip()


def _option(name: str, kind: object, info: OptionInfo) -> str:
    # Inside Annotated[], typer takes the first name for a default and puts it back later.
    first = (info.default,) if isinstance(info.default, str) else ()
    names = [each for each in (*first, *(info.param_decls or ())) if each.startswith("-")]
    plain, switch = f"--{name.replace('_', '-')}", _bare(kind) is bool
    shown = ", ".join(names) or (f"{plain}/--no-{plain[2:]}" if switch else plain)
    if switch:
        return shown
    return f"{shown} {info.metavar or _metavar(kind)}"


def _argument(name: str, kind: object) -> str:
    shown = name.strip("_").upper().replace("_", "-")
    return f"{shown}..." if typing.get_origin(_without_none(kind)) in (list, tuple) else shown


def _metavar(kind: object) -> str:
    bare = _bare(kind)
    if isinstance(bare, type) and issubclass(bare, Enum):
        return "|".join(str(each.value) for each in bare)
    names = {"Path": "FILE", "str": "TEXT", "int": "NUMBER", "float": "NUMBER"}
    return names.get(getattr(bare, "__name__", ""), "VALUE")


def _bare(kind: object) -> object:
    """The type itself: of `list[Path]` and of `Path | None` it is Path."""
    kind = _without_none(kind)
    return typing.get_args(kind)[0] if typing.get_origin(kind) in (list, tuple) else kind


def _without_none(kind: object) -> object:
    if typing.get_origin(kind) not in (typing.Union, types.UnionType):
        return kind
    return next(each for each in typing.get_args(kind) if each is not type(None))


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def main() -> None:
    """Write the page, or compare it."""
    from tocsin.cli import app

    wanted = page(app)
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(wanted, encoding="utf-8")
    elif not PAGE.is_file() or PAGE.read_text(encoding="utf-8") != wanted:
        sys.exit(f"{PAGE.name} is out of date; run: python builders/build_cli_reference.py")


if __name__ == "__main__":
    main()
