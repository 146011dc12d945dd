"""What all sinks share: what they take, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from tocsin.run.live.configsinks import SinkSpec
from tocsin.run.live.outbox import Letter


class Refused(Exception):
    """The other side understands an alert and will never take it: there is no use in waiting."""


class Sink(Protocol):
    """Whoever is told."""

    async def deliver(self, letter: Letter) -> None:
        """Hand over one alert; raise OSError where it should be tried again, Refused where not."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass(slots=True)
class Standing:
    """How a sink stands."""

    name: str
    kind: str
    delivered: int = 0
    refused: int = 0
    failures: int = 0
    down_since_ns: int | None = None
    said: str = ""


def takes(spec: SinkSpec, letter: Letter) -> bool:
    """Return whether a sink wants an alert."""
    alert = letter.alert
    if spec.kinds and alert.kind not in spec.kinds:
        return False
    return alert.severity >= spec.least_severity
