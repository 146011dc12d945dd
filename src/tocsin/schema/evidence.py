"""Sensors and posteriors, and what people say: claims and reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tocsin.schema.fixes import Floats


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
    collimation_range_sd_m: float = 50.0  # between its primary and its secondary detections
    collimation_azimuth_sd_deg: float = 0.05
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
    #: (2, B, K) degrees of longitude and latitude by which a sigma of each bias moves what its own
    #: sensor says of this track; without columns where no plots are known.
    bias_moves_deg: Floats = field(default_factory=lambda: np.zeros((2, 0, 0)))
    witnesses: tuple[str, ...] = ()
    aircraft_count: int | None = None
    aircraft_count_source: str = ""
    #: The same track from the same plots if the biases were known: from biases (G, B) in prior
    #: sigmas, times (K',) and M', samples (G M', K') in which no bias is left, M' of each bias one
    #: after the other; None where nobody can.
    given_biases: Callable[[Floats, NDArray[np.int64], int], Posterior] | None = None


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
