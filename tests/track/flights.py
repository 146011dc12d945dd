"""Flights of many kinds, sampled as a sensor would, and the faults that spoil them.

Every function takes a seeded generator; the truth stays beside what is reported.  Paths are
flown at a step of 0.25 s from laws of speed, turn and climb, then sampled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from tocsin.schema import UTC_NS, WORD, Flag, Floats

METRE_DEG = 1 / 111_195.0
STEP_S = 0.25
START_NS = 1_726_560_000_000_000_000
Rng = np.random.Generator


@dataclass(frozen=True, slots=True, eq=False)
class Flight:
    """What is reported, and where the aircraft truly was, (N,) each."""

    t_s: Floats
    lat: Floats
    lon: Floats
    h_m: Floats
    gs: Floats
    course: Floats
    true_lat: Floats
    true_lon: Floats

    def error_m(self) -> Floats:
        east = (self.lon - self.true_lon) * np.cos(np.radians(self.true_lat))
        error: Floats = np.hypot(east, self.lat - self.true_lat) / METRE_DEG
        return error


def _smooth(rng: Rng, steps: int, low: float, high: float, hold_s: float) -> Floats:
    """Return a law that moves between random levels, each held for about `hold_s`."""
    knots = max(2, int(steps * STEP_S / hold_s) + 2)
    places = np.linspace(0, steps - 1, knots)
    law: Floats = np.interp(np.arange(steps), places, rng.uniform(low, high, knots))
    return law


def _turns(rng: Rng, steps: int, rate_deg: float, share: float, hold_s: float) -> Floats:
    """Return a turn rate that is zero but for `share` of the time, in blocks."""
    block = int(hold_s / STEP_S)
    count = steps // block + 1
    on = rng.random(count) < share
    rate = np.where(on, rng.uniform(-rate_deg, rate_deg, count), 0.0)
    return np.repeat(rate, block)[:steps]


def fly(rng: Rng, kind: str, minutes: float, spacing_s: float, sigma_m: float = 20.0) -> Flight:
    """Return one flight without faults; times are whole seconds at 1 s or more of spacing."""
    steps = int(minutes * 60 / STEP_S)
    along = np.arange(steps) * STEP_S
    rise = np.clip(along / 900.0, 0, 1)
    if kind == "jet":
        speed, height = 70 + 170 * rise, 300 + 11_000 * rise
        turn = _turns(rng, steps, 1.5, 0.1, 60)
    elif kind == "cruise":
        speed, height = _smooth(rng, steps, 200, 265, 900), np.full(steps, 11_300.0)
        turn = _turns(rng, steps, 0.7, 0.05, 40)
    elif kind == "airport":
        speed = np.clip(
            np.interp(along, [0, 120, 160, 400, 900, 1200, 1260], [8, 8, 80, 130, 90, 70, 8]),
            0,
            200,
        )
        height = np.interp(along, [0, 160, 500, 1200], [0, 0, 2500, 0])
        turn = _turns(rng, steps, 3.0, 0.3, 30)
    elif kind == "helicopter":
        speed = np.clip(_smooth(rng, steps, -40, 80, 90), 0, 80)
        height, turn = _smooth(rng, steps, 50, 1500, 300), _turns(rng, steps, 12, 0.3, 20)
    elif kind == "glider":
        speed, height = _smooth(rng, steps, 20, 50, 120), _smooth(rng, steps, 600, 3000, 900)
        turn = _turns(rng, steps, 18, 0.5, 120)
    elif kind == "wave":
        speed, height = np.clip(_smooth(rng, steps, -15, 60, 200), 0, 60), np.full(steps, 9_500.0)
        turn = _turns(rng, steps, 6, 0.3, 60)
    elif kind == "balloon":
        speed, height = _smooth(rng, steps, 8, 40, 600), _smooth(rng, steps, 9_000, 12_000, 1200)
        turn = np.zeros(steps)
    elif kind == "drone":  # slow and high, with and against the wind
        speed, height = _smooth(rng, steps, 45, 140, 300), np.full(steps, 8_000.0)
        turn = _turns(rng, steps, 3, 0.2, 60)
    elif kind == "fighter":  # 1 g along, 5 g across
        level = _smooth(rng, steps, 180, 830, 150)
        speed = level[0] + np.cumsum(np.clip(np.diff(level, prepend=level[0]), -2.4, 2.4))
        height = _smooth(rng, steps, 1000, 17_000, 300)
        turn = _turns(rng, steps, 1.0, 0.4, 15) * np.degrees(49.0 / speed)
    else:
        raise ValueError(kind)
    course = np.radians(rng.uniform(0, 360)) + np.cumsum(np.radians(turn) * STEP_S)
    step_deg = speed * STEP_S * METRE_DEG
    true_lat = rng.uniform(45, 60) + np.cumsum(step_deg * np.cos(course))
    step_lon = step_deg * np.sin(course) / np.cos(np.radians(true_lat))
    true_lon = rng.uniform(5, 30) + np.cumsum(step_lon)

    jitter = rng.uniform(-0.3, 0.3, int(along[-1] / spacing_s) - 1) * min(1.0, spacing_s)
    at = np.clip(np.arange(1, len(jitter) + 1) * spacing_s + jitter, 0, along[-1])
    k = (at / STEP_S).astype(int)
    lat, lon = np.interp(at, along, true_lat), np.interp(at, along, true_lon)
    east_m, north_m = rng.normal(0, sigma_m, (2, len(at)))
    t_s = np.round(at) if spacing_s >= 1 else at
    first = np.r_[True, np.diff(t_s) > 0]
    flight = Flight(
        t_s,
        lat + north_m * METRE_DEG,
        lon + east_m * METRE_DEG / np.cos(np.radians(lat)),
        np.round(height[k] / 7.62) * 7.62,
        np.abs(speed[k] + rng.normal(0, 0.7, len(at))),
        np.degrees(course[k]) % 360,
        lat,
        lon,
    )
    return pick(flight, first)


def pick(flight: Flight, keep: np.ndarray) -> Flight:
    return Flight(*(getattr(flight, name)[keep] for name in Flight.__slots__))


def moved(
    flight: Flight, where: np.ndarray, east_m: Floats | float, north_m: Floats | float
) -> Flight:
    """Return the flight with some positions shifted."""
    lat, lon = flight.lat.copy(), flight.lon.copy()
    lat[where] += np.broadcast_to(north_m, where.shape)[where] * METRE_DEG
    shift = np.broadcast_to(east_m, where.shape)[where] * METRE_DEG
    lon[where] += shift / np.cos(np.radians(lat[where]))
    return replace(flight, lat=lat, lon=lon)


def _window(rng: Rng, flight: Flight, share: float) -> np.ndarray:
    """Return a window of that share of the flight, somewhere in its middle."""
    length = share * flight.t_s[-1]
    begin = rng.uniform(0.3, 0.5) * flight.t_s[-1]
    inside: np.ndarray = (flight.t_s >= begin) & (flight.t_s < begin + length)
    return inside


def _placed(flight: Flight, where: np.ndarray, rng: Rng, speed: float, far_m: float) -> Flight:
    """Return the flight with a window of it at a spot far away, drifting there at `speed`."""
    angle, drift = rng.uniform(0, 2 * np.pi, 2)
    begin = int(np.flatnonzero(where)[0])
    since = flight.t_s[where] - flight.t_s[begin]
    lat, lon, gs = flight.lat.copy(), flight.lon.copy(), flight.gs.copy()
    course = flight.course.copy()
    noise = rng.normal(0, 10, (2, int(where.sum())))
    north = far_m * np.cos(angle) + speed * since * np.cos(drift) + noise[0]
    east = far_m * np.sin(angle) + speed * since * np.sin(drift) + noise[1]
    lat[where] = flight.lat[begin] + north * METRE_DEG
    lon[where] = flight.lon[begin] + east * METRE_DEG / np.cos(np.radians(lat[where]))
    gs[where], course[where] = speed, np.degrees(drift) % 360
    return replace(flight, lat=lat, lon=lon, gs=gs, course=course)


def teleport(rng: Rng, flight: Flight) -> Flight:
    hit = np.zeros(len(flight.t_s), np.bool_)
    hit[rng.choice(np.arange(2, len(hit) - 2, 7), max(1, len(hit) // 100), replace=False)] = True
    far, angle = rng.uniform(8e3, 6e5, len(hit)), rng.uniform(0, 2 * np.pi, len(hit))
    return moved(flight, hit, far * np.sin(angle), far * np.cos(angle))


def burst(rng: Rng, flight: Flight) -> Flight:
    hit = np.zeros(len(flight.t_s), np.bool_)
    for begin in rng.integers(10, len(hit) - 20, 3):
        hit[begin : begin + rng.integers(2, 9)] = True
    far, angle = rng.uniform(3e4, 6e5), rng.uniform(0, 2 * np.pi)
    return moved(flight, hit, far * np.sin(angle), far * np.cos(angle))


def offset(rng: Rng, flight: Flight) -> Flight:
    far, angle = rng.uniform(2e4, 2e5), rng.uniform(0, 2 * np.pi)
    return moved(flight, _window(rng, flight, 0.25), far * np.sin(angle), far * np.cos(angle))


def offset_to_end(rng: Rng, flight: Flight) -> Flight:
    far, angle = rng.uniform(2e4, 2e5), rng.uniform(0, 2 * np.pi)
    where = flight.t_s > rng.uniform(0.6, 0.8) * flight.t_s[-1]
    return moved(flight, where, far * np.sin(angle), far * np.cos(angle))


def pull_off(rng: Rng, flight: Flight) -> Flight:
    """Return the flight drawn aside at 35 m/s for a while, held there, and let go at once."""
    where = _window(rng, flight, 0.3)
    since = flight.t_s - flight.t_s[where][0]
    aside = np.clip(since, 0, 0.15 * flight.t_s[-1]) * 35.0
    angle = rng.uniform(0, 2 * np.pi)
    return moved(flight, where, aside * np.sin(angle), aside * np.cos(angle))


def spot(rng: Rng, flight: Flight) -> Flight:
    return _placed(flight, _window(rng, flight, 0.2), rng, 0.0, rng.uniform(5e4, 4e5))


def drift(rng: Rng, flight: Flight) -> Flight:
    return _placed(flight, _window(rng, flight, 0.2), rng, 26.0, rng.uniform(5e4, 4e5))


def frozen_jet(rng: Rng, flight: Flight) -> Flight:
    """Return the flight held where it is, drifting slowly, with the slow speed reported."""
    return _placed(flight, _window(rng, flight, 0.2), rng, 26.0, 0.0)


def drift_in_jamming(rng: Rng, flight: Flight) -> Flight:
    """Return a drift at a far spot with silences of 5 to 15 minutes on both sides of it."""
    where = _window(rng, flight, 0.2)
    begin, end = flight.t_s[where][[0, -1]]
    spoofed = _placed(flight, where, rng, 26.0, rng.uniform(5e4, 2e5))
    before, after = rng.uniform(300, 700, 2)
    silent = ((flight.t_s > begin - before) & (flight.t_s < begin)) | (
        (flight.t_s > end) & (flight.t_s < end + after)
    )
    return pick(spoofed, ~silent)


def spot_true_speed(rng: Rng, flight: Flight) -> Flight:
    """Return the flight at a far spot while it goes on reporting its own velocity."""
    spoofed = spot(rng, flight)
    return replace(spoofed, gs=flight.gs, course=flight.course)


def circle(rng: Rng, flight: Flight) -> Flight:
    """Return the flight circling at 90 m/s far away, as spoofers around airports make it."""
    where = _window(rng, flight, 0.25)
    spoofed = _placed(flight, where, rng, 0.0, rng.uniform(5e4, 4e5))
    turn = 90.0 / 3000.0 * flight.t_s
    spoofed = moved(spoofed, where, 3000.0 * np.sin(turn), 3000.0 * np.cos(turn))
    gs, course = spoofed.gs.copy(), spoofed.course.copy()
    gs[where], course[where] = 90.0, (np.degrees(turn[where]) + 90) % 360
    return replace(spoofed, gs=gs, course=course)


def offset_from_start(rng: Rng, flight: Flight) -> Flight:
    far, angle = rng.uniform(2e4, 2e5), rng.uniform(0, 2 * np.pi)
    where = flight.t_s < rng.uniform(0.2, 0.4) * flight.t_s[-1]
    return moved(flight, where, far * np.sin(angle), far * np.cos(angle))


def offset_twice(rng: Rng, flight: Flight) -> Flight:
    share = flight.t_s / flight.t_s[-1]
    far = rng.uniform(3e4, 2e5, 2)
    first = moved(flight, (share > 0.2) & (share < 0.3), far[0], -far[1])
    return moved(first, (share > 0.6) & (share < 0.8), -far[1], far[0])


def offset_for_long(rng: Rng, flight: Flight) -> Flight:
    far, angle = rng.uniform(2e4, 2e5), rng.uniform(0, 2 * np.pi)
    share = flight.t_s / flight.t_s[-1]
    where = (share > rng.uniform(0.1, 0.2)) & (share < rng.uniform(0.8, 0.9))
    return moved(flight, where, far * np.sin(angle), far * np.cos(angle))


def silent(rng: Rng, flight: Flight) -> Flight:
    """Return the flight with silences of 1 to 10 minutes: nothing in it is false."""
    keep = np.ones(len(flight.t_s), np.bool_)
    for begin in rng.uniform(0.1, 0.85, 3) * flight.t_s[-1]:
        keep &= (flight.t_s < begin) | (flight.t_s > begin + rng.uniform(60, 600))
    return pick(flight, keep)


def stale(rng: Rng, flight: Flight) -> Flight:
    """Return the flight with positions held for 5 to 60 s at several times."""
    lat, lon = flight.lat.copy(), flight.lon.copy()
    for begin in rng.uniform(0.1, 0.85, 4) * flight.t_s[-1]:
        held = (flight.t_s >= begin) & (flight.t_s < begin + rng.uniform(5, 60))
        if held.any():
            first = np.flatnonzero(held)[0]
            lat[held], lon[held] = lat[first], lon[first]
    return replace(flight, lat=lat, lon=lon)


def glitch(rng: Rng, flight: Flight) -> Flight:
    """Return the flight with single fixes that are 15 to 40 s late or early, sorted again."""
    t_s = flight.t_s.copy()
    hit = rng.choice(np.arange(50, len(t_s) - 50, 11), 3, replace=False)
    t_s[hit] += rng.uniform(15, 40, 3) * rng.choice([-1, 1], 3) + 0.25
    late = replace(flight, t_s=t_s)
    order = np.argsort(t_s, kind="stable")
    shuffled = pick(late, order)
    true_lat = np.interp(shuffled.t_s, flight.t_s, flight.true_lat)
    true_lon = np.interp(shuffled.t_s, flight.t_s, flight.true_lon)
    return replace(shuffled, true_lat=true_lat, true_lon=true_lon)


FAULTS: dict[str, Callable[[Rng, Flight], Flight]] = {
    "teleport": teleport,
    "burst": burst,
    "offset": offset,
    "offset_to_end": offset_to_end,
    "pull_off": pull_off,
    "spot": spot,
    "drift": drift,
    "frozen_jet": frozen_jet,
    "drift_in_jamming": drift_in_jamming,
    "spot_true_speed": spot_true_speed,
    "circle": circle,
    "offset_from_start": offset_from_start,
    "offset_twice": offset_twice,
    "offset_for_long": offset_for_long,
    "silent": silent,
    "stale": stale,
    "glitch": glitch,
}


def table(flights: dict[str, Flight], *, velocity: bool = True, h: bool = True) -> pa.Table:
    """Return flights as a table of fixes with the core columns."""
    names = list(flights)
    sizes = [len(flights[name].t_s) for name in names]

    def joined(part: str) -> Floats:
        whole: Floats = np.concatenate([getattr(flights[name], part) for name in names])
        return whole

    count = sum(sizes)
    t_ns = START_NS + np.round(joined("t_s") * 1e9).astype(np.int64)
    code = np.repeat(np.arange(len(names), dtype=np.int32), sizes)
    columns = {
        "obs_id": pa.array(np.arange(count, dtype=np.uint64)),
        "track": pa.DictionaryArray.from_arrays(pa.array(code), pa.array(names)),
        "source_kind": pa.array(["adsb"] * count).dictionary_encode().cast(WORD),
        "file_sha256": pa.array([b"\0" * 32] * count, pa.binary(32)),
        "t_applicability": pa.array(t_ns, pa.int64()).cast(UTC_NS),
        "lat_deg": pa.array(joined("lat")),
        "lon_deg": pa.array(joined("lon")),
    }
    if h:
        columns["h_pressure_m"] = pa.array(joined("h_m").astype(np.float32))
    if velocity:
        columns["gs_mps"] = pa.array(joined("gs").astype(np.float32))
        columns["track_deg"] = pa.array(joined("course").astype(np.float32))
    return pa.table(columns)


def flag_words(flags: np.ndarray) -> dict[str, int]:
    return {bit.name or "": int(((flags & np.uint32(bit)) != 0).sum()) for bit in Flag}
