from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from geographiclib.geodesic import Geodesic
from pyproj import Geod

from tocsin.airspace.bundled import bundled, bundled_volumes, listing
from tocsin.airspace.valid import clean
from tocsin.errors import AirspaceError
from tocsin.schema import Edge, Volume

WGS84 = Geod(ellps="WGS84")


@cache
def everything() -> dict[str, Volume]:
    return {volume.name: volume for volume in bundled_volumes("sovereign")}


@cache
def shape(name: str) -> shapely.Geometry:
    rings = [
        shapely.Polygon(np.column_stack([r.lon_deg, r.lat_deg])) for r in everything()[name].rings
    ]
    whole = rings[0]
    for ring in rings[1:]:
        whole = whole.symmetric_difference(ring)  # even-odd
    return whole


# Places that any atlas gives.
@pytest.mark.parametrize(
    ("state", "lon", "lat", "inside"),
    [
        ("DK", 12.568, 55.676, True),  # Copenhagen
        ("DK", 14.760, 55.063, True),  # Bornholm airport
        ("DK", 16.5, 56.0, False),  # open Baltic
        ("SE", 18.069, 59.329, True),  # Stockholm
        ("SE", 12.568, 55.676, False),
        ("EE", 26.3611, 59.8169, True),  # Vaindloo
        ("EE", 26.3611, 59.95, False),  # the corridor north of it
        ("RU", 26.3611, 59.8169, False),
        ("FI", 24.941, 60.170, True),  # Helsinki
        ("FI", 20.0, 60.2, True),  # Aland
        ("NO", 15.6, 78.22, True),  # Longyearbyen
        ("RU", 20.51, 54.71, True),  # Kaliningrad
        ("RU", 37.62, 55.75, True),  # Moscow
        ("RU", 177.5, 64.73, True),  # Anadyr
        ("RU", -173.2 + 360, 64.42, True),  # Provideniya, past 180
        ("RU", 180.0, 71.2, True),  # Wrangel Island, astride 180
        ("TR", 28.97, 41.01, True),  # Istanbul
        ("VA", 12.453, 41.902, True),
        ("IT", 12.453, 41.902, False),  # a hole in Italy
        ("FR", 55.45, -20.88, True),  # Reunion: whole features, as the source has them
        ("FO", -6.77, 62.01, True),  # Torshavn
    ],
)
def test_known_places(state: str, lon: float, lat: float, inside: bool) -> None:
    assert bool(shapely.contains_xy(shape(state), lon, lat)) is inside


# Land (CIA World Factbook) and what a 12 NM sea can add at most; km2.
@pytest.mark.parametrize(
    ("state", "land_km2", "most_km2"),
    [
        ("EE", 45_228, 75_000),
        ("CH", 41_277, 41_400),
        ("HU", 93_028, 93_200),
        ("AT", 83_871, 84_000),
        ("DK", 42_434, 90_000),
        ("LU", 2_586, 2_600),
        ("BY", 207_600, 208_000),
        ("TR", 783_562, 870_000),
    ],
)
def test_areas(state: str, land_km2: float, most_km2: float) -> None:
    area = 0.0
    for part in shapely.get_parts(shape(state)):
        area += abs(WGS84.geometry_area_perimeter(part)[0]) / 1e6
    assert 0.995 * land_km2 < area < most_km2


def test_vaindloo_lies_nearly_12_km_inside() -> None:
    """11.85 km by the collected claims of 2025-09-19, 11,834.5 m along the geodesics shipped.

    Either is far within the 150 m to which the place of the island is known.
    """
    (estonia,) = bundled_volumes("sovereign", ("EE",))
    near = 1e9
    for ring in estonia.rings:
        lon1, lat1 = np.roll(ring.lon_deg, -1), np.roll(ring.lat_deg, -1)
        around = (np.abs(ring.lon_deg - 26.36) < 1) & (ring.lat_deg > 59.5)
        for i in np.flatnonzero(around):
            line = Geodesic.WGS84.InverseLine(ring.lat_deg[i], ring.lon_deg[i], lat1[i], lon1[i])
            for s in np.linspace(0, line.s13, 400):
                at = line.Position(s)
                to = Geodesic.WGS84.Inverse(59.816944, 26.361111, at["lat2"], at["lon2"])
                near = min(near, to["s12"])
    assert near == pytest.approx(11_834.5, abs=0.2)
    assert near == pytest.approx(11_850, abs=20)


def test_estonia_and_russia_overlap_where_no_boundary_is_ratified() -> None:
    """168 km2 between 26.58 E and 26.9 E, east of Vaindloo (METHODS section 1, computed)."""
    shared_sea = shape("EE").intersection(shape("RU")).intersection(shapely.box(26, 59, 27, 60))
    area = sum(abs(WGS84.geometry_area_perimeter(p)[0]) for p in shapely.get_parts(shared_sea))
    assert area / 1e6 == pytest.approx(168, abs=0.5)
    assert shared_sea.bounds[0] == pytest.approx(26.58, abs=0.01)


def test_the_whole_of_europe_turkey_and_russia() -> None:
    volumes = everything()
    assert len(volumes) == 53  # 47 states and 6 territories
    rings = [ring for volume in volumes.values() for ring in volume.rings]
    assert sum(len(ring.lon_deg) for ring in rings) == 486_689
    # 485,235 positions of the states and 1,802 of the territories in the source, less the
    # repeated first point of each ring and the seam of Russia
    assert all(np.isfinite(ring.lon_deg).all() for ring in rings)
    assert {edge for ring in rings for edge in set(ring.edges)} == {Edge.GEODESIC}
    assert len(bundled("sovereign")) <= 8_000_000


def test_every_ring_is_sound() -> None:
    for name in ("DK", "EE", "SE", "IT", "CH", "RU", "BE"):
        volume = everything()[name]
        for ring in volume.rings:
            _, notes = clean([[ring]])
            assert notes == ()


def test_russia_has_no_cut_at_180() -> None:
    for ring in everything()["RU"].rings:
        on_seam = np.abs(np.abs(ring.lon_deg) - 180) < 1e-9
        assert not (on_seam & np.roll(on_seam, -1)).any()
        assert np.abs(np.diff(ring.lon_deg, append=ring.lon_deg[:1])).max() < 180
    assert max(ring.lon_deg.max() for ring in everything()["RU"].rings) > 190  # the Diomedes


def test_what_is_said_of_it_travels_with_it() -> None:
    volume = everything()["EE"]
    assert (volume.layer, volume.hypothesis, volume.sigma_m) == ("sovereign", "osm-2024", 100.0)
    assert (volume.title, volume.path) == ("Estonia", "bundled:sovereign")
    given = dict(volume.properties)
    assert "OpenStreetMap contributors" in given["attribution"]
    assert given["license"].startswith("ODbL-1.0")
    sidecar = files("tocsin.data").joinpath("SOVEREIGN-ODbL.txt").read_text(encoding="utf-8")
    assert "OpenStreetMap contributors" in sidecar


@pytest.mark.parametrize("name", ["EE", "ee", "EST", "Estonia", " estonia "])
def test_states_by_code_or_name(name: str) -> None:
    assert bundled_volumes("sovereign", (name,)) == (everything()["EE"],)


def test_other_names() -> None:
    found = bundled_volumes("sovereign", ("UK", "Türkiye", "Russian Federation", "XKX"))
    assert [volume.name for volume in found] == ["GB", "TR", "RU", "XK"]


def test_unknown_names_are_errors() -> None:
    with pytest.raises(AirspaceError, match=r"US.*give a code such as EE"):
        bundled_volumes("sovereign", ("US",))
    with pytest.raises(AirspaceError, match=r'"fir-gof" is no volume'):
        bundled_volumes("fir-gof")
    with pytest.raises(AirspaceError, match="there are sovereign, "):
        bundled("nowhere")


def test_shared_arrays_cannot_be_written_to() -> None:
    with pytest.raises(ValueError, match="read-only"):
        everything()["EE"].rings[0].lon_deg[0] = 0.0


LINES = [shipped.name for shipped in listing() if shipped.kind == "line"]


def collection(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(bundled(name))
    return found


@pytest.mark.parametrize("name", LINES)
def test_lines_are_the_points_of_the_law_with_an_edge_type_each(name: str) -> None:
    line, *points = collection(name)["features"]
    at = line["geometry"]["coordinates"]
    assert at == [point["geometry"]["coordinates"] for point in points]
    assert len(line["properties"]["edge"]) == len(at) - 1
    assert {Edge(word) for word in line["properties"]["edge"]} <= {Edge.GEODESIC, Edge.RHUMB}
    assert line["properties"]["layer"] in ("sovereign", "eez", "fir", "custom")


@pytest.mark.parametrize("name", [s.name for s in listing() if s.kind != "volumes"])
def test_facts_name_their_source(name: str) -> None:
    about = collection(name)["metadata"]
    assert about["source_title"] and about["source_url"] and about["source_date"]
    assert about["license"] and about["sigma_m"] > 0


def test_published_points() -> None:
    """Agreement of 18 October 1996, point 17: 58 50.677 N 20 28.902 E; decree 1073/2004, 1."""
    last = collection("eez-est-fin-1996")["features"][0]["geometry"]["coordinates"][-1]
    assert last == pytest.approx([20 + 28.902 / 60, 58 + 50.677 / 60], abs=1e-7)
    first = collection("eez-fin-2004")["features"][0]["geometry"]["coordinates"][0]
    assert first == pytest.approx([27 + 10.866 / 60, 60 + 10.296 / 60], abs=1e-7)
    (island,) = collection("vaindloo")["features"]
    assert island["geometry"]["coordinates"] == [26.361111, 59.816944]


def test_neighbouring_laws_differ_in_their_lines() -> None:
    edges = {n: collection(n)["features"][0]["properties"]["edge"][0] for n in LINES}
    assert edges["eez-est-fin-1996"] == "geodesic"
    assert edges["eez-fin-2004"] == edges["treaty-est-rus-2005"] == "rhumb"


@pytest.mark.data
def test_shipped_lines_are_those_of_the_collection(shared: Path) -> None:
    """The line drawn in short steps beside the points agrees with the edge type we state."""
    facts = json.loads((shared / "facts" / "boundaries" / "eez_est_fin_1996.geojson").read_text())
    drawn = np.array(facts["features"][0]["geometry"]["coordinates"])
    at = np.array(collection("eez-est-fin-1996")["features"][0]["geometry"]["coordinates"])
    far = []
    for x, y in drawn[::25]:
        offs = []
        for (x0, y0), (x1, y1) in pairwise(at.tolist()):
            az, _, s = WGS84.inv(x0, y0, x, y)
            az0, _, length = WGS84.inv(x0, y0, x1, y1)
            along = s * np.cos(np.radians(az - az0))
            if -1 <= along <= length + 1:
                offs.append(abs(s * np.sin(np.radians(az - az0))))
        far.append(min(offs))
    assert max(far) < 0.1
