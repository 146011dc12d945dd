"""What came and is not judged yet, and whether more may come."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tocsin.run.live.clock import Clock
    from tocsin.run.live.worker import Judge

MOST_BEHIND_S = 4.0  # of work; then feeds that can wait have to, lest alerts come ever later


class Backlog:
    """The work that lies before the judge."""

    def __init__(
        self, judge: Judge, clock: Clock, memory_bytes: int, came_bytes: int, started_ns: int
    ) -> None:
        """Begin with what a crash left.

        came_bytes   of the records that are to be judged again
        started_ns   when this run of the watch began
        """
        self._judge, self._clock = judge, clock
        self._most_bytes = memory_bytes // 2
        self._came_bytes = came_bytes
        self._started_ns = started_ns
        self.held = 0  # times that a feed had to wait for room

    def came(self, size_bytes: int) -> None:
        """Count a record."""
        self._came_bytes += size_bytes

    def size_bytes(self) -> int:
        """Return what came and is not judged yet."""
        return self._came_bytes - self._judge.done_bytes

    def work_s(self) -> float:
        """Return how long it will take to judge it."""
        return self._judge.takes_s(self.size_bytes())

    def room(self) -> bool:
        """Return whether a feed that can wait may bring more."""
        return self.size_bytes() <= self._most_bytes and self.work_s() < MOST_BEHIND_S

    def due_s(self) -> float:
        """Return for how long what comes now will wait, or what is in hand has waited."""
        return max(self.behind_s(), self.work_s())

    def behind_s(self) -> float:
        """Return for how long the record in hand has waited, in seconds of the day.

        What a crash left to be judged again waits since the start.
        """
        hand_ns = self._judge.hand_ns
        if not hand_ns:
            return 0.0
        waited_ns = self._clock.now_ns() - max(hand_ns, self._started_ns)
        return waited_ns / 1e9 / self._clock.pace
