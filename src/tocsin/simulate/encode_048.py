"""Plots to ASTERIX category 048, edition 1.32 (EUROCONTROL SPEC-0149-4): monoradar reports.

Every report has SIM set in I048/020: it is simulated.  What a transponder would have to say
(I048/070, 090, 220, 230, 240) is there only where one answered, and Mode A/C has no address.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isnan, log10

from tocsin.simulate.asterix import (
    Message,
    angle,
    identification,
    pack,
    record,
    signed,
    time_of_day,
    unsigned,
)
from tocsin.simulate.radar import CLUTTER, Plots
from tocsin.simulate.scenario import Radar
from tocsin.simulate.station import Station
from tocsin.simulate.target import Target
from tocsin.units import FL_M, NM_M

CATEGORY = 48
#: Field reference numbers of the standard profile.
I010, I140, I020, I040, I070, I090, I130 = 1, 2, 3, 4, 5, 6, 7
I220, I240, I161, I200, I170, I230 = 8, 9, 11, 13, 14, 21

PSR, SSR, BOTH, ROLL_CALL, ROLL_CALL_BOTH = 1, 2, 3, 5, 7  # I048/020 TYP
COMBINED_TRACK, PSR_TRACK, SSR_TRACK = 0, 1, 2  # I048/170 RAD
RANGE_NM = 1 / 256
RUN_DEG = 360 / 8192
APART_DEG = 360 / 16384
UNKNOWN_CLIMB = 3


def messages(
    radar: Radar, plots: Plots, station: Station, targets: Sequence[Target], start_ns: int
) -> list[Message]:
    """Return one record a plot, at its reported time."""
    return [
        Message(
            float(plots.t_s[k]),
            CATEGORY,
            record(_items(radar, plots, station, targets, start_ns, k)),
        )
        for k in range(len(plots))
    ]


def _items(
    radar: Radar,
    plots: Plots,
    station: Station,
    targets: Sequence[Target],
    start_ns: int,
    k: int,
) -> dict[int, bytes]:
    psr, ssr = bool(plots.psr[k]), bool(plots.ssr[k])
    which = int(plots.target[k])
    aircraft = targets[which].aircraft if which != CLUTTER else None
    mode_s = ssr and radar.mode_s and aircraft is not None and aircraft.transponder == "mode_s"
    kind = (PSR, BOTH if psr else SSR, ROLL_CALL_BOTH if psr else ROLL_CALL)[ssr + mode_s]
    items = {
        I010: pack((radar.sac, 8), (radar.sic, 8)),
        I140: time_of_day(float(plots.t_s[k]), start_ns),
        I020: pack((kind, 3), (1, 1), (0, 4)),  # SIM set; no SPI, chain 1, no extension
        I040: pack(
            unsigned(float(plots.range_m[k]) / NM_M, RANGE_NM, 16),
            angle(float(plots.azimuth_deg[k]), 16),
        ),
        I130: _characteristics(plots, k),
    }
    if ssr and aircraft is not None:
        if aircraft.squawk:
            items[I070] = pack((0, 4), (int(aircraft.squawk, 8), 12))
        if not isnan(plots.pressure_m[k]):
            step = 0.25 if mode_s else 1.0  # Mode C counts in 100 ft, Mode S in 25 ft
            level = round(float(plots.pressure_m[k]) / FL_M / step) * step
            items[I090] = pack((0, 2), signed(level, 0.25, 14))
    if mode_s and aircraft is not None:
        items[I220] = bytes.fromhex(aircraft.icao24)
        if aircraft.callsign:
            items[I240] = identification(aircraft.callsign)
        # Comm-A/B, airborne without alert, SI capable, 25 ft reports, gives its identification.
        items[I230] = pack((1, 3), (0, 3), (0, 2), (1, 1), (1, 1), (1, 1), (0, 5))
    if station.track_no[k]:
        items[I161] = pack((0, 4), (int(station.track_no[k]), 12))
        items[I170] = _status(psr, ssr, bool(station.tentative[k]), bool(station.ended[k]))
        if not isnan(station.gs_mps[k]):
            items[I200] = pack(
                unsigned(float(station.gs_mps[k]) / NM_M, 2.0**-14, 16),
                angle(float(station.heading_deg[k]), 16),
            )
    return items


def _status(psr: bool, ssr: bool, tentative: bool, ended: bool) -> bytes:
    kept_by = COMBINED_TRACK if psr and ssr else PSR_TRACK if psr else SSR_TRACK
    first = pack((tentative, 1), (kept_by, 2), (0, 2), (UNKNOWN_CLIMB, 2), (ended, 1))
    return first + (pack((1, 1), (0, 7)) if ended else b"")


def _characteristics(plots: Plots, k: int) -> bytes:
    """Return I048/130: run length and amplitude, and how far apart both channels measured.

    Amplitudes fall with the fourth power of the range for primary and the second for secondary
    radar from levels that are usual; they carry no more truth than that.
    """
    psr, ssr = bool(plots.psr[k]), bool(plots.ssr[k])
    far_km = max(float(plots.range_m[k]) / 1000, 1.0)
    gain = 10 * log10(max(int(plots.members[k]), 1))
    present, fields = 0, b""
    if ssr:
        present |= 0xE0  # SRL, SRR, SAM
        fields += pack(unsigned(2.4, RUN_DEG, 8), (4, 8), signed(-35 - 20 * log10(far_km), 1.0, 8))
    if psr:
        present |= 0x18  # PRL, PAM
        fields += pack(unsigned(1.4, RUN_DEG, 8), signed(-10 + gain - 40 * log10(far_km), 1.0, 8))
    if psr and ssr:
        present |= 0x06  # RPD, APD: primary minus secondary
        apart_m = float(plots.psr_range_m[k] - plots.range_m[k])
        apart_deg = float(plots.psr_azimuth_deg[k] - plots.azimuth_deg[k] + 180) % 360 - 180
        fields += pack(signed(apart_m / NM_M, RANGE_NM, 8), signed(apart_deg, APART_DEG, 8))
    return bytes([present]) + fields
