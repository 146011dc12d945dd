"""The collector of garbage rests while modules are loaded, and afterwards does as before."""

from __future__ import annotations

import gc

import pytest

from tocsin.run.loading import loading


def test_the_collector_does_afterwards_as_before() -> None:
    was, frozen = gc.isenabled(), gc.get_freeze_count()
    try:
        gc.enable()
        with loading():
            assert not gc.isenabled()
        assert gc.isenabled() and gc.get_freeze_count() > frozen
        with pytest.raises(ImportError), loading():
            raise ImportError("no such module")
        assert gc.isenabled()
        gc.disable()
        with loading():
            pass
        assert not gc.isenabled()  # somebody else asked for that
    finally:
        gc.unfreeze()
        (gc.enable if was else gc.disable)()
