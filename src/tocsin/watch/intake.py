"""A batch into the tracks: whose it is, where it puts them, what else it tells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from tocsin.schema import Floats
from tocsin.watch import fold
from tocsin.watch.batch import KINDS, NOBODY, Batch, Bytes, Ints, named
from tocsin.watch.gnss import POOR, SOUND, UNPLACED_S
from tocsin.watch.match import matched
from tocsin.watch.onepass import Round, Whose
from tocsin.watch.settings import WatchSettings
from tocsin.watch.tracks import EPOCH_NS, NEVER, Tracks, name_of

Count = Callable[[str, int], None]
Drop = Callable[[int, str], None]

#: Kinds of source that need no satellites to know where an aircraft is.
_OTHER = np.array([kind in ("psr", "ssr", "psr_ssr", "mlat") for kind in KINDS])
_OTHER_KINDS = sum(1 << k for k, other in enumerate(_OTHER.tolist()) if other)


@dataclass(eq=False)
class Intake:
    """What stands between batches and tracks."""

    tracks: Tracks
    settings: WatchSettings
    count: Count
    drop: Drop
    changed: Callable[[int], None]  # a track has another callsign or type
    compiled: Round | None = None  # the same in one pass, where it could be compiled
    nameless: int = 0  # tracks begun by plots without a name
    _counting: Ints = field(default_factory=lambda: np.arange(8192))

    def take(
        self, batch: Batch, now_ns: int, clock_s: float, widest_m: float
    ) -> tuple[Ints, Ints | None, Floats | None]:
        """Fold a batch into the tracks; return the rows with a new position.

        And, from the compiled pass, those of which something may have changed against areas of an
        error of `widest_m` at most; from numpy the motion, (columns, N), where it is at hand.
        """
        t = self.tracks
        now_s = (now_ns - EPOCH_NS) / 1e9
        bit = t.witness(batch.witness)
        found = None if self.compiled is None else self.compiled.find(batch, now_s)
        if found is not None:
            row, t_s, placed, alone = found.row, found.t_s, found.placed, found.alone
            known = self._every(len(row))
        else:
            t_s = (batch.t_ns - EPOCH_NS) / 1e9
            if batch.t_ns.min() < 0:
                t_s = np.where(batch.t_ns >= 0, t_s, now_s)
            row = self._rows(batch, t_s, clock_s)
            known = np.flatnonzero(row >= 0)
            mine = row[known]
            t.scratch[mine] = np.arange(len(mine))
            alone = bool((t.scratch[mine] == np.arange(len(mine))).all())  # one update a track
            placed = known[~np.isnan(batch.lon_deg[known])]
        if not alone:
            lon, lat = batch.lon_deg, batch.lat_deg
            placed = placed[fold.sorted_by(row[placed], t_s[placed], lon[placed], lat[placed])]
            known = known[np.argsort(t_s[known], kind="stable")]
        self._words(batch, row, known)
        if self.compiled is None:
            rows, motion = self._folded(
                batch, row, t_s, placed, known, bit, now_s, clock_s, alone=alone
            )
            return rows, None, motion
        taken = self.compiled.take(
            *(batch, Whose(row, t_s, placed, alone), placed, known),
            clock_s=clock_s,
            now_s=now_s,
            accel_psd=self.settings.accel_psd,
            widest_m=widest_m,
            witness=bit,
            other_kinds=_OTHER_KINDS,
        )
        for reason, count in taken.counts.items():
            self.count(reason, count)
        return taken.rows, taken.due, None

    def _every(self, count: int) -> Ints:
        """Return 0, 1, 2 and so on."""
        if count > len(self._counting):
            self._counting = np.arange(2 * count)
        return self._counting[:count]

    def _folded(
        self,
        batch: Batch,
        row: Ints,
        t_s: Floats,
        placed: Ints,
        known: Ints,
        bit: int,
        now_s: float,
        clock_s: float,
        *,
        alone: bool,
    ) -> tuple[Ints, Floats | None]:
        """Do what the compiled pass does, a column at a time."""
        t, lon, lat = self.tracks, batch.lon_deg, batch.lat_deg
        mine = row[known]
        t.heard_at[mine] = clock_s
        t.brought_on(mine)
        t.by_now[mine] |= bit  # also by a second receiver of the same message
        order: Ints | slice = placed
        if alone and len(placed) == len(row):
            order = slice(None)  # views, no copies
        kind = batch.kind[order]
        rows = row[order]
        t.by_ever[rows] |= bit
        folded = fold.fold(
            t,
            rows,
            t_s[order],
            lon[order],
            lat[order],
            batch.sigma_m[order] ** 2,
            batch.ve_mps[order],
            batch.vn_mps[order],
            clock_s,
            self.settings.accel_psd,
            alone=alone,
        )
        for reason, count in folded.counts.items():
            self.count(reason, count)
        lag_s = np.clip(now_s - t_s[order], 0.0, 60.0)
        if not folded.used.all():
            rows, lag_s, kind = rows[folded.used], lag_s[folded.used], kind[folded.used]
        t.placed_at[rows], t.lag_s[rows], t.kind[rows] = clock_s, lag_s, kind
        other = _OTHER[kind]
        if other.any():
            t.other_at[rows[other]] = clock_s
        self._told(batch, row, known, clock_s)
        if folded.motion is not None:
            return rows, folded.motion
        rows = np.asarray(rows[np.flatnonzero(np.diff(rows, prepend=-1))])
        return rows, t.motion[rows].T

    def _rows(self, batch: Batch, t_s: Floats, clock_s: float) -> Ints:
        """Return the row of every update, opening those that are new; -1 where there is none."""
        t = self.tracks
        row = t.row_of(batch.key)
        if row.min() >= 0:  # nothing new, as nearly always
            return row
        placed = ~np.isnan(batch.lon_deg)
        new = (row < 0) & (batch.key != NOBODY) & placed
        if new.any():
            keys = np.unique(batch.key[new])
            self._room(len(keys))
            for key in keys[: len(t.free)]:
                t.open(int(key), name_of(int(key), batch))
            row = t.row_of(batch.key)
        lone = np.flatnonzero((batch.key == NOBODY) & placed)
        if len(lone):
            row[lone] = self._matched(batch, lone, t_s, clock_s)
        self.count("unplaced", int((row < 0).sum()))
        return row

    def _matched(self, batch: Batch, lone: Ints, t_s: Floats, clock_s: float) -> Ints:
        t, q = self.tracks, self.settings.accel_psd
        lone_t, lon, lat = t_s[lone], batch.lon_deg[lone], batch.lat_deg[lone]
        row = matched(t, lone_t, lon, lat, batch.sigma_m[lone] ** 2, clock_s, q)
        begun = np.flatnonzero(row < 0)
        begun = begun[np.lexsort((lat[begun], lon[begun], lone_t[begun]))]
        self._room(len(begun))
        for k in begun[: len(t.free)]:
            self.nameless += 1
            name = f"{batch.witness}/plot-{self.nameless}"
            row[k] = t.open(named(name), name)
        return row

    def _room(self, count: int) -> None:
        """Make room for new tracks: those not heard for longest give way."""
        short = min(count, self.settings.capacity) - len(self.tracks.free)
        if short > 0:
            for old in self.tracks.oldest(short):
                self.drop(int(old), "the watch holds no more tracks")
            self.count("evicted", short)

    def _told(self, batch: Batch, row: Ints, known: Ints, clock_s: float) -> None:
        """Take over what updates tell beside a position, by time; of one track the last counts."""
        t = self.tracks
        k: Ints | slice = known
        if len(known) == len(row) and bool((np.diff(known) == 1).all()):
            k = slice(None)
        r = row[k]
        t.suspect[r[clock_s - t.placed_at[r] >= UNPLACED_S]] = 1
        h = batch.h_m[:, k]
        some = ~np.isnan(h)
        for d in np.flatnonzero(some.any(axis=1)).tolist():
            told = slice(None) if some[d].all() else some[d]
            t.h_m[r[told], d], t.h_at[r[told], d] = h[d, told], clock_s
            t.h_sigma_m[r[told]] = batch.h_sigma_m[k][told]
        rate = batch.vrate_mps[k]
        known_rate = ~np.isnan(rate)
        if known_rate.any():
            t.vrate_mps[r[known_rate]] = rate[known_rate]
        answers = batch.answers[k]
        if (answers == 1).all():
            t.answered_at[r], t.bare[r] = clock_s, 0
        else:
            yes, no = r[answers == 1], r[answers == 0]
            t.answered_at[yes], t.bare[yes] = clock_s, 0
            np.add.at(t.bare, no, 1)
        grounded = batch.grounded[k]
        t.judged_at[r[(grounded >= 0) & (grounded != t.grounded[r])]] = NEVER
        for codes, values in ((t.plan, batch.plan[k]), (t.grounded, grounded)):
            known_code = values >= 0
            if known_code.all():
                codes[r] = values
            elif known_code.any():
                codes[r[known_code]] = values[known_code]
        self._navigation(batch.nacp[k], batch.nic[k], r, clock_s)

    def _navigation(self, nacp: Bytes, nic: Bytes, r: Ints, clock_s: float) -> None:
        best = np.maximum(nacp, nic)
        told = best >= 0
        if not told.any():
            return
        poor = ((nacp >= 0) & (nacp <= POOR)) | ((nic >= 0) & (nic <= POOR))
        good = r[(best >= SOUND) & ~poor]
        self.tracks.sound[good] = np.minimum(self.tracks.sound[good] + 1, 100)  # once a batch
        self.tracks.poor_at[r[poor]], self.tracks.suspect[r[poor]] = clock_s, 1

    def _words(self, batch: Batch, row: Ints, known: Ints) -> None:
        """Take over callsigns and types, by time."""
        for codes, names, column in (
            (batch.callsign, batch.callsigns, self.tracks.callsign),
            (batch.type, batch.types, self.tracks.type),
        ):
            if not len(names):
                continue
            words = [name.strip() for name in names]
            told = known[codes[known] >= 0]
            for r, code in zip(row[told].tolist(), codes[told].tolist(), strict=True):
                word = words[code]
                if word and column[r] != word:
                    column[r] = word
                    self.changed(r)
                    self.tracks.judged_at[r] = NEVER
