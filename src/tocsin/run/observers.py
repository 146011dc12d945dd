"""Could anybody have seen it?  Which sensor of the case reached the target at its height."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tocsin import geo
from tocsin.dossier.format import percent
from tocsin.run.casekeys import Table
from tocsin.run.stays import Stay
from tocsin.schema import Floats, Sensor
from tocsin.track.coverage import K_EARTH, visible
from tocsin.track.plots import site

Json = dict[str, Any]
MOST, LEAST = 0.95, 0.05
Outages = Mapping[str, tuple[tuple[int, int], ...]]


def coverage(
    sensors: Sequence[Sensor],
    stay: Stay | None,
    places: Sequence[Table],
    outages: Outages,
    height: tuple[float, float] | None,
) -> Json:
    """Return the share of a stay that each sensor covers, and whether anybody could have seen it.

    height  5 and 95 % of the target's height where no fix has one; covered is then what is
            covered at both
    """
    placed = [s for s in sensors if s.lat_deg is not None and s.lon_deg is not None]
    rows = [{"sensor": s.id, "kind": s.kind, "share": None, "lowest_m": _lowest(s, places)}
            for s in placed]  # fmt: skip
    share, why = None, "no passage to ask about"
    if not placed:
        why = "the case places no sensor"
    elif stay is not None and len(stay.t_ns):
        share, why = _shares(placed, rows, stay, outages, height)
    word = "cannot tell" if share is None or LEAST < share < MOST else "yes"
    if share is not None and share <= LEAST:
        word = "no"
    return {
        "question": "could anybody have seen it?",
        "answer": word,
        "why": why,
        "share": None if share is None else round(share, 4),
        "about": stay.id if stay else None,
        "sensors": rows,
        "sources": [
            {"by": s.id, "what": "radar horizon (4/3 Earth) and greatest range"} for s in placed
        ],
        "limits": "no terrain is known: hills make the truth worse than this, never better",
    }


def _shares(
    placed: Sequence[Sensor],
    rows: list[Json],
    stay: Stay,
    outages: Outages,
    height: tuple[float, float] | None,
) -> tuple[float | None, str]:
    h_m, assumed = stay.h_hae_m, ""
    if not np.isfinite(h_m).any():
        if height is None:
            return None, "no fix has a height, and the case has no prior on it"
        h_m = np.full(len(stay.t_ns), height[0])  # the lower it flies, the fewer see it
        assumed = f", at {height[0]:.0f} m, the lower end of the case's prior on its height"
    anyone = np.zeros(len(stay.t_ns), bool)
    for sensor, row in zip(placed, rows, strict=True):
        seen = _seen(sensor, stay, h_m, outages.get(sensor.id, ()))
        row["share"] = round(float(seen.mean()), 4)
        anyone |= seen
    share = float(anyone.mean())
    of = "of the sampled path inside" if stay.sampled else "of the passage"
    told = ", ".join(f"{row['sensor']} {percent(row['share'])}" for row in rows)
    return share, f"{of}, {percent(share)} lies above the horizon of a sensor ({told}){assumed}"


def _seen(sensor: Sensor, stay: Stay, h_m: Floats, outages: tuple[tuple[int, int], ...]) -> Any:
    begin = stay.interval_ns[0]
    return visible(
        sensor,
        stay.lon_deg,
        stay.lat_deg,
        h_m,
        (stay.t_ns - begin) / 1e9,
        [((a - begin) / 1e9, (b - begin) / 1e9) for a, b in outages],
    )


def _lowest(sensor: Sensor, places: Sequence[Table]) -> Json:
    """Return for each place the least height at which a sensor sees above it; None: too far.

    On an Earth of 4/3 radius, d = sqrt(2 R h_sensor) + sqrt(2 R h_target), solved for h_target.
    """
    at = site(sensor)
    radius = K_EARTH * geo.R_MEAN_M
    out: Json = {}
    for place in places:
        lon, lat = float(place["lon_deg"]), float(place["lat_deg"])
        far, _, _ = geo.to_polar(np.array([lon]), np.array([lat]), np.zeros(1), at)
        beyond = float(far[0]) - np.sqrt(2 * radius * max(sensor.h_hae_m, 0.0))
        lowest = max(beyond, 0.0) ** 2 / (2 * radius)
        out[str(place["id"])] = None if far[0] > sensor.max_range_m else round(lowest)
    return out
