"""Predicted entries: against flights drawn with the whole motion model, and in the engine."""

from __future__ import annotations

import re

import numpy as np
import pytest

from tests.watch.world import DEG_M, alerts, area, engine, fly, north, rule
from tocsin.airspace.edges import outline
from tocsin.geo import WGS84
from tocsin.incursion.boundary import put_together
from tocsin.incursion.inside import inside
from tocsin.schema import Edge, Floats, Limit, Outline, Ring, Volume
from tocsin.schema.airspace import Datum
from tocsin.schema.live import TRACK_COLUMNS, AlertKind, AlertState
from tocsin.units import FL_M
from tocsin.watch import plane
from tocsin.watch.area import area_of
from tocsin.watch.rules import Rule
from tocsin.watch.soon import foresee
from tocsin.watch.tracks import LAT, LON, PP, PV, VE, VN, VV, R

LOOK_S, STEPS, FLIGHTS = 300.0, 150, 1200


def island(lon: float, lat: float, radius_m: float) -> Outline:
    """Return a circle of 60 points around a place."""
    azimuth = -6.0 * np.arange(60)
    out_lon, out_lat, _ = WGS84.fwd(
        np.full(60, lon), np.full(60, lat), azimuth, np.full(60, radius_m)
    )
    ring = Ring(np.array(out_lon), np.array(out_lat), (Edge.GEODESIC,) * 60)
    return outline(Volume("I", (ring,), layer="sovereign", sigma_m=1.0))


def box() -> Outline:
    ring = Ring(
        np.array([24.0, 26.0, 26.0, 24.0]),
        np.array([59.0, 59.0, 60.0, 60.0]),
        (Edge.GEODESIC,) * 4,
    )
    return outline(Volume("EE", (ring,), layer="sovereign", sigma_m=1.0))


def flown(m: Floats, q: float, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Return longitudes and latitudes (STEPS + 1, FLIGHTS) of integrated white acceleration."""
    root = np.linalg.cholesky(np.array([[m[PP], m[PV]], [m[PV], m[VV]]]))
    dt = LOOK_S / STEPS
    noise = np.linalg.cholesky(q * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]]))
    paths = []
    for mean in (m[VE], m[VN]):
        start = root @ rng.normal(size=(2, FLIGHTS))
        x, v = start[0], start[1] + mean
        path = [x]
        for _ in range(STEPS):
            w = noise @ rng.normal(size=(2, FLIGHTS))
            x, v = x + dt * v + w[0], v + w[1]
            path.append(x)
        paths.append(np.array(path))
    return plane.away(plane.place(m[LON], m[LAT]), paths[0], paths[1])


@pytest.mark.parametrize(
    ("shape", "lon", "lat", "ve", "vn"),
    [
        (box(), 25.0, 58.60, 0.0, 200.0),  # straight in
        (box(), 25.0, 58.45, 0.0, 200.0),  # just about in time
        (box(), 24.4, 58.97, 200.0, 0.0),  # along the limit
        (box(), 23.8, 58.95, 150.0, 30.0),  # at a corner
        (box(), 25.0, 58.80, 0.0, -200.0),  # away
        (island(25.0, 60.3, 3000.0), 24.8, 60.1, 30.0, 80.0),
        (island(25.0, 60.3, 3000.0), 25.1, 60.1, 10.0, 120.0),
    ],
)
def test_p_and_times_agree_with_drawn_flights(
    shape: Outline, lon: float, lat: float, ve: float, vn: float
) -> None:
    machine = engine([area_of(shape)], [rule(kinds=["predicted"])])
    fly(machine, np.array([lon]), np.array([lat]))
    (row,) = machine.tracks.rows()
    m = machine.tracks.motion[row]
    m[VE], m[VN], m[PP], m[PV], m[VV], m[R] = ve, vn, 100.0**2, 250.0, 36.0, 1.0
    one = np.array([row])
    asked = (machine.judge, machine.tracks, one, np.zeros(1, int), np.array([LOOK_S]), 0.0, 4)
    told = foresee(*asked)  # in numpy, which makes the squares, and again as it is compiled
    again = foresee(*asked, machine.prophet.flights)
    assert np.allclose(told.p, again.p) and np.allclose(told.eta_s, again.eta_s, equal_nan=True)

    lons, lats = flown(m, machine.settings.accel_psd, np.random.default_rng(8))
    boundary = put_together([shape])
    point, _ = inside(lons.ravel(), lats.ravel(), boundary)
    within = np.zeros(lons.size, bool)
    within[point] = True
    inside_at = within.reshape(lons.shape)
    entered = inside_at.any(axis=0)
    assert told.p[0] == pytest.approx(entered.mean(), abs=0.06)
    if entered.mean() > 0.1:
        when = inside_at.argmax(axis=0)[entered] * LOOK_S / STEPS
        truth = np.quantile(when, (0.05, 0.5, 0.95))
        assert np.abs(told.eta_s[0] - truth).max() < 50.0
        assert abs(told.eta_s[0, 1] - truth[1]) < 20.0


def soon() -> list[Rule]:
    return [rule(kinds=["inside", "predicted"])]


def test_an_inbound_flight_is_predicted_then_enters() -> None:
    machine = engine(rules=soon())
    told = alerts(
        fly(machine, np.full(260, 25.0), north(58.6, 200.0, 260), gs_mps=200.0, track_deg=0.0)
    )
    first = told[0]
    assert first.kind is AlertKind.PREDICTED and first.p_soon is not None and first.p_soon > 0.5
    assert first.eta_s is not None and first.eta_s.q05 < first.eta_s.q50 < first.eta_s.q95
    entry_s = 0.4 * DEG_M / 200.0
    at_s = (first.changed_ns - 1_758_261_600_000_000_000) / 1e9
    assert first.eta_s.q50 + at_s == pytest.approx(entry_s, abs=15.0)
    assert "likely to enter EE airspace within 5 min" in first.why
    said = re.search(r"([\d.]+) NM outside its limit", first.why)
    assert said is not None  # the limit bulges 390 m to the north of its ends there
    left_m = 0.4 * DEG_M + 390.0 - 200.0 * at_s
    assert float(said[1]) == pytest.approx(left_m / 1852.0, abs=0.15)
    over = [a for a in told if a.id == first.id][-1]
    assert over.state is AlertState.CLOSED and "has entered" in over.why
    assert [a.kind for a in told if a.revision == 1] == [AlertKind.PREDICTED, AlertKind.INSIDE]


@pytest.mark.parametrize("azimuth", ["parallel", "away"])
def test_traffic_beside_the_limit_or_away_from_it_is_not_predicted(azimuth: str) -> None:
    lon, lat = np.full(100, 25.0), north(58.9, -200.0, 100)
    course = 180.0
    if azimuth == "parallel":  # 11 km south of the limit, to the east
        lon, lat, course = 24.5 + np.arange(100) * 200 / 57_500, np.full(100, 58.9), 90.0
    machine = engine(rules=soon())
    assert alerts(fly(machine, lon, lat, gs_mps=200.0, track_deg=course)) == []
    row = dict(zip(TRACK_COLUMNS, machine.rows()[0], strict=True))
    assert row["p_soon"] < 0.1


def test_a_descent_into_an_area_is_predicted_from_the_rate() -> None:
    low = area("CTR", upper=Limit(95 * FL_M, Datum.PRESSURE, "FL95"))
    level = {"gs_mps": 150.0, "track_deg": 0.0}
    lat = north(59.4, 150.0, 40)
    down = fly(
        engine([low], soon()),
        np.full(40, 25.0),
        lat,
        h_pressure_m=120 * FL_M - 8.0 * np.arange(40),
        vrate_mps=-8.0,
        **level,
    )
    assert next(a.kind for a in alerts(down)) is AlertKind.PREDICTED
    flat = fly(
        engine([low], soon()),
        np.full(40, 25.0),
        lat,
        h_pressure_m=150 * FL_M,
        vrate_mps=0.0,
        **level,
    )
    assert alerts(flat) == []
