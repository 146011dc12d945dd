"""How one feed stands, told from what the journal says of it and from nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tocsin.run.live.config import FeedSpec
from tocsin.schema import Input
from tocsin.schema.live import FeedHealth

GARBAGE = 0.5  # share of refused records above which a feed counts as unreadable
LEAST = 20  # records of which the share is taken
RATE_S = 10.0  # over which the rate of records is levelled


@dataclass(slots=True)
class Health:
    """The state of one feed."""

    connected: bool = False
    ever_ns: int = 0  # when the watch began to wait for it
    heard_ns: int | None = None  # receipt of its newest record
    records: int = 0
    quarantined: int = 0
    connects: int = 0
    rate: float = 0.0  # records a second
    latency_s: float | None = None
    problem: str = ""  # why it is not connected
    ended: bool = False  # a recording that is over
    note: str = ""
    seen: int = 0  # records at the last tick
    bad: int = 0  # refused records at the last tick
    ticked_ns: int = 0
    reasons: dict[str, int] | None = None  # of refused records since the last tick
    trouble: str | None = None  # what the engine was told

    def link(self, told: dict[str, Any]) -> None:
        """Take in that a connection was made or lost."""
        self.connected = bool(told["connected"])
        self.connects += self.connected
        self.problem = str(told.get("why", ""))
        self.ended = bool(told.get("ended", False))

    def begin(self, now_ns: int) -> None:
        """Take in that the watch itself begins again."""
        self.connected, self.ended, self.ever_ns = False, False, now_ns
        self.problem = ""

    def take(self, done: Input, now_ns: int, latency_s: float | None) -> None:
        """Take in a batch."""
        self.heard_ns = now_ns
        self.records += done.records
        self.quarantined += done.quarantined
        if latency_s is not None:
            self.latency_s = latency_s
        if done.reasons:
            sums = self.reasons or {}
            for reason, count in done.reasons.items():
                sums[reason] = sums.get(reason, 0) + count
            self.reasons = sums

    def tick(self, feed: FeedSpec, now_ns: int) -> str | None:
        """Return what is wrong with the feed now, in a sentence; None where nothing is.

        The sentence stays the same while the trouble does, so that it is told once.
        """
        passed_s = (now_ns - self.ticked_ns) / 1e9 if self.ticked_ns else 0.0
        if passed_s > 0:
            weight = min(1.0, passed_s / RATE_S)
            self.rate += weight * ((self.records - self.seen) / passed_s - self.rate)
        self.ticked_ns = now_ns
        fresh, bad = self.records - self.seen, self.quarantined - self.bad
        self.seen, self.bad = self.records, self.quarantined
        reasons, self.reasons = self.reasons or {}, None
        since_ns = max(self.heard_ns or 0, self.ever_ns)
        silent_s = (now_ns - since_ns) / 1e9
        if self.ended:
            return None
        if silent_s > quiet_s(feed):
            if not self.connected:
                why = f": {self.problem}" if self.problem else ""
                return f"{feed.name} is not connected{why}; it is tried again and again."
            return f"{feed.name} is silent: connected, and nothing came for {feed.quiet_s:g} s."
        if fresh >= LEAST:
            if bad > GARBAGE * fresh:
                worst = max(reasons, key=lambda r: (reasons[r], r), default="")
                return f"{feed.name} is unreadable: most of its records are refused ({worst})."
            return None
        if self.trouble is not None and "unreadable" in self.trouble and not fresh:
            return self.trouble  # too little to tell that it is over
        return None

    def told(self, feed: FeedSpec, now_ns: int) -> FeedHealth:
        """Return how the feed stands for people."""
        age_s = None if self.heard_ns is None else max(0.0, (now_ns - self.heard_ns) / 1e9)
        said = self.trouble or self.note or ("the recording has ended" if self.ended else "")
        if not said:
            said = "connected" if self.connected else self.problem or "not connected yet"
        silent_ns = now_ns - max(self.heard_ns or 0, self.ever_ns)
        return FeedHealth(
            name=feed.name,
            kind=feed.kind,
            witness=feed.witness,
            connected=self.connected,
            silent=silent_ns / 1e9 > quiet_s(feed) and not self.ended,
            records_per_s=round(self.rate, 1),
            latency_s=None if self.latency_s is None else round(self.latency_s, 3),
            age_s=None if age_s is None else round(age_s, 1),
            records=self.records,
            quarantined=self.quarantined,
            reconnects=max(0, self.connects - 1),
            said=said,
        )

    def dump(self) -> dict[str, Any]:
        """Return everything that is remembered."""
        return {name: getattr(self, name) for name in self.__slots__}

    def load(self, told: dict[str, Any]) -> None:
        """Remember what was dumped."""
        for name, value in told.items():
            setattr(self, name, value)


def quiet_s(feed: FeedSpec) -> float:
    """Return how long a feed may be silent, on the clock of the watch.

    A recording that is played faster may stall for as long by the clock on the wall.
    """
    return feed.quiet_s * max(1.0, feed.speed)
