"""Whether the tables of a scenario agree with each other: what no single key can tell."""

from __future__ import annotations

from itertools import pairwise
from typing import Protocol

from tocsin.errors import CaseError
from tocsin.simulate import scenario as words


class Fail(Protocol):
    """Make the error for a place, a problem and what to do about it."""

    def __call__(self, place: str, problem: str, hint: str = "") -> CaseError: ...


def agree(scenario: words.Scenario, fail: Fail) -> None:
    """Raise what `fail` makes of the first thing that does not fit; return if all does."""
    if not scenario.aircraft:
        raise fail("", "names no [[aircraft]]")
    for number, aircraft in enumerate(scenario.aircraft, 1):
        place = f"[[aircraft]] {number}"
        given = [key for key in ("waypoint", "position", "random") if getattr(aircraft, key)]
        if len(given) != 1:
            raise fail(
                place,
                f"has {' and '.join(given) or 'no path'}",
                "give one of [[aircraft.waypoint]], [[aircraft.position]], [aircraft.random]",
            )
        if len(aircraft.waypoint) == 1 or len(aircraft.position) == 1:
            raise fail(place, f"has one {given[0]}", "a path needs two")
        times = [point.t for point in aircraft.position]
        if any(after <= before for before, after in pairwise(times)):
            raise fail(place, "has positions that are not in the order of their times")
        if aircraft.adsb and aircraft.transponder != "mode_s":
            raise fail(place, 'adsb needs transponder = "mode_s"')
        if aircraft.transponder == "mode_s" and not aircraft.icao24:
            raise fail(place, "needs icao24, six hexadecimal digits")
        _check_identity(aircraft, place, fail)
        for k, spoof in enumerate(aircraft.spoof, 1):
            jump = (spoof.east_m is not None) and (spoof.north_m is not None)
            drift = (spoof.lat_deg is not None) and (spoof.lon_deg is not None)
            if jump == drift:
                raise fail(
                    f"{place} spoof {k}",
                    "is neither an offset nor a drift",
                    "give east_m and north_m, or lat_deg and lon_deg",
                )
            if spoof.end <= spoof.begin:
                raise fail(f"{place} spoof {k}", "ends before it begins")
    names = [
        item.id
        for group in (
            scenario.aircraft,
            scenario.radars,
            scenario.receivers,
            scenario.trackers,
            scenario.listeners,
        )
        for item in group
    ]
    for name in names:
        if names.count(name) > 1:
            raise fail("", f'id "{name}" is given twice')
    known = {radar.id for radar in scenario.radars}
    for number, tracker in enumerate(scenario.trackers, 1):
        for name in tracker.radars:
            if name not in known:
                raise fail(
                    f"[[tracker]] {number}",
                    f'radars names "{name}"',
                    f"there are {', '.join(sorted(known)) or 'none'}",
                )


def _check_identity(aircraft: words.Aircraft, place: str, fail: Fail) -> None:
    checks = (
        ("icao24", aircraft.icao24, "0123456789abcdef", (6,), "six hexadecimal digits"),
        ("squawk", aircraft.squawk, "01234567", (4,), "four octal digits"),
        (
            "callsign",
            aircraft.callsign,
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
            tuple(range(1, 9)),
            "at most eight capitals and digits",
        ),
    )
    for key, value, letters, sizes, rule in checks:
        text = value.lower() if key == "icao24" else value
        if value and (len(value) not in sizes or any(letter not in letters for letter in text)):
            raise fail(place, f'{key} = "{value}"', f"write {rule}")
