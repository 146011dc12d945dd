"""The loops of `imm.forward` and `sample` compiled, where a compiler was at hand at install.

`sampler.c` has the equations; this hands it arrays.  What comes out is what numpy gives, to
rounding: ten times sooner.
"""

from __future__ import annotations

import ctypes
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tocsin import compiled
from tocsin.compiled import at
from tocsin.schema import Floats
from tocsin.track.models import STATE, Modes

SOURCE = Path(__file__).with_name("sampler.c")
MOST_MODES = 4
MOST_STATES = 24
Ints = NDArray[np.int64]
_LONG, _AT = ctypes.c_long, ctypes.c_void_p


@cache
def library() -> ctypes.CDLL | None:
    """Return the compiled sampler; None where there is none."""
    found = compiled.library(SOURCE)
    if found is None or ctypes.sizeof(_LONG) != 8:
        return None
    modes: list[Any] = [_LONG, _AT, _AT, _AT]
    many: list[Any] = [_LONG] * 3
    found.tocsin_forward.argtypes = [*many, *[_AT] * 4, *modes, *[_AT] * 5]
    found.tocsin_forward.restype = None
    found.tocsin_pair_bytes.argtypes = [_LONG]
    found.tocsin_pair_bytes.restype = _LONG
    back: list[Any] = [*many, _LONG, _LONG, _AT, _AT, _LONG, _LONG, _AT, _AT, _AT, *modes]
    found.tocsin_back_many.argtypes = [*back, *[_AT] * 8]
    found.tocsin_back_many.restype = _LONG
    return found


def usable(modes: Modes, constants: int) -> ctypes.CDLL | None:
    """Return the compiled sampler where it can take so many modes and constants."""
    fits = modes.count <= MOST_MODES and STATE + constants <= MOST_STATES
    return library() if fits else None


class Rules:
    """Modes as the loops take them: turns in radians."""

    def __init__(self, modes: Modes) -> None:
        columns = (np.radians(modes.turn_deg_s), modes.density, modes.stay_s)
        self.columns = tuple(np.ascontiguousarray(column, np.float64) for column in columns)
        self.given = (modes.count, *map(at, self.columns))


def forward(
    lib: ctypes.CDLL,
    t_s: Floats,
    z_m: Floats,
    cov_m2: Floats,
    design: Floats | None,
    modes: Modes,
    mean: Floats,
    cov: Floats,
    weight: Floats,
) -> tuple[Floats, Floats]:
    """Fill mean, cov and weight from their first measurement on; return the likelihoods."""
    tracks, count = t_s.shape
    rules = Rules(modes)
    given = [np.ascontiguousarray(one, np.float64) for one in (t_s, z_m, cov_m2)]
    h = np.zeros(1) if design is None else np.ascontiguousarray(design, np.float64)
    loglik, so_far = np.zeros(tracks), np.zeros((count, tracks))
    lib.tocsin_forward(
        count,
        tracks,
        mean.shape[-1] - STATE,
        *map(at, (*given, h)),
        *rules.given,
        *map(at, (mean, cov, weight, loglik, so_far)),
    )
    return loglik, so_far


class Back:
    """Steps back of one set of samples; see `sample.backward`."""

    def __init__(
        self,
        lib: ctypes.CDLL,
        modes: Modes,
        dt_s: Floats,
        filtered: tuple[Floats, Floats, Floats],
        used: Ints,
        place: Ints,
    ) -> None:
        self._lib, self._rules = lib, Rules(modes)
        self._dt_s = np.ascontiguousarray(dt_s)
        self._filtered = [np.ascontiguousarray(one) for one in filtered]
        self._used, self._place = used, place
        pairs = max(1, len(used)) * modes.count
        size = int(lib.tocsin_pair_bytes(filtered[0].shape[-1] - STATE))
        room = np.empty(pairs * size // 8 + 4, np.float64)
        skip = -at(room) % 32 // 8  # vectors lie at multiples of their size
        self._room = room[skip:]
        self._made = np.empty(pairs, np.uint8)

    def draw(
        self,
        last: int,
        normal: Floats,
        uniform: Floats,
        x: Floats,
        constants: Floats,
        mode: Ints,
    ) -> int:
        """Fill x (K, M, 4) and mode (K, M) from `last` downwards; return how many steps it did.

        constants  (M, n - 4)
        normal    (steps, M, 4), uniform (steps, M); or for the first of groups that are drawn alike
        """
        steps, each = uniform.shape
        _, tracks, _, n = self._filtered[0].shape
        done: int = self._lib.tocsin_back_many(
            last,
            steps,
            len(self._place),
            each,
            len(self._used),
            *map(at, (self._used, self._dt_s)),
            n - STATE,
            tracks,
            *map(at, self._filtered),
            *self._rules.given,
            *map(at, (self._place, normal, uniform, x, constants)),
            at(mode),
            at(self._room),
            at(self._made),
        )
        return done
