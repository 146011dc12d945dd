"""What holds for how long: hysteresis and dwell of every track under every rule.

    none --P >= on--> waiting --for dwell_s--> open --P <= off--> going --for close_s--> none

Between the two levels nothing changes, so that a track that wanders along a limit opens one
alert and keeps it.  A P that cannot be told (NaN) opens nothing and closes nothing: it starts
the wait anew.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tocsin.errors import UsageError
from tocsin.schema import Floats
from tocsin.schema.live import AlertKind
from tocsin.watch.batch import Ints

if TYPE_CHECKING:
    from tocsin.watch.judged import Judged

#: Which value, whether it moves a phase, whether an open alert should say it.
Move = tuple[int, bool, bool]

NONE, WAITING, OPEN, GOING = range(4)
_WAITS = (WAITING, GOING)
_BY_PLACE = (AlertKind.INSIDE, AlertKind.PREDICTED)  # others are told by absence
NOTABLE = 0.15  # a P that moved by this much is a new revision
_FIRST = 1024  # entries there is room for at first
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


class Turn(NamedTuple):
    """A track's alert opens or closes, or is to be said anew."""

    row: int
    slot: int
    at: int  # which of the values that were met
    opens: bool
    since_ns: int  # when it began to hold
    p: float = math.nan  # the value


class Holds:
    """The phase of every track (row) in every slot."""

    def __init__(self, capacity: int, slots: tuple[Slot, ...], waiting: NDArray[np.int32]) -> None:
        if capacity * len(slots) > _MOST_CELLS:
            raise UsageError(
                f"{len(slots)} pairs of rule and area for {capacity} tracks are too many",
                hint="name fewer areas in the rules, or lower the capacity",
            )
        self.slots = slots
        self.phase: NDArray[np.int8] = np.zeros((capacity, max(len(slots), 1)), np.int8)
        #: Where the rest of what is not in NONE stands in the three columns after it.
        self.entry: NDArray[np.int32] = np.zeros(self.phase.shape, np.int32)
        self._entries(np.zeros(_FIRST), np.zeros(_FIRST, np.int64), np.zeros(_FIRST, np.float32))
        self.free: NDArray[np.int32] = np.zeros(_FIRST, np.int32)  # entries not in use ...
        self.free[: _FIRST - 1] = range(_FIRST - 1, 0, -1)  # (the first is nobody's)
        self.free_count: Ints = np.array([_FIRST - 1], np.int64)  # ... as many as this
        #: Slots in WAITING or GOING, by row: look again soon.
        self.waiting = waiting
        self.alert: dict[tuple[int, int], str] = {}
        #: Rows not in NONE by slot, of those that are told by absence.
        self.busy: dict[int, set[int]] = {
            k: set() for k, slot in enumerate(slots) if slot.kind not in _BY_PLACE
        }
        self.on = np.array([s.on for s in slots] + [1.0])
        self.off = np.array([s.off for s in slots] + [0.0])
        self.dwell_s = np.array([s.dwell_s for s in slots] + [0.0])
        self.close_s = np.array([s.close_s for s in slots] + [0.0])
        self.compiled: Judged | None = None

    def _entries(self, since_s: Floats, since_ns: Ints, told: NDArray[np.float32]) -> None:
        self.since_s, self.since_ns = since_s, since_ns  # of this phase, where it is one that waits
        self.told = told  # P that the alert says

    def meet(
        self, row: Ints, slot: Ints, p: Floats, clock_s: float, now_ns: int
    ) -> tuple[list[Turn], list[Turn]]:
        """Take in values p (N,) of rows in slots of one kind, each row in each slot once.

        Returns what opens and closes, in order, and what an open alert is to say anew.
        """
        if self.compiled is not None and len(slot) and int(slot[0]) not in self.busy:
            return self.compiled.meet(row, slot, p, clock_s, now_ns, NOTABLE)
        moves = self._moves(row, slot, p, clock_s)
        turns, anew = [], []
        for k, moved, _ in moves:
            if moved:
                turn = self._move(int(row[k]), int(slot[k]), k, float(p[k]), clock_s, now_ns)
                if turn is not None:
                    turns.append(turn)
        for k, _, differs in moves:
            here = (int(row[k]), int(slot[k]))
            if differs and self.phase[here] == OPEN:
                self.told[self.entry[here]] = p[k]
                anew.append(Turn(*here, k, True, 0, float(p[k])))
        return turns, anew

    def _moves(self, row: Ints, slot: Ints, p: Floats, clock_s: float) -> list[Move]:
        """Return which values move a phase or what an alert tells: few of what is met."""
        phase, entry = self.phase[row, slot], self.entry[row, slot]
        good, over = p >= self.on[slot], p <= self.off[slot]
        gone_s = clock_s - self.since_s[entry]
        starts = good & (gone_s < self.dwell_s[slot])  # it waits, and goes on waiting
        ends = over & (gone_s < self.close_s[slot])
        moves = np.choose(phase, (good, ~starts, over, ~ends))
        differs = (phase >= OPEN) & (np.abs(p - self.told[entry]) >= NOTABLE)
        which = np.flatnonzero(moves | differs)
        listed = (which, moves[which], differs[which])
        return list(zip(*(each.tolist() for each in listed), strict=True))

    def _move(
        self, row: int, slot: int, k: int, p: float, clock_s: float, now_ns: int
    ) -> Turn | None:
        here, told = (row, slot), self.slots[slot]
        phase = int(self.phase[here])
        if phase in (NONE, OPEN):
            phase = WAITING if phase == NONE else GOING
            self._set(here, phase, clock_s, now_ns)
        entry = int(self.entry[here])
        since_s, since_ns = float(self.since_s[entry]), int(self.since_ns[entry])
        if math.isnan(p):
            self._set(here, phase, clock_s, now_ns)
        elif phase == WAITING:
            if p < told.on:
                self._set(here, NONE)
            elif clock_s - since_s >= told.dwell_s:
                self._set(here, OPEN)
                self.told[entry] = p
                return Turn(row, slot, k, True, since_ns, p)
        elif p > told.off:
            self._set(here, OPEN)
        elif clock_s - since_s >= told.close_s:
            self._set(here, NONE)
            return Turn(row, slot, k, False, since_ns, p)
        return None

    def end(self, row: int, slot: int) -> None:
        """Let go of a slot without waiting."""
        self._set((row, slot), NONE)

    def held(self, row: int) -> list[int]:
        """Return the slots of a row in any phase but none."""
        return [int(s) for s in np.flatnonzero(self.phase[row])]

    def _set(
        self, here: tuple[int, int], phase: int, since_s: float = 0.0, since_ns: int = 0
    ) -> None:
        was, entry = int(self.phase[here]), int(self.entry[here])
        self.waiting[here[0]] += int(phase in _WAITS) - int(was in _WAITS)
        self.phase[here] = phase
        if phase == NONE:
            if here[1] in self.busy:
                self.busy[here[1]].discard(here[0])
            if entry:
                self.entry[here] = 0
                self.free[self.free_count[0]] = entry
                self.free_count += 1
            return
        if not entry:
            if here[1] in self.busy:
                self.busy[here[1]].add(here[0])
            self.room(1)
            self.free_count -= 1
            self.entry[here] = entry = int(self.free[self.free_count[0]])
            self.told[entry] = 0.0
        self.since_s[entry], self.since_ns[entry] = since_s, since_ns

    def room(self, count: int) -> None:
        """Have entries for so many more."""
        while self.free_count[0] < count:
            size = len(self.told)
            columns = (self.since_s, self.since_ns, self.told)
            more = [np.concatenate([each, np.zeros_like(each)]) for each in columns]
            self._entries(*more)
            free = np.zeros(2 * size, np.int32)
            held = self.free[: self.free_count[0]]
            free[:size] = range(2 * size - 1, size - 1, -1)
            free[size : size + len(held)] = held
            self.free, self.free_count[0] = free, size + len(held)

    def dumped(self) -> dict[str, Any]:
        """Return the phases in JSON's terms."""
        rows, slots = np.nonzero(self.phase)
        phase, entry = self.phase[rows, slots], self.entry[rows, slots]
        told, since_s, since_ns = (c[entry] for c in (self.told, self.since_s, self.since_ns))
        listed = [each.tolist() for each in (rows, slots, phase, told, since_s, since_ns)]
        every = list(zip(*listed, strict=True))
        return {
            "phase": [[r, s, phase, told] for r, s, phase, told, _, _ in every],
            "since": [[r, s, at_s, ns] for r, s, phase, _, at_s, ns in every if phase in _WAITS],
            "alert": [[*here, name] for here, name in sorted(self.alert.items())],
        }

    def restore(self, told: dict[str, Any]) -> None:
        """Become what was dumped."""
        for row, slot in np.argwhere(self.phase).tolist():
            self.end(row, slot)
        for row, slot, phase, p in told["phase"]:
            self._set((row, slot), phase)
            self.told[self.entry[row, slot]] = p
        for row, slot, at_s, ns in told["since"]:
            self._set((row, slot), int(self.phase[row, slot]), at_s, ns)
        self.alert = {(r, s): name for r, s, name in told["alert"]}
