"""Invented flights past an invented limit, with closed-form answers.

The limit of "EE" runs along the parallel of 60 N; inside is south of it.  One degree of latitude
is taken as exactly `DEGREE_M` here and in the distances handed over, so nothing is approximate.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from tocsin.claims.evidence import Evidence
from tocsin.schema import Floats, Posterior

T0_NS = 1_758_264_300_000_000_000  # 2025-09-19T06:45:00Z
MINUTE_NS = 60 * 10**9
WINDOW_NS = (T0_NS, T0_NS + 40 * MINUTE_NS)
LIMIT_LAT = 60.0
DEGREE_M = 111_400.0
EE = ("EE", "osm-2024")


def signed(lon: Floats, lat: Floats) -> dict[tuple[str, str], Floats]:
    """Return the distance to the limit, positive south of it."""
    return {EE: (LIMIT_LAT - lat) * DEGREE_M + 0 * lon}


def posterior(depth_m: Floats, *, step_s: float = 10.0, **changes: Any) -> Posterior:
    """Return samples (M, K) that fly east at 60 knots or so with these depths south of 60 N."""
    depth_m = np.atleast_2d(np.asarray(depth_m, np.float64))
    m, k = depth_m.shape
    about: dict[str, Any] = {
        "track": "x-1",
        "t_ns": T0_NS + (np.arange(k) * step_s * 1e9).astype(np.int64),
        "lon_deg": np.broadcast_to(26.0 + 0.005 * np.arange(k), (m, k)).copy(),
        "lat_deg": LIMIT_LAT - depth_m / DEGREE_M,
        "h_hae_m": np.full((m, k), 6000.0),
        "observed": np.ones(k, np.bool_),
    }
    return Posterior(**(about | changes))


def evidence(depth_m: Floats, **changes: Any) -> Evidence:
    """Return a case with one flight and one limit."""
    own = {key: changes.pop(key) for key in list(changes) if key in Posterior.__dataclass_fields__}
    own |= {"step_s": changes.pop("step_s")} if "step_s" in changes else {}
    flight = posterior(depth_m, **own)
    about: dict[str, Any] = {
        "posterior": flight,
        "window_ns": WINDOW_NS,
        "signed_distance_m": signed(flight.lon_deg, flight.lat_deg),
        "signed_distance": {EE: lambda lon, lat: signed(lon, lat)[EE]},
    }
    return Evidence(**(about | changes))
