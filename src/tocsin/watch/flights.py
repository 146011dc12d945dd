"""The compiled look ahead (`soon.c`): paths, and flights that are drawn."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from tocsin.compiled import at, library
from tocsin.schema import Floats
from tocsin.watch.batch import Bools, Ints
from tocsin.watch.judge import Judge
from tocsin.watch.limits import Limits
from tocsin.watch.tracks import Tracks

_PLACES = 17  # a path and what is beside it: places asked about, at most


class _Asked(ctypes.Structure):
    _fields_ = [
        *((name, ctypes.c_void_p) for name in ("numbers", "row", "area", "horizon_s")),
        ("count", ctypes.c_int64),
        ("accel_psd", ctypes.c_double),
        *((name, ctypes.c_void_p) for name in ("sigma_m", "tall")),
    ]


@dataclass(frozen=True, slots=True, eq=False)
class Paths:
    """The flights without errors of pairs of track and area, (K,) each."""

    p: Floats
    eta_s: Floats  # (K, 3)
    bent: Bools  # P is to be found from flights that are drawn ...
    begin_s: Floats  # ... between these times
    end_s: Floats
    free_s: Floats  # for so long P stays 0, whatever the track does


class Flights:
    """Asks the compiled code about pairs of track and area."""

    def __init__(self, judge: Judge, tracks: Tracks, code: ctypes.CDLL) -> None:
        self._ahead, self._flights = code.tocsin_ahead, code.tocsin_flights
        self._ahead.restype = self._flights.restype = ctypes.c_long
        self._limits: Limits = judge.limits
        self._kept = tracks.record, np.ascontiguousarray(judge.sigma_m), judge.tall
        self._psd = judge.settings.accel_psd

    def ahead(self, row: Ints, area: Ints, horizon_s: Floats) -> Paths | None:
        """Return the paths of pairs (K,); None where squares are still to be made."""
        count = len(row)
        p, begin_s, end_s, free_s = np.empty((4, count))
        made = Paths(p, np.empty((count, 3)), np.empty(count, np.bool_), begin_s, end_s, free_s)
        asked, _held = self._asked(row, area, horizon_s)
        done = self._call(
            *(self._ahead, _PLACES * count, ctypes.byref(asked)),
            *map(_at, (p, made.eta_s, made.bent, begin_s, end_s, free_s)),
        )
        return made if done else None

    def drawn(
        self,
        row: Ints,
        area: Ints,
        horizon_s: Floats,
        which: Ints,
        paths: Paths,
        normal: Floats,
        margin_m: Floats | None,
    ) -> bool:
        """Write P and times of some of the pairs from flights; False where squares are missing.

        normal     (draws, 8) normal numbers of each flight
        margin_m   (which, draws, times) how far within the vertical limits, where any are asked
        """
        asked, _held = self._asked(row, area, horizon_s)
        places = len(which) * 16 * len(normal)
        return self._call(
            *(self._flights, places, ctypes.byref(asked)),
            *(_at(which), ctypes.c_long(len(which))),
            *map(_at, (paths.begin_s, paths.end_s, normal)),
            *(None if margin_m is None else _at(margin_m), _at(paths.p), _at(paths.eta_s)),
        )

    def _asked(self, row: Ints, area: Ints, horizon_s: Floats) -> tuple[_Asked, Any]:
        held = [np.ascontiguousarray(each) for each in (row, area, horizon_s)]
        numbers, sigma_m, tall = self._kept
        places = at(numbers), *map(at, held)
        return _Asked(*places, len(row), self._psd, at(sigma_m), at(tall)), held

    def _call(self, code: Any, places: int, *given: Any) -> bool:
        squares = self._limits.squares(places)
        return squares is not None and code(ctypes.byref(squares), *given) >= 0


def _at(values: Any) -> ctypes.c_void_p:
    return ctypes.c_void_p(at(values))


def flights(judge: Judge, tracks: Tracks) -> Flights | None:
    """Return the compiled look ahead; None where there is none."""
    code = library(Path(__file__).parent / "soon.c")
    return None if code is None else Flights(judge, tracks, code)
