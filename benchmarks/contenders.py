"""The input of `find_passages.py`, and the simpler ways that stand beside `tocsin find`.

    python benchmarks/contenders.py NAME FOLDER [TRACKS]

Each prints one JSON object: what it yields in words, and seconds to add where only a part was run.
"""

from __future__ import annotations

import itertools
import json
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl
import shapely

FIXES, STEP_S, SPEED_MPS = 1000, 5.0, 200.0
VOLUMES, VERTICES = 50, 2000
LOOP_TRACKS = 20  # the loop over legs is run on so many tracks and scaled up
M_PER_DEG = 111_195.0


def make(folder: Path, tracks: int) -> None:
    """Write fixes.parquet and volumes.geojson: smooth flights over a box of Europe, one seed."""
    rng = np.random.default_rng(20181126)
    turn = np.cumsum(rng.normal(0, 0.0002, (tracks, FIXES)), axis=1)
    course = rng.uniform(0, 2 * np.pi, (tracks, 1)) + np.cumsum(turn, axis=1)
    step_deg = SPEED_MPS * STEP_S / M_PER_DEG
    lat = rng.uniform(48, 62, (tracks, 1)) + step_deg * np.cumsum(np.cos(course), axis=1)
    east = step_deg * np.sin(course) / np.cos(np.radians(lat))
    lon = rng.uniform(5, 30, (tracks, 1)) + np.cumsum(east, axis=1)
    t = 1.7e9 + STEP_S * np.arange(FIXES)[None] + rng.uniform(0, 3600, (tracks, 1))
    names = np.repeat([f"{0x400000 + k:06x}-1" for k in range(tracks)], FIXES)
    columns = {"t": t.ravel(), "track": names, "lon": lon.ravel(), "lat": lat.ravel()}
    pl.DataFrame(columns).write_parquet(folder / "fixes.parquet")

    angle = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    features = []
    for k in range(VOLUMES):
        size, phase = rng.uniform(0, 0.25, 3), rng.uniform(0, 6, 3)
        waves = [size[i] / n * np.sin(n * angle + phase[i]) for i, n in enumerate((2, 5, 9))]
        radius = rng.uniform(0.3, 1.2) * (1 + np.sum(waves, axis=0))
        y = rng.uniform(48, 62) + radius * np.sin(angle)
        x = rng.uniform(5, 30) + radius * np.cos(angle) / np.cos(np.radians(y))
        ring = np.round(np.column_stack([x, y]), 6).tolist()
        properties = {"volume": f"V{k:02}", "edge": "geodesic", "sigma_m": 50}
        geometry = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    collection = {"type": "FeatureCollection", "features": features}
    (folder / "volumes.geojson").write_text(json.dumps(collection), encoding="utf-8")


def load(folder: Path) -> tuple[pl.DataFrame, list[shapely.Geometry]]:
    """Return the fixes, and the outlines prepared for many questions."""
    text = (folder / "volumes.geojson").read_text(encoding="utf-8")
    shapes = [shapely.geometry.shape(each["geometry"]) for each in json.loads(text)["features"]]
    shapely.prepare(shapes)
    return pl.read_parquet(folder / "fixes.parquet"), shapes


def points(folder: Path) -> tuple[str, float]:
    """A geofence in the usual way: every fix against every prepared polygon."""
    fixes, shapes = load(folder)
    lon, lat = fixes["lon"].to_numpy(), fixes["lat"].to_numpy()
    hits = sum(int(shapely.contains_xy(shape, lon, lat).sum()) for shape in shapes)
    return f"{hits:,} fixes inside; no crossing times, no corners", 0.0


def sjoin(folder: Path) -> tuple[str, float]:
    """The same as a spatial join."""
    import geopandas

    fixes, shapes = load(folder)
    where = geopandas.GeoDataFrame(geometry=geopandas.points_from_xy(fixes["lon"], fixes["lat"]))
    joined = where.sjoin(geopandas.GeoDataFrame(geometry=shapes), predicate="within")
    return f"{len(joined):,} fixes inside; no crossing times, no corners", 0.0


def loop(folder: Path) -> tuple[str, float]:
    """One leg at a time, as trajectory libraries clip: a LineString for every leg."""
    fixes, shapes = load(folder)
    names = fixes["track"].unique(maintain_order=True)
    few = min(LOOP_TRACKS, len(names))
    some = fixes.filter(pl.col("track").is_in(names[:few].implode()))
    tree, crossings, begin = shapely.STRtree(shapes), 0, time.perf_counter()
    for _, flight in some.group_by("track", maintain_order=True):
        for ends in itertools.pairwise(flight.select("lon", "lat").to_numpy()):
            leg = shapely.LineString(ends)
            for k in tree.query(leg):
                crossings += not shapely.intersection(leg, shapes[k].boundary).is_empty
    rest_s = (time.perf_counter() - begin) * (len(names) / few - 1)
    return f"{crossings:,} legs cross in {few} tracks; scaled up from those", rest_s


def tocsin(folder: Path) -> tuple[str, float]:
    """What `tocsin find` left in events.parquet; it has run already."""
    events = pl.read_parquet(folder / "events.parquet")
    inside = events["fixes_inside"].sum()
    return f"{len(events):,} passages ({inside:,} fixes) with time, depth and error", 0.0


def main() -> None:
    """Do one thing by its name."""
    name, folder = sys.argv[1], Path(sys.argv[2])
    if name == "make":
        make(folder, int(sys.argv[3]))
        return
    contenders = {"points": points, "sjoin": sjoin, "loop": loop, "tocsin": tocsin}
    yields, rest_s = contenders[name](folder)
    print(json.dumps({"yields": yields, "rest_s": rest_s}))


if __name__ == "__main__":
    main()
