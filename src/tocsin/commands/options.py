"""Options that several verbs share, and what their text means."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tocsin.errors import UsageError

if TYPE_CHECKING:
    from tocsin.run.airspaces import AirspaceSpec
    from tocsin.run.sources import Spec

QUARANTINED = 3
PRESENT = 10


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
Edition = Annotated[
    list[str] | None,
    typer.Option("--edition", help="CAT=ED of ASTERIX, also 062@25/10=1.16. May be repeated."),
]
Operators = Annotated[
    bool,
    typer.Option("--operator", help="Give the positions of drone operators: personal data."),
]
MaxGap = Annotated[float, typer.Option(help="A longer leg is a gap, in seconds.")]
RegisterStore = Annotated[
    str | None,
    typer.Option(
        "--store",
        help="Register that answers `register:` tests, in place of the one the case names: "
        "sqlite:///FILE, postgresql://…, or bundled: for what ships.",
    ),
]
NoIntegrity = Annotated[bool, typer.Option("--no-integrity", help="Trust every position.")]
FailOn = Annotated[
    str | None,
    typer.Option("--fail-on", help='Exit 10 if it is present: "incursion" or "distrust".'),
]


def specs_of(
    sources: list[str],
    fmt: str,
    day: datetime | None,
    mapping: Path | None,
    reference: str | None,
    assume_utc: bool,
    editions: list[str] | None = None,
    operators: bool = False,
) -> list[Spec]:
    from tocsin.feed.source import ReadOptions
    from tocsin.run.sources import Spec

    options = ReadOptions(
        date=day.date() if day else None,
        reference=place(reference),
        mapping=mapping,
        assume_utc=assume_utc,
        editions=_editions(editions or []),
        operators=operators,
    )
    return [Spec(path, path, fmt, options) for path in sources]


def _editions(pairs: list[str]) -> dict[str, str]:
    if pairs:
        from tocsin.feed.asterixgate import named  # and its tables, which few runs need
    out = {}
    for pair in pairs:
        category, equals, edition = pair.partition("=")
        if not equals or not edition:
            raise UsageError(f'--edition "{pair}" is no pair', hint="write 048=1.32")
        try:
            named(category, edition)
        except UsageError as error:
            raise UsageError(f'--edition "{pair}": {error.problem}', hint=error.hint) from None
        out[category] = edition
    return out


def place(text: str | None) -> tuple[float, float] | None:
    if text is None:
        return None
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        raise UsageError(f'--reference "{text}" is no place', hint="write 49.01,2.55") from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise UsageError(f'--reference "{text}" is not on Earth', hint="latitude comes first")
    return lat, lon


def airspace_of(path: str, edge: EdgeOption | None) -> AirspaceSpec:
    from tocsin.run.airspaces import AirspaceSpec
    from tocsin.schema import Edge

    return AirspaceSpec(path=path, where=path, edge=Edge(edge.value) if edge else None)


def gap_of(seconds: float) -> float:
    if not seconds > 0:
        raise UsageError(f"--max-gap {seconds} is no length of time", hint="give seconds above 0")
    return seconds


def fail_on_of(word: str | None) -> str | None:
    """Return what --fail-on names; raise UsageError for another word."""
    if word not in (None, "incursion", "distrust"):
        raise UsageError(f'--fail-on "{word}" is unknown', hint="use incursion or distrust")
    return word
