"""The compiled loops and their twins in numpy: the same alerts, the same tracks to rounding."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from tests.watch.world import START_NS, area, engine, rule
from tocsin import compiled
from tocsin.schema import Datum, Limit
from tocsin.schema.live import plain
from tocsin.watch import batch as batches
from tocsin.watch.batch import NOBODY, Batch
from tocsin.watch.engine import Engine
from tocsin.watch.gnss import affected
from tocsin.watch.limits import Limits
from tocsin.watch.rules import Rule
from tocsin.watch.soon import foresee
from tocsin.watch.tracks import CODES, LAT, LON, NUMBERS, PP, PV, VE, VN, VV, R, T

ROOM = Path(batches.__file__).parent
AREAS = [
    area("EE"),
    area("CTR", west=24.5, south=59.2, east=25.1, north=59.6),
    area("HIGH", west=25.2, south=58.5, east=26.8, north=59.5, lower=Limit(3_000.0, Datum.MSL)),
    area("LINE", west=179.2, south=59.0, east=180.0, north=60.0),
]
RULES = [
    rule(kinds=["inside", "predicted", "dark"]),
    rule(id="by-plots", kinds=["inside", "predicted"], sources=["psr", "mlat"], severity=1),
]
#: Of whoever flies there, and nothing ahead: what follows is one compiled call.
PLAIN = [
    rule(kinds=["inside", "dark"]),
    rule(id="few", kinds=["inside"], areas=["CTR", "LINE"], severity=1),
]


@pytest.fixture(autouse=True)
def _built() -> None:
    for name in ("round.c", "limits.c", "judged.c", "soon.c"):
        if compiled.library(ROOM / name) is None:
            reason = f"needs {name} compiled, and no C compiler was at hand at the install"
            if "native" in os.environ.get("TOCSIN_REQUIRE", "").split(","):
                pytest.fail(reason)
            pytest.skip(reason)


def in_numpy(machine: Engine) -> Engine:
    """Return an engine whose compiled loops are left aside."""
    machine.compiled(None, None)
    machine.prophet.flights = None
    machine.judge.limits._nearby = None
    return machine


def messy(rng: np.random.Generator, k: int, fleet: int) -> Batch:
    """Return a second of traffic as no feed should send it, and all do."""
    n = 60
    who = rng.integers(0, fleet, n)  # some twice or three times, in any order
    who[1] = who[0]
    age_s = rng.choice([0.2, 0.5, 0.9, 3.0, 14.0], n, p=[0.4, 0.3, 0.2, 0.05, 0.05])
    t_s = k - age_s
    age_s[1] = age_s[0]  # and one told twice
    course = 2 * np.pi * who / fleet
    lon = 25.0 + 0.5 * np.cos(course) + 0.004 * t_s * np.sin(course) + rng.normal(0, 4e-4, n)
    lat = 59.3 + 0.4 * np.sin(course) + 0.002 * t_s * np.cos(course) + rng.normal(0, 2e-4, n)
    over = who % 7 == 0  # these fly across the antimeridian
    lon = np.where(over, (lon + 154.6 + 180.0) % 360.0 - 180.0, lon)
    lon[1], lat[1] = lon[0], lat[0]
    leaps = rng.random(n) < 0.05
    leaps[:2] = False
    lat = np.where(leaps, lat + 1.5, lat)
    where = rng.random(n) < 0.08
    lon, lat = np.where(where, np.nan, lon), np.where(where, np.nan, lat)
    h = np.where(rng.random((4, n)) < 0.3, 3_000.0 + 50.0 * who, np.nan)
    speed = rng.random(n) < 0.7

    def codes(*values: int) -> np.ndarray[tuple[int], np.dtype[np.int8]]:
        return rng.choice(np.array(values, np.int8), n)

    kind = codes(0, 0, 0, 5, 7)
    return Batch(
        feed="f", witness=f"w{k % 3}",
        key=np.where((kind == 5) & (rng.random(n) < 0.3), NOBODY, 0x400000 + who),
        t_ns=START_NS + np.round(t_s * 1e9).astype(np.int64),
        lon_deg=lon, lat_deg=lat, sigma_m=rng.choice([20.0, 150.0, 2_000.0], n),
        ve_mps=np.where(speed, 120.0, np.nan), vn_mps=np.where(speed, -30.0, np.nan),
        h_m=h, h_sigma_m=np.where(rng.random(n) < 0.5, 30.0, np.nan),
        vrate_mps=np.where(rng.random(n) < 0.5, -3.0, np.nan),
        kind=kind, answers=codes(-1, 0, 1, 1), grounded=codes(-1, -1, 0, 1),
        plan=codes(-1, 0, 1), nacp=codes(-1, 2, 9, 9), nic=codes(-1, 8, 8),
        callsign=rng.choice(np.array([-1, 0, 1], np.int32), n), callsigns=("AB1", "CD2 "),
        type=np.full(n, -1, np.int32), types=(),
    )  # fmt: skip


def tidied(told: Batch, k: int) -> Batch:
    """Return what most feeds send: each aircraft once, by its address; at times something else."""
    if k > 40 and k % 3 == 0:
        return told
    once = np.unique(told.key[told.key != NOBODY], return_index=True)[1]
    once = np.flatnonzero(told.key != NOBODY)[once]
    if k % 2:
        once = once[~np.isnan(told.lon_deg[once])]
    return told.take(np.random.default_rng(k).permutation(once))


@pytest.mark.parametrize(("seed", "rules"), [(1, RULES), (2, RULES), (3, RULES), (4, PLAIN)])
def test_both_ways_give_the_same_alerts_and_the_same_tracks(seed: int, rules: list[Rule]) -> None:
    machines = [engine(AREAS, rules, capacity=64) for _ in range(2)]
    in_numpy(machines[1])
    assert machines[0].intake.compiled is not None
    assert machines[0]._at_once == (rules is PLAIN)
    rng = np.random.default_rng(seed)
    told: list[list[str]] = [[], []]
    for k in range(60):
        # More than there is room for, in the end.
        update = messy(rng, k, fleet=50 + k) if seed < 3 else tidied(messy(rng, k, 35 + k // 2), k)
        for machine, said in zip(machines, told, strict=True):
            step = machine.step(update, START_NS + k * 1_000_000_000)
            said += [json.dumps(plain(alert)) for alert in step.alerts]
            said += [json.dumps(step.gone)]
            rows, hit = affected(machine.tracks, machine.clock_s)
            assert machine.tracks.suspect[rows[hit]].all()  # nobody else has to be looked at
    assert told[0] == told[1] and sum("inside" in each for each in told[0]) > 20
    one, other = machines
    assert one.counts == other.counts
    assert {"late", "repeated", "unreachable", "evicted"} <= set(one.counts)
    a, b = one.tracks, other.tracks
    for name in ("motion", "h_m", "h_at", *NUMBERS):
        one_way, other_way = getattr(a, name), getattr(b, name)
        if name == "judged_wide":  # a cosine of a library
            np.testing.assert_allclose(one_way, other_way, rtol=1e-9, atol=1e-9, err_msg=name)
        else:  # to the last bit
            assert np.array_equal(one_way, other_way, equal_nan=True), name
    for name in (*CODES, "by_now", "by_ever", "bare", "sound", "turn_of", "waiting", "jammed"):
        assert (getattr(a, name) == getattr(b, name)).all(), name
    assert one.holds.dumped() == other.holds.dumped()
    for name in ("in_area", "soon_area", "lost"):
        assert np.array_equal(getattr(one.outlook, name), getattr(other.outlook, name)), name
    np.testing.assert_allclose(one.outlook.p_in, other.outlook.p_in, rtol=1e-9, atol=1e-12)
    for name in ("late_t", "odd_t", "moved_at", "leapt_at", "other_at", "poor_at", "by_then"):
        assert np.array_equal(getattr(a, name), getattr(b, name)), name


def test_both_ways_see_the_same_limits() -> None:
    quick, plain_way = Limits(AREAS), Limits(AREAS)
    plain_way._nearby = None
    assert quick._nearby is not None
    rng = np.random.default_rng(7)
    for need in (500.0, 5_000.0, 80_000.0):
        lon = np.concatenate([rng.uniform(22, 28, 300), rng.uniform(178, 180, 50), [-179.99] * 5])
        lat = np.concatenate([rng.uniform(58, 61, 300), rng.uniform(58, 61, 55)])
        for _ in range(2):  # squares still to be made, then made
            a = quick.look(lon, lat, np.full(len(lon), need))
            b = plain_way.look(lon, lat, np.full(len(lon), need))
            assert (a.point == b.point).all() and (a.area == b.area).all()
            assert (a.exact == b.exact).all() and (a.rest_m == b.rest_m).all()
            np.testing.assert_allclose(a.d_m, b.d_m, rtol=1e-9, atol=1e-6)
        which = rng.integers(0, len(AREAS), len(lon))
        for _ in range(2):
            np.testing.assert_allclose(
                quick.rough(lon, lat, which), plain_way.rough(lon, lat, which), rtol=1e-9, atol=1e-6
            )
        for k in range(0, len(lon), 9):
            got = quick.distance_m(lon[k], lat[k], int(which[k]))
            want = plain_way.distance_m(lon[k], lat[k], int(which[k]))
            assert got == pytest.approx(want, rel=1e-9, abs=1e-6, nan_ok=True)


def test_both_ways_see_the_same_future() -> None:
    machine = engine(AREAS, RULES, capacity=512)
    rng = np.random.default_rng(5)
    t, count = machine.tracks, 400
    m = t.motion
    m[:count, LON] = np.concatenate([rng.uniform(23, 27.5, 350), rng.uniform(178.5, 181, 50)])
    m[:count, LAT], m[:count, T] = rng.uniform(58.2, 60.5, count), 1.0
    m[:count, VE], m[:count, VN] = rng.normal(0, 120, (2, count))
    m[:count, PP], m[:count, R] = rng.choice([400.0, 2.5e5], (2, count))
    m[:count, PV], m[:count, VV] = rng.uniform(0, 30, count), rng.choice([4.0, 900.0], count)
    t.h_m[:count, 0] = np.where(rng.random(count) < 0.5, rng.uniform(2_000, 4_000, count), np.nan)
    row, area = np.tile(np.arange(count), 4), np.repeat(np.arange(4), count)
    span = rng.choice([60.0, 300.0], 4 * count)
    asked = (machine.judge, t, row, area, span, 0.0, 10_000)
    assert machine.prophet.flights is not None
    foresee(*asked)  # squares still to be made
    assert machine.prophet.flights.ahead(row, area, span) is not None
    one, other = foresee(*asked, machine.prophet.flights), foresee(*asked)
    assert (one.drawn == other.drawn).all() and one.drawn.sum() > 80 and not one.waits.any()
    np.testing.assert_allclose(one.p, other.p, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(one.eta_s, other.eta_s, rtol=1e-7, atol=1e-6)
    np.testing.assert_allclose(one.free_s, other.free_s, rtol=1e-9, atol=1e-6)
    told = ~np.isnan(one.eta_s[:, 0])
    assert (told & one.drawn).sum() > 20 and (told & ~one.drawn).sum() > 20
    few = foresee(*asked[:-1], 7, machine.prophet.flights)
    assert few.drawn.sum() == 7 and few.waits.sum() == one.drawn.sum() - 7
    assert np.isnan(few.p[few.waits]).all()


def test_a_library_of_another_machine_is_left_aside(tmp_path: Path) -> None:
    (tmp_path / "loop.bin").write_bytes(b"\x7fELF of somewhere else")
    assert compiled.library(tmp_path / "loop.c") is None
    with pytest.raises(ValueError, match="lies in pieces"):
        compiled.at(np.zeros((4, 4))[:, 1])
