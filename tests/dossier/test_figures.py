"""The geometry behind the figures."""

from __future__ import annotations

import re

import numpy as np
import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st
from pyproj import Geod

from tests.dossier.case import T0
from tocsin.dossier import DossierData, DrawnTrack, Outline, Strip
from tocsin.dossier.draw import clean
from tocsin.dossier.flown import Kind, runs
from tocsin.dossier.place import Box, around
from tocsin.dossier.plane import Frame, Plane, bar, frame, graticule, middle
from tocsin.dossier.profile import limit_text, limits_shown
from tocsin.dossier.shapes import area, boundary, corridor, thin
from tocsin.dossier.strip import blanks, lifted, thinned
from tocsin.schema import Datum, Limit

SHOWN = Frame(-5000.0, -5000.0, 5000.0, 5000.0)


@given(st.floats(-179, 179), st.floats(-75, 75), st.floats(0, 360))
def test_the_plane_is_true_to_scale_near_its_middle(lon: float, lat: float, way: float) -> None:
    end_lon, end_lat, _ = Geod(ellps="WGS84").fwd(lon, lat, way, 2000.0)
    x, y = Plane(lon, lat).xy(np.array([end_lon]), np.array([end_lat]))[0]
    assert np.hypot(x, y) == pytest.approx(2000.0, abs=4.0)


def test_the_middle_of_a_track_over_the_date_line_is_on_it() -> None:
    plane = middle(np.array([179.0, -179.0]), np.array([60.0, 60.0]))
    assert abs(plane.lon0_deg) == 180.0
    assert plane.xy(np.array([-179.5]), np.array([60.0]))[0, 0] > 0


def test_a_graticule_is_whole_minutes_and_the_bar_fits() -> None:
    plane = Plane(15.0, 55.0)
    meridians, parallels = graticule(plane, SHOWN)
    assert 2 <= len(meridians) <= 7
    assert all(re.fullmatch(r"\d{3}°\d\d′[EW]", text) for _, text in meridians)
    assert all(re.fullmatch(r"\d\d°\d\d′[NS]", text) for _, text in parallels)
    assert bar(SHOWN) == (1852.0, "1 NM (1.9 km)")
    assert frame(np.zeros((1, 2)), margin=0.1, least_m=100.0, aspect=(1.5, 1.5)).width_m == 150.0


@given(st.integers(0, 2**31))
def test_thinning_moves_a_line_by_less_than_its_tolerance(seed: int) -> None:
    xy = np.random.default_rng(seed).normal(size=(60, 2)).cumsum(axis=0)
    keep = thin(xy, 0.5)
    line = shapely.LineString(xy[keep])
    assert keep[0]
    assert keep[-1]
    assert shapely.distance(shapely.points(xy), line).max() <= 0.5 + 1e-9


def test_a_corridor_covers_two_sigma_of_every_fix() -> None:
    xy = np.array([[-4000.0, 0.0], [0.0, 0.0], [0.0, 3000.0]])
    shape = corridor(xy, np.array([100.0, 200.0, 100.0]), SHOWN, 1.0)
    assert shape.covers(shapely.Point(-190.0, 0.0))
    assert shape.covers(shapely.Point(-2000.0, 140.0))
    assert not shape.covers(shapely.Point(-2000.0, 170.0))
    # pi r^2 / 2 at each end, two trapezia, one corner: within a few per cent by hand.
    assert shape.area == pytest.approx(2_150_000, rel=0.05)


def test_a_hole_is_outside_and_a_clip_edge_is_no_limit() -> None:
    plane = Plane(0.0, 0.0)
    outer = np.array([-1.0, 1.0, 1.0, -1.0]), np.array([-1.0, -1.0, 1.0, 1.0])
    hole = outer[0] / 100, outer[1] / 100
    inside = area(Outline("X", (outer, hole)), plane, SHOWN, 1.0)
    assert inside.covers(shapely.Point(3000, 3000))
    assert not inside.covers(shapely.Point(0, 0))
    whole = boundary(Outline("X", (hole,)), plane, SHOWN, 1.0)
    cut = np.array([True, True, False, True])  # the third edge, the north one, is where data ends
    pieces = boundary(Outline("X", (hole,), drawn=(cut,)), plane, SHOWN, 1.0)
    length = sum(shapely.LineString(piece).length for piece in pieces)
    full = sum(shapely.LineString(piece).length for piece in whole)
    assert length == pytest.approx(0.75 * full, rel=0.01)
    assert not any(((piece[:-1, 1] > 1000) & (piece[1:, 1] > 1000)).any() for piece in pieces)


def test_a_track_is_cut_where_it_crosses(track: DrawnTrack, data: DossierData) -> None:
    flown = runs(track, data.passages, Plane(14.7, 55.0), 60.0)
    kinds = [run.kind for run in flown]
    out, inside, gone = Kind.OUTSIDE, Kind.INSIDE, Kind.UNOBSERVED
    assert kinds == [out, inside, out, gone, out]
    assert flown[1].t_s[[0, -1]].tolist() == [T0, T0 + 52]
    # The outside run ends on the very vertex where the inside run begins.
    assert np.array_equal(flown[0].xy_m[-1], flown[1].xy_m[0])


def test_without_passages_nothing_is_inside(track: DrawnTrack) -> None:
    assert Kind.INSIDE not in {run.kind for run in runs(track, (), Plane(14.7, 55.0), 60.0)}


@given(st.lists(st.tuples(st.floats(60, 240), st.floats(60, 140)), min_size=2, max_size=5))
@example([(162.125, 99.5), (122.25, 84.0)])  # once a sliver of 0.06 square points
def test_labels_stay_on_the_page_and_off_each_other(spots: list[tuple[float, float]]) -> None:
    page = Box(0, 0, 500, 350)
    taken: list[Box] = []
    for x, y in spots:
        box = around(x, y, 40, 16, page=page, taken=taken, points=np.empty((0, 2)))
        assert box.overlap(page) == pytest.approx(40 * 16)
        assert all(box.overlap(other) < 1e-6 for other in taken)
        taken.append(box)


def test_limits_say_their_datum() -> None:
    assert limit_text(None, "surface") == "surface"
    assert limit_text(Limit(-np.inf, Datum.AGL)) == "surface"
    text = limit_text(Limit(762.0, Datum.MSL, "2500 ft AMSL"))
    assert text == "2500 ft AMSL (above mean sea level)"
    assert limits_shown((), np.array([100.0])) == []


def test_blank_stretches_of_a_strip_are_unobserved() -> None:
    t_s = np.arange(6.0)
    strip = Strip("x", "V", t_s, np.array([0.1, np.nan, np.nan, 0.2, 0.3, np.nan]))
    assert blanks(strip, []) == [(0.0, 3.0), (4.0, 5.0)]
    assert blanks(strip, [(0.5, 1.0)]) == [(4.0, 5.0)]


def test_thinning_a_series_keeps_its_extremes_and_its_gaps() -> None:
    t_s = np.arange(100_000.0)
    y = np.sin(t_s / 7.0)
    y[[31_234, 77_777]] = 5.0, np.nan
    _, kept = thinned(t_s, y, (0.0, 1e9))
    assert len(kept) < 3000
    assert np.nanmax(kept) == 5.0
    assert np.isnan(kept).any()
    assert np.isnan(lifted(t_s[:5], t_s[:5], [(2.0, 3.0)])[1][3])


def test_a_cleaned_figure_has_no_prologue_and_ids_of_its_own() -> None:
    raw = (
        '<?xml version="1.0"?><!DOCTYPE svg><svg xmlns="http://x" viewBox="0 0 1 1">'
        "<metadata>m</metadata><defs><style>*{}</style></defs>"
        '<g id="axes_1"><path id="p1" d="M 1.23456 -0.00001"/><use xlink:href="#p1"/></g></svg>'
    )
    assert clean(raw, "fig", 'a "b"') == (
        '<svg viewBox="0 0 1 1" role="img" aria-label="a &quot;b&quot;" focusable="false">'
        '<g><path id="fig-p1" d="M 1.2 0"/><use href="#fig-p1"/></g></svg>'
    )
