"""TOML text to a `Scenario`; what is wrong is named by table and key.

The keys of a table are the fields of its dataclass, so that a new field is a new key.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import UTC, datetime
from difflib import get_close_matches
from math import isfinite
from typing import Any, TypeVar, get_type_hints

from tocsin.errors import CaseError
from tocsin.simulate import scenario as words
from tocsin.simulate.agree import agree
from tocsin.simulate.formation import SHAPES
from tocsin.simulate.path import Waypoint

T = TypeVar("T")

HEAD = ("id", "title", "start", "end", "seed", "sample_s")
#: Tables of the file: what each row becomes.
ROWS: Mapping[str, type] = {
    "aircraft": words.Aircraft,
    "radar": words.Radar,
    "receiver": words.Receiver,
    "tracker": words.Tracker,
    "remote_id": words.Listener,
    "airspace": words.Airspace,
}
SINGLE: Mapping[str, type] = {"met": words.Met, "traffic": words.Traffic}
MOMENTS = {("Aircraft", "start"), ("Timed", "t"), ("Spoof", "begin"), ("Spoof", "end")}
CHOICES = {
    "formation": SHAPES,
    "transponder": words.TRANSPONDERS,
    "channels": words.CHANNELS,
    "tails": words.TAILS,
    "formats": words.STREAMS,
    "manoeuvres": words.MANOEUVRES,
}
#: Least and greatest value by the end of a key; the first that fits counts.
BOUNDS: tuple[tuple[str, float, float], ...] = (
    ("lat_deg", -89.9, 89.9),
    ("lon_deg", -180.0, 180.0),
    ("probability", 0.0, 1.0),
    ("bank_deg", 1.0, 80.0),
    ("speed_mps", 1.0, 1_500.0),
    ("qnh_hpa", 850.0, 1_085.0),
    ("nacp", 0, 11),
    ("nic", 0, 11),
    ("horizontal_accuracy", 0, 12),
    ("sac", 0, 255),
    ("sic", 0, 255),
    ("service", 0, 255),
    ("tail_freedom", 2.1, 1_000.0),
    ("rotation_s", 1.0, 60.0),
    ("update_s", 0.5, 60.0),
    ("tau_s", 1.0, 1e6),
    ("drift_s", 1.0, 1e6),
    ("seconds", 2.0, 86_400.0),
    ("acceleration_mps2", 1e-3, 100.0),
    ("range_scale", -0.1, 0.1),
    ("bias_m", -1e5, 1e5),
    ("bias_deg", -10.0, 10.0),
    ("bias_s", -60.0, 60.0),
    ("h_hae_m", -500.0, 40_000.0),
    ("course_deg", -360.0, 360.0),
    ("geoid_m", -120.0, 120.0),
    ("east_m", -1e6, 1e6),
    ("north_m", -1e6, 1e6),
    ("count", 1, 200),
)
LONGEST_S = 86_400.0
WHEN = "write 2025-09-19T06:45:00Z"


def parse(text: str, path: str) -> words.Scenario:
    """Return the scenario that a TOML text describes.

    Raises CaseError, naming the table and the key, for what is missing, misspelt, out of its
    bounds or naive.
    """
    try:
        root = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CaseError(f"is not TOML: {error}", path=path) from error
    head = root.get("scenario")
    if not isinstance(head, dict):
        raise CaseError("has no [scenario] table", path=path, hint="a scenario begins with it")
    start = _utc(head.get("start"), path, "[scenario]", "start")
    reader = _Reader(path, start)
    reader.known(root, ("scenario", *ROWS, *SINGLE), "")
    reader.known(head, HEAD, "[scenario]")
    length_s = reader.moment(head.get("end"), "[scenario]", "end")
    if not 0 < length_s <= LONGEST_S:
        raise reader.fail("[scenario]", "end is not within a day after start", WHEN)
    rows: dict[str, tuple[Any, ...]] = {
        kind: reader.rows(root, kind, made) for kind, made in ROWS.items()
    }
    single: dict[str, Any] = {
        kind: reader.value(made, root[kind], f"[{kind}]") if kind in root else None
        for kind, made in SINGLE.items()
    }
    seed = reader.plain(head.get("seed", 1), "seed", int, "[scenario]")
    sample_s = reader.plain(head.get("sample_s", 1.0), "sample_s", float, "[scenario]")
    if not sample_s > 0:
        raise reader.fail("[scenario]", f"sample_s = {sample_s} is no step", "give seconds above 0")
    scenario = words.Scenario(
        path=path,
        id=reader.plain(head.get("id"), "id", str, "[scenario]"),
        title=reader.plain(head.get("title", ""), "title", str, "[scenario]"),
        start_ns=round(start.timestamp() * 1_000_000) * 1000,
        length_s=length_s,
        seed=seed,
        sample_s=sample_s,
        met=single["met"] or words.Met(),
        aircraft=rows["aircraft"],
        radars=rows["radar"],
        receivers=rows["receiver"],
        trackers=rows["tracker"],
        listeners=rows["remote_id"],
        traffic=single["traffic"],
        airspaces=rows["airspace"],
    )
    agree(scenario, reader.fail)
    return scenario


@dataclass(frozen=True, slots=True)
class _Reader:
    path: str
    start: datetime

    def fail(self, place: str, problem: str, hint: str = "") -> CaseError:
        return CaseError(problem, path=self.path, place=place, hint=hint)

    def known(self, table: Mapping[str, Any], keys: tuple[str, ...], place: str) -> None:
        for key in table:
            if key not in keys:
                near = get_close_matches(key, keys, 1)
                hint = f"did you mean {near[0]}?" if near else f"keys are {', '.join(keys)}"
                raise self.fail(place, f'"{key}" means nothing here', hint)

    def moment(self, value: object, place: str, key: str) -> float:
        return (_utc(value, self.path, place, key) - self.start).total_seconds()

    def rows(self, root: Mapping[str, Any], kind: str, made: type[T]) -> tuple[T, ...]:
        given = root.get(kind, [])
        if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
            raise self.fail(f"[{kind}]", f"is written [[{kind}]], one for each")
        return tuple(self.value(made, item, f"[[{kind}]] {k}") for k, item in enumerate(given, 1))

    def value(self, made: type[T], table: object, place: str) -> T:
        """Return the dataclass that a table describes, every key checked."""
        if not isinstance(table, dict):
            raise self.fail(place, f"is {table!r}, not a table")
        listed = fields(made)  # type: ignore[arg-type]
        self.known(table, tuple(field.name for field in listed), place)
        hints = get_type_hints(made)
        given: dict[str, Any] = {}
        for field in listed:
            if field.name in table:
                where = (made.__name__, field.name)
                given[field.name] = (
                    self.moment(table[field.name], place, field.name)
                    if where in MOMENTS
                    else self.field(hints[field.name], table[field.name], field.name, place)
                )
            elif field.default is MISSING and field.default_factory is MISSING:
                raise self.fail(place, f"needs {field.name}")
        return made(**given)

    def field(self, kind: Any, value: object, key: str, place: str) -> Any:
        if kind == words.Spans:
            return self.spans(value, key, place)
        nested = {
            tuple[Waypoint, ...]: Waypoint,
            tuple[words.Timed, ...]: words.Timed,
            tuple[words.Spoof, ...]: words.Spoof,
        }.get(kind)
        if nested is not None:
            if not isinstance(value, list):
                raise self.fail(place, f"{key} is written [[aircraft.{key}]], one for each")
            return tuple(
                self.value(nested, item, f"{place} {key} {k}") for k, item in enumerate(value, 1)
            )
        if kind == words.Chance | None:
            return self.value(words.Chance, value, f"{place} {key}")
        if kind == tuple[str, ...]:
            if not isinstance(value, list):
                raise self.fail(place, f"{key} = {value!r} is no list of words")
            return tuple(self.plain(item, key, str, place) for item in value)
        plain = {float | None: float}.get(kind, kind)
        return self.plain(value, key, plain, place)

    def spans(self, value: object, key: str, place: str) -> words.Spans:
        rule = f"{key} is a list of pairs of times"
        if not isinstance(value, list):
            raise self.fail(place, rule, WHEN)
        out = []
        for pair in value:
            if not isinstance(pair, list) or len(pair) != 2:
                raise self.fail(place, rule, WHEN)
            begin, end = (self.moment(item, place, key) for item in pair)
            if end <= begin:
                raise self.fail(place, f"{key} has a pair that ends before it begins")
            out.append((begin, end))
        return tuple(out)

    def plain(self, value: object, key: str, kind: type[T], place: str) -> T:
        """Return a word, a number or a flag within its bounds."""
        if kind is str:
            if not isinstance(value, str) or not (value or key == "title"):
                raise self.fail(place, f"needs {key} as text")
            if key in CHOICES and value not in CHOICES[key]:
                raise self.fail(
                    place, f'{key} = "{value}" does not exist', f"use {', '.join(CHOICES[key])}"
                )
            if key == "id" and not value.replace("-", "").replace("_", "").isalnum():
                raise self.fail(place, f'id = "{value}"', "use letters, digits, - and _")
            return value  # type: ignore[return-value]
        if kind is bool:
            if not isinstance(value, bool):
                raise self.fail(place, f"{key} = {value!r} is neither true nor false")
            return value  # type: ignore[return-value]
        whole = kind is int
        if isinstance(value, bool) or not isinstance(value, int if whole else int | float):
            raise self.fail(place, f"{key} = {value!r} is not a {'whole ' if whole else ''}number")
        if not isfinite(value):
            raise self.fail(place, f"{key} = {value} is not finite")
        low, high = next(
            ((low, high) for end, low, high in BOUNDS if key.endswith(end)), (0.0, float("inf"))
        )
        if not low <= value <= high:
            raise self.fail(place, f"{key} = {value} is not within {low:g} to {high:g}")
        return kind(value)  # type: ignore[call-arg]


def _utc(value: object, path: str, place: str, key: str) -> datetime:
    if not isinstance(value, datetime):
        said = "is missing" if value is None else f"= {value} is not a time"
        raise CaseError(f"{key} {said}", path=path, place=place, hint=WHEN)
    if value.tzinfo is None:
        raise CaseError(
            f"{key} = {value.isoformat()} has no zone", path=path, place=place, hint=WHEN
        )
    return value.astimezone(UTC)
