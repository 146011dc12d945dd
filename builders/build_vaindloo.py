"""Write the rival limits of Estonia that the Vaindloo example tests, beside its case file.

    python builders/build_vaindloo.py

`sk42`     the published 0.1-arc-minute points of the sea limit read as SK-42 instead of WGS-84:
           every vertex that stands on such a point is moved to where that datum puts it
`overlap`  without the water that the Russian outline claims too: no ratified boundary parts them

Both come from the shipped outlines (OpenStreetMap, ODbL 1.0) and are under the same licence.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from tocsin.airspace.bundled import bundled, bundled_volumes
from tocsin.schema import Volume

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "examples" / "vaindloo-2025-09-19"
SAME_DEG = 2e-5  # the outline has six decimals, the list 0.1 arc-minute
ATTRIBUTION = "© OpenStreetMap contributors, ODbL 1.0"


def main() -> None:
    """Write both files and say how much each differs from the shipped outline."""
    (estonia,) = bundled_volumes("sovereign", ["EE"])
    (russia,) = bundled_volumes("sovereign", ["RU"])
    shape = polygons(estonia)
    write("estonia-sk42.geojson", "sk42", moved(estonia))
    rest = shapely.difference(shape, polygons(russia))
    lost = shapely.difference(shape, rest)
    write("estonia-overlap.geojson", "overlap", rest)
    print(f"overlap: {shapely.area(lost) * 111.3 * 111.4 * 0.5:.0f} km2 given up, roughly")


def polygons(volume: Volume) -> shapely.Geometry:
    """Return a volume as one geometry; inside is even-odd over its rings."""
    out = shapely.MultiPolygon()
    for ring in volume.rings:
        out = shapely.symmetric_difference(
            out, shapely.make_valid(shapely.polygons(np.stack([ring.lon_deg, ring.lat_deg], 1)))
        )
    return out


def moved(volume: Volume) -> shapely.Geometry:
    """Return the outline with its listed points where SK-42 would put them."""
    listed = json.loads(bundled("est-limit-points"))["features"]
    places = [
        (
            *f["geometry"]["coordinates"],
            f["properties"]["lon_if_sk42"],
            f["properties"]["lat_if_sk42"],
        )
        for f in listed
        if "lon_if_sk42" in f["properties"]
    ]
    count = 0
    out = shapely.MultiPolygon()
    for ring in volume.rings:
        lon, lat = ring.lon_deg.copy(), ring.lat_deg.copy()
        for x, y, to_x, to_y in places:
            hit = (np.abs(lon - x) < SAME_DEG) & (np.abs(lat - y) < SAME_DEG)
            lon[hit], lat[hit] = to_x, to_y
            count += int(hit.sum())
        out = shapely.symmetric_difference(out, shapely.polygons(np.stack([lon, lat], 1)))
    print(f"sk42: {count} of {len(places)} listed points stand in the outline and were moved")
    return out


def write(name: str, hypothesis: str, shape: shapely.Geometry) -> None:
    """Write one outline as GeoJSON with geodesic edges."""
    geometry = json.loads(shapely.to_geojson(shapely.set_precision(shape, 1e-7)))
    feature: dict[str, Any] = {
        "type": "Feature",
        "properties": {
            "volume": "EE",
            "name": "Estonia",
            "layer": "sovereign",
            "hypothesis": hypothesis,
            "sigma_m": 100,
            "edge": "geodesic",
            "attribution": ATTRIBUTION,
        },
        "geometry": geometry,
    }
    text = json.dumps({"type": "FeatureCollection", "features": [feature]}, ensure_ascii=False)
    (TARGET / name).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
