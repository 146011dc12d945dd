"""Make src/tocsin/web/map/base.pmtiles: land, coasts, borders and names, from Natural Earth.

    npm pack world-atlas@2.0.2
    python builders/build_basemap.py world-atlas-2.0.2.tgz

One layer of vector tiles, zoom 0 to 7, told apart by `kind`: land (polygons), coast and border
(lines), country and place (points with a `name` and a `rank`).  Natural Earth is in the public
domain; the package that carries it as TopoJSON is under the ISC licence.  Detail is 1:10 M around
Europe and 1:110 M elsewhere, so that the file stays small enough to ship.

The 1:10 M rings are not all valid: clipped as they are, a polygon comes out that holds open sea.
So they are mended before anything else.  An island across 180 degrees of longitude, read as it
stands, is a strip around the world; so rings run on past 180.  Points known to be land and sea
are looked up at the end.

The map is for orientation.  It is no legal limit: those come from the areas of a watch or case.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import shapely
import shapely.affinity
from shapely.geometry import shape

TARBALL_SHA256 = "032e7765f2ce00edaeafec23ff22bc3b77e42987c257da944cc585b452c05b97"
OUT = Path(__file__).resolve().parents[1] / "src" / "tocsin" / "web" / "map" / "base.pmtiles"
#: West, south, east, north of the part in full detail.
DETAIL = (-26.0, 33.0, 60.0, 82.0)
MAX_ZOOM = 7

#: Names for orientation: longitude, latitude, rank (1: seen from far, 3: only from near).
PLACES: dict[str, tuple[float, float, int]] = {
    "Tallinn": (24.75, 59.44, 1), "Helsinki": (24.94, 60.17, 1), "Riga": (24.11, 56.95, 1),
    "Vilnius": (25.28, 54.69, 1), "Stockholm": (18.07, 59.33, 1), "Copenhagen": (12.57, 55.68, 1),
    "Oslo": (10.75, 59.91, 1), "Warsaw": (21.01, 52.23, 1), "Berlin": (13.40, 52.52, 1),
    "Saint Petersburg": (30.32, 59.94, 1), "Moscow": (37.62, 55.75, 1), "Minsk": (27.57, 53.90, 1),
    "Kyiv": (30.52, 50.45, 1), "Bucharest": (26.10, 44.43, 1), "Chisinau": (28.86, 47.01, 2),
    "Ankara": (32.85, 39.93, 1), "London": (-0.13, 51.51, 1), "Paris": (2.35, 48.86, 1),
    "Brussels": (4.35, 50.85, 1), "Rome": (12.50, 41.90, 1), "Madrid": (-3.70, 40.42, 1),
    "Prague": (14.42, 50.09, 2), "Vienna": (16.37, 48.21, 2), "Budapest": (19.04, 47.50, 2),
    "Sofia": (23.32, 42.70, 2), "Athens": (23.73, 37.98, 1), "Lisbon": (-9.14, 38.72, 1),
    "Dublin": (-6.26, 53.35, 1), "Reykjavik": (-21.94, 64.15, 1), "Kaliningrad": (20.51, 54.71, 2),
    "Murmansk": (33.08, 68.97, 2), "Kirkenes": (30.05, 69.73, 3), "Rovaniemi": (25.72, 66.50, 3),
    "Oulu": (25.47, 65.01, 2), "Turku": (22.27, 60.45, 2), "Tampere": (23.76, 61.50, 2),
    "Kotka": (26.95, 60.47, 3), "Porvoo": (25.66, 60.39, 3), "Hanko": (22.97, 59.82, 3),
    "Mariehamn": (19.94, 60.10, 3), "Narva": (28.19, 59.38, 2), "Tartu": (26.72, 58.38, 2),
    "Pärnu": (24.50, 58.39, 3), "Kuressaare": (22.49, 58.25, 3), "Rakvere": (26.36, 59.35, 3),
    "Kunda": (26.54, 59.50, 3), "Vyborg": (28.75, 60.71, 3), "Pskov": (28.33, 57.82, 3),
    "Liepāja": (21.01, 56.51, 3), "Ventspils": (21.56, 57.39, 3), "Klaipėda": (21.14, 55.71, 2),
    "Gdańsk": (18.65, 54.35, 2), "Visby": (18.29, 57.64, 3), "Rønne": (14.70, 55.10, 3),
    "Malmö": (13.00, 55.60, 3), "Gothenburg": (11.97, 57.71, 2), "Luleå": (22.15, 65.58, 3),
    "Tromsø": (18.96, 69.65, 2), "Bergen": (5.32, 60.39, 2), "Hamburg": (9.99, 53.55, 2),
    "Rzeszów": (22.00, 50.04, 3), "Lublin": (22.57, 51.25, 3), "Lviv": (24.03, 49.84, 2),
    "Odesa": (30.73, 46.48, 2), "Sevastopol": (33.53, 44.62, 2), "Constanța": (28.65, 44.17, 2),
    "Tulcea": (28.80, 45.18, 3), "Varna": (27.91, 43.21, 3), "Istanbul": (28.98, 41.01, 1),
    "Tbilisi": (44.83, 41.72, 2), "Yerevan": (44.51, 40.18, 2), "Baku": (49.87, 40.41, 2),
}  # fmt: skip

#: Looked up in the result: longitude, latitude, is land.
KNOWN = (
    (25.0, 58.8, True), (26.0, 59.85, False), (24.9, 60.4, True), (20.0, 58.0, False),
    (27.5, 60.0, False), (37.0, 76.0, False), (100.0, 60.0, True), (5.0, 65.0, False),
    (32.0, 71.0, False), (30.0, 70.3, True), (-150.0, 71.2, False), (100.0, 82.0, False),
    (15.0, 63.0, True), (-40.0, 30.0, False), (-100.0, 40.0, True),
    (29.5, 43.5, False), (31.0, 49.0, True),
)  # fmt: skip


def main() -> int:
    """Write the file; returns 0."""
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    ask.add_argument("tarball", type=Path)
    ask.add_argument("-o", "--out", type=Path, default=OUT)
    asked = ask.parse_args()
    sha256 = hashlib.sha256(asked.tarball.read_bytes()).hexdigest()
    if sha256 != TARBALL_SHA256:
        raise SystemExit(f"{asked.tarball} has sha256 {sha256}, not {TARBALL_SHA256}")
    near, far = (
        _member(asked.tarball, "countries-10m.json"),
        _member(asked.tarball, "land-110m.json"),
    )
    rows = list(_features(near, far))
    frame = geopandas.GeoDataFrame(rows, geometry="geometry", crs="EPSG:4326")
    _look_up(frame)
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.unlink(missing_ok=True)
    pyogrio.write_dataframe(
        frame, asked.out, driver="PMTiles", layer="base", geometry_type="Unknown",
        dataset_options={"NAME": "tocsin base", "DESCRIPTION": "Natural Earth, public domain"},
        layer_options={"MINZOOM": 0, "MAXZOOM": MAX_ZOOM},
    )  # fmt: skip
    print(f"{asked.out}: {len(rows)} features, {asked.out.stat().st_size / 1e6:.2f} MB")
    return 0


def _member(tarball: Path, name: str) -> Mapping[str, Any]:
    with tarfile.open(tarball) as box:
        held = box.extractfile(f"package/{name}")
        if held is None:
            raise SystemExit(f"{tarball} has no {name}")
        told: Mapping[str, Any] = json.load(held)
    return told


def _features(near: Mapping[str, Any], far: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    window = shapely.box(*DETAIL)
    world = shapely.box(-180, -85.06, 180, 85.06)
    arcs, far_arcs = _arcs(near), _arcs(far)
    countries = near["objects"]["countries"]["geometries"]
    shapes = [shapely.make_valid(shape(_geometry(each, arcs))) for each in countries]
    land = shapely.union_all(shapes)
    coarse = shapely.union_all(
        [
            shapely.make_valid(shape(_geometry(each, far_arcs)))
            for each in far["objects"]["land"]["geometries"]
        ]
    )
    for part in _polygons(land.intersection(window)):
        yield {"kind": "land", "name": None, "rank": None, "geometry": part}
    turned = [shapely.affinity.translate(coarse, xoff=by) for by in (-360, 360)]
    coarse = shapely.union_all([coarse, *turned])
    for part in _polygons(coarse.intersection(world.difference(window))):
        yield {"kind": "land", "name": None, "rank": None, "geometry": part}

    used = Counter(index for each in countries for index in _used(each))
    for kind, times in (("coast", 1), ("border", 2)):
        lines = [
            line
            for index, count in sorted(used.items())
            if min(count, 2) == times
            for line in _lines(arcs[index])
        ]
        merged = shapely.line_merge(shapely.union_all(lines).intersection(window))
        yield {"kind": kind, "name": None, "rank": None, "geometry": merged}
    for each, outline in zip(countries, shapes, strict=True):
        inside = [part for part in _polygons(outline.intersection(window)) if part.area > 0.5]
        if inside:
            largest = max(inside, key=lambda part: part.area)
            at = shapely.maximum_inscribed_circle(largest, tolerance=0.05).coords[0]
            rank = 1 if largest.area > 8 else 2
            named = {"kind": "country", "name": each["properties"]["name"], "rank": rank}
            yield {**named, "geometry": shapely.Point(at)}
    for name, (lon, lat, rank) in PLACES.items():
        yield {"kind": "place", "name": name, "rank": rank, "geometry": shapely.Point(lon, lat)}


def _arcs(topology: Mapping[str, Any]) -> list[Any]:
    """Return the arcs in degrees: TopoJSON keeps differences of whole numbers."""
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    return [np.cumsum(np.asarray(arc), axis=0) * scale + shift for arc in topology["arcs"]]


def _lines(arc: Any) -> Iterator[Any]:
    """Yield an arc as lines; one across 180 degrees is cut there, not drawn around the world."""
    jumps = np.flatnonzero(np.abs(np.diff(arc[:, 0])) > 180) + 1
    for part in np.split(arc, jumps):
        if len(part) > 1:
            yield shapely.LineString(part)


def _used(geometry: Mapping[str, Any]) -> Iterator[int]:
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    for polygon in polygons:
        for ring in polygon:
            for index in ring:
                yield index if index >= 0 else ~index


def _geometry(geometry: Mapping[str, Any], arcs: Sequence[Any]) -> dict[str, Any]:
    """Return it as GeoJSON; rings that rounding made to a line are left out."""
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    parts = [[_ring(indices, arcs) for indices in polygon] for polygon in polygons]
    kept = [[ring for ring in part if len(ring) > 3] for part in parts if len(part[0]) > 3]
    return {"type": "MultiPolygon", "coordinates": kept}


def _ring(indices: Sequence[int], arcs: Sequence[Any]) -> list[list[float]]:
    points: list[list[float]] = []
    for index in indices:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        points.extend(arc.tolist()[1 if points else 0 :])
    around = np.asarray(points)
    if around[:, 1].min() > -60:  # Antarctica's ring does run along the edge of the map
        around[:, 0] = np.unwrap(around[:, 0], period=360)
        around[:, 0] -= 360 * np.round(around[:, 0].mean() / 360)
    ring: list[list[float]] = around.tolist()
    return ring


def _polygons(geometry: Any) -> Iterator[Any]:
    for part in shapely.get_parts(geometry):
        if part.geom_type == "Polygon":
            yield part
        elif part.geom_type in ("MultiPolygon", "GeometryCollection"):
            yield from _polygons(part)


def _look_up(frame: Any) -> None:
    land = shapely.union_all(frame[frame["kind"] == "land"].geometry.to_numpy())
    wrong = [k for k in KNOWN if land.contains(shapely.Point(k[0], k[1])) != k[2]]
    if wrong:
        raise SystemExit(f"land and sea are mixed up at {wrong}")


if __name__ == "__main__":
    sys.exit(main())
