from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from tocsin.airspace.refused import Refused
from tocsin.airspace.valid import clean
from tocsin.schema import Edge, Ring

Points = list[tuple[float, float]]


def ring(points: Points, edges: tuple[Edge, ...] | Edge = Edge.LONLAT) -> Ring:
    lon, lat = np.array(points, dtype=float).T
    return Ring(lon, lat, (edges,) * len(points) if isinstance(edges, Edge) else edges)


def points_of(r: Ring) -> Points:
    return list(zip(r.lon_deg.tolist(), r.lat_deg.tolist(), strict=True))


SQUARE = [(20.0, 59.0), (21.0, 59.0), (21.0, 60.0), (20.0, 60.0)]


def test_a_sound_ring_is_left_as_it_is() -> None:
    edges = (Edge.PARALLEL, Edge.RHUMB, Edge.PARALLEL, Edge.GEODESIC)
    rings, notes = clean([[ring(SQUARE, edges)]])
    assert points_of(rings[0]) == SQUARE
    assert rings[0].edges == edges
    assert notes == ()


def test_either_direction_is_fine() -> None:
    rings, notes = clean([[ring(SQUARE[::-1])]])
    assert points_of(rings[0]) == SQUARE[::-1]
    assert notes == ()


def test_repeated_points_go_with_the_segment_of_no_length() -> None:
    doubled = [SQUARE[0], SQUARE[1], SQUARE[1], SQUARE[2], SQUARE[3]]
    edges = (Edge.RHUMB, Edge.CLIP, Edge.GEODESIC, Edge.RHUMB, Edge.LONLAT)
    rings, notes = clean([[ring(doubled, edges)]])
    assert points_of(rings[0]) == SQUARE
    assert rings[0].edges == (Edge.RHUMB, Edge.GEODESIC, Edge.RHUMB, Edge.LONLAT)
    assert notes == ()


@given(st.integers(0, 5))
def test_a_spike_goes_wherever_the_ring_begins(start: int) -> None:
    spiked = [*SQUARE[:2], (22.0, 58.0), SQUARE[1], *SQUARE[2:]]
    kinds = [Edge.GEODESIC, Edge.RHUMB, Edge.RHUMB, Edge.LONLAT, Edge.PARALLEL, Edge.GEODESIC]
    turned = spiked[start:] + spiked[:start]
    edges = tuple(kinds[start:] + kinds[:start])
    rings, notes = clean([[ring(turned, edges)]])
    led_on = dict(zip(points_of(rings[0]), rings[0].edges, strict=True))
    assert led_on == dict(
        zip(SQUARE, [Edge.GEODESIC, Edge.LONLAT, Edge.PARALLEL, Edge.GEODESIC], strict=True)
    )
    assert notes == ("a spike to 58.00000 22.00000 left out",)


def test_a_tiny_loop_is_split_off_and_said() -> None:
    """A crossing that changes the area by less than 0.01 %: drawn by a rounding, not by a hand."""
    tiny = [(20.0, 59.0), (21.0, 59.0), (21.0, 60.0), (20.5, 60.0), (20.5005, 60.0005),
            (20.4995, 60.0005), (20.5, 60.0), (20.0, 60.0)]  # fmt: skip
    rings, notes = clean([[ring(tiny)]])
    assert "touches itself at 60.00000 20.50000" in notes[0]
    area = sum(shapely.Polygon(points_of(r)).area for r in rings)
    assert area == pytest.approx(1.0, rel=1e-4)
    assert all(edge is Edge.LONLAT for r in rings for edge in r.edges)


def test_a_bow_tie_is_refused_with_the_place_of_the_crossing() -> None:
    with pytest.raises(Refused, match=r"self-intersection.* at 59.50000 20.50000"):
        clean([[ring([(20, 59), (21, 60), (21, 59), (20, 60)])]])


@pytest.mark.parametrize(
    ("points", "reason"),
    [
        ([(20, 59), (21, 59), (20, 59)], "too-few-points"),
        ([(20, 59)], "too-few-points"),
        ([(20, 59), (21, 59), (22, 59)], "no-area"),
        ([(20, 59), (math.nan, 59), (22, 60)], "not-finite"),
        ([(20, 59), (21, math.inf), (22, 60)], "not-finite"),
        ([(59, 120), (60, 121), (60, 122)], "swapped-coordinates"),
        ([(120, 95), (121, 59), (122, 60)], "out-of-range"),
        ([(665000, 59), (665001, 59), (665001, 60)], "out-of-range"),
        ([(0, 80), (90, 80), (180, 80), (-90, 80)], "pole"),
        ([(0, 80), (90, 89.95), (180, 80)], "pole"),
    ],
)
def test_what_encloses_nothing_on_this_earth(points: Points, reason: str) -> None:
    with pytest.raises(Refused) as caught:
        clean([[ring(points)]])
    assert caught.value.reason == reason


def test_an_edge_along_a_parallel_stays_on_it() -> None:
    edges = (Edge.PARALLEL, Edge.PARALLEL, Edge.LONLAT, Edge.LONLAT)
    with pytest.raises(Refused, match="bad-edge"):
        clean([[ring(SQUARE, edges)]])


@pytest.mark.parametrize("turn", [0.0, 360.0, -360.0])
def test_across_the_antimeridian_the_ring_runs_on(turn: float) -> None:
    crossing = [(179.0 + turn, 60.0), (-179.0 + turn, 60.0), (-179.0 + turn, 61.0),
                (179.0 + turn, 61.0)]  # fmt: skip
    if turn:  # given past 180 already, in the next turn
        crossing = [(lon if lon > turn else lon + 360, lat) for lon, lat in crossing]
        crossing = [(lon - 360 if lon > 360 else lon, lat) for lon, lat in crossing]
    rings, _ = clean([[ring(crossing)]])
    assert np.ptp(rings[0].lon_deg) == pytest.approx(2.0)


def test_parts_cut_at_180_are_joined() -> None:
    """RFC 7946 section 3.1.9 has volumes cut there; the cut is no boundary."""
    east = [(179.0, 60.0), (180.0, 60.0), (180.0, 60.4), (180.0, 61.0), (179.0, 61.0)]
    west = [(-180.0, 60.0), (-179.0, 60.0), (-179.0, 61.0), (-180.0, 61.0)]
    rings, notes = clean([[ring(east, Edge.GEODESIC)], [ring(west, Edge.GEODESIC)]])
    assert len(rings) == 1
    assert notes == ("parts that meet at the antimeridian joined",)
    assert (rings[0].lon_deg.min(), rings[0].lon_deg.max()) == (179.0, 181.0)
    on_seam = rings[0].lon_deg == 180.0
    assert not (on_seam & np.roll(on_seam, -1)).any()


def test_overlapping_parts_are_joined_not_cancelled_out() -> None:
    """Even-odd over both would take what they share to be outside."""
    shifted = [(lon + 0.5, lat) for lon, lat in SQUARE]
    rings, notes = clean([[ring(SQUARE)], [ring(shifted)]])
    assert notes == ("parts that overlap or share an edge joined",)
    assert shapely.Polygon(points_of(rings[0])).area == pytest.approx(1.5)
    with pytest.raises(Refused, match="overlapping-parts"):
        clean([[ring(SQUARE)], [ring(shifted, Edge.RHUMB)]])


def test_holes_and_islands_are_kept() -> None:
    hole = [(20.2, 59.2), (20.4, 59.2), (20.4, 59.4), (20.2, 59.4)]
    island = [(20.25, 59.25), (20.35, 59.25), (20.35, 59.35), (20.25, 59.35)]
    rings, notes = clean([[ring(SQUARE), ring(hole)], [ring(island)]])
    assert [len(r.lon_deg) for r in rings] == [4, 4, 4]
    assert notes == ()


def test_a_hole_outside_its_shell_is_refused() -> None:
    outside = [(25.2, 59.2), (25.4, 59.2), (25.4, 59.4), (25.2, 59.4)]
    with pytest.raises(Refused, match=r"bad-rings: Hole lies outside"):
        clean([[ring(SQUARE), ring(outside)]])


def test_inputs_are_never_written_to() -> None:
    given_ring = ring([(179.0, 60.0), (-179.0, 60.0), (-179.0, 61.0)])
    before = points_of(given_ring)
    clean([[given_ring]])
    assert points_of(given_ring) == before
