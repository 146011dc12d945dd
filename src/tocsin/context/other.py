"""Item 18, other information: indicators and what follows each, in order.

Only the indicators of Doc 4444 (appendix 3, field type 18) and those of the European region
begin a new part, so that a slash in a remark does not.
"""

from __future__ import annotations

import re
from datetime import date

from tocsin.context.moments import yymmdd
from tocsin.context.refused import Refused

Pairs = tuple[tuple[str, str], ...]

INDICATORS = (
    *("STS", "PBN", "NAV", "COM", "DAT", "SUR", "DEP", "DEST", "DOF", "REG", "EET", "SEL", "TYP"),
    *("CODE", "DLE", "OPR", "ORGN", "PER", "ALTN", "RALT", "TALT", "RIF", "RMK"),
    *("EUR", "RFP", "RVR", "IFP", "SRC", "AWR"),
)
_INDICATOR = re.compile(rf"(?:^|(?<=\s))({'|'.join(INDICATORS)})\s*/\s*")
_ADDRESS = re.compile(r"[0-9A-F]{6}")
_SUPPLEMENT = re.compile(r"(?:^|(?<=\s))([EPRSJDACN])/")
UNASSIGNED = (0x000000, 0xFFFFFF)  # Annex 10 volume III, 9.2.3: never an aircraft's address


def item18(text: str) -> Pairs:
    """Return (indicator, text) in order; "0" means that there is nothing.

    Text before the first indicator is kept under "": it belongs to none, and is not dropped.
    """
    stripped = " ".join(text.split())
    if stripped == "0":
        return ()
    found = list(_INDICATOR.finditer(stripped))
    head = stripped[: found[0].start()] if found else stripped
    pairs = [("", head.strip())] if head.strip() else []
    for k, part in enumerate(found):
        stop = found[k + 1].start() if k + 1 < len(found) else len(stripped)
        pairs.append((part[1], stripped[part.end() : stop].strip()))
    return tuple(pairs)


def item19(text: str) -> Pairs:
    """Return the supplementary information: endurance E, persons P, radios R, pilot C, ..."""
    stripped = " ".join(text.split())
    found = list(_SUPPLEMENT.finditer(stripped))
    stops = [part.start() for part in found[1:]] + [len(stripped)]
    return tuple(
        (part[1], stripped[part.end() : stop].strip())
        for part, stop in zip(found, stops, strict=True)
    )


def values(pairs: Pairs, indicator: str) -> tuple[str, ...]:
    """Return the words after an indicator, all occurrences together."""
    return tuple(word for key, text in pairs if key == indicator for word in text.split())


def day_of_flight(pairs: Pairs) -> date | None:
    """Return DOF/, None where there is none.  Raises Refused ("bad-date")."""
    given = values(pairs, "DOF")
    return yymmdd(given[0], "DOF/") if given else None


def registrations(pairs: Pairs) -> tuple[str, ...]:
    """Return the marks after REG/, without hyphens, as flight plans write them."""
    return tuple(word.replace("-", "") for word in values(pairs, "REG"))


def address(text: str) -> int:
    """Return a 24-bit address from six hexadecimal digits.  Raises Refused ("bad-address")."""
    if not _ADDRESS.fullmatch(text.upper()):
        raise Refused("bad-address", f'"{text}" is no 24-bit address of six hexadecimal digits')
    number = int(text, 16)
    if number in UNASSIGNED:
        raise Refused("bad-address", f'"{text}" is never assigned to an aircraft (Annex 10)')
    return number
