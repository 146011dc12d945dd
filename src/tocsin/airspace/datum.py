"""Vertical limits: the words of charts and files to metres above a named datum.

A limit is read as it is printed in an AIP (ICAO Annex 15, "FL 195", "2500 ft AMSL", "GND",
"UNL").  A bare height says nothing until it is known what it is measured from, so it is refused
unless the format itself has a rule (OpenAIR: feet above mean sea level).
"""

from __future__ import annotations

import math
import re

from tocsin.airspace.refused import Refused
from tocsin.schema import Datum, Limit
from tocsin.units import FL_M, FT_M

GROUND_WORDS = frozenset({"GND", "SFC", "SURFACE", "GROUND", "ASFC", "AGND", "0 AGL", "0 ASFC"})
UNLIMITED_WORDS = frozenset({"UNL", "UNLIM", "UNLTD", "UNLIMITED"})
DATUM_WORDS = {
    "AMSL": Datum.MSL,
    "MSL": Datum.MSL,
    "ALT": Datum.MSL,
    "AGL": Datum.AGL,
    "GND": Datum.AGL,
    "SFC": Datum.AGL,
    "ASFC": Datum.AGL,
    "AGND": Datum.AGL,
    "HAE": Datum.HAE,
    "WGS84": Datum.HAE,
    "STD": Datum.PRESSURE,
    "PRESSURE": Datum.PRESSURE,
}
UNIT_M = {"FT": FT_M, "FEET": FT_M, "F": FT_M, "M": 1.0, "METRES": 1.0, "METERS": 1.0, "FL": FL_M}

MAX_M = 100_000.0  # no airspace is claimed above the Karman line; more is a slip of the unit

_FLIGHT_LEVEL = re.compile(r"FL\s*(\d{1,3}(?:\.\d+)?)(?:\s*STD)?")
_HEIGHT = re.compile(
    r"(?P<value>[+-]?\d+(?:\.\d+)?)\s*(?P<unit>FT|FEET|F|METRES|METERS|M)?\s*(?P<datum>[A-Z0-9]+)?"
)


def parse_limit(text: str, bare_datum: Datum | None = None) -> Limit:
    """Return the limit that a text such as "FL195" or "2500 ft AMSL" stands for.

    bare_datum  what a height without a datum is measured from; None refuses it.  A height
                without a unit is in feet, as on every chart.

    Raises Refused ("bad-limit", "limit-without-datum").
    """
    words = " ".join(text.upper().split())
    if words in GROUND_WORDS:
        return Limit(-math.inf, Datum.AGL, text.strip())
    if words in UNLIMITED_WORDS:
        return Limit(math.inf, Datum.MSL, text.strip())
    level = _FLIGHT_LEVEL.fullmatch(words)
    if level:
        return Limit(float(level[1]) * FL_M, Datum.PRESSURE, text.strip())
    height = _HEIGHT.fullmatch(words)
    if height is None or (height["datum"] and height["datum"] not in DATUM_WORDS):
        raise Refused(
            "bad-limit",
            f'"{text.strip()}" is no vertical limit; limits look like FL195, 2500 ft AMSL, '
            "1000 ft AGL, 600 m HAE, GND or UNL",
        )
    datum = DATUM_WORDS[height["datum"]] if height["datum"] else bare_datum
    return _limit(float(height["value"]), UNIT_M[height["unit"] or "FT"], datum, text.strip())


def parse_limit_value(value: object) -> Limit | None:
    """Return the limit in a GeoJSON property: text, {"value", "unit", "datum"}, or null.

    The object's `unit` is m, ft or FL and its `datum` one of pressure, msl, hae, agl (or a word
    of `DATUM_WORDS`); a flight level needs none.  Raises Refused.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return parse_limit(value)
    if isinstance(value, bool) or not isinstance(value, int | float | dict):
        raise Refused("bad-limit", f"{value!r} is no vertical limit; write text such as FL195")
    if isinstance(value, int | float):
        return parse_limit(f"{value:.10g}") if math.isfinite(value) else _limit(value, 1, None, "")
    number, unit = value.get("value"), str(value.get("unit", "m")).strip().upper()
    named = str(value.get("datum") or value.get("referenceDatum") or "").strip().upper()
    text = f"{number} {value.get('unit', 'm')} {named.lower()}".strip()
    if isinstance(number, bool) or not isinstance(number, int | float) or unit not in UNIT_M:
        raise Refused(
            "bad-limit",
            f"{value!r} is no vertical limit; it needs a number as value and m, ft or FL as unit",
        )
    if named and named not in DATUM_WORDS:
        raise Refused("bad-limit", f'datum "{named}" of {value!r} is not known')
    if number == 0 and named in ("GND", "SFC"):
        return Limit(-math.inf, Datum.AGL, text)
    datum = DATUM_WORDS.get(named)
    if unit == "FL":
        datum = Datum.PRESSURE
    return _limit(float(number), UNIT_M[unit], datum, text)


def check_order(lower: Limit | None, upper: Limit | None) -> None:
    """Raise Refused ("limits-reversed") where the lower limit is not below the upper one.

    Limits of different datums cannot be compared without the day's pressure and are let pass.
    """
    if lower is None or upper is None:
        return
    grounded = upper.h_m == -math.inf or lower.h_m == math.inf
    if grounded or (lower.datum == upper.datum and lower.h_m >= upper.h_m):
        raise Refused(
            "limits-reversed",
            f'the lower limit "{lower.text}" is not below the upper limit "{upper.text}"; '
            "are they exchanged?",
        )


def _limit(value: float, unit_m: float, datum: Datum | None, text: str) -> Limit:
    if datum is None:
        raise Refused(
            "limit-without-datum",
            f'height "{text}" does not say what it is measured from; add AMSL, AGL or HAE, '
            "or write a flight level",
        )
    h_m = value * unit_m
    if not math.isfinite(h_m) or abs(h_m) > MAX_M:
        raise Refused("bad-limit", f'"{text}" is no height of airspace ({h_m:.6g} m)')
    return Limit(h_m, datum, text)
