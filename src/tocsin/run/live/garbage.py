"""When Python looks for garbage in a process that judges: between batches, never within one.

A batch is to be judged in two thousandths of a second.  Python looks for what points at itself when
some hundreds of objects more were made than let go, wherever that is, and goes through a part of
all that is held: half a thousandth to one in one batch of a hundred, tens of them when it is the
turn of everything.  So it is held back while a batch is judged, and made up for after it.  What is
there when the judge begins (modules, rules, areas) is set aside: it is there to stay.

Nothing else changes.  Between batches Python looks for garbage as ever, in every thread; under load
what is due comes after the batch in which it became due; and what was set aside is gone through as
well, every ten minutes.
"""

from __future__ import annotations

import gc
import time
from types import TracebackType

_MIDDLE, _ALL = 10, 100  # every tenth time goes through what stayed before too; every hundredth all
WHOLE_S = 600.0  # and so often through what was set aside


class Garbage:
    """The collector of garbage, held back for the time of a `with`."""

    def __init__(self) -> None:
        self._runs = 0
        self._was = False
        self._begun = False
        self._others = False
        self._whole_s = 0.0

    def begin(self) -> None:
        """Set aside all that is there."""
        if not self._begun:
            self._begun, self._others = True, gc.get_freeze_count() > 0
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        self._whole_s = time.monotonic()

    def end(self) -> None:
        """Leave the collector as it was found: what others set aside stays so."""
        if self._begun:
            if not self._others:
                gc.unfreeze()
            self._begun = False

    def __enter__(self) -> None:
        self._was = gc.isenabled()  # not where somebody else holds it back
        gc.disable()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._was:
            gc.enable()

    def settle(self) -> None:
        """Make up for what was held back, where it is due."""
        if not gc.isenabled():
            return
        if self._begun and time.monotonic() - self._whole_s >= WHOLE_S:
            self.begin()
        elif gc.get_count()[0] > gc.get_threshold()[0] > 0:
            self._runs += 1
            gc.collect(2 if self._runs % _ALL == 0 else 1 if self._runs % _MIDDLE == 0 else 0)
