"""The keys of a case file, and the checks that every table of it goes through."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from difflib import get_close_matches
from math import isfinite
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tocsin.errors import CaseError, TocsinError

Table = Mapping[str, Any]
GRADE = re.compile("[A-F][1-6]")

KEYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "": (
            *("case", "source", "target", "met", "airspace", "place", "report", "claim"),
            *("register", "plan", "log", "notam", "fir"),
        ),
        "case": ("id", "title", "window", "as_of", "synthetic", "tlp", "seed", "parties"),
        "register": ("store",),
        "source": (
            *("path", "format", "date", "editions", "witness", "grade", "sensor", "mapping"),
            *("reference", "assume_utc", "use", "note", "outages", "tlp"),
        ),
        "target": ("h_msl_m", "flag"),
        "met": ("qnh_hpa", "source", "transition_altitude_ft"),
        "airspace": ("path", "volume", "layer", "hypothesis", "sigma_m", "edge", "state", "tlp"),
        "place": ("id", "lat_deg", "lon_deg", "sigma_m", "title"),
        "report": (
            *("kind", "time", "until", "by", "subject", "volume", "step", "value", "authorised"),
            *("basis", "conditions", "callsign", "registration", "icao24", "operator"),
            *("count", "aircraft", "state_aircraft", "from", "text", "source", "grade", "note"),
        ),
        "plan": ("path", "format", "date", "complete", "note", "tlp"),
        "log": ("path", "format", "by", "grade", "complete", "note", "tlp"),
        "notam": ("path", "volumes", "note", "tlp"),
        "fir": ("path", "volume", "fir", "served_by", "left", "right", "edge", "note"),
        "complete": ("kind", "by", "from", "until", "volumes"),
        "side": ("fir", "served_by"),
        "claim": ("id", "by", "says", "test", "source", "grade"),
    }
)


@dataclass(frozen=True, slots=True)
class Checked:
    """Values out of the tables of one case file; what is wrong raises CaseError with its place."""

    path: str
    folder: Path
    moved: Mapping[str, Path] | None = None  # where its files lie, if not where it says

    def at(self, path: str) -> Path:
        """Return where a file lies that the case names.

        A case in a bundle has the files that came with it and no others: it can name what it
        likes, and nothing else on the machine is read.
        """
        if self.moved is None:
            return self.folder / path
        return self.moved.get(path, self.folder / "not-in-the-bundle")

    def fail(self, place: str, problem: str, hint: str = "") -> TocsinError:
        return CaseError(problem, path=self.path, place=place, hint=hint)

    def known(self, table: object, kind: str, place: str) -> Table:
        """Return a table that has only the keys of its kind."""
        if not isinstance(table, dict):
            raise self.fail(place, "is no table")
        for key in table:
            if key not in KEYS[kind]:
                near = get_close_matches(key, KEYS[kind], 1)
                hint = f"did you mean {near[0]}?" if near else f"keys are {', '.join(KEYS[kind])}"
                raise self.fail(place, f'"{key}" means nothing here', hint)
        return table

    def text(self, table: Table, key: str, place: str, default: str | None = None) -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or (default is None and not value):
            raise self.fail(place, f"needs {key} as text")
        return value

    def texts(self, table: Table, key: str, place: str) -> tuple[str, ...]:
        """Return one text or a list of them, none where the key is absent."""
        value = table.get(key, [])
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, list) or not all(isinstance(name, str) for name in given):
            raise self.fail(place, f"{key} = {value!r} is neither text nor a list of texts")
        return tuple(name.strip() for name in given if name.strip())

    def published(self, table: Table, place: str) -> Mapping[str, str]:
        """Return where something was published: its title alone, or title, url and date as text."""
        given = table.get("source", {})
        told = {"title": given} if isinstance(given, str) else given
        if not isinstance(told, dict) or not set(told) <= {"title", "url", "date"}:
            raise self.fail(place, "source is a title, or a table of title, url and date")
        for key, value in told.items():
            if not isinstance(value, str) and not (key == "date" and isinstance(value, date)):
                raise self.fail(f"{place} source", f"{key} = {value!r} is not text")
        return {key: str(value) for key, value in told.items() if value}

    def number(self, table: Table, key: str, place: str) -> float | None:
        value = table.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise self.fail(place, f"{key} = {value!r} is not a number")
        return float(value)

    def within(self, table: Table, key: str, place: str, low: float, high: float) -> float | None:
        """Return a number between two others, both included; None where the key is absent."""
        value = self.number(table, key, place)
        if value is not None and not low <= value <= high:
            upto = f"is not between {low:g} and {high:g}"
            if low == 0 and value < 0:
                upto = "is negative"
            raise self.fail(place, f"{key} = {value:g} {upto}")
        return value

    def grade(self, table: Table, place: str) -> None:
        """Raise CaseError for a grade that is none of the Admiralty's; "" is no grade."""
        value = self.text(table, "grade", place, "")
        if value and not GRADE.fullmatch(value):
            raise self.fail(place, f'grade "{value}" is no Admiralty grade', "A-F and 1-6, as B2")

    def once(self, items: Iterable[tuple[str, Table]], key: str) -> None:
        """Raise CaseError where two tables have the same name."""
        seen: dict[str, str] = {}
        for place, item in items:
            name = self.text(item, key, place)
            if name in seen:
                raise self.fail(place, f'{key} "{name}" stands in {seen[name]} too', "rename one")
            seen[name] = place

    def moment(self, value: object, place: str, key: str) -> datetime:
        if not isinstance(value, datetime):
            raise self.fail(place, f"{key} = {value} is not a time", "write 2025-09-19T06:45:00Z")
        if value.tzinfo is None:
            raise self.fail(
                place, f"{key} = {value.isoformat()} has no zone", "write 2025-09-19T06:45:00Z"
            )
        return value.astimezone(UTC)

    def span(self, begin: object, end: object, place: str, key: str) -> tuple[int, int]:
        """Return two times in order as nanoseconds."""
        first, last = (self.moment(value, place, key) for value in (begin, end))
        if last <= first:
            raise self.fail(place, f"{key} ends before it begins")
        return ns_of(first), ns_of(last)

    def day(self, table: Table, place: str) -> date | None:
        day = table.get("date")
        if day is not None and (not isinstance(day, date) or isinstance(day, datetime)):
            raise self.fail(place, f"date = {day} is not a day", "write date = 2025-09-19")
        return day

    def flag(self, table: Table, key: str, place: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self.fail(place, f"{key} = {value!r} is neither true nor false")
        return value

    def one_of(self, table: Table, key: str, place: str, words: tuple[str, ...]) -> str:
        """Return one of some words, "" where the key is absent."""
        value = self.text(table, key, place, "")
        if value and value not in words:
            raise self.fail(place, f'{key} "{value}" does not exist', f"use {', '.join(words)}")
        return value

    def tables(self, root: Table, kind: str) -> list[tuple[str, Table]]:
        given = root.get(kind, [])
        if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
            raise self.fail(f"[{kind}]", f"is written [[{kind}]], one for each")
        return [
            (place, self.known(item, kind, place))
            for place, item in ((f"[[{kind}]] {k}", item) for k, item in enumerate(given, 1))
        ]


def ns_of(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000) * 1000
