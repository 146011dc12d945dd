"""Files of plans, logs and NOTAM to reports, with every record counted."""

from __future__ import annotations

import hashlib
import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tocsin.context import activation, clearance, fixm, fpl, logs, notam, plan
from tocsin.context.amend import apply
from tocsin.context.fpl import Message
from tocsin.context.gathered import Gathered
from tocsin.context.notam import Notam
from tocsin.context.plan import FlightPlan
from tocsin.context.words import Complete
from tocsin.errors import FeedError, SourceError
from tocsin.run.casecontext import RecordFile
from tocsin.run.sources import Say, quiet
from tocsin.schema import Input, Refusal, Report


@dataclass(frozen=True, slots=True)
class Records:
    """All that other records say, and what became of the files they stand in."""

    reports: tuple[Report, ...] = ()
    notams: tuple[Notam, ...] = ()
    by_notam: tuple[str, ...] = ()  # volumes that are active by NOTAM only
    complete: tuple[Complete, ...] = ()
    inputs: tuple[Input, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    failures: tuple[SourceError, ...] = ()


@dataclass(frozen=True, slots=True)
class _File:
    """What one file came to."""

    spec: RecordFile
    format: str
    sha256: str
    records: int
    refusals: tuple[Refusal, ...]
    reports: tuple[Report, ...] = ()
    messages: tuple[Message, ...] = ()
    plans: tuple[FlightPlan, ...] = ()
    notams: tuple[Notam, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def items(self) -> int:
        return len(self.reports) + len(self.messages) + len(self.plans) + len(self.notams)


def read_records(
    files: Sequence[RecordFile],
    said: Sequence[Report] = (),
    window_ns: tuple[int, int] | None = None,
    say: Say = quiet,
) -> Records:
    """Return the records of all files, those of the case file itself before them.

    A file that cannot be read, or of which nothing can be used, is a failure; the others stand.
    """
    read: list[_File] = []
    failures: list[SourceError] = []
    for spec in files:
        say(f"reading {spec.path}")
        try:
            read.append(_read(spec))
        except SourceError as error:
            failures.append(error)
    read = _amended(read)
    reports = list(said)
    for one in read:
        reports += [_with_defaults(report, one.spec) for report in one.reports]
        reports += [_filed(plan.report(filed), one.spec) for filed in one.plans]
    notams = tuple(found for one in read for found in one.notams)
    for found in activation.in_force(notams):
        reports += activation.reports(found, window_ns=window_ns)
    return Records(
        reports=tuple(reports),
        notams=notams,
        by_notam=tuple(dict.fromkeys(name for one in read for name in one.spec.volumes)),
        complete=tuple(
            replace(one.spec.complete, refused=len(one.refusals))
            for one in read
            if one.spec.complete is not None
        ),
        inputs=tuple(_input(one) for one in read),
        refusals=tuple(refusal for one in read for refusal in one.refusals),
        failures=(*failures, *(_nothing(one) for one in read if one.refusals and not one.items)),
    )


def _read(spec: RecordFile) -> _File:
    data = _bytes(spec)
    sha256 = hashlib.sha256(data).hexdigest()

    def file(format: str, *found: Gathered[Any], **kept: Any) -> _File:
        refusals = tuple(refusal for one in found for refusal in one.refusals)
        count = sum(one.records for one in found)
        return _File(spec, format, sha256, count, refusals, **kept)

    if spec.kind == "plan" and (spec.format == "fixm" or (not spec.format and _is_xml(data))):
        flights = fixm.parse(data, spec.path)
        notes = [note for flight in flights.items for note in flight.notes]
        return file("fixm", flights, plans=flights.items, notes=tuple(dict.fromkeys(notes)))
    text = _text(data, spec)
    if spec.kind == "plan":
        messages = fpl.parse(text, spec.path)
        notes = [f"{m.place}: {note}" for m in messages.items for note in m.notes]
        return file("icao-fpl", messages, messages=messages.items, notes=tuple(notes))
    if spec.kind == "notam":
        found = notam.parse(text, spec.path)
        return file("notam", found, notams=found.items)
    if spec.format == "csv" or (not spec.format and not spec.path.lower().endswith(".toml")):
        rows = logs.parse_csv(text, spec.path)
        return file("log-csv", rows, reports=rows.items)
    return _toml(text, spec, file)


def _toml(text: str, spec: RecordFile, file: Any) -> _File:
    """Return a TOML log: [[entry]] tables, [[clearance]] tables, or both."""
    try:
        names = set(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        names = set()  # refused below, with its place
    cleared = clearance.parse(text, spec.path) if "clearance" in names else None
    rows = logs.parse_toml(text, spec.path) if "entry" in names or cleared is None else None
    found = [one for one in (rows, cleared) if one is not None]
    reports = rows.items if rows is not None else ()
    if cleared is not None:
        reports = (*reports, *(clearance.report(one) for one in cleared.items))
    made: _File = file("log-toml", *found, reports=reports)
    return made


def _amended(read: Sequence[_File]) -> list[_File]:
    """Return the files with CHG, DLA, DEP, ARR and CNL applied, over all files in order.

    Messages of files that state one day are applied together: a change may stand in another
    file than the plan.
    """
    out = list(read)
    for day in dict.fromkeys(one.spec.date for one in read if one.messages):
        done = apply([m for one in read if one.spec.date == day for m in one.messages], day)
        for k, one in enumerate(out):
            if one.spec.date != day or not one.messages:
                continue
            lost = tuple(r for r in done.refusals if r.path == one.spec.path)
            out[k] = replace(
                one,
                plans=tuple(p for p in done.plans if p.path == one.spec.path),
                refusals=(*one.refusals, *lost),
            )
    return out


def _with_defaults(report: Report, spec: RecordFile) -> Report:
    return replace(report, by=report.by or spec.by, grade=report.grade or spec.grade)


def _filed(report: Report, spec: RecordFile) -> Report:
    """Return a plan as a report; where no message says who sent it, it is the feed's word."""
    return replace(report, by=report.by or spec.path)


def _input(one: _File) -> Input:
    reasons = dict(sorted(Counter(refusal.reason for refusal in one.refusals).items()))
    lost = len(one.refusals)
    return Input(
        path=one.spec.path,
        sha256=one.sha256,
        format=one.format,
        records=one.records,
        decoded=one.records - lost,
        quarantined=lost,
        reasons=reasons,
        notes=one.notes,
    )


def _nothing(one: _File) -> FeedError:
    first = one.refusals[0]
    return FeedError(
        f"none of {one.records} records can be used ({first.reason}: {first.detail})",
        path=one.spec.path,
        place=first.place,
        hint=f"is it a {one.format} file?",
    )


def _bytes(spec: RecordFile) -> bytes:
    try:
        return Path(spec.where).read_bytes()
    except FileNotFoundError:
        raise FeedError("no such file", path=spec.path) from None
    except OSError as error:
        raise FeedError(f"cannot be read: {error.strerror}", path=spec.path) from error


def _text(data: bytes, spec: RecordFile) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FeedError(
            "is not UTF-8 text", path=spec.path, place=f"byte {error.start}", hint="convert it"
        ) from error


def _is_xml(data: bytes) -> bool:
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
