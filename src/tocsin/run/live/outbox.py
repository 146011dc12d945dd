"""The outbox: every alert that leaves, in order, once.

It is a journal of its own.  An alert stands there with the record that it came from and its place
among the alerts of that record, so that a watch that begins again after a crash, and judges the
last records once more, adds none twice.  A sink's cursor is kept after it has delivered: after a
crash it delivers the last one again, by the same id and revision.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tocsin.run.live.journal import Journal, scan
from tocsin.run.live.segment import Kind, Record
from tocsin.schema.live import Alert, alert_of, plain

SEGMENT_BYTES = 4 << 20
MEMORY_BYTES = 8 << 20


@dataclass(frozen=True, slots=True)
class Letter:
    """One alert on its way."""

    number: int  # in the outbox, from 1
    at: int  # record of the journal that it came from
    alert: Alert
    line: str  # its JSON, one line, always the same bytes


class Outbox:
    """The alerts of a watch; one thread writes."""

    def __init__(self, folder: Path, *, fsync: bool = True) -> None:
        self._journal = Journal(
            folder, segment_bytes=SEGMENT_BYTES, memory_bytes=MEMORY_BYTES, fsync=fsync
        )
        self.damage = self._journal.damage
        newest = self._journal.read(self._journal.seq - 1) if self._journal.seq else []
        self.mark = _mark(newest[-1]) if newest else (0, -1)

    @property
    def number(self) -> int:
        """Of the newest alert."""
        return self._journal.seq

    @property
    def unkept(self) -> int:
        """Alerts that a full disk did not take."""
        return self._journal.unkept

    def put(self, at: int, t_ns: int, alerts: Sequence[Alert]) -> int:
        """Add the alerts of one record that are not there yet; return how many those are."""
        added = 0
        for k, alert in enumerate(alerts):
            if (at, k) <= self.mark:
                continue
            told = f'{{"at":{at},"k":{k},"alert":{line_of(alert)}}}'
            self._journal.append(Kind.ALERT, t_ns, "", told.encode())
            self.mark = (at, k)
            added += 1
        return added

    def sync(self) -> bool:
        """Wait until all is on the disk; return whether it is."""
        return self._journal.sync()

    def after(self, number: int, most: int = 64) -> list[Letter]:
        """Return up to `most` alerts after one, the oldest first."""
        return [_letter(record) for record in self._journal.read(number, most)]

    def trim(self, quota_bytes: int, delivered: int) -> int:
        """Delete the oldest files over a quota whose alerts every sink has; return how many."""
        return self._journal.trim(quota_bytes, delivered)

    def size_bytes(self) -> int:
        """Return how much the files take."""
        return self._journal.size_bytes()

    def close(self) -> None:
        """Write what can be written, and let go."""
        self._journal.close()


def line_of(alert: Alert) -> str:
    """Return an alert as one line of JSON; the same alert gives the same bytes."""
    return json.dumps(plain(alert), sort_keys=True, separators=(",", ":"), allow_nan=False)


def lines(folder: Path) -> Iterator[str]:
    """Yield the alerts of an outbox's files as lines of JSON."""
    for item in scan(folder):
        if isinstance(item, Record):
            yield _letter(item).line


def _mark(record: Record) -> tuple[int, int]:
    told = json.loads(record.data)
    return int(told["at"]), int(told["k"])


def _letter(record: Record) -> Letter:
    told = json.loads(record.data)
    alert = alert_of(told["alert"])
    return Letter(record.seq, int(told["at"]), alert, line_of(alert))
