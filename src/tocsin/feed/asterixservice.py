"""CAT002, CAT034 and CAT065, service messages: what they tell about the radar or the tracker.

They are no fixes.  They give the time of day that CAT001 leaves out, the site of the radar
(I034/120), and the period of rotation, which is noted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tocsin.feed.asterixitems import Items
from tocsin.schema import Floats

SERVICE = (2, 34, 65)
_NORTH = {2: 1, 34: 1}  # message types of the north marker


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """What N service messages of one source say."""

    tod_s: Floats  # (N,)
    site: tuple[float, float, float] | None  # latitude, longitude, height (m): I034/120
    notes: tuple[str, ...]


def service(items: Items, source: str) -> Service:
    """Return what the service messages of one source say."""
    category = items.edition.category
    period = items.numbers("041")
    period = period[np.isfinite(period) & (period > 0)]
    types = items.codes("000")
    told = f"{len(items):,} x CAT{category:03d} service message of {source}"
    north = int((types == _NORTH.get(category, -1)).sum())
    if north:
        told += f", {north:,} of them north marks"
    if len(period):
        told += f"; one rotation takes {float(np.median(period)):.2f} s"
    lat, lon, height = (items.numbers(f"120/{part}") for part in ("LAT", "LON", "HGT"))
    sited = np.flatnonzero(np.isfinite(lat) & np.isfinite(lon) & np.isfinite(height))
    site = None
    if category == 34 and len(sited):
        row = int(sited[-1])
        site = (float(lat[row]), float(lon[row]), float(height[row]))
        told += f"; its site is {site[0]:.5f}, {site[1]:.5f}, {site[2]:.0f} m"
    return Service(items.numbers("030"), site, (told,))
