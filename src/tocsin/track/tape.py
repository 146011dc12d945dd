"""A list of operations on arrays, made once and run as often as wanted.

Numpy pays about half a microsecond an operation whatever its size, twice that where an operand
is broadcast, and cutting views and making results costs as much again.  Where one step of a
recursion is run thousands of times on arrays of one shape, its views and results are made once
and the operations are written down here.

The covariances of (x, y, vx, vy) are held as 12 entries: the rows of x and y, (2, 4), then the
block of vx and vy, (2, 2).  The other block is that of the first, transposed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np

from tocsin.schema import Floats

ENTRIES = 12
#: Where the entries of a whole covariance stand among the 12.
WHOLE = np.array([[0, 1, 2, 3], [1, 5, 6, 7], [2, 6, 8, 9], [3, 7, 9, 11]])
SMALL_BUFFER = 16  # the least that numpy allows
FEW = 2  # so many rows cost less one by one than broadcast


class Tape:
    """Operations in order; each writes to its argument `out`."""

    def __init__(self) -> None:
        self._steps: list[tuple[Callable[..., Any], tuple[Any, ...]]] = []

    def run(self) -> None:
        """Do all of them."""
        for do, arguments in self._steps:
            do(*arguments)

    def do(self, what: Callable[..., Any], *arguments: Any) -> None:
        """Write down any operation."""
        self._steps.append((what, arguments))

    def add(self, a: Floats, b: Floats, out: Floats) -> None:
        """Out = a + b."""
        self.do(np.add, a, b, out)

    def subtract(self, a: Floats, b: Floats, out: Floats) -> None:
        """Out = a - b."""
        self.do(np.subtract, a, b, out)

    def divide(self, a: Floats, b: Floats, out: Floats) -> None:
        """Out = a / b."""
        self.do(np.divide, a, b, out)

    def multiply(self, a: Floats, b: Floats, out: Floats) -> None:
        """Out = a b; b may be one row for all of a's."""
        if b.ndim == a.ndim - 1 and len(a) <= FEW:
            for row, target in zip(a, out, strict=True):
                self.do(np.multiply, row, b, target)
        else:
            self.do(np.multiply, a, b, out)

    def less(self, a: Floats, b: Floats, spare: Floats, out: Floats) -> None:
        """Out -= a b; b may be one row for all of a's."""
        self.multiply(a, b, spare)
        self.subtract(out, spare, out)

    def matrix(self, a: Floats, b: Floats, spare: Floats, out: Floats) -> None:
        """Out = a b, (i, k, ...) by (k, j, ...)."""
        self.do(np.multiply, a[:, 0, None], b[0], out)
        for k in range(1, len(b)):
            self.do(np.multiply, a[:, k, None], b[k], spare)
            self.do(np.add, out, spare, out)

    def mirror(self, cov: Floats) -> None:
        """Make both blocks of 12 entries symmetric: what is not grows from step to step."""
        for block in (cov[:8].reshape(2, 4, *cov.shape[1:]), cov[8:].reshape(2, 2, *cov.shape[1:])):
            self.do(np.copyto, block[1, 0], block[0, 1])

    def total(self, a: Floats, axis: int, out: Floats) -> None:
        """Out = the sum over an axis."""
        self.do(np.add.reduce, a, axis, None, out)

    def at_least(self, a: Floats, least: float, out: Floats) -> None:
        """Out = a, but not below `least`."""
        self.do(partial(np.maximum, a, np.array(least), out=out))


@contextmanager
def small_buffers() -> Iterator[None]:
    """Let numpy walk broadcast operands where they lie; it copies them where buffers are large."""
    before = np.setbufsize(SMALL_BUFFER)
    try:
        yield
    finally:
        np.setbufsize(before)


def blocks(cov: Floats) -> tuple[Floats, Floats]:
    """Return views of 12 entries (12, ...): the rows of x and y, the block of vx and vy."""
    rest = cov.shape[1:]
    return cov[:8].reshape(2, 4, *rest), cov[8:].reshape(2, 2, *rest)
