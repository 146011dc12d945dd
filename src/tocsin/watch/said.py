"""What people say to a watch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; `run.live.board.Said` has the same fields."""

    action: str  # acknowledge, snooze, reopen, test
    by: str
    reason: str
    alert: str | None = None
    until_ns: int | None = None  # of a snooze
