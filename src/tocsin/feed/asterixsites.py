"""Radar plots and local coordinates to latitude and longitude, where the site is known."""

from __future__ import annotations

from collections import Counter

import numpy as np

from tocsin.feed import asterixcolumns, polar
from tocsin.feed.asterixgroup import Group, Told
from tocsin.geo import WGS84

RADARS = (1, 48)  # categories with positions in range and azimuth from one radar


def place(groups: list[Group], told: Told, reference: tuple[float, float] | None) -> list[str]:
    """Turn polar and local positions into latitude and longitude where the site is known."""
    notes: list[str] = []
    counted: Counter[str] = Counter()
    homeless = {
        name
        for g in groups
        if g.items.edition.category in RADARS
        for name in g.names
        if name not in told.sites
    }
    sites = dict(told.sites)
    if reference is not None and len(homeless) == 1:
        name = next(iter(homeless))
        sites[name] = (*reference, 0.0)
        notes.append(f"{name}: the radar is taken to stand at the reference, at height 0")
    elif reference is not None and homeless:
        notes.append(
            f"the reference is not used: {len(homeless)} radars without a site, "
            f"{', '.join(sorted(homeless))}; read them one by one or give their sites"
        )
    for group in groups:
        made = group.made
        if "x_m" in made and reference is not None:
            _local(made, reference)
        if group.items.edition.category not in RADARS:
            continue
        height = asterixcolumns.first(
            made["h_pressure_m"], made.get("h_msl_m", np.full(len(made["keep"]), np.nan))
        )
        for number, name in enumerate(group.names):
            rows = (group.name == number) & made["keep"] & np.isfinite(made["range_m"])
            if name not in sites:
                counted[f"plot of {name} without latitude and longitude: its site is not known"] += int(rows.sum())  # fmt: skip  # noqa: E501
                continue
            lat, lon = polar.place(
                sites[name], made["range_m"][rows], made["azimuth_deg"][rows], height[rows]
            )
            made["lat_deg"][rows], made["lon_deg"][rows] = lat, lon
            done = int(np.isfinite(lat).sum())
            counted[f"plot of {name} placed with its pressure height for the height above the ellipsoid"] += done  # fmt: skip  # noqa: E501
            counted[f"plot of {name} not placed: no height is reported"] += int(rows.sum()) - done
    return notes + [f"{count:,} x {text}" for text, count in counted.items() if count]


def _local(made: asterixcolumns.Columns, reference: tuple[float, float]) -> None:
    """Place Cartesian positions about the reference where no latitude is reported."""
    x, y = made["x_m"], made["y_m"]
    rows = np.isfinite(x) & np.isfinite(y) & ~np.isfinite(made["lat_deg"])
    count = int(rows.sum())
    azimuth = np.degrees(np.arctan2(x[rows], y[rows]))
    lon, lat, _ = WGS84.fwd(
        np.full(count, reference[1]), np.full(count, reference[0]), azimuth, np.hypot(x, y)[rows]
    )
    made["lat_deg"][rows], made["lon_deg"][rows] = lat, lon
