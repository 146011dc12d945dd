"""Random numbers for samples: of a generator, or of a seed and then the same for everybody.

A flight that is drawn again under other biases takes the same numbers each time; they are made
once.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Protocol

import numpy as np

from tocsin.schema import Floats

Shape = int | tuple[int, ...]


class Chance(Protocol):
    """What samples are drawn by; a numpy Generator is one."""

    def random(self, size: Any, /) -> Floats:
        """Return uniform numbers of a shape."""

    def standard_normal(self, size: Any, /) -> Floats:
        """Return normal numbers of a shape."""


class Repeated:
    """The numbers of `numpy.random.default_rng(seed)`, not to be written to."""

    def __init__(self, seed: int) -> None:
        self._asked: tuple[tuple[str, Shape], ...] = ()
        self._seed = seed

    def random(self, size: Shape, /) -> Floats:
        """Return uniform numbers of a shape."""
        return self._next("random", size)

    def standard_normal(self, size: Shape, /) -> Floats:
        """Return normal numbers of a shape."""
        return self._next("standard_normal", size)

    def _next(self, kind: str, size: Shape) -> Floats:
        self._asked = (*self._asked, (kind, size))
        return _drawn(self._seed, self._asked)[0]


@lru_cache(maxsize=24)  # what some flights ask for: a megabyte or so each
def _drawn(seed: int, asked: tuple[tuple[str, Shape], ...]) -> tuple[Floats, Any]:
    """Return the last numbers of those asked for in turn, and the state of the generator then."""
    rng = np.random.default_rng(seed)
    if len(asked) > 1:
        rng.bit_generator.state = _drawn(seed, asked[:-1])[1]
    kind, size = asked[-1]
    made: Floats = getattr(rng, kind)(size)
    made.flags.writeable = False
    return made, rng.bit_generator.state
