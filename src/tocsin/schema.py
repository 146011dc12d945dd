"""The words all rooms speak: fixes and tracks as Arrow tables, the rest as frozen values.

`FIX` is the widest table a reader may produce.  A table of fixes holds any subset of its
columns, each with exactly the declared type, and always the `FIX_CORE`; a column that is
absent means "this source never reports it", a null means "not reported here".  Neither is
ever a zero.  `TRACK` is what the geometry works on: one row a usable or refused fix, sorted
by track and time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag, StrEnum

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Floats = NDArray[np.float64]

UTC_NS = pa.timestamp("ns", tz="UTC")
WORD = pa.dictionary(pa.int32(), pa.string())

#: Every column a reader may fill, with its one type (FORMATS: "Fix").
FIX: pa.Schema = pa.schema(
    [
        ("obs_id", pa.uint64()),
        ("track", WORD),
        ("aircraft_count", pa.uint16()),
        ("source_id", WORD),
        ("source_kind", WORD),
        ("file_sha256", pa.binary(32)),
        ("byte_offset", pa.uint64()),
        ("byte_length", pa.uint32()),
        ("row_number", pa.uint64()),
        ("record_index", pa.uint16()),
        ("raw", pa.binary()),
        ("decoder", WORD),
        ("edition", WORD),
        ("t_applicability", UTC_NS),
        ("t_reception", UTC_NS),
        ("t_quality", WORD),
        ("t_sigma_s", pa.float32()),
        ("lat_deg", pa.float64()),
        ("lon_deg", pa.float64()),
        ("h_pressure_m", pa.float32()),
        ("h_hae_m", pa.float32()),
        ("h_msl_m", pa.float32()),
        ("h_agl_m", pa.float32()),
        ("h_qnh_applied", pa.bool_()),
        ("h_lsb_m", pa.float32()),
        ("range_m", pa.float64()),
        ("azimuth_deg", pa.float64()),
        ("elev_deg", pa.float32()),
        ("radial_velocity_mps", pa.float32()),
        ("gs_mps", pa.float32()),
        ("track_deg", pa.float32()),
        ("vn_mps", pa.float32()),
        ("ve_mps", pa.float32()),
        ("vrate_mps", pa.float32()),
        ("on_ground", pa.bool_()),
        ("icao24", pa.uint32()),
        ("icao24_kind", WORD),
        ("callsign", WORD),
        ("squawk", pa.uint16()),
        ("mode1", pa.uint16()),
        ("mode2", pa.uint16()),
        ("squawk_valid", pa.bool_()),
        ("squawk_garbled", pa.bool_()),
        ("squawk_smoothed", pa.bool_()),
        ("modec_valid", pa.bool_()),
        ("modec_garbled", pa.bool_()),
        ("psr", pa.bool_()),
        ("ssr", pa.bool_()),
        ("mode_s", pa.bool_()),
        ("adsb", pa.bool_()),
        ("mode5", pa.bool_()),
        ("primary_only", pa.bool_()),
        ("emergency", pa.uint8()),
        ("spi", pa.bool_()),
        ("mil_emergency", pa.bool_()),
        ("simulated", pa.bool_()),
        ("test", pa.bool_()),
        ("coasted", pa.bool_()),
        ("tentative", pa.bool_()),
        ("first", pa.bool_()),
        ("last", pa.bool_()),
        ("ghost", pa.bool_()),
        ("track_no", pa.uint32()),
        ("track_src", WORD),
        ("fpl_correlated", pa.bool_()),
        ("fpl_callsign", pa.string()),
        ("fpl_id", pa.string()),
        ("fpl_dep", pa.string()),
        ("fpl_dst", pa.string()),
        ("fpl_type", pa.string()),
        ("nacp", pa.uint8()),
        ("nic", pa.uint8()),
        ("nacv", pa.uint8()),
        ("sil", pa.uint8()),
        ("sil_supp", pa.uint8()),
        ("gva", pa.uint8()),
        ("sda", pa.uint8()),
        ("nic_baro", pa.uint8()),
        ("adsb_version", pa.uint8()),
        ("quality_age_s", pa.float32()),
        ("pos_epu95_m", pa.float32()),
        ("pos_rc_m", pa.float32()),
        ("sil_prob", pa.float32()),
        ("pos_cov_ee", pa.float32()),
        ("pos_cov_nn", pa.float32()),
        ("pos_cov_en", pa.float32()),
        ("h_sigma_m", pa.float32()),
        ("vel_sigma_mps", pa.float32()),
        ("vrate_sigma_mps", pa.float32()),
        ("acc_basis", WORD),
        ("pos_age_s", pa.float32()),
        ("h_age_s", pa.float32()),
        ("flags", pa.uint32()),
        ("parse_warnings", pa.list_(pa.string())),
    ]
)

#: Columns that every table of fixes has.
FIX_CORE = ("obs_id", "source_kind", "file_sha256", "t_applicability", "lat_deg", "lon_deg")


class Flag(IntFlag):
    """Bits of the `flags` column, set by a reader or by `track.integrity`."""

    TIME_JUMP = 1  # the time runs back or leaps against its neighbours
    CPR_REFERENCE = 2  # position resolved with one frame and a reference, not with a pair
    BAD_RANGE = 4  # further from its receiver than radio reaches
    TELEPORT = 8  # no aircraft flies from its neighbours to here
    DUPLICATE = 16  # the same observation heard twice
    STALE = 32  # an old position repeated under a new time
    SPEED = 64  # speed between fixes contradicts the speed that is reported
    ENVELOPE = 128  # too slow or too fast for this height
    JAMMED = 256  # positions stop or degrade while the aircraft is still heard
    SPOOFED = 512  # a self-consistent stretch that its neighbours contradict
    POSITION = 1024  # no position, or none on this Earth


#: A fix with any of these bits supports no finding.
DISTRUST = (
    Flag.TIME_JUMP
    | Flag.BAD_RANGE
    | Flag.TELEPORT
    | Flag.DUPLICATE
    | Flag.STALE
    | Flag.SPEED
    | Flag.ENVELOPE
    | Flag.JAMMED
    | Flag.SPOOFED
    | Flag.POSITION
)

#: What geometry works on: sorted by track, then time; strictly increasing among trusted rows.
TRACK: pa.Schema = pa.schema(
    [
        ("track", WORD),
        ("t", UTC_NS),
        ("lon_deg", pa.float64()),
        ("lat_deg", pa.float64()),
        ("h_pressure_m", pa.float32()),
        ("h_hae_m", pa.float32()),
        ("h_msl_m", pa.float32()),
        ("gs_mps", pa.float32()),
        ("track_deg", pa.float32()),
        ("on_ground", pa.bool_()),
        ("sigma_m", pa.float32()),  # one-sigma error per horizontal axis
        ("acc_basis", WORD),  # reported, derived_code, sensor_model, default
        ("flags", pa.uint32()),
        ("break_before", pa.bool_()),  # the leg from the last trusted fix to this is not to be used
        ("obs_id", pa.uint64()),
    ]
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One bad record: what was wrong with it, and where it stands."""

    path: str
    place: str  # "line 812", "byte 4096", "zone 3"
    reason: str  # a short code that is counted: "bad-crc", "naive-time"
    detail: str  # the sentence for a person: value, rule, what to do
    raw: str = ""  # the start of the record itself


@dataclass(frozen=True, slots=True)
class Input:
    """What became of one file: records = decoded + quarantined, always."""

    path: str
    sha256: str
    format: str
    records: int
    decoded: int
    quarantined: int
    reasons: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # what was assumed, in words


@dataclass(frozen=True, slots=True)
class Reading:
    """A source as a reader leaves it."""

    input: Input
    fixes: pa.Table
    refusals: tuple[Refusal, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Sensor:
    """A sensor's error model: what the data itself does not say (DESIGN: `[source.sensor]`).

    Standard deviations are of one plot (`*_sigma_*`) and of constants over a case (`*_sd_*`).
    """

    id: str  # as in the column `source_id`
    witness: str = ""  # two feeds of one radar are one witness; the id when empty
    kind: str = "radar"  # radar, adsb, mlat, tracker, remote_id
    lat_deg: float | None = None
    lon_deg: float | None = None
    h_hae_m: float = 0.0
    range_sigma_m: float = 60.0
    azimuth_sigma_deg: float = 0.08
    position_sigma_m: float = 75.0  # of sensors that give positions, where a fix has no own error
    height_sigma_m: float = 15.0
    range_bias_sd_m: float = 60.0
    range_scale_sd: float = 0.0
    azimuth_bias_sd_deg: float = 0.1
    time_bias_sd_s: float = 0.2
    transponder_delay_sd_m: float = 75.0  # per aircraft; secondary radar only
    rotation_s: float = 12.0
    detection_probability: float = 0.9
    max_range_m: float = 460_000.0
    north_offset_deg: float = 0.0  # azimuth zero against true north, as configured


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """Joint samples of where a track was: M trajectories on one grid of K times.

    Samples are joint over time and over the biases of the sensors, so any statement about the
    whole trajectory is answered sample by sample; nothing is multiplied over time.
    """

    track: str
    t_ns: NDArray[np.int64]  # (K,)
    lon_deg: Floats  # (M, K)
    lat_deg: Floats  # (M, K)
    h_hae_m: Floats  # (M, K)
    observed: NDArray[np.bool_]  # (K,) False where no sensor saw it near this time
    bias_names: tuple[str, ...] = ()  # (B,) "radar-a: range", "radar-a: azimuth", ...
    bias_sigmas: Floats = field(default_factory=lambda: np.zeros((0, 0)))  # (M, B) in prior sigmas
    witnesses: tuple[str, ...] = ()
    aircraft_count: int | None = None
    aircraft_count_source: str = ""


class Verdict(StrEnum):
    """What the evidence says of a claim."""

    SUPPORTED = "supported"  # P >= .95 under every hypothesis
    CONTRADICTED = "contradicted"  # P <= .05 under every hypothesis
    UNRESOLVED = "unresolved"  # somebody looked, and could not tell
    UNOBSERVED = "unobserved"  # nobody looked: not the same as "no"


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says, as a test."""

    id: str
    by: str
    test: str
    says: str = ""  # a paraphrase
    source_title: str = ""
    source_url: str = ""
    source_date: str = ""
    grade: str = ""  # Admiralty: "B2"


@dataclass(frozen=True, slots=True)
class Report:
    """What a record other than a track says: a clearance, a plan, a call, a step of response."""

    kind: str  # clearance, flight_plan, radio, transponder, response, visual, activation
    t_ns: int | None = None
    until_ns: int | None = None
    authorised: str = "unknown"  # yes, no, unknown
    by: str = ""  # whose word it is
    subject: str = ""  # call sign, address or track
    volume: str = ""
    step: str = ""  # of a response: detected, scrambled, airborne, intercepted, escorted, out
    text: str = ""
    grade: str = ""
    path: str = ""
    place: str = ""
    properties: tuple[tuple[str, str], ...] = ()
