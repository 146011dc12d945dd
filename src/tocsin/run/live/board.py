"""The board: what the screens see of a running watch, and what people say back.

One writer (the watch) and many readers (the pages), in threads of their own.  The board holds
the newest state whole and numbers every change; a reader that fell behind by more than the board
remembers is given the whole again, so that a slow page costs a bounded memory and misses nothing.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tocsin.schema.live import TRACK_COLUMNS, Alert, FeedHealth, Jamming, plain, rfc3339

_REMEMBERED = 512  # changes
_SAID = 1024  # requests of people that wait for the watch


@dataclass(frozen=True, slots=True)
class Said:
    """What a person asked of the watch; it goes through the journal like any other input."""

    action: str  # acknowledge, snooze, reopen, test
    by: str
    reason: str
    alert: str | None = None
    until_ns: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """One step of the watch, as the screens need it."""

    t_ns: int
    rows: Sequence[Sequence[Any]] = ()  # tracks that changed, columns as TRACK_COLUMNS
    gone: Sequence[str] = ()  # tracks that are no longer held
    alerts: Sequence[Alert] = ()  # that opened, changed or closed
    feeds: Sequence[FeedHealth] | None = None  # all of them, or None where nothing changed
    jamming: Sequence[Jamming] | None = None


@dataclass(eq=False)
class Board:
    """The state of a watch for its readers; safe between threads."""

    synthetic: bool = False
    areas: tuple[dict[str, Any], ...] = ()  # id, title, layer and a GeoJSON geometry each
    closed_kept: int = 200  # alerts that are over and still shown
    _lock: threading.Condition = field(default_factory=threading.Condition)
    _seq: int = 0
    _t_ns: int = 0
    _tracks: dict[str, Sequence[Any]] = field(default_factory=dict)
    _alerts: dict[str, Alert] = field(default_factory=dict)
    _feeds: tuple[FeedHealth, ...] = ()
    _jamming: tuple[Jamming, ...] = ()
    _log: deque[tuple[int, dict[str, Any]]] = field(
        default_factory=lambda: deque(maxlen=_REMEMBERED)
    )
    _said: deque[Said] = field(default_factory=deque)

    def publish(self, change: Change) -> int:
        """Take in a change and wake the readers; return its number."""
        with self._lock:
            self._seq += 1
            self._t_ns = max(self._t_ns, change.t_ns)
            for row in change.rows:
                self._tracks[row[0]] = row
            for name in change.gone:
                self._tracks.pop(name, None)
            for alert in change.alerts:
                self._alerts[alert.id] = alert
            self._forget_closed()
            if change.feeds is not None:
                self._feeds = tuple(change.feeds)
            if change.jamming is not None:
                self._jamming = tuple(change.jamming)
            self._log.append((self._seq, self._told(change)))
            self._lock.notify_all()
            return self._seq

    def state(self) -> dict[str, Any]:
        """Return the whole state, JSON-ready."""
        with self._lock:
            return {
                "seq": self._seq,
                "t_utc": rfc3339(self._t_ns) if self._t_ns else None,
                "synthetic": self.synthetic,
                "tracks": {"columns": list(TRACK_COLUMNS), "rows": list(self._tracks.values())},
                "alerts": [plain(each) for each in self._in_order()],
                "feeds": [plain(each) for each in self._feeds],
                "jamming": [plain(each) for each in self._jamming],
            }

    def state_seq(self) -> int:
        """Return the number of the newest change; 0 before the first."""
        with self._lock:
            return self._seq

    def since(self, seq: int) -> list[dict[str, Any]] | None:
        """Return the changes after number `seq`, or None where the whole state is needed."""
        with self._lock:
            if seq > self._seq or (self._log and seq < self._log[0][0] - 1):
                return None
            return [told for number, told in self._log if number > seq]

    def wait(self, seq: int, timeout_s: float) -> bool:
        """Wait until there is a change after `seq`; return whether there is."""
        with self._lock:
            return self._lock.wait_for(lambda: self._seq > seq, timeout_s)

    def alert(self, name: str) -> Alert | None:
        """Return an alert that is held."""
        with self._lock:
            return self._alerts.get(name)

    def alerts(self) -> tuple[Alert, ...]:
        """Return all alerts that are held, the most pressing first."""
        with self._lock:
            return tuple(self._in_order())

    def track(self, name: str) -> Sequence[Any] | None:
        """Return the row of a track that is held."""
        with self._lock:
            return self._tracks.get(name)

    def feeds(self) -> tuple[FeedHealth, ...]:
        """Return how the sources stand."""
        with self._lock:
            return self._feeds

    def say(self, said: Said) -> bool:
        """Hand a request to the watch; return False where too many wait already."""
        with self._lock:
            if len(self._said) >= _SAID:
                return False
            self._said.append(said)
            return True

    def heard(self) -> list[Said]:
        """Take out the requests that wait, the oldest first."""
        with self._lock:
            out = list(self._said)
            self._said.clear()
            return out

    def _in_order(self) -> list[Alert]:
        return sorted(self._alerts.values(), key=lambda a: (-a.waiting_cost, a.opened_ns, a.id))

    def _forget_closed(self) -> None:
        closed = sorted(
            (a.closed_ns, a.id) for a in self._alerts.values() if a.closed_ns is not None
        )
        for _, name in closed[: max(0, len(closed) - self.closed_kept)]:
            del self._alerts[name]

    def _told(self, change: Change) -> dict[str, Any]:
        return {
            "seq": self._seq,
            "t_utc": rfc3339(change.t_ns),
            "tracks": {"columns": list(TRACK_COLUMNS), "rows": list(change.rows)},
            "gone": list(change.gone),
            "alerts": [plain(each) for each in change.alerts],
            "feeds": None if change.feeds is None else [plain(each) for each in change.feeds],
            "jamming": None if change.jamming is None else [plain(each) for each in change.jamming],
        }
