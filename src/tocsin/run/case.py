"""The case file: everything a finding rests on, in one TOML file (DESIGN: "The case file")."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from tocsin.errors import CaseError
from tocsin.feed.source import ReadOptions
from tocsin.run.airspaces import BUNDLED, AirspaceSpec
from tocsin.run.sources import Spec
from tocsin.run.weather import Qnh, load_qnh
from tocsin.schema import Edge, Sensor
from tocsin.track.altitude import HeightPrior

LAYERS = ("sovereign", "eez", "fir", "adiz", "restricted", "custom")
TLPS = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
KEYS = {
    "": ("case", "source", "target", "met", "airspace", "place", "report", "claim", "register"),
    "case": ("id", "title", "window", "as_of", "synthetic", "tlp", "seed"),
    "source": (
        "path",
        "format",
        "date",
        "editions",
        "witness",
        "grade",
        "sensor",
        "mapping",
        "reference",
        "assume_utc",
        "use",
        "note",
    ),
    "target": ("h_msl_m",),
    "met": ("qnh_hpa", "source", "transition_altitude_ft"),
    "airspace": ("path", "volume", "layer", "hypothesis", "sigma_m", "edge"),
    "place": ("id", "lat_deg", "lon_deg", "sigma_m", "title"),
    "report": (
        "kind",
        "authorised",
        "by",
        "until",
        "value",
        "count",
        "subject",
        "volume",
        "step",
        "source",
        "grade",
        "note",
    ),
    "claim": ("id", "by", "says", "test", "source", "grade"),
}


@dataclass(frozen=True, slots=True)
class Case:
    """A case file, read and checked."""

    path: str
    id: str
    title: str
    window_ns: tuple[int, int] | None
    as_of: datetime | None
    synthetic: bool
    tlp: str
    seed: int
    sources: tuple[Spec, ...]
    airspaces: tuple[AirspaceSpec, ...]
    qnh: Qnh | None
    height: HeightPrior | None
    places: tuple[Mapping[str, Any], ...]
    reports: tuple[Mapping[str, Any], ...]
    claims: tuple[Mapping[str, Any], ...]
    raw: Mapping[str, Any]


def read_case(path: str | Path) -> Case:
    """Return a case file; paths in it are relative to it.

    Raises CaseError, naming the table and the key, for what is missing, misspelt or naive.
    """
    where = Path(path)
    name = str(path)
    if where.is_dir():
        raise CaseError("is a directory", path=name, hint="name the TOML file in it")
    try:
        root = tomllib.loads(where.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CaseError("no such file", path=name) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CaseError(f"is not TOML: {error}", path=name) from error
    return _Checked(name, where.parent).case(root)


@dataclass(frozen=True, slots=True)
class _Checked:
    path: str
    folder: Path

    def fail(self, place: str, problem: str, hint: str = "") -> CaseError:
        return CaseError(problem, path=self.path, place=place, hint=hint)

    def known(self, table: Mapping[str, Any], kind: str, place: str) -> None:
        for key in table:
            if key not in KEYS[kind]:
                near = get_close_matches(key, KEYS[kind], 1)
                hint = f"did you mean {near[0]}?" if near else f"keys are {', '.join(KEYS[kind])}"
                raise self.fail(place, f'"{key}" means nothing here', hint)

    def text(
        self, table: Mapping[str, Any], key: str, place: str, default: str | None = None
    ) -> str:
        value = table.get(key, default)
        if not isinstance(value, str) or (default is None and not value):
            raise self.fail(place, f"needs {key} as text")
        return value

    def number(self, table: Mapping[str, Any], key: str, place: str) -> float | None:
        value = table.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
            raise self.fail(place, f"{key} = {value!r} is not a number")
        return float(value)

    def moment(self, value: object, place: str, key: str) -> datetime:
        if not isinstance(value, datetime):
            raise self.fail(place, f"{key} = {value} is not a time", "write 2025-09-19T06:45:00Z")
        if value.tzinfo is None:
            raise self.fail(
                place, f"{key} = {value.isoformat()} has no zone", "write 2025-09-19T06:45:00Z"
            )
        return value.astimezone(UTC)

    def tables(self, root: Mapping[str, Any], kind: str) -> list[tuple[str, Mapping[str, Any]]]:
        given = root.get(kind, [])
        if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
            raise self.fail(f"[{kind}]", f"is written [[{kind}]], one for each")
        out = []
        for k, item in enumerate(given, 1):
            place = f"[[{kind}]] {k}"
            self.known(item, kind, place)
            out.append((place, item))
        return out

    def case(self, root: Mapping[str, Any]) -> Case:
        self.known(root, "", "")
        head = root.get("case")
        if not isinstance(head, dict):
            raise self.fail("", "has no [case] table", "a case file begins with [case]")
        self.known(head, "case", "[case]")
        met = root.get("met", {})
        self.known(met, "met", "[met]")
        tlp = self.text(head, "tlp", "[case]", "CLEAR").removeprefix("TLP:")
        if tlp not in TLPS:
            raise self.fail("[case]", f'tlp "{tlp}" is no TLP 2.0 label', f"use {', '.join(TLPS)}")
        sources = tuple(self.source(item, place) for place, item in self.tables(root, "source"))
        if not sources:
            raise self.fail("", "names no [[source]]")
        airspaces = tuple(
            self.airspace(item, place) for place, item in self.tables(root, "airspace")
        )
        if not airspaces:
            raise self.fail("", "names no [[airspace]]", 'try path = "bundled:sovereign"')
        return Case(
            path=self.path,
            id=self.text(head, "id", "[case]"),
            title=self.text(head, "title", "[case]", ""),
            window_ns=self.window(head),
            as_of=self.moment(head["as_of"], "[case]", "as_of") if "as_of" in head else None,
            synthetic=self.flag(head, "synthetic", "[case]"),
            tlp=tlp,
            seed=int(self.number(head, "seed", "[case]") or 0),
            sources=sources,
            airspaces=airspaces,
            qnh=self.qnh(met, head),
            height=self.height(root),
            places=tuple(item for _, item in self.tables(root, "place")),
            reports=tuple(self.report(item, place) for place, item in self.tables(root, "report")),
            claims=tuple(self.claim(item, place) for place, item in self.tables(root, "claim")),
            raw=root,
        )

    def qnh(self, met: Mapping[str, Any], head: Mapping[str, Any]) -> Qnh | None:
        value = self.number(met, "qnh_hpa", "[met]")
        if "source" not in met:
            return value
        if value is not None:
            raise self.fail("[met]", "has both qnh_hpa and source", "give one of them")
        path = self.text(met, "source", "[met]")
        window = head.get("window")
        about = self.moment(window[0], "[case]", "window") if isinstance(window, list) else None
        return load_qnh(path, self.folder / path, about)

    def height(self, root: Mapping[str, Any]) -> HeightPrior | None:
        target = root.get("target", {})
        self.known(target, "target", "[target]")
        given = target.get("h_msl_m")
        if given is None:
            return None
        if not isinstance(given, dict) or set(given) != {"median", "q05", "q95"}:
            raise self.fail("[target]", "h_msl_m needs median, q05 and q95")
        try:
            return HeightPrior(*(float(given[key]) for key in ("median", "q05", "q95")))
        except (TypeError, ValueError) as error:
            raise self.fail("[target]", str(error)) from error

    def editions(self, item: Mapping[str, Any], place: str) -> dict[str, str]:
        given = item.get("editions", {})
        if not isinstance(given, dict) or not all(isinstance(v, str) for v in given.values()):
            raise self.fail(place, "editions is a table of text", 'write { "048" = "1.32" }')
        return {str(key): str(value) for key, value in given.items()}

    def sensor(self, item: Mapping[str, Any], place: str) -> Sensor | None:
        given = item.get("sensor")
        if given is None:
            return None
        place = f"{place} sensor"
        allowed = [f.name for f in fields(Sensor) if f.name not in ("id", "witness")]
        for key in given:
            if key not in allowed:
                near = get_close_matches(key, allowed, 1)
                hint = f"did you mean {near[0]}?" if near else f"keys are {', '.join(allowed)}"
                raise self.fail(place, f'"{key}" means nothing here', hint)
            if key != "kind":
                self.number(given, key, place)
        witness = str(item.get("witness", "")) or self.text(item, "path", place)
        values: dict[str, Any] = {k: v if k == "kind" else float(v) for k, v in given.items()}
        return Sensor(id=witness, witness=witness, **values)

    def flag(self, table: Mapping[str, Any], key: str, place: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self.fail(place, f"{key} = {value!r} is neither true nor false")
        return value

    def window(self, head: Mapping[str, Any]) -> tuple[int, int] | None:
        given = head.get("window")
        if given is None:
            return None
        if not isinstance(given, list) or len(given) != 2:
            raise self.fail("[case]", "window is a list of two times")
        begin, end = (self.moment(value, "[case]", "window") for value in given)
        if end <= begin:
            raise self.fail("[case]", "window ends before it begins")
        return _ns(begin), _ns(end)

    def source(self, item: Mapping[str, Any], place: str) -> Spec:
        path = self.text(item, "path", place)
        if "://" in path:
            raise self.fail(place, f'"{path}" is a live feed', "record it to a file first")
        day = item.get("date")
        if day is not None and (not isinstance(day, date) or isinstance(day, datetime)):
            raise self.fail(place, f"date = {day} is not a day", "write date = 2025-09-19")
        sensor = item.get("sensor", {})
        reference = None
        if "lat_deg" in sensor and "lon_deg" in sensor:
            reference = (float(sensor["lat_deg"]), float(sensor["lon_deg"]))
        mapping = item.get("mapping")
        use = self.text(item, "use", place, "evidence")
        if use not in ("evidence", "calibration"):
            raise self.fail(place, f'use "{use}"', "use evidence or calibration")
        return Spec(
            path=path,
            where=str(self.folder / path),
            format=self.text(item, "format", place, "auto"),
            options=ReadOptions(
                date=day,
                reference=reference,
                mapping=self.folder / mapping if mapping else None,
                source_id=str(item.get("witness", "")),
                assume_utc=self.flag(item, "assume_utc", place),
                editions=self.editions(item, place),
            ),
            sensor=self.sensor(item, place),
            use=use,
        )

    def airspace(self, item: Mapping[str, Any], place: str) -> AirspaceSpec:
        path = self.text(item, "path", place)
        layer = self.text(item, "layer", place, "")
        if layer and layer not in LAYERS:
            raise self.fail(place, f'layer "{layer}" does not exist', f"use {', '.join(LAYERS)}")
        edge = self.text(item, "edge", place, "")
        if edge and edge not in set(Edge):
            raise self.fail(place, f'edge "{edge}" does not exist', f"use {', '.join(Edge)}")
        sigma = self.number(item, "sigma_m", place)
        if sigma is not None and sigma < 0:
            raise self.fail(place, f"sigma_m = {sigma} is negative")
        return AirspaceSpec(
            path=path,
            where=path if path.startswith(BUNDLED) else str(self.folder / path),
            volume=self.text(item, "volume", place, ""),
            layer=layer,
            hypothesis=self.text(item, "hypothesis", place, ""),
            sigma_m=sigma,
            default_edge=Edge(edge) if edge else None,
        )

    def claim(self, item: Mapping[str, Any], place: str) -> Mapping[str, Any]:
        for key in ("id", "test"):
            self.text(item, key, place)
        return item

    def report(self, item: Mapping[str, Any], place: str) -> Mapping[str, Any]:
        said = item.get("authorised")
        if said is not None and said not in ("yes", "no", "unknown"):
            raise self.fail(place, f"authorised = {said!r}", "use yes, no or unknown")
        return item


def _ns(moment: datetime) -> int:
    return round(moment.timestamp() * 1_000_000) * 1000
