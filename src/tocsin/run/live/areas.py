"""The areas of a watch: airspace as configured, for the engine and for the map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import shapely
from shapely.geometry import mapping

from tocsin.airspace.edges import outline
from tocsin.errors import SettingsError
from tocsin.run import airspaces
from tocsin.run.live.config import AreaSpec
from tocsin.schema import Volume
from tocsin.watch.area import Area, area_of

MAX_ERROR_M = 5.0  # of a densified line: a tenth of the least error of any limit that ships
_MAP_DEG = 5e-4  # by which an outline on the map may be off: a pixel at any zoom that shows it all


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """Areas for the engine, and the same for people."""

    areas: tuple[Area, ...]
    shapes: tuple[dict[str, Any], ...]  # id, title, layer, geometry
    notes: tuple[str, ...]


def load(specs: Sequence[AreaSpec], path: str) -> Areas:
    """Return all areas of a configuration; raises SettingsError for two of one id."""
    areas: list[Area] = []
    shapes: list[dict[str, Any]] = []
    notes: list[str] = []
    for spec in specs:
        found = airspaces.load([spec.airspace])
        notes += found.notes
        notes += [f"{r.path} {r.place}: {r.detail}" for r in found.refusals]
        for volume in found.volumes:
            several = len(found.volumes) > 1
            name = f"{spec.id}/{volume.name}" if spec.id and several else spec.id or volume.name
            if any(area.id == name for area in areas):
                raise SettingsError(
                    f'two areas are called "{name}"', path=path, hint="give one of them an id"
                )
            title = "" if several else spec.title
            area = area_of(outline(replace(volume), MAX_ERROR_M), id=name, title=title)
            areas.append(area)
            shapes.append(
                {
                    "id": area.id,
                    "title": area.title,
                    "layer": area.layer,
                    "geometry": geometry(volume),
                }
            )
    return Areas(tuple(areas), tuple(shapes), tuple(notes))


def geometry(volume: Volume) -> dict[str, Any]:
    """Return the outline as GeoJSON; a point is inside where an odd number of rings hold it."""
    inside = shapely.Polygon()
    for ring in volume.rings:
        points = list(zip(ring.lon_deg.tolist(), ring.lat_deg.tolist(), strict=True))
        part = shapely.make_valid(shapely.Polygon(points))
        inside = shapely.symmetric_difference(inside, part)
    simple = shapely.simplify(inside, _MAP_DEG)
    told: dict[str, Any] = mapping(simple if not simple.is_empty else inside)
    return told
