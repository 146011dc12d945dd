"""One simulated track for the calibration study: flown, seen by radar, judged, held to the truth.

A draw has a path by chance, sensors with biases drawn from their priors, and a limit that is one
straight geodesic at a random bearing and a random distance from the path, as good to be crossed
as not.  The limit is not placed by the truth: placing it so that the target is inside for just
20 s would choose cases by what nobody can see, and no interval is calibrated over such a choice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tocsin import geo
from tocsin.airspace.edges import outline
from tocsin.incursion.boundary import put_together
from tocsin.incursion.field import signed_distance_m
from tocsin.incursion.joint import judge
from tocsin.incursion.stays import share_inside
from tocsin.schema import Edge, Floats, Posterior, Ring, Sensor, Volume
from tocsin.simulate.radar import draw_biases, scan
from tocsin.simulate.scenario import Aircraft, Chance, Met, Radar
from tocsin.simulate.target import Target, target
from tocsin.track.altitude import HeightPrior
from tocsin.track.branches import SampleSettings
from tocsin.track.plots import Plots
from tocsin.track.posterior import posterior

HEIGHT = HeightPrior(5000.0, 1000.0, 11000.0)
LIMIT_SIGMA_M = 100.0
LEVELS = np.arange(0.05, 1.0, 0.05)  # of the quantiles that are held to the truth
SITES = {  # bearing and distance of each radar from where the path begins, rotation
    "one radar near": ((200.0, 60e3, 12.0),),
    "one radar far": ((160.0, 160e3, 12.0),),
    "two radars": ((210.0, 80e3, 12.0), (120.0, 110e3, 10.0)),
}


@dataclass(frozen=True, slots=True)
class Setting:
    """How the world differs from what the model takes for granted."""

    name: str
    tails: str = "normal"
    manoeuvres: str = "modes"
    time_bias_s: float | None = None  # that of every radar; None: drawn from its prior
    bias_factor: float = 1.0  # the true spread of biases in units of the prior's
    height_m: float | None = None  # None: drawn from the prior
    detection_probability: float = 0.9
    ignore_biases: bool = False  # by the model: they are there all the same
    ignore_boundary: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What one draw came to: the truth, and what was said of it."""

    setting: str
    seed: int
    sensors: str
    true_s: float  # inside, while observed
    true_m: float  # greatest depth, negative outside
    p_ever: float
    rank_s: float  # share of the samples that are inside for less time than the truth
    rank_m: float
    width_s: float  # of the 90 % interval
    width_m: float
    plots: int


def one(setting: Setting, seed: int, samples: int) -> Result | None:
    """Return one draw; None where the radars plotted it less than three times."""
    rng = np.random.default_rng([seed, 20250919])
    names = list(SITES)
    layout = names[int(rng.integers(len(names)))]
    seconds = float(np.exp(rng.uniform(np.log(60.0), np.log(1500.0))))
    lon0, lat0 = 26.0, 59.6
    height = float(HEIGHT.at(np.array([rng.uniform(0.001, 0.999)]))[0])
    aircraft = Aircraft(
        "dark",
        random=Chance(
            lat_deg=lat0,
            lon_deg=lon0,
            h_hae_m=max(height, 300.0) if setting.height_m is None else setting.height_m,
            course_deg=float(rng.uniform(0, 360)),
            speed_mps=float(rng.uniform(120, 240)),
            seconds=seconds,
            manoeuvres=setting.manoeuvres,
        ),
    )
    met = Met()
    flown = target(aircraft, met, rng)
    sensors, plots = _seen(setting, layout, flown, seconds, met, rng)
    if len(plots.t_s) < 3:
        return None
    made = posterior(
        "dark",
        plots,
        sensors,
        rng,
        height=HEIGHT,
        t0_ns=0,
        settings=SampleSettings(samples=samples),
    )
    return _held(setting, seed, layout, flown, made, len(plots.t_s), rng)


def _seen(
    setting: Setting, layout: str, flown: Target, seconds: float, met: Met, rng: np.random.Generator
) -> tuple[dict[str, Sensor], Plots]:
    """Return the radars as the model has them and their plots, each seen through real errors."""
    lon0, lat0, _ = flown.flown.geodetic(np.array([float(flown.flown.t_s[0])]))
    sensors, rows = {}, []
    for number, (bearing, distance_m, rotation_s) in enumerate(SITES[layout]):
        lon, lat, _ = geo.WGS84.fwd(float(lon0[0]), float(lat0[0]), bearing, distance_m)
        radar = Radar(
            f"radar-{number}",
            lat,
            lon,
            60.0,
            channels="psr",
            rotation_s=rotation_s,
            tails=setting.tails,
            detection_probability=setting.detection_probability,
        )
        wide = setting.bias_factor
        real = replace(
            radar,
            range_bias_sd_m=radar.range_bias_sd_m * wide,
            azimuth_bias_sd_deg=radar.azimuth_bias_sd_deg * wide,
            time_bias_sd_s=radar.time_bias_sd_s * wide,
            time_bias_s=setting.time_bias_s,
        )
        biases = draw_biases(real, 1, rng)
        seen = scan(real, biases, [flown], seconds, met.geoid_m, rng)
        known = 0.0 if setting.ignore_biases else 1.0
        sensors[radar.id] = Sensor(
            id=radar.id,
            lat_deg=lat,
            lon_deg=lon,
            h_hae_m=60.0,
            range_sigma_m=radar.range_sigma_m,
            azimuth_sigma_deg=radar.azimuth_sigma_deg,
            range_bias_sd_m=radar.range_bias_sd_m * known,
            azimuth_bias_sd_deg=radar.azimuth_bias_sd_deg * known,
            time_bias_sd_s=radar.time_bias_sd_s * known,
            rotation_s=rotation_s,
        )
        rows += [
            (t, radar.id, r, a)
            for t, r, a in zip(seen.t_s, seen.range_m, seen.azimuth_deg, strict=True)
        ]
    rows.sort()
    t = np.array([row[0] for row in rows])
    if len(t):
        t = np.maximum.accumulate(t + np.arange(len(t)) * 1e-6)
    none = np.full(len(t), np.nan)
    return sensors, Plots(
        t,
        tuple(row[1] for row in rows),
        np.zeros(len(t), bool),
        np.array([row[2] for row in rows]),
        np.array([row[3] for row in rows]),
        none,
        none,
        none,
        none,
    )


def _held(
    setting: Setting,
    seed: int,
    layout: str,
    flown: Target,
    made: Posterior,
    plots: int,
    rng: np.random.Generator,
) -> Result | None:
    t = made.t_ns / 1e9  # as reported: a slow clock's last plots lie beyond the path's end
    flying = (t >= flown.flown.t_s[0]) & (t <= flown.flown.t_s[-1])
    t = t[flying]
    if len(t) < 2:
        return None
    made = replace(
        made,
        t_ns=made.t_ns[flying],
        lon_deg=made.lon_deg[:, flying],
        lat_deg=made.lat_deg[:, flying],
        h_hae_m=made.h_hae_m[:, flying],
        observed=made.observed[flying],
    )
    lon, lat, _ = flown.flown.geodetic(t)
    limit = _limit(lon, lat, rng)
    boundary = put_together([outline(limit)])
    sigma = 0.0 if setting.ignore_boundary else LIMIT_SIGMA_M
    shift = LIMIT_SIGMA_M * rng.standard_normal()
    path = signed_distance_m(lon[None], lat[None], 0, boundary) + shift
    true_s, true_m = float(_inside_s(path, t)[0]), float(path.max())
    signed = signed_distance_m(made.lon_deg, made.lat_deg, 0, boundary)
    judged = judge(made, signed, sigma, rng)
    total, depth = _inside_s(judged.signed_m, t), judged.signed_m.max(axis=1)
    ever = total > 0
    total, depth = total[ever], depth[ever]
    return Result(
        setting.name,
        seed,
        layout,
        true_s,
        true_m,
        float(ever.mean()),
        _rank(total, true_s, rng),
        _rank(depth, true_m, rng),
        _width(total),
        _width(depth),
        plots,
    )


def _inside_s(signed: Floats, t: Floats) -> Floats:
    return np.asarray(share_inside(signed) @ np.diff(t))


def _rank(samples: Floats, truth: float, rng: np.random.Generator) -> float:
    """Return the truth's place among the samples, ties broken by chance; NaN without samples.

    A track that is inside from end to end ties with every sample that is so too.
    """
    if not len(samples):
        return float("nan")
    below = np.count_nonzero(samples < truth - 1e-6)
    ties = np.count_nonzero(np.abs(samples - truth) <= 1e-6)
    return float((below + rng.uniform() * (ties + 1)) / (len(samples) + 1))


def _width(samples: Floats) -> float:
    if not len(samples):
        return float("nan")
    low, high = np.quantile(samples, (0.05, 0.95))
    return float(high - low)


def _limit(lon: Floats, lat: Floats, rng: np.random.Generator) -> Volume:
    """Return a half of the plane as a volume: a square so large that only one side matters.

    Half of the limits run along the path, give or take 12 degrees: those are grazed.
    """
    course, _, _ = geo.WGS84.inv(lon[0], lat[0], lon[-1], lat[-1])
    grazed = float(course) + 90.0 * float(rng.choice((-1, 1))) + float(rng.normal(0, 12.0))
    bearing = grazed if rng.random() < 0.5 else float(rng.uniform(0, 360))
    middle = float(lon.mean()), float(lat.mean())
    azimuth, _, distance = geo.WGS84.inv(
        np.full(len(lon), middle[0]), np.full(len(lon), middle[1]), lon, lat
    )
    across = np.asarray(distance) * np.cos(np.radians(np.asarray(azimuth) - bearing))
    offset = float(rng.uniform(across.min() - 1000.0, across.max() + 1000.0))
    foot_lon, foot_lat, _ = geo.WGS84.fwd(*middle, bearing, offset)
    far, wide = 900e3, 900e3
    corners = []
    for along, out in ((-wide, 0.0), (wide, 0.0), (wide, far), (-wide, far)):
        turn = float(np.degrees(np.arctan2(along, out)))
        x, y, _ = geo.WGS84.fwd(foot_lon, foot_lat, bearing + turn, float(np.hypot(along, out)))
        corners.append((x, y))
    lon_deg, lat_deg = np.array(corners).T
    lon_deg = middle[0] + geo.wrap_deg(lon_deg - middle[0])
    return Volume("half", (Ring(lon_deg, lat_deg, (Edge.GEODESIC,) * 4),))
