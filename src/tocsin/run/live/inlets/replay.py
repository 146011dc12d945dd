"""Recordings played by their own time, at 0.25 to 64 times its pace, once or in a loop."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tocsin.errors import FeedError
from tocsin.feed.documents import ipc, joined
from tocsin.feed.formats import read
from tocsin.run.live.clock import Clock
from tocsin.run.live.config import FeedSpec
from tocsin.run.live.inlets.inlet import Intake
from tocsin.schema import FIX

GAP_NS = 10_000_000_000  # between the end of a loop and its next beginning
#: What the journal of a replay need not hold: where the bytes lie in a file that is there.
_LEFT_OUT = frozenset(
    {"file_sha256", "byte_offset", "byte_length", "row_number", "raw", "parse_warnings", "decoder"}
)


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """The fixes of one recording in order of time."""

    feed: FeedSpec
    fixes: pa.Table
    t_ns: NDArray[np.int64]

    @property
    def begin_ns(self) -> int:
        return int(self.t_ns[0])

    @property
    def end_ns(self) -> int:
        return int(self.t_ns[-1])


def recording(feed: FeedSpec) -> Recording:
    """Return a recording; raises FeedError for one that holds no fix with a time."""
    fixes = read(feed.path, feed.format, feed.options).fixes
    told = fixes["t_applicability"].cast(pa.int64())
    if "t_reception" in fixes.column_names:
        told = pa.compute.coalesce(told, fixes["t_reception"].cast(pa.int64()))
    t_ns = told.fill_null(-1).to_numpy()
    order = np.argsort(t_ns, kind="stable")
    order = order[t_ns[order] >= 0]
    if not len(order):
        raise FeedError(
            "holds no fix with a time", path=feed.path, hint="give the feed's date, as 2025-09-19"
        )
    names = [
        name
        for name in fixes.column_names
        if name not in _LEFT_OUT and fixes[name].null_count < fixes.num_rows
    ]
    names += [n for n in ("lat_deg", "lon_deg", "t_applicability") if n not in names]
    kept = fixes.select([n for n in FIX.names if n in names]).take(pa.array(order))
    return Recording(feed, kept.combine_chunks(), t_ns[order])


class ReplayInlet:
    """One recording on the clock of the watch.

    shift_ns  what is added to its times in the first round
    period_ns of a loop: from the first fix of any recording to the last, and a gap
    """

    def __init__(
        self,
        recorded: Recording,
        intake: Intake,
        clock: Clock,
        shift_ns: int,
        period_ns: int,
    ) -> None:
        self._recorded, self._intake, self._clock = recorded, intake, clock
        self._shift_ns, self._period_ns = shift_ns, period_ns

    async def run(self) -> None:
        feed = self._recorded.feed
        self._intake.link(feed.name, True)
        t_ns = self._recorded.t_ns
        shift_ns = self._shift_ns
        # What lies before the clock's beginning was played already, before a restart.
        at = int(np.searchsorted(t_ns, self._clock.now_ns() - shift_ns, side="left"))
        while True:
            until = int(np.searchsorted(t_ns, self._clock.now_ns() - shift_ns, side="right"))
            if until > at:
                await self._intake.put(feed.name, joined([ipc(self._slice(at, until, shift_ns))]))
                at = until
            if at == len(t_ns):
                if not feed.loop:
                    self._intake.link(feed.name, True, ended=True)
                    return
                at, shift_ns = 0, shift_ns + self._period_ns
            await asyncio.sleep(max(0.02, self._intake.batch_s()))

    def _slice(self, begin: int, end: int, shift_ns: int) -> pa.Table:
        part = self._recorded.fixes.slice(begin, end - begin)
        if not shift_ns:
            return part
        for name in ("t_applicability", "t_reception"):
            if name in part.column_names:
                moved = pa.compute.add(part[name].cast(pa.int64()), shift_ns)
                column = moved.cast(FIX.field(name).type)
                part = part.set_column(part.column_names.index(name), FIX.field(name), column)
        return part
