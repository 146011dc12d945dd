"""What a civil airspace infringement adds to an incident."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tocsin.schema.amounts import NOT_MEASURED, Answer, Span


class AirspaceClass(StrEnum):
    """ICAO Annex 11, 2.6."""

    A = "A"
    B = "B"
    C = "C"
    D = "D"
    E = "E"
    F = "F"
    G = "G"
    UNKNOWN = "unknown"


class Cause(StrEnum):
    """What led to a civil infringement, in the groups that infringement reports use."""

    PLANNING = "planning"  # no or poor preflight, NOTAM not read
    NAVIGATION = "navigation"  # lost, misread chart, wrong position
    HEIGHT = "height"  # altimeter setting, vertical limit
    COMMUNICATION = "communication"  # no call, misheard clearance, frequency
    KNOWLEDGE = "knowledge"  # airspace or rule not known
    WEATHER = "weather"
    EQUIPMENT = "equipment"  # failure or wrong use
    WORKLOAD = "workload"  # distraction, student, passenger
    CONTROL = "control"  # air traffic service or co-ordination
    DELIBERATE = "deliberate"
    OTHER = "other"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """Of an occurrence in air traffic management, as (EU) 376/2014 reports grade it."""

    A = "A"  # serious incident
    B = "B"  # major incident
    C = "C"  # significant incident
    D = "D"  # not determined
    E = "E"  # no effect on safety
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Civil:
    """What a civil airspace infringement adds."""

    airspace_class: AirspaceClass = AirspaceClass.UNKNOWN
    causes: tuple[Cause, ...] = ()
    separation_lost: Answer = Answer.UNKNOWN
    separation_horizontal_m: Span = NOT_MEASURED
    separation_vertical_m: Span = NOT_MEASURED
    severity: Severity = Severity.UNKNOWN
