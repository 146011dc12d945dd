"""Alerts as lines for a person at a terminal."""

from __future__ import annotations

from collections.abc import Callable

from tocsin.run.live.outbox import Letter
from tocsin.schema.live import AlertState, rfc3339

_MARKS = {1: "   ", 2: "!  ", 3: "!! ", 4: "!!!"}


class PeopleSink:
    """One line an alert that opens, changes by a person's hand, or is over."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self._seen: dict[str, str] = {}

    async def deliver(self, letter: Letter) -> None:
        alert = letter.alert
        if self._seen.get(alert.id) == alert.state:
            return  # only its numbers changed: the screens tell them
        self._seen[alert.id] = alert.state
        if alert.state == AlertState.CLOSED:
            del self._seen[alert.id]
        mark = " SYNTHETIC" if alert.synthetic else ""
        head = f"{rfc3339(alert.changed_ns)[:19]}Z {_MARKS.get(alert.severity, '   ')}"
        self._write(f"{head} {alert.kind.value} {alert.state.value}{mark}: {alert.why}")

    async def close(self) -> None:
        """Nothing is held."""
