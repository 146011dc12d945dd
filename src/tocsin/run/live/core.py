"""What the watch makes of its journal: one record in, what changed out.

Everything that decides is here and depends on records alone, so that the journal replayed gives
the same alerts byte for byte.  A checkpoint is the whole state after a record.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from tocsin.errors import IntegrityError, SourceError, UsageError
from tocsin.feed.stream import STREAMS, Stream, stream
from tocsin.run.live.anchor import Anchor
from tocsin.run.live.config import FeedSpec, WatchConfig
from tocsin.run.live.health import Health
from tocsin.run.live.prepare import prepared
from tocsin.run.live.segment import Kind, Record
from tocsin.schema import Input
from tocsin.schema.live import Alert, FeedHealth, Jamming
from tocsin.watch.area import Area
from tocsin.watch.engine import Engine, Step
from tocsin.watch.said import Asked

_MAGIC = b"tocsinC\n"
_VERSION = 2


@dataclass(frozen=True, slots=True, eq=False)
class Out:
    """What one record changed."""

    alerts: tuple[Alert, ...] = ()
    gone: tuple[str, ...] = ()
    jamming: tuple[Jamming, ...] | None = None
    feeds: bool = False  # how the feeds stand may have changed


class Core:
    """Decoders, health and engine of one configuration."""

    def __init__(self, config: WatchConfig, areas: Sequence[Area]) -> None:
        self.config = config
        self.digest = digest(config, areas)
        self.areas = tuple(areas)
        self.seq = 0
        self.now_ns = 0
        self.foreign = 0  # records of another configuration, passed over
        self._ours = True
        self._fresh()

    def _fresh(self) -> None:
        config = self.config
        self.engine = Engine(self.areas, config.rules, config.settings, synthetic=config.synthetic)
        self._feeds = {feed.name: feed for feed in config.feeds}
        self._streams = {feed.name: _stream(feed) for feed in config.feeds}
        self._anchors = {feed.name: _anchor(feed) for feed in config.feeds}
        self.health = {feed.name: Health() for feed in config.feeds}
        self._strains: dict[str, str] = {}

    def take(self, record: Record) -> Out:
        """Return what a record changes."""
        self.seq, self.now_ns = record.seq, max(self.now_ns, record.t_ns)
        if record.kind == Kind.START:
            return self._start(json.loads(record.data))
        if not self._ours:
            self.foreign += 1
            return Out()
        if record.kind == Kind.DATA:
            return self._data(record)
        if record.kind == Kind.TICK:
            return self._tick()
        told = json.loads(record.data)
        if record.kind == Kind.SAID:
            return _out([self.engine.say(Asked(**told), self.now_ns)])
        if record.kind == Kind.LINK:
            health = self.health.get(record.feed)
            if health is not None:
                health.link(told)
                if told["connected"]:
                    self._streams[record.feed].restart()
            return replace(_out([]), feeds=True)
        if record.kind == Kind.LOAD:
            return _out([self._strain(str(told["name"]), told["trouble"])])
        return Out()

    def feeds(self) -> tuple[FeedHealth, ...]:
        """Return how all feeds stand."""
        return tuple(
            self.health[name].told(feed, self.now_ns) for name, feed in self._feeds.items()
        )

    def open_alerts(self) -> tuple[Alert, ...]:
        """Return the alerts that are held, for a screen that begins."""
        return tuple(self.engine.book.alerts.values())

    def dump(self) -> bytes:
        """Return the whole state; the same state gives the same bytes."""
        return packed(self.plain())

    def plain(self) -> bytes:
        """Return the whole state as `packed` takes it, which needs the core no more."""
        names = list(self._feeds)
        told = {
            "digest": self.digest,
            "seq": self.seq,
            "now_ns": self.now_ns,
            "foreign": self.foreign,
            "ours": self._ours,
            "streams": {name: self._streams[name].dump() for name in names},
            "anchors": {name: self._anchors[name].dump() for name in names},
            "health": {name: self.health[name].dump() for name in names},
            "strains": self._strains,
        }
        head = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
        return len(head).to_bytes(8, "big") + head + self.engine.dump()

    def load(self, data: bytes, path: str = "") -> None:
        """Become the core that was dumped.

        Raises IntegrityError for bytes that are not whole or newer, UsageError for those of
        another configuration.
        """
        begin = len(_MAGIC) + 2
        body = data[begin + 32 :]
        if not data.startswith(_MAGIC) or hashlib.sha256(body).digest() != data[begin : begin + 32]:
            raise IntegrityError("is no whole checkpoint", path=path, hint="an older one is used")
        version = int.from_bytes(data[len(_MAGIC) : begin], "big")
        if version > _VERSION:
            raise IntegrityError("was written by a newer tocsin", path=path, hint="update this one")
        if version < _VERSION:
            hint = "its records are judged again"
            raise UsageError("was written by an older tocsin", path=path, hint=hint)
        plain = zlib.decompress(body)
        size = int.from_bytes(plain[:8], "big")
        told = json.loads(plain[8 : 8 + size])
        if told["digest"] != self.digest:
            raise UsageError("is of another configuration", path=path)
        self._fresh()
        self.engine.load(plain[8 + size :])
        for name in self._feeds:
            self._streams[name].load(told["streams"][name])
            self._anchors[name].load(told["anchors"][name])
            self.health[name].load(told["health"][name])
        self._strains = told["strains"]
        self.seq, self.now_ns = told["seq"], told["now_ns"]
        self.foreign, self._ours = told["foreign"], told["ours"]

    def _start(self, told: dict[str, Any]) -> Out:
        """A run of the watch begins: connections are gone, what is known stays."""
        if told["config"] != self.digest:
            self._ours = False
            return Out()
        if not self._ours:
            self._ours = True
            self._fresh()
        steps = []
        for name, feed_stream in self._streams.items():
            feed_stream.restart()
            self.health[name].begin(self.now_ns)
        for name in list(self._strains):  # what strained the last run is told anew if it lasts
            steps.append(self._strain(name, None))
        if told.get("damage"):
            steps.append(self._strain("journal", str(told["damage"])))
        return replace(_out(steps), feeds=True)

    def _data(self, record: Record) -> Out:
        feed = self._feeds.get(record.feed)
        if feed is None:
            return Out()
        health, anchor = self.health[feed.name], self._anchors[feed.name]
        try:
            reader = self._streams[feed.name]
            clock = reader.clock
            reading = reader.take(record.data, record.t_ns)
            if reader.clock != clock:
                anchor = self._anchors[feed.name] = _anchor(feed)
            batch = prepared(reading.fixes, feed, anchor, self.now_ns)
        except (ValueError, LookupError, ArithmeticError, SourceError, pa.ArrowException) as error:
            # Bytes that no reader foresaw cost their batch and what the stream remembered, and
            # never the watch: they are in the journal for whoever mends the reader.
            self._streams[feed.name] = _stream(feed)
            health.take(_undecodable(feed.name, record), self.now_ns, None)
            health.note = f"a batch could not be decoded: {type(error).__name__}: {error}"
            return Out()
        timed = batch.t_ns[batch.t_ns >= 0]
        latency_s = max(0.0, (self.now_ns - int(timed.max())) / 1e9) if len(timed) else None
        health.take(reading.input, self.now_ns, latency_s)
        health.note = anchor.said
        if not len(batch) and not batch.errors:
            return Out()
        return _out([self.engine.step(batch, self.now_ns)])

    def _tick(self) -> Out:
        steps = []
        for name, feed in self._feeds.items():
            health = self.health[name]
            trouble = health.tick(feed, self.now_ns)
            if trouble != health.trouble:
                health.trouble = trouble
                step = self.engine.feed(name, trouble, self.now_ns, witness=feed.witness)
                steps.append(step)
        steps.append(self.engine.tick(self.now_ns))
        return replace(_out(steps), feeds=True)

    def _strain(self, name: str, trouble: str | None) -> Step:
        if trouble is None:
            self._strains.pop(name, None)
        else:
            self._strains[name] = trouble
        return self.engine.strain(name, trouble, self.now_ns)


def packed(plain: bytes) -> bytes:
    """Return a state as it lies on the disk."""
    body = zlib.compress(plain, 1)
    return _MAGIC + _VERSION.to_bytes(2, "big") + hashlib.sha256(body).digest() + body


def digest(config: WatchConfig, areas: Sequence[Area]) -> str:
    """Return the sha256 of what alerts depend on: not of sinks, addresses and folders."""
    told = hashlib.sha256()
    for feed in config.feeds:
        options = replace(feed.options, mapping=None)
        what = (feed.name, feed.kind, feed.format, feed.witness, feed.sensor, feed.assumed_h_m)
        told.update(repr((*what, options, feed.quiet_s, feed.late_s, feed.speed)).encode())
    for area in areas:
        told.update(repr((area.id, area.layer, area.sigma_m, area.lower, area.upper)).encode())
        for column in (area.a_lon_deg, area.a_lat_deg):
            told.update(np.ascontiguousarray(column).tobytes())
    told.update(repr((config.rules, config.settings, config.synthetic)).encode())
    return told.hexdigest()


def _anchor(feed: FeedSpec) -> Anchor:
    return Anchor(round(feed.late_s * 1e9))


def _stream(feed: FeedSpec) -> Stream:
    name = feed.kind
    if name == "replay":
        name = "fixes"
    elif name == "nats":
        name = feed.format
    assert name in STREAMS
    return stream(name, feed.name, feed.options)


def _undecodable(feed: str, record: Record) -> Input:
    sha256 = hashlib.sha256(record.data).hexdigest()
    return Input(feed, sha256, "", 1, 0, 1, {"undecodable": 1})


def _out(steps: Sequence[Step]) -> Out:
    jamming = [step.jamming for step in steps if step.jamming is not None]
    return Out(
        tuple(alert for step in steps for alert in step.alerts),
        tuple(name for step in steps for name in step.gone),
        jamming[-1] if jamming else None,
    )
