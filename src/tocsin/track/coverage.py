"""Could anybody have seen it?  What each sensor covers at a target's height.

The radar horizon on an Earth of 4/3 radius (ITU-R P.453, standard atmosphere) and the sensor's
greatest range.  No terrain is known: hills make the truth worse than this, never better.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from tocsin import geo
from tocsin.schema import Floats, Sensor
from tocsin.track.plots import site

K_EARTH = 4.0 / 3.0

Bools = NDArray[np.bool_]


def horizon_m(h_sensor_m: Floats | float, h_target_m: Floats | float) -> Floats:
    """Return the distance at which the horizon hides a target, from both heights."""
    radius = K_EARTH * geo.R_MEAN_M
    return np.asarray(
        np.sqrt(2 * radius * np.maximum(h_sensor_m, 0))
        + np.sqrt(2 * radius * np.maximum(h_target_m, 0))
    )


def visible(
    sensor: Sensor,
    lon_deg: Floats,
    lat_deg: Floats,
    h_hae_m: Floats,
    t_s: Floats | None = None,
    outages_s: Sequence[tuple[float, float]] = (),
) -> Bools:
    """Return where and when a radar could have seen a target, in the shape given."""
    place = site(sensor)
    slant, _, _ = geo.to_polar(lon_deg, lat_deg, h_hae_m, place)
    seen = (slant <= sensor.max_range_m) & (slant <= horizon_m(sensor.h_hae_m, h_hae_m))
    if t_s is not None:
        for begin, end in outages_s:
            seen &= ~((t_s >= begin) & (t_s <= end))
    return np.asarray(seen)


def share_seen(
    sensors: Mapping[str, Sensor], lon_deg: Floats, lat_deg: Floats, h_hae_m: Floats
) -> dict[str, float]:
    """Return for each radar the share of a path that it covers; "any" for all together."""
    shares, anyone = {}, np.zeros(np.shape(lon_deg), bool)
    for name, sensor in sorted(sensors.items()):
        if sensor.lat_deg is None or sensor.lon_deg is None:
            continue
        seen = visible(sensor, lon_deg, lat_deg, h_hae_m)
        shares[name] = float(seen.mean())
        anyone |= seen
    return shares | {"any": float(anyone.mean())}
