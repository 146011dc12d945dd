"""Beast binary as it comes from a receiver: messages cut anywhere, a counter without a date.

The counter of a receiver gives differences.  Its first frame of a connection is taken to have
been received when its batch was; a counter that restarts is taken so anew.  GPS stamps give the
second of the UTC day; the day is that which brings them closest to the time of receipt, or the
one that is given for the first.  Until it is known which of the two they are (the receiver says so,
or they show it themselves: `stampkind`), frames have the time of their receipt.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.feed import beastframes, clock, modes
from tocsin.feed.beast import GPS_BIT, NAME
from tocsin.feed.beastframes import MODE_S_LONG, MODE_S_SHORT, STATUS
from tocsin.feed.frames import LONG_BYTES, NO_TIME, SHORT_BYTES, Frames, Ints
from tocsin.feed.quarantine import Quarantine
from tocsin.feed.source import ReadOptions
from tocsin.feed.stampkind import Evidence, StampKind
from tocsin.feed.stream import batch_of
from tocsin.schema import Floats, Reading

DAY_NS = clock.DAY_S * 1_000_000_000
KEPT_S = 7200.0  # after which nothing is known of an aircraft: as for tracks
_TIDIED = 512  # batches between two looks for what is too old
_RAW_BYTES = 40


class BeastStream:
    """The stream of one receiver."""

    def __init__(self, feed: str, options: ReadOptions) -> None:
        self._feed, self._options = feed, options
        self._rest = b""
        self._offset = 0  # of `_rest` in the stream
        self._batches = 0
        self._memory = modes.Memory()
        self._stamps = Stamps()

    def restart(self) -> None:
        """Forget the start of a message."""
        self._offset += len(self._rest)
        self._rest = b""
        self._stamps.restart()

    def take(self, data: bytes, t_ns: int) -> Reading:
        """Return the fixes of the next bytes."""
        source = batch_of(self._feed, data)
        whole = self._rest + data
        messages, stretches = beastframes.split(whole)
        cut = _cut(whole, stretches)
        quarantine = Quarantine(self._feed)
        stretches = [s for s in stretches if s.offset < cut]
        for lost in stretches:
            raw = whole[lost.offset : lost.offset + min(lost.span, _RAW_BYTES)]
            quarantine.add(f"byte {self._offset + lost.offset}", lost.reason, lost.detail, raw)
        status = messages.kind == STATUS
        if status.any():
            self._stamps.say(gps=bool((messages.payload[status, 0] & GPS_BIT).any()))
        mode_s = np.isin(messages.kind, (MODE_S_SHORT, MODE_S_LONG))
        stamp = messages.stamp[mode_s]
        t, clock_s = self._stamps.take(stamp, t_ns, self._options)
        frames = Frames(
            messages.payload[mode_s],
            np.where(messages.kind[mode_s] == MODE_S_LONG, LONG_BYTES, SHORT_BYTES),
            (messages.offset[mode_s] + self._offset).astype(np.uint64),
            t,
            clock_s,
            "byte",
            stamp == clock.MLAT_STAMP,
            messages.span[mode_s],
        )
        done = modes.decode(
            source, self._options, frames, quarantine, self._stamps.quality, self._memory
        )
        self._rest = whole[cut:]
        self._offset += cut
        self._batches += 1
        if self._batches % _TIDIED == 0 and len(clock_s) and np.isfinite(clock_s).any():
            self._memory.forget(float(np.nanmax(clock_s)) - KEPT_S)
        records = len(messages.offset) + len(stretches)
        return quarantine.reading(source.sha256, NAME, records, done.table, done.notes)

    @property
    def clock(self) -> str:
        """Return whose clock the newest times are by."""
        return self._stamps.quality

    def dump(self) -> dict[str, Any]:
        """Return everything that is remembered."""
        return {
            "rest": self._rest.hex(),
            "offset": self._offset,
            "batches": self._batches,
            "memory": self._memory.dump(),
            "stamps": self._stamps.dump(),
        }

    def load(self, told: dict[str, Any]) -> None:
        """Remember what was dumped."""
        self._rest, self._offset = bytes.fromhex(told["rest"]), told["offset"]
        self._batches = told["batches"]
        self._memory = modes.Memory.load(told["memory"])
        self._stamps.load(told["stamps"])


def _cut(data: bytes, stretches: list[beastframes.Stretch]) -> int:
    """Return where the last message begins whose end has not come; else the end.

    A single 0x1a at the end may start a message or be the first half of a doubled one: then the
    message before it, if it is not whole, waits too.
    """
    if not stretches or stretches[-1].reason != "truncated":
        return len(data)
    last = stretches[-1]
    before = stretches[-2] if len(stretches) > 1 else None
    if last.span == 1 and before is not None and before.offset + before.span == last.offset:
        return before.offset if before.reason == "bad-length" else last.offset
    return last.offset


class Stamps:
    """The 48-bit stamps of one stream as time; see `clock` for whole files."""

    def __init__(self) -> None:
        self._kind = StampKind.UNKNOWN
        self._settled = False  # by the receiver, or by its stamps
        self._evidence = Evidence()
        self._first: int | None = None  # stamp
        self._last = 0  # stamp
        self._days = 0  # midnights passed, GPS
        self._segment = 0  # restarts, counter
        self._base_ns: int | None = None  # UTC of clock 0, of this segment

    @property
    def quality(self) -> str:
        """Return whose clock the times of the last frames are by."""
        return "host" if self._kind is StampKind.UNKNOWN else self._kind.value

    def restart(self) -> None:
        """Look anew: another receiver may answer, and times of receipt begin again."""
        self._evidence, self._settled = Evidence(), False

    def say(self, *, gps: bool) -> None:
        """Take the receiver at its word."""
        self._settled = True
        self._become(StampKind.GPS if gps else StampKind.COUNTER)

    def _become(self, kind: StampKind) -> None:
        if StampKind.GPS in (kind, self._kind) and kind is not self._kind:
            self._segment += self._first is not None  # clocks without a known relation
            self._first = None
        if kind is not self._kind:
            self._base_ns = None
        self._kind = kind

    def _look(self, heard: Ints, t_ns: int) -> None:
        if self._settled:
            if self._kind is StampKind.GPS and not clock.is_gps(heard).all():
                self._become(StampKind.COUNTER)  # it says GPS and counts otherwise
                self.restart()
            return
        found = self._evidence.take(heard, t_ns)
        if found is not StampKind.UNKNOWN:
            self._settled = True
            self._become(found)

    def take(
        self, stamp: Ints, t_ns: int, options: ReadOptions
    ) -> tuple[NDArray[np.datetime64], Floats]:
        """Return UTC and a clock for differences of frames (N,) in order of receipt."""
        count = len(stamp)
        heard = stamp != clock.MLAT_STAMP
        self._look(stamp[heard], t_ns)
        if self._first is None:
            if not heard.any():
                return np.full(count, NO_TIME), np.full(count, np.nan)
            self._first = self._last = int(stamp[np.argmax(heard)])
            unknown = int(np.argmax(heard))  # multilateration frames before any stamp
        else:
            unknown = 0
        rank = np.maximum.accumulate(np.where(heard, np.arange(count), -1))
        own = np.where(rank >= 0, stamp[np.maximum(rank, 0)], self._last) if count else stamp
        line = np.concatenate([[self._last], own]).astype(np.int64)
        if self._kind is StampKind.GPS:
            ns = (line >> 30) * 1_000_000_000 + (line & 0x3FFFFFFF)
            days = self._days + clock.midnights(ns)
            clock_ns = (ns + days * DAY_NS)[1:]
            self._days = int(days[-1])
            segment = np.full(count, self._segment)
            if self._base_ns is None and count:
                self._base_ns = _midnight_ns(int(clock_ns[-1]), t_ns, options)
        else:
            ns = (line - self._first) * 250 // 3  # ticks of 250/3 ns
            restarts = clock.restarts(ns)
            clock_ns, segment = ns[1:], self._segment + restarts[1:]
            if count and (self._base_ns is None or restarts[-1]):
                self._base_ns = t_ns - int(clock_ns[-1])
            self._segment += int(restarts[-1])
        if not count:
            return np.full(0, NO_TIME), np.zeros(0)
        self._last = int(line[-1])
        base = 0 if self._base_ns is None else self._base_ns
        if self._kind is StampKind.UNKNOWN:
            t = np.full(count, t_ns).view("datetime64[ns]")
        else:
            t = (base + clock_ns).view("datetime64[ns]")
        known = (np.arange(count) >= unknown) & (segment == segment[-1])
        clock_s = clock_ns * 1e-9 + segment * clock.APART_S
        return (
            np.where(known, t, NO_TIME),
            np.where(np.arange(count) >= unknown, clock_s, np.nan),
        )

    def dump(self) -> dict[str, Any]:
        """Return everything that is remembered."""
        return {**self.__dict__, "_evidence": self._evidence.dump()}

    def load(self, told: dict[str, Any]) -> None:
        """Remember what was dumped."""
        self.__dict__.update(told)
        self._kind = StampKind(told["_kind"])
        self._evidence = Evidence()
        self._evidence.load(told["_evidence"])


def _midnight_ns(own_ns: int, t_ns: int, options: ReadOptions) -> int:
    """Return the midnight that GPS stamps count from: of the day given, else the closest."""
    if options.date is not None:
        day = options.date
        return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()) * 1_000_000_000
    return round((t_ns - own_ns) / DAY_NS) * DAY_NS
