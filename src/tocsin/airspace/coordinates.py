"""Coordinates as OpenAIR files write them, and back in the one form the parser library reads.

Read are `54:25:00 N 010:40:00 E`, `54:25.5N 010:40.25E`, decimal degrees `54.5 N 10.25 E`, the
packed `542500N 0104000E` and `5425N 01040E` of AIPs, hemisphere before or after, with ° ' " or
colons.  Sixty minutes or seconds are refused: nobody can tell a rounding from a slip.
"""

from __future__ import annotations

import re
from itertools import pairwise

from tocsin.airspace.refused import Refused

Place = tuple[float, float]  # (lon_deg, lat_deg)

_SIGNS = str.maketrans(dict.fromkeys("°º'′’", ":") | dict.fromkeys('"″”', " "))
_ANGLE = r"(?P<{0}pre>[{1}])?\s*(?P<{0}num>\d[\d:.\s]*?)[:\s]*(?P<{0}post>[{1}])?"
_PLACE = re.compile(_ANGLE.format("a", "NS") + r"[\s,]*" + _ANGLE.format("b", "EW"), re.IGNORECASE)


def parse_place(text: str) -> Place:
    """Return (lon_deg, lat_deg).

    Raises Refused ("bad-coordinate") for anything that is no latitude and longitude.
    """
    found = _PLACE.fullmatch(text.strip().translate(_SIGNS))
    if found is None:
        raise _refused(text, "it needs degrees with N or S, then degrees with E or W")
    angles = []
    for name, limit in (("a", 90), ("b", 180)):
        before, after = found[f"{name}pre"], found[f"{name}post"]
        if bool(before) == bool(after):
            raise _refused(text, "latitude needs one of N or S, longitude one of E or W")
        degrees = _angle(found[f"{name}num"], 2 if limit == 90 else 3, text)
        if degrees > limit:
            raise _refused(text, f"{degrees:g} degrees is more than {limit}")
        angles.append(-degrees if (before or after).upper() in "SW" else degrees)
    return angles[1], angles[0]


def write_place(place: Place) -> str:
    """Return `DD:MM:SS.sssssssss N DDD:MM:SS.sssssssss E`, exact to 1e-9 seconds (30 nm)."""
    lon, lat = place
    return f"{_dms(lat)} {'S' if lat < 0 else 'N'} {_dms(lon)} {'W' if lon < 0 else 'E'}"


def _angle(number: str, width: int, text: str) -> float:
    """Return degrees from `D:M:S`, `D:M` or packed digits, `width` the digits of whole degrees."""
    parts = [part for part in re.split(r"[:\s]+", number.strip()) if part]
    if len(parts) == 1:
        whole, dot, fraction = parts[0].partition(".")
        cuts = {width + 2: (width,), width + 4: (width, width + 2)}.get(len(whole), ())
        if not cuts and len(whole) > width:
            raise _refused(text, f'"{parts[0]}" is neither degrees nor DDMM nor DDMMSS')
        edges = (0, *cuts, len(whole))
        parts = [whole[i:j] for i, j in pairwise(edges)]
        parts[-1] += dot + fraction
    if len(parts) > 3 or any("." in part for part in parts[:-1]):
        raise _refused(text, "only the last of degrees, minutes and seconds may have a fraction")
    try:
        values = [float(part) for part in parts]
    except ValueError:
        raise _refused(text, f'"{number}" is not a number') from None
    if any(value >= 60 for value in values[1:]):
        raise _refused(text, "minutes and seconds run from 0 to below 60")
    return sum((value / 60.0**i for i, value in enumerate(values)), 0.0)


def _dms(degrees: float) -> str:
    total = round(abs(degrees) * 3600 * 10**9)
    minutes, nanos = divmod(total, 60 * 10**9)
    whole, minute = divmod(minutes, 60)
    return f"{whole:02d}:{minute:02d}:{nanos // 10**9:02d}.{nanos % 10**9:09d}"


def _refused(text: str, why: str) -> Refused:
    return Refused("bad-coordinate", f'"{text.strip()}" is no coordinate: {why}')
