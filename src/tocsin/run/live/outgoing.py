"""From the outbox to the sinks: each at its own pace, none waiting for another."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from random import Random

from tocsin.run.live.config import WatchConfig
from tocsin.run.live.configsinks import SinkSpec
from tocsin.run.live.cursor import Cursor
from tocsin.run.live.inlets.inlet import Backoff, reason
from tocsin.run.live.outbox import Letter, Outbox, line_of
from tocsin.run.live.sinks.cot import CotSink, Sigma
from tocsin.run.live.sinks.event import StdoutSink
from tocsin.run.live.sinks.register import RegisterSink
from tocsin.run.live.sinks.sink import Refused, Sink, Standing, takes
from tocsin.run.live.sinks.webhook import WebhookSink
from tocsin.schema.live import Alert

_AT_ONCE = 32
_LATER_S = 0.1


class Outgoing:
    """One sink with its place in the outbox."""

    def __init__(
        self,
        spec: SinkSpec,
        sink: Sink,
        outbox: Outbox,
        folder: Path,
        now_ns: Callable[[], int],
        rng: Random,
    ) -> None:
        self.spec, self.standing = spec, Standing(spec.name, spec.kind)
        self.cursor = Cursor(folder / f"{spec.name}.cursor", outbox.number)
        self._sink, self._outbox, self._now_ns = sink, outbox, now_ns
        self._backoff = Backoff(rng)
        self._more = asyncio.Event()
        self._early: deque[Letter] = deque(maxlen=_AT_ONCE)

    def wake(self) -> None:
        """There is more in the outbox."""
        self._more.set()

    def early(self, alerts: Iterable[Alert]) -> None:
        """Deliver alerts before they stand in the outbox; from there they come a second time."""
        self._early.extend(Letter(0, 0, alert, line_of(alert)) for alert in alerts)
        self._more.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            while self._early:
                await self._deliver(self._early.popleft())
            letters = self._outbox.after(self.cursor.number, _AT_ONCE)
            if not letters:
                self._more.clear()
                if self._outbox.number < self.cursor.number:
                    self.cursor.keep(self._outbox.number)  # another outbox lies here now
                elif self._outbox.number == self.cursor.number:
                    await self._more.wait()
                else:  # on their way, or given up by a disk that was full
                    await asyncio.sleep(_LATER_S)
                continue
            for letter in letters:
                await self._deliver(letter)

    async def drained(self) -> None:
        """Wait until everything is delivered."""
        while self.cursor.number < self._outbox.number:
            await asyncio.sleep(0.02)

    async def close(self) -> None:
        """Let go of the sink's connections."""
        self.cursor.close()
        await self._sink.close()

    async def _deliver(self, letter: Letter) -> None:
        standing = self.standing
        while takes(self.spec, letter):
            try:
                await self._sink.deliver(letter)
                standing.delivered += 1
                break
            except Refused as refused:
                standing.refused += 1
                standing.said = str(refused)
                break
            except (OSError, EOFError, TimeoutError) as error:
                standing.failures += 1
                standing.said = reason(error)
                if standing.down_since_ns is None:
                    standing.down_since_ns = self._now_ns()
                await asyncio.sleep(self._backoff.next_s())
        standing.down_since_ns = None
        self._backoff.reset()
        if not letter.number:
            return
        # The letters of a batch are delivered one by one and remembered one by one: what a crash
        # can make come twice is one letter.
        self.cursor.keep(letter.number)
        if self.cursor.due():
            await asyncio.to_thread(self.cursor.sync)


def sink_of(spec: SinkSpec, config: WatchConfig, sigma: Sigma, given: Mapping[str, Sink]) -> Sink:
    """Return what delivers to a sink.

    given  sinks that the caller made, by name
    """
    if spec.name in given:
        return given[spec.name]
    if spec.kind == "stdout":
        return StdoutSink(config.id)
    if spec.kind == "webhook":
        return WebhookSink(spec, config.id)
    if spec.kind == "cot":
        return CotSink(spec, config.id, sigma)
    if spec.kind == "register":
        return RegisterSink(spec, config)
    from tocsin.run.live.sinks.natssink import NatsSink

    return NatsSink(spec, config.id)
