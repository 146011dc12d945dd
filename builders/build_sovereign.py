"""Make src/tocsin/data/sovereign_osm_2024.parquet from the npm package that carries the outlines.

    npm pack @osm_borders/maritime_10m@1.1.0
    python builders/build_sovereign.py osm_borders-maritime_10m-1.1.0.tgz

The package holds OpenStreetMap's admin_level=2 outlines with their territorial sea, simplified
to 10 m (ODbL 1.0, (c) OpenStreetMap contributors).  Taken whole: every part and every vertex of
the states below, to 1e-7 degree.  What is done to them is printed:

- repeated vertices go, the first is not repeated at the end;
- the parts of Russia on both sides of 180 degrees are joined, so no cut remains there and its
  rings run on to 190.3 E; the seam is found by its vertices at exactly +-180;
- every ring is checked (`tocsin.airspace.valid`), and repaired or refused out loud;
- a cut along a window (`SUSPECT_M` or longer, exactly along a meridian or parallel) is looked
  for; those that are boundaries in fact are listed in `KNOWN_STRAIGHT`, any other is marked clip.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tocsin import geo
from tocsin.airspace import valid
from tocsin.airspace.bundled import METADATA_KEY, SCALE
from tocsin.schema import Edge, Ring

TARBALL_SHA256 = "e9af1dc88a1854fba3e2c4375c61388987a6a00f1eec0975978410019748ac60"
MEMBER = "package/borders.geo.json"
DATA = Path(__file__).resolve().parents[1] / "src" / "tocsin" / "data"

#: One-sigma error of a line, m: 10 m of simplification; 0.1 arc-minute coordinates of the laws
#: that OSM copies (93-185 m steps, so 30-50 m); and datums OSM does not know of (SK-42 read as
#: WGS-84 moves the Estonian points by 120-130 m).  METHODS: 30-200 m is usual.
SIGMA_M = 100.0

STATES = {
    "AL": "Albania", "AD": "Andorra", "AT": "Austria", "BE": "Belgium",
    "BA": "Bosnia and Herzegovina", "BG": "Bulgaria", "BY": "Belarus", "CH": "Switzerland",
    "CY": "Cyprus", "CZ": "Czechia", "DE": "Germany", "DK": "Denmark", "ES": "Spain",
    "EE": "Estonia", "FI": "Finland", "FR": "France", "GB": "United Kingdom", "GR": "Greece",
    "HR": "Croatia", "HU": "Hungary", "IE": "Ireland", "IS": "Iceland", "IT": "Italy",
    "LI": "Liechtenstein", "LT": "Lithuania", "LU": "Luxembourg", "LV": "Latvia", "MC": "Monaco",
    "MD": "Moldova", "MK": "North Macedonia", "MT": "Malta", "ME": "Montenegro",
    "NL": "Netherlands", "NO": "Norway", "PL": "Poland", "PT": "Portugal", "RO": "Romania",
    "RU": "Russia", "SM": "San Marino", "RS": "Serbia", "SK": "Slovakia", "SI": "Slovenia",
    "SE": "Sweden", "TR": "Turkey", "UA": "Ukraine", "VA": "Vatican City", "XK": "Kosovo",
}  # fmt: skip

#: European territories that are no part of the outline of the state responsible for them.
#: (Svalbard and Aland are inside Norway and Finland in this source, overseas France in France.)
TERRITORIES = {
    "FO": "Faroe Islands", "GG": "Guernsey", "GI": "Gibraltar", "GL": "Greenland",
    "IM": "Isle of Man", "JE": "Jersey",
}  # fmt: skip

SUSPECT_M = 15_000.0
#: Straight by law, not by a cut: two treaties that follow a parallel.
KNOWN_STRAIGHT = {
    ("BG", 41.9813333): "Bulgaria-Turkey 1997, along 41 58' 52.8\" N",
    ("TR", 41.9813333): "Bulgaria-Turkey 1997, along 41 58' 52.8\" N",
    ("EE", 57.8991667): "Estonia-Latvia 1996, along 57 53' 57\" N in the Gulf of Riga",
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tarball", type=Path)
    parser.add_argument("-o", "--output", type=Path, default=DATA / "sovereign_osm_2024.parquet")
    options = parser.parse_args()
    digest = hashlib.sha256(options.tarball.read_bytes()).hexdigest()
    if digest != TARBALL_SHA256:
        print(f"{options.tarball}: sha256 {digest} is not {TARBALL_SHA256}", file=sys.stderr)
        return 1
    with tarfile.open(options.tarball) as archive:
        member = archive.extractfile(MEMBER)
        assert member is not None
        collection = json.load(member)

    names = STATES | TERRITORIES
    rows = []
    found = {feature["properties"].get("isoA2"): feature for feature in collection["features"]}
    for iso_a2 in sorted(names):
        feature = found[iso_a2]
        rings, notes = valid.clean([list(part) for part in _parts(feature["geometry"])])
        for note in notes:
            print(f"{iso_a2}: {note}")
        for ring in rings:
            marked = _clipped(iso_a2, ring)
            rows.append((iso_a2, feature["properties"]["isoA3"], names[iso_a2], ring, marked))
    _write(options.output, rows)
    vertices = sum(len(row[3].lon_deg) for row in rows)
    print(f"{len(names)} states and territories, {len(rows)} rings, {vertices} vertices")
    print(
        f"{options.output.name}: {options.output.stat().st_size} bytes, sha256 "
        f"{hashlib.sha256(options.output.read_bytes()).hexdigest()}"
    )
    return 0


def _parts(geometry: dict[str, object]) -> Iterator[list[Ring]]:
    if geometry["type"] == "GeometryCollection":
        for member in geometry["geometries"]:  # type: ignore[attr-defined]
            yield from _parts(member)
        return
    parts = geometry["coordinates"]
    for part in [parts] if geometry["type"] == "Polygon" else parts:  # type: ignore[attr-defined]
        yield [_ring(points) for points in part]


def _ring(points: list[list[float]]) -> Ring:
    at = np.round(np.array(points)[:-1] * SCALE) / SCALE
    return Ring(at[:, 0], at[:, 1], (Edge.GEODESIC,) * len(at))


def _clipped(iso_a2: str, ring: Ring) -> list[int]:
    """Return the segments that run exactly along a meridian or parallel for no known reason."""
    lon1, lat1 = np.roll(ring.lon_deg, -1), np.roll(ring.lat_deg, -1)
    long = geo.distance_m(ring.lon_deg, ring.lat_deg, lon1, lat1) >= SUSPECT_M
    straight = (ring.lon_deg == lon1) | (ring.lat_deg == lat1)
    out = []
    for i in np.flatnonzero(long & straight):
        law = KNOWN_STRAIGHT.get((iso_a2, float(ring.lat_deg[i])))
        where = f"{ring.lat_deg[i]:.7f} {ring.lon_deg[i]:.7f} to {lat1[i]:.7f} {lon1[i]:.7f}"
        print(f"{iso_a2}: {where}: {law or 'no known boundary, marked clip'}")
        if law is None:
            out.append(int(i))
    return out


def _write(path: Path, rows: list[tuple[str, str, str, Ring, list[int]]]) -> None:
    """Write integers of 1e-7 degree, one ring a row, one row group a state.

    The same input gives the same bytes (with one version of pyarrow, whose name it writes).
    """
    points = [
        np.round(np.stack([r[3].lon_deg, r[3].lat_deg]) * SCALE).astype(np.int32) for r in rows
    ]
    table = pa.table(
        {
            "iso_a2": pa.array([row[0] for row in rows]),
            "iso_a3": pa.array([row[1] for row in rows]),
            "name": pa.array([row[2] for row in rows]),
            "lon_e7": pa.array([p[0] for p in points], pa.list_(pa.int32())),
            "lat_e7": pa.array([p[1] for p in points], pa.list_(pa.int32())),
            "edge": pa.array([Edge.GEODESIC.value] * len(rows)),
            "clip": pa.array([row[4] for row in rows], pa.list_(pa.int32())),
        }
    )
    states = {row[0]: [row[1], row[2]] for row in rows}  # in the order of the row groups
    about: dict[str, object] = {
        "title": "Sovereign volumes of Europe, Turkey and Russia, as OpenStreetMap draws them",
        "attribution": "(c) OpenStreetMap contributors, https://www.openstreetmap.org/copyright",
        "license": "ODbL-1.0, https://opendatacommons.org/licenses/odbl/1-0/",
        "source": "npm package @osm_borders/maritime_10m 1.1.0 (2024-12-13), 10 m simplification",
        "source_sha256": TARBALL_SHA256,
        "builder": "builders/build_sovereign.py",
        "layer": "sovereign",
        "hypothesis": "osm-2024",
        "sigma_m": SIGMA_M,
        "states": states,
        "trust": "not the law; neighbours overlap where no boundary is ratified or it is disputed",
    }
    table = table.replace_schema_metadata({METADATA_KEY: json.dumps(about)})
    with pq.ParquetWriter(
        path,
        table.schema,
        compression="zstd",
        compression_level=19,
        use_dictionary=["iso_a2", "iso_a3", "name", "edge"],
        column_encoding={
            "lon_e7.list.element": "DELTA_BINARY_PACKED",
            "lat_e7.list.element": "DELTA_BINARY_PACKED",
        },
    ) as writer:
        codes = table["iso_a2"].to_pylist()
        for code in states:
            writer.write_table(table.slice(codes.index(code), codes.count(code)))


if __name__ == "__main__":
    sys.exit(main())
