"""The engine of a watch: updates, what people say and the time in; alerts and tracks out.

    engine = Engine(areas, rules, settings, synthetic=False)
    step = engine.step(batch_of(fixes, "rx-1", "rx-1"), now_ns)

Every call takes the time and returns a `Step`.  The same calls in the same order give the same
steps, byte for byte; nothing is read from a clock.  A time that steps back is taken as no time
passed, and counted.  Tracks are held against the rules once a call: a batch should span no more
than a second or two of observations.  `step.changed` makes its rows when it is read: read it
before the next call, at the pace of the screens (once a second is enough), not once a batch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from tocsin.schema import Floats
from tocsin.schema.live import Alert, AlertKind, Handling, Jamming
from tocsin.watch import checkpoint, tell
from tocsin.watch.area import Area
from tocsin.watch.batch import Batch, Bools, Ints
from tocsin.watch.book import Book
from tocsin.watch.gnss import Interference
from tocsin.watch.hold import NOTABLE, Holds, Turn
from tocsin.watch.intake import Intake
from tocsin.watch.judge import SURE, Judge, Within
from tocsin.watch.judged import Judged, judged
from tocsin.watch.onepass import Round, rounds
from tocsin.watch.outlook import Coming, Outlook, Prophet
from tocsin.watch.rules import Rule
from tocsin.watch.said import Asked
from tocsin.watch.settings import WatchSettings
from tocsin.watch.sweep import PARTS, parts_due, sweep
from tocsin.watch.told import Row, Rows
from tocsin.watch.tracks import LAT, LON, PP, R, Tracks

_NOBODY = np.zeros(0, np.int64)
_US = 1_000  # ns: alerts count microseconds, as their text does
TEST_RULE = "test"
DEGREE_M = 112_000.0  # of latitude, anywhere at most (111.7 km) and of longitude at the equator
_GOLDEN = 0.6180339887498949  # spreads the rows evenly, however many there are
PATIENCE = 6  # times the usual, where nothing but a way of many kilometres changes the answer


@dataclass(frozen=True, slots=True, eq=False)
class Step:
    """What one call changed."""

    alerts: Sequence[Alert] = ()  # opened, changed or closed; written when they are read
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
        self.holds = Holds(self.settings.capacity, self.judge.slots, self.tracks.waiting)
        self.outlook = Outlook(self.settings.capacity)
        self.prophet = Prophet(self.judge, self.tracks, self.outlook)
        self.book = Book(self.settings.alerts_kept)
        self.interference = Interference(self.settings)
        self.counts: dict[str, int] = {}  # of what was not used, by reason, since the start
        self.clock_s = 0.0
        self.now_ns = 0
        self.swept_s = 0.0
        self.oldest_s = np.full(PARTS, -np.inf)  # no track of a part was heard before: see `sweep`
        self.unwell: set[str] = set()  # witnesses whose feed is in trouble
        self.intake = Intake(self.tracks, self.settings, self._count, self.drop, self.judge.forget)
        # Not all in the same step: each row has a time of its own between half and all of it.
        share = (np.arange(self.settings.capacity) * _GOLDEN) % 1.0
        self._recheck_s = self.settings.recheck_s * (1.0 + share) / 2
        self.judged: Judged | None = None
        loops = rounds(self.tracks, self._recheck_s)
        self.compiled(loops, judged(self.tracks, self.outlook, self.holds))
        self._names = tuple(area.id for area in areas)
        self._gone: list[str] = []

    def compiled(self, loops: Round | None, judged: Judged | None) -> None:
        """Go the compiled way, or with None a column at a time in numpy."""
        self.intake.compiled = self.interference.compiled = loops
        self.judged = self.holds.compiled = judged
        judge = self.judge
        self._at_once = all(judge.plain) and not judge.raises(AlertKind.PREDICTED)
        if judged is not None and self._at_once:
            patience = PATIENCE - 1 if judge.steady else 0.0
            off = np.array([rule.p_off for rule in judge.rules])
            asked = judge.asked, judge.changing, self._recheck_s, patience
            judged.terms(*asked, judge.slot_of[AlertKind.INSIDE], off)

    def step(self, batch: Batch, now_ns: int) -> Step:
        """Take in the updates of one feed."""
        self._pass(now_ns)
        for reason, count in batch.errors.items():
            self._count(reason, count)
        if not len(batch):
            return self._done(_NOBODY)
        widest_m = self.judge.widest_m
        rows, due, motion = self.intake.take(batch, self.now_ns, self.clock_s, widest_m)
        due = self._due(rows, motion) if due is None else due
        if len(due):
            due.sort()
            self._judge(due)
        return self._done(rows)

    def tick(self, now_ns: int) -> Step:
        """Let time pass without data; to be called about once a second when nothing comes."""
        self._pass(now_ns)
        return self._done(_NOBODY)

    def say(self, said: Asked, now_ns: int) -> Step:
        """Take in what a person did: acknowledge, snooze, reopen an alert, or press the button."""
        self._pass(now_ns)
        if said.action == "test":
            made = tell.plain_alert(self, AlertKind.TEST, TEST_RULE, None, _test(said))
            self.book.open(made)
        else:
            deed = Handling(said.by, self.now_ns, said.action, said.reason, said.until_ns)
            if not self.book.handle(said.alert or "", deed, self.clock_s):
                self._count("said-of-nothing", 1)
        return self._done(_NOBODY)

    def feed(self, name: str, trouble: str | None, now_ns: int, *, witness: str = "") -> Step:
        """Take in how a feed stands: `trouble` is the sentence for people, None is well.

        While a feed is in trouble nothing is called lost for want of its witness.
        """
        self._pass(now_ns)
        if trouble is None:
            self.unwell.discard(witness or name)
        else:
            self.unwell.add(witness or name)
        self._health(AlertKind.FEED, name, trouble)
        return self._done(_NOBODY)

    def strain(self, name: str, trouble: str | None, now_ns: int) -> Step:
        """Take in how the watch itself stands (disk, queue): the same, as a LOAD alert."""
        self._pass(now_ns)
        self._health(AlertKind.LOAD, name, trouble)
        return self._done(_NOBODY)

    def rows(self) -> Rows:
        """Return the rows of all tracks."""
        return self._told(self.tracks.rows())

    def warm(self, most: int = 50_000) -> int:
        """Prepare the surroundings of every limit; return how many squares there are.

        Where a rule looks ahead, what that goes between is measured too.  Changes no result: what
        is not prepared is prepared when the first track comes there.
        """
        return self.judge.limits.prepare(most, drawn=self.judge.raises(AlertKind.PREDICTED))

    def dump(self) -> bytes:
        """Return the whole state; the same state gives the same bytes."""
        return checkpoint.dumped(self)

    def load(self, data: bytes) -> None:
        """Become the engine that was dumped; it must have the same areas, rules and settings.

        Raises IntegrityError for bytes that are not whole, UsageError for another configuration.
        """
        checkpoint.restore(self, data)

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

    def drop(self, row: int, why: str) -> None:
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
        """Look at what time alone brings, and return what the call changed."""
        jamming = self._interference()
        changed = sweep(self, parts_due(self.swept_s, self.clock_s))
        self.swept_s = self.clock_s
        if len(changed):
            rows = np.union1d(rows, changed)
        gone, self._gone = tuple(self._gone), []
        return Step(self.book.taken(), self._told(rows), gone, jamming)

    def _due(self, rows: Ints, m: Floats | None) -> Ints:
        """Return those of the rows of which something may have changed."""
        t = self.tracks
        if m is None:
            m = t.motion[rows].T
        x = (m[LON] - t.judged_lon[rows]) * t.judged_wide[rows]  # across the antimeridian: far
        y = (m[LAT] - t.judged_lat[rows]) * DEGREE_M
        variance = np.maximum(m[PP], m[R]) + self.judge.widest_m**2
        left = t.clear_m[rows] - SURE * np.sqrt(variance)
        due = (x * x + y * y >= left * left) | (left <= 0)
        due |= self.clock_s - t.judged_at[rows] >= self._recheck_s[rows]
        due |= self.holds.waiting[rows] > 0
        return np.asarray(rows[due])

    def _judge(self, rows: Ints) -> None:
        """Hold tracks against the areas, and their alerts against the rules."""
        t, judge = self.tracks, self.judge
        found = judge.within(t, rows, self.clock_s, self.now_ns)
        if self.judged is not None and self._at_once:
            now = self.clock_s, self.now_ns
            self._follow(*self.judged.at_once(rows, found, *now, NOTABLE), found.guessed)
            return
        if self.judged is not None:
            self.judged.settle(rows, found.clear_m, found, judge.asked)
        else:
            lon, lat = t.motion[rows, LON], t.motion[rows, LAT]
            t.judged_lon[rows], t.judged_lat[rows] = lon, lat
            # A little nearer the equator.
            t.judged_wide[rows] = DEGREE_M * np.cos(np.radians(lat) * 0.99)
            t.clear_m[rows] = found.clear_m
            self.outlook.within(rows, found, judge.asked)
        for r, rule in enumerate(judge.rules):
            self._ask(AlertKind.INSIDE, r, found, rule.p_off)
        for ahead in self.prophet.look(rows, found, self.clock_s):
            for r, rule in enumerate(judge.rules):
                if ahead.look_ahead_s == judge.ahead_s[r]:
                    self._ask(AlertKind.PREDICTED, r, ahead, rule.soon_off)
        if self.judged is not None:
            looks_ahead, patience = judge.raises(AlertKind.PREDICTED), PATIENCE - 1
            self.judged.calm(
                *(rows, found, judge.changing, self._recheck_s),
                *(patience if judge.steady else 0.0, self.clock_s),
                looks_ahead=looks_ahead,
            )
        else:
            t.judged_at[rows] = self.clock_s + self._calm_s(rows, found)

    def _ask(self, kind: AlertKind, rule: int, found: Within | Coming, off: float) -> None:
        """Hold what was found against a rule's slots of a kind."""
        slot_of, p = self.judge.slot_of[kind][rule], found.p
        if self.judged is not None and self.judge.plain[rule]:
            now = self.clock_s, self.now_ns
            self._follow(*self.judged.ruled(found, slot_of, off, *now, NOTABLE), found.guessed)
            return
        if self.judged is not None:
            k, row, slot = self.judged.asked(found, slot_of, off)
        else:
            slot = slot_of[found.area + 1]
            k = np.flatnonzero(slot >= 0)
            k = k[~(p[k] < off) | (self.holds.phase[found.row[k], slot[k]] > 0)]
            row, slot = found.row[k], slot[k]
        if len(k):
            means = self.judge.means(self.tracks, row, rule, self.clock_s, self.now_ns)
            self.meet(row, slot, p[k] * means, found.guessed[k])

    def _calm_s(self, rows: Ints, found: Within) -> Floats:
        """Return how much later than usual tracks need to be looked at again, if they stay there.

        Beside areas that ask for a height or an hour, or where P cannot be told, not later at all;
        nor later than the next look ahead.  What is told of a track (that it landed, who it is)
        has it looked at again at once.
        """
        calm_s = np.zeros(len(rows))
        if self.judge.steady:
            calm_s = (PATIENCE - 1) * self._recheck_s[rows]
            calm_s[found.at[self.judge.changing[found.area] | np.isnan(found.p)]] = 0.0
            if self.judge.raises(AlertKind.PREDICTED):
                ahead_s = self.outlook.soon_due[rows] - self.clock_s
                calm_s = np.clip(ahead_s, 0.0, calm_s)
        return calm_s

    def meet(self, row: Ints, slot: Ints, p: Floats, guessed: Bools) -> None:
        """Hold values against slots; open, revise and close what follows."""
        self._follow(*self.holds.meet(row, slot, p, self.clock_s, self.now_ns), guessed)

    def _follow(self, turns: Sequence[Turn], anew: Sequence[Turn], guessed: Bools) -> None:
        for turn in turns:
            if turn.opens:
                self._open(turn, turn.p, bool(guessed[turn.at]))
            else:
                self._close(turn.row, turn.slot, tell.over(self, turn, turn.p))
        for turn in anew:
            name = self.holds.alert.get((turn.row, turn.slot))
            if name is not None:
                held, revision = self.book.held(name), self.book.revision(name)
                told = turn.p, bool(guessed[turn.at])
                self.book.revise(name, tell.draft(self, turn, *told, held, revision))

    def _open(self, turn: Turn, p: float, guessed: bool) -> None:
        here = (turn.row, turn.slot)
        self.holds.alert[here] = self.book.open(tell.draft(self, turn, p, guessed))
        soon = self.judge.soon_slot[turn.slot]
        if soon >= 0 and self.holds.phase[turn.row, soon]:  # what was predicted has come
            self._close(turn.row, soon, tell.entered(self, turn))
            self.holds.end(turn.row, soon)

    def _close(self, row: int, slot: int, why: str | Callable[[], str]) -> None:
        name = self.holds.alert.pop((row, slot), None)
        if name is not None:
            self.book.close(name, self.now_ns, why)

    def _interference(self) -> tuple[Jamming, ...] | None:
        changed = self.interference.look(self.tracks, self.clock_s, self.now_ns)
        if changed is None:
            return None
        begun, ended = changed
        for each in begun:
            for rule in self.judge.rules:
                if AlertKind.GNSS in rule.kinds and self.judge.near(rule, each, self.now_ns):
                    self.book.open(tell.jamming(self, rule, each))
        for each in ended:
            for name in self.book.open_about(AlertKind.GNSS, each.area):
                self.book.close(name, self.now_ns, tell.jamming_over(each))
        return self.interference.told()

    def _health(self, kind: AlertKind, name: str, trouble: str | None) -> None:
        rule = f"{kind.value}:{name}"
        held = self.book.open_about(kind, None, rule)
        if trouble is None:
            for alert in held:
                self.book.close(alert, self.now_ns, f"{name} is well again.")
        elif not held:
            self.book.open(tell.plain_alert(self, kind, rule, None, trouble))
        elif self.book.alerts[held[0]].why != trouble:
            self.book.change(held[0], self.now_ns, why=trouble)

    def _told(self, rows: Ints) -> Rows:
        return Rows(
            self.tracks, self.outlook, rows, self._names, self.clock_s, self.settings.coast_s
        )


def _test(said: Asked) -> str:
    return f"Test by {said.by}: {said.reason}" if said.reason else f"Test by {said.by}."
