"""Airspace as people name it, a file or `bundled:sovereign/DK,SE`, to outlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from tocsin import geo
from tocsin.airspace.bundled import bundled_volumes
from tocsin.airspace.edges import outline
from tocsin.airspace.geojson import Defaults
from tocsin.airspace.load import open_volumes, pick
from tocsin.errors import AirspaceError
from tocsin.run.sources import Say, quiet
from tocsin.schema import Edge, Outline, Refusal, Volume

BUNDLED = "bundled:"


@dataclass(frozen=True, slots=True)
class AirspaceSpec:
    """One airspace as somebody named it; None and "" leave a thing to the file."""

    path: str  # as written, which is what results show
    where: str  # where it really lies; unused for what is bundled
    volume: str = ""
    layer: str = ""
    hypothesis: str = ""
    sigma_m: float | None = None
    edge: Edge | None = None  # of every segment, whatever the file says
    default_edge: Edge | None = None  # where the file says nothing


@dataclass(frozen=True, slots=True, eq=False)
class Airspaces:
    """What was asked for, ready to be tested, and what was refused on the way."""

    volumes: tuple[Volume, ...]
    about: tuple[dict[str, object], ...]  # one a volume, for findings.json
    refusals: tuple[Refusal, ...]
    notes: tuple[str, ...]

    def outlines(
        self, tracks: pa.Table, max_error_m: float, seen: Sequence[tuple[float, float, float]] = ()
    ) -> tuple[Outline, ...]:
        """Return the outlines of the volumes that any position of the tracks comes near.

        A volume that no position comes near has no passage; leaving it out saves its making.

        seen  longitude, latitude and reach in metres of radars, whose plots are in no track yet
        """
        box = _box(tracks, seen)
        return tuple(outline(v, max_error_m) for v in self.volumes if _near(v, box))


def load(specs: Sequence[AirspaceSpec], say: Say = quiet) -> Airspaces:
    """Return the volumes of all airspaces.

    Raises AirspaceError where a file yields no volume, or not the one that is named.
    """
    named: list[Volume] = []
    about = []
    refusals: list[Refusal] = []
    notes: list[str] = []
    for spec in specs:
        say(f"airspace {spec.path}")
        if spec.path.startswith(BUNDLED):
            volumes = _bundled(spec)
        else:
            reading = open_volumes(
                spec.where,
                edge=spec.edge,
                defaults=Defaults(spec.layer, spec.hypothesis, spec.sigma_m, spec.default_edge),
            )
            refusals += [replace(refusal, path=spec.path) for refusal in reading.refusals]
            notes += [f"{spec.path}: {note}" for note in reading.notes]
            volumes = reading.volumes
            if spec.volume:
                volumes = pick(volumes, spec.volume)
            if not volumes:
                raise AirspaceError(
                    f'holds no volume "{spec.volume}"',
                    path=spec.path,
                    hint="there are " + ", ".join(sorted({v.name for v in reading.volumes})[:12]),
                )
        for volume in volumes:
            volume = _as_named(volume, spec)
            named.append(volume)
            about.append(_about(volume, spec))
    return Airspaces(tuple(named), tuple(about), tuple(refusals), tuple(notes))


def _bundled(spec: AirspaceSpec) -> tuple[Volume, ...]:
    name, _, states = spec.path.removeprefix(BUNDLED).partition("/")
    wanted = [state.strip() for state in states.split(",") if state.strip()]
    if spec.volume:
        wanted = [spec.volume]
    volumes = bundled_volumes(name, wanted or None)
    if spec.volume:
        volumes = tuple(replace(volume, name=spec.volume) for volume in volumes)
    if spec.edge is not None:
        raise AirspaceError(
            "states its own edge types", path=spec.path, hint="leave --edge out for what ships"
        )
    return volumes


def _as_named(volume: Volume, spec: AirspaceSpec) -> Volume:
    """The case's word stands over that of the file, except for how its lines run."""
    return replace(
        volume,
        path=spec.path,
        layer=spec.layer or volume.layer,
        hypothesis=spec.hypothesis or volume.hypothesis,
        sigma_m=volume.sigma_m if spec.sigma_m is None else spec.sigma_m,
    )


#: Kept about the tracks, so that a map has its neighbours and a gap its straight line.
MARGIN_DEG = 2.0


def _box(
    tracks: pa.Table, seen: Sequence[tuple[float, float, float]] = ()
) -> tuple[float, float, float, float] | None:
    """Return west, south, east and north of all positions, trusted or not; None without any."""
    lon, lat = tracks["lon_deg"].to_numpy(), tracks["lat_deg"].to_numpy()
    known = np.isfinite(lon) & np.isfinite(lat)
    if not known.any():
        return None
    lon, lat = [*lon[known]], [*lat[known]]
    for at_lon, at_lat, reach_m in seen:
        high = float(np.degrees(reach_m / geo.R_MEAN_M))
        wide = high / float(np.cos(np.radians(min(abs(at_lat) + high, 85.0))))
        lon += [geo.wrap_deg(np.array(at_lon + d)) for d in (-wide, wide)]
        lat += [at_lat - high, at_lat + high]
    lon, lat = np.array(lon), np.array(lat)
    west, east = float(lon.min()), float(lon.max())
    if east - west > 180:  # over the antimeridian, or round the world: every longitude
        west, east = -180.0, 180.0
    return west, float(lat.min()), east, float(lat.max())


def _near(volume: Volume, box: tuple[float, float, float, float] | None) -> bool:
    if box is None:
        return True
    west, south, east, north = box
    lat = [(ring.lat_deg.min(), ring.lat_deg.max()) for ring in volume.rings]
    if all(hi < south - MARGIN_DEG or lo > north + MARGIN_DEG for lo, hi in lat):
        return False
    wide = MARGIN_DEG / np.cos(np.radians(min(max(abs(south), abs(north)), 85.0)))
    return any(
        hi + turn >= west - wide and lo + turn <= east + wide
        for lo, hi in ((ring.lon_deg.min(), ring.lon_deg.max()) for ring in volume.rings)
        for turn in (-360.0, 0.0, 360.0)
    )


def _about(volume: Volume, spec: AirspaceSpec) -> dict[str, object]:
    edges = sorted({str(edge) for ring in volume.rings for edge in ring.edges})
    properties = dict(volume.properties)
    return {
        "path": spec.path,
        "sha256": volume.sha256,
        "volume": volume.name,
        "title": volume.title or volume.name,
        "layer": volume.layer,
        "hypothesis": volume.hypothesis,
        "sigma_m": volume.sigma_m,
        "edges": edges,
        "vertices": sum(len(ring.lon_deg) for ring in volume.rings),
        "lower": volume.lower.text if volume.lower else "surface",
        "upper": volume.upper.text if volume.upper else "unlimited",
        "attribution": properties.get("attribution", ""),
    }
