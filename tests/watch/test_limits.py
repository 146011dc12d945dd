"""Distances from many limits: against geodesics, against another engine, and under symmetry."""

from __future__ import annotations

import numpy as np
import pytest
from geographiclib.geodesic import Geodesic

from tests.watch.world import area, box
from tocsin.airspace.edges import outline
from tocsin.incursion.boundary import put_together
from tocsin.incursion.field import Field
from tocsin.schema import Edge, Floats, Outline, Ring, Volume
from tocsin.watch.area import area_of
from tocsin.watch.limits import Limits
from tocsin.watch.plane import sine


def coast(lon0: float = 25.0, lat0: float = 59.0, seed: int = 1) -> Outline:
    """Return a jagged outline of 700 points around a place, with a lake in it."""
    rng = np.random.default_rng(seed)
    angle = np.linspace(0, 2 * np.pi, 700, endpoint=False)
    radius = 0.5 * (1 + 0.2 * np.sin(3 * angle) + 0.003 * rng.normal(size=700))
    wide = 1 / np.cos(np.radians(lat0))
    outer = Ring(
        lon0 + wide * radius * np.cos(angle), lat0 + radius * np.sin(angle), (Edge.LONLAT,) * 700
    )
    lake = Ring(
        lon0 + wide * np.array([-0.1, 0.1, 0.1, -0.1]),
        lat0 + np.array([-0.1, -0.1, 0.1, 0.1]),
        (Edge.GEODESIC,) * 4,
    )
    return outline(Volume("C", (outer, lake)))


def ask(limits: Limits, lon: Floats, lat: Floats, need_m: float) -> tuple[Floats, Floats]:
    """Return distances of places from the one area, and which are exact."""
    seen = limits.look(lon, lat, np.full(len(lon), need_m))
    d, exact = np.full(len(lon), -np.inf), np.zeros(len(lon))
    d[seen.point], exact[seen.point] = seen.d_m, seen.exact
    return d, exact


def test_a_parallel_flight_is_as_far_away_as_the_geodesic_says() -> None:
    # The south side runs from (24, 59) to (26, 59) as a geodesic: 26.2 km south of its middle.
    lat = np.array([58.7])
    d, exact = ask(Limits([area()]), np.array([25.0]), lat, 60_000.0)
    line = Geodesic.WGS84.InverseLine(59.0, 24.0, 59.0, 26.0)
    near = min(
        Geodesic.WGS84.Inverse(58.7, 25.0, p["lat2"], p["lon2"])["s12"]
        for p in (line.Position(s) for s in np.linspace(0, line.s13, 4001))
    )
    assert exact[0] and abs(-d[0] - near) < 3.0  # the plane of `watch.plane`, 30 km away
    assert near > 33_000


def test_distances_agree_with_the_other_engine_beside_the_limit() -> None:
    shape = coast()
    limits = Limits([area_of(shape)])
    other = Field(25.0, 59.0, 0, put_together([shape]))
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(23.8, 26.2, 4000), rng.uniform(58.3, 59.7, 4000)
    d, exact = ask(limits, lon, lat, 800.0)
    near = np.flatnonzero(exact)
    assert len(near) > 60
    truth = other.exact(lon, lat)
    assert (np.sign(truth) == np.sign(d)).all()
    assert np.abs(truth - d)[near].max() < 0.3
    rest = exact == 0
    assert (np.abs(d[rest]) <= np.abs(truth[rest]) + 1.0).all()  # a lower bound, and no idle one
    assert (np.abs(d[rest]) >= 700.0).all()


def test_what_was_asked_before_changes_nothing() -> None:
    shape = area_of(coast())
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(24, 26, 300), rng.uniform(58.5, 59.5, 300)
    one, two = Limits([shape]), Limits([shape])
    two.look(lon[::-1], lat[::-1], np.full(300, 5.0))
    two.warm(100_000)
    for need in (300.0, 30_000.0):
        first, second = (ask(each, lon, lat, need) for each in (one, two))
        assert np.array_equal(first[0], second[0])


def test_what_is_prepared_is_all_that_a_place_near_a_limit_needs() -> None:
    limits = Limits([area_of(coast()), area("LINE", west=179.2, south=59.0, east=180.0)])
    count = limits.warm(100_000)
    assert limits.warm(100_000) == count
    rng = np.random.default_rng(4)
    lon, lat = rng.uniform(22.0, 28.0, 3000), rng.uniform(58.0, 60.4, 3000)
    lon[:200] = rng.uniform(-180.0, -179.0, 200)  # on the other side of the antimeridian
    ask(limits, lon, lat, 1_000.0)
    assert limits.count == count
    # And whoever comes flies through places where nothing is near: those are known too.
    near = Limits([area_of(coast())], far_m=20_000.0)
    count = near.warm(100_000)
    squares = len(near._table)
    lon, lat = rng.uniform(21.0, 29.0, 3000), rng.uniform(56.6, 61.4, 3000)  # 200 km about
    d, _ = ask(near, lon, lat, 1_000.0)
    assert np.isinf(d).any()
    assert (near.count, len(near._table)) == (count, squares)


def test_the_sine_has_the_same_bits_everywhere_and_is_one_of_a_library_to_the_last() -> None:
    angle = np.concatenate([np.linspace(-np.pi / 2, np.pi / 2, 20_001), [1e-300, -0.0]])
    off = np.abs(sine(angle) - np.sin(angle))
    assert (off <= 2 * np.spacing(np.abs(np.sin(angle)))).all()
    assert (np.abs(sine(angle)) <= 1.0).all() and np.isnan(sine(np.array([np.nan]))).all()
    assert np.array_equal(sine(-angle), -sine(angle))


def test_what_is_drawn_before_it_is_asked_is_what_is_drawn_then() -> None:
    shapes = [area_of(coast()), area("EE")]
    one, two = Limits(shapes), Limits(shapes)
    assert one.prepare(300, drawn=True) <= one.prepare(100_000, drawn=True)
    drawings = int(one._drawings[0])
    assert one.prepare(100_000, drawn=True) == one.count
    rng = np.random.default_rng(4)
    lon, lat = rng.uniform(22.0, 28.0, 3000), rng.uniform(58.0, 60.4, 3000)
    which = rng.integers(0, 2, 3000)
    assert np.array_equal(one.rough(lon, lat, which), two.rough(lon, lat, which))
    if one._nearby is not None:
        assert int(one._drawings[0]) == drawings > int(two._drawings[0])


def test_a_mirrored_area_has_mirrored_distances() -> None:
    shape = coast(lon0=10.0, lat0=50.0)
    ring = shape.volume.rings[0]
    mirrored = outline(Volume("M", (Ring(-ring.lon_deg, ring.lat_deg, ring.edges),)))
    plain = outline(Volume("P", (ring,)))
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(9, 11, 500), rng.uniform(49.3, 50.7, 500)
    d, _ = ask(Limits([area_of(plain)]), lon, lat, 2_000.0)
    e, _ = ask(Limits([area_of(mirrored)]), -lon, lat, 2_000.0)
    near = np.abs(d) < 1_500.0
    assert near.sum() > 20
    assert np.abs(d - e)[near].max() < 0.05
    assert (np.sign(d) == np.sign(e)).all()


def test_an_area_across_the_antimeridian_holds_both_sides() -> None:
    limits = Limits([area("A", west=178.0, east=182.0, south=10.0, north=12.0)])
    d, _ = ask(limits, np.array([179.5, -179.5, -177.5, 177.5]), np.full(4, 11.0), 100.0)
    assert (np.sign(d) == [1, 1, -1, -1]).all()


def test_where_the_data_ends_is_no_limit() -> None:
    ring = Ring(
        np.array([24.0, 26.0, 26.0, 24.0]),
        np.array([59.0, 59.0, 60.0, 60.0]),
        (Edge.GEODESIC, Edge.CLIP, Edge.GEODESIC, Edge.GEODESIC),
    )
    limits = Limits([area_of(outline(Volume("X", (ring,))))])
    d, _ = ask(limits, np.array([25.99]), np.array([59.5]), 100_000.0)
    assert d[0] > 50_000.0  # from the south and north sides, not from the east side 600 m away


def test_rough_distances_keep_the_side_and_most_of_the_length() -> None:
    shape = coast()
    limits = Limits([area_of(shape)])
    rng = np.random.default_rng(11)
    lon, lat = rng.uniform(23.8, 26.2, 1500), rng.uniform(58.3, 59.7, 1500)
    rough = limits.rough(lon, lat, np.zeros(1500, np.int64))
    truth = Field(25.0, 59.0, 0, put_together([shape])).exact(lon, lat)
    off = np.abs(rough - truth)
    assert np.percentile(off, 95) < 400.0
    assert off[np.abs(truth) < 600.0].max() < 200.0
    clear = np.abs(truth) > 200.0
    assert (np.sign(rough) == np.sign(truth))[clear].all()


def test_a_box_far_away_is_not_named_and_said_to_be_far() -> None:
    seen = Limits([area_of(box())]).look(np.array([10.0]), np.array([50.0]), np.array([100.0]))
    assert len(seen.point) == 0
    assert seen.rest_m[0] > 500_000.0


@pytest.mark.parametrize("compiled", [True, False])
def test_a_place_that_is_none_is_refused_and_lies_nowhere(compiled: bool) -> None:
    limits = Limits([area()])
    if not compiled:
        limits._nearby = None
    with pytest.raises(ValueError, match="no place"):
        limits.look(np.array([25.0, np.nan]), np.array([59.5, 59.5]), np.full(2, 100.0))
