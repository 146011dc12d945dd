"""Bits of the `flags` column, set and read by whole columns."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tocsin.schema import Flag

Flags = NDArray[np.uint32]


def mark(flags: Flags, where: NDArray[np.bool_] | NDArray[np.int64], flag: Flag) -> None:
    """Set a flag in the rows given by mask or by index."""
    flags[where] |= np.uint32(flag)


def marked(flags: Flags, bits: Flag) -> NDArray[np.bool_]:
    """Return which rows carry any of the bits, (N,)."""
    found: NDArray[np.bool_] = (flags & np.uint32(bits)) != 0
    return found
