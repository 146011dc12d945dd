"""What a zone says of itself: class, name, limits, hours and the attributes of version 2.

A zone must have a class, a name and both limits (openAIP's rules).  What it says beside must
hold: a squawk of four octal digits, a call sign only with a frequency, activation times that
end after they begin, NONE (by NOTAM) only alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from tocsin.airspace import datum, hours
from tocsin.airspace.openair_zones import ABOUT, DRAWN, Command, Zone
from tocsin.airspace.refused import Refused
from tocsin.schema import Datum, Limit

#: Classes in use (ICAO Annex 11, Winpilot, Naviter, openAIP); another is kept and noted.
CLASSES = frozenset({"A", "B", "C", "D", "E", "F", "G", "UNC", "UNCLASSIFIED"})
CLASSES |= {"R", "P", "Q", "GP", "W", "WAVE", "GLIDING", "GSEC", "CTR", "CTA", "TMA", "ATZ", "MATZ"}
CLASSES |= {"RMZ", "TMZ", "FIR", "UIR", "FIS", "ADIZ", "AWY", "TRA", "TSA", "MTA", "MTR", "NOTAM"}

#: Version 2 attributes and the properties they become.
ATTRIBUTES = {
    "AI": "id",
    "AY": "type",
    "AF": "frequency",
    "AG": "callsign",
    "AX": "transponder_code",
}

_MHZ = r"\d{3}(\.\d{1,4})?(\s*MHZ)?"
_FREQUENCY = re.compile(rf"{_MHZ}(\s*[/,;&]\s*{_MHZ})*", re.IGNORECASE)
_SQUAWK = re.compile(r"[0-7]{4}")


def check_commands(zone: Zone) -> Iterator[str]:
    """Give a note for every line that means nothing; raise Refused where it could matter."""
    if zone.commands[0].word != "AC":
        first = zone.commands[0]
        raise Refused(
            "no-class",
            f'a zone begins with AC and its class, not with "{first.word} {first.value}"',
            first.line,
        )
    for command in zone.commands:
        if command.word in ABOUT or command.word in DRAWN:
            continue
        text = f"{command.word} {command.value}".strip()
        if command.word.startswith("D"):
            raise Refused("unknown-command", f'"{text}" draws something unknown here', command.line)
        yield f'line {command.line} "{text[:40]}" is no OpenAIR command; passed over'
    for word in ("AC", "AN", "AL", "AH", "AY", "AX", "AF", "AG"):
        found = zone.values(word)
        if len(found) > 1:
            code = "duplicate-limit" if word in ("AL", "AH") else "duplicate-command"
            raise Refused(
                code, f"{word} is given twice, first on line {found[0].line}", found[1].line
            )


def only(zone: Zone, word: str, missing: str) -> Command:
    """Return the command that a zone must have; Refused with the reason `missing` without it."""
    found = zone.values(word)
    if not found:
        raise Refused(missing, f"the zone has no {word}", zone.line)
    return found[0]


def limit(zone: Zone, word: str) -> Limit:
    """Return AL or AH; a height without a datum is above mean sea level, as OpenAIR has it."""
    command = only(zone, word, "no-limit")
    try:
        return datum.parse_limit(command.value, bare_datum=Datum.MSL)
    except Refused as refused:
        raise Refused(refused.reason, f"{word} {refused.detail}", command.line) from None


def attributes(
    zone: Zone, kind: str
) -> tuple[tuple[tuple[str, str], ...], tuple[hours.Interval, ...], bool]:
    """Return properties, hours, and whether a NOTAM sets the hours."""
    given = {word: zone.values(word)[0] for word in ATTRIBUTES if zone.values(word)}
    if "AX" in given and not _SQUAWK.fullmatch(given["AX"].value):
        raise Refused(
            "bad-transponder-code",
            f'AX "{given["AX"].value}" is no transponder code: four digits from 0 to 7',
            given["AX"].line,
        )
    if "AG" in given and "AF" not in given:
        raise Refused(
            "callsign-without-frequency",
            f'AG "{given["AG"].value}" names a station but no AF gives its frequency',
            given["AG"].line,
        )
    if "AF" in given and not _FREQUENCY.fullmatch(given["AF"].value):
        raise Refused(
            "bad-frequency",
            f'AF "{given["AF"].value}" is no frequency in MHz such as 123.505',
            given["AF"].line,
        )
    times, by_notam = _hours(zone.values("AA"))
    properties = [("class", kind)]
    properties += [(ATTRIBUTES[word], command.value) for word, command in given.items()]
    if given or zone.values("AA"):
        properties.append(("by_notam", "true" if by_notam else "false"))
    if times:
        properties.append(("activation", " ".join(c.value for c in zone.values("AA"))))
    return tuple(properties), hours.union(times), by_notam


def _hours(commands: list[Command]) -> tuple[list[hours.Interval], bool]:
    times, by_notam = [], False
    for command in commands:
        if command.value.upper() == "NONE":
            by_notam = True
            continue
        start, slash, end = command.value.partition("/")
        if not slash:
            raise Refused(
                "bad-activation",
                f'AA "{command.value}" is no START/END pair and not NONE',
                command.line,
            )
        try:
            times.append(hours.parse_interval(start, end))
        except Refused as refused:
            raise Refused(refused.reason, refused.detail, command.line) from None
    if by_notam and times:
        raise Refused(
            "bad-activation",
            "AA NONE (by NOTAM) stands beside activation times; only one of them can hold",
            commands[-1].line,
        )
    return times, by_notam
