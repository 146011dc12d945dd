"""What the judge does while nothing comes: it prepares the surroundings of every limit.

They are made as tracks come near, whether prepared or not, and the alerts are the same; but where
thousands of tracks meet many long limits for the first time, the first minutes stumble.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tocsin.run.live.core import Core

_SQUARES = 2048  # made at once before anything is judged
_FEW = 256  # made at once in between: some 20 ms, by which a record may have to wait
MOST = 1_000_000  # squares of all limits: half a gigabyte


class Warmth:
    """How far the surroundings of one core's limits are prepared."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._engine = core.engine
        self._count = 0
        self._done = False

    def begin(self, most_s: float, stopped: Callable[[], bool]) -> bool:
        """Prepare for some seconds at most; return whether all is prepared."""
        end_s = time.monotonic() + most_s
        while time.monotonic() < end_s and not stopped():
            if self.more(_SQUARES):
                return True
        return self._done

    def more(self, squares: int = _FEW) -> bool:
        """Prepare a little; return whether nothing is left to prepare."""
        if self._core.engine is not self._engine:  # it began anew
            self._engine, self._count, self._done = self._core.engine, 0, False
        if not self._done:
            wanted = min(self._count + squares, MOST)
            self._count = self._engine.warm(wanted)
            self._done = self._count < wanted or self._count >= MOST
        return self._done
