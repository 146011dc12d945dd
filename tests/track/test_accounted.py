"""A radar that plots everybody does not make a second aircraft of one that tells where it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin import geo
from tocsin.schema import Sensor
from tocsin.track.accounted import (
    HEIGHTS_APART_M,
    Known,
    Seen,
    accounted,
    accounted_parts,
    is_another,
)
from tocsin.track.associate import LEAST_PLOTS
from tocsin.track.plots import site

RADAR = Sensor("north", lat_deg=59.39, lon_deg=24.83, h_hae_m=60.0, rotation_s=6.0)
SENSORS = {"north": RADAR}


def flown(lat: float, turns: int = 40, lon: float = 24.0) -> tuple[np.ndarray, ...]:
    """Return times and places of a flight due east."""
    t_s = 6.0 * np.arange(turns)
    return t_s, lon + 200.0 * t_s / 56_300.0, np.full(turns, lat)


def known(lat: float = 59.7, turns: int = 40, **more: object) -> Known:
    t_s, lon, where = flown(lat, turns)
    h, sigma = np.full(turns, 6000.0), np.full(turns, 20.0)
    made = Known("abc001", True, t_s, lon, where, h, sigma, np.zeros(turns, bool), 15.0)
    return replace(made, **more)  # type: ignore[arg-type]


KNOWN = [known()]


def plotted(
    lat: float = 59.7, turns: int = 40, seed: int = 1, h_m: float = 6000.0, late_s: float = 0.4
) -> Seen:
    """Return what the radar measures of a flight at 6,000 m, the height as it is reported."""
    rng = np.random.default_rng(seed)
    t_s, lon, where = flown(lat, turns)
    seen_at = t_s[:-1] + late_s
    lon = np.interp(seen_at, t_s, lon)
    rho, theta, _ = geo.to_polar(lon, where[:-1], np.full(turns - 1, 6000.0), site(RADAR))
    count = len(seen_at)
    return Seen(
        seen_at,
        ("north",) * count,
        np.zeros(count, bool),
        rho + rng.normal(0, RADAR.range_sigma_m, count) + 60.0,
        theta + rng.normal(0, RADAR.azimuth_sigma_deg, count),
        np.full(count, h_m),
    )


def test_an_airliner_accounts_for_the_plots_that_a_primary_radar_has_of_it() -> None:
    seen = plotted(h_m=np.nan)
    who, off_m = accounted(seen, [known()], SENSORS)
    assert np.mean(who == 0) > 0.98 and not is_another(who, KNOWN)
    assert 20 < np.nanmedian(off_m) < 200


@pytest.mark.parametrize("beside_deg", [0.0036, 0.0135, -0.02])  # 0.4, 1.5 and 2.2 km
def test_who_flies_beside_it_keeps_his_plots(beside_deg: float) -> None:
    """One plot a turn is the airliner's, the nearest."""
    both = [plotted(h_m=np.nan), plotted(59.7 + beside_deg, seed=2, h_m=np.nan, late_s=0.5)]
    (first, second), _ = accounted_parts(both, [known()], SENSORS)
    counts = np.sum(first == 0), np.sum(second == 0)
    assert sum(counts) <= 39 + 1
    assert not (is_another(first, KNOWN) is False and is_another(second, KNOWN) is False)
    if abs(beside_deg) > 0.01:
        assert not is_another(first, KNOWN) and is_another(second, KNOWN)


def test_who_answered_in_that_turn_accounts_for_nothing_in_it() -> None:
    seen = plotted()
    answers = seen.t_s - 0.02
    answering = known(answered={"north": answers})
    assert (accounted(seen, [answering], SENSORS)[0] == -1).all()
    missed = known(answered={"north": np.delete(answers, [10, 20])})
    assert np.flatnonzero(accounted(seen, [missed], SENSORS)[0] == 0).tolist() == [10, 20]


def test_before_and_after_what_it_told_and_over_gaps_it_accounts_for_nothing() -> None:
    seen = plotted()
    t_s = known().t_s
    some = (t_s >= 60) & (t_s <= 120)
    part = known()
    part = replace(
        part,
        **{n: getattr(part, n)[some] for n in ("t_s", "lon_deg", "lat_deg", "h_hae_m", "sigma_m")},
        apart=np.zeros(int(some.sum()), bool),
    )
    who = accounted(seen, [part], SENSORS)[0]
    assert set(seen.t_s[who == 0] // 6) == set(range(10, 20))
    assert is_another(who, KNOWN)
    broken = known(apart=known().t_s == 120.0)
    assert accounted(seen, [broken], SENSORS)[0][19] == -1
    assert (accounted(seen, [known(gap_s=5.0)], SENSORS)[0] == -1).all()


def test_of_another_height_is_another_aircraft() -> None:
    above = plotted(h_m=6000.0 + HEIGHTS_APART_M + 50)
    assert (accounted(above, [known()], SENSORS)[0] == -1).all()
    near = plotted(h_m=6000.0 + HEIGHTS_APART_M - 50)
    assert not is_another(accounted(near, [known()], SENSORS)[0], KNOWN)


def test_plots_of_one_radar_are_held_against_that_radar_only() -> None:
    other = replace(RADAR, id="south", lat_deg=58.9)
    mine = known(sensor="south", gap_s=60.0)
    assert (accounted(plotted(), [mine], {**SENSORS, "south": other})[0] == -1).all()


@given(st.lists(st.booleans(), min_size=1, max_size=60))
def test_a_track_is_another_where_enough_of_it_is_nobodys(free: list[bool]) -> None:
    who = np.where(free, -1, 0)
    runs = "".join("x" if each else "." for each in free).split(".")
    long = max(len(run) for run in runs) >= LEAST_PLOTS
    assert is_another(who, KNOWN) == (long or sum(free) / len(free) > 0.1 + 1e-12)


def test_who_is_not_judged_himself_leaves_no_track_out() -> None:
    calibrating = [known(judged=False)]
    who, _ = accounted(plotted(), calibrating, SENSORS)
    assert np.mean(who == 0) > 0.98 and is_another(who, calibrating)
