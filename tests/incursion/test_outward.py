"""Depth from the outward limit: against densified geodesics, and in cases made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import Point, Polygon

from tests.incursion.build import outline as sketched
from tests.incursion.build import tracks
from tocsin.airspace import edges
from tocsin.incursion.facing import facing
from tocsin.incursion.find import find
from tocsin.incursion.outward import ENCLOSED, NO_FLAG, NO_NEIGHBOURS, Outward, outward
from tocsin.schema import Outline

GEOD = Geod(ellps="WGS84")
Points = list[tuple[float, float]]  # (lon_deg, lat_deg)
#: 56 km by 56 km; the ally's land lies to the south, the accused's to the east, else is the sea.
BOX = [(24.0, 59.0), (25.0, 59.0), (25.0, 59.5), (24.0, 59.5)]
ALLY = [(24.0, 58.5), (25.0, 58.5), (25.0, 59.0), (24.0, 59.0)]
ACCUSED = [(25.0, 58.5), (26.0, 58.5), (26.0, 59.5), (25.0, 59.5), (25.0, 59.0)]


def outline(rings: Sequence[Points], **volume: Any) -> Outline:
    """Return the outline of geodesic rings, cut up as those of files are."""
    return edges.outline(sketched(rings, **volume).volume)


def _depths(box: Outline, limit: Outward | None, points: Points) -> list[dict[str, Any]]:
    """Return what `find` says of an aircraft that is seen twice at each place."""
    flown = tracks(*([(0.0, x, y), (4.0, x, y + 1e-6)] for x, y in points))
    found = find(
        flown, [box], max_gap_s=60, limits=None if limit is None else lambda outline: limit
    )
    both = zip(found.table.to_pylist(), found.detail.to_pylist(), strict=True)
    return [row | more for row, more in both]


def _away_m(point: tuple[float, float], lines: Sequence[Points]) -> float:
    """Return the geodesic distance to lines of geodesics by asking a point every 20 m."""
    best = np.inf
    for a, b in (pair for line in lines for pair in pairwise(line)):
        n = int(GEOD.inv(*a, *b)[2] // 20)
        dense = np.array([a, *(GEOD.npts(*a, *b, n) if n else []), b])
        here = np.broadcast_to(point, dense.shape)
        best = min(best, float(GEOD.inv(*here.T, *dense.T)[2].min()))
    return best


def test_the_ally_s_border_is_nearest_and_does_not_count() -> None:
    box = outline([BOX], name="V", layer="sovereign")
    facts = facing(box, [("ALLY", outline([ALLY])), ("ACC", outline([ACCUSED]))])
    point = (24.5, 59.05)  # 5.6 km from the ally, 28.7 km from the accused
    (row,) = _depths(box, outward(facts, "ACC"), [point])
    assert row["max_depth_m"] == pytest.approx(_away_m(point, [BOX[1:], [BOX[3], BOX[0]]]), abs=1)
    assert 28_000 < row["max_depth_m"] < 29_000  # by either side: nearer than the north
    assert (row["limit_kind"], row["limit_neighbour"]) in (("shared", "ACC"), ("open", None))
    assert row["every_depth_m"] == pytest.approx(_away_m(point, [BOX[:2]]), abs=1)
    assert row["every_neighbour"] == "ALLY"
    (east,) = _depths(box, outward(facts, "ACC"), [(24.9, 59.2)])
    assert (east["limit_kind"], east["limit_neighbour"]) == ("shared", "ACC")
    assert east["every_depth_m"] is None  # the nearest of all edges counts
    # For an aircraft of the ally the south counts and the east does not.
    (other,) = _depths(box, outward(facts, "ALLY"), [point])
    assert (other["max_depth_m"], other["limit_neighbour"]) == (row["every_depth_m"], "ALLY")


def test_without_a_flag_every_edge_counts_and_is_still_named() -> None:
    box = outline([BOX], layer="sovereign")
    limit = outward(facing(box, [("ALLY", outline([ALLY]))]), "")
    (row,) = _depths(box, limit, [(24.5, 59.05)])
    (plain,) = _depths(box, None, [(24.5, 59.05)])
    assert (limit.why, limit.every) == (NO_FLAG, True)
    assert row["max_depth_m"] == plain["max_depth_m"]
    assert (row["limit_kind"], row["limit_neighbour"]) == ("shared", "ALLY")
    assert plain["limit_kind"] is None


def test_nobody_at_hand_and_nobody_but_allies() -> None:
    box = outline([BOX], layer="sovereign")
    alone = outward(facing(box, []), "ACC")
    assert (alone.why, alone.every) == (NO_NEIGHBOURS, True)
    assert _depths(box, alone, [(24.5, 59.05)])[0]["limit_kind"] == "not known"
    wide = [(23.0, 58.0), (26.0, 58.0), (26.0, 60.0), (23.0, 60.0)]
    ring = outline([wide, BOX])  # the ally all around
    enclosed = outward(facing(box, [("ALLY", ring)]), "ACC")
    assert (enclosed.why, enclosed.every) == (ENCLOSED, True)
    assert _depths(box, enclosed, [(24.5, 59.05)])[0]["limit_neighbour"] == "ALLY"


def test_depth_changes_and_nothing_else_does() -> None:
    box = outline([BOX], layer="sovereign", sigma_m=50.0)
    limit = outward(facing(box, [("ALLY", outline([ALLY]))]), "ACC")
    flown = tracks([(t, 24.2 + 0.001 * t, 58.9 + 0.001 * t) for t in np.arange(0.0, 300.0, 4.0)])
    plain = find(flown, [box], max_gap_s=60)
    ruled = find(flown, [box], max_gap_s=60, limits=lambda outline: limit)
    assert ruled.table["max_depth_m"][0].as_py() > plain.table["max_depth_m"][0].as_py() + 1000
    same = [c for c in plain.table.column_names if "depth" not in c]
    assert ruled.table.select(same).equals(plain.table.select(same))


def test_a_sliver_between_two_drawings_is_not_the_sea() -> None:
    low = [(x, y - 0.002 if y == 59.0 else y) for x, y in ALLY]  # 223 m short of the border
    exact, rough = outline([BOX]), outline([BOX], sigma_m=100.0)
    assert outward(facing(exact, [("ALLY", outline([low]))]), "ACC").left_out == ()
    assert outward(facing(rough, [("ALLY", outline([low]))]), "ACC").left_out == ("ALLY",)


def test_what_rivals_draw_elsewhere_is_disputed() -> None:
    box = outline([BOX], name="V", sigma_m=10.0)
    north = [(x, y + 0.05 if y == 59.5 else y) for x, y in BOX]
    limit = outward(facing(box, [("ALLY", outline([ALLY]))], [outline([north])]), "ACC")
    disputed = limit.facing.disputed
    assert limit.facing.a_lat_deg[disputed].min() > 59.49
    (row,) = _depths(box, limit, [(24.5, 59.45)])
    assert (row["limit_kind"], row["limit_disputed"]) == ("open", True)
    over = [(x, y + 0.1 if y == 59.0 else y) for x, y in ALLY]  # claims 11 km of it
    limit = outward(facing(box, [("ALLY", outline([over]))]), "ACC")
    (row,) = _depths(box, outward(limit.facing, ""), [(24.5, 59.05)])
    assert (row["limit_neighbour"], row["limit_disputed"]) == ("ALLY", True)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_depth_is_the_geodesic_distance_to_the_outward_pieces(seed: int) -> None:
    """An ally along part of a random limit, from the middle of one edge to that of another."""
    rng = np.random.default_rng(seed)
    corners = int(rng.integers(6, 12))
    turn = np.sort(rng.uniform(0, 360, corners))
    middle = (float(rng.uniform(-180, 180)), float(rng.uniform(-70, 70)))
    far = rng.uniform(25_000, 60_000, corners)
    ring: Points = [GEOD.fwd(*middle, a, d)[:2] for a, d in zip(turn, far, strict=True)]
    assume(np.diff(turn, append=turn[0] + 360).max() < 150)  # else the middle may lie outside
    first, count = int(rng.integers(corners)), int(rng.integers(2, corners - 2))
    order = [(first + k) % corners for k in range(corners)]
    own = [ring[k] for k in order]  # edges 0 .. count are the ally's, the first and last in part

    def along(edge: int, share: float) -> tuple[float, float]:
        a, b = own[edge], own[(edge + 1) % corners]
        azimuth, _, length = GEOD.inv(*a, *b)
        return GEOD.fwd(*a, azimuth, share * length)[:2]

    begin, end = along(0, float(rng.uniform(0.2, 0.8))), along(count, float(rng.uniform(0.2, 0.8)))
    shared = [begin, *own[1 : count + 1], end]
    since = GEOD.inv(*middle, *begin)[0]
    sweep = (GEOD.inv(*middle, *end)[0] - since) % 360
    outer = [GEOD.fwd(*middle, since + a, 90_000)[:2] for a in np.linspace(0, sweep, 40)]
    after = own[(count + 1) % corners]
    for at, side, *on in ((begin, outer[0], own[0], own[1]), (end, outer[-1], own[count], after)):
        for other in on:  # where the ally's land is a wedge, or the sea, no end of it is sharp
            angle = GEOD.inv(*at, *side)[0] - GEOD.inv(*at, *other)[0]
            assume(np.cos(np.radians(angle)) < 0.9)
    counts = [end, *own[count + 1 :], own[0], begin]
    box = outline([own])
    limit = outward(facing(box, [("ALLY", outline([shared + outer[::-1]]))]), "ACC")
    plane = [GEOD.inv(*middle, *p)[::2] for p in own]
    area = Polygon([(d * np.sin(np.radians(a)), d * np.cos(np.radians(a))) for a, d in plane])
    points: Points = []
    for azimuth, share in rng.uniform(0, 1, (40, 2)):
        d = 60_000 * share
        at = Point(d * np.sin(2 * np.pi * azimuth), d * np.cos(2 * np.pi * azimuth))
        if area.contains(at) and area.boundary.distance(at) > 500:
            points.append(GEOD.fwd(*middle, 360 * azimuth, d)[:2])
    rows = _depths(box, limit, points[:8])
    assert len(rows) == len(points[:8])
    told = [row["max_depth_m"] for row in rows]
    assert told == pytest.approx([_away_m(point, [counts]) for point in points[:8]], abs=1.0)
