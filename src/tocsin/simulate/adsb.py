"""What ADS-B receivers hear: squitters at their usual cadence, from where aircraft believe to be.

Position and velocity twice a second, status every 2.5 s, identification every 5 s, each with the
jitter of DO-260B, 2.2.3.3.  A position is up to `latency_max_s` old when it is sent and says
nothing of it.  A receiver hears a frame by chance, within its range and above the horizon.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.simulate import squitter
from tocsin.simulate.geometry import Site, to_geodetic
from tocsin.simulate.gnss import Belief
from tocsin.simulate.scenario import Receiver
from tocsin.simulate.target import Target, within

LIGHT_MPS = 299_792_458.0
EVERY_S = {
    "position": (0.4, 0.6),
    "velocity": (0.4, 0.6),
    "identity": (4.8, 5.2),
    "status": (2.4, 2.6),
}
ALTIMETER_SIGMA_M = 10.0  # of one aircraft's static system, constant over a case


@dataclass(frozen=True, slots=True, eq=False)
class Sent:
    """The frames of one target as they leave it."""

    target: int
    t_s: Floats  # (E,)
    frame: NDArray[np.uint8]  # (E, 14)


@dataclass(frozen=True, slots=True, eq=False)
class Heard:
    """Frames as one receiver stamps them, in the order of its stamps."""

    t_s: Floats  # (F,)
    frame: NDArray[np.uint8]  # (F, 14)
    target: NDArray[np.int64]  # (F,)
    range_m: Floats  # (F,)


def send(index: int, belief: Belief, length_s: float, rng: np.random.Generator) -> Sent:
    """Return every frame that a target sends from time 0 to `length_s`."""
    target, aircraft = belief.target, belief.target.aircraft
    flown = target.members[0]
    begin, end = max(0.0, float(flown.t_s[0])), min(length_s, float(flown.t_s[-1]))
    times = {
        kind: _cadence(begin, end, least, most, rng) for kind, (least, most) in EVERY_S.items()
    }
    lift_m = ALTIMETER_SIGMA_M * float(rng.standard_normal())
    tc, nic_a, nic_b = squitter.NIC_CODES[aircraft.nic]

    t = times["position"]
    known = ~within(t, aircraft.jammed)
    old = np.maximum(t - rng.uniform(0, aircraft.latency_max_s, len(t)), flown.t_s[0])
    lon, lat, _ = belief.place(old)
    pressure = target.pressure_m(t) + lift_m
    odd = np.arange(len(t)) % 2
    placed = squitter.position(lon, lat, pressure, odd, np.full(len(t), tc), nic_b)
    me = [np.where(known, placed, squitter.no_position(pressure))]

    t = times["velocity"]
    east, north, up = belief.velocity(t)
    noise = rng.normal(0.0, 0.4, (2, len(t)))
    _, _, h = belief.place(t)
    above = h - target.pressure_m(t) - lift_m
    me.append(
        squitter.velocity(east + noise[0], north + noise[1], up, above, ~within(t, aircraft.jammed))
    )
    name = aircraft.callsign or aircraft.icao24.upper()
    me.append(squitter.identity(name, len(times["identity"])))
    t = times["status"]
    me.append(squitter.status(np.where(within(t, aircraft.jammed), 0, aircraft.nacp), nic_a))

    t_s = np.concatenate([times[kind] for kind in EVERY_S])
    frame = squitter.frames(np.concatenate(me), int(aircraft.icao24, 16))
    order = np.argsort(t_s, kind="stable")
    order = order[~within(t_s[order], aircraft.silent)]
    return Sent(index, t_s[order], frame[order])


def hear(
    receiver: Receiver,
    sent: Sequence[Sent],
    targets: Sequence[Target],
    geoid_m: float,
    rng: np.random.Generator,
) -> Heard:
    """Return what one receiver hears of everything that is sent."""
    site = Site(receiver.lon_deg, receiver.lat_deg, receiver.h_hae_m)
    parts: list[tuple[Floats, NDArray[np.uint8], NDArray[np.int64], Floats]] = []
    for each in sent:
        xyz, _ = targets[each.target].members[0].at(each.t_s)
        far, _, _ = site.polar(xyz)
        reach = np.minimum(receiver.max_range_m, site.horizon_m(to_geodetic(xyz)[2], geoid_m))
        kept = (far <= reach) & (rng.random(len(far)) < receiver.detection_probability)
        kept &= ~within(each.t_s, receiver.outages)
        late = far / LIGHT_MPS + receiver.clock_sigma_s * rng.standard_normal(len(far))
        rows = np.flatnonzero(kept)
        parts.append(
            (
                each.t_s[rows] + late[rows],
                each.frame[rows],
                np.full(len(rows), each.target, np.int64),
                far[rows],
            )
        )
    if not parts:
        none = np.zeros(0)
        return Heard(none, np.zeros((0, 14), np.uint8), np.zeros(0, np.int64), none)
    t_s, frame, target, far = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(t_s, kind="stable")
    return Heard(t_s[order], frame[order], target[order], far[order])


def _cadence(
    begin: float, end: float, least: float, most: float, rng: np.random.Generator
) -> Floats:
    if end <= begin:
        return np.zeros(0)
    count = int((end - begin) / least) + 2
    steps = rng.uniform(least, most, count)
    t = begin + rng.uniform(0, most) + np.concatenate([[0.0], np.cumsum(steps)])
    return np.asarray(t[t < end])
