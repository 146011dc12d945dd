"""A watch that runs: feeds into the journal, the journal through the core, alerts to the sinks.

    watch = Watch.of("gulf.toml")
    watch.start()               # in threads of its own
    watch.board.state()         # what the screens see
    watch.stop(5.0)

What comes is journalled before anything else happens to it.  On start the newest checkpoint is
loaded and the records after it are judged again; alerts that had left are recognised and leave
no second time.
"""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from random import Random
from types import TracebackType

from tocsin import __version__
from tocsin.errors import TocsinError
from tocsin.run.live import areas, kept, metrics
from tocsin.run.live.backlog import Backlog
from tocsin.run.live.board import Board, Change
from tocsin.run.live.clock import Clock, ReplayClock, WallClock
from tocsin.run.live.config import WatchConfig, read_config
from tocsin.run.live.configsinks import SinkSpec
from tocsin.run.live.core import Core
from tocsin.run.live.ending import cancelled
from tocsin.run.live.extras import installed
from tocsin.run.live.inlets.made import inlets_of, span
from tocsin.run.live.inlets.replay import recording
from tocsin.run.live.journal import Journal
from tocsin.run.live.lock import Lock
from tocsin.run.live.monitor import Monitor
from tocsin.run.live.outbox import Outbox
from tocsin.run.live.outgoing import Outgoing, sink_of
from tocsin.run.live.segment import Kind, Record
from tocsin.run.live.sentences import damaged, linked
from tocsin.run.live.sinks.sink import Sink
from tocsin.run.live.worker import Committer, Judge
from tocsin.schema.live import TRACK_COLUMNS
from tocsin.watch.engine import Engine

TICK_S = 1.0
LONGEST_BATCH_S = 1.0
_EARLY_S = 0.5  # behind by more, the watch tells of itself before its turn
_PATIENT_S = 30.0  # for the end, where nobody waits with a signal
_HEARD_S = 0.1  # between two looks for what people say
_SIGMA = TRACK_COLUMNS.index("sigma_m")

Say = Callable[[str], None]


class Watch:
    """One watch; made by `Watch.of`."""

    def __init__(
        self,
        config: WatchConfig,
        *,
        say: Say,
        sinks: Mapping[str, Sink],
        rng: Random,
    ) -> None:
        self.config = config
        installed(config)
        found = areas.load(config.areas, config.path)
        self.board = Board(synthetic=config.synthetic, areas=found.shapes)
        self.core = Core(config, found.areas)
        self.error: BaseException | None = None
        self._say, self._given, self._rng = say, dict(sinks), rng
        for note in found.notes:
            say(note)
        self._recordings = tuple(recording(f) for f in config.feeds if f.kind == "replay")
        self._done = threading.Event()  # every feed has ended, or the watch has failed
        self._ready = threading.Event()
        self._budget_s = 10.0  # for the end, once every recording is over
        self._thread: threading.Thread | None = None
        self.drops: dict[str, int] = {}

    @classmethod
    def of(
        cls,
        config_path: str | Path,
        assignments: Iterable[str] = (),
        *,
        journal: Path | None = None,
        extra_sinks: Iterable[SinkSpec] = (),
        sinks: Mapping[str, Sink] | None = None,
        say: Say = lambda _: None,
        rng: Random | None = None,
    ) -> Watch:
        """Return the watch of a configuration file.

        assignments  what stands over its values, as `--set` writes it
        journal      where the journal lies, whatever the file says
        extra_sinks  sinks beside those of the file; `sinks` are made by the caller, by name
        say          told in sentences what an operator should know
        rng          of the waits between two tries

        Raises SettingsError, AirspaceError, FeedError for what cannot be used.
        """
        config = read_config(config_path, assignments, journal=journal)
        taken = {own.name for own in config.sinks} | {own.kind for own in config.sinks}
        more = tuple(s for s in extra_sinks if s.name not in taken)
        config = replace(config, sinks=(*config.sinks, *more))
        return cls(config, say=say, sinks=sinks or {}, rng=rng or Random())

    # -- life ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Open the journal, catch up, and run in threads of its own.

        Raises TocsinError where the journal is another watch's, damaged in its format, or newer.
        """
        config = self.config
        config.journal.mkdir(parents=True, exist_ok=True)
        self._lock = Lock(config.journal)
        try:
            self.journal = Journal(
                config.journal,
                segment_bytes=config.segment_bytes,
                memory_bytes=config.memory_bytes,
                fsync=config.fsync,
            )
            self.outbox = Outbox(config.journal / "outbox", fsync=config.fsync)
            self.clock = self._clock()
            self._recover()
        except BaseException:
            self._lock.release()
            raise
        self._thread = threading.Thread(target=self._run, name="tocsin-watch", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self.error is not None:
            self.stop(5.0)
            raise self.error

    def stop(self, timeout_s: float = 5.0) -> bool:
        """End: what came is judged, what was found is kept; return whether all of it was in time.

        What a sink has not taken by then is delivered when the watch runs again.
        """
        thread = self._thread
        if thread is None:
            return True
        begun_s = time.monotonic()
        self._budget_s = 0.7 * timeout_s  # the rest is for the last checkpoint
        if self._loop.is_running():
            self._loop.call_soon_threadsafe(self._end.set)
        thread.join(timeout_s)
        self.judge.stop()
        self.judge.join(max(0.1, begun_s + timeout_s - time.monotonic()))
        flushed = self.committer.flushed(max(0.3, begun_s + timeout_s - time.monotonic()))
        self.committer.stop()
        self.committer.join(1.0)
        self.journal.close()
        self.outbox.close()
        self._lock.release()
        self._thread = None
        return flushed and not thread.is_alive() and not self.judge.is_alive()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until every feed has ended or the watch has failed; return whether it has."""
        return self._done.wait(timeout_s)

    def __enter__(self) -> Watch:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop(_PATIENT_S)

    def metrics_text(self) -> str:
        """Return the figures of the watch as Prometheus reads them."""
        return metrics.text_of(self)

    # -- what inlets call ----------------------------------------------------------------------

    async def put(self, feed: str, data: bytes, *, wait: bool = True) -> int:
        """Journal a batch and return its number; with `wait`, not before there is room."""
        while wait and not self.backlog.room():
            self.backlog.held += 1
            await asyncio.sleep(0.02)  # TCP holds the sender back meanwhile
        return self._append(Kind.DATA, feed, data).seq

    async def kept(self, seq: int) -> bool:
        """Wait until a record is on the disk; return whether it is."""
        return await asyncio.to_thread(self.journal.sync, seq)

    def batch_s(self) -> float:
        """Return for how long small pieces are put together.

        Every batch costs the judge the same few milliseconds at least: a busy machine takes
        larger ones, so that what all feeds bring in a second is judged in half a second.
        """
        asked_s = 2.0 * self.judge.cost_s * len(self.config.feeds)
        return max(self.config.batch_ms / 1e3, min(asked_s, LONGEST_BATCH_S))

    def link(self, feed: str, connected: bool, why: str = "", *, ended: bool = False) -> None:
        """Journal that a connection was made or lost, once for each change."""
        told = {"connected": connected, "why": why, "ended": ended}
        if self._links.get(feed) != told:
            self._links[feed] = told
            self._append(Kind.LINK, feed, json.dumps(told).encode())
            self._say(linked(feed, told))

    def dropped(self, feed: str, count: int) -> None:
        """Count datagrams that the system dropped."""
        self.drops[feed] = self.drops.get(feed, 0) + count

    def strain(self, name: str, trouble: str | None) -> None:
        """Journal how the watch itself stands.

        Where the judge is behind, the record waits its turn like any other, and whoever should
        know would be told last: so the alert goes out at once, the same that the judge will make.
        """
        told = json.dumps({"name": name, "trouble": trouble}).encode()
        record = self._append(Kind.LOAD, "", told)
        self._say(f"{name}: {trouble}" if trouble else f"{name}: well again")
        alerts = self._mirror.strain(name, trouble, record.t_ns).alerts
        if trouble and self.backlog.due_s() > _EARLY_S:
            early = tuple(alert for alert in alerts if alert.revision == 1)
            self.board.publish(Change(record.t_ns, alerts=early))
            for each in self.outgoing:
                each.early(early)

    # -- inside --------------------------------------------------------------------------------

    def _append(self, kind: Kind, feed: str, data: bytes) -> Record:
        record = self.journal.append(kind, self.clock.now_ns(), feed, data)
        self.backlog.came(record.size)
        return record

    def _clock(self) -> Clock:
        """Return the clock of the day, or that of the recordings where there is nothing else."""
        if not (self._recordings and self.config.replays):
            return WallClock(time.time_ns, time.monotonic_ns, self.journal.t_ns)
        begin, end = span(self._recordings)
        start = max(begin, self.journal.t_ns)  # what was played before a restart is not again
        if start > end and not self._recordings[0].feed.loop:
            self._say("the recordings were played to their end already")
        return ReplayClock(time.monotonic_ns, start, self._recordings[0].feed.speed)

    def _recover(self) -> None:
        """Judge again what the newest checkpoint does not hold, and begin a new run."""
        folder = self.config.journal
        seq, said = kept.newest(self.core, folder)
        for line in said:
            self._say(line)
        self.committer = Committer(
            self.config,
            self.journal,
            self.outbox,
            self.board,
            self.clock.now_ns,
            self._left,
            self._fail,
        )
        self.committer.checkpoint = seq
        self.judge = Judge(self.core, self.journal, self.board, self.committer, self._fail)
        self._links: dict[str, dict[str, object]] = {}
        again = self.journal.seq - seq
        if again:
            self._say(f"judging {again:,} records since the last checkpoint again")
        left_bytes = sum(record.size for record in self.journal.records(seq))
        self.backlog = Backlog(
            self.judge, self.clock, self.config.memory_bytes, left_bytes, self.clock.now_ns()
        )
        damage = (*self.journal.damage, *self.outbox.damage)
        told = {"config": self.core.digest, "version": __version__, "damage": damaged(damage)}
        self._append(Kind.START, "", json.dumps(told).encode())
        # What the judge will make of how the watch stands: alerts that rest on no track.
        small = replace(self.config.settings, capacity=1)
        self._mirror = Engine((), (), small, synthetic=self.config.synthetic)
        if damage:
            self._say(str(told["damage"]))

    def _run(self) -> None:
        self._loop = asyncio.new_event_loop()
        try:
            self._loop.run_until_complete(self._main())
        except BaseException as error:  # noqa: BLE001 - kept for whoever started it
            self._fail(error)
        finally:
            self._loop.close()
            self._ready.set()
            self._done.set()

    async def _main(self) -> None:
        self._end = asyncio.Event()
        cursors = self.config.journal / "sinks"
        self.outgoing = [
            Outgoing(
                spec,
                sink_of(spec, self.config, self._sigma_m, self._given),
                self.outbox,
                cursors,
                self.clock.now_ns,
                self._rng,
            )
            for spec in self.config.sinks
        ]
        held, feeds = self.core.open_alerts(), self.core.feeds()
        self.board.publish(Change(self.core.now_ns, alerts=held, feeds=feeds))
        self.committer.start()
        self.judge.start()
        self._ready.set()
        monitor = Monitor(self)
        inlets = [
            asyncio.create_task(each.run())
            for each in inlets_of(self, self.config, self._recordings, self.clock, self._rng)
        ]
        others = [asyncio.create_task(each.run()) for each in self.outgoing]
        writers = [
            asyncio.create_task(self._ticks()),
            asyncio.create_task(self._heard()),
            asyncio.create_task(monitor.run()),
        ]
        ending = asyncio.create_task(self._end.wait())
        running = {*inlets, *writers, *others, ending}
        try:
            while not ending.done():
                done, running = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()  # what no inlet or sink foresaw ends the watch, loudly
                if all(task.done() for task in inlets):
                    self._append(Kind.TICK, "", b"")  # every recording is over: time passes once
                    break
            await cancelled([*inlets, *writers])  # from here on nothing is journalled any more
            await self._settle()
        finally:
            await cancelled([*inlets, *writers, *others, ending])
            for each in self.outgoing:
                await each.close()

    async def _settle(self) -> None:
        """Judge what came and hand over what was found, as far as there is time."""
        until_s = time.monotonic() + self._budget_s
        last = self.journal.seq
        while self.judge.done < last and self.error is None and time.monotonic() < until_s:
            await asyncio.sleep(0.01)
        left_s = max(0.2, until_s - time.monotonic())
        await asyncio.to_thread(self.committer.flushed, left_s)
        try:
            async with asyncio.timeout(max(0.2, until_s - time.monotonic())):
                await asyncio.gather(*(each.drained() for each in self.outgoing))
        except TimeoutError:
            self._say("a sink has not taken everything; it will when the watch runs again")

    async def _ticks(self) -> None:
        while True:
            await asyncio.sleep(TICK_S)
            self._append(Kind.TICK, "", b"")

    async def _heard(self) -> None:
        while True:
            for said in self.board.heard():
                self._append(Kind.SAID, "", json.dumps(asdict(said)).encode())
            await asyncio.sleep(_HEARD_S)

    def _sigma_m(self, track: str) -> float | None:
        row = self.board.track(track)
        return None if row is None or row[_SIGMA] is None else float(row[_SIGMA])

    def _left(self) -> None:
        """Alerts are in the outbox: the sinks look."""
        loop = self._loop
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._wake)

    def _wake(self) -> None:
        for each in self.outgoing:
            each.wake()

    def _fail(self, error: BaseException) -> None:
        if self.error is None:
            self.error = error
            if not isinstance(error, TocsinError):
                self._say(f"the watch has failed: {type(error).__name__}: {error}")
        if self._ready.is_set() and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end.set)
