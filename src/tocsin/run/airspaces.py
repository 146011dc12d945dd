"""Airspace as people name it, a file or `bundled:sovereign/DK,SE`, to outlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

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

    outlines: tuple[Outline, ...]
    about: tuple[dict[str, object], ...]  # one a volume, for findings.json
    refusals: tuple[Refusal, ...]
    notes: tuple[str, ...]


def load(specs: Sequence[AirspaceSpec], max_error_m: float, say: Say = quiet) -> Airspaces:
    """Return the outlines of all airspaces.

    Raises AirspaceError where a file yields no volume, or not the one that is named.
    """
    outlines, about = [], []
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
            outlines.append(outline(volume, max_error_m))
            about.append(_about(volume, spec))
    return Airspaces(tuple(outlines), tuple(about), tuple(refusals), tuple(notes))


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
