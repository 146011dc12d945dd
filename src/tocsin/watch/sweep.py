"""What time alone brings: tracks that are dark, lost or long gone, a part of them at a time.

Every track is looked at once in `SWEEP_S` of the watch's clock.  A watch that is called ten times
a second looks at a tenth of the rows each time, so that no call carries them all; one that is
called once a second looks at all.  Which rows come when is told by the clock alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tocsin.schema import Floats
from tocsin.schema.live import AlertKind
from tocsin.watch import absent
from tocsin.watch.batch import Ints

if TYPE_CHECKING:
    from tocsin.watch.engine import Engine

SWEEP_S = 1.0  # what is told by absence is looked at so often
PARTS = 10  # row r is of part r % PARTS
_NOBODY = np.zeros(0, np.int64)


def parts_due(since_s: float, clock_s: float) -> list[int]:
    """Return the parts whose turn came between two times, each once."""
    # Half a part off: calls that come right on the tenth of a second are then all alike.
    first, last = (int(at * PARTS / SWEEP_S + 0.5) for at in (since_s, clock_s))
    return [k % PARTS for k in range(max(first, last - PARTS) + 1, last + 1)]


def sweep(engine: Engine, parts: list[int]) -> Ints:
    """Look at some parts of the rows; return the rows that changed by it."""
    if not parts:
        return _NOBODY
    t, judge, settings = engine.tracks, engine.judge, engine.settings
    if not (judge.raises(AlertKind.DARK) or settings.sensors):
        # Nothing but age ends a track: a part is left alone until its oldest is old enough.
        parts = [p for p in parts if engine.clock_s - engine.oldest_s[p] > settings.forget_s]
        if not parts:
            _tests(engine)
            return _NOBODY
    mine = np.zeros(settings.capacity, bool)
    for part in parts:
        mine[part::PARTS] = t.used[part::PARTS]
    rows = np.flatnonzero(mine)
    if judge.raises(AlertKind.DARK):
        dark, p = absent.dark(t, rows, engine.clock_s, settings.accel_psd)
        _absent(engine, AlertKind.DARK, dark, p, mine)
    changed = _lost(engine, rows, mine) if settings.sensors else _NOBODY
    for row in rows[engine.clock_s - t.heard_at[rows] > settings.forget_s].tolist():
        engine.drop(row, f"not seen for {settings.forget_s / 60:.0f} min")
    for part in parts:
        heard_at = t.heard_at[part::PARTS][t.used[part::PARTS]]
        engine.oldest_s[part] = heard_at.min(initial=engine.clock_s)
    _tests(engine)
    return changed[t.used[changed]]


def _tests(engine: Engine) -> None:
    """Close the tests of the alert button that nobody took notice of."""
    for name in engine.book.tests(engine.now_ns - round(engine.settings.forget_s * 1e9)):
        engine.book.close(name, engine.now_ns, "Nobody has taken notice of this test.")


def _lost(engine: Engine, rows: Ints, mine: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Ints:
    t, judge, o = engine.tracks, engine.judge, engine.outlook
    well = [w for w in t.witnesses if w not in engine.unwell]
    unseen, missed, by = absent.lost(judge, t, rows, well, engine.clock_s)
    was, now = rows[o.lost[rows]], unseen[missed]
    o.lost[was], o.lost[now] = False, True
    o.missed_by.update(zip(now.tolist(), np.array(by)[missed].tolist(), strict=True))
    if judge.raises(AlertKind.LOST):
        # Only a sight of it ends that it is lost: that nobody would see it now does not.
        _absent(engine, AlertKind.LOST, unseen, np.where(missed, 1.0, np.nan), mine)
    return np.union1d(was, now)


def _absent(
    engine: Engine,
    kind: AlertKind,
    rows: Ints,
    p: Floats,
    mine: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> None:
    """Hold values of rows against the slots of a kind; another row of the parts has 0."""
    judge, holds = engine.judge, engine.holds
    slots = [k for k, told in enumerate(judge.slots) if told.kind is kind]
    held = [row for slot in slots for row in holds.busy[slot] if mine[row]]
    every = np.union1d(rows, np.array(held, np.int64))
    if not len(every):
        return
    base = np.zeros(len(every))
    base[np.searchsorted(every, rows)] = p
    nowhere = np.zeros(len(every), bool)
    found = None
    for slot in slots:
        told, values = judge.slots[slot], base
        if told.area >= 0:
            found = found or judge.within(engine.tracks, every, engine.clock_s, engine.now_ns)
            o, rule = engine.outlook, judge.rules[told.rule]
            soon = (o.soon_area[every] == told.area) & (o.p_soon[every] >= rule.soon_on)
            values = values * found.concerns(told.area, soon)
        means = judge.means(engine.tracks, every, told.rule, engine.clock_s, engine.now_ns)
        engine.meet(every, np.full(len(every), slot), values * means, nowhere)
