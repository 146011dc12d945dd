"""What ships: the bundle is what the sources build, the basemap is land where land is."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import geopandas
import pytest
import shapely

from tocsin.web import basemap, bundle

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"

#: Longitude, latitude, is land: of places that anybody can look up.
KNOWN = (
    (25.0, 58.8, True), (24.9, 60.6, True), (26.0, 59.85, False), (20.0, 58.0, False),
    (27.5, 60.0, False), (32.0, 71.0, False), (5.0, 65.0, False), (15.0, 63.0, True),
    (100.0, 60.0, True), (-40.0, 30.0, False), (-100.0, 40.0, True), (37.0, 76.0, False),
)  # fmt: skip


def test_the_bundle_is_of_these_sources() -> None:
    """The hash of the sources in the bundle is that of the sources, and nobody touched it."""
    command = [sys.executable, "builders/build_web.py", "--check", "--quick"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.full
def test_the_sources_build_the_bundle() -> None:
    """Built once more, every byte is the same."""
    if shutil.which("npm") is None:
        pytest.skip("needs Node and npm")
    command = [sys.executable, "builders/build_web.py", "--check"]
    if not (WEB / "node_modules").is_dir():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=WEB, check=True)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_formats_of_the_screens() -> None:
    """Units, coordinates and times, by the tests of the sources themselves."""
    if shutil.which("node") is None or not (WEB / "node_modules" / "vitest").is_dir():
        pytest.skip("needs Node and `npm ci` in web/")
    command = ["node", "node_modules/vitest/vitest.mjs", "run"]
    done = subprocess.run(command, cwd=WEB, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_names_its_own_files_only() -> None:
    """Every script and style is in the bundle; nothing is asked of another machine."""
    page = (bundle() / "index.html").read_text()
    named = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert [each for each in named if not each.startswith("/")] == []
    missing = [e for e in named if e != "/register" and not (bundle() / e.lstrip("/")).is_file()]
    assert missing == []
    lock = json.loads((WEB / "package-lock.json").read_text())
    assert [name for name, told in lock["packages"].items() if "resolved" in told] == []


def test_land_is_land_and_sea_is_sea() -> None:
    """Known points of land and sea; coasts do not run around the world."""
    told = geopandas.read_file(basemap()).to_crs(4326)
    land = told[told["kind"] == "land"].geometry
    for lon, lat, is_land in KNOWN:
        assert bool(land.contains(shapely.Point(lon, lat)).any()) is is_land, (lon, lat)
    for line in shapely.get_parts(told[told["kind"].isin(("coast", "border"))].geometry.to_numpy()):
        at = shapely.get_coordinates(line)
        assert abs(at[1:] - at[:-1])[:, 0].max() < 3.0, at[0]
    assert {"Tallinn", "Helsinki", "Narva"} <= set(told[told["kind"] == "place"]["name"])
    assert basemap().stat().st_size < 3_000_000
