"""The last report of each aircraft, carried forward to its later rows with its age.

An aircraft says its position, velocity, identity and accuracy in different messages.  A row
takes the newest earlier report of each, never a later one, and only while it is young enough.
A stream that comes in batches keeps a `Memory`, so that a row also takes what an earlier batch
said, and the batches together give what the whole would have given.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.feed.frames import Bools, Ints
from tocsin.schema import Floats

#: Velocity and height difference come every 0.5 s (DO-260B, 2.2.3.3): ten missed in a row
#: is a gap, and in 5 s a turning aircraft has gone 15 degrees round.
STATE_S = 5.0
#: Accuracy and integrity codes come every 2.5 s: six missed in a row.
QUALITY_S = 15.0
#: Call sign and squawk change at a person's hand; the call sign comes every 5 or 10 s.
IDENTITY_S = 60.0
#: The version of an installation does not change in flight.
ALWAYS_S = np.inf


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """Rows sorted by aircraft, then clock, then place in the file."""

    row: Ints  # (N,) row numbers in that order
    start: Ints  # (N,) position in `row` where the aircraft of each sorted row begins
    clock_s: Floats  # (N,) sorted alike

    @classmethod
    def of(cls, aircraft: Ints, clock_s: Floats) -> Order:
        """Return the order of N rows; those without a clock (NaN) come last, in file order."""
        row = np.lexsort((clock_s, aircraft))
        sorted_aircraft = aircraft[row]
        first = np.ones(len(row), np.bool_)
        first[1:] = sorted_aircraft[1:] != sorted_aircraft[:-1]
        start = np.maximum.accumulate(np.where(first, np.arange(len(row)), 0))
        return cls(row, start, clock_s[row])


def last_report(order: Order, said: Bools, limit_s: float) -> tuple[Ints, Floats]:
    """Return, for each row, the row of the aircraft's last report (-1: none) and its age (N,).

    said      (N,) which rows report the thing
    limit_s   older reports are not used

    A row that reports it itself is its own last report, of age 0, with or without a clock.
    """
    rank = np.arange(len(order.row))
    told = said[order.row]
    last = np.maximum.accumulate(np.where(told, rank, -1))
    known = last >= order.start
    age = order.clock_s - order.clock_s[np.maximum(last, 0)]
    age = np.where(last == rank, 0.0, age)
    young = known & (age <= limit_s)  # a NaN age compares false: not carried
    source = np.full(len(rank), -1, np.int64)
    source[order.row] = np.where(young, order.row[np.maximum(last, 0)], -1)
    age_s = np.full(len(rank), np.nan)
    age_s[order.row] = np.where(young, age, np.nan)
    return source, age_s


def filled(values: NDArray[Any], source: Ints) -> NDArray[Any]:
    """Return float values (N,) taken from the rows `source`; NaN where that is -1."""
    return np.where(source >= 0, values[np.maximum(source, 0)], np.nan)


@dataclass(slots=True)
class Memory:
    """The last report of every aircraft and thing, from the batches before."""

    value: dict[str, dict[int, float]] = field(default_factory=dict)  # by name, then aircraft
    clock_s: dict[str, dict[int, float]] = field(default_factory=dict)
    words: dict[str, int] = field(default_factory=dict)  # and the numbers that stand for them

    def recall(self, name: str, aircraft: list[int]) -> tuple[Floats, Floats]:
        """Return the last report of each aircraft and its clock, NaN where there is none."""
        value, clock_s = self.value.get(name, {}), self.clock_s.get(name, {})
        return (
            np.array([value.get(code, np.nan) for code in aircraft], np.float64),
            np.array([clock_s.get(code, np.nan) for code in aircraft], np.float64),
        )

    def keep(self, name: str, aircraft: Ints, clock_s: Floats, values: Floats) -> None:
        """Take in what rows (N,) report, where they report it and have a clock."""
        said = np.flatnonzero(np.isfinite(values) & np.isfinite(clock_s))
        said = said[np.argsort(clock_s[said], kind="stable")]
        newest = dict(zip(aircraft[said].tolist(), said.tolist(), strict=True))  # the last wins
        value, clock = self.value.setdefault(name, {}), self.clock_s.setdefault(name, {})
        for code, row in newest.items():
            at_s = float(clock_s[row])
            if at_s >= clock.get(code, -np.inf):
                value[code], clock[code] = float(values[row]), at_s

    def number(self, word: str) -> int:
        """Return the number that stands for a word from now on."""
        return self.words.setdefault(word, len(self.words))

    def forget(self, before_s: float) -> None:
        """Drop what is older than a time."""
        for name, clock in self.clock_s.items():
            for code in [code for code, at_s in clock.items() if at_s < before_s]:
                del clock[code], self.value[name][code]

    def dump(self) -> dict[str, Any]:
        """Return everything as plain values."""
        return {
            "value": {name: list(of.items()) for name, of in self.value.items()},
            "clock_s": {name: list(of.items()) for name, of in self.clock_s.items()},
            "words": list(self.words),
        }

    @classmethod
    def load(cls, told: dict[str, Any]) -> Memory:
        """Return the memory that was dumped."""
        value, clock_s = (
            {name: dict(map(tuple, of)) for name, of in told[key].items()}
            for key in ("value", "clock_s")
        )
        return cls(value, clock_s, {word: number for number, word in enumerate(told["words"])})
