"""What a case file says beside its sources: reports, and files of plans, logs, NOTAM and regions.

A `[[report]]` is what a log has in a line (`context.logs`), with a few names more: of whom it
speaks (`callsign`, `registration`, `icao24`, `operator`), how many a witness counted (`count`,
`aircraft`, `state_aircraft`), whence a responder came (`from`), and where it was published
(`source`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import PurePath

from tocsin.context.clearance import BASES
from tocsin.context.logs import report_of
from tocsin.context.refused import Refused
from tocsin.context.words import Complete
from tocsin.run.airspaces import BUNDLED
from tocsin.run.casekeys import Checked, Table
from tocsin.schema import Edge, Report

QUESTIONS = ("flight_plan", "clearance", "radio", "transponder")
PLAN_FORMATS = ("icao", "fixm")
LOG_FORMATS = ("csv", "toml")


@dataclass(frozen=True, slots=True)
class RecordFile:
    """One file of records, as the case names it."""

    kind: str  # plan, log, notam
    path: str  # as written
    where: str
    format: str = ""  # "": told by its content or its suffix
    date: date | None = None
    by: str = ""  # of a log: whose word a line is that names nobody
    grade: str = ""
    volumes: tuple[str, ...] = ()  # of NOTAM: those that are active by them only
    complete: Complete | None = None  # somebody's word that it holds everything


@dataclass(frozen=True, slots=True)
class Served:
    """A flight information region and the state whose unit serves it."""

    fir: str
    served_by: str


@dataclass(frozen=True, slots=True)
class FirSpec:
    """A file with an outline of one region, or with a line that parts two."""

    path: str
    where: str
    volume: str = ""
    whole: Served | None = None  # of an outline
    left: Served | None = None  # of a line, in the direction in which its points stand
    right: Served | None = None
    edge: Edge | None = None


def report(check: Checked, item: Table, place: str) -> Report:
    """Return a report of the case file itself."""
    if not isinstance(item.get("kind"), str):
        raise check.fail(place, "needs kind", 'write kind = "clearance"')
    entry: dict[str, object] = {
        key: value
        for key, value in item.items()
        if key in ("kind", "time", "until", "by", "subject", "volume", "step", "value", "grade")
    }
    said = item.get("authorised")
    if said is not None and said not in ("yes", "no", "unknown"):
        raise check.fail(place, f"authorised = {said!r}", "use yes, no or unknown")
    entry["authorised"] = said or ""
    notes = [check.text(item, key, place, "") for key in ("text", "note")]
    entry["text"] = "; ".join(note for note in notes if note)
    try:
        made = report_of(entry, PurePath(check.path).name, place)
    except Refused as refused:
        raise check.fail(place, refused.detail) from refused
    return replace(made, properties=(*made.properties, *_properties(check, item, place)))


def _properties(check: Checked, item: Table, place: str) -> list[tuple[str, str]]:
    pairs = [("condition", text) for text in check.texts(item, "conditions", place)]
    for key in ("callsign", "registration", "icao24", "operator"):
        pairs += [(key, name) for name in check.texts(item, key, place)]
    basis = check.one_of(item, "basis", place, BASES)
    pairs += [("basis", basis)] if basis else []
    count = item.get("count")
    if count is not None:
        if isinstance(count, bool) or not isinstance(count, int) or count < 1:
            raise check.fail(place, f"count = {count!r} is no number of aircraft")
        pairs.append(("count", str(count)))
    if "state_aircraft" in item:
        pairs.append(
            ("state_aircraft", "yes" if check.flag(item, "state_aircraft", place) else "no")
        )
    for key in ("aircraft", "from"):
        word = check.text(item, key, place, "")
        pairs += [(key, word)] if word else []
    told = check.published(item, place)
    return [*pairs, *((f"source_{key}", value) for key, value in told.items())]


def record_file(check: Checked, item: Table, place: str, kind: str) -> RecordFile:
    path = check.text(item, "path", place)
    formats = {"plan": PLAN_FORMATS, "log": LOG_FORMATS}.get(kind, ())
    return RecordFile(
        kind=kind,
        path=path,
        where=str(check.at(path)),
        format=check.one_of(item, "format", place, formats) if formats else "",
        date=check.day(item, place),
        by=check.text(item, "by", place, ""),
        grade=check.text(item, "grade", place, ""),
        volumes=check.texts(item, "volumes", place),
        complete=_complete(check, item, place, "flight_plan" if kind == "plan" else ""),
    )


def _complete(check: Checked, item: Table, place: str, kind: str) -> Complete | None:
    if "complete" not in item:
        return None
    place = f"{place} complete"
    told = check.known(item["complete"], "complete", place)
    kind = check.one_of(told, "kind", place, QUESTIONS) or kind
    if not kind:
        raise check.fail(place, "needs kind", f"use {', '.join(QUESTIONS)}")
    begin, end = check.span(told.get("from"), told.get("until"), place, "from, until")
    by = check.text(told, "by", place)  # a feed is complete on somebody's word only
    return Complete(kind, by, begin, end, check.texts(told, "volumes", place))


def fir(check: Checked, item: Table, place: str) -> FirSpec:
    path = check.text(item, "path", place)
    sides: dict[str, Served] = {}
    for side in ("left", "right"):
        if side in item:
            at = f"{place} {side}"
            sides[side] = _served(check, check.known(item[side], "side", at), at)
    if sides and ("fir" in item or "served_by" in item):
        raise check.fail(place, "is an outline or a line", "give fir and served_by, or its sides")
    edge = check.one_of(item, "edge", place, tuple(Edge))
    return FirSpec(
        path=path,
        where=path if path.startswith(BUNDLED) else str(check.at(path)),
        volume=check.text(item, "volume", place, ""),
        whole=None if sides else _served(check, item, place),
        left=sides.get("left"),
        right=sides.get("right"),
        edge=Edge(edge) if edge else None,
    )


def _served(check: Checked, item: Table, place: str) -> Served:
    return Served(check.text(item, "fir", place), check.text(item, "served_by", place))
