"""Which side of a line, which region: against shapely, and against what is published."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tests.run.boxes import collection, feature
from tocsin.errors import AirspaceError
from tocsin.run.casecontext import FirSpec, Served
from tocsin.run.firs import Firs, left_of, load_firs

GOF = FirSpec(
    "bundled:fir-gof",
    "",
    left=Served("St Petersburg FIR", "Russia"),
    right=Served("Tallinn FIR", "Estonia"),
)
ZIGZAG = np.array([[0.0, 0.0], [4.0, 1.0], [3.0, 3.0], [6.0, 2.5], [9.0, 6.0]])


def regions(firs: Firs, *places: tuple[float, float]) -> list[str]:
    lat, lon = np.array(places).T
    return [firs.regions[k].served.fir if k >= 0 else "" for k in firs.at(lon, lat)]


def test_vaindloo_is_served_by_st_petersburg_and_tallinn_is_not() -> None:
    """Vaindloo lies about 1 km inside the ST PETERSBURG FIR (AIP points; METHODS section 1)."""
    firs = load_firs([GOF])
    assert regions(firs, (59.8169, 26.3611), (59.41, 24.83), (59.79, 25.5)) == [
        "St Petersburg FIR",
        "Tallinn FIR",
        "Tallinn FIR",
    ]
    inside = firs.regions[0].signed_m(np.array([26.3611]), np.array([59.8169]))
    assert 500 < float(inside[0]) < 1300
    assert firs.regions[0].sha256 == firs.inputs[0].sha256


def test_past_the_ends_of_a_line_no_side_is_told() -> None:
    assert regions(load_firs([GOF]), (60.5, 27.4), (59.2, 28.4)) == ["", ""]


@given(
    st.lists(st.tuples(st.floats(-2, 11), st.floats(-3, 9)), min_size=1, max_size=30, unique=True)
)
def test_sides_agree_with_a_polygon_closed_far_away(points: list[tuple[float, float]]) -> None:
    xy = np.array(points)
    signed = left_of(xy, ZIGZAG)
    known = ~np.isnan(signed)
    # Closed to the left of the line, further off than any point.
    left = shapely.Polygon([*ZIGZAG.tolist(), (9, 99), (-99, 99), (-99, 0)])
    assert shapely.is_valid(left)
    clear = known & (np.abs(signed) > 1e-9)
    assert np.array_equal(signed[clear] > 0, shapely.contains_xy(left, xy[clear]))
    far = shapely.distance(shapely.LineString(ZIGZAG), shapely.points(xy))
    assert np.allclose(np.abs(signed[known]), far[known])


@given(st.lists(st.tuples(st.floats(-2, 11), st.floats(-3, 9)), min_size=1, max_size=10))
def test_a_line_run_backwards_has_its_sides_changed(points: list[tuple[float, float]]) -> None:
    xy = np.array(points)
    there, back = left_of(xy, ZIGZAG), left_of(xy, ZIGZAG[::-1])
    # Rounding may put a point at the very end of the line on either side of it.
    told = ~np.isnan(there) & ~np.isnan(back)
    assert np.allclose(there[told], -back[told], atol=1e-9)
    ends = np.linalg.norm(xy[:, None] - ZIGZAG[[0, -1]], axis=2).min(axis=1)
    assert (told | (np.isnan(there) & np.isnan(back)) | (ends < 1e-6)).all()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{}", "is no GeoJSON with a line"),
        (collection(), "holds 0 lines, not one"),
        (collection(feature("LineString", [[24, 59]])), "no line of two points"),
    ],
)
def test_a_file_without_a_line_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "f.geojson").write_text(text)
    spec = FirSpec("f.geojson", str(tmp_path / "f.geojson"), left=Served("A", "B"))
    with pytest.raises(AirspaceError, match=told):
        load_firs([spec])


def test_an_outline_must_be_one(tmp_path: Path) -> None:
    spec = FirSpec("gone.geojson", str(tmp_path / "gone.geojson"), whole=Served("A", "B"))
    with pytest.raises(AirspaceError):
        load_firs([spec])


@pytest.mark.data
def test_the_collected_facts_give_the_same_line(shared: Path) -> None:
    path = shared / "facts" / "boundaries" / "fir_aip_gof.geojson"
    facts = FirSpec("fir.geojson", str(path), left=GOF.left, right=GOF.right)
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(24.5, 27.5, 200), rng.uniform(59.5, 60.1, 200)
    assert np.array_equal(load_firs([facts]).at(lon, lat), load_firs([GOF]).at(lon, lat))
