"""An OpenAIR file cut into zones, every command with its line, comments and styles left out.

OpenAIR (Winpilot; version 2: Naviter) is a list of lines, two letters and a value.  A zone begins
with `AC`.  `*` begins a comment anywhere.  Lines that only say how to draw or label a zone are
passed over.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: Commands that place labels, choose pens and brushes, or name other tools' data.
SKIPPED = frozenset({"SP", "SB", "AT", "TO", "TC", "SA", "AE", "TP"})
ABOUT = frozenset({"AC", "AN", "AL", "AH", "AY", "AI", "AF", "AG", "AX", "AA"})
DRAWN = frozenset({"DP", "DA", "DB", "DC", "DY", "V X", "V D", "V W"})

_COMMAND = re.compile(r"([A-Za-z]{2}|[Vv])(?:\s+(.*)|)$")
_VARIABLE = re.compile(r"([A-Za-z])\s*=\s*(.*)$")
_KNOWN = re.compile(r"^\s*(?:AC|AN|AL|AH|DP|DC|DA|DB|DY|V)\s+\S", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Command:
    """One line: the command in capitals ("V X" for a variable) and its value."""

    line: int
    word: str
    value: str


@dataclass(frozen=True, slots=True)
class Zone:
    """The commands from one `AC` to the next; without `AC` when the file does not begin with it."""

    number: int
    line: int
    commands: tuple[Command, ...]

    @property
    def place(self) -> str:
        return f"zone {self.number} line {self.line}"

    def values(self, word: str) -> list[Command]:
        return [command for command in self.commands if command.word == word]


def looks_like_openair(text: str) -> bool:
    """Return whether any line is a command that describes or draws a zone."""
    return _KNOWN.search(text) is not None


def split(text: str) -> tuple[Zone, ...]:
    """Return the zones of a file in order, numbered from 1."""
    groups: list[list[Command]] = []
    for number, raw in enumerate(text.splitlines(), start=1):
        command = _command(number, raw)
        if command is None or (not groups and command.word not in ABOUT | DRAWN):
            continue  # what stands before the first zone is a heading
        if command.word == "AC" or not groups:
            groups.append([])
        groups[-1].append(command)
    return tuple(
        Zone(number, group[0].line, tuple(group)) for number, group in enumerate(groups, start=1)
    )


def _command(number: int, raw: str) -> Command | None:
    line = raw.split("*", 1)[0].strip()
    if not line:
        return None
    found = _COMMAND.match(line)
    if found is None:
        return Command(number, "", line)
    word, value = found[1].upper(), (found[2] or "").strip()
    if word in SKIPPED:
        return None
    if word == "V":
        variable = _VARIABLE.match(value)
        if variable is None:
            return Command(number, "", line)
        letter = variable[1].upper()
        if letter not in "XDW":
            return None  # zoom (Z) and the like say nothing about where the zone is
        return Command(number, f"V {letter}", variable[2].strip())
    return Command(number, word, value)
