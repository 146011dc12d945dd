"""The items of an ICAO flight plan message, each parsed from the text between two hyphens.

Source: ICAO Doc 4444 (PANS-ATM, 16th edition) appendix 3, field types 7 to 10, 13, 15 to 17.
Every function raises Refused for text that is not such an item.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tocsin.context.moments import elapsed_s, hhmm_ns
from tocsin.context.refused import Refused
from tocsin.schema import Datum, Limit
from tocsin.units import FT_M, KT_MPS, SPEED_MPS

_CALLSIGN = re.compile(r"([A-Z0-9]{1,7})(?:/A([0-7]{4}))?")
_RULES = re.compile(r"([IVYZ])([SNGMX]?)")
_TYPE = re.compile(r"(\d{1,2})?([A-Z][A-Z0-9]{1,3})/([LMHJ])", re.ASCII)
_SURVEILLANCE = re.compile(r"N|(?:[ACEHILPSX]|[BUV][12]|[DG]1)+")
_COM_NAV = re.compile(r"[A-Z0-9]{1,64}")
_PLACE = re.compile(r"([A-Z]{4})(.*)", re.S)
_SPEED = re.compile(r"(?:([KN])(\d{4})|M(\d{3}))", re.ASCII)
_LEVEL = re.compile(r"(?:([FA])(\d{3})|([SM])(\d{4})|VFR)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Item7:
    """Who: aircraft identification and SSR code."""

    callsign: str
    ssr: str = ""  # four octal digits, mode A


@dataclass(frozen=True, slots=True)
class Item8:
    """Flight rules I, V, Y, Z and type of flight S, N, G, M (military), X."""

    rules: str
    flight_type: str = ""


@dataclass(frozen=True, slots=True)
class Item9:
    """Number of aircraft, type, wake turbulence category."""

    aircraft_count: int
    aircraft_type: str
    wake: str


@dataclass(frozen=True, slots=True)
class Item10:
    """Equipment as the operator declares it: 10a communication and navigation, 10b surveillance."""

    equipment: str
    surveillance: str  # "N": none


@dataclass(frozen=True, slots=True)
class Item13:
    """A place and a time of day: departure and EOBT, or actual departure in a DEP."""

    place: str
    hhmm: str = ""

    @property
    def tod_ns(self) -> int | None:
        return hhmm_ns(self.hhmm, "item 13") if self.hhmm else None


@dataclass(frozen=True, slots=True)
class Item15:
    """Cruising speed, level and route."""

    speed_mps: float | None  # true airspeed; None where a Mach number is given
    mach: float | None
    level: Limit | None  # None: VFR
    route: str


@dataclass(frozen=True, slots=True)
class Item16:
    """Destination, total estimated elapsed time, alternates."""

    place: str
    eet_s: float | None = None
    alternates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item17:
    """Arrival aerodrome and time of day; the name where the place is ZZZZ."""

    place: str
    hhmm: str
    name: str = ""


def item7(text: str) -> Item7:
    found = _CALLSIGN.fullmatch(text)
    if not found:
        raise _bad("7", text, "a call sign of up to 7 letters and digits, then /A4321 if assigned")
    return Item7(found[1], found[2] or "")


def item8(text: str) -> Item8:
    found = _RULES.fullmatch(text)
    if not found:
        raise _bad("8", text, "flight rules I, V, Y or Z, then the type of flight S, N, G, M or X")
    return Item8(found[1], found[2])


def item9(text: str) -> Item9:
    found = _TYPE.fullmatch(text)
    if not found or found[1] == "0":
        raise _bad("9", text, "type and wake category such as B744/H, the number before it: 3F16/M")
    return Item9(int(found[1] or 1), found[2], found[3])


def item10(text: str) -> Item10:
    equipment, slash, surveillance = text.partition("/")
    if not slash or not _COM_NAV.fullmatch(equipment) or not _SURVEILLANCE.fullmatch(surveillance):
        raise _bad("10", text, "equipment, a slash and surveillance such as SDFG/LB1, or N/N")
    return Item10(equipment, surveillance)


def item13(text: str, *, timed: bool = True) -> Item13:
    """Return place and time; without `timed` the time may be missing (RQP, ARR)."""
    place, rest = _placed("13", text)
    if not rest and timed:
        raise _bad("13", text, "a place and a time, such as EETN0630")
    if rest:
        hhmm_ns(rest, "item 13")
    return Item13(place, rest)


def item15(text: str) -> Item15:
    first, _, route = text.partition(" ")
    speed = _SPEED.match(first)
    level = _LEVEL.fullmatch(first, speed.end()) if speed else None
    if not speed or not level:
        raise _bad("15", first, "speed and level such as N0485F330, K0830S1130, M082F350, N0110VFR")
    unit, number, mach = speed.groups()
    per = SPEED_MPS["km/h"] if unit == "K" else KT_MPS
    return Item15(
        speed_mps=int(number) * per if number else None,
        mach=int(mach) / 100 if mach else None,
        level=_limit(level),
        route=route.strip(),
    )


def item16(text: str) -> Item16:
    place, rest = _placed("16", text)
    words = rest.split()
    eet_s = None
    if words and words[0][:1].isdigit():
        eet_s = elapsed_s(words.pop(0), "item 16")
    for word in words:
        if not re.fullmatch(r"[A-Z]{4}", word):
            raise _bad("16", text, "destination, elapsed time and alternates: EFHK0045 EETN")
    return Item16(place, eet_s, tuple(words))


def item17(text: str) -> Item17:
    place, rest = _placed("17", text)
    hhmm, _, name = rest.partition(" ")
    hhmm_ns(hhmm, "item 17")
    return Item17(place, hhmm, name.strip())


def _placed(item: str, text: str) -> tuple[str, str]:
    found = _PLACE.fullmatch(text)
    if not found:
        raise _bad(item, text, "a place of four letters first (ZZZZ where it has none)")
    return found[1], found[2].strip()


def _limit(found: re.Match[str]) -> Limit | None:
    """Return a level with its datum: F and S are pressure, A and M above mean sea level."""
    feet, hundreds, metric, tens = found.groups()
    if feet:
        datum = Datum.PRESSURE if feet == "F" else Datum.MSL
        return Limit(int(hundreds) * 100 * FT_M, datum, found[0])
    if metric:
        datum = Datum.PRESSURE if metric == "S" else Datum.MSL
        return Limit(int(tens) * 10.0, datum, found[0])
    return None


def _bad(item: str, text: str, rule: str) -> Refused:
    return Refused(f"bad-item-{item}", f'item {item}: "{text}" is not {rule}')
