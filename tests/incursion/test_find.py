"""`find` against an independent geodesic solver, and against cases worked by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from pyproj import Geod

from tests.incursion import brute
from tests.incursion.build import T0_NS, outline, tracks
from tocsin.incursion.find import find
from tocsin.schema import Datum, Limit, Outline

GEOD = Geod(ellps="WGS84")


@st.composite
def scenes(draw: st.DrawFn) -> tuple[list[brute.Points], brute.Points]:
    """Return rings (a star with a hole, maybe over the antimeridian) and a track near them."""
    lon0 = draw(st.sampled_from([25.0, -60.0, 179.99, -179.98, 0.01]))
    lat0 = draw(st.sampled_from([59.8, 0.02, -35.0, 74.0, 45.0]))
    number = st.floats(0.2, 1.0)

    def star(corners: int, radius_m: float) -> brute.Points:
        out = []
        for k in range(corners):
            lon, lat, _ = GEOD.fwd(lon0, lat0, 360 * k / corners + 7, radius_m * draw(number))
            out.append((lon, lat))
        return out

    rings = [star(draw(st.integers(3, 9)), 90_000.0)]
    if draw(st.booleans()):
        rings.append(star(draw(st.integers(3, 5)), 15_000.0))
    track = []
    for _ in range(draw(st.integers(2, 8))):
        lon, lat, _ = GEOD.fwd(lon0, lat0, draw(st.floats(0, 360)), draw(st.floats(100, 120_000)))
        if (lon, lat) not in track:  # a leg of no length has no direction to check
            track.append((lon, lat))
    return rings, track


def short(rings: list[brute.Points]) -> Outline:
    """Return the outline with edges cut as `airspace.edges` cuts them."""
    return outline([brute.cut(ring, 4_900.0) for ring in rings])


@settings(
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking here takes minutes
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(scenes())
def test_agrees_with_a_brute_force_geodesic_solver(
    scene: tuple[list[brute.Points], brute.Points],
) -> None:
    rings, track = scene
    times = [100.0 * k for k in range(len(track))]
    wanted, margin = brute.passages(times, track, rings)
    assume(margin > 0.5)  # nearer to a tie than the boundary is known, either answer is right
    table = tracks([(t, *p) for t, p in zip(times, track, strict=True)])
    got = find(table, [short(rings)], max_gap_s=1e3).table.to_pylist()
    assert len(got) == len(wanted)
    for row, want in zip(got, wanted, strict=True):
        for end in ("entry", "exit"):
            at, where = getattr(want, f"{end}_s"), getattr(want, end)
            assert row[f"{end}_observed"] == (at is not None)
            if at is None:
                assert row[f"{end}_t"] is None
                continue
            assert row[f"{end}_t"].timestamp() - T0_NS / 1e9 == pytest.approx(at, abs=0.010)
            off = GEOD.inv(row[f"{end}_lon"], row[f"{end}_lat"], *where)[2]
            assert off < 1.0


@settings(deadline=None, max_examples=25)
@given(scenes())
def test_depth_agrees_with_dense_sampling(
    scene: tuple[list[brute.Points], brute.Points],
) -> None:
    rings, track = scene
    times = [100.0 * k for k in range(len(track))]
    table = tracks([(t, *p) for t, p in zip(times, track, strict=True)])
    found = find(table, [short(rings)], max_gap_s=1e3)
    for row, more in zip(found.table.to_pylist(), found.detail.to_pylist(), strict=True):
        begin, end = more["from_t"].timestamp(), more["to_t"].timestamp()
        points = []
        for k in range(len(track) - 1):
            az, _, length = GEOD.inv(*track[k], *track[k + 1])
            for f in np.linspace(0, 1, 150):
                t = T0_NS / 1e9 + times[k] + f * 100
                if begin <= t <= end:
                    points.append(GEOD.fwd(*track[k], az, f * length)[:2])
        if not points:
            continue
        sampled = brute.depth_m(np.array(points), rings, 500.0)
        # Samples of the track can only fall short; those of the limit, 500 m apart, are up to
        # 250 m beside its nearest point.
        assert np.hypot(row["max_depth_m"], 250.0) >= sampled - 1.0
        exact = brute.depth_m(np.array([[more["deepest_lon"], more["deepest_lat"]]]), rings, 20.0)
        assert row["max_depth_m"] == pytest.approx(exact, abs=1.0)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(-3, 3), st.integers(-3, 3)), min_size=2, max_size=8).filter(
        lambda v: all(a != b for a, b in pairwise(v))
    ),
    st.sampled_from([(24.0, 60.0), (179.95, 10.0), (0.0, 0.0)]),
)
def test_ties_on_a_lattice_keep_the_parity(
    steps: list[tuple[int, int]], origin: tuple[float, float]
) -> None:
    """Fixes on vertices and along edges: passages alternate and agree with where fixes lie."""
    d = 0.01
    place = [(origin[0] + d * x, origin[1] + d * y) for x, y in steps]
    ring = [
        (origin[0] + d * x, origin[1] + d * y)
        for x, y in [(-2, -2), (0, -1), (2, -2), (1, 0), (2, 2), (0, 1), (-2, 2), (-1, 0)]
    ]
    table = tracks([(10.0 * k, *p) for k, p in enumerate(place)])
    rows = find(table, [outline([ring])], max_gap_s=60).table.to_pylist()
    for row, after in pairwise(rows):
        assert row["exit_t"] is not None and after["entry_t"] is not None
        assert row["exit_t"] <= after["entry_t"]
    for row in rows:
        assert row["duration_s"] >= 0 and row["max_depth_m"] >= 0


SQUARE = [(24.0, 59.0), (25.0, 59.0), (25.0, 60.0), (24.0, 60.0)]


def test_a_clipped_corner_is_a_passage_with_no_fix_inside() -> None:
    row = find(
        tracks([(0, 24.9, 58.95), (60, 25.1, 59.08)]), [outline([SQUARE])], max_gap_s=60
    ).table.to_pylist()
    assert len(row) == 1
    assert row[0]["fixes_inside"] == 0
    assert row[0]["entry_observed"] and row[0]["exit_observed"]
    assert 0 < row[0]["max_depth_m"] < 2000


def test_a_reentry_is_a_second_row() -> None:
    path = [
        (0, 24.5, 58.9),
        (60, 24.5, 59.1),
        (120, 24.6, 58.9),
        (180, 24.7, 59.1),
        (240, 24.7, 58.9),
    ]
    rows = find(tracks(path), [outline([SQUARE])], max_gap_s=60).table.to_pylist()
    assert [r["fixes_inside"] for r in rows] == [1, 1]


def test_a_crossing_in_a_gap_is_open_and_not_guessed() -> None:
    path = [
        (0, 24.5, 58.8),
        (50, 24.5, 58.9),
        (200, 24.5, 59.2),
        (240, 24.5, 59.3),
        (500, 24.5, 58.5),
    ]
    rows = find(tracks(path), [outline([SQUARE])], max_gap_s=60).table.to_pylist()
    assert len(rows) == 1
    assert not rows[0]["entry_observed"] and not rows[0]["exit_observed"]
    assert rows[0]["entry_t"] is None and rows[0]["exit_lon"] is None
    assert rows[0]["duration_s"] == 40.0


def test_inside_before_and_after_a_gap_is_one_passage_partly_observed() -> None:
    path = [(0, 24.5, 58.9), (50, 24.5, 59.2), (250, 24.5, 59.6), (300, 24.5, 60.2)]
    found = find(tracks(path), [outline([SQUARE])], max_gap_s=60)
    (row,), (more,) = found.table.to_pylist(), found.detail.to_pylist()
    assert row["entry_observed"] and row["exit_observed"]
    assert row["duration_s"] > 200
    assert more["coverage"] == pytest.approx(1 - 200 / row["duration_s"])


def test_the_end_of_the_data_is_no_boundary() -> None:
    path = [(0, 24.5, 59.5), (60, 25.5, 59.5), (120, 24.5, 59.4), (180, 24.5, 58.5)]
    rows = find(tracks(path), [outline([SQUARE], clip=[1])], max_gap_s=60).table.to_pylist()
    assert [(r["entry_observed"], r["exit_observed"]) for r in rows] == [
        (False, False),
        (False, True),
    ]


def test_vertical_limits_cut_and_reopen() -> None:
    box = outline(
        [SQUARE], lower=Limit(1000.0, Datum.PRESSURE), upper=Limit(2000.0, Datum.PRESSURE)
    )
    path = [(0, 24.2, 59.5), (60, 24.3, 59.5), (120, 24.4, 59.5), (180, 24.5, 59.5)]
    rows = find(
        tracks(path, h_pressure_m=[500, 1500, 2500, 1500]), [box], max_gap_s=60
    ).table.to_pylist()
    assert [(r["entry_observed"], r["exit_observed"]) for r in rows] == [
        (True, True),
        (True, False),
    ]
    assert [r["entry_t"].timestamp() - T0_NS / 1e9 for r in rows] == [30.0, 150.0]
    assert rows[0]["exit_t"].timestamp() - T0_NS / 1e9 == 90.0


def test_without_a_height_being_inside_cannot_be_told() -> None:
    box = outline([SQUARE], lower=Limit(1000.0, Datum.PRESSURE))
    (row,) = find(
        tracks([(0, 24.2, 58.9), (60, 24.3, 59.5)]), [box], max_gap_s=60
    ).table.to_pylist()
    assert row["p_inside"] is None
    assert not row["entry_observed"] and not row["exit_observed"]


def test_a_height_in_another_datum_is_no_height() -> None:
    box = outline([SQUARE], upper=Limit(1000.0, Datum.MSL))
    (row,) = find(
        tracks([(0, 24.2, 58.9), (60, 24.3, 59.5)], h_pressure_m=[500, 500]), [box], max_gap_s=60
    ).table.to_pylist()
    assert row["p_inside"] is None


def test_hours_open_and_close_a_volume() -> None:
    box = outline([SQUARE], active=(("2025-09-19T07:00:30Z", "2025-09-19T07:01:30Z"),))
    (row,) = find(
        tracks([(0, 24.2, 59.5), (60, 24.3, 59.5), (120, 24.4, 59.5)]), [box], max_gap_s=60
    ).table.to_pylist()
    assert row["duration_s"] == 60.0 and row["entry_observed"] and row["exit_observed"]


def test_the_order_of_tracks_and_volumes_changes_no_row() -> None:
    a = [(0, 24.5, 58.9), (60, 24.5, 59.1), (120, 24.6, 58.9)]
    b = [(0, 25.5, 59.5), (60, 24.5, 59.5)]
    other = [(p[0] + 0.3, p[1]) for p in SQUARE]
    one = find(tracks(a, b), [outline([SQUARE]), outline([other], name="W")], max_gap_s=60).table
    two = find(tracks(a, b), [outline([other], name="W"), outline([SQUARE])], max_gap_s=60).table
    keys = [("track", "ascending"), ("volume", "ascending"), ("exit_t", "ascending")]
    assert one.sort_by(keys).equals(two.sort_by(keys))


def test_nan_positions_and_poles_raise() -> None:
    with pytest.raises(ValueError, match="no position"):
        find(tracks([(0, float("nan"), 59.0), (1, 24.0, 59.0)]), [outline([SQUARE])], max_gap_s=60)
    with pytest.raises(ValueError, match="poles"):
        find(tracks([(0, 24.0, 89.95), (1, 24.0, 89.96)]), [outline([SQUARE])], max_gap_s=60)


def test_no_fixes_no_rows() -> None:
    empty = tracks([(0, 24.0, 59.0)]).slice(0, 0)
    assert isinstance(empty, pa.Table)
    assert find(empty, [outline([SQUARE])], max_gap_s=60).table.num_rows == 0
