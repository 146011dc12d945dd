"""The command line: verbs of the trade, one line for an error, an exit code that means something.

Exit: 0 done, also with records quarantined; 1 error; 2 usage; 3 a source that yields nothing
usable, or with --strict any quarantine; 4 integrity; 10 a finding is present with --fail-on.
Modules that do the work are imported inside the verbs, so that --help answers at once.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tocsin.errors import SourceError, TocsinError, UsageError

if TYPE_CHECKING:
    from tocsin.run.airspaces import AirspaceSpec
    from tocsin.run.sources import Spec
    from tocsin.schema import Input, Refusal

QUARANTINED = 3
PRESENT = 10

app = typer.Typer(
    name="tocsin",
    help="From radar plots and ADS-B to an airspace violation with stated certainty.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class EdgeOption(StrEnum):
    """How a boundary runs between its points."""

    geodesic = "geodesic"
    rhumb = "rhumb"
    parallel = "parallel"
    lonlat = "lonlat"


Sources = Annotated[list[str], typer.Argument(help="Recordings: any format of `read --formats`.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on stdout.")]
Format = Annotated[str, typer.Option("--format", help="A name of `read --formats`.")]
Strict = Annotated[bool, typer.Option("--strict", help="Exit 3 if any record is quarantined.")]
Mapping = Annotated[
    Path | None, typer.Option("--mapping", help="TOML that names the columns of a table.")
]
Day = Annotated[
    datetime | None,
    typer.Option("--date", formats=["%Y-%m-%d"], help="UTC day of a time of day."),
]
Reference = Annotated[
    str | None, typer.Option("--reference", help="LAT,LON of the receiver or the airport.")
]
AssumeUtc = Annotated[
    bool, typer.Option("--assume-utc", help="Assert that times without a zone are UTC.")
]


def main() -> None:
    """Run the command line; every expected error is one line and its exit code."""
    debug = "--debug" in sys.argv
    if debug:
        sys.argv.remove("--debug")
    try:
        code = app(standalone_mode=False)
    except TocsinError as error:
        if debug:
            raise
        _fail(error)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except KeyboardInterrupt:
        _say("stopped")
        sys.exit(130)
    except typer.Abort:
        sys.exit(1)
    except _usage_errors() as error:
        error.show(file=sys.stderr)
        sys.exit(error.exit_code)
    sys.exit(code if isinstance(code, int) else 0)


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


@app.command()
def run(
    case: Annotated[str, typer.Argument(help="The case file (TOML).")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Directory for the results.")],
    max_gap: Annotated[float, typer.Option(help="A longer leg is a gap, in seconds.")] = 60.0,
    no_integrity: Annotated[bool, typer.Option(help="Trust every position.")] = False,
    fail_on: Annotated[
        str | None, typer.Option(help='Exit 10 if it is present: "incursion" or "distrust".')
    ] = None,
    strict: Strict = False,
    as_json: Json = False,
) -> int:
    """Run a case: sources, airspace, reports and claims to findings and a dossier."""
    from tocsin.run.flow import run_case
    from tocsin.run.output import dumps
    from tocsin.settings import FindSettings

    if fail_on not in (None, "incursion", "distrust"):
        raise UsageError(f'--fail-on "{fail_on}" is unknown', hint="use incursion or distrust")
    settings = FindSettings(max_gap_s=_gap(max_gap), integrity=not no_integrity)
    with _progress() as say:
        done = run_case(case, out, settings, say)
    findings = done.findings
    for failure in done.gathered.failures:
        _fail(failure)
    _tell_inputs(done.gathered.inputs)
    if as_json:
        typer.echo(dumps(findings), nl=False)
    else:
        for line in _headlines(findings):
            typer.echo(line)
        typer.echo(str(done.directory / "dossier.html"))
    if done.gathered.failures:
        return SourceError.exit_code
    if strict and any(done.quarantined for done in done.gathered.inputs):
        return QUARANTINED
    key = {"incursion": "incursions", "distrust": "integrity"}.get(fail_on or "")
    return PRESENT if key and findings[key] else 0


@app.command()
def read(
    sources: Annotated[list[str] | None, typer.Argument(help="Files to read.")] = None,
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Write the fixes as Parquet.")
    ] = None,
    fmt: Format = "auto",
    day: Day = None,
    mapping: Mapping = None,
    reference: Reference = None,
    assume_utc: AssumeUtc = False,
    formats: Annotated[bool, typer.Option("--formats", help="List the formats.")] = False,
    quarantine: Annotated[
        Path | None, typer.Option(help="Write refused records there, one JSON object a line.")
    ] = None,
    strict: Strict = False,
    as_json: Json = False,
) -> int:
    """Read any source to fixes, and say what was refused and why."""
    from tocsin.run.findings import input_row
    from tocsin.run.output import write_file
    from tocsin.run.sources import read_all, stacked

    if formats:
        return _formats(as_json)
    if not sources:
        raise UsageError("no source is given", hint="tocsin read FILE..., or tocsin read --formats")
    specs = _specs(sources, fmt, day, mapping, reference, assume_utc)
    with _progress() as say:
        readings, failures = read_all(specs, say)
    for failure in failures:
        _fail(failure)
    refusals = [refusal for reading in readings for refusal in reading.refusals]
    fixes = sum(reading.fixes.num_rows for reading in readings)
    if readings and out is not None:
        from tocsin.run.flow import parquet

        write_file(out, parquet(stacked(readings)))
    if quarantine is not None:
        from tocsin.run.flow import quarantine as lines

        write_file(quarantine, lines(tuple(refusals)))
    if as_json:
        rows = [input_row(reading.input) for reading in readings]
        typer.echo(json.dumps({"inputs": rows, "fixes": fixes}, indent=1, ensure_ascii=False))
    else:
        for reading in readings:
            done = reading.input
            typer.echo(
                f"{done.path}: {done.format}, {done.records} records = {done.decoded} decoded + "
                f"{done.quarantined} quarantined, {reading.fixes.num_rows} fixes"
            )
            for note in done.notes:
                typer.echo(f"  {note}")
    _tell_refusals(refusals)
    if failures or (not fixes and any(not reading.input.decoded for reading in readings)):
        return SourceError.exit_code
    return QUARANTINED if strict and refusals else 0


@app.command()
def find(
    sources: Sources,
    airspace: Annotated[
        list[str],
        typer.Option(help="GeoJSON or OpenAIR, or bundled:sovereign/DK,SE. May be repeated."),
    ],
    out: Annotated[
        Path | None, typer.Option("-o", "--out", help="Parquet, CSV, GeoJSON or KML, by suffix.")
    ] = None,
    edge: Annotated[
        EdgeOption | None, typer.Option(help="How every straight boundary segment runs.")
    ] = None,
    max_gap: Annotated[float, typer.Option(help="A longer leg is a gap, in seconds.")] = 60.0,
    no_integrity: Annotated[bool, typer.Option(help="Trust every position.")] = False,
    qnh: Annotated[
        float | None, typer.Option(help="QNH in hPa, for limits above sea level.")
    ] = None,
    fmt: Format = "auto",
    day: Day = None,
    mapping: Mapping = None,
    reference: Reference = None,
    assume_utc: AssumeUtc = False,
    fail_on: Annotated[
        str | None, typer.Option(help='Exit 10 if it is present: "incursion" or "distrust".')
    ] = None,
    strict: Strict = False,
    as_json: Json = False,
) -> int:
    """Find every passage of every track through every volume: the fast path."""
    from tocsin.incursion.find import find as passages
    from tocsin.run import airspaces
    from tocsin.run.doubt import left_out
    from tocsin.run.events import check_suffix, rows_of, write_events
    from tocsin.run.findings import distrust_row, input_row
    from tocsin.run.sources import gather
    from tocsin.settings import FindSettings

    if out is not None:
        check_suffix(out)
    if fail_on not in (None, "incursion", "distrust"):
        raise UsageError(f'--fail-on "{fail_on}" is unknown', hint="use incursion or distrust")
    settings = FindSettings(max_gap_s=_gap(max_gap), integrity=not no_integrity)
    specs = _specs(sources, fmt, day, mapping, reference, assume_utc)
    with _progress() as say:
        airspace_read = airspaces.load([_airspace(path, edge) for path in airspace], say)
        gathered = gather(specs, settings, qnh_hpa=qnh, say=say)
        say("looking for passages")
        outlines = airspace_read.outlines(gathered.tracks, settings.max_error_m)
        found = passages(gathered.tracks, outlines, max_gap_s=settings.max_gap_s)
    if out is not None:
        write_events(found.table, out)
    for failure in gathered.failures:
        _fail(failure)
    _tell_inputs(gathered.inputs)
    _tell_refusals(airspace_read.refusals)
    for note in airspace_read.notes:
        _say(f"tocsin: {note}")
    for stretch in gathered.distrust if not as_json else ():
        row = distrust_row(stretch)
        _say(
            f"tocsin: not to be trusted: {row['track']} {row['from_utc']} to {row['to_utc']}: "
            f"{row['reason']}, {row['detail']}"
        )
    if as_json:
        answer = {
            "inputs": [input_row(done) for done in gathered.inputs],
            "airspace": list(airspace_read.about),
            "passages": rows_of(found.table),
            "integrity": [distrust_row(stretch) for stretch in gathered.distrust],
            "left_out": left_out(gathered.tracks, outlines, settings.max_gap_s),
        }
        typer.echo(json.dumps(answer, indent=1, ensure_ascii=False, allow_nan=False))
    elif out is None:
        from tocsin.run.events import encode

        typer.echo(encode(found.table, ".csv").decode(), nl=False)
    else:
        typer.echo(
            f"{found.table.num_rows} passages, {len(gathered.distrust)} distrusted stretches"
        )
    if gathered.failures:
        return SourceError.exit_code
    if strict and (any(d.quarantined for d in gathered.inputs) or airspace_read.refusals):
        return QUARANTINED
    present = {"incursion": found.table.num_rows, "distrust": len(gathered.distrust)}
    return PRESENT if fail_on and present[fail_on] else 0


@app.command()
def demo(
    out: Annotated[Path, typer.Option("-o", "--out", help="Directory for the results.")] = Path(
        "out/demo"
    ),
) -> int:
    """Run the example cases on real recordings and print where their dossiers are."""
    from tocsin.run.demo import demonstrate

    shown = demonstrate(out, _say)
    for outcome in shown.outcomes:
        for line in _headlines(outcome.findings):
            typer.echo(line)
        for name in outcome.files:
            typer.echo(f"  {outcome.directory / name}")
    for line in shown.left_out:
        _say(f"tocsin: left out: {line}")
    return 0 if shown.outcomes else SourceError.exit_code


@app.command()
def doctor(as_json: Json = False) -> int:
    """Check this machine: parts, versions, and the data that ships."""
    from tocsin.run.doctor import examine

    found = examine()
    if as_json:
        typer.echo(json.dumps(found, indent=1))
    else:
        typer.echo(f"tocsin {found['version']}")
        for check in found["checks"]:
            mark = "ok     " if check["ok"] else "MISSING"
            say = f"  ({check['say']})" if check["say"] else ""
            typer.echo(f"{mark} {check['what']:28} {check['found'] or '-'}{say}")
    return 0 if found["ok"] else 1


def _formats(as_json: bool) -> int:
    from tocsin.feed.formats import FORMATS

    if as_json:
        typer.echo(json.dumps([{"name": f.name, "title": f.title} for f in FORMATS], indent=1))
    else:
        for form in FORMATS:
            typer.echo(f"{form.name:16} {form.title}")
    return 0


def _specs(
    sources: list[str],
    fmt: str,
    day: datetime | None,
    mapping: Path | None,
    reference: str | None,
    assume_utc: bool,
) -> list[Spec]:
    from tocsin.feed.source import ReadOptions
    from tocsin.run.sources import Spec

    options = ReadOptions(
        date=day.date() if day else None,
        reference=_place(reference),
        mapping=mapping,
        assume_utc=assume_utc,
    )
    return [Spec(path, path, fmt, options) for path in sources]


def _place(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f'--reference "{text}" is no place', hint="write 49.01,2.55") from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise UsageError(f'--reference "{text}" is not on Earth', hint="latitude comes first")
    return lat, lon


def _airspace(path: str, edge: EdgeOption | None) -> AirspaceSpec:
    from tocsin.run.airspaces import AirspaceSpec
    from tocsin.schema import Edge

    return AirspaceSpec(path=path, where=path, edge=Edge(edge.value) if edge else None)


def _gap(seconds: float) -> float:
    if not seconds > 0:
        raise UsageError(f"--max-gap {seconds} is no length of time", hint="give seconds above 0")
    return seconds


def _headlines(findings: dict[str, Any]) -> Iterator[str]:
    """Yield what a person wants to know at once; the dossier says it in full."""
    synthetic = " (SYNTHETIC)" if findings["synthetic"] else ""
    yield f"{findings['case']}{synthetic}: {len(findings['incursions'])} passages"
    for i in findings["incursions"]:
        entry = i["entry_utc"]["q50"] if i["entry_utc"] else "open"
        leave = i["exit_utc"]["q50"] if i["exit_utc"] else "open"
        yield f"  {i['track']} {i['volume']} ({i['hypothesis']}): in {entry}, out {leave}"
    for x in findings["not_established"]:
        yield f"  not established: {x['track']} {x['volume']} {x['from_utc']} to {x['to_utc']}"


def _tell_inputs(inputs: tuple[Input, ...]) -> None:
    for done in inputs:
        if done.quarantined:
            reasons = ", ".join(f"{reason} {n}" for reason, n in done.reasons.items())
            _say(
                f"tocsin: {done.path}: {done.quarantined} of {done.records} records "
                f"quarantined: {reasons}"
            )


def _tell_refusals(refusals: tuple[Refusal, ...] | list[Refusal], most: int = 10) -> None:
    for refusal in refusals[:most]:
        _say(f"tocsin: {refusal.path} {refusal.place}: {refusal.reason}: {refusal.detail}")
    if len(refusals) > most:
        _say(f"tocsin: and {len(refusals) - most} more; --quarantine FILE keeps them all")


def _say(text: str) -> None:
    typer.echo(text, err=True)


def _fail(error: TocsinError) -> None:
    _say(f"tocsin: {' '.join(str(error).split())}")


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show what is being done, on a terminal only; a pipe gets nothing."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("starting") as status:
        yield lambda text: status.update(text)


def _usage_errors() -> type[Any]:
    """The base of the command-line library's own errors, wherever this version keeps it."""
    return next(kind for kind in typer.BadParameter.__mro__ if kind.__name__ == "ClickException")


if __name__ == "__main__":
    main()
