"""A small case on disk: an aircraft flies 376 s inside a square that stands for Estonia."""

from __future__ import annotations

import contextlib
import io
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from tocsin.run.flow import Studied, study
from tocsin.settings import FindSettings

HEAD = """
[case]
id = "T-1"
title = "A box"
window = [2025-09-19T06:45:00Z, 2025-09-19T07:25:00Z]
synthetic = true
[[source]]
path = "track.csv"
witness = "north"
[source.sensor]
kind = "adsb"
lat_deg = 59.4
lon_deg = 24.8
h_hae_m = 50
[[airspace]]
path = "box.geojson"
volume = "EE"
sigma_m = 20
"""
RESTRICTED = '[[airspace]]\npath = "box.geojson"\nvolume = "EER15"\nsigma_m = 20\n'
TRACK = "4a81c3-1"


def square(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(kind: str, at: Any, **properties: Any) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": {"type": kind, "coordinates": at},
    }


def collection(*features: dict[str, Any]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": list(features)})


def write(folder: Path, body: str = "", **files: str) -> Path:
    """Write the case, with tables more and files beside it; a name may have _ for its dot."""
    (folder / "box.geojson").write_text(
        collection(
            feature("Polygon", [square(24, 59, 25, 60)], volume="EE", edge="geodesic",
                    layer="sovereign"),
            feature("Polygon", [square(24.3, 59.02, 24.7, 59.2)], volume="EER15",
                    edge="geodesic", layer="restricted"),
        )
    )  # fmt: skip
    rows = ["t,track,lon,lat,sigma_m,h_hae_m"]
    for k in range(60):  # due east at 24.3 E + 0.036 degrees a minute, in and out from the south
        second = 7 * 3600 + 10 * k
        clock = f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
        lat = 58.9 + 0.27 * min(k, 60 - k) / 30
        rows.append(f"2025-09-19T{clock}Z,{TRACK},{24.3 + 0.006 * k:.4f},{lat:.5f},20,3000")
    (folder / "track.csv").write_text("\n".join(rows) + "\n")
    for name, text in files.items():
        (folder / name.replace("_", ".")).write_text(text)
    (folder / "case.toml").write_text(HEAD + body)
    return folder / "case.toml"


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


def tocsin(folder: Path, *words: str) -> Done:
    """Run the command line in this process, as if it stood in a folder."""
    from tocsin.cli import main  # the rest here needs no command line

    out, err, code = io.StringIO(), io.StringIO(), 0
    here = Path.cwd()
    os.chdir(folder)
    try:
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
            patch.object(sys, "argv", ["tocsin", *words]),
        ):
            main()
    except SystemExit as stop:
        code = int(stop.code or 0)
    finally:
        os.chdir(here)
    return Done(code, out.getvalue(), err.getvalue())


def studied(folder: Path, body: str = "", **files: str) -> Studied:
    return study(write(folder, body, **files), FindSettings())


def context(folder: Path, body: str = "", **files: str) -> dict[str, Any]:
    return dict(studied(folder, body, **files).findings["context"])
