"""Kulldorff's scan and the space-time permutation."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.pattern.cluster import cluster_events, cluster_poisson, gumbel_p
from tocsin.pattern.scan_answer import Scan
from tocsin.pattern.scan_permutation import Located, permutation_cylinders, shuffled
from tocsin.pattern.scan_poisson import Counts, expected_cases, poisson_replicates
from tocsin.pattern.scan_power import critical, detectable
from tocsin.pattern.scan_statistic import (
    Cylinders,
    cases_needed,
    llr,
    maxima,
    surface,
    windows_up_to,
)
from tocsin.pattern.scan_zones import circles, geodesic_km, planar_km
from tocsin.pattern.words import NoClaim

SEEDS = st.integers(0, 2**31)


def new_mexico(folder: Path) -> tuple[Counts, np.ndarray]:
    with (folder / "NM_geo.csv").open() as file:
        seats = {r["county"]: (r["seat_long"], r["seat_lat"]) for r in csv.DictReader(file)}
    names = list(seats)
    cases, people = np.zeros((1, len(names), 19), dtype=np.int64), np.zeros((1, len(names), 19))
    with (folder / "NM_popcas.csv").open() as file:
        for row in csv.DictReader(file):
            at = 0, names.index(row["county"]), int(row["year"]) - 1973
            cases[at], people[at] = int(row["count"]), float(row["population"])
    lon, lat = np.array(list(seats.values()), dtype=float).T
    years = tuple(str(y) for y in range(1973, 1992))
    return Counts(tuple(names), years, cases, people), geodesic_km(lon, lat)


@pytest.mark.data
def test_new_mexico_brain_cancer(shared: Path) -> None:
    # METHODS 4: c 232, e 171.847, LLR 11.3187, Bernalillo and its 8 nearest, 1985-89
    counts, distance = new_mexico(shared / "data" / "patterns")
    found = cluster_poisson(counts, distance, rng=np.random.default_rng(1), replicates=99)
    assert isinstance(found, Scan)
    top = found.clusters[0]
    assert (top.centre, top.nearest, top.first, top.last) == ("bernalillo", 8, "1985", "1989")
    assert top.cases == 232
    assert f"{top.expected:.3f}" == "171.847"
    assert f"{top.llr:.4f}" == "11.3187"
    assert found.established
    overlap = [set(one.places) & set(top.places) for one in found.clusters[1:]]
    assert not any(overlap)
    again = cluster_poisson(counts, distance, rng=np.random.default_rng(1), replicates=99)
    assert again == found


@pytest.mark.data
def test_new_mexico_in_space_only_and_in_short_windows(shared: Path) -> None:
    # by hand from the file: windows of at most 4 years cannot hold 1985-89
    counts, distance = new_mexico(shared / "data" / "patterns")
    rng = np.random.default_rng(1)
    short = cluster_poisson(counts, distance, rng=rng, replicates=19, most_times=4)
    where = cluster_poisson(counts, distance, rng=rng, replicates=19, spatial=True)
    assert isinstance(short, Scan)
    assert isinstance(where, Scan)
    assert int(short.clusters[0].last) - int(short.clusters[0].first) <= 3
    assert short.clusters[0].llr < 11.3187
    assert (where.clusters[0].first, where.clusters[0].last) == ("1973", "1991")


def test_the_ratio_of_a_window_with_twice_as_many() -> None:
    # 10 ln(10/5) + 10 ln(10/15) = 6.93147 - 4.05465
    assert llr(np.array(10), np.array(5.0), 20) == pytest.approx(2.876821, abs=1e-6)
    assert llr(np.array(5), np.array(5.0), 20) == 0
    assert llr(np.array(3), np.array(5.0), 20) == 0  # fewer than expected is no cluster
    assert llr(np.array(20), np.array(5.0), 20) == pytest.approx(20 * math.log(4))


@given(SEEDS, st.integers(3, 7), st.integers(2, 6), st.integers(6, 60))
def test_the_largest_agrees_with_looking_at_every_cylinder(
    seed: int, places: int, times: int, total: int
) -> None:
    rng = np.random.default_rng(seed)
    xy = rng.random((places, 2)) * 100
    weight = rng.random((places, times)) + 0.1
    expected = weight / weight.sum() * total
    zones = circles(planar_km(xy[:, 0], xy[:, 1]), weight.sum(axis=1))
    windows = windows_up_to(times, max(1, times // 2))
    cylinders = Cylinders(zones.member, zones.member.astype(float) @ expected, windows, total)
    data = np.concatenate(list(poisson_replicates(expected, total, 12, rng)))
    fast = maxima([data[:5], data[5:]], cylinders)
    for k, one in enumerate(data):
        best = 0.0
        for member in zones.member:
            for length, starts in windows:
                for start in starts:
                    c = int(one[member, start : start + length].sum())
                    e = float(expected[member, start : start + length].sum())
                    if c > e:
                        rest = (total - c) * math.log((total - c) / (total - e)) if c < total else 0
                        best = max(best, c * math.log(c / e) + rest)
        assert fast[k] == pytest.approx(best, abs=1e-9)
        tops = [part[2].max() for part in surface(one, cylinders)]
        assert max(tops) == pytest.approx(best, abs=1e-9)


@given(SEEDS)
def test_circles_are_nested_closed_and_hold_at_most_half(seed: int) -> None:
    rng = np.random.default_rng(seed)
    xy, people = rng.random((9, 2)) * 50, rng.integers(0, 100, 9).astype(float)
    distance = planar_km(xy[:, 0], xy[:, 1])
    zones = circles(distance, people)
    for member, centre, radius in zip(zones.member, zones.centre, zones.radius_km, strict=True):
        assert people[member].sum() <= people.sum() / 2 + 1e-9
        assert set(np.flatnonzero(member)) == set(np.flatnonzero(distance[centre] <= radius + 1e-9))
    held = [member[people > 0].tobytes() for member in zones.member]
    assert len(set(held)) == len(held)


def test_places_at_one_distance_enter_together() -> None:
    x, y = np.array([0.0, 1.0, -1.0, 5.0]), np.zeros(4)
    zones = circles(planar_km(x, y), np.ones(4), share=0.75)
    around_first = zones.member[zones.centre == 0]
    assert sorted(row.sum() for row in around_first) == [1, 3]


def test_kinds_of_people_have_a_rate_each() -> None:
    # old people: 8 cases in 100, young: 2 in 1000; place A has 75 old and 200 young
    people = np.array([[[75.0], [25.0]], [[200.0], [800.0]]])
    cases = np.array([[[6], [2]], [[1], [1]]])
    counts = Counts(("A", "B"), ("2000",), cases, people)
    expected = expected_cases(counts)
    assert expected[0, 0] == pytest.approx(8 * 75 / 100 + 2 * 200 / 1000)
    assert expected.sum() == pytest.approx(10)


def test_cases_without_people_at_risk_are_refused() -> None:
    counts = Counts(("A", "B"), ("1",), np.array([[[1], [0]]]), np.zeros((1, 2, 1)))
    with pytest.raises(ValueError, match="no people at risk"):
        expected_cases(counts)


@given(st.floats(0.01, 30), st.floats(0.5, 15), st.integers(40, 200))
def test_one_case_fewer_is_too_few(expected: float, threshold: float, total: int) -> None:
    needed = int(cases_needed(np.array([expected]), total, threshold)[0])
    e = np.array(expected)
    assert llr(np.array(needed - 1), e, total) <= threshold + 1e-9
    if needed <= total:
        assert llr(np.array(needed), e, total) > threshold


def test_the_smallest_detectable_keeps_its_promise() -> None:
    rng = np.random.default_rng(4)
    rows = detectable(np.array([0.05, 1.0, 5.0]), 60, 6.0)
    assert rows[0].expected == pytest.approx(0.05)
    assert rows[0].cases == min(row.cases for row in rows)
    row = rows[-1]
    assert row.relative_risk_power is not None
    risk, e, total = row.relative_risk_power, row.expected, 60
    share = risk * e / (total - e + risk * e)
    drawn = rng.binomial(total, share, 40_000)
    assert np.mean(drawn >= row.cases) == pytest.approx(0.8, abs=0.01)


def test_the_critical_value_leaves_one_in_twenty() -> None:
    values = np.arange(1.0, 1000.0)
    limit = critical(values)
    assert limit is not None
    assert (np.sum(values >= limit + 0.5) + 1) / 1000 <= 0.05
    assert critical(values[:10]) is None  # 10 replicates cannot reach .05


def test_shuffling_keeps_both_margins() -> None:
    rng = np.random.default_rng(0)
    place, index = np.array([0, 0, 1, 2, 2, 2]), np.array([0, 1, 1, 2, 3, 3])
    for batch in shuffled(place, index, (3, 4), 7, rng):
        assert (batch.sum(axis=2) == [2, 1, 3]).all()
        assert (batch.sum(axis=1) == [1, 2, 1, 2]).all()


def burst(rng: np.random.Generator) -> Located:
    lon, lat = 20 + 8 * rng.random(24), 55 + 4 * rng.random(24)
    day = rng.integers(0, 1000, 24)
    lon[:6], lat[:6], day[:6] = 26.36, 59.82, 500 + np.arange(6)
    places, index = np.unique(np.column_stack([lon, lat]), axis=0, return_inverse=True)
    return Located(places[:, 0], places[:, 1], np.asarray(index).ravel(), day)


def test_a_burst_at_one_place_is_found_and_named_by_its_days() -> None:
    rng = np.random.default_rng(2)
    events = burst(rng)
    distance = geodesic_km(events.lon_deg, events.lat_deg)
    found = cluster_events(events, distance, rng=rng, replicates=199)
    assert isinstance(found, Scan)
    assert found.established
    top = found.clusters[0]
    assert "59.820, 26.360" in top.places
    assert (top.first, top.last, top.cases) == ("500", "505", 6)
    assert any("smallest cluster" in line for line in found.words)


def test_a_busy_place_and_a_busy_year_alone_are_no_cluster() -> None:
    # every place has the same mix of times: c = e in every cylinder
    day, place = np.tile([1, 1, 5, 9], 3), np.repeat([0, 1, 2], 4)
    events = Located(np.array([20.0, 22.0, 25.0]), np.array([57.0, 58.0, 59.0]), place, day)
    distance = geodesic_km(events.lon_deg, events.lat_deg)
    found = cluster_events(events, distance, rng=np.random.default_rng(0), replicates=99)
    assert isinstance(found, Scan)
    assert not found.established


@pytest.mark.parametrize(
    ("count", "places", "days", "says"),
    [
        (0, 3, 3, "no incident"),
        (4, 3, 3, "fewer than 5"),
        (8, 1, 8, "at one place"),
        (8, 8, 1, "on one day"),
    ],
)
def test_where_no_claim_is_possible(count: int, places: int, days: int, says: str) -> None:
    k = np.arange(count)
    lon = 20 + np.arange(places, dtype=float)
    events = Located(lon, np.full(places, 58.0), k % places, k % days)
    answer = cluster_events(
        events, geodesic_km(lon, events.lat_deg), rng=np.random.default_rng(0), replicates=19
    )
    assert isinstance(answer, NoClaim)
    assert says in answer.words[0]
    assert answer.as_json()["verdict"] == "no pattern claim is possible"


def test_too_many_windows_are_thinned_and_it_is_said() -> None:
    rng = np.random.default_rng(1)
    n = 300
    lon, lat, day = 20 + 8 * rng.random(n), 55 + 4 * rng.random(n), rng.integers(0, 3000, n)
    events = Located(lon, lat, np.arange(n), day)
    cylinders, _, times, _, notes = permutation_cylinders(
        events, geodesic_km(lon, lat), longest=1500
    )
    assert cylinders.count * 999 <= 1e9
    assert len(times) < 100
    assert any("steps of" in note for note in notes)
    assert any("places" in note for note in notes)


def test_gumbel_is_near_the_share_where_both_can_tell() -> None:
    rng = np.random.default_rng(3)
    sample = rng.gumbel(5.0, 1.0, 4000)
    value = float(np.quantile(sample, 0.95))
    assert gumbel_p(value, sample) == pytest.approx(0.05, abs=0.01)
    assert gumbel_p(1.0, np.ones(100)) is None


def test_five_events_cannot_make_a_cluster_and_it_is_said() -> None:
    lon, lat = np.array([25.0, 25.01, 25.02, 21.0, 28.0]), np.full(5, 59.0)
    events = Located(lon, lat, np.arange(5), np.array([1, 1, 2, 500, 900]))
    rng = np.random.default_rng(0)
    found = cluster_events(events, geodesic_km(lon, lat), rng=rng, replicates=199)
    assert isinstance(found, Scan)
    assert found.detectable == ()
    assert any("with so few cases" in line for line in found.words)


def test_what_margins_rule_out_is_not_called_detectable() -> None:
    rng = np.random.default_rng(2)
    events = burst(rng)
    distance = geodesic_km(events.lon_deg, events.lat_deg)
    found = cluster_events(events, distance, rng=rng, replicates=199)
    assert isinstance(found, Scan)
    expected, most = np.array([0.05, 0.05]), np.array([1.0, 6.0])
    assert found.critical_llr is not None
    free = detectable(expected, 24, found.critical_llr)
    held = detectable(expected, 24, found.critical_llr, most)
    assert [row.cases for row in free] == [row.cases for row in held]
    assert detectable(expected, 24, found.critical_llr, np.ones(2)) == []
    assert all(row.relative_risk_power is None for row in held)
