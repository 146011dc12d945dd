"""Bytes of an airspace file to volumes, with every refusal and every assumption counted.

GeoJSON and OpenAIR are told apart by content.  Nothing here opens a file but `open_volumes`.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from tocsin.airspace import geojson, openair, openair_zones
from tocsin.airspace.bundled import state_codes
from tocsin.airspace.edges import max_offset_m
from tocsin.airspace.geojson import Defaults
from tocsin.airspace.refused import Refused
from tocsin.errors import AirspaceError
from tocsin.schema import Edge, Input, Refusal, Volume

RAW_CHARS = 120
NO_DEFAULTS = Defaults()


@dataclass(frozen=True, slots=True)
class VolumeReading:
    """What became of one airspace file: records = volumes + refusals, always."""

    path: str
    sha256: str
    format: str  # "geojson" or "openair"
    records: int
    volumes: tuple[Volume, ...]
    refusals: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()  # what was repaired or assumed, each with its place

    def as_input(self) -> Input:
        """Return the same counts as every other source gives them."""
        reasons = Counter(refusal.reason for refusal in self.refusals)
        return Input(
            path=self.path,
            sha256=self.sha256,
            format=self.format,
            records=self.records,
            decoded=len(self.volumes),
            quarantined=len(self.refusals),
            reasons=dict(sorted(reasons.items())),
            notes=self.notes,
        )


@dataclass(slots=True)
class _Collected:
    """Volumes, refusals and notes while a file is read."""

    path: str
    sha256: str
    volumes: list[Volume] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    doubted: int = 0
    worst: tuple[float, Volume | None] = (0.0, None)

    def keep(self, volume: Volume, edge_stated: bool, notes: Iterable[str]) -> None:
        self.volumes.append(replace(volume, path=self.path, sha256=self.sha256))
        self.notes += [f'{volume.place} "{volume.name}": {note}' for note in notes]
        if not edge_stated:
            self.doubt_edges(volume)

    def doubt_edges(self, volume: Volume) -> None:
        """Remember a volume whose line depends on an edge type that nobody stated."""
        offset_m = max(max_offset_m(ring) for ring in volume.rings)
        if offset_m > max(volume.sigma_m, 0.5):
            self.doubted += 1
            if offset_m > self.worst[0]:
                self.worst = (offset_m, volume)

    def edge_note(self) -> tuple[str, ...]:
        """Return one sentence on all of them: a national file has hundreds."""
        offset_m, volume = self.worst
        if volume is None:
            return ()
        return (
            f"edge type not stated and taken as lonlat in {self.doubted} of {len(self.volumes)} "
            f"volumes where it matters: geodesics would lie up to {offset_m:.1f} m away "
            f'({volume.place} "{volume.name}", sigma {volume.sigma_m:g} m); state `edge` in the '
            "file or with --edge",
        )

    def refuse(self, place: str, refused: Refused, raw: str) -> None:
        where = f"{place} line {refused.line}" if refused.line else place
        self.refusals.append(
            Refusal(self.path, where, refused.reason, refused.detail, raw[:RAW_CHARS])
        )


def parse_volumes(
    name: str,
    data: bytes,
    sha256: str,
    *,
    edge: Edge | None = None,
    defaults: Defaults = NO_DEFAULTS,
) -> VolumeReading:
    """Return the reading of a file, which may hold no volume at all.

    name      the path as a person gave it
    edge      the type of every straight edge, whatever the file says
    defaults  what the case says where a feature or zone says nothing

    Raises AirspaceError for what is neither GeoJSON nor OpenAIR.
    """
    if not data.strip():
        raise AirspaceError("is empty", path=name, hint="fetch it again")
    done = _Collected(name, sha256)
    text = _text(data, done)
    if text.lstrip()[:1] in ("{", "["):
        return _read_geojson(text, done, edge, defaults)
    if openair_zones.looks_like_openair(text):
        return _read_openair(text, done, edge, defaults)
    raise AirspaceError(
        "holds neither GeoJSON nor an OpenAIR zone", path=name, hint="OpenAIR zones begin with AC"
    )


def read_volumes(
    name: str,
    data: bytes,
    sha256: str,
    *,
    edge: Edge | None = None,
    defaults: Defaults = NO_DEFAULTS,
) -> VolumeReading:
    """Return the reading of a file that holds at least one volume; see `parse_volumes`.

    Raises AirspaceError where there is none, with the first reason and how many there are.
    """
    reading = parse_volumes(name, data, sha256, edge=edge, defaults=defaults)
    if reading.volumes:
        return reading
    what = "feature" if reading.format == "geojson" else "zone"
    if not reading.refusals:
        raise AirspaceError(f"holds no {what}s", path=name)
    first = reading.refusals[0]
    more = f" (and {len(reading.refusals) - 1} more)" if len(reading.refusals) > 1 else ""
    raise AirspaceError(
        f"yields no volume: {first.reason}: {first.detail}{more}", path=name, place=first.place
    )


def open_volumes(
    path: str | Path, *, edge: Edge | None = None, defaults: Defaults = NO_DEFAULTS
) -> VolumeReading:
    """Return the reading of a file on disk: the one place of this room that opens any."""
    try:
        data = Path(path).read_bytes()
    except FileNotFoundError:
        raise AirspaceError("no such file", path=str(path)) from None
    except OSError as error:
        raise AirspaceError(f"cannot be read: {error.strerror}", path=str(path)) from error
    return read_volumes(
        str(path), data, hashlib.sha256(data).hexdigest(), edge=edge, defaults=defaults
    )


def pick(volumes: Iterable[Volume], name: str) -> tuple[Volume, ...]:
    """Return the volumes that go by a name, renamed to it; none if there is no such volume.

    A volume goes by its own name, its title, an ISO code or name among its properties, and the
    other codes of the same state (EST is EE), in any case.  The only volume of a file that gives
    it no name goes by any.
    """
    given = tuple(volumes)
    wanted = _same_state(name)
    found = [volume for volume in given if wanted in {_same_state(n) for n in _names(volume)}]
    if not found and len(given) == 1 and given[0].name == "feature-1":
        found = [given[0]]
    return tuple(replace(volume, name=name) for volume in found)


def _names(volume: Volume) -> Iterable[str]:
    keys = ("iso_a2", "iso_a3", "isoa2", "isoa3", "id", "name")
    yield from (volume.name, volume.title)
    yield from (value for key, value in volume.properties if key.lower() in keys)


def _same_state(name: str) -> str:
    upper = name.strip().upper()
    return state_codes().get(upper, upper)


def _text(data: bytes, done: _Collected) -> str:
    if b"\0" in data[:1024]:
        raise AirspaceError(
            "is binary", path=done.path, hint="give GeoJSON or OpenAIR text, in UTF-8"
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        done.notes.append("the text is not UTF-8; read as Windows-1252")
        return data.decode("cp1252", errors="replace")


def _read_geojson(
    text: str, done: _Collected, edge: Edge | None, defaults: Defaults
) -> VolumeReading:
    found = geojson.features(text, done.path)
    for number, feature in enumerate(found, start=1):
        try:
            read = geojson.read_feature(feature, number, edge, defaults)
        except Refused as refused:
            done.refuse(f"feature {number}", refused, _raw(feature))
        else:
            done.keep(read.volume, read.edge_stated, read.notes)
    return _finished(done, "geojson", len(found))


def _raw(feature: object) -> str:
    properties = feature.get("properties") if isinstance(feature, dict) else feature
    return str(properties)


def _read_openair(
    text: str, done: _Collected, edge: Edge | None, defaults: Defaults
) -> VolumeReading:
    zones = openair_zones.split(text)
    for zone in zones:
        try:
            read = openair.read_zone(zone, edge or defaults.edge)
        except Refused as refused:
            place = f"zone {zone.number}" if refused.line else zone.place
            raw = " / ".join(f"{c.word} {c.value}" for c in zone.commands[:4])
            done.refuse(place, refused, raw)
        else:
            volume = replace(
                read.volume,
                layer=defaults.layer or read.volume.layer,
                hypothesis=defaults.hypothesis or read.volume.hypothesis,
                sigma_m=defaults.sigma_m or 0.0,
            )
            done.keep(volume, read.edge_stated, read.notes)
    return _finished(done, "openair", len(zones))


def _finished(done: _Collected, fmt: str, records: int) -> VolumeReading:
    return VolumeReading(
        path=done.path,
        sha256=done.sha256,
        format=fmt,
        records=records,
        volumes=tuple(done.volumes),
        refusals=tuple(done.refusals),
        notes=(*done.notes, *done.edge_note()),
    )
