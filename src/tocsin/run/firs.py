"""Flight information regions: which of them a position lies in, and how far from its edge.

A region is an outline, or one side of a line.  Which side of a line a position is on is told at
the line's nearest point; where that is an end of the line, it is not told at all.  Lines are
densified on the ellipsoid and compared in a plane about them, good to metres near the line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray

from tocsin.airspace.bundled import bundled
from tocsin.airspace.edges import densify, outline
from tocsin.airspace.load import open_volumes, pick
from tocsin.errors import AirspaceError
from tocsin.run.airspaces import BUNDLED
from tocsin.run.casecontext import FirSpec, Served
from tocsin.schema import Edge, Floats, Input, Ring
from tocsin.track.plane import Plane

MAX_ERROR_M = 1.0  # of a drawn line: the AIP gives seconds of arc, 31 m
PIECE_M = 10_000.0  # longer ones bend in the plane by more than a metre


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """One region, or the part of one that a line tells."""

    served: Served
    path: str
    sha256: str
    plane: Plane
    line_m: Floats  # (S, 2) vertices of the edge in the plane
    side: int  # +1: the region is left of the line, -1: right; 0: inside the polygon
    area: shapely.Geometry | None = None

    def signed_m(
        self, lon_deg: Floats, lat_deg: Floats, known: dict[int, Floats] | None = None
    ) -> Floats:
        """Return how far inside the region positions (P,) lie; negative outside, NaN: not told.

        known  distances by line, kept for the region on its other side
        """
        xy = self.plane.xy(lon_deg, lat_deg)
        if self.area is None:
            known = {} if known is None else known
            if id(self.line_m) not in known:
                known[id(self.line_m)] = left_of(xy, self.line_m)
            return np.asarray(self.side * known[id(self.line_m)])
        inside = shapely.contains_xy(self.area, xy)
        far = shapely.distance(self.area.boundary, shapely.points(xy))
        return np.asarray(np.where(inside, far, -far))


@dataclass(frozen=True, slots=True, eq=False)
class Firs:
    """The regions of a case, and the files they come from."""

    regions: tuple[Region, ...] = ()
    inputs: tuple[Input, ...] = ()
    notes: tuple[str, ...] = ()

    def at(self, lon_deg: Floats, lat_deg: Floats) -> NDArray[np.int64]:
        """Return in which region each position (P,) lies, the first that holds it; -1: in none."""
        out = np.full(len(lon_deg), -1)
        known: dict[int, Floats] = {}
        for k, region in enumerate(self.regions):
            with np.errstate(invalid="ignore"):
                out[(out < 0) & (region.signed_m(lon_deg, lat_deg, known) > 0)] = k
        return out


def load_firs(specs: Sequence[FirSpec]) -> Firs:
    """Return the regions that a case names.

    Raises AirspaceError for a file that yields none.
    """
    regions: list[Region] = []
    inputs: list[Input] = []
    notes: list[str] = []
    for spec in specs:
        if spec.whole is None:
            found, done = _sides(spec)
        else:
            found, done = _whole(spec, spec.whole)
        regions += found
        inputs.append(done)
        notes += [f"{spec.path}: {note}" for note in done.notes]
    return Firs(tuple(regions), tuple(inputs), tuple(notes))


def left_of(xy_m: Floats, line_m: Floats) -> Floats:
    """Return the distance of points (P, 2) to a line (S, 2): positive left of it, negative right.

    NaN where the nearest point is an end of the line: no side can be told beyond it.  At a vertex
    the side is that of the sum of the two normals, which is exact for the nearest point of a
    polyline (Baerentzen and Aanaes 2005, in the plane).
    """
    a, step = line_m[:-1], np.diff(line_m, axis=0)  # (S, 2)
    long = np.hypot(*step.T)
    normal = np.column_stack([-step[:, 1], step[:, 0]]) / long[:, None]
    k = np.zeros(len(xy_m), np.int64)
    where, near2 = np.zeros(len(xy_m)), np.full(len(xy_m), np.inf)
    own_x, own_y = xy_m.T.copy()
    # Piece by piece, for a table of points by pieces would not fit where it is quick to reach.
    for piece, ((ax, ay), (sx, sy)) in enumerate(zip(a, step, strict=True)):
        x, y = own_x - ax, own_y - ay
        t = (x * sx + y * sy) / long[piece] ** 2
        cut = np.clip(t, 0, 1)
        far2 = (x - cut * sx) ** 2 + (y - cut * sy) ** 2
        nearer = far2 < near2
        for best, found in ((k, piece), (where, t), (near2, far2)):
            np.copyto(best, found, where=nearer)
    last = len(step) - 1
    beyond = ((where < 0) & (k == 0)) | ((where > 1) & (k == last))
    up = normal[k].copy()
    before = (where <= 0) & (k > 0)
    after = (where >= 1) & (k < last)
    up[before] += normal[k[before] - 1]
    up[after] += normal[k[after] + 1]
    off = xy_m - (a[k] + np.clip(where, 0, 1)[:, None] * step[k])
    side = np.sign((off * up).sum(axis=1))
    return np.asarray(np.where(beyond, np.nan, side * np.hypot(*off.T)))


def _sides(spec: FirSpec) -> tuple[list[Region], Input]:
    """Return the regions on the sides of a line."""
    data = _bytes(spec)
    lon, lat, edges, notes, count = _line(data, spec)
    # The way back from the last point to the first belongs to no boundary, and is left out.
    dense = densify(Ring(lon, lat, (*edges, Edge.CLIP)), MAX_ERROR_M)
    own = dense.segment < len(edges)
    lon, lat = np.append(dense.lon_deg[own], lon[-1]), np.append(dense.lat_deg[own], lat[-1])
    plane = Plane(float(lon.mean()), float(lat.mean()))
    line = plane.xy(lon, lat)
    sha256 = hashlib.sha256(data).hexdigest()
    regions = [
        Region(served, spec.path, sha256, plane, line, side)
        for served, side in ((spec.left, 1), (spec.right, -1))
        if served is not None
    ]
    return regions, Input(spec.path, sha256, "fir-line", count, count, 0, notes=tuple(notes))


def _line(data: bytes, spec: FirSpec) -> tuple[Floats, Floats, list[Edge], list[str], int]:
    try:
        features = json.loads(data.decode("utf-8"))["features"]
        found = [f for f in features if f["geometry"]["type"] == "LineString"]
        about = [f.get("properties") or {} for f in found]
        if spec.volume:
            kept = [k for k, p in enumerate(about) if spec.volume in (p.get("volume"), p.get("id"))]
            found, about = [found[k] for k in kept], [about[k] for k in kept]
        if len(found) != 1:
            raise AirspaceError(
                f"holds {len(found)} lines, not one",
                path=spec.path,
                hint="name it with volume, or give an outline with fir and served_by",
            )
        at = np.array(found[0]["geometry"]["coordinates"], dtype=np.float64)[:, :2]
    except (UnicodeDecodeError, ValueError, KeyError, TypeError, IndexError) as error:
        raise AirspaceError(f"is no GeoJSON with a line: {error!r}", path=spec.path) from error
    if len(at) < 2 or not np.isfinite(at).all():
        raise AirspaceError("has no line of two points or more", path=spec.path)
    stated = about[0].get("edge")
    edge = stated if isinstance(stated, list) else [stated or spec.edge or Edge.GEODESIC]
    edges = [Edge(name) for name in edge]
    edges = edges if len(edges) == len(at) - 1 else [edges[0]] * (len(at) - 1)
    notes = [str(note)] if (note := about[0].get("edge_note")) else []
    if stated is None and spec.edge is None:
        notes.append("the file does not say how the line runs; it is taken as geodesic")
    return at[:, 0], at[:, 1], edges, notes, len(features)


def _whole(spec: FirSpec, served: Served) -> tuple[list[Region], Input]:
    """Return the region that an outline bounds."""
    reading = open_volumes(spec.where)
    volumes = pick(reading.volumes, spec.volume) if spec.volume else reading.volumes
    if len(volumes) != 1:
        raise AirspaceError(
            f"holds {len(volumes)} volumes, not one",
            path=spec.path,
            hint="name one with volume; there are "
            + ", ".join(sorted({v.name for v in reading.volumes})[:12]),
        )
    drawn = outline(volumes[0], MAX_ERROR_M)
    plane = Plane(float(drawn.lon_deg.mean()), float(drawn.lat_deg.mean()))
    xy = plane.xy(drawn.lon_deg, drawn.lat_deg)
    area: shapely.Geometry = shapely.Polygon()
    for ring in np.unique(drawn.ring):  # inside is even-odd over the rings
        area = area ^ shapely.Polygon(xy[drawn.ring == ring])
    shapely.prepare(area)
    done = reading.as_input()
    region = Region(served, spec.path, reading.sha256, plane, xy, 0, area)
    return [region], Input(
        spec.path,
        reading.sha256,
        f"fir-{reading.format}",
        done.records,
        done.decoded,
        done.quarantined,
        done.reasons,
        done.notes,
    )


def _bytes(spec: FirSpec) -> bytes:
    if spec.path.startswith(BUNDLED):
        return bundled(spec.path.removeprefix(BUNDLED))
    try:
        return Path(spec.where).read_bytes()
    except FileNotFoundError:
        raise AirspaceError("no such file", path=spec.path) from None
    except OSError as error:
        raise AirspaceError(f"cannot be read: {error.strerror}", path=spec.path) from error
