"""Logs of radio, telephone and response as `Report`: CSV, or TOML with [[entry]] tables.

Columns (keys) are time, until, kind, by, subject, volume, step, value, authorised, text, grade;
only time and kind are needed, and any other column is kept as a property.  A time has a zone.  An
uncertain time is an interval: "2025-09-19T06:58Z/2025-09-19T07:00Z", or time and until.  For a step
of response and a call the interval bounds when it happened; for what holds over time (a clearance,
a transponder that was off) it is how long it held.
"""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Mapping
from datetime import datetime

from tocsin.context.gathered import Gathered, Gathering
from tocsin.context.moments import parse_ns, utc_ns
from tocsin.context.refused import Refused
from tocsin.schema import Report

KINDS = (
    *("clearance", "flight_plan", "radio", "telephone", "transponder", "response", "visual"),
    *("activation", "met", "statement"),
)
STEPS = ("detected", "scrambled", "airborne", "intercepted", "escorted", "out")
WORDS = ("yes", "no", "unknown")
SWITCH = {"on": "yes", "off": "no"}  # how people say it of a transponder
COLUMNS = (
    *("time", "until", "kind", "by", "subject", "volume", "step", "value", "authorised", "text"),
    "grade",
)

_GRADE = re.compile(r"[A-F][1-6]", re.ASCII)  # the Admiralty code: source, then information


def parse_csv(text: str, path: str = "") -> Gathered[Report]:
    """Return the reports of a CSV log, refused rows with their line; never raises for its text.

    The separator is a comma, or a semicolon where the header has no comma.
    """
    out: Gathering[Report] = Gathering(path)
    header_line = text.lstrip("\ufeff").partition("\n")[0]
    rows = csv.reader(
        io.StringIO(text.lstrip("\ufeff"), newline=""),
        delimiter="," if "," in header_line or ";" not in header_line else ";",
    )
    header: list[str] = []
    while True:
        try:
            row = next(rows)
        except StopIteration:
            break
        except csv.Error as error:  # a cell beyond csv's limit: what follows it cannot be placed
            out.refuse(f"line {rows.line_num}", Refused("bad-csv", f"is no CSV: {error}"))
            break
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        place = f"line {rows.line_num}"
        if not header:
            header = [cell.lower() for cell in cells]
            wanted = [name for name in ("time", "kind") if name not in header]
            if wanted:
                rule = f"a log begins with a line of column names such as {', '.join(COLUMNS)}"
                out.refuse(
                    place, Refused("no-columns", f"has no column {' or '.join(wanted)}; {rule}")
                )
                break
            continue
        try:
            if len(cells) > len(header):
                raise Refused(
                    "too-many-cells",
                    f"has {len(cells)} cells for {len(header)} columns; quote text with commas",
                )
            out.items.append(report_of(dict(zip(header, cells, strict=False)), path, place))
        except Refused as refused:
            out.refuse(place, refused, ",".join(row))
    return out.done()


def parse_toml(text: str, path: str = "") -> Gathered[Report]:
    """Return the reports of a TOML log; never raises for its text."""
    out: Gathering[Report] = Gathering(path)
    for place, entry in tables(text, "entry", out):
        try:
            out.items.append(report_of(entry, path, place))
        except Refused as refused:
            out.refuse(place, refused, str(dict(entry)))
    return out.done()


def tables(text: str, name: str, out: Gathering[Report]) -> list[tuple[str, Mapping[str, object]]]:
    """Return the [[name]] tables of a TOML text with their places; refuses the whole if none."""
    try:
        found = tomllib.loads(text).get(name)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        out.refuse("document", Refused("bad-toml", f"is no TOML: {error}"), text)
        return []
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        if text.strip():
            out.refuse("document", Refused("no-entry", f"holds no [[{name}]] table"), text)
        return []
    return [(f"[[{name}]] {k}", item) for k, item in enumerate(found, 1)]


def report_of(entry: Mapping[str, object], path: str = "", place: str = "") -> Report:
    """Return one entry as a report; also what a case file's [[report]] holds.

    Raises Refused: "naive-time", "bad-time", "bad-interval", "bad-kind", "bad-step", "bad-word",
    "bad-grade", "bad-value".
    """
    kind = one_of(entry, "kind", KINDS, "")
    step = one_of(entry, "step", STEPS, "-")
    t_ns, until_ns = interval(entry, "time", "until")
    grade = word(entry, "grade").upper()
    if grade and not _GRADE.fullmatch(grade):
        raise Refused("bad-grade", f'grade "{grade}" is no Admiralty grade; they run from A1 to F6')
    extra = [(key, value) for key, value in entry.items() if key not in COLUMNS]
    if kind == "transponder":
        entry = {**entry, "value": SWITCH.get(word(entry, "value").lower(), entry.get("value", ""))}
    # What somebody says of a topic (`subject`) may be anything; the rest is yes or no.
    value = word(entry, "value") if kind == "statement" else one_of(entry, "value", WORDS, "-")
    if kind == "statement" and not (value and word(entry, "subject")):
        raise Refused("bad-value", "a statement needs subject, its topic, and value, what it says")
    return Report(
        kind=kind,
        t_ns=t_ns,
        until_ns=until_ns,
        authorised=one_of(entry, "authorised", WORDS, "-") or "unknown",
        by=word(entry, "by"),
        subject=word(entry, "subject"),
        volume=word(entry, "volume"),
        step=step,
        text=word(entry, "text"),
        grade=grade,
        path=path,
        place=place,
        properties=(
            *((("value", value),) if value else ()),
            *((key, _shown(value)) for key, value in extra if value not in ("", None)),
        ),
    )


def word(entry: Mapping[str, object], key: str) -> str:
    """Return a text of an entry, "" where it has none.  Raises Refused ("bad-value")."""
    value = entry.get(key, "")
    if not isinstance(value, str):
        raise Refused("bad-value", f"{key} = {value!r} is not text")
    return value.strip()


def one_of(entry: Mapping[str, object], key: str, known: tuple[str, ...], absent: str) -> str:
    """Return one of the known words; an absent one is "" where `absent` allows it."""
    said = word(entry, key).lower().replace(" ", "_")
    if said in known or (not said and absent):
        return said
    reason = key if key in ("kind", "step") else "word"
    raise Refused(f"bad-{reason}", f'{key} "{said}" means nothing; use {", ".join(known)}')


def interval(entry: Mapping[str, object], begin: str, end: str) -> tuple[int | None, int | None]:
    """Return the two ends of an entry's time, None where it is not said.  Raises Refused."""
    first, last = entry.get(begin), entry.get(end)
    if isinstance(first, str) and "/" in first:
        if last not in (None, ""):
            raise Refused("bad-interval", f'{begin} "{first}" is an interval, and {end} says more')
        first, _, last = first.partition("/")
    t_ns, until_ns = _moment(first, begin), _moment(last, end)
    if t_ns is not None and until_ns is not None and until_ns < t_ns:
        raise Refused("bad-interval", f"{end} {last} lies before {begin} {first}")
    return t_ns, until_ns


def _moment(value: object, key: str) -> int | None:
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, datetime):
        return utc_ns(value)
    if isinstance(value, str):
        return parse_ns(value)
    raise Refused("bad-time", f"{key} = {value} is no time; write 2025-09-19T06:58:00Z")


def _shown(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
