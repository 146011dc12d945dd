"""A radar's plots have the rotation, the errors and the gaps that were asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.simulate.odds import (
    KOLMOGOROV,
    SIGMAS,
    departure,
    normal,
    share_bounds,
    student4,
    uniform,
)
from tests.simulate.scenes import circling, radar, straight
from tocsin.schema import Floats
from tocsin.simulate.radar import CLUTTER, Plots, draw_biases, meetings, scan, site_of
from tocsin.simulate.scenario import Radar
from tocsin.simulate.station import keep
from tocsin.simulate.target import Target


def look(
    sensor: Radar, *targets: Target, length_s: float = 71_000.0, seed: int = 5
) -> tuple[Plots, object]:
    rng = np.random.default_rng(seed)
    biases = draw_biases(sensor, len(targets), rng)
    return scan(sensor, biases, targets, length_s, 17.0, rng), biases


def errors(plots: Plots) -> tuple[Floats, Floats]:
    azimuth = (plots.azimuth_deg - plots.true_azimuth_deg + 180) % 360 - 180
    return plots.range_m - plots.true_range_m, azimuth


def test_plots_are_one_rotation_apart_but_for_the_targets_motion() -> None:
    sensor = radar(rotation_s=10.0)
    target = straight()
    t = meetings(sensor, 3.0, target, 3_600.0)
    xyz, _ = target.flown.at(t)
    azimuth = site_of(sensor).polar(xyz)[1]
    # At each meeting the beam, which turns 36 degrees a second from north at 3 s, is there.
    beam = (t - 3.0) * 36.0 % 360.0
    assert np.abs((beam - azimuth + 180) % 360 - 180).max() < 0.01
    gained = (np.diff(azimuth) + 180) % 360 - 180
    assert np.diff(t) == pytest.approx(10.0 + gained / 36.0, abs=1e-3)
    assert len(t) == pytest.approx(360, abs=2)


@pytest.mark.parametrize("tails", ["normal", "student"])
def test_noise_has_the_standard_deviation_that_was_asked_for(tails: str) -> None:
    plots, _ = look(radar(tails=tails, tail_freedom=4.0), circling())
    in_range, in_azimuth = errors(plots)
    n = len(plots)
    assert n > 4_000
    for found, sigma in ((in_range, 60.0), (in_azimuth, 0.08)):
        assert abs(found.mean()) < 4 * sigma / np.sqrt(n)
        if tails == "normal":
            # chi-square with n degrees of freedom: mean n, variance 2 n
            square = float(np.sum((found / sigma) ** 2))
            assert abs(square - n) < SIGMAS * np.sqrt(2 * n)
            assert departure(found / sigma, normal) < KOLMOGOROV
        else:
            assert found.std() == pytest.approx(sigma, rel=0.15)  # its fourth moment is infinite
            assert departure(found / sigma * np.sqrt(2), student4) < KOLMOGOROV
            assert departure(found / sigma, normal) > KOLMOGOROV


def test_errors_of_range_azimuth_and_consecutive_plots_are_independent() -> None:
    plots, _ = look(radar(), circling())
    in_range, in_azimuth = errors(plots)
    bound = 4 / np.sqrt(len(plots))
    assert abs(np.corrcoef(in_range, in_azimuth)[0, 1]) < bound
    assert abs(np.corrcoef(in_range[1:], in_range[:-1])[0, 1]) < bound


def test_every_bias_is_in_the_plots_and_nowhere_else() -> None:
    sensor = radar(
        range_bias_m=85.0, range_scale=1e-3, azimuth_bias_deg=-0.21, time_bias_s=0.35,
    )  # fmt: skip
    plots, _ = look(sensor, circling())
    in_range, in_azimuth = errors(plots)
    n = len(plots)
    assert np.mean(in_range - 1e-3 * plots.true_range_m) == pytest.approx(85, abs=4 * 60 / n**0.5)
    assert np.mean(in_azimuth) == pytest.approx(-0.21, abs=4 * 0.08 / n**0.5)
    assert plots.t_s - plots.t_true_s == pytest.approx(np.full(n, 0.35), abs=1e-9)


def test_biases_are_drawn_from_their_priors() -> None:
    sensor = replace(radar(), range_bias_m=None, azimuth_bias_deg=None, time_bias_s=None)
    drawn = [draw_biases(sensor, 1, np.random.default_rng(seed)) for seed in range(400)]
    for name, sd in (("range_m", 60.0), ("azimuth_deg", 0.1), ("time_s", 0.2)):
        values = np.array([getattr(biases, name) for biases in drawn])
        assert departure(values / sd, normal) < KOLMOGOROV


def test_giving_one_bias_draws_the_others_as_before() -> None:
    free = replace(radar(), range_bias_m=None, azimuth_bias_deg=None)
    fixed = replace(free, range_bias_m=10.0)
    a, b = (draw_biases(each, 2, np.random.default_rng(1)) for each in (free, fixed))
    assert b.range_m == 10.0
    assert (a.azimuth_deg, a.delay_m, a.north_s) == (b.azimuth_deg, b.delay_m, b.north_s)


@pytest.mark.parametrize("share", [0.6, 0.95])
def test_the_probability_of_detection_is_kept(share: float) -> None:
    plots, _ = look(radar(detection_probability=share), circling())
    chances = len(meetings(radar(), 0.0, circling(), 71_000.0))
    low, high = share_bounds(chances, share)
    assert low <= len(plots) <= high


def test_a_silent_aircraft_gives_primary_plots_only_and_says_nothing() -> None:
    plots, _ = look(radar(), circling(), length_s=20_000)
    assert plots.psr.all()
    assert not plots.ssr.any()
    assert np.isnan(plots.pressure_m).all()


def test_secondary_errors_have_their_own_constants() -> None:
    sensor = replace(radar(), transponder_delay_sd_m=75.0, collimation_range_sd_m=40.0)
    target = circling(transponder="mode_s", icao24="f01234")
    plots, _ = look(sensor, target)
    rng = np.random.default_rng(5)
    biases = draw_biases(sensor, 1, rng)
    both = plots.psr & plots.ssr
    wanted = biases.delay_m[0] + biases.collimation_range_m
    n = int(both.sum())
    in_range, _ = errors(plots)
    assert in_range[both].mean() == pytest.approx(wanted, abs=4 * 60 / n**0.5)
    primary = plots.psr_range_m[both] - plots.true_range_m[both]
    assert primary.mean() == pytest.approx(0.0, abs=4 * 60 / n**0.5)


def test_nothing_is_seen_below_the_horizon_out_of_range_or_in_an_outage() -> None:
    target = straight(hours=2.0)  # 1,584 km, well beyond the horizon at both ends
    sensor = radar(detection_probability=1.0, outages=((3_000.0, 3_600.0),))
    plots, _ = look(sensor, target, length_s=7_200.0)
    horizon_m = 4_124 * (np.sqrt(60 - 17) + np.sqrt(9_000 - 17))
    assert plots.true_range_m.max() < horizon_m + 500
    assert plots.true_range_m.max() > horizon_m - 5_000
    assert not ((plots.t_true_s >= 3_000) & (plots.t_true_s < 3_600)).any()
    near, _ = look(replace(sensor, max_range_m=250_000.0), target, length_s=7_200.0)
    assert 240_000.0 < near.true_range_m.max() <= 250_000.0


def test_a_tight_formation_is_one_plot_and_a_loose_one_is_told_apart() -> None:
    sensor = radar(detection_probability=0.7)
    tight, _ = look(sensor, straight(count=3, spacing_m=60.0), length_s=3_600.0)
    assert set(tight.members.tolist()) == {3}
    chances = len(meetings(sensor, 0.0, straight(), 3_600.0))
    assert len(tight) / chances > 0.93  # 1 - 0.3^3
    assert np.diff(tight.t_s).min() > 11.0
    loose, _ = look(sensor, straight(count=3, formation="trail", spacing_m=5_000.0), length_s=3_600)
    assert set(loose.members.tolist()) == {1}
    assert len(loose) > 1.8 * chances


def test_clutter_is_even_over_the_area() -> None:
    sensor = radar(clutter_per_scan=5.0, max_range_m=100_000.0, min_range_m=0.0)
    plots, _ = look(sensor, length_s=12_000.0)
    assert (plots.target == CLUTTER).all()
    assert len(plots) == pytest.approx(5_000, abs=4 * 5_000**0.5)
    share = (plots.range_m / 100_000.0) ** 2
    assert departure(share, uniform) < KOLMOGOROV
    assert departure(plots.azimuth_deg / 360, uniform) < KOLMOGOROV


def test_station_tracks_are_numbered_confirmed_and_ended() -> None:
    sensor = radar(detection_probability=1.0, outages=((1_500.0, 1_620.0),))
    plots, _ = look(sensor, straight(), length_s=3_600.0)
    station = keep(sensor, plots)
    assert set(station.track_no.tolist()) == {1, 2}  # ten turns unseen make a new track
    for number in (1, 2):
        own = np.flatnonzero(station.track_no == number)
        assert station.tentative[own].tolist() == [True, True] + [False] * (len(own) - 2)
        assert np.flatnonzero(station.ended[own]).tolist() == [len(own) - 1]
        assert np.isnan(station.gs_mps[own]).tolist() == [True, True] + [False] * (len(own) - 2)
    assert np.nanmedian(station.gs_mps) == pytest.approx(220.0, rel=0.05)
    assert np.nanmedian(station.heading_deg) == pytest.approx(90.0, abs=5.0)


def test_two_aircraft_do_not_share_a_track() -> None:
    other = straight(transponder="mode_s", icao24="f01234")
    plots, _ = look(radar(), circling(), other, length_s=3_600.0)
    station = keep(radar(), plots)
    for number in np.unique(station.track_no):
        assert len(np.unique(plots.target[station.track_no == number])) == 1
