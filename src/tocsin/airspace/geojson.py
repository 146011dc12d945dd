"""GeoJSON features as volumes, one by one: a bad feature is refused, the rest survive.

Properties that are ours (DESIGN: `find`): `volume`, `layer`, `hypothesis`, `sigma_m`, `lower`,
`upper` (with datum), `edge` (one word, or a list with one per segment, nested as the rings are)
and `active` (a list of [from, to] in RFC 3339 UTC, null for an open end).  All others are kept
as text.  Geometry is RFC 7946: WGS-84, longitude first.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.airspace import datum, hours, valid
from tocsin.airspace.refused import Refused
from tocsin.errors import AirspaceError
from tocsin.schema import Edge, Floats, Limit, Ring, Volume

OURS = frozenset({"volume", "layer", "hypothesis", "sigma_m", "lower", "upper", "edge", "active"})
NAMES = ("volume", "iso_a2", "isoA2", "ISO_A2", "iso_a3", "isoA3", "ISO_A3", "id", "name")
LAYERS = frozenset({"sovereign", "eez", "fir", "adiz", "restricted", "custom"})
GEOMETRIES = frozenset({"Point", "MultiPoint", "LineString", "MultiLineString"})
GEOMETRIES |= {"Polygon", "MultiPolygon", "GeometryCollection"}
WGS84_NAMES = ("CRS84", "EPSG::4326", "EPSG:4326")

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the case says of a file where its features say nothing."""

    layer: str = ""
    hypothesis: str = ""
    sigma_m: float | None = None
    edge: Edge | None = None


@dataclass(frozen=True, slots=True)
class FeatureReading:
    """A feature that became a volume, and what was assumed or mended."""

    volume: Volume
    edge_stated: bool
    notes: tuple[str, ...] = ()


def features(text: str, name: str) -> list[Json]:
    """Return the features of a GeoJSON text; a bare geometry is one feature.

    Raises AirspaceError for what is not GeoJSON, or not in WGS-84.
    """
    try:
        root = json.loads(text)
    except json.JSONDecodeError as error:
        raise AirspaceError(
            f"is no JSON: {error.msg}", path=name, place=f"line {error.lineno} column {error.colno}"
        ) from None
    except RecursionError:
        raise AirspaceError("is nested too deeply to be GeoJSON", path=name) from None
    kind = root.get("type") if isinstance(root, dict) else None
    if kind == "FeatureCollection" and isinstance(root.get("features"), list):
        found: list[Json] = root["features"]
    elif kind == "Feature":
        found = [root]
    elif kind in GEOMETRIES:
        found = [{"type": "Feature", "properties": {}, "geometry": root}]
    else:
        hint = "convert it to GeoJSON" if kind == "Topology" else "give GeoJSON or OpenAIR"
        raise AirspaceError(f"is JSON of type {kind!r}, not GeoJSON", path=name, hint=hint)
    crs = json.dumps(root.get("crs")) if root.get("crs") else ""
    if crs and not any(known in crs for known in WGS84_NAMES):
        raise AirspaceError(
            f"is not in WGS-84 but in {crs}", path=name, hint="reproject it to EPSG:4326"
        )
    return found


def read_feature(
    feature: object, number: int, edge: Edge | None, defaults: Defaults
) -> FeatureReading:
    """Return the feature as a volume.

    number  counted from 1
    edge    overrides what the feature says of its edges; then the feature's own, the defaults',
            and last `lonlat`

    Raises Refused.
    """
    if not isinstance(feature, dict) or feature.get("type") != "Feature":
        raise Refused("not-a-feature", "the entry is no GeoJSON Feature")
    properties = feature.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    polygons = list(_polygons(feature.get("geometry")))
    stated = edge or properties.get("edge") or defaults.edge
    words = edge or properties.get("edge") or defaults.edge or Edge.LONLAT
    notes: list[str] = []
    parts = _with_edges(polygons, words, notes)
    lower = _limit(properties, "lower")
    upper = _limit(properties, "upper")
    datum.check_order(lower, upper)
    layer = _layer(properties, defaults, notes)
    sigma_m, active = _sigma(properties, defaults), _active(properties)
    rings, mended = valid.clean(parts)
    volume = Volume(
        name=_name(feature, properties, number),
        rings=rings,
        layer=layer,
        hypothesis=str(properties.get("hypothesis") or defaults.hypothesis or "as-given"),
        sigma_m=sigma_m,
        lower=lower,
        upper=upper,
        active=active,
        title=str(properties.get("title") or properties.get("name") or ""),
        properties=tuple(
            (str(key), value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
            for key, value in properties.items()
            if key not in OURS and value is not None
        ),
        place=f"feature {number}",
    )
    return FeatureReading(volume, stated is not None and stated != "", (*notes, *mended))


def _polygons(geometry: object) -> Iterator[list[object]]:
    """Give the coordinates of every polygon in a geometry; other kinds beside them are an error."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    if not isinstance(geometry, dict) or kind not in GEOMETRIES:
        raise Refused("not-a-polygon", "the feature has no geometry")
    if kind == "GeometryCollection":
        members = geometry.get("geometries")
        if not isinstance(members, list) or not members:
            raise Refused("not-a-polygon", "the GeometryCollection is empty")
        for member in members:
            yield from _polygons(member)
        return
    if kind not in ("Polygon", "MultiPolygon"):
        raise Refused("not-a-polygon", f"a {kind} encloses nothing; a volume is a Polygon")
    coordinates = geometry.get("coordinates")
    parts = [coordinates] if kind == "Polygon" else coordinates
    if not isinstance(parts, list) or not parts:
        raise Refused("too-few-points", f"the {kind} has no rings")
    for part in parts:
        if not isinstance(part, list) or not part:
            raise Refused("too-few-points", f"the {kind} has a part without rings")
        yield part


def _with_edges(polygons: list[list[object]], words: object, notes: list[str]) -> list[list[Ring]]:
    points = [[_points(ring, notes) for ring in part] for part in polygons]
    counts = [len(ring[0]) for part in points for ring in part]
    edges = iter(_edge_lists(words, counts, [len(part) for part in points]))
    return [[Ring(lon, lat, next(edges)) for lon, lat in part] for part in points]


def _points(ring: object, notes: list[str]) -> tuple[Floats, Floats]:
    if not isinstance(ring, list) or not ring:
        raise Refused("too-few-points", "a ring has no points")
    try:
        at = np.array([(point[0], point[1]) for point in ring], dtype=np.float64)
    except (TypeError, ValueError, IndexError, KeyError, OverflowError):
        bad = next((p for p in ring if not _is_position(p)), ring[0])
        raise Refused(
            "not-finite", f"{json.dumps(bad)[:60]} is no position; positions are [lon, lat]"
        ) from None
    closed = len(at) > 1 and bool((at[0] == at[-1]).all())
    if not closed:
        notes.append("a ring without its first point at the end, closed")
    last = -1 if closed else None
    return at[:last, 0], at[:last, 1]


def _is_position(point: object) -> bool:
    return (
        isinstance(point, list)
        and len(point) >= 2
        and all(isinstance(x, int | float) for x in point[:2])
    )


def _edge_lists(words: object, counts: list[int], parts: list[int]) -> list[tuple[Edge, ...]]:
    """Return the edges of every ring; `words` may be one word or lists nested as the rings."""
    if isinstance(words, str):
        return [(_edge(words),) * count for count in counts]
    flat = list(_flat(words))
    if not isinstance(words, list) or len(flat) != sum(counts):
        raise Refused(
            "bad-edge",
            f"`edge` lists {len(flat)} types for {sum(counts)} segments in {len(parts)} part(s); "
            "give one word, or one per segment",
        )
    known = {word: _edge(word) for word in set(flat)}
    all_edges, start, out = [known[word] for word in flat], 0, []
    for count in counts:
        out.append(tuple(all_edges[start : start + count]))
        start += count
    return out


def _flat(words: object) -> Iterator[str]:
    if isinstance(words, str):
        yield words
    elif isinstance(words, Sequence):
        for word in words:
            yield from _flat(word)
    else:
        raise Refused("bad-edge", f"{json.dumps(words)[:40]} is no edge type")


def _edge(word: str) -> Edge:
    try:
        return Edge(word.strip().lower())
    except ValueError:
        raise Refused(
            "bad-edge", f'"{word}" is no edge type; there are {", ".join(Edge)}'
        ) from None


def _limit(properties: Json, name: str) -> Limit | None:
    try:
        return datum.parse_limit_value(properties.get(name))
    except Refused as refused:
        raise Refused(refused.reason, f"{name}: {refused.detail}") from None


def _layer(properties: Json, defaults: Defaults, notes: list[str]) -> str:
    layer = str(properties.get("layer") or "").strip().lower()
    if layer in LAYERS:
        return layer
    if layer:
        notes.append(f'layer "{layer}" is not known; taken as custom')
        return "custom"
    if defaults.layer:
        return defaults.layer
    zone = str(properties.get("zone") or "").lower()
    return "sovereign" if "territorial sea" in zone and "land" in zone else "custom"


def _sigma(properties: Json, defaults: Defaults) -> float:
    value = properties.get("sigma_m")
    if value is None:
        return defaults.sigma_m or 0.0
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not (math.isfinite(value) and value >= 0)
    ):
        raise Refused("bad-sigma", f"sigma_m {value!r} is no error in metres, 0 or more")
    return float(value)


def _active(properties: Json) -> tuple[hours.Interval, ...]:
    value = properties.get("active")
    if value is None:
        return ()
    if not isinstance(value, list) or not all(isinstance(x, list) and len(x) == 2 for x in value):
        raise Refused(
            "bad-activation",
            "`active` is a list of [from, to] pairs, such as "
            '[["2026-01-31T06:00Z", "2026-01-31T18:00Z"]]',
        )
    return hours.union(
        hours.parse_interval(*("NONE" if end is None else str(end) for end in pair))
        for pair in value
    )


def _name(feature: Json, properties: Json, number: int) -> str:
    for key in NAMES:
        value = properties.get(key)
        if value not in (None, "", "-99"):  # Natural Earth's "no code"
            return str(value)
    identity = feature.get("id")
    return str(identity) if identity not in (None, "") else f"feature-{number}"
