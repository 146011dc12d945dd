"""What a rotating radar reports: plots of range and azimuth, with its errors.

The beam points to theta(t) = 360 (t - t_north) / rotation.  It meets a target where that equals
the target's azimuth A(t), taken without its jumps at north, so that meetings are one rotation
apart but for the target's own motion.  Then

    range    = r (1 + scale) + bias + noise + (secondary: collimation + transponder delay)
    azimuth  = A + bias + noise + (secondary: collimation)
    time     = t + bias

with biases drawn once per case.  Members of a formation that lie within one resolution cell give
one primary plot, at a chance mean of their places (scintillation); only the leader answers
secondary radar.  A plot of both is at the secondary position, as most radars report it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.simulate.geometry import Site, to_geodetic
from tocsin.simulate.scenario import Radar
from tocsin.simulate.target import Target, within

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
CLUTTER = -1


@dataclass(frozen=True, slots=True)
class Biases:
    """The constants of one radar over a case, as drawn."""

    range_m: float
    range_scale: float
    azimuth_deg: float
    time_s: float
    collimation_range_m: float
    collimation_azimuth_deg: float
    delay_m: tuple[float, ...]  # of each target's transponder
    north_s: float  # when the beam first points north


@dataclass(frozen=True, slots=True, eq=False)
class Plots:
    """P plots in the order of their reported times."""

    t_true_s: Floats  # (P,) when the beam was there
    t_s: Floats  # (P,) as reported
    range_m: Floats  # (P,) measured slant range
    azimuth_deg: Floats  # (P,) measured, 0..360
    true_range_m: Floats  # (P,) NaN for clutter
    true_azimuth_deg: Floats  # (P,)
    psr: Bools  # (P,) which channels contributed
    ssr: Bools  # (P,)
    target: Ints  # (P,) index, or CLUTTER
    members: Ints  # (P,) how many aircraft the plot is of
    pressure_m: Floats  # (P,) NaN where none is reported
    psr_range_m: Floats  # (P,) primary measurement, NaN without one
    psr_azimuth_deg: Floats  # (P,)

    def __len__(self) -> int:
        return len(self.t_s)


def draw_biases(radar: Radar, targets: int, rng: np.random.Generator) -> Biases:
    """Return the constants of a radar: those given, the others drawn from their priors."""

    def drawn(given: float | None, sd: float) -> float:
        z = float(rng.standard_normal())  # always drawn, so that giving one moves no other
        return sd * z + 0.0 if given is None else given  # + 0.0: no negative zero

    return Biases(
        range_m=drawn(radar.range_bias_m, radar.range_bias_sd_m),
        range_scale=drawn(radar.range_scale, radar.range_scale_sd),
        azimuth_deg=drawn(radar.azimuth_bias_deg, radar.azimuth_bias_sd_deg),
        time_s=drawn(radar.time_bias_s, radar.time_bias_sd_s),
        collimation_range_m=drawn(None, radar.collimation_range_sd_m),
        collimation_azimuth_deg=drawn(None, radar.collimation_azimuth_sd_deg),
        north_s=float(rng.uniform(0, radar.rotation_s)),
        delay_m=tuple((radar.transponder_delay_sd_m * rng.standard_normal(targets)).tolist()),
    )


def site_of(radar: Radar) -> Site:
    """Return where a radar stands."""
    return Site(radar.lon_deg, radar.lat_deg, radar.h_hae_m)


def scan(
    radar: Radar,
    biases: Biases,
    targets: Sequence[Target],
    length_s: float,
    geoid_m: float,
    rng: np.random.Generator,
) -> Plots:
    """Return every plot of a radar from time 0 to `length_s`."""
    parts = [
        _plots(radar, biases, k, each, length_s, geoid_m, rng) for k, each in enumerate(targets)
    ]
    parts.append(_clutter(radar, biases, length_s, rng))
    names = list(Plots.__dataclass_fields__)
    whole = {name: np.concatenate([part[name] for part in parts]) for name in names}
    order = np.argsort(whole["t_s"], kind="stable")
    return Plots(**{name: column[order] for name, column in whole.items()})


def meetings(radar: Radar, north_s: float, target: Target, length_s: float) -> Floats:
    """Return the times (K,) at which the beam points to a target, within its path and the case."""
    flown = target.flown
    begin, end = max(0.0, float(flown.t_s[0])), min(length_s, float(flown.t_s[-1]))
    if end <= begin:
        return np.zeros(0)
    knots = np.append(np.arange(begin, end, 1.0), end)
    _, azimuth, _ = site_of(radar).polar(flown.at(knots)[0])
    turns = np.unwrap(azimuth, period=360.0) / 360.0
    period = radar.rotation_s
    first = np.floor((begin - north_s) / period - turns.max()) - 1
    last = np.ceil((end - north_s) / period - turns.min()) + 1
    rank = np.arange(first, last + 1)
    t = np.full(len(rank), (begin + end) / 2)
    for _ in range(40):  # contracts by azimuth rate times period, well below 1 beyond some km
        t = north_s + (rank + np.interp(t, knots, turns)) * period
    return t[(t >= begin) & (t <= end)]


def _plots(
    radar: Radar,
    biases: Biases,
    index: int,
    target: Target,
    length_s: float,
    geoid_m: float,
    rng: np.random.Generator,
) -> dict[str, NDArray[np.generic]]:
    site = site_of(radar)
    t = meetings(radar, biases.north_s, target, length_s)
    t = t[~within(t, radar.outages)]
    count, size = len(t), len(target.members)
    _, centre_deg, _ = site.polar(target.flown.at(t)[0])
    times = np.empty((count, size))
    true_r, true_a = np.empty((count, size)), np.empty((count, size))
    visible = np.zeros((count, size), bool)
    for m, member in enumerate(target.members):
        _, azimuth, _ = site.polar(member.at(t)[0])
        late = (azimuth - centre_deg + 180.0) % 360.0 - 180.0
        own = np.clip(t + late / 360.0 * radar.rotation_s, member.t_s[0], member.t_s[-1])
        xyz, _ = member.at(own)
        times[:, m] = own
        true_r[:, m], true_a[:, m], _ = site.polar(xyz)
        reach = np.minimum(radar.max_range_m, site.horizon_m(to_geodetic(xyz)[2], geoid_m))
        visible[:, m] = (true_r[:, m] <= reach) & (true_r[:, m] >= radar.min_range_m)

    answers = (
        (target.aircraft.transponder != "off")
        & (radar.channels != "psr")
        & ~within(t, target.aircraft.silent)
        & visible[:, 0]
        & (rng.random(count) < radar.ssr_detection_probability)
    )
    secondary_m = _measured(true_r[:, 0], radar, biases, rng, "range")
    secondary_m += biases.collimation_range_m + biases.delay_m[index]
    secondary_deg = _measured(true_a[:, 0], radar, biases, rng, "azimuth")
    secondary_deg += biases.collimation_azimuth_deg

    parts = []
    cells = _cells(true_r, true_a, radar)
    for cell in range(size):  # at most one plot of each cell a scan
        in_cell = (cells == cell) & visible
        many = in_cell.sum(axis=1)
        weight = np.where(in_cell, rng.exponential(size=(count, size)), 0.0)
        weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
        missed = (1 - radar.detection_probability) ** many
        seen = (radar.channels != "ssr") & (rng.random(count) < 1 - missed)
        reference = true_a[np.arange(count), np.argmax(in_cell, axis=1)][:, None]
        aside = (true_a - reference + 180.0) % 360.0 - 180.0
        mean_r = (weight * true_r).sum(axis=1)
        mean_a = (reference[:, 0] + (weight * aside).sum(axis=1)) % 360.0
        mean_t = (weight * times).sum(axis=1)
        primary_m = _measured(mean_r, radar, biases, rng, "range")
        primary_deg = _measured(mean_a, radar, biases, rng, "azimuth")
        both = answers & in_cell[:, 0]
        rows = np.flatnonzero(seen | both)
        ssr, psr = both[rows], seen[rows]
        when = np.where(ssr, times[rows, 0], mean_t[rows])
        parts.append(
            {
                "t_true_s": when,
                "t_s": when + biases.time_s,
                "range_m": np.where(ssr, secondary_m[rows], primary_m[rows]),
                "azimuth_deg": np.where(ssr, secondary_deg[rows], primary_deg[rows]) % 360.0,
                "true_range_m": np.where(ssr, true_r[rows, 0], mean_r[rows]),
                "true_azimuth_deg": np.where(ssr, true_a[rows, 0], mean_a[rows]),
                "psr": psr,
                "ssr": ssr,
                "target": np.full(len(rows), index),
                "members": many[rows],
                "pressure_m": np.where(ssr, target.pressure_m(times[rows, 0]), np.nan),
                "psr_range_m": np.where(psr, primary_m[rows], np.nan),
                "psr_azimuth_deg": np.where(psr, primary_deg[rows] % 360.0, np.nan),
            }
        )
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _measured(
    true: Floats, radar: Radar, biases: Biases, rng: np.random.Generator, what: str
) -> Floats:
    noise = _noise(radar, len(true), rng)
    if what == "range":
        return np.asarray(
            true * (1 + biases.range_scale) + biases.range_m + radar.range_sigma_m * noise
        )
    return np.asarray(true + biases.azimuth_deg + radar.azimuth_sigma_deg * noise)


def _noise(radar: Radar, count: int, rng: np.random.Generator) -> Floats:
    """Return noise of standard deviation 1, normal or with the tails of Student's t."""
    if radar.tails == "normal":
        return rng.standard_normal(count)
    freedom = radar.tail_freedom
    return np.asarray(rng.standard_t(freedom, count) * np.sqrt((freedom - 2) / freedom))


def _cells(range_m: Floats, azimuth_deg: Floats, radar: Radar) -> Ints:
    """Return the resolution cell of each member in each scan: (K, M), the number of its first.

    Members are in one cell if a chain of neighbours closer than the resolution joins them.
    """
    count, size = range_m.shape
    label = np.tile(np.arange(size), (count, 1))
    for _ in range(size - 1):  # the longest chain there can be
        for a in range(size):
            for b in range(a + 1, size):
                apart = (azimuth_deg[:, a] - azimuth_deg[:, b] + 180.0) % 360.0 - 180.0
                near = (np.abs(range_m[:, a] - range_m[:, b]) < radar.range_resolution_m) & (
                    np.abs(apart) < radar.azimuth_resolution_deg
                )
                least = np.minimum(label[:, a], label[:, b])
                label[near, a] = label[near, b] = least[near]
    return label


def _clutter(
    radar: Radar, biases: Biases, length_s: float, rng: np.random.Generator
) -> dict[str, NDArray[np.generic]]:
    """Return false primary plots, even over the area that the radar covers."""
    scans = length_s / radar.rotation_s
    count = int(rng.poisson(radar.clutter_per_scan * scans)) if radar.channels != "ssr" else 0
    share = rng.random(count)
    low, high = radar.min_range_m**2, radar.max_range_m**2
    distance = np.sqrt(low + share * (high - low))
    azimuth = rng.uniform(0, 360, count)
    turn = rng.integers(-1, int(np.ceil(scans)) + 1, count)
    t = biases.north_s + (turn + azimuth / 360.0) * radar.rotation_s
    rows = (t >= 0) & (t <= length_s) & ~within(t, radar.outages)
    t, distance, azimuth = t[rows], distance[rows], azimuth[rows]
    nothing = np.full(len(t), np.nan)
    return {
        "t_true_s": t,
        "t_s": t + biases.time_s,
        "range_m": distance,
        "azimuth_deg": azimuth,
        "true_range_m": nothing,
        "true_azimuth_deg": nothing,
        "psr": np.ones(len(t), bool),
        "ssr": np.zeros(len(t), bool),
        "target": np.full(len(t), CLUTTER),
        "members": np.zeros(len(t), np.int64),
        "pressure_m": nothing,
        "psr_range_m": distance,
        "psr_azimuth_deg": azimuth,
    }
