"""Fixes and tracks as Arrow tables, and what became of the file they come from."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntFlag

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
    TRACKER_JUMP = 2048  # a leap in the output of a tracker, which joins plots by its own rules


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
    | Flag.TRACKER_JUMP
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
