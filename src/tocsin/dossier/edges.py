"""From which edge a depth is measured, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tocsin.dossier.format import length, position, quantiles


def edge_text(depth_from: Mapping[str, Any] | None, titles: Mapping[str, str]) -> str:
    """Return from which edge a depth is measured; "" where nobody asked.

    depth_from  as findings.json has it
    titles      names of states and volumes by their codes
    """
    if not depth_from:
        return ""
    neighbour = str(depth_from.get("neighbour") or "")
    what = {
        "shared": f"the edge shared with {titles.get(neighbour, neighbour)}",
        "open": "the open edge",
    }.get(str(depth_from.get("edge")), "the nearest edge")
    if depth_from.get("disputed"):
        what += ", disputed"
    lat, lon = (depth_from.get(name) for name in ("lat_deg", "lon_deg"))
    where = f" at {position(lat, lon, _POINT_M)}" if lat is not None and lon is not None else ""
    return f"from {what}{where}"


def every_text(depth_from: Mapping[str, Any] | None) -> str:
    """Return the depth by every edge where that is another, or why every edge counts."""
    if not depth_from:
        return ""
    every = quantiles(depth_from.get("every_edge_m"))
    if every.q50 is not None:
        return f"by every edge {length(every.q50, every.half).partition(' (')[0]}"
    return "every edge counts" if depth_from.get("every_edge") else ""


_POINT_M = 100.0  # to which the nearest point is worth telling
