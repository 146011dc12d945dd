"""What strains a watch: a full disk, a clock that steps back, a quota, ten times the load."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import ROOT
from tests.live.conftest import alerts, free_port, until
from tests.live.traffic import INSIDE, appearing, beast_server, frames, message, write_config
from tocsin.run.live import journal, kept, segment
from tocsin.run.live.anchor import NONE, Anchor
from tocsin.run.live.clock import WallClock
from tocsin.run.live.core import Out
from tocsin.run.live.outbox import Letter, line_of, lines
from tocsin.run.live.replayed import Replayed, replay
from tocsin.run.live.segment import Kind, Record
from tocsin.run.live.service import Watch
from tocsin.schema.live import Alert, AlertKind, AlertState

S_NS = 1_000_000_000
NOW_NS = 1_758_263_880 * S_NS


def test_a_clock_that_steps_back_is_said_and_time_goes_on() -> None:
    wall, counter = [NOW_NS], [0]
    clock = WallClock(lambda: wall[0], lambda: counter[0])
    told = [clock.now_ns()]

    def later(seconds: int, step_s: int = 0) -> int:
        counter[0] += seconds * S_NS
        wall[0] += (seconds + step_s) * S_NS
        told.append(clock.now_ns())
        return told[-1]

    later(10)
    assert clock.stepped_ns() == 0
    later(10, step_s=-3600)
    assert clock.stepped_ns() == 3600 * S_NS
    assert later(10) > told[-2]  # neither frozen nor back
    assert clock.stepped_ns() == 0  # said once
    for _ in range(800):
        later(10)
    assert later(10) == wall[0]  # they agree again
    assert later(1, step_s=7200) == wall[0]  # forward is followed
    assert all(b >= a for a, b in pairwise(told))


def test_a_feed_hours_off_is_shifted_and_one_that_is_right_is_not() -> None:
    t_ns = np.array([NOW_NS - S_NS, NOW_NS, NONE])
    right = Anchor(30 * S_NS)
    assert right.line(t_ns, NOW_NS).tolist() == t_ns.tolist()
    assert right.line(t_ns + 5 * S_NS, NOW_NS + 40 * S_NS).tolist() == (t_ns + 5 * S_NS).tolist()
    off = Anchor(30 * S_NS)
    assert off.line(t_ns, NOW_NS + 7200 * S_NS).tolist() == [
        NOW_NS + 7199 * S_NS,
        NOW_NS + 7200 * S_NS,
        NONE,
    ]
    assert "7,200 s behind" in off.said
    # Played eight times as fast as it was made: differences stay as they are.
    later = off.line(t_ns + 80 * S_NS, NOW_NS + 7210 * S_NS)
    assert later[1] - later[0] == S_NS
    assert off.line(t_ns + 160 * S_NS, NOW_NS + 7220 * S_NS)[1] - later[1] == 80 * S_NS
    again = Anchor(30 * S_NS)
    again.load(json.loads(json.dumps(off.dump())))
    assert again == off


def test_a_full_disk_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    """A limit on the size of files, set while it runs, stands for the disk."""
    with beast_server(appearing) as port:
        path = write_config(tmp_path, port, watch="memory_mb = 8")
        script = f"""
import resource, sys, time
from tests.live.conftest import alerts, until
from tocsin.run.live.service import Watch
from tocsin.schema.live import AlertKind, AlertState
watch = Watch.of({str(path)!r})
def limit(size): resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
def load(state): return [a for a in alerts(watch, AlertKind.LOAD) if a.state == state]
with watch:
    until(lambda: alerts(watch, AlertKind.INSIDE), "an aircraft is inside")
    limit(watch.journal.segments()[-1].stat().st_size + 100)
    until(lambda: load(AlertState.OPEN), "the full disk is told")
    before = len(alerts(watch, AlertKind.INSIDE))
    until(lambda: len(alerts(watch, AlertKind.INSIDE)) > before, "the watch goes on")
    assert watch.journal.unkept > 0
    limit(resource.RLIM_INFINITY)
    until(lambda: load(AlertState.CLOSED), "the disk has room again")
    assert watch.journal.lost == 0 and watch.error is None
"""
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            env={"PYTHONPATH": str(ROOT), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
            timeout=180,
        )
    assert done.returncode == 0, done.stderr[-3000:]
    folder = tmp_path / "journal"
    records = [r.seq for r in journal.scan(folder) if isinstance(r, Record)]
    assert records == list(range(1, len(records) + 1))
    config = Watch.of(path).config
    assert list(replay(config, folder, Replayed())) == list(lines(folder / "outbox"))


def test_rotation_under_a_quota_and_replay_of_what_is_left(tmp_path: Path) -> None:
    watch_keys = "segment_mb = 0.02\nquota_mb = 1"

    def many() -> Iterator[tuple[float, bytes]]:
        for k in range(2000):
            said = [message(f, k / 10) for a in range(8) for f in frames(0x4A0000 + a, *INSIDE)]
            yield k / 10, b"".join(said)

    with beast_server(many) as port:
        path = write_config(tmp_path, port, watch=watch_keys)
        watch = Watch.of(path, ["watch.checkpoint_s=1"])
        with watch:
            until(lambda: len(watch.journal.segments()) > 2, "the journal has several files")
            until(lambda: watch.committer.checkpoint > 30, "a checkpoint is written")
            first = watch.journal.segments()[0]
            watch.journal.trim(30_000, watch.committer.checkpoint)
            assert watch.journal.segments()[0] != first
            kept.thin(watch.config.journal)
            until(lambda: alerts(watch, AlertKind.INSIDE), "it goes on")
    folder = watch.config.journal
    told = Replayed()
    again = list(replay(watch.config, folder, told))
    assert told.since > 0
    left = list(lines(folder / "outbox"))
    assert again == left[len(left) - len(again) :]
    assert len(kept.checkpoints(folder)) <= len(journal.paths(folder)) + 2


class Told:
    """A sink that remembers what it was told."""

    def __init__(self) -> None:
        self.alerts: list[Alert] = []

    async def deliver(self, letter: Letter) -> None:
        self.alerts.append(letter.alert)

    async def close(self) -> None:
        """Nothing is held."""


SINK = '[[sink]]\nname = "told"\nkind = "stdout"\n'


def loads(alerts: Iterable[Alert], state: AlertState) -> list[Alert]:
    return [a for a in alerts if a.rule == "load:load" and a.state == state]


def test_ten_times_the_load_is_bounded_and_told(tmp_path: Path) -> None:
    """As much as the socket takes, for as long as nobody was told: the sender has to wait."""
    burst = b"".join(
        message(frame, k / 1000) for k in range(500) for frame in frames(0x4A0000 + k, *INSIDE)
    )
    enough = threading.Event()

    def flood() -> Iterator[tuple[float, bytes]]:
        while not enough.is_set():
            yield 0.0, burst

    sink = Told()
    with beast_server(flood) as port:
        config = write_config(tmp_path, port, watch="memory_mb = 2", rest=SINK)
        watch = Watch.of(config, sinks={"told": sink})
        with watch:
            until(lambda: loads(watch.board.alerts(), AlertState.OPEN), "it is on the screens", 20)
            until(lambda: loads(sink.alerts, AlertState.OPEN), "whoever should know was told", 20)
            until(lambda: alerts(watch, AlertKind.INSIDE), "an aircraft is inside")
            for _ in range(20):
                assert watch.backlog.size_bytes() < 2 << 20  # half of what is allowed, and a few
                assert watch.error is None
                time.sleep(0.05)
            enough.set()
            until(lambda: loads(sink.alerts, AlertState.CLOSED), "it is told to be over")
            assert not loads(watch.board.alerts(), AlertState.OPEN)
    told = [a for a in sink.alerts if a.rule == "load:load"]
    assert len({a.id for a in told}) == 1  # early and in its turn: one alert
    left = [json.loads(line)["id"] for line in lines(watch.config.journal / "outbox")]
    assert left.count(told[0].id) == 2  # opened and closed


def test_a_judge_that_hangs_is_told_before_it_goes_on(tmp_path: Path) -> None:
    sink = Told()
    with beast_server(appearing) as port:
        watch = Watch.of(write_config(tmp_path, port, rest=SINK), sinks={"told": sink})
        take, hangs = watch.core.take, threading.Event()

        def slow(record: Record) -> Out:
            if record.kind == Kind.DATA:
                hangs.wait(30)
            return take(record)

        watch.core.take = slow  # type: ignore[method-assign]
        with watch:
            until(lambda: loads(sink.alerts, AlertState.OPEN), "the judge is late", 20)
            assert not hangs.is_set()
            assert not list(lines(watch.config.journal / "outbox"))  # its turn is yet to come
            hangs.set()
            until(lambda: loads(sink.alerts, AlertState.CLOSED), "it has caught up")
    left = list(lines(watch.config.journal / "outbox"))
    assert line_of(loads(sink.alerts, AlertState.OPEN)[0]) in left
    assert list(replay(watch.config, watch.config.journal, Replayed())) == left


def test_datagrams_that_the_system_drops_are_counted_and_told(tmp_path: Path) -> None:
    port = free_port(socket.SOCK_DGRAM)
    feeds = f'[[feed]]\nname = "radar"\nkind = "asterix"\naddress = "127.0.0.1:{port}"\n'
    watch = Watch.of(write_config(tmp_path, free_port(), feeds=feeds))
    with watch, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        until(lambda: any(f.connected for f in watch.board.feeds()), "the socket is bound")
        fetched = threading.Event()
        watch._loop.call_soon_threadsafe(fetched.wait, 30)  # nobody fetches
        for _ in range(1000):
            sender.sendto(bytes(60_000), ("127.0.0.1", port))
        fetched.set()
        sender.sendto(bytes(100), ("127.0.0.1", port))  # it comes with the count

        def told() -> list[Alert]:
            return [a for a in watch.board.alerts() if a.rule == "load:drops-radar"]

        until(told, "the operator is told")
        assert watch.drops["radar"] > 0
        assert 'tocsin_feed_dropped_total{watch="test",feed="radar"}' in watch.metrics_text()
        until(lambda: told()[0].state == AlertState.CLOSED, "and that it has ended")


def test_an_upgrade_with_a_live_journal(tmp_path: Path) -> None:
    """A journal of today is read by tomorrow's program; that of a newer one is refused."""
    path = write_config(tmp_path, free_port())
    with Watch.of(path):
        pass
    head = journal.paths(tmp_path / "journal")[0]
    data = bytearray(head.read_bytes())
    data[: segment.HEADER_BYTES] = segment.header(1, segment.VERSION + 1)
    head.write_bytes(bytes(data))
    with pytest.raises(Exception, match="newer tocsin"):
        Watch.of(path).start()


def test_power_cut_takes_the_unsynced_tail_and_nothing_that_left(tmp_path: Path) -> None:
    """What was not yet on the disk is cut from the journal, as a power cut would."""
    with beast_server(appearing) as port:
        path = write_config(tmp_path, port)
        watch = Watch.of(path)
        with watch:
            until(lambda: len(alerts(watch, AlertKind.INSIDE)) > 2, "alerts have left")
    folder = watch.config.journal
    left = [json.loads(r.data) for r in journal.scan(folder / "outbox") if isinstance(r, Record)]
    last = max(int(told["at"]) for told in left)
    for checkpoint in kept.checkpoints(folder):
        checkpoint.unlink()
    segment_path = journal.paths(folder)[-1]
    end = 0
    for item in segment.records(segment_path.read_bytes()):
        assert isinstance(item, Record)
        end += item.size
        if item.seq == last:
            break
    data = segment_path.read_bytes()
    segment_path.write_bytes(data[: segment.HEADER_BYTES + end] + data[-7:])
    again = Watch.of(path)
    with again:

        def told_of() -> bool:
            return any("crash cut short" in a.why for a in alerts(again, AlertKind.LOAD))

        until(told_of, "the torn tail is told")
    told = [json.loads(line) for line in lines(folder / "outbox")]
    known = {(t["alert"]["id"], t["alert"]["revision"]) for t in left}
    assert known <= {(t["id"], t["revision"]) for t in told}
    assert len({(t["id"], t["revision"]) for t in told}) == len(told)
    kinds = [r.kind for r in journal.scan(folder) if isinstance(r, Record)]
    assert kinds.count(Kind.START) == 2
