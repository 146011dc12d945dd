"""What holds for how long: hysteresis and dwell of every track under every rule.

    none --P >= on--> waiting --for dwell_s--> open --P <= off--> going --for close_s--> none

Between the two levels nothing changes, so that a track that wanders along a limit opens one
alert and keeps it.  A P that cannot be told (NaN) opens nothing and closes nothing: it starts
the wait anew.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import UsageError
from tocsin.schema import Floats
from tocsin.schema.live import AlertKind
from tocsin.watch.batch import Ints

NONE, WAITING, OPEN, GOING = range(4)
_MOST_CELLS = 200_000_000


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing that may hold of a track: a rule's kind of alert in one of its areas."""

    kind: AlertKind
    rule: int
    area: int  # -1: anywhere
    on: float
    off: float
    dwell_s: float
    close_s: float


@dataclass(frozen=True, slots=True)
class Turn:
    """A track's alert opens or closes."""

    row: int
    slot: int
    at: int  # which of the values that were met
    opens: bool
    since_ns: int  # when it began to hold


class Holds:
    """The phase of every track (row) in every slot."""

    def __init__(self, capacity: int, slots: tuple[Slot, ...]) -> None:
        if capacity * len(slots) > _MOST_CELLS:
            raise UsageError(
                f"{len(slots)} pairs of rule and area for {capacity} tracks are too many",
                hint="name fewer areas in the rules, or lower the capacity",
            )
        self.slots = slots
        self.phase: NDArray[np.int8] = np.zeros((capacity, max(len(slots), 1)), np.int8)
        self.told = np.zeros(self.phase.shape, np.float32)  # P that the alert says
        self.waiting = np.zeros(capacity, np.int32)  # slots in WAITING or GOING: look again soon
        self.alert: dict[tuple[int, int], str] = {}
        self.busy: tuple[set[int], ...] = tuple(set() for _ in slots)  # rows not in NONE, by slot
        self._since: dict[tuple[int, int], tuple[float, int]] = {}
        self._on = np.array([s.on for s in slots] + [1.0])
        self._off = np.array([s.off for s in slots] + [0.0])

    def meet(self, row: Ints, slot: Ints, p: Floats, clock_s: float, now_ns: int) -> list[Turn]:
        """Take in values p (N,) of rows in slots; return what opens and closes, in order."""
        phase = self.phase[row, slot]
        good, over = p >= self._on[slot], p <= self._off[slot]
        moves = np.flatnonzero(np.where(phase == NONE, good, np.where(phase == OPEN, over, True)))
        turns = []
        listed = (moves, row[moves], slot[moves], p[moves], phase[moves])
        for k, r, s, value, was in zip(*(each.tolist() for each in listed), strict=True):
            if self._waits_on(r, s, value, was, clock_s):
                continue
            turn = self._move(r, s, k, value, clock_s, now_ns)
            if turn is not None:
                turns.append(turn)
        return turns

    def _waits_on(self, row: int, slot: int, p: float, phase: int, clock_s: float) -> bool:
        """Return whether what waits goes on waiting: most of what is met, and nothing to do."""
        told = self.slots[slot]
        if phase == WAITING:
            return p >= told.on and clock_s - self._since[row, slot][0] < told.dwell_s
        return (
            phase == GOING and p <= told.off and clock_s - self._since[row, slot][0] < told.close_s
        )

    def _move(
        self, row: int, slot: int, k: int, p: float, clock_s: float, now_ns: int
    ) -> Turn | None:
        here, told = (row, slot), self.slots[slot]
        phase = int(self.phase[here])
        if phase == NONE:
            self._set(here, WAITING, (clock_s, now_ns))
            phase = WAITING
        if phase == OPEN:
            self._set(here, GOING, (clock_s, now_ns))
            phase = GOING
        since_s, since_ns = self._since[here]
        if phase == WAITING:
            if math.isnan(p):
                self._since[here] = (clock_s, now_ns)
            elif p < told.on:
                self._set(here, NONE, None)
            elif clock_s - since_s >= told.dwell_s:
                self._set(here, OPEN, None)
                return Turn(row, slot, k, True, since_ns)
        elif math.isnan(p):
            self._since[here] = (clock_s, now_ns)
        elif p > told.off:
            self._set(here, OPEN, None)
        elif clock_s - since_s >= told.close_s:
            self._set(here, NONE, None)
            return Turn(row, slot, k, False, since_ns)
        return None

    def end(self, row: int, slot: int) -> None:
        """Let go of a slot without waiting."""
        self._set((row, slot), NONE, None)

    def held(self, row: int) -> list[int]:
        """Return the slots of a row in any phase but none."""
        return [int(s) for s in np.flatnonzero(self.phase[row])]

    def _set(self, here: tuple[int, int], phase: int, since: tuple[float, int] | None) -> None:
        was = self._since.pop(here, None)
        self.waiting[here[0]] += int(since is not None) - int(was is not None)
        self.phase[here] = phase
        (self.busy[here[1]].discard if phase == NONE else self.busy[here[1]].add)(here[0])
        if since is not None:
            self._since[here] = since

    def dumped(self) -> dict[str, Any]:
        """Return the phases in JSON's terms."""
        rows, slots = np.nonzero(self.phase)
        return {
            "phase": [
                [int(r), int(s), int(self.phase[r, s]), float(self.told[r, s])]
                for r, s in zip(rows, slots, strict=True)
            ],
            "since": [[*here, *since] for here, since in sorted(self._since.items())],
            "alert": [[*here, name] for here, name in sorted(self.alert.items())],
        }

    def restore(self, told: dict[str, Any]) -> None:
        """Become what was dumped."""
        self.phase[:] = NONE
        self.waiting[:] = 0
        self.told[:] = 0.0
        for rows in self.busy:
            rows.clear()
        for row, slot, phase, p in told["phase"]:
            self.phase[row, slot], self.told[row, slot] = phase, p
            self.busy[slot].add(row)
        self._since = {(r, s): (at_s, ns) for r, s, at_s, ns in told["since"]}
        for row, _ in self._since:
            self.waiting[row] += 1
        self.alert = {(r, s): name for r, s, name in told["alert"]}
