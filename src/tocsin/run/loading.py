"""Modules loaded while the garbage collector rests: a fifth of a second of a run's start."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Load modules in the block; what is alive at its end is not looked at again.

    Modules stay, so that a collector that goes through them finds nothing, each time anew.
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if collects:
            gc.enable()
