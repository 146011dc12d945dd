"""A case small enough to run in a moment: one flight, one box, three records, a claim."""

from __future__ import annotations

import json
from pathlib import Path

from tests.run import boxes
from tocsin.run.bundle import Seal
from tocsin.run.flow import run_case

SQUARE = [[24.0, 59.0], [25.0, 59.0], [25.0, 60.0], [24.0, 60.0], [24.0, 59.0]]
ROWS = """t,track,lon,lat,sigma_m
2025-09-19T07:00:00Z,4ab179-1,24.5,58.9,10
2025-09-19T07:00:50Z,4ab179-1,24.5,58.99,10
2025-09-19T07:01:40Z,4ab179-1,24.5,59.08,10
2025-09-19T07:02:30Z,4ab179-1,24.5,58.99,10
2025-09-19T07:03:30,4ab179-1,24.5,58.9,10
"""
CASE = """[case]
id = "T-1"
title = "A box"
window = [2025-09-19T06:45:00Z, 2025-09-19T07:25:00Z]
as_of = 2025-09-23T12:00:00Z
synthetic = true
tlp = "CLEAR"

[[source]]
path = "track.csv"
witness = "receiver"

[[airspace]]
path = "box.geojson"
volume = "BOX"
hypothesis = "as-drawn"
sigma_m = 20

[[log]]
path = "log.csv"
by = "the desk"

[[report]]
kind = "clearance"
authorised = "no"
by = "the authority"

[[claim]]
id = "x-1"
by = "the other side"
says = "never there"
test = "never inside(BOX)"

[[claim]]
id = "x-2"
by = "the desk"
test = "inside(BOX) for about 90 s"
"""
LOG = "time,kind,value,text\n2025-09-19T07:01:00Z,radio,no,called twice\n"


def made(folder: Path, case: str = CASE) -> Path:
    """Write the case and its files into a folder; return the case file."""
    folder.mkdir(parents=True, exist_ok=True)
    feature = {
        "type": "Feature",
        "properties": {"volume": "BOX", "edge": "geodesic", "layer": "restricted"},
        "geometry": {"type": "Polygon", "coordinates": [SQUARE]},
    }
    told = json.dumps({"type": "FeatureCollection", "features": [feature]})
    (folder / "box.geojson").write_text(told)
    (folder / "track.csv").write_text(ROWS)
    (folder / "log.csv").write_text(LOG)
    (folder / "case.toml").write_text(case)
    return folder / "case.toml"


def ran(folder: Path, case: str = CASE, seal: Seal | None = None) -> Path:
    """Run the case in a folder; return its directory of results."""
    out = folder / "out"
    run_case(made(folder, case), out, seal=seal or Seal())
    return out


def tocsin(*words: str | Path, cwd: Path | None = None) -> boxes.Done:
    """Run the command line in this process; `test_bundle` starts real ones."""
    return boxes.tocsin(cwd or Path.cwd(), *map(str, words))
