"""What the screens have been shown of the tracks, and what is owed to them next.

Every track that moved is shown once a second.  Ten thousand rows take a tenth of a second to make,
and an alert would wait for them: so a round of many tracks is spread over the records that come
in its second.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.run.live.core import Core
from tocsin.schema.live import TRACK_COLUMNS, Alert
from tocsin.watch.batch import Ints
from tocsin.watch.told import Row, Rows

ROUND_S = 1.0  # on the clock of the watch
_AT_ONCE = 500  # tracks that cost no alert anything: some 5 ms
_AGE = TRACK_COLUMNS.index("age_s")


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """What is shown after one record."""

    rows: Sequence[Row] = ()
    gone: Sequence[str] = ()


class Shown:
    """The rows as they were last shown."""

    def __init__(self, core: Core) -> None:
        self._core = core
        self._rows: dict[str, Row] = {}
        self._gone: list[str] = []
        self._round_ns = 0  # when the round in hand began
        self._last_ns = 0
        self._at: int | None = None  # first row of the engine that is left in it

    def told_of(self, alerts: Sequence[Alert]) -> list[Row]:
        """Return the rows of the tracks that alerts tell of, whether they moved or not."""
        names = {alert.track for alert in alerts} - {None}
        if not names:
            return []
        tracks = self._core.engine.tracks
        held = [row for row in tracks.rows().tolist() if tracks.name[row] in names]
        return self._made(np.array(held, np.int64))

    def part(self, t_ns: int, gone: Collection[str]) -> Part | None:
        """Return what is owed after a record of a time, None where nothing is.

        gone  tracks that are no longer held
        """
        self._gone += gone
        if t_ns - self._round_ns >= ROUND_S * 1e9:
            self._round_ns, self._at = t_ns, self._at or 0  # what is left comes first
        passed_ns, self._last_ns = t_ns - self._last_ns, t_ns
        if self._at is None:
            return None
        used = self._core.engine.tracks.rows()
        made = self._made(self._next(used, passed_ns))
        moved = [row for row in made if _moved(self._rows.get(row[0]), row)]
        self._rows.update((row[0], row) for row in moved)
        return Part(moved, self._left(used))

    def _next(self, used: Ints, passed_ns: int) -> Ints:
        """Return the rows of the next part: as many of all as time passed of the second."""
        assert self._at is not None
        ahead = used[np.searchsorted(used, self._at) :]
        share = min(1.0, passed_ns / (ROUND_S * 1e9))
        count = max(_AT_ONCE, round(share * len(used)))
        self._at = int(ahead[count]) if len(ahead) > count else None
        return ahead[:count]

    def _made(self, rows: Ints) -> list[Row]:
        engine = self._core.engine
        areas = [area.id for area in self._core.areas]
        coast_s = engine.settings.coast_s
        made = Rows(engine.tracks, engine.outlook, rows, areas, engine.clock_s, coast_s)
        return list(made)

    def _left(self, used: Ints) -> list[str]:
        """Return the tracks that are gone and have not come again."""
        if not self._gone:
            return []
        name = self._core.engine.tracks.name
        held = {name[row] for row in used.tolist()}
        left = [each for each in self._gone if each not in held]
        for each in left:
            self._rows.pop(each, None)
        self._gone = []
        return left


def _moved(before: Row | None, row: Row) -> bool:
    """Return whether a row tells anything but that time has passed."""
    if before is None:
        return True
    return before[:_AGE] != row[:_AGE] or before[_AGE + 1 :] != row[_AGE + 1 :]
