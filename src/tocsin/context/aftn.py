"""The messages in a file of AFTN text: what stands between "(" and ")", with place and origin.

Start signals, priority and address lines, NNNN and blank lines are passed over.  The origin line
before a message (Annex 10 volume II, 4.4.15.2.2: filing time DDHHMM and the eight letters of the
originator) says whose word the message is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

#: A message begins with its type and a hyphen (with numbers between: "CHGA/F016A/F014-"); at the
#: start of a line also where the hyphen is missing, so that a damaged message is refused by name.
_START = re.compile(
    r"\((?=\s*[A-Z]{3}(?:[A-Z]{1,4}/[A-Z]{1,8}\d{3}){0,2}\s*-)"
    r"|(?:^|(?<=\n))[ \t]*\((?=(?:FPL|CHG|DLA|DEP|ARR|CNL)\b)",
    re.ASCII,
)
_ORIGIN = re.compile(r"^[ \t]*(\d{6})[ \t]+([A-Z]{8})\b", re.M | re.ASCII)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message as it stood in the file."""

    text: str  # without its parentheses
    place: str  # "line 12"
    closed: bool  # a ")" was found before the next message or the end
    filed: str = ""  # DDHHMM of the origin line
    origin: str = ""  # eight letters: "EETTZPZX"


def envelopes(text: str) -> Iterator[Envelope]:
    """Yield the messages of a file in order."""
    starts = [m.end() for m in _START.finditer(text)]
    line, counted, before = 1, 0, 0
    for k, start in enumerate(starts):
        line += text.count("\n", counted, start)
        counted = start
        stop = starts[k + 1] - 1 if k + 1 < len(starts) else len(text)
        end = _end(text, start, stop)
        origins = _ORIGIN.findall(text, before, start)
        filed, origin = origins[-1] if origins else ("", "")
        closed = end >= 0
        before = end if closed else stop
        yield Envelope(text[start:before], f"line {line}", closed, filed, origin)


def _end(text: str, start: int, stop: int) -> int:
    """Return where the message closes: remarks may hold parentheses of their own."""
    depth = 1
    for found in re.finditer(r"[()]", text[start:stop]):
        depth += 1 if found[0] == "(" else -1
        if depth == 0:
            return start + found.start()
    return text.find(")", start, stop)
