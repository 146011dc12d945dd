"""An area that is watched: an outline with its layer, vertical limits, hours and error.

The room measures distances from the outline itself (`watch.limits`), so that `run` hands over
what `airspace` densified and nothing else:

    area_of(outline)          one `Area` for a `tocsin.schema.Outline`
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats, Limit, Outline

LEAST_SIGMA_M = 1.0  # a line without a stated error still has one


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """A watched piece of airspace; its boundary as short geodesic pieces from a to b."""

    id: str
    title: str
    layer: str
    a_lon_deg: Floats  # (K,)
    a_lat_deg: Floats  # (K,)
    b_lon_deg: Floats  # (K,) within 180 degrees of a_lon_deg
    b_lat_deg: Floats  # (K,)
    clip: NDArray[np.bool_]  # (K,) where the data ends: no limit, and no distance is told from it
    sigma_m: float = LEAST_SIGMA_M  # one-sigma error of the line
    lower: Limit | None = None
    upper: Limit | None = None
    active_ns: tuple[tuple[int, int], ...] = ()  # UTC; empty: always

    def is_active(self, at_ns: int) -> bool:
        """Return whether the area counts at this time."""
        return not self.active_ns or any(a <= at_ns < b for a, b in self.active_ns)


def area_of(outline: Outline, *, id: str = "", title: str = "") -> Area:
    """Return the area of an outline; id and title are the volume's unless they are given."""
    volume = outline.volume
    count = len(outline.lon_deg)
    after = np.arange(1, count + 1)
    ends = np.flatnonzero(np.diff(outline.ring, append=-1) != 0)
    after[ends] = np.concatenate([[0], ends[:-1] + 1])
    step = outline.lon_deg[after] - outline.lon_deg
    return Area(
        id=id or volume.name,
        title=title or volume.title or volume.name,
        layer=volume.layer,
        a_lon_deg=outline.lon_deg,
        a_lat_deg=outline.lat_deg,
        b_lon_deg=outline.lon_deg + step - 360.0 * np.round(step / 360.0),
        b_lat_deg=outline.lat_deg[after],
        clip=outline.clip,
        sigma_m=max(volume.sigma_m, LEAST_SIGMA_M),
        lower=volume.lower,
        upper=volume.upper,
        active_ns=tuple((_ns(a), _ns(b)) for a, b in volume.active),
    )


def _ns(text: str) -> int:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f'active time "{text}" has no zone; write it as 2026-01-31T06:00:00Z')
    return round(moment.timestamp() * 1e6) * 1000
