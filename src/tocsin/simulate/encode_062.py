"""System tracks to ASTERIX category 062, edition 1.20 (EUROCONTROL SPEC-0149-9).

Every track has SIM set in I062/080: it is simulated.  The axes of velocity and of the accuracies
are east and north at the track itself.  I062/500 states one sigma: positions in metres (APC) with
COV = sign(C) sqrt|C|, and in degrees (APW).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, radians, sqrt

from tocsin.geo import A_M
from tocsin.simulate.asterix import (
    Message,
    identification,
    pack,
    record,
    signed,
    time_of_day,
    unsigned,
)
from tocsin.simulate.scenario import Tracker
from tocsin.simulate.target import Target
from tocsin.simulate.tracker import SystemTrack
from tocsin.units import FL_M

CATEGORY = 62
#: Field reference numbers of the standard profile.
I010, I015, I070, I105, I185, I060, I380 = 1, 3, 4, 5, 7, 9, 11
I040, I080, I290, I136, I135, I500 = 12, 13, 14, 17, 19, 27
PLACE_DEG = 180 / 2**25
M_PER_DEG = radians(1.0) * A_M
TENTATIVE_PLOTS = 4
CO_OPERATIVE_ONLY, NON_CO_OPERATIVE_ONLY = 1, 2


def messages(
    tracker: Tracker, tracks: Sequence[SystemTrack], targets: Sequence[Target], start_ns: int
) -> list[Message]:
    """Return one record an update."""
    return [
        Message(
            track.t_s, CATEGORY, record(_items(tracker, track, targets[track.target], start_ns))
        )
        for track in tracks
    ]


def _items(tracker: Tracker, track: SystemTrack, target: Target, start_ns: int) -> dict[int, bytes]:
    aircraft = target.aircraft
    items = {
        I010: pack((tracker.sac, 8), (tracker.sic, 8)),
        I015: bytes([tracker.service]),
        I070: time_of_day(track.t_s, start_ns),
        I105: pack(signed(track.lat_deg, PLACE_DEG, 32), signed(track.lon_deg, PLACE_DEG, 32)),
        I185: pack(signed(track.east_mps, 0.25, 16), signed(track.north_mps, 0.25, 16)),
        I040: pack((track.number, 16)),
        I080: _status(track),
        I290: _ages(track, aircraft.transponder == "mode_s"),
    }
    if track.secondary_age_s is not None:
        if aircraft.squawk:
            items[I060] = pack((0, 4), (int(aircraft.squawk, 8), 12))
        if aircraft.transponder == "mode_s":
            items[I380] = _aircraft_data(aircraft.icao24, aircraft.callsign)
    if track.pressure_m is not None:
        items[I136] = pack(signed(track.pressure_m / FL_M, 0.25, 16))
        items[I135] = pack((0, 1), signed(track.pressure_m / FL_M, 0.25, 15))
    if tracker.accuracies:
        items[I500] = _accuracies(track)
    return items


def _status(track: SystemTrack) -> bytes:
    """Return I062/080 up to its fifth part, which says what kind of sensors keep the track."""
    psr, secondary = track.psr_age_s is not None, track.secondary_age_s is not None
    kinds = 0 if psr and secondary else CO_OPERATIVE_ONLY if secondary else NON_CO_OPERATIVE_ONLY
    parts = (
        pack((track.sensors == 1, 1), (0, 5), (track.plots < TENTATIVE_PLOTS, 1), (1, 1)),
        pack((1, 1), (track.last, 1), (track.first, 1), (0, 4), (1, 1)),
        pack((0, 7), (1, 1)),
        pack((track.coasting, 1), (0, 6), (1, 1)),
        pack((kinds, 2), (0, 6)),
    )
    return b"".join(parts)


def _ages(track: SystemTrack, mode_s: bool) -> bytes:
    """Return I062/290: age of the track, and of its primary and Mode S or secondary plots."""
    present, fields = 0x80, pack(unsigned(track.age_s, 0.25, 8))
    if track.psr_age_s is not None:
        present |= 0x40
        fields += pack(unsigned(track.psr_age_s, 0.25, 8))
    if track.secondary_age_s is not None:
        present |= 0x10 if mode_s else 0x20
        fields += pack(unsigned(track.secondary_age_s, 0.25, 8))
    return bytes([present]) + fields


def _aircraft_data(icao24: str, callsign: str) -> bytes:
    present, fields = 0x80, bytes.fromhex(icao24)
    if callsign:
        present |= 0x40
        fields += identification(callsign)
    return bytes([present]) + fields


def _accuracies(track: SystemTrack) -> bytes:
    """Return I062/500 with APC, COV, APW and ATV."""
    p = track.covariance
    east, north, both = sqrt(p[0, 0]), sqrt(p[1, 1]), float(p[0, 1])
    covariance = (1 if both >= 0 else -1) * sqrt(abs(both))
    lon_m = M_PER_DEG * cos(radians(track.lat_deg))
    # APC, COV and APW in the first byte of presence, ATV too (bits 8, 7, 6 and 3).
    return (
        bytes([0x80 | 0x40 | 0x20 | 0x04])
        + pack(unsigned(east, 0.5, 16), unsigned(north, 0.5, 16))
        + pack(signed(covariance, 0.5, 16))
        + pack(unsigned(north / M_PER_DEG, PLACE_DEG, 16), unsigned(east / lon_m, PLACE_DEG, 16))
        + pack(unsigned(sqrt(p[2, 2]), 0.25, 8), unsigned(sqrt(p[3, 3]), 0.25, 8))
    )
