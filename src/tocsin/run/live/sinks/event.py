"""An alert as a CloudEvent 1.0, the same for every sink that speaks JSON.

`id` is the alert's id and revision: who is told twice can see it.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any, TextIO

from tocsin.run.live.outbox import Letter
from tocsin.schema.live import plain, rfc3339

TYPE = "org.tocsin.alert"


def cloudevent(letter: Letter, watch: str) -> dict[str, Any]:
    """Return the event of an alert, in structured form."""
    alert = letter.alert
    return {
        "specversion": "1.0",
        "id": f"{alert.id}/{alert.revision}",
        "source": f"urn:tocsin:watch:{watch}",
        "type": f"{TYPE}.{alert.kind.value}",
        "subject": alert.track or alert.area or alert.rule,
        "time": rfc3339(alert.changed_ns),
        "datacontenttype": "application/json",
        "data": plain(alert),
    }


def encoded(letter: Letter, watch: str) -> bytes:
    """Return the event as one line of JSON, without its end."""
    told = cloudevent(letter, watch)
    return json.dumps(told, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


class StdoutSink:
    """One event a line on standard output."""

    def __init__(self, watch: str, out: TextIO | None = None) -> None:
        self._watch, self._out = watch, out

    async def deliver(self, letter: Letter) -> None:
        line = encoded(letter, self._watch).decode() + "\n"
        await asyncio.to_thread(self._write, line)

    def _write(self, line: str) -> None:
        out = self._out or sys.stdout
        out.write(line)
        out.flush()

    async def close(self) -> None:
        """Standard output is not ours to close."""
