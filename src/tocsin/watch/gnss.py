"""Where satellite navigation fails: for several aircraft of a neighbourhood at the same time.

An aircraft is affected whose navigation was sound (NACp or NIC of 7 and more, `LEAST` times) and
is now reported as lost (4 and less); that is heard while its position is silent; or whose position
leaps where no aircraft flies.  One alone has a fault of its own: interference is `gnss_aircraft`
affected in squares of 0.5 by 1 degree that touch, and `gnss_share` of all that fly there and say
how they navigate.  It is over when for `CLEAR_S` not a third of that share was affected.

A position from inside is doubtful, unless something that needs no satellites saw the aircraft of
late: it is no evidence of an entry, nor of the contrary.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Floats
from tocsin.schema.live import Jamming
from tocsin.watch import plane
from tocsin.watch.batch import KINDS, Bools, Ints
from tocsin.watch.onepass import Round
from tocsin.watch.settings import WatchSettings
from tocsin.watch.tracks import COUNT, GAP, LAT, LON, NEVER, Tracks

SOUND = 7  # NACp 7 is 185 m, NIC 7 370 m (DO-260B)
POOR = 4  # NACp 4 is 1 NM, NIC 4 is 2 NM
LEAST = 3
HELD_S = 30.0  # a report of lost navigation counts so long
LEAP_S = 60.0
SILENT_S = 25.0
AWAKE_S = 10.0  # heard within this time, and silent about where it is
UNPLACED_S = SILENT_S - AWAKE_S - 1.0  # heard so long after its last position: it may fall silent
CLEAR_S = 60.0
HIGH_DEG = 0.5
_ROWS, _COLUMNS = 360, 360
_BY_SATELLITE = np.array([kind in ("adsb", "adsr", "remote_id", "flarm") for kind in KINDS])
_SATELLITE_KINDS = sum(1 << k for k, by in enumerate(_BY_SATELLITE.tolist()) if by)
_SQUARE_M = 40_000.0  # from the middle of a square to its corners, at most, beyond 40 degrees


@dataclass(frozen=True, slots=True)
class Spell:
    """Interference that goes on, and where."""

    told: Jamming
    squares: tuple[int, ...]
    last_s: float  # when it was last seen to hold


class Interference:
    """All spells of interference."""

    def __init__(self, settings: WatchSettings) -> None:
        self._settings = settings
        self.spells: tuple[Spell, ...] = ()
        self._next_s = 0.0
        self.compiled: Round | None = None  # one pass over all tracks, where it could be compiled

    def look(
        self, tracks: Tracks, clock_s: float, now_ns: int
    ) -> tuple[tuple[Jamming, ...], tuple[Jamming, ...]] | None:
        """Return the spells that opened and that closed, or None where nothing changed at all."""
        if clock_s < self._next_s:
            return None
        self._next_s = clock_s + self._settings.gnss_s
        loops = self.compiled
        if not self.spells and _suspects(tracks, clock_s, loops) < self._settings.gnss_aircraft:
            tracks.judged_at[tracks.jammed] = NEVER
            tracks.jammed[:] = False
            return None
        rows, hit = affected(tracks, clock_s, loops)
        square = _square(tracks.motion[rows, LON], tracks.motion[rows, LAT])
        before = self.spells
        held = [self._go_on(spell, tracks, rows, hit, square, clock_s) for spell in before]
        lasting = [spell for spell in held if clock_s - spell.last_s < CLEAR_S]
        ended = [replace(spell.told, until_ns=now_ns) for spell in held if spell not in lasting]
        begun = self._begin(tracks, rows, hit, square, lasting, clock_s, now_ns)
        self.spells = (*lasting, *begun)
        self._doubt(tracks, rows, hit, square, clock_s)
        if self.spells == before:
            return None
        if [s.told for s in self.spells] == [s.told for s in before]:
            return None
        return tuple(s.told for s in begun), tuple(ended)

    def told(self) -> tuple[Jamming, ...]:
        """Return the spells that go on."""
        return tuple(spell.told for spell in self.spells)

    def _begin(
        self,
        tracks: Tracks,
        rows: Ints,
        hit: Bools,
        square: Ints,
        lasting: list[Spell],
        clock_s: float,
        now_ns: int,
    ) -> list[Spell]:
        if hit.sum() < self._settings.gnss_aircraft:
            return []
        all_of = np.bincount(square, minlength=_ROWS * _COLUMNS)
        hit_of = np.bincount(square[hit], minlength=_ROWS * _COLUMNS)
        known = {s for spell in lasting for s in spell.squares}
        found: set[int] = set()
        for each in np.unique(square[hit]).tolist():
            around = _around(each)
            many, lost = int(all_of[around].sum()), int(hit_of[around].sum())
            enough = lost >= self._settings.gnss_aircraft
            if enough and lost >= self._settings.gnss_share * many:
                found |= {int(s) for s in around if hit_of[s]}
        out = []
        for part in _parts(found - known):
            if known & {int(s) for each in part for s in _around(each)}:
                self._widen(lasting, part)
                continue
            here = np.isin(square, np.array(sorted({int(s) for e in part for s in _around(e)})))
            told = _jamming(tracks, rows[here], hit[here], None, now_ns, part[0])
            out.append(Spell(told, part, clock_s))
        return out

    def _widen(self, lasting: list[Spell], part: tuple[int, ...]) -> None:
        near = {int(s) for each in part for s in _around(each)}
        for k, spell in enumerate(lasting):
            if near & set(spell.squares):
                lasting[k] = replace(spell, squares=tuple(sorted({*spell.squares, *part})))
                return

    def _go_on(
        self,
        spell: Spell,
        tracks: Tracks,
        rows: Ints,
        hit: Bools,
        square: Ints,
        clock_s: float,
    ) -> Spell:
        around = np.array(sorted({int(s) for each in spell.squares for s in _around(each)}))
        here = np.isin(square, around)
        many, lost = int(here.sum()), int((hit & here).sum())
        if lost and lost >= self._settings.gnss_share / 3 * many:
            told = _jamming(tracks, rows[here], hit[here], spell.told, 0, spell.squares[0])
            return replace(spell, told=told, last_s=clock_s)
        return spell

    def _doubt(self, tracks: Tracks, rows: Ints, hit: Bools, square: Ints, clock_s: float) -> None:
        before = tracks.jammed.copy()
        tracks.jammed[:] = False
        if self.spells:
            inside = {int(s) for sp in self.spells for each in sp.squares for s in _around(each)}
            doubtful = hit & np.isin(square, np.array(sorted(inside)))
            doubtful &= clock_s - tracks.other_at[rows] > HELD_S
            tracks.jammed[rows[doubtful]] = True
        tracks.judged_at[tracks.jammed != before] = NEVER

    def dumped(self) -> dict[str, Any]:
        """Return the spells in JSON's terms."""
        return {
            "next_s": self._next_s,
            "spells": [
                {
                    "told": {n: getattr(s.told, n) for n in Jamming.__slots__},
                    "squares": s.squares,
                    "last_s": s.last_s,
                }
                for s in self.spells
            ],
        }

    def restore(self, told: dict[str, Any]) -> None:
        """Become what was dumped."""
        self._next_s = told["next_s"]
        self.spells = tuple(
            Spell(Jamming(**each["told"]), tuple(each["squares"]), each["last_s"])
            for each in told["spells"]
        )


def _suspects(tracks: Tracks, clock_s: float, compiled: Round | None) -> int:
    """Return how many aircraft are affected, for which only those are looked at that may be."""
    rows = np.flatnonzero(tracks.suspect)
    if not len(rows):
        return 0
    _, hit = affected(tracks, clock_s, compiled, rows)
    unplaced = clock_s - tracks.placed_at[rows] >= UNPLACED_S
    lasts = unplaced & (clock_s - tracks.heard_at[rows] <= AWAKE_S)
    lasts |= clock_s - tracks.poor_at[rows] <= HELD_S
    lasts |= clock_s - tracks.leapt_at[rows] <= LEAP_S
    tracks.suspect[rows[~lasts]] = 0
    return int(hit.sum())


def affected(
    tracks: Tracks, clock_s: float, compiled: Round | None = None, rows: Ints | None = None
) -> tuple[Ints, Bools]:
    """Return the rows of aircraft that navigate by satellites, and which are affected now.

    rows   those that are asked about; all, unless told
    """
    rows = tracks.rows() if rows is None else rows
    if compiled is not None:
        code = compiled.affected(rows, clock_s, _SATELLITE_KINDS)
        counted = np.flatnonzero(code)
        return rows[counted], code[counted] > 1
    m = tracks.motion[rows].T
    kind = tracks.kind[rows]
    heard = clock_s - tracks.heard_at[rows]
    sound = tracks.sound[rows] >= LEAST
    # A radar may have seen it last: who reports its navigation flies by it all the same.
    by_satellite = (kind >= 0) & (_BY_SATELLITE[kind] | sound)
    flying = by_satellite & (tracks.grounded[rows] != 1) & (heard <= HELD_S)
    poor = sound & (clock_s - tracks.poor_at[rows] <= HELD_S)
    leapt = clock_s - tracks.leapt_at[rows] <= LEAP_S
    usual = (m[COUNT] >= 5) & (m[GAP] <= SILENT_S / 4)
    silent = usual & (clock_s - tracks.placed_at[rows] >= SILENT_S) & (heard <= AWAKE_S)
    hit = poor | leapt | silent
    counted = flying & (sound | (m[COUNT] >= 5))
    return rows[counted], hit[counted]


def _square(lon_deg: Floats, lat_deg: Floats) -> Ints:
    i = np.clip(np.floor((lat_deg + 90.0) / HIGH_DEG), 0, _ROWS - 1).astype(np.int64)
    j = np.floor((lon_deg + 180.0) / (2 * HIGH_DEG)).astype(np.int64) % _COLUMNS
    return np.asarray(i * _COLUMNS + j)


def _around(square: int) -> NDArray[np.int64]:
    i, j = divmod(square, _COLUMNS)
    rows = np.clip(np.arange(i - 1, i + 2), 0, _ROWS - 1)
    columns = np.arange(j - 1, j + 2) % _COLUMNS
    return np.unique((rows[:, None] * _COLUMNS + columns).ravel())


def _parts(squares: set[int]) -> list[tuple[int, ...]]:
    """Return the squares that touch each other together, each part sorted."""
    left, out = set(squares), []
    while left:
        part, edge = set(), [min(left)]
        while edge:
            each = edge.pop()
            if each in left:
                left.discard(each)
                part.add(each)
                edge += [int(s) for s in _around(each)]
        out.append(tuple(sorted(part)))
    return out


def _jamming(
    tracks: Tracks, rows: Ints, hit: Bools, was: Jamming | None, now_ns: int, square: int
) -> Jamming:
    i, j = divmod(square, _COLUMNS)
    lat0, lon0 = (i + 0.5) * HIGH_DEG - 90.0, (2 * j + 1) * HIGH_DEG - 180.0
    x, y = plane.xy(
        plane.place(lon0, lat0), tracks.motion[rows[hit], LON], tracks.motion[rows[hit], LAT]
    )
    lon, lat = plane.away(plane.place(lon0, lat0), np.array(x.mean()), np.array(y.mean()))
    wide = float(np.hypot(x - x.mean(), y - y.mean()).max()) + _SQUARE_M / 2
    return Jamming(
        area=was.area if was else _named(lon0, lat0),
        from_ns=was.from_ns if was else now_ns,
        until_ns=None,
        aircraft=len(rows),
        affected=int(hit.sum()),
        lon_deg=round(float(lon), 3),
        lat_deg=round(float(lat), 3),
        radius_m=round(wide, -3),
    )


def _named(lon_deg: float, lat_deg: float) -> str:
    """Return the name of a square by its middle: N59.75 E025.5."""
    ns, ew = "NS"[lat_deg < 0], "EW"[lon_deg < 0]
    return f"{ns}{abs(lat_deg):05.2f} {ew}{abs(lon_deg):05.1f}"
