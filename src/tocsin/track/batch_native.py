"""The smoother of `batch` compiled, where a compiler was at hand when tocsin was installed.

`smoother.c` has the equations; this hands it arrays.  It gives what numpy gives, to rounding, some
five times faster.
"""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tocsin import compiled
from tocsin.compiled import at
from tocsin.schema import Floats
from tocsin.track.models import STATE, Modes

SOURCE = Path(__file__).with_name("smoother.c")
LANES = 4  # tracks at once: the last axis of what it is given is a multiple of that
MOST_MODES = 4
ALIGNED_BYTES = 64


@cache
def library() -> ctypes.CDLL | None:
    """Return the compiled smoother; None where there is none."""
    found = compiled.library(SOURCE)
    if found is not None:
        found.tocsin_room.restype = ctypes.c_long
    return found


def usable(modes: Modes) -> bool:
    """Return whether these modes can go the compiled way."""
    return library() is not None and modes.count <= MOST_MODES


def smooth(
    dt_s: Floats, seen: Floats, begin: NDArray[np.int64], modes: Modes, speed_sd_mps: float
) -> Floats:
    """Return smoothed means, covariances and weights, (B, K, 4 + 16 + R).

    dt_s   (K - 1, B) steps
    seen   (K, 6, B) x and y, and the four entries of their covariance
    begin  (B,) index of the first measurement; before that a track stands still
    """
    lib = library()
    if lib is None:
        raise RuntimeError("the smoother was not compiled; ask usable() first")
    count, _, b = seen.shape
    room = np.empty(count * lib.tocsin_room() + ALIGNED_BYTES, np.uint8)
    room = room[-room.ctypes.data % ALIGNED_BYTES :]
    out = np.empty((b, count, STATE + STATE**2 + modes.count))
    columns = (np.radians(modes.turn_deg_s), modes.density, modes.stay_s, modes.start())
    turn, density, stay, start = (np.ascontiguousarray(x, np.float64) for x in columns)
    lib.tocsin_smooth(
        ctypes.c_long(count),
        ctypes.c_long(b),
        *_pointers(dt_s, seen, begin),
        ctypes.c_long(modes.count),
        *_pointers(turn, density, stay, start),
        ctypes.c_double(speed_sd_mps**2),
        *_pointers(room, out),
    )
    return out


def _pointers(*arrays: NDArray[np.generic]) -> list[ctypes.c_void_p]:
    return [ctypes.c_void_p(at(each)) for each in arrays]
