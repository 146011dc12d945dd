"""The two threads behind a watch: one judges the journal, one commits what it finds.

The judge takes records in their order and hands on what they changed.  The committer puts the
journal on the disk first, then the alerts into the outbox, then lets them leave: an alert that
somebody has seen can always be derived again from what is kept.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from tocsin.run.live import kept
from tocsin.run.live.board import Board, Change
from tocsin.run.live.config import WatchConfig
from tocsin.run.live.core import Core, Out, packed
from tocsin.run.live.garbage import Garbage
from tocsin.run.live.journal import Journal
from tocsin.run.live.metrics import Latency
from tocsin.run.live.outbox import Outbox
from tocsin.run.live.segment import Kind, Record
from tocsin.run.live.shown import Shown
from tocsin.run.live.warmth import Warmth
from tocsin.schema.live import Alert

_AT_ONCE = 16
_LEVEL = 0.2
_IDLE_S = 0.25
_LONG_S = 0.5
_FIRST_S, _FIRST_BYTES = 0.5, 1 << 20  # what bytes cost, before any were judged
_MOST_WAITING = 1000  # commits


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Alerts of one record on their way out."""

    at: int
    t_ns: int
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """The state after a record, to be written."""

    at: int
    plain: bytes  # not packed yet: it takes a while, and nobody waits for the committer


class Committer(threading.Thread):
    """What leaves, once what it rests on is on the disk."""

    def __init__(
        self,
        config: WatchConfig,
        journal: Journal,
        outbox: Outbox,
        board: Board,
        now_ns: Callable[[], int],
        left: Callable[[], None],
        failed: Callable[[BaseException], None],
    ) -> None:
        super().__init__(name="tocsin-commit", daemon=True)
        self._config, self._journal, self._outbox, self._board = config, journal, outbox, board
        self._now_ns, self._left, self._failed = now_ns, left, failed
        self._queue: queue.SimpleQueue[Found | Checkpoint | threading.Event | None] = (
            queue.SimpleQueue()
        )
        self.latency = Latency()
        self.checkpoint = 0  # record of the newest one on the disk
        self.checkpoints = 0

    def put(self, what: Found | Checkpoint) -> None:
        self._queue.put(what)

    def room(self) -> None:
        """Wait while very much is to be committed: the journal holds what is not judged yet."""
        while self._queue.qsize() > _MOST_WAITING and self.is_alive():
            time.sleep(0.01)

    def flushed(self, timeout_s: float) -> bool:
        """Wait until all that was put is done; return whether it is."""
        done = threading.Event()
        self._queue.put(done)
        return done.wait(timeout_s)

    def stop(self) -> None:
        self._queue.put(None)

    def run(self) -> None:
        try:
            self._run()
        except BaseException as error:  # noqa: BLE001 - handed on: the watch stops with it
            self._failed(error)

    def _run(self) -> None:
        pause_s = self._config.fsync_ms / 1e3
        while True:
            try:
                what = self._queue.get(timeout=pause_s)
            except queue.Empty:
                self._journal.sync()
                continue
            if what is None:
                self._journal.sync()
                return
            if isinstance(what, threading.Event):
                what.set()
            elif isinstance(what, Checkpoint):
                self._write(what)
            else:
                self._commit(what)

    def _commit(self, found: Found) -> None:
        self._journal.sync(found.at)  # where the disk is full: told as a strain, and alerts leave
        if self._outbox.put(found.at, found.t_ns, found.alerts):
            self._outbox.sync()
            self.latency.add(max(0.0, (self._now_ns() - found.t_ns) / 1e9))
        self._board.publish(Change(found.t_ns, alerts=found.alerts))
        self._left()

    def _write(self, checkpoint: Checkpoint) -> None:
        # The outbox must not be behind a checkpoint: what it holds is not judged again.
        if not (self._journal.sync(checkpoint.at) and self._outbox.sync()):
            return
        if kept.write(self._config.journal, checkpoint.at, packed(checkpoint.plain)):
            self.checkpoint, self.checkpoints = checkpoint.at, self.checkpoints + 1
            kept.thin(self._config.journal)


class Judge(threading.Thread):
    """The core, fed from the journal."""

    def __init__(
        self,
        core: Core,
        journal: Journal,
        board: Board,
        committer: Committer,
        failed: Callable[[BaseException], None],
    ) -> None:
        super().__init__(name="tocsin-judge", daemon=True)
        self.core = core
        self._journal, self._board, self._committer = journal, board, committer
        self._failed = failed
        self._stopping = threading.Event()
        self.done = core.seq  # newest record that is judged
        self.done_bytes = 0
        self.hand_ns = 0  # receipt of the record in hand; 0: there is none
        self.cost_s = 0.0  # of judging a batch, levelled
        self._busy_s, self._busy_bytes = _FIRST_S, float(_FIRST_BYTES)  # of late
        self.tracks = 0
        self._shown = Shown(core)
        self._garbage = Garbage()
        self._checkpoint_ns = core.now_ns
        self._checkpoint_bytes = 0
        # Every second file, so that few alerts wait for one; more often where the quota asks.
        config = core.config
        few_bytes = min(2 * config.segment_bytes, config.quota_bytes // 4)
        self._most_bytes = max(config.segment_bytes, few_bytes)

    def takes_s(self, count_bytes: int) -> float:
        """Return how long so many bytes will take, going by the last ones."""
        return count_bytes * self._busy_s / self._busy_bytes

    def stop(self) -> None:
        """End after the record in hand; what is left is judged when the watch runs again."""
        self._stopping.set()
        self._journal.wake()

    def run(self) -> None:
        try:
            self._run()
        except BaseException as error:  # noqa: BLE001 - handed on: the watch stops with it
            self._failed(error)

    def _run(self) -> None:
        warmth = Warmth(self.core)
        warm = warmth.begin(self.core.config.warm_s, self._stopping.is_set)
        self._garbage.begin()
        try:
            self._judge(warmth, warm)
        finally:
            self._garbage.end()
        self._checkpoint()

    def _judge(self, warmth: Warmth, warm: bool) -> None:
        while not self._stopping.is_set():
            records = self._journal.read(self.done, _AT_ONCE)
            if not records:
                self.hand_ns = 0
                if not self._journal.wait(self.done, _IDLE_S if warm else _IDLE_S / 2):
                    warm = warmth.more()
                continue
            for record in records:
                if self._stopping.is_set():
                    break
                self.hand_ns = record.t_ns
                self.one(record)
                self._garbage.settle()

    def one(self, record: Record) -> None:
        """Judge one record, and hand on what it changed."""
        begun_s = time.monotonic()
        with self._garbage:
            out = self.core.take(record)
            if out.alerts:
                # The screens and the sinks are owed the tracks that an alert tells of, no more.
                told = self._shown.told_of(out.alerts)
                self._board.publish(Change(record.t_ns, rows=told))
                self._committer.put(Found(record.seq, record.t_ns, out.alerts))
        self._publish(record, out)
        self._count(record, time.monotonic() - begun_s)
        self._committer.room()
        self._checkpoint_bytes += record.size
        self._checkpoint_ns = self._checkpoint_ns or record.t_ns
        due_ns = self._checkpoint_ns + self.core.config.checkpoint_s * 1e9
        if record.t_ns >= due_ns or self._checkpoint_bytes >= self._most_bytes:
            self._checkpoint()

    def _count(self, record: Record, took_s: float) -> None:
        self.done = record.seq
        self.done_bytes += record.size
        if record.kind == Kind.DATA:
            # One that was long once, as the first of all is, says little of the next.
            took_s = min(took_s, _LONG_S)
            self.cost_s += _LEVEL * (took_s - self.cost_s)
            self._busy_s += took_s - _LEVEL * self._busy_s
            self._busy_bytes += record.size - _LEVEL * self._busy_bytes

    def _publish(self, record: Record, out: Out) -> None:
        part = self._shown.part(record.t_ns, out.gone)
        self.tracks = len(self.core.engine.tracks)
        feeds = self.core.feeds() if out.feeds else None
        if part is None and feeds is None and out.jamming is None:
            return
        rows, gone = (part.rows, part.gone) if part else ((), ())
        self._board.publish(
            Change(record.t_ns, rows=rows, gone=gone, feeds=feeds, jamming=out.jamming)
        )

    def _checkpoint(self) -> None:
        self._checkpoint_ns, self._checkpoint_bytes = self.core.now_ns, 0
        self._committer.put(Checkpoint(self.core.seq, self.core.plain()))
