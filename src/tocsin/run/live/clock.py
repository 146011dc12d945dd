"""The clock of a watch: it never runs back and never stands still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

_TOLD_NS = 1_000_000_000  # a step back that is worth saying


class Clock(Protocol):
    """What tells the time of receipt."""

    @property
    def pace(self) -> float:
        """Seconds that pass in a second."""
        ...

    def now_ns(self) -> int:
        """Return the time, never less than before."""
        ...

    def stepped_ns(self) -> int:
        """Return by how much the machine's clock stepped back since it was last asked; 0: not."""
        ...


@dataclass(slots=True)
class WallClock:
    """The machine's clock in UTC.

    Where it steps back, time goes on at half its pace, by the counter that no one sets, until the
    two agree: what is received later is later, and nothing waits for an hour to pass twice.
    Where it steps forward it is followed.
    """

    wall_ns: Callable[[], int]
    counter_ns: Callable[[], int]
    last_ns: int = 0
    _counted_ns: int = 0
    _offset_ns: int | None = None  # wall less counter, when last asked
    _stepped_ns: int = field(default=0)

    @property
    def pace(self) -> float:
        return 1.0

    def now_ns(self) -> int:
        wall, counter = self.wall_ns(), self.counter_ns()
        if self._offset_ns is not None:
            back = self._offset_ns - (wall - counter)
            if back > _TOLD_NS:
                self._stepped_ns += back
        passed = counter - self._counted_ns if self._offset_ns is not None else 0
        self._offset_ns, self._counted_ns = wall - counter, counter
        if wall >= self.last_ns:
            self.last_ns = wall
        else:
            self.last_ns += passed // 2
        return self.last_ns

    def stepped_ns(self) -> int:
        stepped, self._stepped_ns = self._stepped_ns, 0
        return stepped


@dataclass(slots=True)
class ReplayClock:
    """The time in a recording, as fast as it is played."""

    counter_ns: Callable[[], int]
    start_ns: int
    speed: float
    _begun_ns: int = -1

    @property
    def pace(self) -> float:
        return self.speed

    def now_ns(self) -> int:
        counter = self.counter_ns()
        if self._begun_ns < 0:
            self._begun_ns = counter
        return self.start_ns + round((counter - self._begun_ns) * self.speed)

    def stepped_ns(self) -> int:
        return 0
