"""Loops that were compiled when tocsin was installed, where a C compiler was at hand.

`hatch_build.py` puts a library beside each source; TOCSIN_NATIVE=0 leaves them all aside.  Every
one has a slower twin in numpy that gives the same to rounding.
"""

from __future__ import annotations

import ctypes
import os
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@cache
def library(source: Path) -> ctypes.CDLL | None:
    """Return what was compiled of a C source; None where there is none, or for another machine."""
    built = source.with_suffix(".bin")
    if os.environ.get("TOCSIN_NATIVE") == "0" or not built.exists():
        return None
    try:
        return ctypes.CDLL(str(built))
    except OSError:  # built elsewhere
        return None


def at(values: NDArray[np.generic]) -> int:
    """Return where an array begins; it has to lie in one piece."""
    try:  # four times as quick as the interface
        return ctypes.addressof(ctypes.c_char.from_buffer(values))  # type: ignore[arg-type]
    except (TypeError, ValueError):  # not to be written to, in pieces, or empty
        if not values.flags.c_contiguous:
            raise ValueError("an array for a compiled loop lies in pieces") from None
    address: int = values.__array_interface__["data"][0]
    return address
