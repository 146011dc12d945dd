"""The compiled look at what follows from where tracks are (`judged.c`), one call a question."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tocsin.compiled import at, library
from tocsin.schema import Floats
from tocsin.watch.batch import Bools, Ints
from tocsin.watch.hold import Holds, Turn

if TYPE_CHECKING:
    from tocsin.watch.outlook import Outlook
    from tocsin.watch.tracks import Tracks


_AT, _NS, _REAL = ctypes.c_void_p, ctypes.c_int64, ctypes.c_double
_SETTLED: list[Any] = [_AT, _AT, ctypes.c_long, _AT, _AT, _AT, _AT, _AT]
_CALM: list[Any] = [_AT, _AT, ctypes.c_long, _AT, _AT, _AT, _REAL, _AT, _REAL]
_MEET: list[Any] = [_AT, _AT, _AT, _AT, _AT, ctypes.c_long, _REAL, _NS, _REAL]
_RULED: list[Any] = [_AT, _AT, _AT, _AT, _REAL, _AT, _REAL, _NS, _REAL]
_JUDGED: list[Any] = [
    *(_AT, _AT, _AT, _AT, ctypes.c_long, _AT, _AT, _AT, _AT),
    *(_REAL, _NS, _REAL),
]


class _Pairs(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("at", "row", "area", "p")),
        ("count", ctypes.c_int64),
    ]


_GROW = ("since_s", "since_ns", "told", "free")
_STAY = ("phase", "entry", "free_count", "on", "off", "dwell_s", "close_s")
_OPENS, _CLOSES = 1, 2  # of a turn; else it is said anew
_TURN = np.dtype(
    [*((n, np.int64) for n in ("which", "row", "slot", "since_ns", "what")), ("p", float)]
)


class _Holds(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("phase", "entry", "since_s", "since_ns", "told")),
        *((name, ctypes.c_void_p) for name in ("numbers", "free", "free_count")),
        *((name, ctypes.c_void_p) for name in ("on", "off", "dwell_s", "close_s")),
        ("slots", ctypes.c_int64),
    ]


class _Terms(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("asked", "changing", "recheck_s")),
        ("patience", ctypes.c_double),
        *((name, ctypes.c_void_p) for name in ("slot_of", "off")),
        *((name, ctypes.c_int64) for name in ("rules", "areas")),
    ]


class Judged:
    """Asks the compiled code about the tracks, the outlook and the holds of one engine."""

    def __init__(self, tracks: Tracks, outlook: Outlook, holds: Holds, code: ctypes.CDLL) -> None:
        self._settled, self._calm = code.tocsin_settled, code.tocsin_calm
        self._asked, self._meet, self._ruled = (
            code.tocsin_asked,
            code.tocsin_meet,
            code.tocsin_ruled,
        )
        self._settled.restype = self._calm.restype = None
        self._asked.restype = self._meet.restype = self._ruled.restype = ctypes.c_long
        self._meet.argtypes, self._ruled.argtypes = _MEET, _RULED
        self._judged = code.tocsin_judged
        self._judged.restype, self._judged.argtypes = ctypes.c_long, _JUDGED
        self._settled.argtypes, self._calm.argtypes = _SETTLED, _CALM
        # These never move: where they are is asked once.
        self._kept = (tracks.record, outlook.in_area, outlook.p_in, outlook.soon_due)
        self._numbers, self._in_area, self._p_in, self._due = (
            ctypes.c_void_p(at(each)) for each in self._kept
        )
        self._holds, self._table = holds, _Holds(slots=holds.phase.shape[1])
        for name in _STAY:
            setattr(self._table, name, at(getattr(holds, name)))
        self._table.numbers = at(tracks.record)
        self._room(1024)
        self._terms: Any = None
        self._rules = 0
        self._seen: NDArray[np.float32] | None = None
        self._found: Any = None
        self._lies = _Pairs()
        self._places: dict[int, tuple[Any, ctypes.c_void_p]] = {}

    def terms(
        self,
        asked: Bools,
        changing: Bools,
        recheck_s: Floats,
        patience: float,
        slot_of: Ints,
        off: Floats,
    ) -> None:
        """Take what is asked where every rule means whoever is not on the ground, and none looks
        ahead: all that follows is then one call, `at_once`.

        slot_of   (rules, areas + 1), one row a rule; off (rules,)
        """
        self._kept_terms = asked, changing, recheck_s, slot_of, off
        places = at(asked), at(changing), at(recheck_s), patience, at(slot_of), at(off)
        self._terms = ctypes.byref(_Terms(*places, len(off), slot_of.shape[1] - 1))
        self._rules = len(off)

    def at_once(
        self, rows: Ints, pairs: Any, clock_s: float, now_ns: int, notable: float
    ) -> tuple[list[Turn], list[Turn]]:
        """Return what opens, closes and is said anew, as `settle`, `ruled` and `calm` do it."""
        holds, turns = self._ready(len(pairs.row) * self._rules)
        given = self._terms, at(rows), len(rows), at(pairs.clear_m), self._pairs(pairs)
        told = *given, self._in_area, self._p_in, clock_s, now_ns, notable
        return self._told(self._judged(holds, turns, *told))

    def settle(self, rows: Ints, clear_m: Floats, pairs: Any, asked: Bools) -> None:
        """Write down where tracks are, and in which area each most likely is.

        pairs   a `Within`: what was found of the rows
        """
        given = self._numbers, at(rows), len(rows), at(clear_m), self._pairs(pairs)
        self._settled(*given, self._fixed(asked), self._in_area, self._p_in)

    def calm(
        self,
        rows: Ints,
        pairs: Any,
        changing: Bools,
        recheck_s: Floats,
        patience: float,
        clock_s: float,
        *,
        looks_ahead: bool,
    ) -> None:
        """Write down when tracks are to be looked at again if they stay where they are."""
        given = self._numbers, at(rows), len(rows), self._pairs(pairs), self._fixed(changing)
        due = self._due if looks_ahead else None
        self._calm(*given, self._fixed(recheck_s), patience, due, clock_s)

    def asked(self, pairs: Any, slot_of: Ints, off: float) -> tuple[Ints, Ints, Ints]:
        """Return the pairs that a rule is to be asked about, their rows and their slots."""
        which, row, slot = np.empty((3, len(pairs.row)), np.int64)
        count = self._asked(
            *(ctypes.byref(self._of()), self._pairs(pairs), ctypes.c_void_p(at(slot_of))),
            *(ctypes.c_double(off), *(ctypes.c_void_p(at(each)) for each in (which, row, slot))),
        )
        return which[:count], row[:count], slot[:count]

    def meet(
        self, row: Ints, slot: Ints, p: Floats, clock_s: float, now_ns: int, notable: float
    ) -> tuple[list[Turn], list[Turn]]:
        """Return what values (N,) of rows in slots open and close, and what is said anew."""
        holds, turns = self._ready(len(row))
        row, slot = np.ascontiguousarray(row), np.ascontiguousarray(slot)
        p = np.ascontiguousarray(p)
        given = at(row), at(slot), at(p), len(row), clock_s, now_ns, notable
        return self._told(self._meet(holds, turns, *given))

    def ruled(
        self, pairs: Any, slot_of: Ints, off: float, clock_s: float, now_ns: int, notable: float
    ) -> tuple[list[Turn], list[Turn]]:
        """Return the same of pairs under a rule that means whoever is not on the ground."""
        holds, turns = self._ready(len(pairs.row))
        given = self._pairs(pairs), at(slot_of), off, self._numbers, clock_s, now_ns, notable
        return self._told(self._ruled(holds, turns, *given))

    def _ready(self, count: int) -> tuple[Any, Any]:
        """Return where the holds and the turns lie, with room for so many."""
        self._holds.room(count)
        if count > len(self._turns):
            self._room(2 * count)
        return ctypes.byref(self._of()), self._written

    def _room(self, count: int) -> None:
        self._turns = np.empty(count, _TURN)
        self._written = at(self._turns)

    def _told(self, count: int) -> tuple[list[Turn], list[Turn]]:
        turns: list[Turn] = []
        anew: list[Turn] = []
        if count:
            for k, row, slot, since_ns, what, p in self._turns[:count].tolist():
                turn = Turn(row, slot, k, what != _CLOSES, since_ns, p)
                (turns if what in (_OPENS, _CLOSES) else anew).append(turn)
        return turns, anew

    def _pairs(self, found: Any) -> Any:
        """Return where pairs lie; the same ones are asked about several times in a row."""
        if self._found is not found:
            places = getattr(found, "lies", None) or map(
                at, (found.at, found.row, found.area, found.p)
            )
            self._found, self._lies = found, _Pairs(*places, len(found.p))
        return ctypes.byref(self._lies)

    def _fixed(self, array: Any) -> ctypes.c_void_p:
        """Return where an array lies that is the same at every call."""
        held = self._places.get(id(array))
        if held is None or held[0] is not array:
            held = self._places[id(array)] = (array, ctypes.c_void_p(at(array)))
        return held[1]

    def _of(self) -> _Holds:
        """Return where the holds lie; their entries grow, and are others then."""
        if self._seen is not self._holds.told:
            self._seen = self._holds.told
            for name in _GROW:
                setattr(self._table, name, at(getattr(self._holds, name)))
        return self._table


def judged(tracks: Tracks, outlook: Outlook, holds: Holds) -> Judged | None:
    """Return the compiled look; None where there is none."""
    code = library(Path(__file__).parent / "judged.c")
    return None if code is None else Judged(tracks, outlook, holds, code)
