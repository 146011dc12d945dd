"""QNH from METAR and SPECI: what turns a pressure altitude into a height above the sea.

Only station, time and pressure are read.  The report gives the day of the month; year and month
come from the caller.  Source: WMO-No. 306, FM 15 METAR; ICAO Annex 3 appendix 3.
"""

from __future__ import annotations

import re
from datetime import date

from tocsin.context.gathered import Gathered, Gathering
from tocsin.context.moments import hhmm_ns, midnight_ns
from tocsin.context.refused import Refused
from tocsin.schema import Report

INCH_HPA = 33.86389  # inch of mercury at 0 degrees C in hectopascal
LOWEST_HPA, HIGHEST_HPA = 850.0, 1090.0  # no QNH on Earth was ever outside (870 to 1085 measured)

_HEAD = re.compile(r"(?:(?:METAR|SPECI)\s+)?(?:COR\s+)?([A-Z]{4})\s+(\d{2})(\d{4})Z\b", re.ASCII)
_PRESSURE = re.compile(r"\b(?:Q(\d{4})|A(\d{4}))(?=\s|=|$)", re.ASCII)


def parse(text: str, day: date, path: str = "") -> Gathered[Report]:
    """Return one report of kind "met" for each line that is a METAR; never raises for the text.

    day  of the first report; others may be up to two weeks away

    Refused: "not-a-metar", "no-pressure", "bad-pressure", "bad-time", "bad-date".
    """
    out: Gathering[Report] = Gathering(path)
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            out.items.append(_report(line.strip(), day, path, f"line {number}"))
        except Refused as refused:
            out.refuse(f"line {number}", refused, line)
    return out.done()


def _report(line: str, day: date, path: str, place: str) -> Report:
    head = _HEAD.match(line)
    if not head:
        raise Refused("not-a-metar", f'"{line[:40]}" does not begin like METAR EETN 190650Z')
    pressure = _PRESSURE.search(line.partition(" RMK")[0])
    if not pressure:
        raise Refused("no-pressure", f"{head[1]} gives no QNH such as Q1013 or A2992")
    qnh_hpa = float(pressure[1]) if pressure[1] else int(pressure[2]) / 100 * INCH_HPA
    if not LOWEST_HPA <= qnh_hpa <= HIGHEST_HPA:
        raise Refused("bad-pressure", f"{pressure[0]} lies outside 850 to 1090 hPa")
    return Report(
        kind="met",
        t_ns=_nearest(day, int(head[2])) + hhmm_ns(head[3], "time"),
        by=head[1],
        text=line,
        path=path,
        place=place,
        properties=(("qnh_hpa", f"{qnh_hpa:.1f}"),),
    )


def _nearest(day: date, number: int) -> int:
    """Return the day of that number which lies nearest, as nanoseconds."""
    found = []
    for shift in (-1, 0, 1):
        month = day.month - 1 + shift
        try:
            found.append(date(day.year + month // 12, month % 12 + 1, number))
        except ValueError:
            continue  # no such day in that month
    if not found:
        raise Refused("bad-date", f"no month near {day} has a day {number:02d}")
    return midnight_ns(min(found, key=lambda near: abs((near - day).days)))
