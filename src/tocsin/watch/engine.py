"""The engine of a watch: updates, what people say and the time in; alerts and tracks out.

    engine = Engine(areas, rules, settings, synthetic=False)
    step = engine.step(batch_of(fixes, "rx-1", "rx-1"), now_ns)

Every call takes the time and returns a `Step`.  The same calls in the same order give the same
steps, byte for byte; nothing is read from a clock.  A time that steps back is taken as no time
passed, and counted.  `step.changed` makes its rows when it is read: read it before the next
call, at the pace of the screens (once a second is enough), not once a batch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.schema import Floats
from tocsin.schema.live import Alert, AlertKind, Handling, Jamming
from tocsin.watch import fold, plane, tell
from tocsin.watch.area import Area
from tocsin.watch.batch import NOBODY, Batch, Ints
from tocsin.watch.book import Book
from tocsin.watch.hold import Holds, Turn
from tocsin.watch.judge import SURE, Judge, Within
from tocsin.watch.rules import Rule
from tocsin.watch.said import Asked
from tocsin.watch.settings import WatchSettings
from tocsin.watch.told import Outlook, Row, Rows
from tocsin.watch.tracks import (
    ALAT,
    ALON,
    CLEAR,
    EPOCH_NS,
    EVAL,
    LAG,
    LAT,
    LON,
    POS,
    PP,
    SEEN,
    R,
    Tracks,
    name_of,
)

_US = 1_000  # ns: alerts count microseconds, as their text does
TEST_RULE = "test"


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What one call changed."""

    alerts: tuple[Alert, ...] = ()  # opened, changed or closed; revision counted
    changed: Sequence[Row] = ()  # rows of `schema.live.TRACK_COLUMNS`
    gone: tuple[str, ...] = ()  # tracks no longer held
    jamming: tuple[Jamming, ...] | None = None  # all of it, or None where nothing changed


class Engine:
    """The state of a watch."""

    def __init__(
        self,
        areas: Sequence[Area],
        rules: Sequence[Rule],
        settings: WatchSettings | None = None,
        *,
        synthetic: bool,
    ) -> None:
        self.settings = settings or WatchSettings()
        self.synthetic = synthetic
        self.judge = Judge(areas, rules, self.settings)
        self.tracks = Tracks(self.settings.capacity)
        self.holds = Holds(self.settings.capacity, self.judge.slots)
        self.outlook = Outlook(self.settings.capacity)
        self.book = Book(self.settings.alerts_kept)
        self.counts: dict[str, int] = {}  # of what was not used, by reason, since the start
        self.clock_s = 0.0
        self.now_ns = 0
        self._names = tuple(area.id for area in areas)
        self._gone: list[str] = []

    def step(self, batch: Batch, now_ns: int) -> Step:
        """Take in the updates of one feed."""
        self._pass(now_ns)
        for reason, count in batch.errors.items():
            self._count(reason, count)
        rows = self._take_in(batch) if len(batch) else np.zeros(0, np.int64)
        return self._done(rows)

    def tick(self, now_ns: int) -> Step:
        """Let time pass without data; to be called about once a second when nothing comes."""
        self._pass(now_ns)
        return self._done(np.zeros(0, np.int64))

    def say(self, said: Asked, now_ns: int) -> Step:
        """Take in what a person did: acknowledge, snooze, reopen an alert, or press the button."""
        self._pass(now_ns)
        if said.action == "test":
            self.book.open(tell.plain_alert(self, AlertKind.TEST, TEST_RULE, None, _test(said)))
        else:
            deed = Handling(said.by, self.now_ns, said.action, said.reason, said.until_ns)
            if not self.book.handle(said.alert or "", deed, self.clock_s):
                self._count("said-of-nothing", 1)
        return self._done(np.zeros(0, np.int64))

    def feed(self, name: str, trouble: str | None, now_ns: int, *, witness: str = "") -> Step:
        """Take in how a feed stands: `trouble` is the sentence for people, None is well.

        While a feed is in trouble nothing is called lost for want of its witness.
        """
        self._pass(now_ns)
        self._health(AlertKind.FEED, name, trouble)
        return self._done(np.zeros(0, np.int64))

    def strain(self, name: str, trouble: str | None, now_ns: int) -> Step:
        """Take in how the watch itself stands (disk, queue): the same, as a LOAD alert."""
        self._pass(now_ns)
        self._health(AlertKind.LOAD, name, trouble)
        return self._done(np.zeros(0, np.int64))

    def rows(self) -> Rows:
        """Return the rows of all tracks."""
        return self._told(self.tracks.rows())

    def _pass(self, now_ns: int) -> None:
        now_ns -= now_ns % _US
        gone_s = (now_ns - self.now_ns) / 1e9 if self.now_ns else 0.0
        if gone_s < 0:
            self._count("time-stepped-back", 1)
        self.clock_s += max(gone_s, 0.0)
        self.now_ns = now_ns
        self.tracks.turn(self.clock_s)
        self.book.wake(self.clock_s, now_ns)

    def _count(self, reason: str, count: int) -> None:
        if count:
            self.counts[reason] = self.counts.get(reason, 0) + count

    def _take_in(self, batch: Batch) -> Ints:
        """Fold a batch into the tracks; return the rows it told something new of."""
        row = self._rows_for(batch)
        known = np.flatnonzero(row >= 0)
        t = self.tracks
        now_s = (self.now_ns - EPOCH_NS) / 1e9
        t_s = np.where(batch.t_ns >= 0, (batch.t_ns - EPOCH_NS) / 1e9, now_s)
        t.motion[row[known], SEEN] = self.clock_s
        placed = known[~np.isnan(batch.lon_deg[known])]
        order = placed[
            fold.sorted_by(row[placed], t_s[placed], batch.lon_deg[placed], batch.lat_deg[placed])
        ]
        rows = row[order]
        folded = fold.fold(
            t,
            rows,
            t_s[order],
            batch.lon_deg[order],
            batch.lat_deg[order],
            batch.sigma_m[order] ** 2,
            batch.ve_mps[order],
            batch.vn_mps[order],
            self.clock_s,
            self.settings.accel_psd,
        )
        for reason, count in folded.counts.items():
            self._count(reason, count)
        t.motion[rows, POS] = self.clock_s
        used = order[folded.used]
        mine = row[used]
        t.motion[mine, LAG] = np.clip(now_s - t_s[used], 0.0, 60.0)
        t.kind[mine] = batch.kind[used]
        self._attributes(batch, row, known, t_s)
        return np.unique(mine)

    def _rows_for(self, batch: Batch) -> Ints:
        """Return the row of every update, opening those that are new; -1 where there is none."""
        t = self.tracks
        row = t.row_of(batch.key)
        new = (row < 0) & (batch.key != NOBODY) & ~np.isnan(batch.lon_deg)
        if new.any():
            keys = np.unique(batch.key[new])
            short = len(keys) - len(t.free)
            if short > 0:
                for old in t.oldest(min(short, len(t))):
                    self._drop(int(old), "no room is left for it")
                    self._count("evicted", 1)
            for key in keys[: len(t.free)]:
                t.open(int(key), name_of(int(key), batch))
            row = t.row_of(batch.key)
        self._count("unplaced", int((row < 0).sum()))
        return row

    def _attributes(self, batch: Batch, row: Ints, known: Ints, t_s: Floats) -> None:
        """Take over what updates tell beside a position; the last of a batch counts."""
        t, clock_s = self.tracks, self.clock_s
        k = known[np.argsort(t_s[known], kind="stable")]
        r = row[k]
        bit = t.witness(batch.witness)
        t.by_now[r] |= bit
        h = batch.h_m[:, k]
        if not np.isnan(h).all():
            for d in range(4):
                told = ~np.isnan(h[d])
                t.h_m[r[told], d] = h[d, told]
                t.h_at[r[told], d] = clock_s
            told = ~np.isnan(h).all(axis=0)
            t.h_sigma_m[r[told]] = batch.h_sigma_m[k[told]]
        rate = batch.vrate_mps[k]
        told = ~np.isnan(rate)
        t.vrate_mps[r[told]] = rate[told]
        answers = batch.answers[k]
        yes, no = r[answers == 1], r[answers == 0]
        t.answered_at[yes] = clock_s
        t.bare[yes] = 0
        t.bare_at[no] = clock_s
        np.add.at(t.bare, no, 1)
        for column, values in ((t.plan, batch.plan[k]), (t.grounded, batch.grounded[k])):
            told = values >= 0
            column[r[told]] = values[told]
        self._words(batch, r, k)

    def _words(self, batch: Batch, r: Ints, k: Ints) -> None:
        for codes, names, column in (
            (batch.callsign[k], batch.callsigns, self.tracks.callsign),
            (batch.type[k], batch.types, self.tracks.type),
        ):
            for n in np.flatnonzero(codes >= 0):
                row, word = int(r[n]), names[codes[n]].strip()
                if word and column[row] != word:
                    column[row] = word
                    self.judge.forget(row)
                    self.tracks.motion[row, EVAL] = -1e9

    def _drop(self, row: int, why: str) -> None:
        """Forget a track; what is open about it closes and says that it was not seen to end."""
        for slot in self.holds.held(row):
            name = self.holds.alert.pop((row, slot), None)
            if name is not None:
                self.book.close(name, self.now_ns, tell.forgotten(self, row, why))
            self.holds.end(row, slot)
        self._gone.append(self.tracks.name[row])
        self.judge.forget(row)
        self.outlook.clear(row)
        self.tracks.close(row)

    def _done(self, rows: Ints) -> Step:
        """Judge what moved, and return what the call changed."""
        due = self._due(rows)
        if len(due):
            self._judge(due)
        gone, self._gone = tuple(self._gone), []
        return Step(self.book.taken(), self._told(rows), gone, None)

    def _due(self, rows: Ints) -> Ints:
        """Return those of the rows of which something may have changed."""
        m = self.tracks.motion[rows].T
        x, y = plane.xy(plane.place(m[ALON], m[ALAT]), m[LON], m[LAT])
        margin = SURE * np.sqrt(np.maximum(m[PP], m[R]) + self.judge.widest_m**2)
        due = np.hypot(x, y) + margin >= m[CLEAR]
        due |= self.clock_s - m[EVAL] >= self.settings.recheck_s
        due |= self.holds.waiting[rows] > 0
        return np.asarray(rows[due])

    def _judge(self, rows: Ints) -> None:
        """Hold tracks against the areas, and their alerts against the rules."""
        t, o, judge = self.tracks, self.outlook, self.judge
        found = judge.within(t, rows, self.clock_s, self.now_ns)
        t.motion[rows, ALON], t.motion[rows, ALAT] = t.motion[rows, LON], t.motion[rows, LAT]
        t.motion[rows, CLEAR], t.motion[rows, EVAL] = found.clear_m, self.clock_s
        asked = judge.asked[found.area]
        o.in_area[rows], o.p_in[rows] = -1, 0.0
        some = np.flatnonzero(asked & ~(found.p < 1e-3))
        rank = some[np.argsort(np.nan_to_num(found.p[some], nan=1e-3), kind="stable")]
        o.in_area[found.row[rank]] = found.area[rank]  # the last assignment stands: the highest P
        o.p_in[found.row[rank]] = found.p[rank]
        for r in range(len(judge.rules)):
            slot = judge.slot_of[AlertKind.INSIDE][r, found.area + 1]
            k = np.flatnonzero(slot >= 0)
            if not len(k):
                continue
            near = ~(found.p[k] < self.judge.rules[r].p_off)
            k = k[near | (self.holds.phase[found.row[k], slot[k]] > 0)]
            if not len(k):
                continue
            p = found.p[k] * judge.means(t, found.row[k], r, self.clock_s, self.now_ns)
            turns = self.holds.meet(found.row[k], slot[k], p, self.clock_s, self.now_ns)
            for turn in turns:
                self._turn(turn, found, int(k[turn.at]), float(p[turn.at]))

    def _turn(self, turn: Turn, found: Within, k: int, p: float) -> None:
        here = (turn.row, turn.slot)
        if turn.opens:
            alert = tell.inside_alert(self, turn, p, float(found.d_m[k]), bool(found.guessed[k]))
            self.holds.alert[here] = self.book.open(alert)
            return
        name = self.holds.alert.pop(here, None)
        if name is not None:
            why = tell.left(self, turn, float(found.d_m[k]), p)
            self.book.close(name, self.now_ns, why)

    def _health(self, kind: AlertKind, name: str, trouble: str | None) -> None:
        rule = f"{kind.value}:{name}"
        held = [
            a for a in self.book.alerts.values() if a.rule == rule and a.id not in self.book.over
        ]
        if trouble is None:
            for alert in held:
                self.book.close(alert.id, self.now_ns, f"{name} is well again.")
        elif not held:
            self.book.open(tell.plain_alert(self, kind, rule, None, trouble))
        elif held[0].why != trouble:
            self.book.change(held[0].id, self.now_ns, why=trouble)

    def _told(self, rows: Ints) -> Rows:
        return Rows(
            self.tracks, self.outlook, rows, self._names, self.clock_s, self.settings.coast_s
        )


def _test(said: Asked) -> str:
    return f"Test by {said.by}: {said.reason}" if said.reason else f"Test by {said.by}."
