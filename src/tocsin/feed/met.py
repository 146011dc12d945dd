"""Pressure altitude to height above mean sea level and back, by QNH, and QNH from reports.

An altimeter shows the height in the ICAO standard atmosphere (Doc 7488) at which its static
pressure would be found; QNH shifts the scale so that it reads aerodrome elevation on the ground:

    h_msl = h_pressure - H(QNH)

with H(p) the standard height of pressure p: T0/L (1 - (p/p0)^(R L/g)) up to 11 km, and
isothermal above.
What is left is the temperature of the day: the column of air below is longer by 1 % for every
2.9 K that it is warmer than standard (4 % for 10 K, as ICAO Doc 8168 has it), so 10 K cost 60 m at
1,500 m over the station.  The functions are pure; nothing is fetched.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tocsin.feed import parse
from tocsin.schema import Floats

#: Doc 7488: sea level, lapse rate, gravity, gas constant of dry air, tropopause.
P0_HPA = 1013.25
T0_K = 288.15
LAPSE_K_PER_M = 0.0065
G_MPS2 = 9.80665
R_J_PER_KG_K = 287.05287
TROPOPAUSE_M = 11_000.0
T11_K = T0_K - LAPSE_K_PER_M * TROPOPAUSE_M  # 216.65
EXPONENT = R_J_PER_KG_K * LAPSE_K_PER_M / G_MPS2  # 0.190263
P11_HPA = P0_HPA * (T11_K / T0_K) ** (1 / EXPONENT)  # 226.32
SCALE_M = R_J_PER_KG_K * T11_K / G_MPS2  # 6341.6: e-folding height above the tropopause

INHG_HPA = 33.86389  # conventional inch of mercury, at 0 C

#: Sea-level pressures that were ever measured lie between 870 and 1084 hPa (WMO extremes
#: archive); a QNH outside is a slip of the pen.
QNH_RANGE_HPA = (850.0, 1090.0)

#: A report older than this says little: QNH is issued every half hour and moves up to 3 hPa/h.
MAX_AGE_S = 3 * 3600.0


def standard_height_m(p_hpa: Floats | float) -> Floats:
    """Return the height in the standard atmosphere of pressures in hPa; valid to 20 km (55 hPa)."""
    p = np.asarray(p_hpa, np.float64)
    if not np.all(p[~np.isnan(p)] > 0):
        raise ValueError("a pressure must be above 0 hPa")
    low = T0_K / LAPSE_K_PER_M * (1.0 - (p / P0_HPA) ** EXPONENT)
    high = TROPOPAUSE_M + SCALE_M * np.log(P11_HPA / p)
    return np.asarray(np.where(p >= P11_HPA, low, high), np.float64)


def standard_pressure_hpa(h_m: Floats | float) -> Floats:
    """Return the pressure in the standard atmosphere at heights in metres; valid to 20 km."""
    h = np.asarray(h_m, np.float64)
    below = np.minimum(h, TROPOPAUSE_M)
    low = P0_HPA * (1.0 - LAPSE_K_PER_M * below / T0_K) ** (1 / EXPONENT)
    high = P11_HPA * np.exp(-(h - TROPOPAUSE_M) / SCALE_M)
    return np.asarray(np.where(h <= TROPOPAUSE_M, low, high), np.float64)


def msl_m(h_pressure_m: Floats | float, qnh_hpa: Floats | float) -> Floats:
    """Return what an altimeter set to QNH shows where the pressure altitude is h_pressure_m.

    Arrays broadcast.  Error: temperature, about 0.35 % of the height over the station per kelvin
    off standard; and QNH is of one place, 1 hPa in 100 km being common (8 m).
    """
    return np.asarray(h_pressure_m, np.float64) - standard_height_m(_qnh(qnh_hpa))


def pressure_m(h_msl_m: Floats | float, qnh_hpa: Floats | float) -> Floats:
    """Return the pressure altitude where an altimeter set to QNH shows h_msl_m: undoes `msl_m`."""
    return np.asarray(h_msl_m, np.float64) + standard_height_m(_qnh(qnh_hpa))


@dataclass(frozen=True, slots=True)
class Metar:
    """What a METAR says about pressure: the day and time are of the month it was issued in."""

    station: str
    day: int
    hour: int
    minute: int
    qnh_hpa: float | None  # None: the report has no pressure ("Q////")


_METAR = re.compile(r"\b([A-Z][A-Z0-9]{3})\s+(\d{2})(\d{2})(\d{2})Z\b(.*)", re.S)
_PRESSURE = re.compile(r"\b(?:Q(\d{4})|A(\d{4}))\b")


def metar(text: str) -> Metar:
    """Return station, time and QNH of one METAR or SPECI (WMO-No. 306, FM 15, group QP).

    Q1013 is hectopascals, rounded down; A2992 is hundredths of an inch of mercury.  The first
    such group counts: those after RMK repeat it.  Raises ValueError for a text that is no report
    and for a pressure that never was.
    """
    match = _METAR.search(text)
    if match is None:
        raise ValueError(f'"{text[:40]}" is no METAR: it needs a station and a time like 190650Z')
    station, day, hour, minute, rest = match.groups()
    found = _PRESSURE.search(rest)
    qnh_hpa = None
    if found is not None:
        hecto, inches = found.groups()
        qnh_hpa = float(hecto) if hecto else int(inches) / 100.0 * INHG_HPA
        _qnh(qnh_hpa)
    return Metar(station, int(day), int(hour), int(minute), qnh_hpa)


@dataclass(frozen=True, slots=True, eq=False)
class QnhSeries:
    """QNH of one place over time, sorted."""

    t_ns: NDArray[np.int64]  # (N,) UTC
    hpa: Floats  # (N,)

    def at(self, t_ns: NDArray[np.int64], max_age_s: float = MAX_AGE_S) -> Floats:
        """Return QNH at times (M,), linear between reports; NaN where none is near enough."""
        if not len(self.t_ns):
            return np.full(len(t_ns), np.nan)
        start = self.t_ns[0]  # differences are exact where the times themselves are no doubles
        known_s, asked_s = (self.t_ns - start) / parse.NS, (t_ns - start) / parse.NS
        after = np.clip(np.searchsorted(known_s, asked_s), 0, len(known_s) - 1)
        before = np.maximum(after - 1, 0)
        near_s = np.minimum(np.abs(known_s[after] - asked_s), np.abs(known_s[before] - asked_s))
        return np.where(near_s <= max_age_s, np.interp(asked_s, known_s, self.hpa), np.nan)


def _qnh(hpa: Floats | float) -> Floats:
    value = np.asarray(hpa, np.float64)
    stated = value[~np.isnan(value)]
    low, high = QNH_RANGE_HPA
    if np.any((stated < low) | (stated > high)):
        raise ValueError(f"QNH must lie between {low:g} and {high:g} hPa; inches are not hPa")
    return value
