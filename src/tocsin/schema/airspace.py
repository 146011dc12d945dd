"""Volumes, their outlines, and passages through them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tocsin.schema.fixes import Floats


class Edge(StrEnum):
    """How a boundary runs from one listed point to the next."""

    GEODESIC = "geodesic"  # shortest line on the WGS-84 ellipsoid
    RHUMB = "rhumb"  # loxodrome, constant azimuth
    PARALLEL = "parallel"  # along a parallel of latitude
    ARC = "arc"  # a piece of a densified arc or circle
    LONLAT = "lonlat"  # straight in longitude and latitude: RFC 7946
    CLIP = "clip"  # where the data ends: crossing it is unobserved, never an event


class Datum(StrEnum):
    """What a height is measured from."""

    PRESSURE = "pressure"  # standard atmosphere, 1013.25 hPa: flight levels
    MSL = "msl"
    HAE = "hae"
    AGL = "agl"


@dataclass(frozen=True, slots=True)
class Limit:
    """A vertical limit; `h_m` is -inf for the ground (GND) and +inf for unlimited."""

    h_m: float
    datum: Datum
    text: str = ""  # as the source wrote it: "FL195", "2500 ft AMSL"


@dataclass(frozen=True, slots=True, eq=False)
class Ring:
    """One closed line: vertices in degrees, the first not repeated, an edge type per segment.

    Segment i runs from vertex i to vertex i + 1 (the last back to the first).  A volume's
    inside is even-odd over its rings, so holes and islands need no marking.
    """

    lon_deg: Floats  # (M,), -180..180; a ring across the antimeridian runs on past 180
    lat_deg: Floats  # (M,), -90..90, poles excluded
    edges: tuple[Edge, ...]  # (M,)


@dataclass(frozen=True, slots=True, eq=False)
class Volume:
    """A piece of airspace: an outline with a layer, vertical limits, hours and an error."""

    name: str
    rings: tuple[Ring, ...]
    layer: str = "custom"  # sovereign, eez, fir, adiz, restricted, custom
    hypothesis: str = "as-given"
    sigma_m: float = 0.0  # one-sigma error of the line itself
    lower: Limit | None = None  # None: from the surface
    upper: Limit | None = None  # None: unlimited
    active: tuple[tuple[str, str], ...] = ()  # RFC 3339 UTC intervals; empty: always
    title: str = ""
    properties: tuple[tuple[str, str], ...] = ()
    path: str = ""
    place: str = ""  # "feature 3", "zone 12"
    sha256: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """A volume's boundary as the geometry uses it: short pieces, each a geodesic.

    Piece i of ring r runs from vertex i to the next vertex of that ring.
    """

    volume: Volume
    lon_deg: Floats  # (K,) start of every piece, all rings one after the other
    lat_deg: Floats  # (K,)
    ring: NDArray[np.int64]  # (K,) which ring the piece belongs to, ascending
    segment: NDArray[np.int64]  # (K,) which listed segment of that ring it is part of
    clip: NDArray[np.bool_]  # (K,) where the data ends


@dataclass(frozen=True, slots=True)
class Distrust:
    """A stretch of a track that supports no finding, and why."""

    track: str
    from_ns: int
    to_ns: int
    reason: str  # spoofed, jammed, stale, teleport, ...
    detail: str
    fixes: int


#: One row a passage of one track through one volume (DESIGN: `find`).
PASSAGE: pa.Schema = pa.schema(
    [
        ("track", pa.string()),
        ("volume", pa.string()),
        ("layer", pa.string()),
        ("hypothesis", pa.string()),
        ("entry_t", pa.timestamp("us", tz="UTC")),
        ("exit_t", pa.timestamp("us", tz="UTC")),
        ("entry_lon", pa.float64()),
        ("entry_lat", pa.float64()),
        ("exit_lon", pa.float64()),
        ("exit_lat", pa.float64()),
        ("entry_observed", pa.bool_()),
        ("exit_observed", pa.bool_()),
        ("duration_s", pa.float64()),  # from entry to exit, or over what was observed when open
        ("max_depth_m", pa.float64()),
        ("sigma_t_s", pa.float64()),
        ("sigma_depth_m", pa.float64()),
        ("fixes_inside", pa.int64()),
        ("p_inside", pa.float64()),
    ]
)
