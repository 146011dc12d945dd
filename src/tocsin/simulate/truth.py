"""The truth as a file: what was flown, what was drawn, and which volumes were really entered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np

from tocsin.simulate.radar import Biases, Plots
from tocsin.simulate.scenario import Radar, Scenario
from tocsin.simulate.target import Target

#: What is computed from a path by whoever knows volumes: rows of passages by volume.
Rows = Mapping[str, Sequence[Mapping[str, Any]]]
RESERVED = (
    "seed", "aircraft_count", "synthetic", "scenario", "title", "start_utc", "end_utc",
    "aircraft", "path", "sensors", "traffic", "scenario_sha256", "files",
)  # fmt: skip


def lay_out(
    scenario: Scenario,
    seed: int,
    targets: Sequence[Target],
    own: int,
    passages: Mapping[str, Rows],
    seen: Sequence[tuple[Radar, Biases, Plots]],
) -> dict[str, Any]:
    """Return truth.json as plain values.

    own       how many of the targets are the scenario's own; the rest is traffic
    passages  by the id of the aircraft, then by volume

    Volumes stand at the top with the passages of the scenario's own aircraft, each row with the
    `aircraft`; those of background traffic stand under "traffic".
    """
    subjects = {target.aircraft.id for target in targets[:own]}
    volumes: dict[str, list[dict[str, Any]]] = {}
    crossed: dict[str, list[dict[str, Any]]] = {}
    for name, rows in passages.items():
        for volume, found in rows.items():
            if volume in RESERVED:
                raise ValueError(f'a volume may not be called "{volume}" in truth.json')
            into = volumes if name in subjects else crossed
            into.setdefault(volume, []).extend({**row, "aircraft": name} for row in found)
    return {
        **volumes,
        "seed": seed,
        "aircraft_count": sum(target.aircraft.count for target in targets[:own]),
        "synthetic": True,
        "scenario": scenario.id,
        "title": scenario.title,
        "start_utc": utc(scenario.start_ns, 0.0),
        "end_utc": utc(scenario.start_ns, scenario.length_s),
        "aircraft": [_about(target, k < own) for k, target in enumerate(targets)],
        "sensors": {radar.id: _sensor(biases, plots, targets) for radar, biases, plots in seen},
        "traffic": crossed,
        "path": {target.aircraft.id: _path(scenario, target) for target in targets[:own]},
    }


def utc(start_ns: int, t_s: float) -> str:
    """Return a time as RFC 3339 with milliseconds."""
    moment = datetime.fromtimestamp(start_ns // 1_000_000_000, UTC)
    moment += timedelta(microseconds=round(start_ns % 1_000_000_000 / 1000 + t_s * 1e6))
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _about(target: Target, subject: bool) -> dict[str, Any]:
    aircraft = target.aircraft
    return {
        "id": aircraft.id,
        "count": aircraft.count,
        "transponder": aircraft.transponder,
        "adsb": aircraft.adsb,
        "icao24": aircraft.icao24 or None,
        "callsign": aircraft.callsign or None,
        "background": not subject,
    }


def _sensor(biases: Biases, plots: Plots, targets: Sequence[Target]) -> dict[str, Any]:
    drawn = asdict(biases)
    delays = drawn.pop("delay_m")
    answering = {
        target.aircraft.id: delay
        for target, delay in zip(targets, delays, strict=True)
        if target.aircraft.transponder != "off"
    }
    return {**drawn, "transponder_delay_m": answering, "plots": len(plots)}


def _path(scenario: Scenario, target: Target) -> dict[str, Any]:
    """Return the path inside the scenario: times in seconds since its start, columns aligned."""
    flown = target.flown
    begin, end = max(0.0, float(flown.t_s[0])), min(scenario.length_s, float(flown.t_s[-1]))
    t = np.arange(np.ceil(begin / scenario.sample_s), np.floor(end / scenario.sample_s) + 1)
    t = t * scenario.sample_s
    t = t[(t >= begin) & (t <= end)]
    lon, lat, h = flown.geodetic(t)
    return {
        "t_s": t.tolist(),
        "lon_deg": np.round(lon, 7).tolist(),
        "lat_deg": np.round(lat, 7).tolist(),
        "h_hae_m": np.round(h, 2).tolist(),
        "h_pressure_m": np.round(target.pressure_m(t), 2).tolist(),
    }
