"""The watch about itself, once a second: disk, backlog, clock, sinks; told when it changes.

What is told stays told until it has been well for some seconds, so that a watch at the edge of what
it can bear does not say so every other second.
"""

from __future__ import annotations

import asyncio
import shutil
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tocsin.run.live.service import Watch

EVERY_S = 1.0
BEHIND_S = 3.0  # of the feeds
CALM_S = 3.0  # well for so long before it is said
DOWN_S = 30.0  # of a sink
_OUTBOX_SHARE = 10  # the outbox may take a tenth of the quota
_LEAST_FREE = 2  # times the size of one file of the journal


class Monitor:
    """What strains a watch."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._told: dict[str, str] = {}
        self._seen_s: dict[str, float] = {}  # when a trouble was last there
        self._dropped: dict[str, int] = {}
        self._stepped_until_ns = 0
        self._lost = 0
        self._held = 0

    async def run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            await asyncio.to_thread(self._trim)
            for name, trouble in self._looked():
                self._tell(name, trouble, time.monotonic())

    def _tell(self, name: str, trouble: str | None, now_s: float) -> None:
        if trouble is not None:
            self._seen_s[name] = now_s
            if self._told.get(name) != trouble:
                self._told[name] = trouble
                self._watch.strain(name, trouble)
        elif name in self._told and now_s - self._seen_s[name] >= CALM_S:
            del self._told[name]
            self._watch.strain(name, None)

    def _trim(self) -> None:
        watch = self._watch
        quota, checkpoint = watch.config.quota_bytes, watch.committer.checkpoint
        watch.journal.trim(quota, checkpoint)
        cursors = [each.cursor.number for each in watch.outgoing]
        watch.outbox.trim(quota // _OUTBOX_SHARE, min(cursors, default=watch.outbox.number))

    def _looked(self) -> Iterator[tuple[str, str | None]]:
        watch = self._watch
        yield "disk", self._disk()
        backlog = watch.backlog
        was = "load" in self._told
        held, self._held = backlog.held > self._held, backlog.held  # feeds wait at the door
        slow = held or backlog.due_s() > (BEHIND_S / 3 if was else BEHIND_S)
        yield (
            "load",
            "The watch is behind its feeds: more comes than it can judge; alerts come late."
            if slow
            else None,
        )
        yield "clock", self._clock()
        for name, count in watch.drops.items():
            more = count > self._dropped.get(name, 0)
            self._dropped[name] = count
            yield (
                f"drops-{name}",
                f"The system drops datagrams of {name}: they came faster than they were fetched."
                if more
                else None,
            )
        for each in watch.outgoing:
            since = each.standing.down_since_ns
            down = since is not None and (watch.clock.now_ns() - since) / 1e9 > DOWN_S
            yield (
                f"sink-{each.spec.name}",
                f"Alerts do not reach {each.spec.name}; they are kept and sent when it is back."
                if down
                else None,
            )

    def _disk(self) -> str | None:
        watch = self._watch
        lost = watch.journal.lost
        if lost > self._lost:
            self._lost = lost
            return "The disk is full: what comes is judged, and records are given up unkept."
        if watch.journal.unkept or watch.outbox.unkept:
            return "The disk is full: what comes is judged and waits in memory to be written."
        if watch.journal.size_bytes() > watch.config.quota_bytes + watch.config.segment_bytes:
            return "The journal is over its quota, and nothing of it may go yet."
        try:
            free = shutil.disk_usage(watch.config.journal).free
        except OSError:
            return None
        if free < _LEAST_FREE * watch.config.segment_bytes:
            return "The disk of the journal is nearly full."
        return None

    def _clock(self) -> str | None:
        watch = self._watch
        stepped_ns = watch.clock.stepped_ns()
        now_ns = watch.clock.now_ns()
        if stepped_ns:
            self._stepped_until_ns = now_ns + 60_000_000_000
            self._step = (
                f"The machine's clock stepped back by {stepped_ns / 1e9:,.0f} s; "
                "times of receipt run on, slower, until it has caught up."
            )
        return self._step if now_ns < self._stepped_until_ns else None
